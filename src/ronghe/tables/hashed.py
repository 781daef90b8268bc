"""Large mappings in DuckDB: a table of one row that holds two lists of slots, beside every row of the source.

A text lies in one of the two slots that its hash names (cuckoo hashing: Pagh and Rodler 2004), so a look-up is two
comparisons. Measured for 20,000 names and 2M rows: 0.12 s, and the rows stay in order, since the product with one row
hands every chunk on as it is. A join takes 0.1 s but puts rows out of order, even one that matches each row once; a
function of Arrow arrays takes 0.5 s; constant lists are built again for each chunk, which takes 2 s; a cast to an
enumeration takes 0.3 ms for each text that it lacks.
"""

from collections.abc import Sequence
from functools import lru_cache

import duckdb
from sqlglot import exp

from ronghe.tables.sql import call, cast, name

__all__ = ["HALF", "KEYS", "VALUES", "Mapping", "hold", "slots"]

Mapping = tuple[tuple[str, str], ...]

KEYS, VALUES = "keys", "values"
HALF = 2**32
"""The second slot of a text comes from the upper half of its hash."""
ROOM = 3
"""Slots for each text, at least: above half full, cuckoo hashing begins to fail."""
MOVES = 500
"""Texts that may be pushed on before a larger table is tried."""


_BOUND = cast(exp.Placeholder(), "VARCHAR[]")


def slots(mapping: Mapping) -> int:
    """How many slots the table of a mapping has, a power of two."""
    return len(_placed(mapping))


def _hashes(texts: Sequence[str]) -> list[int]:
    """The texts' hashes as DuckDB reckons them."""
    keys = exp.select(exp.alias_(call("UNNEST", _BOUND), "key")).subquery("keys")
    hashed = exp.select(call("HASH", name("key"))).from_(keys)
    with duckdb.connect() as connection:
        found = connection.execute(hashed.sql(dialect="duckdb"), [list(texts)]).fetchall()
    return [row[0] for row in found]


@lru_cache(maxsize=64)
def _placed(mapping: Mapping) -> tuple[int | None, ...]:
    """Which pair of the mapping lies in each slot."""
    hashes = _hashes([key for key, _ in mapping])
    size = 1 << (ROOM * len(mapping)).bit_length()
    while True:
        places = _cuckoo([(hash_ % size, hash_ // HALF % size) for hash_ in hashes], size)
        if places is not None:
            return tuple(places)
        size *= 2


def _cuckoo(choices: Sequence[tuple[int, int]], size: int) -> list[int | None] | None:
    """A slot for each number of `choices`, one of its two; None where `size` is too small for them."""
    places: list[int | None] = [None] * size
    for number in range(len(choices)):
        lodger: int | None = number
        slot = choices[number][0]
        for _ in range(MOVES):
            lodger, places[slot] = places[slot], lodger
            if lodger is None:
                break
            first, second = choices[lodger]
            slot = second if slot == first else first
        if lodger is not None:
            return None
    return places


def hold(connection: duckdb.DuckDBPyConnection, table: str, mapping: Mapping) -> None:
    """Give a connection the table `table` of one row with the lists KEYS and VALUES of a mapping."""
    placed = _placed(mapping)
    # As bound lists: handing over an Arrow table imports pandas, which takes longer than scanning a small table.
    lists = [[None if pair is None else mapping[pair][side] for pair in placed] for side in (0, 1)]
    made = exp.select(*(exp.alias_(_BOUND.copy(), side) for side in (KEYS, VALUES)))
    create = exp.Create(this=exp.to_table(table), kind="TABLE", expression=made)
    connection.execute(create.sql(dialect="duckdb"), lists)
