"""Address by role by department: who may open and do what in the console."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from ronghe.platform.access.models import Person
from ronghe.platform.console.views import audit, grants
from ronghe.platform.urls import urlpatterns
from tests.platform.conftest import START
from tests.platform.matrix import CALLERS, Row
from tests.platform.matrix_console import PAGES, PUBLIC
from tests.platform.test_matrix import Things, things

__all__ = ["things"]


def test_every_address_of_the_console_has_its_row_and_every_row_its_address() -> None:
    routes = {str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)}
    assert routes == {name.partition(" ")[2] for name in PAGES} | PUBLIC


def outcome(things: Things, browser: Client, name: str, row: Row) -> bool:
    """Whether a page is shown or a button does what it says; whatever was changed is undone."""
    method, _, path = name.partition(" ")
    address = f"/{things.at(path, row)}"
    with transaction.atomic():
        answer = browser.get(address) if method == "GET" else browser.post(address, things.filled(row.body))
        transaction.set_rollback(True)
    if answer.status_code == 302:
        return not answer.headers["Location"].startswith("/sign-in")
    return answer.status_code == 200


@pytest.fixture
def opened(things: Things, monkeypatch: pytest.MonkeyPatch) -> Things:
    monkeypatch.setattr("ronghe.platform.console.middleware.now", lambda: START + timedelta(hours=1))
    for module in (grants, audit):
        monkeypatch.setattr(module, "receipt_for", lambda *_: {"entry": "x"})
    monkeypatch.setattr(audit, "has_log", lambda _: True)
    monkeypatch.setattr(audit, "verify_receipt", lambda *_: True)
    return things


@pytest.mark.slow
@pytest.mark.django_db
def test_each_caller_may_open_and_do_what_the_matrix_says_and_nothing_else(opened: Things) -> None:
    wrong = []
    for caller in sorted(CALLERS):
        browser = Client()
        browser.force_login(Person.objects.get(username=caller))
        for name, row in PAGES.items():
            if outcome(opened, browser, name, row) != (caller in row.who):
                wrong.append((name, caller))
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_nobody_opens_anything_before_signing_in(opened: Things) -> None:
    stranger = Client()
    assert [name for name, row in PAGES.items() if outcome(opened, stranger, name, row)] == []
