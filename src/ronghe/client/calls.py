"""The client: a method for each main task."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from ronghe.client.downloads import Tell, fetch
from ronghe.client.handing_in import send
from ronghe.client.transport import Transport, path_of
from ronghe.terms import InputError, UsageError

__all__ = ["Client", "Wish"]

Json = dict[str, Any]
Key = UUID | str
_KEY = re.compile("[!-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Wish:
    """An entry that is wanted: its fields, conditions on its rows (each must hold), and the method."""

    asset: str
    fields: Sequence[str]
    where: Sequence[Mapping[str, Any]] = ()
    method: str = ""

    def to_json(self) -> Json:
        """As a call says it."""
        return {
            "asset": self.asset,
            "fields": list(self.fields),
            "where": [dict(condition) for condition in self.where],
            "method": self.method,
        }


class Client:
    """What one person's program may do on one installation.

    >>> client = Client("https://share.example.gov.cn", token)
    >>> for entry in client.search("婚姻"): ...

    Answers are the JSON of the API as it is described in `/api/openapi.json`. Errors are those of
    `ronghe.client.errors`; calls that get lost are tried again, those that change something under a key of their own.
    """

    def __init__(self, url: str, token: str, *, lang: str = "en", plain: bool = False, timeout: float = 30.0) -> None:
        self.transport = Transport(url, token, lang=lang, plain=plain, timeout=timeout)

    def _get(self, path: str, **query: object) -> Any:
        return self.transport.call("GET", path, query=query)

    def _post(self, path: str, body: Mapping[str, Any] | None = None, *, again: bool = True) -> Any:
        return self.transport.call("POST", path, body, again=again)

    def _rows(self, path: str, **query: object) -> Iterator[Json]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._get(path, cursor=cursor, **query)
            yield from page["rows"]
            cursor = page["next"]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Json:
        """Any operation of the reference, by its path below `/api`; what it answers. It is not tried again, so that
        nothing is charged or done twice; under a `key` of one's own one may say it again. UsageError for no path."""
        if not path.startswith("/") or "#" in path:
            raise UsageError("client.path_form", path=path)
        if key and not _KEY.fullmatch(key):
            raise UsageError("client.key_form")
        target = quote(path, safe="/?=&%:+,;@~", errors="replace")
        return dict(self.transport.call(method, target, body, again=False, key=key))

    def me(self) -> Json:
        """Who asks, with which roles and scopes."""
        return dict(self._get("/me"))

    def search(self, text: str = "", *, kind: str = "", department: str = "", sharing: str = "") -> Iterator[Json]:
        """Entries in force, best match first."""
        return self._rows("/catalogue", text=text, kind=kind, department=department, sharing=sharing)

    def entry(self, code: str, version: int | None = None) -> Json:
        """One entry with its items."""
        return dict(self._get(path_of("catalogue", code), version=version))

    def sample(self, code: str) -> Json:
        """A few protected rows of an entry: columns, rows."""
        return dict(self._get(path_of("catalogue", code, "sample")))

    def work(self) -> list[Json]:
        """What waits for the person, the most urgent first."""
        return list(self._get("/work")["waiting"])

    def requests(self, state: str = "") -> Iterator[Json]:
        """Requests that the person sees, newest first."""
        return self._rows("/requests", state=state)

    def request(self, key: Key) -> Json:
        """One request with its lines and history."""
        return dict(self._get(path_of("requests", key)))

    def look(self, key: Key) -> Json:
        """For who decides: by line what would leave and at what risk, and what similar requests got."""
        return dict(self._get(path_of("requests", key, "look")))

    def ask(
        self,
        requester: str,
        wishes: Sequence[Wish],
        *,
        purpose: str,
        legal_basis: str,
        wanted_from: date,
        wanted_until: date,
        scenario: str = "",
        submit: bool = True,
    ) -> list[Json]:
        """Ask for entries of one or several owners; gives a request for each owner."""
        said = {
            "requester": requester,
            "lines": [wish.to_json() for wish in wishes],
            "purpose": purpose,
            "legal_basis": legal_basis,
            "scenario": scenario,
            "wanted_from": wanted_from.isoformat(),
            "wanted_until": wanted_until.isoformat(),
            "submit": submit,
        }
        return list(self._post("/requests", said)["requests"])

    def move(self, key: Key, name: str, **said: Any) -> Json:
        """Make a move on a request: submit, take-back, ask-supplement, supplement, assessment, accept, refuse, extend,
        revoke, dispose, lengthen, with what the API wants for it."""
        return dict(self._post(path_of("requests", key, name), said))

    def accept(self, key: Key, granted: Mapping[str, Sequence[str]] | None = None) -> Json:
        """Say yes; `granted` names the fields by line where they are fewer than was asked for."""
        part = [{"line": line, "fields": list(fields)} for line, fields in (granted or {}).items()]
        return self.move(key, "accept", granted=part)

    def refuse(self, key: Key, *, reason: str, clause: str) -> Json:
        """Say no."""
        return self.move(key, "refuse", reason=reason, clause=clause)

    def tighten(
        self,
        key: Key,
        line: Key,
        obligations: Mapping[str, Any],
        where: Sequence[Mapping[str, Any]] = (),
        *,
        afresh: bool = False,
    ) -> Json:
        """Let out less of a line than its owner laid down: obligations by field, conditions on rows."""
        narrower = [dict(condition) for condition in where]
        return self.move(key, "tighten", line=str(line), obligations=dict(obligations), where=narrower, afresh=afresh)

    def rule(self, key: Key, *, confirmed: bool, text: str) -> Json:
        """The bureau's word on a refusal, once."""
        return self.move(key, "rule", confirmed=confirmed, text=text)

    def hand_in(self, code: str, file: Path, *, sheet: str = "", called: str = "") -> Json:
        """Hand in a file as the source of an entry of one's own. Not tried again: say it again where it broke off.

        InputError for a file that cannot be read, or of which something else arrived.
        """
        return send(self.transport, path_of("api", "offers", code, "source", "upload"), file, sheet, called)

    def grants(self) -> Iterator[Json]:
        """Rights to data, newest first."""
        return self._rows("/grants")

    def grant(self, key: Key) -> Json:
        """One right with its obligations."""
        return dict(self._get(path_of("grants", key)))

    def deliveries(self, grant: Key) -> list[Json]:
        """The deliveries of a right, newest first."""
        return list(self._get(path_of("grants", grant, "deliveries"))["deliveries"])

    def rows(self, grant: Key, *, most: int = 1_000) -> Iterator[Json]:
        """Every row of the latest delivery; each page is a read. Not tried again: it would count twice."""
        start, delivery = 0, None
        while True:
            query = {"start": start, "most": most, "delivery": delivery}
            page = self.transport.call("GET", path_of("grants", grant, "rows"), query=query, again=False)
            yield from page["rows"]
            if page["next"] is None:
                return
            start, delivery = page["next"], page["delivery"]

    def download(self, grant: Key, to: Path, file: str = "data.parquet", tell: Tell = lambda _done, _all: None) -> Path:
        """Fetch a file of the latest delivery into the folder or under the name `to`; one read, resumed if it breaks.

        InputError for a file that the delivery does not have.
        """
        ready = next((one for one in self.deliveries(grant) if one["state"] == "ready"), None)
        files = {one["name"]: one for one in ready["files"]} if ready else {}
        if file not in files:
            raise InputError("client.no_file", name=file, known=", ".join(files) or "-")
        ticket = self._post(path_of("grants", grant, "ticket"), {"file": file}, again=False)
        target = to / file if to.is_dir() else to
        return fetch(self.transport, ticket["url"], files[file], target, tell)

    def look_up(self, grant: Key, subject: str, case: str) -> Json:
        """One subject's granted fields."""
        return dict(self._post(path_of("grants", grant, "look-up"), {"subject": subject, "case": case}, again=False))

    def verify(self, grant: Key, subject: str, case: str, claims: Mapping[str, str]) -> Json:
        """Whether what is claimed of one subject is so."""
        said = {"subject": subject, "case": case, "claims": dict(claims)}
        return dict(self._post(path_of("grants", grant, "verify"), said, again=False))

    def object(self, grant: Key, *, row_key: str, field: str, claim: str, evidence: str) -> Json:
        """Say that a value is wrong."""
        said = {"grant": str(grant), "row_key": row_key, "field": field, "claim": claim, "evidence": evidence}
        return dict(self._post("/objections", said))

    def index(self, kind: str = "data") -> Json:
        """The city's sharing degree with its factors and departments."""
        return dict(self._get("/index", kind=kind))

    def index_trend(self, kind: str = "data") -> list[Json]:
        """The degrees of the last year by day."""
        return list(self._get("/index/trend", kind=kind)["points"])

    def share(self, department: str, kind: str = "data") -> Json:
        """A department's share with its factors and its last year."""
        return dict(self._get(path_of("index", "departments", department), kind=kind))

    def share_rows(self, department: str, kind: str = "data") -> Iterator[Json]:
        """What made a department's share, as far as the person sees it."""
        return self._rows(path_of("index", "departments", department, "rows"), kind=kind)

    def flows(self, kind: str = "data") -> Iterator[Json]:
        """What departments used of each other in twelve months, the largest first."""
        return self._rows("/index/flows", kind=kind)

    def compute_index(self) -> Json:
        """Have the degrees computed; gives the job."""
        return dict(self._post("/index/compute"))

    def computation(self, job: Key) -> Json:
        """How far a computation is."""
        return dict(self._get(path_of("index", "compute", job)))

    def security(self) -> Json:
        """What the last security check found, and when it was; for those who watch over the installation."""
        return dict(self._get("/security"))

    def reset_password(self, username: str, password: str) -> Json:
        """A new password for somebody who lost theirs, by the system administrator; their sessions end."""
        return dict(self._post(path_of("people", username, "password"), {"password": password}, again=False))

    def reset_factor(self, username: str) -> Json:
        """Take away the second factor of a lost device, by the security administrator; their sessions end."""
        return dict(self._post(path_of("people", username, "factor-reset")))

    def notices(self) -> Iterator[Json]:
        """What the person should know, newest first."""
        return self._rows("/notices")
