"""Licenses: what was written as SPDX, and what a license asks where the component is used in some way.

The verdict is a prompt for people, never a legal opinion: allow, review or deny, with the clause that it rests on.

Source: SPDX License List and SPDX 2.3, annex D (expressions); the categories are those of ScanCode LicenseDB
(CC-BY-4.0), which the package license-expression carries.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["USES", "License", "Use", "Verdict", "judge", "known_ids", "read_license", "spdx_of"]

Use = Literal["internal", "link", "distribute"]
USES: tuple[Use, ...] = ("internal", "link", "distribute")
Verdict = Literal["allow", "review", "deny"]
_ORDER: tuple[Verdict, ...] = ("allow", "review", "deny")

_CLASSES = {
    "Permissive": "permissive",
    "Public Domain": "permissive",
    "Copyleft Limited": "weak",
    "Copyleft": "strong",
}
_NETWORK = re.compile(r"(?:AGPL|SSPL|CPAL|RPL|OSL)-.*")
_MATRIX: Mapping[str, tuple[Verdict, Verdict, Verdict]] = {
    # In the order of USES.
    "permissive": ("allow", "allow", "allow"),
    "weak": ("allow", "allow", "review"),
    "strong": ("allow", "review", "deny"),
    "network": ("review", "deny", "deny"),
    "restricted": ("review", "review", "deny"),
    "unknown": ("review", "review", "review"),
    "none": ("review", "deny", "deny"),
}
LONGEST = 2_000
DEEPEST = 40
_TOKENS = re.compile(r"\(|\)|[A-Za-z0-9.:+-]+")


@dataclass(frozen=True, slots=True)
class License:
    """A license as read: `spdx` the expression ("" where it could not be read), `kind` a row of the matrix.

    `how` is id, expression, alias or unread; `sure` is False for an alias that names no version.
    """

    written: str
    spdx: str
    kind: str
    how: str
    sure: bool = True


@cache
def _index() -> tuple[Mapping[str, tuple[str, str]], frozenset[str]]:
    """Id and class by folded id, and the folded ids of exceptions."""
    path = files("license_expression").joinpath("data", "scancode-licensedb-index.json")
    found: dict[str, tuple[str, str]] = {}
    exceptions = set()
    for one in json.loads(path.read_text("utf-8")):
        ids = [one.get("spdx_license_key"), *one.get("other_spdx_license_keys", ())]
        for name in ids:
            if not name or name.startswith("LicenseRef-") or " " in name:
                continue
            if one.get("is_exception"):
                exceptions.add(name.casefold())
                continue
            kind = "network" if _NETWORK.fullmatch(name) else _CLASSES.get(one["category"], "restricted")
            found[name.casefold()] = (name, kind)
    return found, frozenset(exceptions)


def known_ids() -> Mapping[str, str]:
    """Every SPDX license id by its folded form."""
    return {folded: name for folded, (name, _) in _index()[0].items()}


_GNU = re.compile(r"\b(affero|agpl|lesser|library|lgpl|gpl|gnu|general public)")
_VERSION = re.compile(r"(?<![\d.])v?(?:er(?:sion|\.)?)?\s*[-v]?\s*(\d)(?:\.(\d))?(?:\.0)?(?![\d.]*\d)")
_LATER = re.compile(r"\+|or (?:any )?(?:later|newer|greater|above)|and later|-or-later")
_FAMILIES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    # A name, the id with {v} for its version, and the version meant where none is said ("" for: cannot be told).
    (re.compile(r"\bapache|\basl\b|\bal2\b"), "Apache-{v}", "2.0"),
    (re.compile(r"\bmozilla|\bmpl"), "MPL-{v}", "2.0"),
    (re.compile(r"\beclipse public|\bepl"), "EPL-{v}", ""),
    (re.compile(r"\beupl|european union public"), "EUPL-{v}", "1.2"),
    (re.compile(r"\bcddl|common development and distribution"), "CDDL-{v}", ""),
    (re.compile(r"\bboost|\bbsl-1"), "BSL-{v}", "1.0"),
    (re.compile(r"\bcc[- ]?by[- ]sa|attribution[- ]share ?alike"), "CC-BY-SA-{v}", ""),
    (re.compile(r"\bcc[- ]?by\b(?![- ]n)|creative commons attribution\b(?![- ]n)"), "CC-BY-{v}", ""),
    (re.compile(r"\bartistic"), "Artistic-{v}", "2.0"),
    (re.compile(r"\bacademic free|\bafl"), "AFL-{v}", ""),
    (re.compile(r"sil open font|\bofl\b"), "OFL-{v}", "1.1"),
    (re.compile(r"\bmulan ?psl|木兰宽松"), "MulanPSL-{v}", "2.0"),
)
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bcc ?-?0\b|cc-?zero|creative commons zero|publicdomain zero"), "CC0-1.0"),
    (re.compile(r"\bunlicen[sc]e"), "Unlicense"),
    (re.compile(r"\b(?:3|three)[- ]clause|(?:new|modified|revised) bsd|bsd[- ]?(?:3|new)"), "BSD-3-Clause"),
    (re.compile(r"\b(?:2|two)[- ]clause|simplified bsd|freebsd|bsd[- ]?2"), "BSD-2-Clause"),
    (re.compile(r"\b0[- ]?bsd|zero[- ]clause"), "0BSD"),
    (re.compile(r"\bmit\b|\bexpat\b"), "MIT"),
    (re.compile(r"\bisc\b"), "ISC"),
    (re.compile(r"\bzlib\b"), "Zlib"),
    (re.compile(r"\bwtfpl\b"), "WTFPL"),
    (re.compile(r"python software foundation|\bpsf"), "PSF-2.0"),
    (re.compile(r"\bpostgresql"), "PostgreSQL"),
    (re.compile(r"\bruby\b"), "Ruby"),
)
_UNSURE = (re.compile(r"\bbsd\b"), "BSD-3-Clause")
_NOTHING = {"", "none", "null", "n/a", "na", "unknown", "noassertion", "unlicensed", "no license", "other", "无", "-"}


def _gnu(text: str) -> tuple[str, bool] | None:
    """The GNU family: which of the three, which version, this one only or later ones too."""
    if not _GNU.search(text):
        return None
    family = "AGPL" if re.search(r"affero|agpl", text) else "LGPL" if re.search(r"lesser|library|lgpl", text) else "GPL"
    said = _VERSION.search(re.sub(r"[a-z]*gpl", " ", text))
    later = bool(_LATER.search(text))
    if not said:
        return f"{family}-{'3.0' if family == 'AGPL' else '2.1' if family == 'LGPL' else '2.0'}-or-later", False
    default = "1" if family == "LGPL" and said[1] == "2" and said[2] is None else "0"
    return f"{family}-{said[1]}.{said[2] or default}-{'or-later' if later else 'only'}", True


def _named(text: str) -> list[tuple[str, bool]]:
    """Every id that words name, each with whether its version was said."""
    found = [gnu] if (gnu := _gnu(text)) else []
    for pattern, form, default in _FAMILIES:
        if pattern.search(text):
            said = _VERSION.search(re.sub(r"bsl-1", "bsl 1", text))
            version = f"{said[1]}.{said[2] or '0'}" if said else default
            found.append((form.format(v=version), bool(said)))
    found += [(name, True) for pattern, name in _NAMES if pattern.search(text)]
    return found if found or not _UNSURE[0].search(text) else [(_UNSURE[1], False)]


def _alias(text: str) -> tuple[str, bool] | None:
    """The id that words name, and whether without doubt: of several the most demanding, which is then in doubt."""
    folded = re.sub(r"https?://(?:www\.)?|[\"'_,;()/]|\.(?=[a-z])", " ", text.casefold())
    named = _named(folded)
    known = [(found[0], sure) for name, sure in named if (found := _index()[0].get(name.casefold()))]
    if not known:
        return None
    most = max((name for name, _ in known), key=lambda name: _burden(_index()[0][name.casefold()][1]))
    return most, len(named) == 1 and known[0][1] and not re.search(r"\b(?:and|or)$", folded)


class _Unread(Exception):
    """The text is no SPDX expression."""


class _Parser:
    """Recursive descent over an SPDX expression: OR binds weaker than AND, AND weaker than WITH."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKENS.findall(text)
        if "".join(self.tokens) != re.sub(r"\s+", "", text):
            raise _Unread
        self.place = 0

    def take(self) -> str:
        if self.place >= len(self.tokens):
            raise _Unread
        self.place += 1
        return str(self.tokens[self.place - 1])

    def follows(self, word: str) -> bool:
        """Step over `word` where it comes next."""
        if self.place < len(self.tokens) and self.tokens[self.place].upper() == word:
            self.place += 1
            return True
        return False

    def either(self, depth: int = 0) -> tuple[str, str]:
        parts = [self.both(depth)]
        while self.follows("OR"):
            parts.append(self.both(depth))
        # Whoever uses it may choose: the least demanding counts.
        return " OR ".join(text for text, _ in parts), min((kind for _, kind in parts), key=_burden)

    def both(self, depth: int) -> tuple[str, str]:
        parts = [self.one(depth)]
        while self.follows("AND"):
            parts.append(self.one(depth))
        return " AND ".join(text for text, _ in parts), max((kind for _, kind in parts), key=_burden)

    def one(self, depth: int) -> tuple[str, str]:
        word = self.take()
        if word == "(":
            if depth > DEEPEST:
                raise _Unread
            text, kind = self.either(depth + 1)
            if self.take() != ")":
                raise _Unread
            return f"({text})", kind
        name, kind = _identified(word)
        if not self.follows("WITH"):
            return name, kind
        exception = self.take()
        if exception.casefold() not in _index()[1]:
            raise _Unread
        return f"{name} WITH {exception}", "weak" if kind == "strong" else kind


def _identified(word: str) -> tuple[str, str]:
    if word.startswith(("LicenseRef-", "DocumentRef-")):
        return word, "unknown"
    found = _index()[0].get(word.casefold()) or _index()[0].get(word.removesuffix("+").casefold())
    if found is None:
        raise _Unread
    return (f"{found[0]}+", found[1]) if word.endswith("+") and not found[0].endswith("+") else found


def _burden(kind: str) -> int:
    return sum(_ORDER.index(verdict) for verdict in _MATRIX[kind])


@cache
def read_license(written: str) -> License:
    """Read a license however it was written; never fails."""
    text = " ".join(written.split())
    if text.casefold().strip(".") in _NOTHING:
        return License(written, "", "none", "unread")
    if len(text) > LONGEST:
        return License(written, "", "unknown", "unread")
    try:
        parser = _Parser(text)
        spdx, kind = parser.either()
        if parser.place == len(parser.tokens):
            return License(written, spdx, kind, "id" if len(parser.tokens) == 1 else "expression")
    except _Unread:
        pass
    alias = _alias(text)
    if alias and (found := _index()[0].get(alias[0].casefold())):
        return License(written, found[0], found[1], "alias", sure=alias[1])
    return License(written, "", "unknown", "unread")


def spdx_of(written: str) -> str | None:
    """The SPDX expression of a license, None where it cannot be read."""
    return read_license(written).spdx or None


def judge(license_read: License, use: Use) -> Verdict:
    """What a license asks for a use; one that was only guessed at is for people to look at."""
    verdict = _MATRIX[license_read.kind][USES.index(use)]
    return verdict if license_read.sure or verdict == "deny" else "review"
