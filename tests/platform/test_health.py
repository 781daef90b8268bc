"""The doctor, the security check and its page: each fault of an installation is found and named."""

import html
import json
import os
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from ronghe.messages import LANGUAGES, known
from ronghe.platform.access.models import Membership, Person, Token
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import make_log
from ronghe.platform.clock import now
from ronghe.platform.console import middleware
from ronghe.platform.console.health import security
from ronghe.platform.console.health.advisories import installed, match, read_snapshot
from ronghe.platform.console.health.check import examine, worst
from ronghe.platform.console.health.findings import Finding, Level, run_checks
from ronghe.platform.console.health.installation import ready
from ronghe.platform.home import secret_key
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.jobs.registry import schedules
from ronghe.platform.jobs.stored import SECURITY_CHECK, last_result
from ronghe.terms import InputError
from tests.platform.conftest import START, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, city: City) -> Path:
    """A home in which all is well but for the advisories."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    secret_key(folder)
    make_log(folder)
    for number, role in enumerate((Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)):
        city.person(f"管理员{number}", city.bureau, role)
    Person.objects.update(last_login=now())
    return folder


def codes(home: Path, *, of_security: bool = True) -> set[str]:
    return {one.code for one in examine(home, now(), security=of_security) if one.level is not Level.GOOD}


def test_a_sound_installation_lacks_only_what_an_operator_must_bring(home: Path) -> None:
    assert codes(home) == {"second_factor_missing", "advisories_missing"}
    Beat.objects.create(slot=1, at=now(), host="a", process=1)
    assert codes(home, of_security=False) <= {"assets_missing", "calendar_provisional"}


def world_readable(home: Path) -> None:
    (home / "secret.key").chmod(0o644)


def clashing(home: Path) -> None:
    person = Person.objects.get(username="管理员0")
    department = Membership.objects.get(person=person).department
    Membership.objects.create(person=person, department=department, role=Role.AUDITOR, since=START)


def without_auditor(home: Path) -> None:
    Person.objects.filter(username="管理员2").update(is_active=False)


def unused(home: Path) -> None:
    Person.objects.update(last_login=now() - timedelta(days=91))


def edited(home: Path) -> None:
    by = type("By", (), {"person_name": "a", "principal_name": ""})()
    with transaction.atomic():
        record(by=by, at=START, action="person.added", subject_kind="person", subject="1")
    seal_all(home)
    Entry.objects.update(person="b")


def token_of_gone(home: Path) -> None:
    person = Person.objects.get(username="管理员1")
    Token.objects.create(person=person, name="a", digest="a", made=now(), expires=now() + timedelta(days=9))
    person.is_active = False
    person.save()


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (world_readable, "secrets_open"),
        (clashing, "roles_clash"),
        (without_auditor, "administrators_missing"),
        (unused, "accounts_stale"),
        (edited, "log_broken"),
        (token_of_gone, "tokens_of_gone"),
    ],
)
def test_each_fault_is_found(broken: Callable[[Path], None], code: str, home: Path) -> None:
    broken(home)
    assert code in codes(home)


def test_a_name_outside_needs_https(home: Path, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["share.example.gov.cn"]
    assert "tls_missing" in codes(home)
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    assert not {"tls_missing", "any_host"} & codes(home)
    settings.ALLOWED_HOSTS = ["*"]
    assert "any_host" in codes(home)


def test_threat_36_a_log_that_falls_behind_is_told_before_work_stops(home: Path) -> None:
    Entry.objects.create(at=START, kept=now() - timedelta(minutes=6), person="a", action="b", subject="c")
    assert "log_behind" in codes(home, of_security=False)
    assert ready(home, now())["log"]
    Entry.objects.update(kept=now() - timedelta(minutes=16))
    assert not ready(home, now())["log"]


def test_a_check_that_breaks_is_bad() -> None:
    def breaks() -> list[Finding]:
        raise ValueError("password=canary")

    (found,) = run_checks([("roles", breaks)])
    assert (found.code, found.level) == ("not_checked", Level.BAD)
    assert "canary" not in str(found.to_json())
    assert worst([found]) is Level.BAD


RECORD = {
    "id": "PYSEC-1",
    "summary": "too trusting",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4.2"}]}],
        }
    ],
}


@pytest.mark.parametrize(
    ("version", "hit"),
    [("0.9", False), ("1.0", True), ("1.4.1", True), ("1.4.2rc1", True), ("1.4.2", False), ("?", True)],
)
def test_versions_are_compared_as_osv_says(version: str, hit: bool) -> None:
    assert bool(match([RECORD], {"some-package": version}).found) is hit


def test_only_records_of_python_that_stand_are_matched() -> None:
    elsewhere = json.loads(json.dumps(RECORD).replace("PyPI", "npm"))
    matched = match([elsewhere, RECORD | {"withdrawn": "2026-01-01T00:00:00Z"}], {"some-package": "1.0"})
    assert (matched.records, matched.found) == (1, ())
    listed = {**RECORD, "affected": [{**RECORD["affected"][0], "ranges": [], "versions": ["3.0"]}]}  # type: ignore[dict-item]
    assert match([listed], {"some-package": "3.0"}).found
    last = json.loads(json.dumps(RECORD).replace('"fixed"', '"last_affected"'))
    assert match([last], {"some-package": "1.4.2"}).found
    assert not match([last], {"some-package": "1.4.3"}).found


def snapshot(home: Path, kind: str, records: list[Any]) -> None:
    if kind == "zip":
        with zipfile.ZipFile(home / "advisories.zip", "w") as archive:
            for number, one in enumerate(records):
                archive.writestr(f"{number}.json", json.dumps(one))
    elif kind == "json":
        (home / "advisories.json").write_text(json.dumps(records))
    else:
        (home / "advisories.jsonl").write_text("\n".join(map(json.dumps, records)))


@pytest.mark.parametrize("kind", ["zip", "json", "jsonl"])
def test_a_weakness_of_what_runs_here_is_named(kind: str, home: Path) -> None:
    version = installed()["django"]
    affected = [{"package": {"ecosystem": "PyPI", "name": "Django"}, "versions": [version]}]
    snapshot(home, kind, [{"id": "PYSEC-9", "affected": affected}])
    (found,) = [one for one in examine(home, now(), security=True) if one.code == "advisory"]
    assert (found.params["id"], found.params["package"], found.params["version"]) == ("PYSEC-9", "django", version)


def test_a_check_of_nothing_is_bad(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot(home, "json", [])
    assert "advisories_none" in codes(home)
    snapshot(home, "json", [RECORD])
    assert "advisories_none" not in codes(home)
    monkeypatch.setattr(security, "installed", dict)
    assert "advisories_none" in codes(home)


def test_a_snapshot_that_is_none_or_old_is_told(home: Path) -> None:
    path = home / "advisories.json"
    path.write_text("no json")
    with pytest.raises(InputError, match="advisories_unreadable"):
        list(read_snapshot(path))
    assert "not_checked" in codes(home)
    snapshot(home, "json", [RECORD])
    month = now().timestamp() - 31 * 86_400
    os.utime(path, (month, month))
    assert "advisories_old" in codes(home)


def test_every_finding_has_its_text_in_both_languages() -> None:
    source = Path(security.__file__).parent
    named = {code for path in source.glob("*.py") for code in re.findall(r'Finding\(\s*"(\w+)"', path.read_text())}
    named |= {"log_behind", "log_current"}
    assert len(named) > 30
    assert [code for code in named if not known(f"platform.health_{code}")] == []


def page(person: Person, lang: str) -> Any:
    browser = Client()
    browser.force_login(person)
    browser.cookies["lang"] = lang
    return browser


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_shows_what_the_nightly_check_found(
    lang: str, home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = home
    # Asked for twice in one minute: the minute must not end in between.
    moment = now()
    monkeypatch.setattr(middleware, "now", lambda: moment)
    assert SECURITY_CHECK in schedules()
    browser = page(Person.objects.get(username="管理员1"), lang)
    assert browser.get("/security").status_code == 200
    assert browser.post("/security/now").status_code == 302
    browser.post("/security/now")
    assert Job.objects.filter(name=SECURITY_CHECK).count() == 1
    InProcess().run_waiting()
    found = last_result(SECURITY_CHECK)
    assert found is not None
    shown = html.unescape(browser.get("/security").content.decode())
    assert all(one["message"][lang] in shown for one in found["findings"])


def test_the_page_is_for_those_who_answer_for_it(home: Path, city: City) -> None:
    browser = page(city.person("申请人", city.tax, Role.ASKER), "zh")
    assert browser.get("/security").status_code == 404
    assert browser.post("/security/now").status_code == 404


def test_a_monitor_learns_what_is_missing_and_nothing_more(home: Path, settings: Any) -> None:
    settings.HOME = home
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["worker"], answer.json()["database"]) == (503, False, True)
    Beat.objects.create(slot=1, at=now(), host="a", process=1)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
