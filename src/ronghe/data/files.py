"""Profile and propose for anything that can be read as a table, with a folder for temporary files that is removed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ronghe.data.profile import Profile, profile_table
from ronghe.data.propose import Proposal, propose_schema
from ronghe.data.protect.risk import Risk, risk_of
from ronghe.standards.catalog import Catalog
from ronghe.tables.delimited import separate
from ronghe.tables.engine import Engine, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.staged import Staged

__all__ = ["profile_file", "propose_file", "risk_file"]


@contextmanager
def _staged(source: str, resources: Resources, options: ReadOptions | None) -> Iterator[tuple[Engine, Staged, Path]]:
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(source, scratch, options=options)
        with duckdb_engine(scratch / "spill", resources) as engine:
            yield engine, staged, scratch


def profile_file(source: str, *, resources: Resources, options: ReadOptions | None = None) -> Profile:
    """The profile of a table; see `profile_table`."""
    with _staged(source, resources, options) as (engine, staged, scratch):
        return profile_table(engine, staged, scratch)


def propose_file(
    source: str, *, resources: Resources, catalog: Catalog, options: ReadOptions | None = None
) -> Proposal:
    """The proposal for a table; see `propose_schema`."""
    with _staged(source, resources, options) as (engine, staged, scratch):
        return propose_schema(engine, staged, catalog, scratch)[0]


def risk_file(
    source: str,
    *,
    quasi: Sequence[str],
    sensitive: str | None = None,
    population: int | None = None,
    resources: Resources,
    options: ReadOptions | None = None,
) -> Risk:
    """The risk of a table, of all records that can be read; see `risk_of`."""
    with _staged(source, resources, options) as (engine, staged, scratch):
        columns = {name: f"c{place}" for place, name in enumerate(staged.columns)}
        engine.attach("source", staged)
        try:
            return risk_of(engine, "source", columns, quasi=quasi, sensitive=sensitive, population=population)
        except MalformedRecords:
            engine.attach("source", separate(staged, scratch))
            return risk_of(engine, "source", columns, quasi=quasi, sensitive=sensitive, population=population)
