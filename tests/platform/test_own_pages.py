"""One's own account, the departments, and how pages are shown."""

from datetime import timedelta

import pytest
from django.test import Client

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import actor_by_token, actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.clock import now
from ronghe.platform.departments.models import Department
from tests.platform.conftest import City

pytestmark = pytest.mark.django_db


def client(person: Person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def test_a_role_is_lent_and_taken_back(city: City) -> None:
    lender, other = city.person("甲", city.civil, Role.APPROVER), city.person("乙", city.civil, Role.OFFERER)
    role = Membership.objects.get(person=lender)
    until = (now() + timedelta(days=5)).date().isoformat()
    typed = {"membership": role.pk, "to": "乙", "since": "2026-01-01", "until": until}
    assert client(lender).post("/me/lend", typed).status_code == 302
    assert actor_of(other, now()).has(Role.APPROVER, city.civil.pk)
    assert "甲" in client(other).get("/me").content.decode()
    lent = Delegation.objects.get()
    assert client(other).post("/me/take_back", {"delegation": lent.pk}).status_code == 404
    client(lender).post("/me/take_back", {"delegation": lent.pk})
    assert not actor_of(other, now()).has(Role.APPROVER)


@pytest.mark.parametrize("changes", [{"to": "无此人"}, {"until": "明天"}, {"until": "2020-01-01"}])
def test_a_lending_that_cannot_be_is_told(changes: dict[str, str], city: City) -> None:
    lender = city.person("甲", city.civil, Role.APPROVER)
    city.person("乙", city.civil)
    role = Membership.objects.get(person=lender)
    typed = {"membership": role.pk, "to": "乙", "since": "2026-01-01", "until": "2099-01-01", **changes}
    answer = client(lender).post("/me/lend", typed)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert not Delegation.objects.exists()


def test_a_token_is_shown_once_works_and_is_revoked(city: City) -> None:
    person = city.person("甲", city.civil, Role.ASKER)
    browser = client(person)
    expires = (now() + timedelta(days=30)).date().isoformat()
    page = browser.post("/me/token", {"name": "夜间同步", "expires": expires, "scopes": ["data.read"]}).content.decode()
    secret = page.split("<code>")[1].split("</code>")[0]
    assert actor_by_token(secret, now()) is not None
    assert secret not in browser.get("/me").content.decode()
    browser.post("/me/revoke", {"token": Token.objects.get().pk})
    assert actor_by_token(secret, now()) is None


def test_a_token_of_somebody_else_is_not_there(city: City) -> None:
    owner = client(city.person("甲", city.civil, Role.ASKER))
    expires = (now() + timedelta(days=30)).date().isoformat()
    owner.post("/me/token", {"name": "a", "expires": expires, "scopes": ["data.read"]})
    stranger = client(city.person("乙", city.tax, Role.ASKER))
    assert stranger.post("/me/revoke", {"token": Token.objects.get().pk}).status_code == 404


def test_departments_are_added_moved_and_ended(city: City) -> None:
    admin = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    typed = {"code": "JTJ", "name": "交通局", "parent": "SJJ", "approval_steps": "2"}
    assert admin.post("/departments/add", typed).status_code == 302
    made = Department.objects.get(code="JTJ")
    assert (made.parent, made.approval_steps) == (city.bureau, 2)
    worker = city.person("丙", made, Role.OFFERER)
    changed = {"department": made.pk, "name": "交通运输局", "parent": "", "approval_steps": "1"}
    assert admin.post("/departments/change", changed).status_code == 302
    assert "交通运输局" in admin.get("/departments").content.decode()
    assert admin.post("/departments/end", {"department": made.pk}).status_code == 302
    assert not actor_of(worker, now() + timedelta(seconds=1)).held
    told = Entry.objects.filter(subject=str(made.pk)).order_by("id").values_list("action", flat=True)
    assert list(told) == ["department.added", "department.changed", "department.ended"]


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("add", {"code": "MZJ", "name": "另一个民政局", "approval_steps": "1"}),
        ("add", {"code": "X", "name": "新局", "approval_steps": "4"}),
        ("add", {"code": "", "name": "新局", "approval_steps": "1"}),
        ("change", {"department": "bureau", "name": "数据局", "parent": "MZJ", "approval_steps": "1"}),
        ("end", {"department": "bureau"}),
    ],
)
def test_a_department_that_cannot_be_is_told(path: str, typed: dict[str, str], city: City) -> None:
    admin = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    sent = {name: str(city.bureau.pk) if value == "bureau" else value for name, value in typed.items()}
    answer = admin.post(f"/departments/{path}", sent)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert Department.objects.filter(ended__isnull=True).count() == 4


def test_only_the_system_administrator_sees_departments(city: City) -> None:
    security = client(city.person("安全", city.bureau, Role.SECURITY_ADMINISTRATOR))
    assert security.get("/departments").status_code == 404
    assert security.post("/departments/end", {"department": city.tax.pk}).status_code == 404
    assert Department.objects.get(pk=city.tax.pk).ended is None


def test_a_reader_chooses_language_and_theme(city: City) -> None:
    browser = client(city.person("甲", city.civil, Role.ASKER))
    browser.post("/shown", {"theme": "dark", "next": "/catalogue"})
    browser.post("/shown", {"lang": "en"})
    page = browser.get("/catalogue").content.decode()
    assert 'lang="en" data-bs-theme="dark"' in page
    answer = browser.post("/shown", {"theme": "<script>", "next": "//elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert 'data-bs-theme="dark"' in browser.get("/").content.decode()
