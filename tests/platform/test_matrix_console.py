"""Address by role by department: who may open and do what in the console."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from itertools import product

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from ronghe.messages import LANGUAGES
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
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


def opening() -> dict[str, list[tuple[str, Row]]]:
    """The pages, and for each role one caller who may open them."""
    found: dict[str, list[tuple[str, Row]]] = {}
    for (name, row), role in product(PAGES.items(), Role):
        may = sorted(caller for caller in row.who if caller.startswith(f"{role.value}@"))
        if name.startswith("GET ") and name != "GET metrics" and "/receipt" not in name and may:
            found.setdefault(may[0], []).append((name, row))
    return found


@pytest.mark.django_db
def test_a_page_that_only_shows_keeps_no_writer_waiting(opened: Things) -> None:
    """With SQLite a transaction is the one writer's from its beginning."""
    browser, seen = Client(), set()
    for caller, pages in opening().items():
        browser.force_login(Person.objects.get(username=caller))
        for name, row in pages:
            if name not in seen:
                seen.add(name)
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(f"/{opened.at(name[4:], row)}").status_code == 200, name
                assert not [one["sql"] for one in asked if not one["sql"].startswith("SELECT")], name
    assert len(seen) > 20


NAMES = {
    *(
        "Ronghe",
        "API",
        "CSV",
        "Excel",
        "Parquet",
        "JSON",
        "URL",
        "SQL",
        "UTF",
        "English",
        "Standard",
        "Webhook",
        "Webhooks",
    ),
    *("postgresql", "reader", "host", "ronghe", "log", "verify"),
    *("requester", "legal", "basis", "rows", "limited", "assessment", "personal", "method", "fields"),
    *("days", "mask", "bucket", "month"),
}
"""What both languages call so, commands, and the words in which conditions and obligations are written."""
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in texts_in(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in texts_in(part))
    elif value is not None:
        yield str(value)


def data() -> str:
    """Every value that the database holds."""
    rows = (row for model in apps.get_models() for row in model._default_manager.values_list())
    return "\n".join(text for row in rows for text in texts_in(list(row)))


def words_of(page: str) -> str:
    """What a reader of a page sees or hears of it; a form's own choice of language is in that language."""
    page = re.sub(r"<(script|style|pre|code|time).*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    page = re.sub(r"<([a-z]+)[^>]* (lang|hreflang)=.(zh|en)[^>]*>[^<]*</\1>", " ", page)
    heard = re.findall(r" (?:title|alt|placeholder|aria-label)=\"([^\"]*)\"", page)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", page), *heard]))


@pytest.mark.django_db
def test_no_page_mixes_the_two_languages(opened: Things) -> None:
    """For each role: what is neither in the reader's language nor a value of the data is a text left behind."""
    known, wrong = data(), set[tuple[str, str, str]]()
    for caller, pages in opening().items():
        for lang in LANGUAGES:
            browser = Client(headers={"Accept-Language": lang})
            browser.force_login(Person.objects.get(username=caller))
            for name, row in pages:
                shown = words_of(browser.get(f"/{opened.at(name[4:], row)}").content.decode())
                foreign = {word for word in (ENGLISH if lang == "zh" else CHINESE).findall(shown) if word not in known}
                wrong |= {(lang, name, word) for word in foreign - NAMES}
    assert not wrong, "\n".join(map(str, sorted(wrong)))


NASTY = "\"'><script>x()</script>"
TYPED = {
    *("name", "abstract", "category", "about", "unit", "legal_basis", "system", "text", "answer", "reason", "purpose"),
    *("scenario", "assessment", "clause", "claim", "evidence", "field", "row_key", "case", "called", "stop_reason"),
    *("person", "person_name", "on_behalf_of", "confirmed_by"),
}
"""Columns of what people type, themselves included."""


def poison() -> int:
    """Put something nasty into every text that people typed; gives how many columns took it."""
    taken = 0
    for model in apps.get_models():
        for field in model._meta.concrete_fields if model._meta.label not in ("requests.Move", "jobs.Job") else ():
            if field.name in TYPED and isinstance(field, CharField):
                for number, key in enumerate(model._default_manager.values_list("pk", flat=True)):
                    model._default_manager.filter(pk=key).update(**{field.name: f"{NASTY}{number}"})
                taken += model._default_manager.exists()
    return taken


@pytest.mark.django_db
def test_threat_38_what_people_typed_is_text_on_every_page(opened: Things) -> None:
    assert poison() > 30
    browser, seen, shown = Client(), set(), 0
    for caller, pages in opening().items():
        browser.force_login(Person.objects.get(username=caller))
        for name, row in pages:
            if name not in seen:
                seen.add(name)
                answer = browser.get(f"/{opened.at(name[4:], row)}")
                assert answer.status_code == 200, name
                page = answer.content.decode()
                assert "<script>x()" not in page, name
                assert "\"'>" not in page, name
                shown += "&lt;script&gt;x()" in page
                # Should something slip through, the browser still runs nothing that is not ours.
                policy = dict(
                    part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
                )
                assert policy.get("script-src", policy["default-src"]) == "'self'", name
                assert (policy["base-uri"], policy["form-action"], policy["frame-ancestors"]) == (
                    "'none'",
                    "'self'",
                    "'none'",
                )
    assert shown > 15
