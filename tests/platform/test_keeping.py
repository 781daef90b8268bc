"""Backup, restore, upgrade: what ended stays ended, and killed halfway nothing is half."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from ronghe.platform.access.actions import end_membership, make_token, revoke_token, switch_off
from ronghe.platform.access.machine import let_in, set_password, shut_out
from ronghe.platform.access.models import Membership, Person, Token
from ronghe.platform.access.organization import end_department
from ronghe.platform.access.queries import actor_by_token, actor_of, people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.alarms.actions import end_webhook
from ronghe.platform.alarms.models import Webhook
from ronghe.platform.audit.checking import verify_platform
from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import log_folder, make_log
from ronghe.platform.catalogue import search
from ronghe.platform.jobs import registry
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.slots import take_slot
from ronghe.platform.jobs.stored import jobs
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Grant, Request
from ronghe.platform.serve import schema
from ronghe.platform.serve.backup import back_up, opened_backup
from ronghe.platform.serve.restore import Restored, bring_files, bring_tables
from ronghe.platform.serve.schema import check_schema, upgrade
from ronghe.search import known_synonyms, parse
from ronghe.standards.legal import legal_profile
from ronghe.terms import InputError, LimitReached, Refused, RequestState
from tests.platform.conftest import START, City, RecordedKind

pytestmark = pytest.mark.django_db
LAW = legal_profile("cn-809-2025")
LATER = START + timedelta(days=1)
MUCH_LATER = START + timedelta(days=2)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    make_log(folder)
    return folder


def asker(city: City) -> Actor:
    return actor_of(city.person("申请人", city.tax), START)


def granted(city: City, kind: RecordedKind) -> Request:
    request = city.asked(days=300)
    approver = city.actor("审批人", city.civil, Role.APPROVER, Role.SECURITY_OFFICER)
    return actions.decide(by=approver, at=START, request=request, profile=LAW)


def restored(archive: Path, home: Path, *, log: Path | None = None, gap: bool = False) -> Restored:
    with opened_backup(archive, home) as backup:
        bring_files(backup, home, log=log, without_later_log=gap)
        return bring_tables(backup, home, at=MUCH_LATER)


@pytest.fixture
def archive(home: Path, city: City, kind: RecordedKind, tmp_path: Path) -> Path:
    """A backup of an installation in which a right is live, and a token, and somebody has a role."""
    granted(city, kind)
    make_token(by=asker(city), at=START, name="程序", scopes=["data.read"], expires=START + timedelta(days=300))
    seal_all(home)
    target = tmp_path / "backup.tar.gz"
    said = back_up(home, target, at=LATER)
    assert said["rows"] > 20
    return target


def test_a_backup_is_closed_to_others_and_brings_everything_back(archive: Path, home: Path, city: City) -> None:
    assert archive.stat().st_mode & 0o077 == 0
    before = {
        model: sorted(map(str, model._default_manager.values_list("pk", flat=True)))
        for model in (Person, Membership, Request, Grant, Token)
    }
    entries = Entry.objects.count()
    Membership.objects.all().delete()
    Request.objects.update(purpose="改动")
    browser = Client()
    browser.force_login(Person.objects.get(username="统筹"))
    assert browser.get("/me").status_code == 200
    done = restored(archive, home)
    assert browser.get("/me").status_code == 302
    for model, keys in before.items():
        assert sorted(map(str, model._default_manager.values_list("pk", flat=True))) == keys
    assert Request.objects.get().purpose == "核验"
    assert (done.later, done.replayed) == (0, 0)
    assert Entry.objects.count() == entries + 1
    assert search.found(parse("婚姻登记", known_synonyms()))
    seal_all(home)
    assert not verify_platform(home).faults


def test_threat_40_what_was_revoked_after_the_backup_stays_revoked(
    archive: Path, home: Path, city: City, kind: RecordedKind
) -> None:
    token = Token.objects.get()
    officer = actor_of(Person.objects.get(username="审批人"), LATER)
    actions.revoke(by=officer, at=LATER, request=Request.objects.get(), reason="目的已达成")
    revoke_token(by=asker(city), at=LATER, token=token)
    security = city.actor("安全员", city.bureau, Role.SECURITY_ADMINISTRATOR)
    end_membership(by=security, at=LATER, membership=Membership.objects.get(person__username="提供 MZJ"))
    switch_off(
        by=city.actor("系统员", city.bureau, Role.SYSTEM_ADMINISTRATOR),
        at=LATER,
        person=Person.objects.get(username="统筹"),
    )
    seal_all(home)
    ended_before = len(kind.ended)
    done = restored(archive, home)
    assert done.replayed == 4
    grant, request = Grant.objects.get(), Request.objects.get()
    assert (grant.revoked, request.state, request.reason) == (LATER, RequestState.REVOKED, "目的已达成")
    assert grant.epoch > 1
    assert kind.ended[ended_before:] == [grant.pk]
    assert Token.objects.get().revoked == LATER
    assert not Person.objects.get(username="统筹").is_active
    offerer = Person.objects.get(username="提供 MZJ")
    assert not actor_of(offerer, MUCH_LATER).held
    # The trail is whole again: what the backup did not have came back from the log.
    assert Entry.objects.filter(action="request.revoke").exists()
    seal_all(home)
    assert not verify_platform(home).faults
    # Twice is the same.
    assert restored(archive, home).replayed == 4
    assert Grant.objects.get().revoked == LATER


def test_threat_40_neither_an_ended_department_nor_an_ended_webhook_comes_back(
    home: Path, city: City, tmp_path: Path
) -> None:
    officer = city.actor("安全员 SWJ", city.tax, Role.SECURITY_OFFICER)
    until = LATER + timedelta(days=900)
    Membership.objects.create(
        person=city.person("借调", city.tax), department=city.tax, role=Role.ASKER, since=START, until=until
    )
    hook = Webhook.objects.create(department=city.tax, url="https://share.example/", made=START)
    seal_all(home)
    back_up(home, tmp_path / "b", at=START)
    end_webhook(by=officer, at=LATER, webhook=hook)
    system = city.actor("系统员", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    end_department(by=system, at=LATER, department=city.tax)
    seal_all(home)
    assert restored(tmp_path / "b", home).replayed == 2
    assert Webhook.objects.get().ended == LATER
    for name in ("安全员 SWJ", "借调"):
        assert not actor_of(Person.objects.get(username=name), MUCH_LATER).held
    assert not people_with(MUCH_LATER, city.tax, Role.ASKER, Role.SECURITY_OFFICER)


def test_threat_40_without_the_later_log_nothing_is_restored_by_itself(
    archive: Path, home: Path, city: City, tmp_path: Path
) -> None:
    actions.revoke(
        by=actor_of(Person.objects.get(username="审批人"), LATER),
        at=LATER,
        request=Request.objects.get(),
        reason="终止",
    )
    seal_all(home)
    mirror = tmp_path / "mirror"
    shutil.copytree(log_folder(home), mirror)
    elsewhere = tmp_path / "new"
    elsewhere.mkdir(mode=0o700)
    with pytest.raises(Refused, match="restore_gap"):
        restored(archive, elsewhere)
    assert restored(archive, elsewhere, log=mirror).replayed == 1
    assert Grant.objects.get().revoked == LATER
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    assert restored(archive, empty, gap=True).replayed == 0


def test_the_stamps_of_the_log_come_back_with_it(home: Path, city: City, tmp_path: Path) -> None:
    stamps = log_folder(home) / "stamps"
    stamps.mkdir()
    (stamps / "1-a.tsr").write_bytes(b"what the authority said")
    back_up(home, tmp_path / "b", at=START)
    elsewhere = tmp_path / "new"
    elsewhere.mkdir(mode=0o700)
    restored(tmp_path / "b", elsewhere, gap=True)
    assert (log_folder(elsewhere) / "stamps" / "1-a.tsr").read_bytes() == b"what the authority said"


def test_the_log_of_another_installation_is_refused(archive: Path, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    shutil.rmtree(log_folder(home))
    Entry.objects.all().delete()
    SealedHead.objects.all().delete()
    make_log(other)
    with pytest.raises(Refused, match="restore_other_log"):
        restored(archive, home, log=log_folder(other))


def test_a_password_set_after_the_backup_does_not_let_the_old_one_in(archive: Path, home: Path, city: City) -> None:
    by = Actor(Person.objects.get(username="申请人").pk, "machine:root")
    set_password(by=by, at=LATER, person=Person.objects.get(username="申请人"), password="correct horse battery")
    seal_all(home)
    restored(archive, home)
    assert not Person.objects.get(username="申请人").has_usable_password()


def test_jobs_that_were_under_way_begin_again(
    home: Path, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run: Run) -> None:
        """Nothing."""

    monkeypatch.setitem(registry._WORK, "work", work)
    jobs.enqueue("work", key="a")
    Job.objects.update(handed=START, state="running")
    back_up(home, tmp_path / "b", at=START)
    restored(tmp_path / "b", home)
    job = Job.objects.get()
    assert (job.state, job.handed, job.attempt) == ("waiting", None, 2)


def test_nothing_is_restored_while_a_worker_runs(archive: Path, home: Path) -> None:
    slot = take_slot(home / "workers")
    with pytest.raises(Refused, match="restore_running"):
        restored(archive, home)
    slot.release()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("cut", "backup_unreadable"),
        ("other", "backup_unreadable"),
        ("changed", "backup_changed"),
        ("newer", "backup_newer"),
    ],
)
def test_a_backup_that_is_not_whole_changes_nothing(
    what: str, code: str, archive: Path, home: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.tar.gz"
    unpacked = tmp_path / "unpacked"
    if what == "cut":
        bad.write_bytes(archive.read_bytes()[:-200])
    elif what == "other":
        bad.write_bytes(b"no archive")
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
        if what == "changed":
            table = unpacked / "tables" / "requests.grant.jsonl"
            table.write_text(table.read_text().replace("2026", "2036"))
        else:
            manifest = unpacked / "manifest.json"
            said = json.loads(manifest.read_text())
            manifest.write_text(json.dumps(said | {"migrations": [*said["migrations"], ["requests", "0999_later"]]}))
        with tarfile.open(bad, "w:gz") as tar:
            for path in (path for path in unpacked.rglob("*") if path.is_file()):
                tar.add(path, arcname=str(path.relative_to(unpacked)))
    people = Person.objects.count()
    with pytest.raises((InputError, Refused), match=code):
        restored(bad, home)
    assert Person.objects.count() == people


def test_threat_26_an_old_program_refuses_a_new_schema(city: City) -> None:
    check_schema()
    assert upgrade() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('requests', '0999_later', CURRENT_TIMESTAMP)"
        )
    for refuses in (check_schema, upgrade):
        with pytest.raises(Refused, match="schema_newer"):
            refuses()


def test_a_database_that_is_empty_or_cannot_be_used_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")
    with pytest.raises(InputError, match="database_empty"):
        check_schema()

    def away() -> None:
        raise OperationalError("connection of canary failed")

    monkeypatch.setattr(schema, "_executor", away)
    for asks in (check_schema, upgrade):
        with pytest.raises(InputError, match="database_unreadable") as told:
            asks()
        assert told.value.params == {"what": "OperationalError"}
    if connection.vendor == "sqlite":
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
        with pytest.raises(LimitReached, match="disk_full"):
            check_schema()


@pytest.mark.slow
def test_threat_26_an_upgrade_that_is_killed_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ronghe.platform.settings", "RONGHE_HOME": str(tmp_path)}
    script = Path(__file__).parent / "upgrading.py"
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, check=True, timeout=120)
    said = json.loads(done.stdout)
    assert said["kills"] == [{"killed": -9, "tables": []}] * 3
    assert said["first"] > 25
    assert (said["again"], said["pending"]) == ([], [])


def test_the_machine_lets_an_administrator_in_only_where_none_is_left(city: City) -> None:
    by = Actor(city.person("x", city.tax).pk, "machine:root")
    last = city.person("系统员", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    new = {"username": "新系统员", "password": "correct horse battery", "role": Role.SYSTEM_ADMINISTRATOR}
    with pytest.raises(Refused, match="administrator_left"):
        let_in(by=by, at=LATER, **new)  # type: ignore[arg-type]
    shut_out(by=by, at=LATER, person=last)
    let_in(by=by, at=LATER, **new)  # type: ignore[arg-type]
    assert actor_of(Person.objects.get(username="新系统员"), LATER).anywhere(Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(Refused, match="machine_roles"):
        let_in(by=by, at=LATER, username="别", password="correct horse battery", role=Role.APPROVER)
    said = Entry.objects.filter(action="person.added").values_list("person", flat=True)
    assert set(said) == {"machine:root"}


def test_threat_10_a_token_is_dead_at_the_instant_of_its_revocation(city: City) -> None:
    by = city.actor("程序员", city.tax, Role.ASKER)
    token, secret = make_token(by=by, at=START, name="程序", scopes=["data.read"], expires=LATER)
    assert actor_by_token(secret, START) is not None
    revoke_token(by=by, at=START + timedelta(seconds=1), token=token)
    assert actor_by_token(secret, START + timedelta(seconds=1)) is None
    assert secret not in json.dumps(list(Token.objects.values()), default=str)
    with transaction.atomic():
        Token.objects.update(revoked=None)
    assert actor_by_token(secret, LATER) is None
