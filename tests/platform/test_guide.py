"""The guide of a first visit: steps of one's roles, ticked by the records, gone when done or closed."""

import pytest

from ronghe.messages import known
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


def test_every_step_has_its_words() -> None:
    for _, steps in _STEPS:
        for name, url, actions in steps:
            assert known(f"platform.guide_{name}")
            assert known(f"platform.guide_about_{name}")
            assert url.startswith("/")
            assert actions
