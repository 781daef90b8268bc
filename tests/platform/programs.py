"""A program that calls the API in a test: a token with scopes, and JSON there and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from ronghe.platform.access.actions import SCOPES, make_token
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of

__all__ = ["Program", "program_of"]


@dataclass
class Program:
    """Somebody's program."""

    secret: str
    lang: str = "en"
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        """One call; `headers` with underscores for hyphens."""
        sent = {"Authorization": f"Bearer {self.secret}", "Accept-Language": self.lang}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body) if body is not None else ""
        kind = "application/json"
        return self.client.generic(method, f"/api{path}", data, content_type=kind, headers=sent)  # type: ignore[return-value]

    def told(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """What a call that ends with this status gives."""
        answer = self.call(method, path, body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.content.decode())
        return json.loads(answer.content)

    def get(self, path: str, **query: object) -> Any:
        """What a read gives."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return self.told("GET", f"{path}?{asked}" if asked else path)

    def post(self, path: str, body: Mapping[str, Any] | None = None, status: int = 200, **headers: str) -> Any:
        """What a change gives."""
        return self.told("POST", path, body, status, **headers)


def program_of(username: str, *scopes: str, at: datetime | None = None) -> Program:
    """A program of a person, with all scopes where none is named."""
    moment = at or datetime.now(UTC)
    by = actor_of(Person.objects.get(username=username), moment)
    until = moment + timedelta(days=30)
    return Program(make_token(by=by, at=moment, name="程序", scopes=scopes or SCOPES, expires=until)[1])
