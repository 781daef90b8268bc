"""Mail as it leaves: to a server that speaks SMTP, after STARTTLS or not, that refuses, fails, or goes away."""

import base64
import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ronghe.platform.access.models import Person
from ronghe.platform.alarms.actions import About, tell
from ronghe.platform.alarms.models import Message
from ronghe.platform.alarms.sending import PAUSES, send_waiting
from ronghe.platform.home import mail as mail_settings
from ronghe.terms import UsageError
from tests.platform.conftest import START, City

pytestmark = pytest.mark.django_db


@dataclass
class Post:
    """What the server does at a command, and what it was told: `answers` take the place of its own, each once."""

    tls: ssl.SSLContext | None = None
    answers: dict[str, list[str]] = field(default_factory=dict)
    lines: list[tuple[bool, str]] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    port: int = 0


class Speaks(socketserver.StreamRequestHandler):
    """RFC 5321 as far as one letter needs it; an answer of `-` hangs up."""

    timeout = 5
    post: Post

    def handle(self) -> None:
        secure = False
        self.say("220 mail.example")
        while line := self.rfile.readline(2_000).decode().strip():
            self.post.lines.append((secure, line))
            verb = line.upper().split(":")[0].split(" ")[0]
            if said := self.post.answers.get(verb):
                answer = said.pop(0)
                if answer == "-":
                    return
                self.say(answer)
            elif verb == "EHLO":
                more = ["AUTH PLAIN"] if secure else ["STARTTLS"] if self.post.tls else []
                self.say(*(f"250-{one}" for one in ["mail.example", *more]), "250 SMTPUTF8")
            elif verb == "STARTTLS" and self.post.tls:
                self.say("220 go on")
                self.connection = self.post.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                secure = True
            elif verb == "AUTH":
                self.say("235 welcome")
            elif verb == "DATA":
                self.say("354 go on")
                letter = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    letter += part
                self.post.letters.append(letter)
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class Server(socketserver.ThreadingTCPServer):
    """A handshake that breaks is the test's business, not the screen's."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass


@pytest.fixture
def post() -> Iterator[Post]:
    told = Post()
    with Server(("127.0.0.1", 0), type("Bound", (Speaks,), {"post": told})) as server:
        told.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield told
        server.shutdown()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key and certificate of `localhost`, which signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.2")),
    ]
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def letters(city: City, settings: Any) -> list[Person]:
    """Two people, each with a letter that waits."""
    settings.MAIL_IS_ON = True
    people = [city.person(name, city.civil) for name in ("甲", "乙")]
    for place, person in enumerate(people):
        person.email = f"p{place}@example.com"
        person.save()
        about = About("due_today", "/requests/1", {"title": "核验申请", "department": "民政局"})
        tell(at=START, key="k", about=about, people=[person])
    return people


def goes_to(settings: Any, url: str, tmp_path: Path) -> None:
    """As the settings do with RONGHE_MAIL."""
    (tmp_path / "password").write_text("canary-password\n")
    said = mail_settings({"RONGHE_MAIL": url, "RONGHE_MAIL_PASSWORD_FILE": str(tmp_path / "password")})
    assert said is not None
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = said.host, said.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = said.user, said.password
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = said.ssl, said.starttls
    settings.DEFAULT_FROM_EMAIL, settings.EMAIL_TIMEOUT = said.sender, 5


def plain(settings: Any, post: Post, tmp_path: Path) -> None:
    goes_to(settings, f"smtp://127.0.0.1:{post.port}?from=share@example.com&tls=no", tmp_path)


def faults() -> list[str]:
    return sorted(Message.objects.values_list("fault", flat=True))


def test_after_starttls_a_letter_arrives_whole_and_the_password_only_then(
    post: Post, letters: list[Person], certificate: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    post.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    post.tls.load_cert_chain(certificate)
    goes_to(settings, f"smtp://ronghe@localhost:{post.port}?from=share@example.com", tmp_path)
    assert send_waiting(at=START) == 2
    letter, other = (message_from_bytes(one, policy=policy.default) for one in post.letters)
    assert {letter["To"], other["To"]} == {"p0@example.com", "p1@example.com"}
    assert letter["From"] == "share@example.com"
    assert "核验申请" in letter["Subject"]
    assert "/requests/1" in letter.get_content()
    assert {line.split(" ")[0].upper() for secure, line in post.lines if not secure} == {"EHLO", "STARTTLS"}
    (sent, *_) = [line.split(" ")[-1] for secure, line in post.lines if line.startswith("AUTH")]
    assert base64.b64decode(sent) == b"\0ronghe\0canary-password"
    assert send_waiting(at=START + timedelta(days=9)) == 0


def test_a_server_without_tls_or_with_a_strange_certificate_gets_nothing(
    post: Post, letters: list[Person], certificate: Path, settings: Any, tmp_path: Path
) -> None:
    goes_to(settings, f"smtp://ronghe@localhost:{post.port}?from=share@example.com", tmp_path)
    assert send_waiting(at=START) == 0
    assert faults() == ["SMTPNotSupportedError"] * 2
    post.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    post.tls.load_cert_chain(certificate)
    assert send_waiting(at=START + PAUSES[0]) == 0
    assert faults() == ["SSLCertVerificationError"] * 2
    assert post.letters == []
    assert not [line for _, line in post.lines if not line.startswith(("ehlo", "EHLO", "STARTTLS", "QUIT", "quit"))]


@pytest.mark.parametrize(
    ("verb", "answer", "fault"),
    [
        ("RCPT", "451 come again", "SMTPRecipientsRefused"),
        ("RCPT", "550 nobody of this name", "SMTPRecipientsRefused"),
        ("MAIL", "421 closing", "SMTPSenderRefused"),
        ("DATA", "452 full", "SMTPDataError"),
        ("DATA", "-", "SMTPServerDisconnected"),
        ("EHLO", "-", "SMTPServerDisconnected"),
    ],
)
def test_what_one_letter_meets_keeps_no_other_and_is_tried_again(
    verb: str, answer: str, fault: str, post: Post, letters: list[Person], settings: Any, tmp_path: Path
) -> None:
    plain(settings, post, tmp_path)
    post.answers[verb] = [answer]
    assert send_waiting(at=START) == 1
    assert faults() == ["", fault]
    assert send_waiting(at=START) == 0
    assert send_waiting(at=START + PAUSES[0]) == 1
    assert (faults(), len(post.letters)) == (["", ""], 2)


def test_a_server_that_is_away_loses_nothing_and_an_address_that_is_none_keeps_nobody(
    post: Post, letters: list[Person], settings: Any, tmp_path: Path
) -> None:
    goes_to(settings, "smtp://127.0.0.1:1?from=share@example.com&tls=no", tmp_path)
    assert send_waiting(at=START) == 0
    assert faults() == ["ConnectionRefusedError"] * 2
    plain(settings, post, tmp_path)
    Person.objects.filter(pk=letters[0].pk).update(email="a@example.com\nBcc: b@example.com")
    assert send_waiting(at=START + PAUSES[0]) == 1
    assert b"Bcc" not in post.letters[0]
    assert faults() == ["", "ValueError"]


@pytest.mark.parametrize("url", ["smtp://a:99999?from=b", "smtp://a:x?from=b", "smtp://[::1?from=b"])
def test_an_address_of_a_server_that_is_none_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="mail_form"):
        mail_settings({"RONGHE_MAIL": url})
