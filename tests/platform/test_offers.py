"""Describing, reviewing, revising and withdrawing an entry, through the pages."""

from typing import Any

import pytest
from django.test import Client

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.models import Version, VersionState
from tests.platform.conftest import City, RecordedKind

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {
    "department": "MZJ",
    "code": "MZJ-9",
    "name": "收养登记信息",
    "abstract": "收养登记的当事人与日期。",
    "category": "人口",
    "format": "file",
    "method": "file",
    "update_period": "month",
    "sharing_class": "conditional",
    "conditions": "仅限户籍登记\n不得转交",
    "legal_basis": "",
    "item-name": ["登记证字号", "收养人", ""],
    "item-type": ["C", "C", "C"],
    "item-element": ["code", "person_name", ""],
    "item-unit": ["", "", ""],
    "item-about": ["", "", ""],
    "item-personal": ["1"],
}


def client(person: Person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def offerer(city: City) -> Client:
    return client(city.person("目录员", city.civil, Role.OFFERER))


def test_from_a_new_entry_to_its_second_version(city: City, kind: RecordedKind, offerer: Client) -> None:
    assert offerer.post("/offers/new", TYPED).headers["Location"] == "/offers/MZJ-9"
    draft = Version.objects.get()
    assert (draft.state, draft.conditions, draft.personal) == ("draft", ["仅限户籍登记", "不得转交"], True)
    items = list(draft.items.values_list("name", "element", "personal"))
    assert items == [("登记证字号", "code", False), ("收养人", "person_name", True)]

    assert offerer.post("/offers/MZJ-9", {**TYPED, "abstract": "全市收养登记。"}).status_code == 302
    assert offerer.post("/offers/MZJ-9/submit").status_code == 302
    reviewer = client(city.person("统筹", city.bureau, Role.COORDINATOR))
    assert "收养登记信息" in reviewer.get("/offers?state=in_review").content.decode()
    reviewer.post("/catalogue/MZJ-9/review?version=1", {"answer": "publish"})
    assert "收养登记信息" in offerer.get("/catalogue").content.decode()

    assert offerer.post("/offers/MZJ-9", {**TYPED, "update_period": "day"}).status_code == 302
    first, second = Version.objects.order_by("number")
    assert (first.state, first.update_period) == (VersionState.PUBLISHED, "month")
    assert (second.state, second.update_period) == (VersionState.DRAFT, "day")


def test_what_a_rule_stops_is_told_and_stays_a_draft(city: City, offerer: Client) -> None:
    offerer.post("/offers/new", {**TYPED, "conditions": "", "abstract": ""})
    answer = offerer.post("/offers/MZJ-9/submit")
    assert answer.status_code == 403
    assert answer.content.decode().count('class="tag bad"') >= 2
    assert Version.objects.get().state == VersionState.DRAFT


@pytest.mark.parametrize("code", ["", "a/b", "x" * 41])
def test_a_code_that_cannot_be_an_address_is_refused_and_nothing_is_lost(
    code: str, city: City, offerer: Client
) -> None:
    answer = offerer.post("/offers/new", {**TYPED, "code": code})
    assert answer.status_code == 422
    assert "收养登记的当事人与日期。" in answer.content.decode()
    assert not Version.objects.exists()


def test_nobody_describes_another_department_s_entry(city: City, offerer: Client) -> None:
    offerer.post("/offers/new", TYPED)
    other = client(city.person("税务目录员", city.tax, Role.OFFERER))
    assert other.get("/offers/MZJ-9").status_code == 404
    assert other.post("/offers/MZJ-9", TYPED).status_code == 404
    assert "MZJ-9" not in other.get("/offers").content.decode()
    asker = client(city.person("申请人", city.tax, Role.ASKER))
    assert asker.get("/offers/new").status_code == 404


def test_the_bureau_withdraws_with_a_reason(city: City, kind: RecordedKind, offerer: Client) -> None:
    version = city.published()
    page = f"/offers/{version.asset.code}/withdraw"
    assert offerer.post(page, {"reason": "停用"}).status_code == 404
    reviewer = client(city.person("统筹", city.bureau))
    assert reviewer.post(page, {"reason": " "}).status_code == 400
    assert reviewer.post(page, {"reason": "系统下线"}).status_code == 302
    version.refresh_from_db()
    assert version.state == VersionState.WITHDRAWN
