"""The guide of a first visit: steps of one's roles, ticked by the records, gone when done or closed."""

import re

import pytest

from ronghe.messages import codes, known
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.console.guide import _STEPS, guide
from tests.platform.conftest import START, City
from tests.platform.test_pages import client

pytestmark = pytest.mark.django_db


def test_the_steps_are_those_of_the_roles_and_ticked_by_the_records(city: City) -> None:
    asker = city.actor("申请人", city.tax, Role.ASKER)
    assert [(step.name, step.done) for step in guide(asker)] == [("choose", False), ("hand_in", False), ("read", False)]
    city.asked()
    assert [step.done for step in guide(asker)] == [True, True, False]
    # What somebody else did is not one's own.
    other = city.actor("另一申请人", city.tax, Role.ASKER)
    assert not any(step.done for step in guide(other))


def test_who_did_everything_sees_none(city: City) -> None:
    city.published()
    reviewer = city.coordinator
    assert [step.name for step in guide(reviewer) if step.done] == ["review"]
    approver = city.actor("审批人", city.civil, Role.APPROVER)
    assert [step.name for step in guide(approver)] == ["answer"]
    assert guide(actor_of(city.person("无角色", city.civil), START)) == ()


@pytest.mark.parametrize(("lang", "title"), [("zh", "第一次使用"), ("en", "First steps")])
def test_the_first_page_shows_it_until_it_is_closed(city: City, lang: str, title: str) -> None:
    browser = client(city.person("申请人", city.tax, Role.ASKER))
    browser.cookies["lang"] = lang
    assert title in browser.get("/").content.decode()
    browser.post("/shown", {"guide": "closed", "next": "/"})
    assert title not in browser.get("/").content.decode()


def test_every_role_has_its_steps_each_with_its_words(city: City) -> None:
    recorded = {code.removeprefix("platform.action_") for code in codes()}
    for place, role in enumerate(Role):
        person = city.person(f"新人{place}", city.bureau, role)
        steps = guide(actor_of(person, START))
        assert steps, role
        for step in steps:
            assert known(f"platform.guide_{step.name}")
            assert known(f"platform.guide_about_{step.name}")
            assert client(person).get(step.url).status_code == 200, (role, step.url)
    # A deed that nobody records would never be ticked.
    assert [
        action for _, steps in _STEPS for _, _, actions in steps for action in actions if action not in recorded
    ] == []


def test_what_only_looks_is_never_ticked_and_keeps_no_guide_open(city: City) -> None:
    person = city.person("运维", city.bureau, Role.OPERATOR)
    operator = actor_of(person, START)
    assert [(step.name, step.done) for step in guide(operator)] == [("watch_jobs", None), ("check_platform", False)]
    client(person).post("/security/now")
    assert guide(operator) == ()
    keeper = city.actor("资源", city.civil, Role.RESOURCE_KEEPER)
    assert {step.done for step in guide(keeper)} == {None}


@pytest.mark.parametrize(("lang", "told"), [("zh", "目前只办理数据共享"), ("en", "only data are shared here")])
def test_a_keeper_of_resources_is_told_that_there_is_nothing_to_keep_yet(city: City, lang: str, told: str) -> None:
    assert told in client(city.person("资源", city.civil, Role.RESOURCE_KEEPER), lang).get("/").content.decode()
    assert told not in client(city.person("申请人", city.civil, Role.ASKER), lang).get("/").content.decode()


def test_who_has_no_role_is_sent_to_no_page_that_is_closed_to_them(city: City) -> None:
    browser = client(city.person("新人", city.civil))
    page = browser.get("/").content.decode()
    assert "还没有角色" in page
    for url in set(re.findall(r'href="(/[^"#]*)"', page)) - {"/static/console/mark.svg"}:
        if not url.startswith("/static/"):
            assert browser.get(url).status_code == 200, url
