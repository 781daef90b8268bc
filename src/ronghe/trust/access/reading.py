"""A table of a TOML document, read key by key: each must be of its type, and none may be left over."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ronghe.terms import InputError

__all__ = ["Table"]


class Table:
    """A TOML table that remembers which keys were read; `place` says where it stands in the document `where`."""

    def __init__(self, document: Mapping[str, Any], where: str, place: str) -> None:
        self.document, self.where, self.place = document, where, place
        self._read: set[str] = set()

    def wrong(self, key: str, wanted: str) -> InputError:
        """The error of a value that does not fit."""
        value = self.document.get(key)
        return InputError(
            "access.policy_value", where=self.where, place=self.place or "-", key=key, value=value, wanted=wanted
        )

    def end(self) -> None:
        """Refuse keys that nobody read: what is not understood must not be passed over."""
        for key in self.document:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                raise InputError("access.policy_key", where=self.where, place=self.place or "-", key=key, known=known)

    def _get(self, key: str) -> Any:
        self._read.add(key)
        return self.document.get(key)

    def any(self, key: str) -> Any:
        """Whatever stands under a key, None without it."""
        return self._get(key)

    def number(self, key: str, otherwise: int | None = None) -> Decimal:
        """A finite number, or `otherwise` without the key."""
        value = self._get(key)
        if value is None and otherwise is not None:
            return Decimal(otherwise)
        if type(value) not in (int, float) or not math.isfinite(value):
            raise self.wrong(key, "number")
        return Decimal(str(value))

    def has(self, key: str) -> bool:
        """True when the key is there."""
        return key in self.document

    def text(self, key: str) -> str:
        """A text that must be there and not be blank."""
        value = self._get(key)
        if type(value) is not str or not value.strip() or value != value.strip():
            raise self.wrong(key, "text without spaces around it")
        return value

    def text_or(self, key: str, otherwise: str) -> str:
        """A text, or `otherwise` without the key."""
        self._read.add(key)
        return self.text(key) if key in self.document else otherwise

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of distinct texts; empty without the key."""
        value = self._get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(one) is str and one for one in value):
            raise self.wrong(key, "list of texts")
        if len(set(value)) < len(value):
            raise self.wrong(key, "distinct texts")
        return tuple(value)

    def whole(self, key: str, otherwise: int) -> int:
        """A whole number from 0, or `otherwise` without the key."""
        value = self._get(key)
        if value is None:
            return otherwise
        if type(value) is not int or value < 0:
            raise self.wrong(key, "whole number from 0")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """A whole number from 0, None without the key."""
        self._read.add(key)
        return self.whole(key, 0) if key in self.document else None

    def flag(self, key: str) -> bool:
        """True or false, false without the key."""
        value = self._get(key)
        if value is not None and type(value) is not bool:
            raise self.wrong(key, "true, false")
        return bool(value)

    def choice(self, key: str, known: Sequence[str], otherwise: str) -> str:
        """One of a few words."""
        value = self._get(key)
        if value is None and otherwise:
            return otherwise
        if value not in known:
            raise self.wrong(key, ", ".join(known))
        return str(value)

    def moment(self, key: str) -> dt.datetime:
        """An instant with its zone."""
        value = self._get(key)
        if not isinstance(value, dt.datetime) or value.tzinfo is None:
            raise self.wrong(key, "2026-01-01T00:00:00+08:00")
        return value

    def moment_or_none(self, key: str) -> dt.datetime | None:
        """An instant with its zone, None without the key."""
        self._read.add(key)
        return self.moment(key) if key in self.document else None

    def inside(self, key: str) -> "Table":
        """The table under a key, empty without it."""
        value = self._get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.wrong(key, "table")
        return Table(value, self.where, f"{self.place}.{key}".strip("."))

    def keys_of(self, key: str) -> Iterable[str]:
        """The keys of the table under a key."""
        return self.inside(key).document.keys()

    def named_tables(self, key: str) -> dict[str, "Table"]:
        """Tables by their names under a key."""
        outer = self.inside(key)
        return {name: outer.inside(name) for name in outer.document}

    def tables(self, key: str) -> list["Table"]:
        """The list of tables under a key, empty without it."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, "list of tables")
        return [Table(one, self.where, f"{self.place}.{key}[{n}]".strip(".")) for n, one in enumerate(value, 1)]
