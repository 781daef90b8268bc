"""Build the demo city into an empty installation: all of it or nothing, and never where people work."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from django.db import transaction

from ronghe.journeys.demo_city import make_demo_city
from ronghe.platform import clock
from ronghe.platform.access.models import Person
from ronghe.platform.access.start import INSTALLER
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import in_one_piece, seal_all
from ronghe.platform.audit.store import has_log
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.demo.cast import appear
from ronghe.platform.demo.entries import offers
from ronghe.platform.demo.matters import Matters
from ronghe.platform.demo.tables import Town
from ronghe.platform.demo.year import REQUESTS, WAITING, Year
from ronghe.platform.home import DEMO_MADE, DEMO_MARK, demo_of, private_folder
from ronghe.platform.index.computing import compute
from ronghe.platform.index.models import Degree
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Grant, Request
from ronghe.standards.legal import LegalProfile
from ronghe.tables.atomic import write_atomic
from ronghe.terms import Refused

__all__ = ["Built", "build"]

DAYS = 365
ROWS = 12_000
SEED = 809
MONTHS = 10
"""Before that the catalogue was not full, and nobody had asked yet."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What a demo holds, and the one password of its people."""

    password: str
    people: int
    entries: int
    requests: int
    grants: int


def build(
    home: Path,
    *,
    now: datetime,
    law: LegalProfile,
    seed: int = SEED,
    requests: int = REQUESTS,
    progress: Progress | None = None,
) -> Built:
    """Make the city's files and its year of history up to `now`; a city that is there already is left alone.

    `progress` gets what is made (files, year), how much of it is done, and all of it. Refused where people are who are
    not of a demo.
    """
    if not Person.objects.exists():
        _live(home, secrets.token_urlsafe(9), now, law, seed, requests, progress)
    mark = demo_of(home)
    if mark is None:
        raise Refused("platform.demo_real", path=str(home))
    _degrees(home, law)
    return _built(mark["password"])


def _live(
    home: Path,
    password: str,
    now: datetime,
    law: LegalProfile,
    seed: int,
    requests: int,
    progress: Progress | None,
) -> None:
    folder = private_folder(home, "demo") / "city"
    tell = progress or (lambda _what, _done, _all: None)
    tell_files = partial(tell, "files")
    city = make_demo_city(
        folder, rows=ROWS, seed=seed, today=now.date(), progress=lambda _file, done, most: tell_files(done, most)
    )
    begin = _morning(now.date() - timedelta(days=DAYS), law)
    with in_one_piece(clock.now()), transaction.atomic():
        cast = appear(at=begin, password=password)
        files, chance = city.folder / "files", Random(seed)
        town = Town(files, now.date(), chance)
        year = Year(cast=cast, law=law, begin=begin, now=now, files=files, chance=chance, town=town)
        year.offer(offers())
        year.ask(requests)
        year.leave(WAITING)
        year.nightly()
        Matters(year).plan()
        year.run(partial(tell, "year"))
        facts = {"until": now.isoformat(), "seed": seed}
        record(by=INSTALLER, at=now, action=DEMO_MADE, subject_kind="platform", subject="demo", facts=facts)
        # Before the city is there: whoever comes in between finds people and no password otherwise.
        _write_mark(home, {"password": password, "made": now.date().isoformat(), "entry": DEMO_MADE})


def _degrees(home: Path, law: LegalProfile) -> None:
    """The sharing index of every month since the catalogue was full, so that it has a history to show; what is there of
    it stays, the last month comes last."""
    made = Entry.objects.filter(action=DEMO_MADE).first()
    now = datetime.fromisoformat(made.facts["until"]) if made else None
    if now is None or Degree.objects.filter(at=now).exists():
        return
    if has_log(home):
        seal_all(home)
    months = range(MONTHS - 1, -1, -1)
    for at in (now - timedelta(days=30 * months_ago) for months_ago in months):
        compute(by=CLOCK, at=at, law=law)
    if has_log(home):
        seal_all(home)


def _morning(day: date, law: LegalProfile) -> datetime:
    return datetime.combine(day, time(8, 30), law.zone)


def _write_mark(home: Path, mark: dict[str, str]) -> None:
    with write_atomic(home / DEMO_MARK) as draft:
        draft.write_text(json.dumps(mark), "utf-8")
        draft.chmod(0o600)


def _built(password: str) -> Built:
    return Built(
        password=password,
        people=Person.objects.count(),
        entries=Version.objects.filter(state=VersionState.PUBLISHED).count(),
        requests=Request.objects.count(),
        grants=Grant.objects.count(),
    )
