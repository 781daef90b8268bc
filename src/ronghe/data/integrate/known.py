"""The records that have clusters already, kept so that a delivery finds its few among millions without reading all.

They lie in segments, each a batch of `SEGMENT` records at most, with

    id, cluster, v0, v1, ...   as they were linked
    c                          the hash of the cluster
    s0, s1, ...                the hashes of a column's values in ascending order, ABSENT for what is missing
    o0, o1, ...                the places of the records in that order

A binary search in s finds a value, o says whose it is. Nothing is compressed: of a file that is mapped into memory only
the pages are touched on which something is found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.data.integrate.statements import drawn, sql
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_arrow, as_numpy, flags
from ronghe.tables.sql import name

__all__ = ["Known", "hashed", "known_names", "records_near", "segments_of", "with_segments"]

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

SEGMENT = 1 << 18
ABSENT = np.uint64(2**64 - 1)
"""Stands last in every order. A value whose hash this is, one in 10^19, counts as missing on both sides."""
MOST_SHARED = 5
"""Clusters that share a value, or two values together, and whose records still are read again: a birth on 1900-01-01
leads nowhere, the same birth with the same name to somebody."""
GLANCE = 4 * MOST_SHARED
"""Records of a value that are looked at before all of them are: most that lead nowhere show it by these."""


def known_names(columns: int) -> list[str]:
    """The columns of a segment for so many compared columns."""
    return ["id", "cluster", "c", *(f"{letter}{place}" for letter in "vso" for place in range(columns))]


def hashed(side: str, columns: int, *shown: exp.Expr) -> exp.Select:
    """The SELECT of a side's columns `shown`, and k0, k1, ...: the hash of each value."""
    hashes = [exp.alias_(drawn("hash(_v)", v=name(f"v{place}")), f"k{place}") for place in range(columns)]
    return exp.select(*shown, *hashes).from_(side)


def _hashes(batch: pa.RecordBatch, place: int) -> Hashes:
    """The hashes of a column that `hashed` gave: DuckDB hashes what is missing too, so the values tell where it is."""
    found = as_numpy(batch.column(f"k{place}"))
    return np.where(flags(pc.is_null(batch.column(f"v{place}"))), ABSENT, found)


def segments_of(engine: DuckDB, side: str, columns: int) -> Iterator[pa.RecordBatch]:
    """The segments of a side with `id`, `cluster` and its values; one at a time is in memory."""
    shown = [name("id"), name("cluster"), exp.alias_(drawn("hash(cluster)"), "c")]
    values = [name(f"v{place}") for place in range(columns)]
    reader = engine.connection.sql(sql(hashed(side, columns, *shown, *values))).to_arrow_reader(SEGMENT)
    for batch in reader:
        yield _ordered(batch, columns)


def _ordered(batch: pa.RecordBatch, columns: int) -> pa.RecordBatch:
    return _segment(batch, [_hashes(batch, place) for place in range(columns)])


def _segment(rows: pa.RecordBatch, hashes: Sequence[Hashes]) -> pa.RecordBatch:
    made = {known: rows.column(known) for known in ("id", "cluster", "c", *(f"v{n}" for n in range(len(hashes))))}
    orders = [np.argsort(column, kind="stable") for column in hashes]
    for place, (column, order) in enumerate(zip(hashes, orders, strict=True)):
        made[f"s{place}"] = as_arrow(column[order])
    for place, order in enumerate(orders):
        made[f"o{place}"] = as_arrow(order.astype(np.int32))
    return pa.RecordBatch.from_pydict(made)


def _merged(one: pa.RecordBatch, other: pa.RecordBatch, columns: int) -> pa.RecordBatch:
    hashes = []
    for place in range(columns):
        parts = [np.empty(batch.num_rows, np.uint64) for batch in (one, other)]
        for part, batch in zip(parts, (one, other), strict=True):
            part[as_numpy(batch.column(f"o{place}"))] = as_numpy(batch.column(f"s{place}"))
        hashes.append(np.concatenate(parts))
    return _segment(pa.concat_batches([one, other]), hashes)


def with_segments(known: Sequence[pa.RecordBatch], more: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The segments with those of a delivery behind them.

    The last two become one while the first of them is no larger: after a thousand deliveries a search has ten more
    segments to look through, not a thousand, and each record was moved ten times.
    """
    last = list(known)
    for batch in more:
        last.append(batch)
        while len(last) > 1 and last[-2].num_rows <= last[-1].num_rows <= SEGMENT - last[-2].num_rows:
            other, one = last.pop(), last.pop()
            last.append(_merged(one, other, sum(column.startswith("s") for column in one.schema.names)))
    yield from last


class _Segment:
    """A segment with its numbers as numpy sees them, over the same memory."""

    def __init__(self, batch: pa.RecordBatch, columns: int) -> None:
        self.batch = batch
        self.clusters = as_numpy(batch.column("c"))
        self.sorted = [as_numpy(batch.column(f"s{place}")) for place in range(columns)]
        self.order = [as_numpy(batch.column(f"o{place}")) for place in range(columns)]

    def ranges(self, place: int, keys: Hashes) -> tuple[Places, Places]:
        """Where each key begins in a column's order, and how many records have it."""
        first = np.searchsorted(self.sorted[place], keys, "left")
        return first, np.searchsorted(self.sorted[place], keys, "right") - first

    def rows(self, place: int, first: Places, times: Places) -> Places:
        """The records of these ranges."""
        ends = np.cumsum(times)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + times, times)
        return np.asarray(self.order[place][at], np.int64)


@dataclass(frozen=True)
class Known:
    """The records that have clusters: their segments, for so many compared columns."""

    batches: Sequence[pa.RecordBatch]
    columns: int

    @cached_property
    def segments(self) -> list[_Segment]:
        """The segments, ready to be searched."""
        return [_Segment(batch, self.columns) for batch in self.batches]

    def with_ids(self, ids: pa.Array) -> list[Places]:
        """Whose id is among these, by segment."""
        return [np.flatnonzero(flags(pc.is_in(batch.column("id"), value_set=ids))) for batch in self.batches]

    def taken(self, names: pa.Array) -> set[str]:
        """Which of these names a cluster has already."""
        every = (batch.column("cluster") for batch in self.batches)
        return {found for column in every for found in column.filter(pc.is_in(column, value_set=names)).to_pylist()}

    def records(self, found: Sequence[Places]) -> pa.Table:
        """id, cluster and values of records, by segment."""
        wanted = ["id", "cluster", *(f"v{place}" for place in range(self.columns))]
        shown = [batch.select(wanted) for batch in self.batches]
        taken = [batch.take(as_arrow(rows)) for batch, rows in zip(shown, found, strict=True)]
        return pa.Table.from_batches(taken, schema=shown[0].schema)


def _few(keys: Places, clusters: Hashes, count: int) -> NDArray[np.bool_]:
    """Which of the `count` keys lead to so few clusters that they lead to somebody."""
    order = np.lexsort((clusters, keys))
    keys, clusters = keys[order], clusters[order]
    new = np.ones(len(keys), bool)
    new[1:] = (keys[1:] != keys[:-1]) | (clusters[1:] != clusters[:-1])
    return np.asarray(np.bincount(keys[new], minlength=count) <= MOST_SHARED)


class _Column:
    """What a column of the delivery has in common with the known records."""

    def __init__(self, known: Known, place: int, hashes: Hashes) -> None:
        self.known, self.place = known, place
        self.keys = np.unique(hashes[hashes != ABSENT])
        self.ranges = [segment.ranges(place, self.keys) for segment in known.segments]
        self.times = sum((times for _, times in self.ranges), np.zeros(len(self.keys), np.int64))
        self.leads = self._leads()

    def _leads(self) -> NDArray[np.bool_]:
        leads = np.asarray(self.times <= MOST_SHARED)
        undecided = np.flatnonzero(~leads)
        for most in (GLANCE, None):
            undecided = undecided[self._few(undecided, most)]
        leads[undecided] = True
        return leads

    def _few(self, keys: Places, most: int | None) -> NDArray[np.bool_]:
        numbered, clusters = [], []
        for segment, (first, times) in zip(self.known.segments, self.ranges, strict=True):
            wanted = times[keys] if most is None else np.minimum(times[keys], most)
            numbered.append(np.repeat(np.arange(len(keys)), wanted))
            clusters.append(segment.clusters[segment.rows(self.place, first[keys], wanted)])
        return _few(np.concatenate(numbered), np.concatenate(clusters), len(keys))

    def rows(self, number: int) -> Places:
        """The records of a segment that a value alone leads to."""
        first, times = self.ranges[number]
        return self.known.segments[number].rows(self.place, first[self.leads], times[self.leads])

    def shared(self, number: int) -> NDArray[np.int32]:
        """For each record of a segment the place of its value among those that lead nowhere alone, -1 for others."""
        segment, (first, times) = self.known.segments[number], self.ranges[number]
        many = np.flatnonzero(~self.leads)
        found = np.full(segment.batch.num_rows, -1, np.int32)
        found[segment.rows(self.place, first[many], times[many])] = np.repeat(many, times[many]).astype(np.int32)
        return found

    def of(self, hashes: Hashes) -> Places:
        """The same for the delivery."""
        at = np.minimum(np.searchsorted(self.keys, hashes), max(len(self.keys) - 1, 0))
        there = (hashes != ABSENT) & ~self.leads[at] if len(self.keys) else np.zeros(len(hashes), bool)
        return np.where(there, at, -1)


def _of_two(one: NDArray[np.int32], other: NDArray[np.int32], wanted: Places, width: int) -> tuple[Places, Places]:
    """The records that have two values of the delivery together, and the place of those two in `wanted`."""
    rows = np.flatnonzero((one >= 0) & (other >= 0))
    codes = one[rows].astype(np.int64) * width + other[rows]
    at = np.minimum(np.searchsorted(wanted, codes), len(wanted) - 1)
    same = wanted[at] == codes
    return rows[same], at[same]


def _by_two(known: Known, columns: Sequence[_Column], delivered: Sequence[Hashes]) -> Callable[[int], list[Places]]:
    """Gives, for a segment, the records that two values lead to of which neither leads to somebody alone."""
    places = [column.of(hashes) for column, hashes in zip(columns, delivered, strict=True)]
    wanted: dict[tuple[int, int], Places] = {}
    for one, other in combinations(range(len(columns)), 2):
        both = (places[one] >= 0) & (places[other] >= 0)
        if both.any():
            width = len(columns[other].keys)
            wanted[one, other] = np.unique(places[one][both].astype(np.int64) * width + places[other][both])
    found: dict[tuple[int, int], list[tuple[Places, Places]]] = {pair: [] for pair in wanted}
    asked = sorted({place for pair in wanted for place in pair})
    for number in range(len(known.segments)):
        shared = {place: columns[place].shared(number) for place in asked}
        for (one, other), codes in wanted.items():
            found[one, other].append(_of_two(shared[one], shared[other], codes, len(columns[other].keys)))
    leading: list[list[Places]] = [[] for _ in known.segments]
    for pair, parts in found.items():
        keys = np.concatenate([at for _, at in parts])
        pairs = zip(known.segments, parts, strict=True)
        clusters = np.concatenate([segment.clusters[rows] for segment, (rows, _) in pairs])
        few = _few(keys, clusters, len(wanted[pair]))
        for number, (rows, at) in enumerate(parts):
            leading[number].append(rows[few[at]])
    return leading.__getitem__


def records_near(known: Known, delivery: pa.Table, ids: pa.Array) -> pa.Table:
    """id, cluster and values of the known records that share a value with the delivery, or two, where few clusters do,
    and of those with these ids. `delivery` has what `hashed` gives, with its values."""
    whole = cast("pa.RecordBatch", delivery.combine_chunks().to_batches()[0])
    delivered = [_hashes(whole, place) for place in range(known.columns)]
    columns = [_Column(known, place, hashes) for place, hashes in enumerate(delivered)]
    by_two = _by_two(known, columns, delivered)
    named = known.with_ids(ids) if len(ids) else [np.zeros(0, np.int64) for _ in known.batches]
    found = []
    for number, more in enumerate(named):
        alone = [column.rows(number) for column in columns]
        found.append(np.unique(np.concatenate([*alone, *by_two(number), more])))
    return known.records(found)
