"""Who is told of what, and how it goes out: once, signed, to allowed machines only, until it arrives."""

import base64
import hashlib
import hmac
import ipaddress
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from ronghe.messages import LANGUAGES, known
from ronghe.platform.access.actions import (
    change_password,
    change_person,
    make_token,
    reset_password,
    reset_second_factor,
    revoke_token,
)
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms import sending, trail
from ronghe.platform.alarms.actions import About, add_webhook, call, end_webhook, tell
from ronghe.platform.alarms.models import Message, Notice, Webhook
from ronghe.platform.alarms.outgoing import Allowed, allowed_by, target_of
from ronghe.platform.alarms.sending import PAUSES, notice_text, send_waiting
from ronghe.platform.alarms.signing import headers_for, secret_of
from ronghe.platform.alarms.trail import follow
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import make_log
from ronghe.platform.home import mail as mail_settings
from ronghe.platform.queries import entries
from ronghe.platform.requests import actions
from ronghe.platform.requests.clocks import remind, turn
from ronghe.platform.requests.models import Request
from ronghe.platform.requests.objections import answer_objection, climb, object_to_row, raise_dispute, settle
from ronghe.standards.legal import legal_profile
from ronghe.terms import InputError, Refused, RequestState, UsageError
from tests.platform.conftest import START, City, RecordedKind

pytestmark = pytest.mark.django_db
LAW = legal_profile("cn-809-2025")
NEW = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    settings.MAIL_IS_ON = True
    settings.PUBLIC_URL = "https://share.example"
    make_log(tmp_path)
    return tmp_path


@pytest.fixture
def asked(city: City, kind: RecordedKind) -> Request:
    """A request that waits for its approver."""
    request = city.asked()
    city.person("审批人", city.civil, Role.APPROVER)
    city.person("另一审批人", city.civil, Role.APPROVER)
    Person.objects.update(email="someone@example.com")
    return request


def told(username: str) -> list[str]:
    return list(Notice.objects.filter(person__username=username).order_by("made", "pk").values_list("code", flat=True))


def test_a_notice_has_the_instant_of_what_it_tells(asked: Request, home: Path) -> None:
    """Not that of its writing, which is another where a year is told at once."""
    seal_all(home)
    follow()
    assert {notice.made for notice in Notice.objects.all()} == {START}


def test_the_trail_tells_each_side_once(asked: Request, home: Path, city: City) -> None:
    assert follow() == 0
    seal_all(home)
    assert follow() > 0
    assert follow() == 0
    assert told("审批人") == told("另一审批人") == ["request.submit"]
    assert "request.submit" not in told("申请人")
    assert "catalogue.submitted" in told("统筹")
    approver = actor_of(Person.objects.get(username="审批人"), START)
    actions.refuse(by=approver, at=START, request=asked, reason="不符合条件", clause="第十四条", profile=LAW)
    seal_all(home)
    follow()
    assert told("申请人") == ["request.refuse"]
    notice = Notice.objects.get(code="request.refuse")
    assert notice.url == f"/requests/{asked.pk}"
    assert "民政局" in notice_text(notice, "zh")


def test_a_dispute_reaches_its_owner_and_its_end_both_sides(asked: Request, home: Path, city: City) -> None:
    approver, asker = (actor_of(Person.objects.get(username=name), START) for name in ("审批人", "申请人"))
    refused = actions.refuse(by=approver, at=START, request=asked, reason="不", clause="第十四条", profile=LAW)
    made = raise_dispute(by=asker, at=START, department=city.tax, about=refused, text="不服")
    climb(by=asker, at=START, dispute=made, text="协商未果")
    settle(by=city.coordinator, at=START, dispute=made, upheld=True, text="应当共享")
    seal_all(home)
    follow()
    heard = {name: [code for code in told(name) if code.startswith("dispute")] for name in ("审批人", "申请人", "统筹")}
    assert heard == {
        "审批人": ["dispute.raised", "dispute.climbed", "dispute.upheld"],
        "申请人": ["dispute.upheld"],
        "统筹": ["dispute.raised", "dispute.climbed"],
    }
    first, second = Notice.objects.filter(person__username="统筹", code__startswith="dispute").order_by("made", "pk")
    assert "协商" in notice_text(first, "zh")
    assert "主管部门" in notice_text(second, "zh")


def test_whoever_finds_their_account_changed_by_another_is_told(asked: Request, home: Path, city: City) -> None:
    """And who changed their own is not."""
    person = Person.objects.get(username="申请人")
    system = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    reset_password(by=system, at=START, person=person, password=NEW)
    Authenticator.objects.create(user=person, type="totp", data={})
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    reset_second_factor(by=security, at=START, person=person)
    change_person(by=system, at=START, person=person, email="elsewhere@example.org")
    for by in (security, own := actor_of(person, START)):
        token, _ = make_token(by=own, at=START, name="程序", scopes=["catalogue.read"], expires=at_day(9))
        revoke_token(by=by, at=START, token=token)
    change_password(by=actor_of(person, START), at=START, old=NEW, new=f"{NEW} of my own")
    seal_all(home)
    follow()
    assert told("申请人") == ["person.password_set", "person.factor_reset", "person.changed", "token.revoked"]
    notices = Notice.objects.filter(person=person).order_by("made", "pk")
    assert [notice_text(one, "zh")[:2] for one in notices] == ["系统", "安全", "系统", "安全"]
    assert Message.objects.filter(notice__in=notices).count() == 4


def test_threat_39_every_holder_learns_of_a_correction_and_none_of_the_others(
    city: City, home: Path, kind: RecordedKind
) -> None:
    version = city.published()
    approver = city.actor("审批人", city.civil, Role.APPROVER)
    for name, department in (("申请人", city.tax), ("卫健申请人", city.health)):
        by = city.actor(name, department, Role.ASKER)
        (draft,) = actions.new_requests(
            by=by,
            at=START,
            requester=department,
            wishes=[(version, ["姓名"], {})],
            purpose="核验",
            legal_basis="第十五条",
            wanted_from=START,
            wanted_until=at_day(200),
        )
        asked = actions.submit(by=by, at=START, request=draft, profile=LAW)
        actions.decide(by=approver, at=START, request=asked, profile=LAW)
    said: dict[str, Any] = {"row_key": "1", "field": "姓名", "claim": "张三", "evidence": "户口簿"}
    asker = actor_of(Person.objects.get(username="申请人"), START)
    made = object_to_row(by=asker, at=START, department=city.tax, version=version, profile=LAW, **said)
    offerer = actor_of(Person.objects.get(username="提供 MZJ"), START)
    answer_objection(by=offerer, at=START, objection=made, upheld=True, answer="已更正")
    seal_all(home)
    follow()
    assert "objection.corrected" in told("卫健申请人")
    assert "objection.upheld" in told("申请人")
    officer = city.actor("税务安全员", city.tax, Role.SECURITY_OFFICER)
    seen = entries(officer)
    assert seen.filter(action="objection.upheld").exists()
    assert not [one for one in seen if str(city.health.pk) in f"{one.departments}{one.facts}"]


def test_killed_while_telling_nobody_is_told_twice(asked: Request, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_all(home)
    calls = []

    def breaks(**named: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(trail, "call", breaks)
        with pytest.raises(KeyboardInterrupt):
            follow()
    follow()
    assert told("审批人") == ["request.submit"]
    assert Message.objects.filter(notice__person__username="审批人").count() == 1


def at_day(days: int) -> datetime:
    return START + timedelta(days=days)


def test_clocks_remind_then_escalate_once_each(asked: Request, city: City) -> None:
    assert asked.due is not None
    left = (asked.due - START.date()).days
    assert remind(START, LAW) == 0
    assert remind(at_day(left - 1), LAW) == 2
    assert remind(at_day(left - 1), LAW) == 0
    assert told("审批人") == ["due_soon"]
    remind(at_day(left), LAW)
    remind(at_day(left + 1), LAW)
    assert told("审批人") == ["due_soon", "due_today", "overdue"]
    assert told("统筹") == ["escalated"]
    assert remind(at_day(left + 2), LAW) == 0
    # Whoever is told late is told by how many working days: the weekend does not count.
    assert Notice.objects.filter(code="overdue").first().params["days"] == 1  # type: ignore[union-attr]


def test_a_clock_that_was_lengthened_reminds_anew(asked: Request, city: City) -> None:
    assert asked.due is not None
    left = (asked.due - START.date()).days
    remind(at_day(left), LAW)
    coordinator = actor_of(Person.objects.get(username="统筹"), START)
    longer = actions.lengthen_clock(by=coordinator, at=at_day(left), request=asked, days=5, profile=LAW)
    assert longer.due is not None
    assert remind(at_day(left), LAW) == 0
    remind(at_day((longer.due - START.date()).days), LAW)
    assert told("审批人") == ["due_today", "due_today"]


def test_the_end_of_a_right_is_told_before_and_its_disposal_asked_for_after(asked: Request, city: City) -> None:
    approver = actor_of(Person.objects.get(username="审批人"), START)
    actions.decide(by=approver, at=START, request=asked, profile=LAW)
    actions.delivered(at=START, request=asked)
    for days in (100, 170, 193, 199):
        remind(at_day(days), LAW)
    assert told("申请人") == ["grant_ends"] * 3
    assert [one.params["days"] for one in Notice.objects.filter(person__username="申请人").order_by("made")] == [
        30,
        7,
        1,
    ]
    assert turn(at_day(200), LAW)["ended"] == 1
    asked.refresh_from_db()
    assert asked.state == RequestState.EXPIRED
    assert told("申请人")[-1] == "dispose"
    remind(at_day(201), LAW)
    assert told("申请人").count("dispose") == 1


def test_mail_goes_out_in_the_readers_language_with_a_link(asked: Request, home: Path) -> None:
    Person.objects.filter(username="审批人").update(lang="en")
    Person.objects.filter(username="另一审批人").update(email="")
    Request.objects.update(purpose="核验\r\nBcc: a@example.com")
    seal_all(home)
    follow()
    Message.objects.exclude(notice__person__username="审批人").delete()
    assert send_waiting(at=START + timedelta(days=9_000)) == 1
    (sent,) = mail.outbox
    assert sent.to == ["someone@example.com"]
    assert "has submitted the request" in sent.subject
    assert "\n" not in sent.subject
    assert f"https://share.example/requests/{asked.pk}" in sent.body
    assert send_waiting(at=START + timedelta(days=9_000)) == 0


def test_what_does_not_arrive_is_tried_again_and_at_last_given_up(
    asked: Request, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.objects.get(username="审批人")
    tell(at=START, key="k", about=About("due_today", "/", {"title": "a", "department": "b"}), people=[person])

    def refuses(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError("password=canary")

    monkeypatch.setattr(sending, "get_connection", refuses)
    at = START
    for pause in PAUSES:
        assert send_waiting(at=at) == 0
        message = Message.objects.get()
        assert (message.state, message.next_try) == ("waiting", at + pause)
        assert send_waiting(at=at + pause - timedelta(seconds=1)) == 0
        at += pause
    send_waiting(at=at)
    message = Message.objects.get()
    assert (message.state, message.tries, message.fault) == ("given_up", len(PAUSES) + 1, "ConnectionRefusedError")


def resolves(*addresses: str) -> Callable[[str, int], Sequence[Any]]:
    return lambda *_: [ipaddress.ip_address(address) for address in addresses]


ALLOWED = Allowed(frozenset({"hook.example"}), (".gov.cn",), (ipaddress.ip_network("10.1.0.0/16"),))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.2.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_threat_8_an_allowed_name_may_not_lead_inside(address: str) -> None:
    with pytest.raises(Refused, match="outgoing_inside"):
        target_of("https://hook.example/x", ALLOWED, resolved=resolves(address))
    # Nor among others that are fine.
    with pytest.raises(Refused, match="outgoing_inside"):
        target_of("https://hook.example/x", ALLOWED, resolved=resolves("93.184.216.34", address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://other.example/", "outgoing_host"),
        ("https://hook.example.evil.example/", "outgoing_host"),
        ("https://evilgov.cn/", "outgoing_host"),
        ("https://127.0.0.1/", "outgoing_host"),
        ("https://0x7f.1/", "outgoing_host"),
        ("https://2130706433/", "outgoing_host"),
        ("https://[::ffff:127.0.0.1]/", "outgoing_host"),
        ("http://hook.example/", "outgoing_https"),
        ("https://user:secret@hook.example/", "outgoing_url"),
        ("https://hook.example@127.0.0.1/", "outgoing_url"),
        ("file:///etc/passwd", "outgoing_url"),
        ("gopher://hook.example/", "outgoing_url"),
        ("https://hook.example/\r\nHost: a", "outgoing_url"),
        ("https://hook。example/", "outgoing_url"),
        ("https://", "outgoing_url"),
        ("https://hook.example:99999/", "outgoing_url"),
    ],
)
def test_threat_8_other_addresses_are_refused_before_anything_is_resolved(url: str, code: str) -> None:
    def never(host: str, port: int) -> Sequence[Any]:
        raise AssertionError

    with pytest.raises((Refused, InputError), match=code):
        target_of(url, ALLOWED, resolved=never)


def test_allowed_addresses_are_pinned() -> None:
    target = target_of("https://hook.example/x?y=1", ALLOWED, resolved=resolves("93.184.216.34"))
    assert (target.host, target.address, target.port, target.path) == ("hook.example", "93.184.216.34", 443, "/x?y=1")
    assert target_of("https://a.gov.cn/", ALLOWED, resolved=resolves("10.1.2.3")).address == "10.1.2.3"
    assert target_of("http://10.1.2.3/", ALLOWED, resolved=resolves("10.1.2.3")).port == 80
    assert allowed_by({}) == Allowed()
    with pytest.raises(InputError, match="outgoing_form"):
        allowed_by({"RONGHE_OUTGOING": "10.1.0.0/99"})


class Receiver(BaseHTTPRequestHandler):
    """A department's system: keeps what it gets, and may answer with a redirect to a private address."""

    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(type(self).status)
        self.send_header("Location", "http://127.0.0.1:1/inside")
        self.end_headers()

    def do_GET(self) -> None:
        type(self).got.append(({}, b"GET"))

    def log_message(self, *given: Any) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.got, Receiver.status = [], 200
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(city: City, home: Path, receiver: str, settings: Any) -> tuple[Webhook, str]:
    settings.ENVIRONMENT = {"RONGHE_OUTGOING": "127.0.0.0/8"}
    officer = city.actor("安全员", city.tax, Role.SECURITY_OFFICER)
    return add_webhook(by=officer, at=START, department=city.tax, url=receiver)


def event(city: City, key: str = "k") -> None:
    call(at=START, key=key, about=About("request.accept", "/requests/1"), departments=[city.tax, city.civil])


def test_a_webhook_is_called_once_and_signed(hook: tuple[Webhook, str], city: City) -> None:
    event(city)
    event(city)
    assert send_waiting(at=START) == 1
    ((headers, body),) = Receiver.got
    key = base64.b64decode(hook[1].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - START.timestamp()) < 1
    assert json.loads(body) == {
        "type": "request.accept",
        "timestamp": START.isoformat(),
        "data": {"url": "https://share.example/requests/1", "due": None},
    }


def test_the_signature_is_that_of_the_published_specification() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert base64.b64encode(hmac.digest(key, signed, "sha256")) == b"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    made = headers_for(secret, message=uuid4(), at=1614265330, body=body)
    again = f"{made['webhook-id']}.1614265330.".encode() + body
    assert made["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, again, "sha256")).decode()


def test_threat_42_a_redirect_is_not_followed(hook: tuple[Webhook, str], city: City) -> None:
    Receiver.status = 302
    event(city)
    assert send_waiting(at=START) == 0
    assert [body for _, body in Receiver.got] != []
    assert all(body != b"GET" for _, body in Receiver.got)
    assert Message.objects.get().fault == "status 302"


def test_threat_42_a_name_that_turns_to_a_private_address_is_not_called(
    hook: tuple[Webhook, str], city: City, settings: Any
) -> None:
    event(city)
    settings.ENVIRONMENT = {"RONGHE_OUTGOING": "localhost"}
    Webhook.objects.update(url=hook[0].url.replace("http://127.0.0.1", "https://localhost"))
    assert send_waiting(at=START) == 0
    assert Message.objects.get().fault == "platform.outgoing_inside"
    assert Receiver.got == []


def test_an_ended_webhook_gets_nothing_any_more(hook: tuple[Webhook, str], city: City) -> None:
    event(city)
    end_webhook(by=city.actor("安全员", city.tax), at=START, webhook=hook[0])
    assert send_waiting(at=START) == 0
    event(city, "later")
    assert (Message.objects.count(), Message.objects.get().state, Receiver.got) == (1, "given_up", [])


def test_threat_41_no_secret_of_a_webhook_is_kept(hook: tuple[Webhook, str], home: Path) -> None:
    kept = str([*Webhook.objects.values(), *Entry.objects.values()])
    assert hook[1] not in kept
    assert "/hook" not in str(list(Entry.objects.values()))
    assert secret_of(home, hook[0].pk) == hook[1] != secret_of(home, uuid4())


def test_only_the_security_officer_keeps_webhooks(city: City, home: Path, settings: Any) -> None:
    settings.ENVIRONMENT = {"RONGHE_OUTGOING": "hook.example"}
    asker = city.actor("申请人", city.tax, Role.ASKER)
    with pytest.raises(Refused, match="role_missing"):
        add_webhook(by=asker, at=START, department=city.tax, url="https://hook.example/")


def signed_in(person: Person, lang: str) -> Client:
    browser = Client()
    browser.force_login(person)
    browser.cookies["lang"] = lang
    return browser


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notices_are_read_on_their_page_by_their_reader_only(lang: str, asked: Request, home: Path, city: City) -> None:
    seal_all(home)
    follow()
    approver, other = (Person.objects.get(username=name) for name in ("审批人", "申请人"))
    browser = signed_in(approver, lang)
    shown = browser.get("/notices").content.decode()
    assert f"/requests/{asked.pk}" in shown
    assert f"/requests/{asked.pk}" not in signed_in(other, lang).get("/notices").content.decode()
    notice = Notice.objects.get(person=approver)
    # Threat 1: somebody else's notice looks like one that does not exist.
    assert signed_in(other, lang).post("/notices/read", {"notice": str(notice.pk)}).status_code == 404
    assert browser.post("/notices/read").status_code == 302
    notice.refresh_from_db()
    assert notice.read is not None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_webhooks_are_kept_on_their_page(lang: str, city: City, home: Path, settings: Any) -> None:
    settings.ENVIRONMENT = {"RONGHE_OUTGOING": "hook.example"}
    browser = signed_in(city.person("安全员", city.tax, Role.SECURITY_OFFICER), lang)
    form = {"department": "SWJ", "url": "https://hook.example/x"}
    assert "whsec_" in browser.post("/webhooks/add", form).content.decode()
    assert "whsec_" not in browser.get("/webhooks").content.decode()
    assert browser.post("/webhooks/add", {**form, "url": "https://10.0.0.1/"}).status_code == 403
    # Threats 1 and 2: not for another department, and not another's webhook.
    assert browser.post("/webhooks/add", {**form, "department": "MZJ"}).status_code == 403
    hook = Webhook.objects.get()
    stranger = signed_in(city.person("民政安全员", city.civil, Role.SECURITY_OFFICER), lang)
    assert stranger.post("/webhooks/end", {"webhook": str(hook.pk)}).status_code == 404
    browser.post("/webhooks/end", {"webhook": str(hook.pk)})
    hook.refresh_from_db()
    assert hook.ended is not None
    assert signed_in(city.person("甲", city.tax, Role.ASKER), lang).get("/webhooks").status_code == 404


def test_every_action_that_is_told_has_its_text() -> None:
    assert trail._TELLS
    assert [action for action in trail._TELLS if not known(f"platform.notice_{action}")] == []


def test_the_mail_server_is_named_without_its_password(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    said = {"RONGHE_MAIL": "smtps://a%40b@mail.example?from=x@example.com", "RONGHE_MAIL_PASSWORD_FILE": str(file)}
    found = mail_settings(said)
    assert found is not None
    assert (found.host, found.port, found.user, found.password, found.ssl) == (
        "mail.example",
        465,
        "a@b",
        "secret",
        True,
    )
    assert "secret" not in repr(found)
    assert mail_settings({}) is None
    for wrong in ("http://a?from=b", "smtp://a:b@c?from=d", "smtp://a"):
        with pytest.raises(UsageError, match="mail_form"):
            mail_settings({"RONGHE_MAIL": wrong})
    with pytest.raises(InputError, match="password_file"):
        mail_settings(said | {"RONGHE_MAIL_PASSWORD_FILE": str(tmp_path / "none")})
