"""平台安全检测: is it safe: the way in, secrets, people, rights past their time, the log, known weaknesses."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.db.models import Q

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import holders_of
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.rules import check_roles_together
from ronghe.platform.audit.checking import verify_platform
from ronghe.platform.audit.store import has_log
from ronghe.platform.console.health.advisories import installed, match, read_snapshot
from ronghe.platform.console.health.findings import Check, Finding, Level
from ronghe.platform.home import SECRET
from ronghe.platform.requests.models import Grant
from ronghe.terms import Refused

__all__ = ["SNAPSHOT", "security_checks"]

SNAPSHOT = "advisories"
"""A file of this name, with any ending, in the home."""
STALE = timedelta(days=90)
"""GB/T 22239 wants accounts that nobody uses removed; ninety days is what most offices take for it."""
OLD_SNAPSHOT = timedelta(days=30)
LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
_MOST_NAMED = 20


def security_checks(home: Path, at: datetime) -> list[tuple[str, Check]]:
    """The checks by name."""
    return [
        ("tls", _tls),
        ("secrets", lambda: _secrets(home)),
        ("database_link", _database_link),
        ("roles", lambda: _roles(at)),
        ("administrators", lambda: _administrators(at)),
        ("second_factor", lambda: _second_factor(at)),
        ("accounts", lambda: _accounts(at)),
        ("tokens", lambda: _tokens(at)),
        ("grants", lambda: _grants(at)),
        ("log", lambda: _log(home)),
        ("advisories", lambda: _advisories(home, at)),
    ]


def _tls() -> Iterator[Finding]:
    outside = sorted(set(settings.ALLOWED_HOSTS) - LOCAL)
    if "*" in outside or settings.DEBUG:
        yield Finding("any_host", Level.BAD)
    if not outside:
        yield Finding("tls_local", Level.GOOD)
    elif settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE:
        yield Finding("tls_proxy", Level.GOOD, {"hosts": ", ".join(outside)})
    else:
        yield Finding("tls_missing", Level.BAD, {"hosts": ", ".join(outside)})


def _secrets(home: Path) -> Iterator[Finding]:
    """Keys are closed by themselves; everything else at least by the folder that it lies in."""
    keys = [home / SECRET, *(home / "keys").rglob("*")]
    others = [home, *home.glob("*.sqlite3*"), *(home / "log").rglob("*")] if _open(home) else []
    loose = [str(path) for path in (*keys, *others) if path.exists() and _open(path)]
    if loose:
        yield Finding("secrets_open", Level.BAD, {"paths": _named(loose)})
    else:
        yield Finding("secrets_closed", Level.GOOD)


def _open(path: Path) -> bool:
    found = path.stat()
    return bool(stat.S_IMODE(found.st_mode) & 0o077) or found.st_uid != os.getuid()


def _named(names: list[str]) -> str:
    more = f" (+{len(names) - _MOST_NAMED})" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _database_link() -> Iterator[Finding]:
    said = connection.settings_dict
    host = str(said.get("HOST") or "")
    if connection.vendor != "postgresql" or not host or host.startswith("/") or host in LOCAL:
        return
    mode = said.get("OPTIONS", {}).get("sslmode", "")
    if mode not in _ENCRYPTED:
        yield Finding("database_open", Level.BAD, {"host": host})


def _now(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def _roles(at: datetime) -> Iterator[Finding]:
    held: dict[str, set[Role]] = {}
    own = Membership.objects.filter(_now(at), person__is_active=True).values_list("person__username", "role")
    lent = Delegation.objects.filter(_now(at), to__is_active=True).filter(Q(ended__isnull=True) | Q(ended__gt=at))
    for name, role in [*own, *lent.values_list("to__username", "membership__role")]:
        held.setdefault(name, set()).add(Role(role))
    clashing = sorted(name for name, roles in held.items() if _clash(roles))
    if clashing:
        yield Finding("roles_clash", Level.BAD, {"people": _named(clashing)})
    else:
        yield Finding("roles_apart", Level.GOOD)


def _clash(roles: set[Role]) -> bool:
    try:
        check_roles_together(roles)
    except Refused:
        return True
    return False


def _administrators(at: datetime) -> Iterator[Finding]:
    missing = [role.value for role in sorted(ADMINISTRATORS) if not holders_of(role, at)]
    if missing:
        yield Finding("administrators_missing", Level.BAD, {"roles": ", ".join(missing)})


def _second_factor(at: datetime) -> Iterator[Finding]:
    people = [person for role in sorted(ADMINISTRATORS) for person in holders_of(role, at)]
    protected = set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))
    bare = [person.username for person in people if person.pk not in protected]
    if bare:
        yield Finding("second_factor_missing", Level.WARNING, {"people": _named(bare)})


def _accounts(at: datetime) -> Iterator[Finding]:
    unused = Q(last_login__lt=at - STALE) | Q(last_login__isnull=True, memberships__since__lt=at - STALE)
    stale = Person.objects.filter(unused, is_active=True).distinct().values_list("username", flat=True)
    if stale:
        yield Finding("accounts_stale", Level.WARNING, {"people": _named(list(stale)), "days": STALE.days})
    else:
        yield Finding("accounts_used", Level.GOOD, {"days": STALE.days})


def _tokens(at: datetime) -> Iterator[Finding]:
    alive = Token.objects.filter(revoked__isnull=True, expires__gt=at)
    unused = alive.filter(Q(used__lt=at - STALE) | Q(used__isnull=True, made__lt=at - STALE)).count()
    if unused:
        yield Finding("tokens_stale", Level.WARNING, {"count": unused, "days": STALE.days})
    if alive.filter(person__is_active=False).exists():
        yield Finding("tokens_of_gone", Level.BAD)


def _grants(at: datetime) -> Iterator[Finding]:
    # The clock comes every few minutes; a right is dead at its instant even before.
    over = Grant.objects.filter(revoked__isnull=True, valid_until__lte=at - timedelta(hours=1)).count()
    if over:
        yield Finding("grants_over", Level.BAD, {"count": over})
    else:
        yield Finding("grants_in_time", Level.GOOD)


def _log(home: Path) -> Iterator[Finding]:
    if not has_log(home):
        yield Finding("log_missing", Level.BAD, {"path": str(home / "log")})
        return
    checked = verify_platform(home)
    if checked.faults:
        first = checked.faults[0]
        yield Finding("log_broken", Level.BAD, {"count": len(checked.faults), "first": first.first, "what": first.code})
    else:
        yield Finding("log_whole", Level.GOOD, {"size": checked.size})


def _snapshot(home: Path) -> Path | None:
    named = os.environ.get("RONGHE_ADVISORIES")
    return Path(named) if named else next(iter(sorted(home.glob(f"{SNAPSHOT}.*"))), None)


def _advisories(home: Path, at: datetime) -> Iterator[Finding]:
    path = _snapshot(home)
    if path is None or not path.is_file():
        yield Finding("advisories_missing", Level.BAD, {"path": str(path or home / f"{SNAPSHOT}.zip")})
        return
    made = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    if at - made > OLD_SNAPSHOT:
        yield Finding("advisories_old", Level.WARNING, {"days": (at - made).days})
    matched = match(read_snapshot(path), installed())
    counted = {"packages": matched.packages, "records": matched.records}
    if not matched.packages or not matched.records:
        yield Finding("advisories_none", Level.BAD, counted)
    elif not matched.found:
        yield Finding("advisories_clear", Level.GOOD, counted)
    for one in matched.found:
        said = {"id": one.id, "package": one.package, "version": one.version, "summary": one.summary}
        yield Finding("advisory", Level.BAD, said)
