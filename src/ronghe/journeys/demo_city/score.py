"""How well a publication of the demo city found out what is true: pairs of rows, and fields of golden rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlglot import exp

from ronghe.data.integrate.fuse.plan import Source
from ronghe.data.integrate.fuse.table import Table, named, row_name
from ronghe.data.integrate.statements import drawn, fetch, make, union
from ronghe.journeys.demo_city.plan import KINDS, Kind, Told
from ronghe.journeys.integrate import opened
from ronghe.journeys.publication import REJECTS, table_name
from ronghe.journeys.share_protection import clear_path
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.staged import Staged
from ronghe.terms import InputError

__all__ = ["Score", "score_city"]


@dataclass(frozen=True, slots=True)
class Score:
    """How well the rows of one kind of entity were brought together.

    `pairs` of rows are together in truth, `found` in the publication, `right` in both; `mixed` golden rows hold rows of
    several entities. `fields` gives for each field the golden rows with a value, and those whose value is true.
    """

    kind: str
    rows: int
    golden: int
    pairs: int
    found: int
    right: int
    mixed: int
    fields: Mapping[str, tuple[int, int]]

    @property
    def precision(self) -> float:
        """The share of the pairs found that are right; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the true pairs that were found; 1 where there are none."""
        return self.right / self.pairs if self.pairs else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "kind": self.kind,
            "rows": self.rows,
            "golden_rows": self.golden,
            "true_pairs": self.pairs,
            "found_pairs": self.found,
            "right_pairs": self.right,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "mixed_golden_rows": self.mixed,
            "fields": {
                name: {"filled": filled, "true": true, "accuracy": true / filled if filled else None}
                for name, (filled, true) in self.fields.items()
            },
        }


def _parquet(engine: DuckDB, view: str, path: Path, columns: tuple[str, ...]) -> None:
    """Give the first columns of a Parquet file these names; InputError where it is missing or has others."""
    if not path.is_file():
        raise InputError("demo_city.score_missing", path=str(path))
    engine.attach(f"{view}_read", Staged(columns=columns, path=path, kind="parquet", rows=None))
    shown = [named(exp.column(f"c{place}"), name) for place, name in enumerate(columns)]
    engine.view(view, exp.select(*shown).from_(f"{view}_read"))


_RECORDS = """
SELECT kept.n AS record, p.row, _source AS source FROM
    (SELECT row_number() OVER () AS place, _row AS row FROM _table) AS p
    JOIN (SELECT n, row_number() OVER (ORDER BY n) AS place FROM range(1, _last) AS r(n)
          WHERE n NOT IN (SELECT record FROM rejected)) AS kept ON kept.place = p.place
"""


def _records(engine: DuckDB, publication: Path, name: str, told: Told, scratch: Path) -> exp.Expr:
    """The rows of a source with the number of their record in the file: published rows lie in the order of the file,
    and the numbers of the others stand in the rejects."""
    table = table_name(told.file)
    path = clear_path(publication, f"{table}.parquet")
    if not path.is_file():
        raise InputError("demo_city.score_missing", path=str(path))
    source = Source(name, str(path), "", columns=told.columns)
    read: Table = opened(engine, source, str(path), f"rows_{name}", scratch / name)
    rejects = publication / REJECTS / f"{table}.rejects.parquet"
    _parquet(engine, "rejects", rejects, ("record",))
    make(engine, "rejected", drawn("SELECT DISTINCT record FROM rejects"))
    counts = fetch(engine, drawn("SELECT count(*) AS n FROM _t", t=read.view)).to_pylist()[0]["n"]
    lost = fetch(engine, drawn("SELECT count(*) AS n FROM rejected")).to_pylist()[0]["n"]
    make(
        engine,
        f"records_{name}",
        drawn(_RECORDS, row=row_name(read), source=name, table=read.view, last=counts + lost + 1),
    )
    return drawn(
        "SELECT _file AS file, _role AS role, record, row, source FROM _t",
        file=told.file,
        role=told.role,
        t=f"records_{name}",
    )


_KNOWN = """
SELECT t.entity AS truth, coalesce(m.entity, r.source || ':' || r.row) AS found, m.entity
FROM records AS r JOIN truth AS t ON t.file = r.file AND t.role = r.role AND t.row = r.record
LEFT JOIN members AS m ON m.source = r.source AND m.row = r.row
"""


def _pairs(engine: DuckDB, *by: str) -> int:
    groups = exp.select("n").from_(
        exp.select(named(exp.Count(this=exp.Star()), "n")).from_("known").group_by(*by).subquery("g")
    )
    found = drawn("SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT AS pairs FROM _g", g=groups.subquery("s"))
    return int(fetch(engine, found).to_pylist()[0]["pairs"])


def _fields(engine: DuckDB, publication: Path, city: Path, kind: Kind) -> Iterator[tuple[str, tuple[int, int]]]:
    """Golden values beside what is true of the entity that most rows of the golden row are about."""
    import pyarrow.parquet as pq

    golden, facts = clear_path(publication, f"{kind.step}.parquet"), city / "truth" / f"facts_of_{kind.truth}.parquet"
    for view, path in (("golden", golden), ("facts", facts)):
        _parquet(engine, view, path, tuple(pq.read_schema(path).names))
    make(
        engine,
        "meant",
        drawn("SELECT entity, mode(truth ORDER BY truth) AS truth FROM known WHERE entity IS NOT NULL GROUP BY entity"),
    )
    for field, fact in kind.facts.items():
        asked = drawn(
            """
            SELECT count(_field) AS filled, count(*) FILTER (_field::VARCHAR = _fact) AS right_ones
            FROM golden AS g JOIN meant AS m ON m.entity = g._entity JOIN facts AS f ON f.entity = m.truth
            """,
            field=exp.column(field, table="g", quoted=True),
            fact=exp.column(fact, table="f", quoted=True),
        )
        row = fetch(engine, asked).to_pylist()[0]
        yield field, (row["filled"], row["right_ones"])


def _score(engine: DuckDB, publication: Path, city: Path, kind: Kind, scratch: Path) -> Score:
    records = [_records(engine, publication, name, told, scratch) for name, told in kind.sources.items()]
    make(engine, "records", union(records))
    _parquet(engine, "truth", city / "truth" / f"{kind.truth}.parquet", ("entity", "file", "row", "role"))
    _parquet(engine, "members", clear_path(publication, f"{kind.step}.members.parquet"), ("entity", "source", "row"))
    make(engine, "known", drawn(_KNOWN))
    mixed = fetch(
        engine,
        drawn(
            "SELECT count(*) AS n FROM (SELECT entity FROM known WHERE entity IS NOT NULL GROUP BY entity"
            " HAVING count(DISTINCT truth) > 1)"
        ),
    )
    counts = fetch(engine, drawn("SELECT count(*) AS n, count(DISTINCT entity) AS golden FROM known")).to_pylist()[0]
    return Score(
        kind=kind.step,
        rows=counts["n"],
        golden=counts["golden"],
        pairs=_pairs(engine, "truth"),
        found=_pairs(engine, "found"),
        right=_pairs(engine, "truth", "found"),
        mixed=mixed.to_pylist()[0]["n"],
        fields=dict(_fields(engine, publication, city, kind)),
    )


def score_city(publication: Path, *, city: Path, resources: Resources) -> tuple[Score, ...]:
    """Hold a publication that was made by the city's plan against the city's truth.

    Raises InputError where a table of the publication or of the truth is missing.
    """
    with TemporaryDirectory(prefix="ronghe-") as made:
        scores = []
        for kind in KINDS:
            with duckdb_engine(Path(made) / "spill", resources, reorder_joins=True) as engine:
                scores.append(_score(engine, publication, city, kind, Path(made)))
    return tuple(scores)
