"""The data engine: standardize -> integrate -> protect -> deliver.

    from ronghe import data

    print(data.profile("people.csv").to_json())
    schema = data.propose("people.csv").schema_json()
    data.standardize("people.csv", schema="people.schema.json", out="out")
    data.share(["people.csv", "tax.xlsx"], out="shared")

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ronghe.data.profile import Profile
    from ronghe.data.propose import Proposal
    from ronghe.journeys.integrate import Integrated
    from ronghe.journeys.shared import Shared
    from ronghe.journeys.standardize import Published
    from ronghe.tables.engine import Resources
    from ronghe.tables.open import ReadOptions

__all__ = ["integrate", "profile", "propose", "share", "standardize"]

Source = str | PathLike[str]


def profile(
    source: Source,
    *,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
) -> "Profile":
    """What is in a table: rows, and for each column counts, lengths, frequent values and shapes, of the whole table.

    `source` is a path or a SQLAlchemy URL. Raises InputError for what cannot be read, LimitReached for what is too
    large.
    """
    from ronghe.data.files import profile_file
    from ronghe.tables.engine import Resources

    return profile_file(str(source), resources=resources or Resources(), options=options)


def propose(
    source: Source,
    *,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "Proposal":
    """The data element of each column of a table, with the evidence, and the schema that follows from it.

    `source` is a path or a SQLAlchemy URL. Raises InputError for what cannot be read, LimitReached for what is too
    large.
    """
    from ronghe.data.files import propose_file
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources
    from ronghe.tables.open import ReadOptions

    return propose_file(
        str(source),
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options or ReadOptions(),
    )


def standardize(
    source: Source,
    *,
    schema: Source,
    out: Source,
    engine: str = "duckdb",
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "Published":
    """Standardize a table by a schema file and publish it in the folder `out`: rows in = published + quarantined.

    Other tables that `out` holds stay. Raises InputError for a table or schema that cannot be used, Refused for a
    folder
    with files that are not ours, LimitReached when memory or disk ends; `out` is then as it was.
    """
    from ronghe.journeys.standardize import standardize_file
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources

    return standardize_file(
        str(source),
        schema=Path(schema),
        out=Path(out),
        engine=engine,
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options,
    )


def share(
    sources: Sequence[Source],
    *,
    out: Source,
    departments: Source | None = None,
    shares: Source | None = None,
    engine: str = "duckdb",
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "Shared":
    """Take tables of departments the whole road: profile, propose, standardize, publish, index, report.

    One file is one department unless the CSV `departments` (`file,department`) maps it. With the CSV `shares`
    (`department,amount,share`) the degree D_s is computed, else only readiness is shown. Raises as `standardize` does.
    """
    from ronghe.journeys.share import share_files
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources

    return share_files(
        [str(source) for source in sources],
        out=Path(out),
        departments=None if departments is None else Path(departments),
        shares=None if shares is None else Path(shares),
        engine=engine,
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options,
    )


def integrate(plan: Source, *, out: Source, now: datetime, resources: "Resources | None" = None) -> "Integrated":
    """Union, join and fuse tables by the plan in a TOML file and publish the results in the folder `out`.

    `now` is the time of the lineage events. Raises InputError for a plan or table that cannot be used, Refused for a
    folder with files that are not ours, LimitReached when memory or disk ends; `out` is then as it was.
    """
    from ronghe.journeys.integrate import integrate_files
    from ronghe.tables.engine import Resources

    return integrate_files(Path(plan), out=Path(out), now=now, resources=resources or Resources())


class _Face(ModuleType):
    """The face keeps its functions: the import of `ronghe.data.integrate` would put that package in the place of the
    function of the same name, and the second call would fail."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
