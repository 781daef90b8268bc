"""Services on this machine that answer well, badly, slowly or for ever, each at a port of its own."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["ANSWERS", "Service", "certified", "serving"]

Answer = Callable[[socket.socket, bytes], None]


def _plain(said: bytes) -> Answer:
    return lambda client, _: client.sendall(said)


def _slowly(client: socket.socket, _: bytes) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 50:
        client.sendall(bytes([byte]))
        time.sleep(0.05)


def _for_ever(piece: bytes) -> Answer:
    def answer(client: socket.socket, _: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(piece)

    return answer


def _chunked(client: socket.socket, _: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.sendall(b'f\r\n{"status":"UP",\r\nb\r\n"queue": 7}\r\n0\r\n\r\n')
    time.sleep(0.5)


ANSWERS: dict[str, Answer] = {
    "well": _plain(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    "busy": _plain(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
    "elsewhere": _plain(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n"),
    "status": _plain(b'HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{"status": "UP", "queue": 1000}'),
    "chunked": _chunked,
    "short": _plain(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"),
    "no_json": _plain(b"HTTP/1.1 200 OK\r\n\r\n<html>"),
    "deep": _plain(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 200_000),
    "no_http": _plain(b"SSH-2.0-thing\r\n\r\n"),
    "nothing": _plain(b""),
    "slow": _slowly,
    "heads": _for_ever(b"X: y\r\n" * 1000),
    "body": _for_ever(b"\r\n" + b"[1," * 10_000),
}


class Service:
    """A service that listens; `asked` holds what it was sent."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self._answer, self._context = answer, context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.asked: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            client.settimeout(5)
            with self._context.wrap_socket(client, server_side=True) if self._context else client as spoken:
                self.asked.append(spoken.recv(65_536))
                self._answer(spoken, self.asked[-1])

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@contextmanager
def serving(*names: str, context: ssl.SSLContext | None = None) -> Iterator[list[Service]]:
    """Services of these names, as long as the block lasts."""
    services = [Service(ANSWERS[name], context) for name in names]
    try:
        yield services
    finally:
        for service in services:
            service.close()


def certified(folder: Path, *, days: float) -> tuple[ssl.SSLContext, Path]:
    """The server's side of TLS for 127.0.0.1, with a certificate of so many days, and the file to trust it by."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begins, ends = now - timedelta(days=30), now + timedelta(days=days)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "ca.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
