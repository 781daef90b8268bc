"""Large mappings in DuckDB: a function of Arrow arrays that finds the values of a whole chunk at once.

Measured for 20,000 names and 2M rows: 0.5 s. A join takes 0.1 s but puts the rows out of order, even one that matches
each row once; a cast to an enumeration takes 0.3 ms for each text that it lacks; tables of constant lists take 2 s.
"""

from functools import lru_cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType
from duckdb.sqltypes import UBIGINT, VARCHAR
from numpy.typing import NDArray
from sqlglot import exp

__all__ = ["Mapping", "hold"]

Mapping = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def _by_hash(mapping: Mapping) -> tuple[NDArray[np.uint64], pa.Array, pa.Array]:
    """The hashes of the keys as DuckDB reckons them, ascending, with keys and values in the same order."""
    keys, values = (pa.array([pair[side] for pair in mapping], pa.string()) for side in (0, 1))
    hashed = exp.alias_(exp.Anonymous(this="HASH", expressions=[exp.column("key")]), "hash")
    with duckdb.connect() as connection:
        relation = connection.from_arrow(pa.table({"key": keys}))
        found = relation.query("keys", exp.select(hashed).from_("keys").sql(dialect="duckdb"))
        assert found is not None
        hashes = found.fetchnumpy()["hash"]
    order = np.argsort(hashes, kind="stable")
    return hashes[order], keys.take(pa.array(order)), values.take(pa.array(order))


def hold(connection: duckdb.DuckDBPyConnection, function: str, mapping: Mapping) -> None:
    """Give a connection the function `function(text, hash(text))`: the value of the text, NULL where it has none.

    Of keys with one hash (64 bits) only the first would be found; there are none among a million texts.
    """
    hashes, keys, values = _by_hash(mapping)

    def value_of(texts: Any, hashed: Any) -> Any:
        places = np.searchsorted(hashes, hashed.to_numpy(zero_copy_only=False))
        nearest = pa.array(np.minimum(places, len(hashes) - 1))
        return pc.if_else(pc.equal(keys.take(nearest), texts), values.take(nearest), pa.scalar(None, pa.string()))

    connection.create_function(
        function,
        value_of,
        [VARCHAR, UBIGINT],
        VARCHAR,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )
