"""The demo city holds together: its files, its entries, its purposes; and it is never made where people work."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.conf import LazySettings
from django.db import transaction

from ronghe.journeys.demo_city import make_demo_city
from ronghe.journeys.demo_city.departments import DEPARTMENTS, REGISTERS
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.start import INSTALLER, demo_of
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.store import make_log
from ronghe.platform.catalogue.actions import lint
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.clock import now
from ronghe.platform.demo.building import build
from ronghe.platform.demo.cast import BUREAU, members
from ronghe.platform.demo.entries import offers
from ronghe.platform.demo.purposes import purposes_of
from ronghe.platform.demo.tables import Town
from ronghe.platform.demo.year import WAITING
from ronghe.platform.index.computing import check
from ronghe.platform.index.models import Degree
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.requests.models import Grant, Request
from ronghe.standards.catalog import catalog
from ronghe.standards.legal import legal_profile
from ronghe.terms import Refused, RequestState
from tests.platform.conftest import City

LAW = legal_profile("cn-809-2025")


def test_every_purpose_is_somebody_s_and_of_entries_that_there_are() -> None:
    names = {offer.name for offer in offers()}
    for asker in (BUREAU, *DEPARTMENTS):
        own = {offer.name for offer in offers() if offer.department == asker}
        for purpose in purposes_of(asker):
            assert set(purpose.entries) <= names
            assert set(purpose.entries) - own
    assert {asker for asker in DEPARTMENTS if purposes_of(asker)} == set(DEPARTMENTS)


def test_every_entry_is_of_a_department_with_elements_that_there_are() -> None:
    known = {element.code for element in catalog()}
    files = {register.file: register.department for register in REGISTERS}
    for offer in offers():
        assert {item["element"] for item in offer.items} <= known
        assert not offer.file or files[offer.file] == offer.department
    assert {offer.file for offer in offers() if offer.file} == set(files)
    assert {member.department for member in members()} == {BUREAU, *DEPARTMENTS}


def test_the_sign_in_page_of_the_demo_has_somebody_of_every_role() -> None:
    assert {role for member in members() for role in member.roles} | ADMINISTRATORS == set(Role)


def test_a_made_up_table_has_the_columns_of_its_entry_and_no_empty_ones(tmp_path: Path) -> None:
    city = make_demo_city(tmp_path / "city", rows=1_000, today=now().date())
    town = Town(city.folder / "files", now().date(), Random(1))
    for offer in offers():
        if not offer.file:
            header, *rows = town.table(offer).decode().splitlines()
            assert header.split(",") == [item["name"] for item in offer.items]
            assert len(rows) > 100
            assert ",," not in rows[0]


@pytest.mark.django_db
def test_a_city_is_not_made_among_real_people(city: City, tmp_path: Path) -> None:
    city.person("真人", city.civil)
    with pytest.raises(Refused) as told:
        build(tmp_path, now=now(), law=LAW)
    assert told.value.code == "platform.demo_real"


def marked(home: Path, **said: str) -> None:
    (home / "demo.json").write_text(json.dumps({"password": "p", "made": "2026-03-02", **said}), "utf-8")


@pytest.mark.django_db
def test_the_database_says_whether_it_is_a_demo_wherever_it_is(city: City, tmp_path: Path) -> None:
    assert demo_of(tmp_path) is None
    # A demo that came to nothing left its mark, and then people began in earnest.
    marked(tmp_path, entry="demo.made")
    assert demo_of(tmp_path) is None
    marked(tmp_path)
    assert demo_of(tmp_path) == {"password": "p"}
    with transaction.atomic():
        record(by=INSTALLER, at=now(), action="demo.made", subject_kind="platform", subject="demo")
    # Restored into another home, it is one and does not know its password.
    for text in (None, "{", "[]", '{"password": 7}'):
        (tmp_path / "demo.json").unlink(missing_ok=True)
        if text is not None:
            (tmp_path / "demo.json").write_text(text)
        assert demo_of(tmp_path) == {"password": "7" if text and "7" in text else ""}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_demo_that_was_cut_off_is_made_all_the_same(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME, settings.SOURCE_FOLDERS = tmp_path, [tmp_path / "demo" / "city" / "drops"]
    make_log(tmp_path)

    def cut(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    for place in ("_write_mark", "compute"):
        with monkeypatch.context() as patch:
            patch.setattr(f"ronghe.platform.demo.building.{place}", cut)
            with pytest.raises(KeyboardInterrupt):
                build(tmp_path, now=now(), law=LAW, requests=2)
        # Before its mark is written nobody is there; from then on it is a demo, and what is missing is made later.
        assert Person.objects.exists() == (demo_of(tmp_path) is not None) == (place == "compute")
    assert not Degree.objects.exists()
    build(tmp_path, now=now(), law=LAW, requests=2)
    assert Degree.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_year_is_lived_through_the_real_actions(tmp_path: Path, settings: LazySettings) -> None:
    settings.HOME, settings.SOURCE_FOLDERS = tmp_path, [tmp_path / "demo" / "city" / "drops"]
    make_log(tmp_path)
    built = build(tmp_path, now=now(), law=LAW, requests=12)
    assert (built.entries, built.people) == (len(offers()), len(members()) + 3)
    for version in Version.objects.filter(state=VersionState.PUBLISHED):
        assert not [finding for finding in lint(version) if finding.stops and finding.place != "name"]
    assert built.requests == 12 + WAITING
    # The first morning has something for approvers of several departments, and nothing of it is late.
    waiting = Request.objects.filter(state=RequestState.SUBMITTED, submitted__gt=now() - timedelta(days=14))
    assert len({one.owner_id for one in waiting}) >= WAITING - 1
    assert all(one.due and one.due >= now().date() for one in waiting)
    assert Job.objects.exclude(state="done").count() == 0
    assert Read.objects.filter(grant__in=Grant.objects.all()).exists()
    months = list(Degree.objects.order_by("at"))
    assert len(months) > 3
    assert [one.faults for one in check(tmp_path, months, law=LAW)] == [()] * len(months)
    assert 0 < months[-1].value < 1
    oldest = Request.objects.earliest("made").made
    assert now() - oldest > timedelta(days=60)
    assert build(tmp_path, now=now(), law=LAW) == built
