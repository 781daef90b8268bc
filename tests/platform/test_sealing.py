"""Entries in the append-only log: each once, provable, and nothing is done while they cannot get there."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from ronghe.platform.access.actions import switch_off
from ronghe.platform.access.roles import Role
from ronghe.platform.audit import sealing
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.checking import kept_heads, verify_platform
from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.sealing import GRACE, in_one_piece, receipt_for, seal, seal_all, thin_heads
from ronghe.platform.audit.store import log_folder, make_log, opened
from ronghe.platform.clock import now
from ronghe.terms import InputError, LimitReached
from ronghe.trust.keys import KeyStore, signer_of
from ronghe.trust.log import Log, verify, verify_receipt
from tests.platform.conftest import START, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert make_log(tmp_path)
    return tmp_path


def recorded(city: City, count: int = 3) -> list[Entry]:
    by = city.actor("操作员", city.bureau, Role.OPERATOR)
    with transaction.atomic():
        return [
            record(by=by, at=START, action="person.added", subject_kind="person", subject=n, facts={"名": 1.5, "n": n})
            for n in range(count)
        ]


def test_entries_are_sealed_in_order_and_proved(home: Path, city: City) -> None:
    entries = recorded(city)
    assert receipt_for(home, entries[1].pk) is None
    assert (seal(home), seal(home)) == (3, 0)
    assert list(Entry.objects.order_by("sealed").values_list("sealed", flat=True)) == [0, 1, 2]
    receipt = receipt_for(home, entries[1].pk)
    assert receipt is not None
    assert json.loads(receipt["entry"])["id"] == str(entries[1].pk)
    assert verify_receipt(log_folder(home), receipt)
    assert not verify_receipt(log_folder(home), receipt | {"entry": receipt["entry"].replace("1.5", "2.5")})
    assert receipt["head"]["signature"]
    with pytest.raises(InputError, match="entry_missing"):
        receipt_for(home, uuid4())


def test_the_key_of_the_log_can_be_changed_between_two_sealings(home: Path, city: City) -> None:
    entries = recorded(city)
    assert seal(home) == 3
    keys = KeyStore(home / "keys")
    keys.rotate("heads", now=START)
    with Log(log_folder(home), now=now, keys=keys) as log:
        log.rotate(signer_of(keys.current("heads")))
    entries += recorded(city)
    assert seal(home) == 3
    assert list(Entry.objects.order_by("sealed").values_list("sealed", flat=True)) == [0, 1, 2, 4, 5, 6]
    assert verify_platform(home).faults == []
    for entry in (entries[0], entries[-1]):
        receipt = receipt_for(home, entry.pk)
        assert receipt is not None
        assert verify_receipt(log_folder(home), receipt)


def test_a_log_is_made_once(home: Path, city: City) -> None:
    before = (log_folder(home) / "log.json").read_bytes()
    assert not make_log(home)
    assert (log_folder(home) / "log.json").read_bytes() == before


def test_a_lost_log_is_not_made_anew(home: Path, city: City, tmp_path_factory: pytest.TempPathFactory) -> None:
    recorded(city)
    seal(home)
    with pytest.raises(InputError, match="log_lost"):
        make_log(tmp_path_factory.mktemp("other"))


def test_killed_between_log_and_database_each_entry_is_in_the_log_once(
    home: Path, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(city)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seal(home)
    recorded(city, 2)
    assert seal_all(home) == 2
    assert verify(log_folder(home)).size == 5
    assert Entry.objects.filter(sealed__isnull=False).count() == 5
    assert not verify_platform(home).faults


def test_only_one_process_seals(home: Path, city: City) -> None:
    recorded(city)
    with opened(home) as log:
        assert log is not None
        assert seal(home) == 0
    assert seal(home) == 3


def edit(home: Path) -> None:
    Entry.objects.filter(sealed=1).update(person="别人")


def delete(home: Path) -> None:
    Entry.objects.filter(sealed=1).delete()


def slip_in(home: Path) -> None:
    Entry.objects.create(
        at=START,
        person="别人",
        action="grant.made",
        subject_kind="grant",
        subject="1",
        sealed=verify_platform(home).size,
    )


@pytest.mark.parametrize(
    ("change", "fault"), [(edit, "row_changed"), (delete, "row_missing"), (slip_in, "row_unproved")]
)
def test_threat_35_rows_that_differ_from_the_log_are_named(
    change: Callable[[Path], None], fault: str, home: Path, city: City
) -> None:
    recorded(city)
    seal(home)
    assert not verify_platform(home).faults
    change(home)
    assert [(one.code, one.first) for one in verify_platform(home).faults] == [
        (fault, 3 if fault == "row_unproved" else 1)
    ]


def test_threat_35_a_log_that_was_cut_off_is_told_by_the_kept_head(home: Path, city: City) -> None:
    recorded(city)
    seal(home)
    entries = log_folder(home) / "entries"
    first = entries.read_bytes()
    recorded(city)
    seal(home)
    assert SealedHead.objects.count() == 2
    entries.write_bytes(first)
    (log_folder(home) / "state.json").unlink(missing_ok=True)
    assert [fault.code for fault in verify_platform(home).faults] == ["truncated"]
    recorded(city)
    with pytest.raises(InputError, match="cut_short"):
        seal(home)


def test_threat_36_nothing_is_done_that_cannot_be_recorded(
    home: Path, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = city.actor("系统管理员", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    person = city.person("离职者", city.tax)
    recorded(city, 1)

    def full(*_: object) -> None:
        raise LimitReached("tables.disk_full", path="log")

    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", full)
        with pytest.raises(LimitReached):
            seal(home)
    # Within the grace period the work goes on.
    switch_off(by=by, at=START, person=city.person("另一人", city.tax))
    Entry.objects.update(kept=now() - GRACE - timedelta(minutes=1))
    with pytest.raises(LimitReached, match="log_behind"):
        switch_off(by=by, at=START, person=person)
    person.refresh_from_db()
    assert person.is_active
    # The store is there again: sealing needs no hand, and the work goes on.
    assert seal(home) == 2
    switch_off(by=by, at=START, person=person)
    assert Entry.objects.filter(action="person.switched_off").count() == 2


def test_a_long_transaction_does_not_wait_for_what_it_writes_itself(home: Path, city: City) -> None:
    by = city.actor("系统管理员", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    late = now() - GRACE - timedelta(minutes=1)
    with in_one_piece(now()):
        recorded(city, 1)
        Entry.objects.update(kept=late)
        switch_off(by=by, at=START, person=city.person("离职者", city.tax))
    with pytest.raises(LimitReached, match="log_behind"):
        switch_off(by=by, at=START, person=city.person("另一人", city.tax))
    # What waited before it is no part of it.
    with pytest.raises(LimitReached, match="log_behind"), in_one_piece(now()):
        pytest.fail("it began")


def test_of_old_heads_the_last_of_each_day_stays(home: Path, city: City) -> None:
    for size in range(1, 10):
        made = START + timedelta(hours=10 * size)
        SealedHead.objects.create(size=size, head={"size": size}, made=made)
    # Two a day, on the third day three; the ninth is younger than thirty days.
    assert thin_heads(START + timedelta(days=30, hours=85)) == 4
    assert [head["size"] for head in kept_heads()] == [9, 8, 7, 4, 2]


def test_threat_15_what_was_typed_cannot_break_the_log(home: Path, city: City) -> None:
    by = city.actor("操作员", city.bureau, Role.OPERATOR)
    nasty = 'a\r\n# 9 00 \x1b[31m\u202e"}\u2028'
    with transaction.atomic():
        entry = record(by=by, at=START, action="person.added", subject_kind="person", subject=1, facts={"name": nasty})
    seal(home)
    lines = (log_folder(home) / "entries").read_bytes().split(b"\n")
    assert len([line for line in lines if line.startswith(b"{")]) == 1
    receipt = receipt_for(home, entry.pk)
    assert receipt is not None
    assert json.loads(receipt["entry"])["facts"]["name"] == nasty
    assert not verify_platform(home).faults


def test_the_log_and_its_key_are_closed_to_others(home: Path) -> None:
    for path in (log_folder(home), home / "keys"):
        assert path.stat().st_mode & 0o077 == 0
