"""A delivery: the rows that the grant lets out, once in effect, the same by every channel, gone with the grant."""

import errno
import json
from datetime import datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings
from pyarrow import feather

from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.actions import describe, publish, submit_for_review, withdraw
from ronghe.platform.kinds.data import store, tickets
from ronghe.platform.kinds.data.models import Delivery, DeliveryState, Read
from ronghe.platform.kinds.data.rows import page_of
from ronghe.platform.kinds.data.sources import mount_folder, mount_upload, restart_source, stop_source
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Grant, Request
from ronghe.tables.open import stage
from ronghe.terms import InputError, LimitReached, Refused
from tests.platform.conftest import ENTRY, City
from tests.platform.handed import IDS, ITEMS, LATER, LAW, ROWS, UNTIL, Handing, handing, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(city: City) -> Handing:
    return handing(city)


def folder(delivery: Delivery) -> Path:
    return store.snapshot_folder(delivery.grant_id, delivery.number)


def test_what_was_granted_leaves_and_nothing_else(one: Handing) -> None:
    delivery = one.delivered()
    assert (delivery.state, delivery.rows, delivery.trouble) == (DeliveryState.READY, 3, {})
    table = pq.read_table(folder(delivery) / "data.parquet")
    assert table.column_names == ["公民身份号码", "姓名", "登记日期", "备注"]
    assert table["姓名"].to_pylist() == ["张**", "李*", "赵*"]
    assert table["登记日期"].to_pylist() == ["2026-01", "2026-01", "2026-02"]
    raw = b"".join(path.read_bytes() for path in folder(delivery).iterdir())
    for hidden in (IDS[0], "李四", "330106", "王五"):
        assert hidden.encode() not in raw
    request = delivery.grant.line.request
    request.refresh_from_db()
    assert request.state == "delivered"


def test_threat_33_every_channel_has_the_same_rows(one: Handing, tmp_path: Path) -> None:
    delivery = one.delivered()
    parquet = pq.read_table(folder(delivery) / "data.parquet")
    assert feather.read_table(folder(delivery) / "data.arrow").equals(parquet)
    texts = [[value or "" for value in column.to_pylist()] for column in parquet.columns]
    for name in ("data.csv", "data.xlsx"):
        scratch = tmp_path / name
        scratch.mkdir()
        staged = stage(str(folder(delivery) / name), scratch)
        assert list(staged.columns) == parquet.column_names
        read = read_staged(staged)
        # Threat 3: only a cell that a spreadsheet would run differs, by the apostrophe before it.
        plain = [[value.removeprefix("'") for value in column] for column in read]
        assert plain == texts
        if name == "data.csv":
            assert read[3][0] == "'=1+1"
    pages = [page_of(by=one.asker, at=LATER, grant=delivery.grant, start=start, most=2) for start in (0, 2)]
    assert [page.following for page in pages] == [2, None]
    rows = [row for page in pages for row in page.rows]
    assert [[value or "" for value in column] for column in zip(*rows, strict=True)] == texts


def read_staged(staged: object) -> list[list[str]]:
    from sqlglot import exp

    from ronghe.tables.engine import Resources, duckdb_engine

    with duckdb_engine(Path("/tmp"), Resources()) as engine:
        engine.attach("s", staged)  # type: ignore[arg-type]
        found = engine.query(exp.select("*").from_("s"))
    return [[value or "" for value in column.to_pylist()] for column in found.columns]


def test_tokens_of_one_request_join_and_those_of_another_do_not(one: Handing) -> None:
    first, second = one.delivered(), one.delivered()
    keys = [pq.read_table(folder(made) / "data.parquet")["公民身份号码"].to_pylist() for made in (first, second)]
    assert not set(keys[0]) & set(keys[1])
    assert len(set(keys[0])) == 3


def test_threat_25_a_job_that_is_done_twice_has_one_effect(one: Handing) -> None:
    from ronghe.platform.kinds.data.delivering import hand_over, make, tidy

    delivery = one.delivered()
    for _ in range(2):
        assert make(delivery.pk, clock=one.clock) is None
        assert hand_over(delivery.pk, {"epoch": 1}, clock=one.clock) == "ready"
        tidy(delivery.pk, clock=one.clock)
    assert Entry.objects.filter(action="data.delivered").count() == 1
    assert folder(delivery).exists()
    names = [move.name for move in delivery.grant.line.request.moves.all()]
    assert names == ["submit", "accept", "deliver"]


def test_a_source_that_is_stopped_delivers_nothing_until_it_goes_on(one: Handing) -> None:
    stop_source(by=one.offerer, at=LATER, source=one.source, reason="系统检修")
    delivery = one.delivered()
    assert delivery.state == DeliveryState.WANTED
    assert delivery.trouble["code"] == "platform.source_stopped"
    assert not folder(delivery).exists()
    restart_source(by=one.offerer, at=LATER, source=one.source)
    one.worker.run_waiting()
    assert one.delivery(delivery.grant).state == DeliveryState.READY


def test_a_file_that_was_put_into_a_folder_since_is_looked_into_before_it_is_handed_over(
    one: Handing, tmp_path: Path, settings: LazySettings
) -> None:
    """A remark was harmless when it was granted; the next file names people in it, and nobody assessed that."""
    settings.SOURCE_FOLDERS = [tmp_path]
    (tmp_path / "1.csv").write_bytes(text())
    mount_folder(by=one.offerer, at=LATER, asset=one.version.asset, folder=str(tmp_path), pattern="*.csv")
    one.worker.run_waiting()
    grant = one.granted(fields=("备注",), rows={})
    Request.objects.update(assessment="")
    one.worker.run_waiting()
    assert one.delivery(grant).state == DeliveryState.READY
    rows = [f"{row.rpartition(',')[0]},{IDS[place]}" for place, row in enumerate(ROWS[1:])]
    (tmp_path / "2.csv").write_bytes(text((ROWS[0], *rows)))
    one.now = LATER + timedelta(days=2)
    one.worker.tick("data.tend")
    assert Entry.objects.filter(action="source.examined").count() == 2
    assert (one.delivery(grant).number, one.delivery(grant).state) == (2, DeliveryState.WANTED)
    assert one.delivery(grant).trouble["code"] == "platform.assessment_missing"
    assert not folder(one.delivery(grant)).exists()
    # What is harmless again goes out after its look, with nobody's help.
    (tmp_path / "3.csv").write_bytes(text())
    one.now += timedelta(minutes=5)
    one.worker.tick("data.tend")
    assert one.delivery(grant).state == DeliveryState.READY


def test_a_source_that_was_closed_when_it_was_mounted_is_looked_into_in_its_hours(one: Handing) -> None:
    hours = (time(20), time(21), None)
    mount_upload(by=one.offerer, at=LATER, asset=one.version.asset, chunks=[text()], called="a.csv", hours=hours)
    one.worker.run_waiting()
    one.source.refresh_from_db()
    assert one.source.probe["trouble"]["code"] == "platform.source_closed"
    grant = one.granted()
    one.worker.tick("data.tend")
    assert one.delivery(grant).state == DeliveryState.WANTED
    one.now = LATER.replace(hour=12, minute=1)  # a minute past eight in Shanghai
    one.worker.tick("data.tend")
    assert one.delivery(grant).state == DeliveryState.READY


def test_a_grant_that_begins_later_is_delivered_then(one: Handing) -> None:
    begins = LATER + timedelta(days=5)
    delivery = one.delivered(wanted_from=begins)
    assert (delivery.state, delivery.trouble["code"]) == (DeliveryState.WANTED, "platform.grant_not_yet")
    one.now = begins
    one.worker.tick("data.tend")
    assert one.delivery(delivery.grant).state == DeliveryState.READY


def test_what_is_revoked_is_gone_at_once(one: Handing) -> None:
    delivery = one.delivered()
    ticket = tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file="data.csv")
    assert tickets.open_ticket(ticket, LATER).path.exists()
    actions.revoke(by=one.approver, at=LATER, request=delivery.grant.line.request, reason="超范围使用")
    with pytest.raises(Refused):
        tickets.open_ticket(ticket, LATER)
    assert not tickets.still_open(Read.objects.get().pk, LATER)
    one.worker.run_waiting()
    assert not store.deliveries_of(delivery.grant_id).exists()
    assert one.delivery(delivery.grant).state == DeliveryState.WITHDRAWN


@pytest.mark.parametrize(("late", "open_"), [(-1, True), (0, False), (1, False)])
def test_threat_17_a_right_ends_at_its_instant_before_anybody_ends_it(one: Handing, late: int, open_: bool) -> None:
    delivery = one.delivered()
    tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file="data.csv")
    at = UNTIL + timedelta(microseconds=late)
    assert tickets.still_open(Read.objects.get().pk, at) == open_
    if open_:
        assert page_of(by=one.asker, at=at, grant=delivery.grant).total == 3
    else:
        with pytest.raises(Refused):
            page_of(by=one.asker, at=at, grant=delivery.grant)


def test_a_right_that_ended_while_its_rows_were_made_gives_nothing(one: Handing) -> None:
    from ronghe.platform.kinds.data.delivering import hand_over, make, tidy

    grant = one.granted()
    delivery = one.delivery(grant)
    made = make(delivery.pk, clock=one.clock)
    assert made is not None
    actions.revoke(by=one.approver, at=LATER, request=grant.line.request, reason="停")
    assert hand_over(delivery.pk, made, clock=one.clock) == "withdrawn"
    tidy(delivery.pk, clock=one.clock)
    assert not store.deliveries_of(grant.pk).exists()
    assert not Entry.objects.filter(action="data.delivered").exists()


def test_a_right_that_changed_while_its_rows_were_made_is_made_again(one: Handing) -> None:
    from ronghe.platform.kinds.data.delivering import hand_over, make

    grant = one.granted()
    delivery = one.delivery(grant)
    made = make(delivery.pk, clock=one.clock)
    assert made is not None
    grant.epoch += 1
    grant.save()
    assert hand_over(delivery.pk, made, clock=one.clock) == "again"
    one.worker.run_waiting()
    assert one.delivery(grant).state == DeliveryState.READY


def test_a_refresh_tells_what_changed_since(one: Handing) -> None:
    first = one.delivered()
    one.now = LATER + timedelta(days=1)
    one.remount([*ROWS[:2], ROWS[2].replace("2026-01-06", "2026-03-06"), f"{IDS[2]},王五,2026-02-07,330106,平常"])
    one.worker.tick("data.tend")
    second = one.delivery(first.grant)
    assert (second.number, second.why, second.rows) == (2, "refresh", 3)
    assert second.changes == {"inserted": 1, "deleted": 1, "updated": 1, "full": False}
    changed = pq.read_table(folder(second) / "changes.parquet").to_pylist()
    assert sorted(row["_change_type"] for row in changed) == ["delete", "insert", "update_postimage", "update_preimage"]
    first.refresh_from_db()
    assert first.state == DeliveryState.WITHDRAWN
    assert not folder(first).exists()
    one.now += timedelta(minutes=5)
    assert one.worker.tick("data.tend")["refreshed"] == 0


def test_threat_21_a_full_disk_leaves_what_was_there(one: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    first = one.delivered()
    one.now = LATER + timedelta(days=1)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ronghe.tables.publish.sync", full)
        one.worker.tick("data.tend")
    second = one.delivery(first.grant)
    assert (second.number, second.state) == (2, DeliveryState.WANTED)
    assert page_of(by=one.asker, at=one.now, grant=first.grant).delivery == 1
    one.now += timedelta(minutes=5)
    one.worker.tick("data.tend")
    assert page_of(by=one.asker, at=one.now, grant=first.grant).delivery == 2


def test_a_read_is_on_record_before_its_rows_leave(one: Handing) -> None:
    delivery = one.delivered()
    page_of(by=one.asker, at=LATER, grant=delivery.grant)
    read = Read.objects.get()
    assert (read.channel, read.outcome, read.rows, read.person_name) == ("rows", "done", 3, "申请人")
    entry = Entry.objects.get(action="data.read")
    assert entry.subject == str(read.pk)
    request = delivery.grant.line.request
    request.refresh_from_db()
    assert request.state == "in_use"


def test_threat_36_without_its_record_nothing_leaves(one: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = one.delivered()

    def gone(**_: object) -> None:
        raise OSError("audit store gone")

    monkeypatch.setattr("ronghe.platform.kinds.data.reads.record", gone)
    with pytest.raises(OSError, match="gone"):
        page_of(by=one.asker, at=LATER, grant=delivery.grant)
    assert not Read.objects.exists()


def test_nobody_of_another_department_reads(one: Handing) -> None:
    delivery = one.delivered()
    from ronghe.platform.access.roles import Role

    stranger = one.city.actor("路人", one.city.health, Role.ASKER)
    for action in (
        lambda: page_of(by=stranger, at=LATER, grant=delivery.grant),
        lambda: tickets.give_ticket(by=stranger, at=LATER, grant=delivery.grant, file="data.csv"),
    ):
        with pytest.raises(Refused):
            action()


def test_a_ticket_is_one_read_however_often_it_is_used(one: Handing) -> None:
    delivery = one.delivered()
    delivery.grant.reads_a_day = 1
    delivery.grant.save()
    ticket = tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file="data.csv")
    for _ in range(3):
        assert tickets.open_ticket(ticket, LATER).bytes == (folder(delivery) / "data.csv").stat().st_size
    with pytest.raises(LimitReached):
        tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file="data.csv")


@pytest.mark.parametrize("file", ["../secret.key", "data.csv/", "nothing", "plan.json"])
def test_threat_6_a_ticket_opens_only_a_file_of_the_delivery(one: Handing, file: str) -> None:
    delivery = one.delivered()
    with pytest.raises(InputError):
        tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file=file)


def test_threat_10_a_ticket_cannot_be_made_or_changed_by_hand(one: Handing) -> None:
    delivery = one.delivered()
    ticket = tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file="data.csv")
    for forged in (ticket[:-1], ticket + "x", "", ticket.replace(ticket[3], "x", 1)):
        with pytest.raises(Refused):
            tickets.open_ticket(forged, LATER)


def test_threat_20_a_clock_that_goes_back_lets_nothing_out(one: Handing) -> None:
    from ronghe.platform.kinds.data.plans import asked_of_grant

    delivery = one.delivered()
    asked_of_grant(delivery.grant, LATER).plan()
    early = LATER - timedelta(hours=1)
    delivery.grant.valid_from = early - timedelta(days=1)
    with pytest.raises(Refused) as told:
        asked_of_grant(delivery.grant, early).plan()
    assert "clock" in str(told.value).lower()


def test_threat_20_nor_does_it_open_what_was_delivered(one: Handing) -> None:
    grant = one.delivered().grant
    assert page_of(by=one.asker, at=LATER + timedelta(days=2), grant=grant).total == 3
    early = LATER + timedelta(days=1)
    grant.refresh_from_db()
    for read in (lambda: page_of(by=one.asker, at=early, grant=grant), lambda: ticket(one, grant, early)):
        with pytest.raises(Refused) as told:
            read()
        assert told.value.code == "access.clock_back"
    assert Read.objects.count() == 1


def ticket(one: Handing, grant: Grant, at: datetime) -> str:
    return tickets.give_ticket(by=one.asker, at=at, grant=grant, file="data.csv")


@pytest.mark.parametrize("how", ["withdrawn", "not shared"])
def test_what_left_the_catalogue_meanwhile_is_neither_granted_nor_extended(one: Handing, how: str) -> None:
    waits, lasts = one.asked(), one.granted().line.request
    if how == "withdrawn":
        withdraw(by=one.city.coordinator, at=LATER, version=one.version, reason="不再采集")
    else:
        fields = {
            **ENTRY,
            "name": "另一名称",
            "sharing_class": "not_shared",
            "legal_basis": "条例第七条",
            "conditions": [],
        }
        draft = describe(by=one.offerer, at=LATER, asset=one.version.asset, fields=fields, items=ITEMS)
        submit_for_review(by=one.offerer, at=LATER, version=draft)
        publish(by=one.city.coordinator, at=LATER, version=draft)
    one.worker.run_waiting()
    expected = "platform.not_in_force" if how == "withdrawn" else "platform.not_shared"
    with pytest.raises(Refused) as told:
        actions.decide(by=one.approver, at=LATER, request=waits, profile=LAW)
    assert told.value.code == expected
    with pytest.raises(Refused) as told:
        actions.extend(by=one.approver, at=LATER, request=lasts, until=UNTIL + timedelta(days=1), profile=LAW)
    assert told.value.code == expected


def test_why_nothing_came_says_nothing_of_folders(one: Handing) -> None:
    (store.uploads() / one.source.address).unlink()
    trouble = one.delivered().trouble
    assert trouble["params"]["path"] == one.source.address


def test_an_obligation_that_nobody_understands_stops_the_decision(one: Handing) -> None:
    one.version.items.filter(name="姓名").update(obligation={"hide": True})
    request = one.asked()
    with pytest.raises(InputError):
        actions.decide(by=one.approver, at=LATER, request=request, profile=LAW)


def test_the_manifest_names_every_file_with_its_hash(one: Handing) -> None:
    delivery = one.delivered()
    told = json.loads((folder(delivery) / "datapackage.json").read_text("utf-8"))
    kept = {one_file["name"]: one_file["hash"] for one_file in delivery.files}
    assert {resource["path"]: resource["hash"] for resource in told["resources"]}.items() <= kept.items()
    facts = Entry.objects.get(action="data.delivered").facts
    assert facts["files"] == kept
    assert pa.__version__
