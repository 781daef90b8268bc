"""One department's table while it is being drafted: what is written, what was meant, whom each row is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.demo_city.columns_of_text import Ints, Mask, joined, numbers, scattered
from ronghe.journeys.demo_city.dirt import DIRT

__all__ = ["CELL_KINDS", "PLANTED", "Column", "Sheet", "pick"]

CELL_KINDS = tuple(DIRT)
_NUMBER_OF = {kind: place for place, kind in enumerate(CELL_KINDS)}
_MENDABLE = np.array([dirt.mendable for dirt in DIRT.values()])
_MEANS_SOMETHING = np.array([dirt.meaning != "nothing" for dirt in DIRT.values()])
CLEAN = -1
HEADER_SPACES = "  "

PLANTED = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("kind", pa.string()),
        ("written", pa.string()),
        ("meant", pa.string()),
        ("mendable", pa.bool_()),
    ]
)
"""Rows count from 1 as read, malformed records too; row 0 is the header."""


def pick(rng: np.random.Generator, pool: Ints, count: int) -> Ints:
    """`count` members of the pool in random order; nobody comes twice before everybody came once."""
    return np.resize(rng.permutation(pool), count)


@dataclass(slots=True)
class Column:
    """`written` is what the file holds, `meant` the clean value; `kind` indexes CELL_KINDS, -1 for clean cells.

    `cell` says how typed files (Excel, JSON) hold the clean cells.
    """

    header: str
    written: pa.Array
    meant: pa.Array
    kind: NDArray[np.int16]
    cell: str = "text"


@dataclass(slots=True)
class Sheet:
    """A table of `rows` records; `spare` marks the two rows of each repeated key, which stay otherwise clean."""

    file: str
    rng: np.random.Generator
    rows: int
    repeated: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    repeats: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    columns: list[Column] = field(default_factory=list)
    people: list[tuple[str, Ints]] = field(default_factory=list)
    companies: list[tuple[str, Ints]] = field(default_factory=list)
    malformed: dict[int, str] = field(default_factory=dict)
    widened_header: int | None = None

    def repeat_keys(self, share: float) -> None:
        """From now on a share of the rows carries the key of another row; called before columns are added."""
        count = max(1, round(self.rows * share))
        chosen = self.rng.choice(self.rows, 2 * count, replace=False)
        self.repeated, self.repeats = chosen[:count], np.sort(chosen[count:])

    def same_again(self, members: Ints) -> Ints:
        """`members` with each repeating row about the same one as the row that it repeats."""
        again = members.copy()
        again[self.repeats] = members[self.repeated]
        return again

    def serials(self, prefix: str, width: int = 8) -> pa.Array:
        """The department's own running numbers, in the order of the rows."""
        return joined(prefix, numbers(self.same_again(np.arange(1, self.rows + 1)), width))

    def add(
        self,
        header: str,
        meant: pa.Array,
        dirt: Mapping[str, float] | None = None,
        *,
        shown: pa.Array | None = None,
        cell: str = "text",
    ) -> None:
        """Append a column whose clean cells read `shown` (default `meant`), with a share of the cells dirtied."""
        column = Column(header, meant if shown is None else shown, meant, np.full(self.rows, CLEAN, np.int16), cell)
        self._soil(column, dirt or {})
        self.columns.append(column)

    def add_key(
        self, header: str, meant: pa.Array, dirt: Mapping[str, float] | None = None, *, shown: pa.Array | None = None
    ) -> None:
        """Append the key column: repeated values are listed as dirt, at the row that comes second."""
        self.add(header, meant, dirt, shown=shown)
        second = np.maximum(self.repeated, self.repeats)
        self.columns[-1].kind[second] = _NUMBER_OF["duplicate_key"]

    def _soil(self, column: Column, dirt: Mapping[str, float]) -> None:
        drawn = np.searchsorted(np.cumsum(list(dirt.values())), self.rng.random(self.rows), side="right")
        drawn[self.repeated] = drawn[self.repeats] = len(dirt)
        drawn[~_filled(column.meant)] = len(dirt)
        for place, kind in enumerate(dirt):
            self._plant(column, kind, np.flatnonzero(drawn == place))

    def _plant(self, column: Column, kind: str, where: Ints) -> None:
        if not len(where):
            return
        rendered = DIRT[kind].render(self.rng, column.meant.take(pa.array(where)))
        changed = pc.not_equal(rendered, column.written.take(pa.array(where)))
        where, rendered = where[changed.to_numpy(zero_copy_only=False)], rendered.filter(changed)
        column.written = scattered(column.written, where, rendered)
        column.kind[where] = _NUMBER_OF[kind]
        if DIRT[kind].meaning == "own":
            column.meant = scattered(column.meant, where, rendered)

    def malform(self, **shares: float) -> None:
        """Break a share of the records (at least one each): `ragged_short`, `ragged_long`, `broken_quote`."""
        free = np.setdiff1d(np.arange(self.rows), np.r_[self.repeated, self.repeats])
        chosen = iter(self.rng.permutation(free))
        for kind, share in shares.items():
            for _ in range(max(1, round(self.rows * share))):
                self.malformed[int(next(chosen))] = kind
        whole = np.array(sorted(self.malformed), np.int64)
        for column in self.columns:
            column.kind[whole] = CLEAN

    def widen_header(self, place: int) -> None:
        """Leave spaces behind the name of one column, as exports do."""
        self.widened_header = place

    def headers(self) -> list[str]:
        """The column names as the file writes them."""
        return [
            column.header + HEADER_SPACES * (place == self.widened_header) for place, column in enumerate(self.columns)
        ]

    def planted(self) -> pa.Table:
        """Every planted value of this sheet in the shape of PLANTED, ordered by column and row."""
        return pa.concat_tables(
            [self._planted_headers(), *(self._planted_cells(column) for column in self.columns), self._broken()]
        )

    def _planted_cells(self, column: Column) -> pa.Table:
        where = np.flatnonzero(column.kind != CLEAN)
        kinds, place = column.kind[where], pa.array(where)
        has_meaning = pa.array(_MENDABLE[kinds] & _MEANS_SOMETHING[kinds])
        return _planted_table(
            self.file,
            row=where + 1,
            column=pa.array([column.header] * len(where), pa.string()),
            kind=pa.array(CELL_KINDS).take(pa.array(kinds)),
            written=column.written.take(place),
            meant=pc.if_else(has_meaning, _modern(column.meant.take(place)), None),
            mendable=_MENDABLE[kinds],
        )

    def _planted_headers(self) -> pa.Table:
        headers = pa.array(
            [] if self.widened_header is None else [self.columns[self.widened_header].header], pa.string()
        )
        return _planted_table(
            self.file,
            row=np.zeros(len(headers), np.int64),
            column=headers,
            kind=pa.array(["header_spaces"] * len(headers), pa.string()),
            written=joined(headers, HEADER_SPACES),
            meant=headers,
            mendable=np.ones(len(headers), bool),
        )

    def _broken(self) -> pa.Table:
        rows = np.array(sorted(self.malformed), np.int64)
        nothing = pa.nulls(len(rows), pa.string())
        return _planted_table(
            self.file,
            row=rows + 1,
            column=nothing,
            kind=pa.array([self.malformed[row] for row in rows.tolist()], pa.string()),
            written=nothing,
            meant=nothing,
            mendable=np.zeros(len(rows), bool),
        )


def _filled(values: pa.Array) -> Mask:
    filled: Mask = pc.is_valid(values).to_numpy(zero_copy_only=False)
    return filled


def _modern(values: pa.Array) -> pa.Array:
    """The private-use character that old decoders give for FE59, as the character that it now stands for."""
    return pc.replace_substring(values, "\ue81e", "\u9fb4")


def _planted_table(
    file: str, *, row: Ints, column: pa.Array, kind: pa.Array, written: pa.Array, meant: pa.Array, mendable: Mask
) -> pa.Table:
    files = pa.array([file] * len(row), pa.string())
    return pa.table([files, pa.array(row), column, kind, written, meant, pa.array(mendable)], schema=PLANTED)
