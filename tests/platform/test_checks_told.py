"""The checks of conditions in words: what the machine looks at, and never its code."""

import re

import pytest

from ronghe.messages import LANGUAGES, Language
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.conditions import FACTS
from ronghe.platform.console.checks import check_text
from ronghe.platform.requests.rulings import published_clauses
from ronghe.terms import Refused
from tests.platform.conftest import City, RecordedKind
from tests.platform.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("check", "zh", "en"),
    [
        ("days <= 366", "申请期限不超过 366 天", "time asked for: at most 366 days"),
        ("366 >= days", "申请期限不超过 366 天", "time asked for: at most 366 days"),
        ("not days > 12 * 30", "申请期限不超过 12 × 30", "time asked for: at most 12 × 30"),
        (
            "1 < fields < 3",
            "申请的信息项超过 1 项，且申请的信息项少于 3 项",
            "items asked for: over 1, and items asked for: under 3",
        ),
        ("requester == 'SWJ'", "需求部门为“税务局”", "requesting department: “税务局”"),
        (
            "requester not in ['SWJ', 'X']",
            "需求部门不为“税务局”、“X”中的任何一个",
            "requesting department: none of “税务局”, “X”",
        ),
        ("method in ['file']", "方式为“文件下载”之一", "method: one of “file”"),
        ("rows_limited", "限定了行", "only some rows are asked for"),
        ("personal == false", "不含个人信息", "no personal data are among the items"),
        (
            "not (personal and not assessment)",
            "不含个人信息，或已附影响评估",
            "no personal data are among the items, or an impact assessment is attached",
        ),
        (
            "fields <= 2 and (assessment or not rows_limited)",
            "申请的信息项不超过 2 项，且（已附影响评估，或未限定行）",
            "items asked for: at most 2, and (an impact assessment is attached, or all rows are asked for)",
        ),
        ("floor(days) < 3", "系统按公式核对", "by a formula"),
    ],
)
def test_a_check_is_said_in_words(city: City, check: str, zh: str, en: str) -> None:
    assert (check_text(check, "zh"), check_text(check, "en")) == (zh, en)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_check_may_ask_has_words(city: City, lang: Language) -> None:
    value = {"text": "'甲'", "number": "3", "boolean": "true"}
    for name, kind in FACTS.items():
        for sign in ("==", "!="):
            told = check_text(f"{name} {sign} {value[kind]}", lang)
            assert told != check_text("floor(days) < 3", lang)
            assert name not in told or lang == "en"


def test_no_page_but_the_form_of_the_owner_shows_a_check_as_code(city: City, kind: RecordedKind) -> None:
    condition = "期限不超过一月 => days <= 31"
    version = city.published(conditions=[condition])
    request = city.asked(days=200)
    request.lines.update(version=version)
    asker, approver = city.person("申请人", city.tax), city.person("审批人", city.civil, Role.APPROVER)
    browser = client(asker)
    browser.post(f"/cart/add/{version.pk}")
    refused = client(approver).post(f"/requests/{request.pk}/accept", {f"fields-{request.lines.get().pk}": ["姓名"]})
    assert refused.status_code == 403
    pages = [
        browser.get(f"/catalogue/{version.asset.code}").content.decode(),
        browser.get("/cart").content.decode(),
        client(approver).get(f"/requests/{request.pk}").content.decode(),
        refused.content.decode(),
    ]
    for page in pages:
        assert "申请期限不超过 31 天" in page
        assert not re.search(r"days|=&gt;|&lt;=", page)
    form = client(Person.objects.get(username="提供 MZJ")).get(f"/offers/{version.asset.code}").content.decode()
    assert "days &lt;= 31" in form
    assert published_clauses(request) == ["期限不超过一月"]


def test_a_check_without_a_sentence_is_sent_back(city: City) -> None:
    with pytest.raises(Refused):
        city.published(conditions=["=> days <= 31"])
