"""Look up and verify: one subject a call, for a case, within the quota, on record, and never a copy of the register."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ronghe.platform.access.actions import make_token, revoke_token
from ronghe.platform.audit.models import Entry
from ronghe.platform.kinds.data.lookup import look_up, verify
from ronghe.platform.kinds.data.lookup_rules import MOST_CLAIMS, MOST_NEAR, MOST_PER_CASE, MOST_UNKNOWN, Asked, copying
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.kinds.data.rows import page_of
from ronghe.platform.kinds.data.sources import mount_database
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Grant
from ronghe.terms import InputError, LimitReached, Refused
from tests.platform.conftest import START, City
from tests.platform.handed import IDS, LATER, ROWS, Handing, handing, seen_before

LOOK = {"method": "look_up", "where": [{"field": "区划代码", "is": "330106"}]}
VERIFY = {"method": "verify"}


@pytest.fixture
def one(city: City) -> Handing:
    return handing(city, "look_up")


def ready(one: Handing, rows: Mapping[str, object], fields: tuple[str, ...] = ("姓名", "登记日期")) -> Grant:
    delivery = one.delivered(fields, rows)
    assert (delivery.state, delivery.files, delivery.rows) == ("ready", [], None)
    return delivery.grant


@pytest.mark.django_db
def test_a_look_up_gives_the_granted_fields_of_one_subject(one: Handing) -> None:
    grant = ready(one, LOOK)
    found = look_up(by=one.asker, grant=grant, subject=IDS[0], case="税核〔2026〕12号", clock=one.clock)
    assert found.to_json() == {"known": True, "rows": [{"姓名": "张**", "登记日期": "2026-01"}]}
    # Full-width digits are the same number; a subject outside the granted rows is not there.
    wide = "".join(chr(ord(one_digit) + 0xFEE0) for one_digit in IDS[0])
    assert look_up(by=one.asker, grant=grant, subject=wide, case="1", clock=one.clock).known
    outside = look_up(by=one.asker, grant=grant, subject=IDS[2], case="1", clock=one.clock)
    absent = look_up(by=one.asker, grant=grant, subject="110101190001010000", case="1", clock=one.clock)
    assert outside.to_json() == absent.to_json() == {"known": False, "rows": []}


@pytest.mark.django_db
def test_of_a_database_only_the_subject_s_rows_are_read(
    one: Handing, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SOURCE_FOLDERS = [tmp_path]
    with sqlite3.connect(tmp_path / "city.db") as connection:
        connection.execute(f"CREATE TABLE hunyin ({ROWS[0]})")
        connection.executemany("INSERT INTO hunyin VALUES (?, ?, ?, ?, ?)", [row.split(",") for row in ROWS[1:]])
    url = f"sqlite:///{tmp_path}/city.db"
    seen_before(mount_database(by=one.offerer, at=START, asset=one.version.asset, url=url, table="hunyin"))
    grant = ready(one, LOOK)
    read: list[int] = []
    monkeypatch.setattr(
        "ronghe.platform.kinds.data.reading.Reader.tell", lambda _self, _step, done, _total: read.append(done)
    )
    found = look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock)
    assert found.to_json() == {"known": True, "rows": [{"姓名": "张**", "登记日期": "2026-01"}]}
    assert read[0] == 1


NASTY = ("' OR '1'='1", '" OR ""="', "330106' OR 1=1 --")


@pytest.mark.django_db
@pytest.mark.parametrize("mounted", ["file", "database"])
def test_threat_14_subjects_conditions_and_names_of_columns_are_never_sql(
    one: Handing, mounted: str, tmp_path: Path, settings: LazySettings
) -> None:
    if mounted == "database":
        settings.SOURCE_FOLDERS = [tmp_path]
        with sqlite3.connect(tmp_path / "city.db") as connection:
            connection.execute(f"CREATE TABLE hunyin ({ROWS[0]})")
            connection.executemany("INSERT INTO hunyin VALUES (?, ?, ?, ?, ?)", [row.split(",") for row in ROWS[1:]])
        url = f"sqlite:///{tmp_path}/city.db"
        seen_before(mount_database(by=one.offerer, at=START, asset=one.version.asset, url=url, table="hunyin"))
    grant = ready(one, LOOK)
    for nasty in NASTY:
        assert not look_up(by=one.asker, grant=grant, subject=nasty, case=nasty, clock=one.clock).known
        with pytest.raises(InputError) as told:
            one.asked((nasty,), LOOK)
        assert told.value.code == "platform.field_unknown"
        with pytest.raises(InputError) as told:
            one.asked(("姓名",), {**LOOK, "where": [{"field": nasty, "is": "330106"}]})
        assert told.value.code in ("platform.field_unknown", "platform.where_form")
    # As the value of a condition it is compared, and there is no such row; the subject alone is in one.
    narrowed = ready(one, {**LOOK, "where": [{"field": "区划代码", "in": [*NASTY]}]})
    assert not look_up(by=one.asker, grant=narrowed, subject=IDS[0], case="1", clock=one.clock).known
    assert look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock).known


@pytest.mark.django_db
def test_threat_33_a_look_up_lets_out_of_a_row_what_a_file_does(city: City, one: Handing) -> None:
    """Of the same register, under the same obligations and conditions: the same rows, subject by subject."""
    files = handing(city)
    delivery = files.delivered(("姓名", "登记日期"), {"where": LOOK["where"]})
    page = page_of(by=files.asker, at=LATER, grant=delivery.grant)
    grant = ready(one, LOOK)
    found = [look_up(by=one.asker, grant=grant, subject=key, case="1", clock=one.clock).rows for key in IDS]
    assert [row for rows in found for row in rows] == page.to_json()["rows"]
    assert len(page.rows) == 3
    # A verification says no value, and nothing of a row that was not granted.
    verified = ready(one, {**LOOK, "method": "verify"})
    told = [
        verify(by=one.asker, grant=verified, subject=key, case="1", claims={"姓名": "张三丰"}, clock=one.clock)
        for key in IDS
    ]
    assert [answer.verdicts for answer in told] == [{"姓名": said} for said in ("yes", "no", "unknown", "no")]
    assert all(answer.rows == () for answer in told)


@pytest.mark.django_db
def test_each_call_is_on_record_without_its_subject(one: Handing) -> None:
    grant = ready(one, LOOK)
    look_up(by=one.asker, grant=grant, subject=IDS[0], case="案1", clock=one.clock)
    read = Read.objects.get()
    assert (read.channel, read.case, read.outcome, read.rows) == ("look_up", "案1", "done", 1)
    kept = json.dumps([list(Read.objects.values()), list(Entry.objects.values())], default=str)
    assert IDS[0] not in kept
    assert read.subject in Entry.objects.get(action="data.read").facts["subject_hash"]
    request = grant.line.request
    request.refresh_from_db()
    assert request.state == "in_use"


@pytest.mark.django_db
def test_a_verification_says_yes_no_or_unknown_and_no_value(one: Handing) -> None:
    grant = ready(one, VERIFY, ("姓名", "登记日期", "备注"))
    claims = {"姓名": " 李四", "登记日期": "2026-01-07", "备注": "平常"}
    answer = verify(by=one.asker, grant=grant, subject=IDS[1], case="案1", claims=claims, clock=one.clock)
    assert answer.to_json() == {"known": True, "verdicts": {"姓名": "yes", "登记日期": "no", "备注": "unknown"}}
    nobody = verify(by=one.asker, grant=grant, subject="0", case="案1", claims={"姓名": "李四"}, clock=one.clock)
    assert nobody.to_json() == {"known": False, "verdicts": {"姓名": "unknown"}}
    with pytest.raises(Refused):
        look_up(by=one.asker, grant=grant, subject=IDS[1], case="案1", clock=one.clock)
    with pytest.raises(InputError):
        verify(by=one.asker, grant=grant, subject=IDS[1], case="案1", claims={"区划代码": "1"}, clock=one.clock)


@pytest.mark.django_db
@pytest.mark.parametrize(("subject", "case"), [("", "1"), (" ", "1"), (IDS[0], ""), (IDS[0], " "), (IDS[0], "a\nb")])
def test_no_call_without_subject_and_case(one: Handing, subject: str, case: str) -> None:
    grant = ready(one, LOOK)
    with pytest.raises(InputError):
        look_up(by=one.asker, grant=grant, subject=subject, case=case, clock=one.clock)
    assert not Read.objects.exists()


@pytest.mark.django_db
def test_threat_19_the_quota_of_a_day_ends_and_begins_anew(one: Handing) -> None:
    grant = ready(one, LOOK)
    grant.reads_a_day = 2
    grant.save()
    for _ in range(2):
        look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock)
    with pytest.raises(LimitReached):
        look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock)
    one.now = LATER + timedelta(days=1)
    assert look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock).known


@pytest.mark.django_db
def test_guessing_numbers_closes_the_day_and_is_told(one: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = ready(one, LOOK)
    monkeypatch.setattr("ronghe.platform.kinds.data.lookup._rows_of", lambda *_, **__: [])
    for number in range(MOST_NEAR + 1):
        look_up(by=one.asker, grant=grant, subject=f"33010619900307{number:04}", case=str(number), clock=one.clock)
    with pytest.raises(Refused) as told:
        look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock)
    assert told.value.code == "platform.day_closed"
    alarm = Entry.objects.get(action="data.enumeration")
    assert alarm.facts["why"] == "near"
    assert set(alarm.departments) == {str(one.city.tax.pk), str(one.city.civil.pk)}


def cases(count: int) -> list[Asked]:
    return [Asked(f"s{n}", f"n{n}", f"c{n}", known=True) for n in range(count)]


@given(st.integers(0, 200))
def test_any_number_of_cases_about_people_who_are_there_is_work(count: int) -> None:
    assert copying(cases(count)) == ""


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([Asked(f"s{n}", "same", f"c{n}", known=True) for n in range(MOST_NEAR + 1)], "near"),
        ([Asked(f"s{n}", "same", f"c{n}", known=True) for n in range(MOST_NEAR)], ""),
        ([Asked("s", "same", f"c{n}", known=True) for n in range(99)], ""),
        ([Asked(f"s{n}", f"n{n}", f"c{n}", known=False) for n in range(MOST_UNKNOWN + 1)], "guessing"),
        ([Asked(f"s{n}", f"n{n}", f"c{n}", known=n % 2 == 0) for n in range(30)], ""),
        ([Asked(f"s{n}", f"n{n}", "c", known=True) for n in range(MOST_PER_CASE + 1)], "case"),
        ([Asked("s", "n", "c", known=True, claims=True)] * (MOST_CLAIMS + 1), "claims"),
        ([Asked("s", "n", "c", known=True, claims=True)] * MOST_CLAIMS, ""),
        ([Asked("s", "n", "c", known=True)] * (MOST_CLAIMS + 1), ""),
        ([], ""),
    ],
)
def test_a_copy_is_told_from_work(asked: list[Asked], why: str) -> None:
    assert copying(asked) == why


@pytest.mark.django_db
def test_a_revoked_right_looks_nobody_up(one: Handing) -> None:
    grant = ready(one, LOOK)
    actions.revoke(by=one.approver, at=LATER, request=grant.line.request, reason="停")
    grant = Grant.objects.select_related("line__request", "version__asset", "consumer").get(pk=grant.pk)
    with pytest.raises(Refused):
        look_up(by=one.asker, grant=grant, subject=IDS[0], case="1", clock=one.clock)


class Program:
    """A program of the asker, with a token."""

    def __init__(self, one: Handing, grant: Grant, *scopes: str) -> None:
        self.one, self.grant = one, grant
        until = one.now + timedelta(days=1)
        self.token, self.secret = make_token(by=one.asker, at=one.now, name="程序", scopes=scopes, expires=until)

    def call(self, what: str, body: object = None, secret: str | None = None) -> tuple[int, dict[str, object]]:
        url = f"/api/grants/{self.grant.pk}/{what}"
        headers = {"Authorization": f"Bearer {self.secret if secret is None else secret}"}
        client = Client()
        if body is None:
            answer = client.get(url, headers=headers)
        else:
            answer = client.post(url, json.dumps(body), content_type="application/json", headers=headers)
        return answer.status_code, answer.json()


@pytest.fixture
def program(one: Handing, monkeypatch: pytest.MonkeyPatch) -> Program:
    grant = ready(one, LOOK)
    for module in ("calls", "data"):
        monkeypatch.setattr(f"ronghe.platform.api.{module}.now", one.clock)
    return Program(one, grant, "data.read")


@pytest.mark.django_db
def test_a_program_looks_up_with_its_token(program: Program) -> None:
    status, told = program.call("look-up", {"subject": IDS[0], "case": "1"})
    assert (status, told["rows"]) == (200, [{"姓名": "张**", "登记日期": "2026-01"}])
    status, told = program.call("verify", {"subject": IDS[0], "case": "1", "claims": {"姓名": "张三丰"}})
    assert (status, told["verdicts"]) == (200, {"姓名": "yes"})
    assert program.call("rows")[0] == 403
    assert program.call("deliveries")[1]["deliveries"][0]["state"] == "ready"  # type: ignore[index]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [[], "x", {"subject": IDS[0], "case": "1", "state": "in_use"}, {"subject": [IDS[0]], "case": "1"}, {}]
)
def test_threat_2_a_call_has_its_fields_and_no_others(program: Program, body: object) -> None:
    assert program.call("look-up", body)[0] == 422
    assert not Read.objects.exists()


@pytest.mark.django_db
def test_threats_9_and_10_only_a_living_token_opens(program: Program) -> None:
    body = {"subject": IDS[0], "case": "1"}
    for secret in ("", "x", "eyJhbGciOiJub25lIn0.e30.", program.secret + "x", program.secret[:-1]):
        assert program.call("look-up", body, secret)[0] == 401
    revoke_token(by=program.one.asker, at=LATER, token=program.token)
    assert program.call("look-up", body)[0] == 401


@pytest.mark.django_db
def test_threat_1_a_stranger_s_grant_does_not_exist(program: Program) -> None:
    program.grant.consumer = program.one.city.health
    program.grant.save()
    status, told = program.call("look-up", {"subject": IDS[0], "case": "1"})
    assert (status, told["code"]) == (404, "api.404")
