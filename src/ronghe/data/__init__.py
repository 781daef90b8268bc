"""The data engine: standardize -> integrate -> protect -> deliver.

    from ronghe import data

    print(data.profile("people.csv").to_json())
    schema = data.propose("people.csv").schema_json()
    data.standardize("people.csv", schema="people.schema.json", out="out")
    data.link("people.csv", "tax.csv", id="id", out="pairs.parquet")
    data.share(["people.csv", "tax.xlsx"], out="shared")
    data.risk("people.csv", quasi=["sex", "birth"])
    data.protect("people.csv", policy="policy.toml", consumer="医保局", purpose="参保核验", out="delivery")

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ronghe.data.integrate.explain import Explained
    from ronghe.data.profile import Profile
    from ronghe.data.propose import Proposal
    from ronghe.data.protect.risk import Risk
    from ronghe.journeys.integrate import Integrated
    from ronghe.journeys.link import LinkedFiles
    from ronghe.journeys.protect import Protected
    from ronghe.journeys.shared import Shared
    from ronghe.journeys.standardize import Published
    from ronghe.tables.engine import Resources
    from ronghe.tables.open import ReadOptions

__all__ = ["explain", "integrate", "link", "profile", "propose", "protect", "risk", "share", "standardize"]

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
    folder with files that are not ours, LimitReached when memory or disk ends; `out` is then as it was.
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
    key: str | None = None,
    plan: Source | None = None,
    now: datetime | None = None,
    engine: str = "duckdb",
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "Shared":
    """Take tables of departments the whole road: profile, propose, standardize, integrate, publish, index, report.

    One file is one department unless the CSV `departments` (`file,department`) maps it. With the CSV `shares`
    (`department,amount,share`) the degree D_s is computed, else only readiness is shown. Tables are integrated by the
    column `key`, by the TOML file `plan`, or by the identifiers of people and organizations that they have in common;
    `now` is the time of the
    lineage events, None that of the call. Raises as `standardize` does, InputError for a key that does not fit.
    """
    from ronghe.journeys.share import share_files
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources

    return share_files(
        [str(source) for source in sources],
        out=Path(out),
        departments=None if departments is None else Path(departments),
        shares=None if shares is None else Path(shares),
        key=key,
        plan=None if plan is None else Path(plan),
        now=now or datetime.now(UTC),
        engine=engine,
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options,
    )


def link(
    left: Source,
    right: Source | None = None,
    *,
    id: str,  # noqa: A002 - the word that the command uses
    out: Source,
    right_id: str | None = None,
    columns: Sequence[str] = (),
    one_to_one: bool | None = None,
    explain: bool = False,
    review: Source | None = None,
    model: Source | None = None,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "LinkedFiles":
    """Find the rows of two tables, or of one, that are the same thing, and write the pairs to the file `out`.

    `columns` are names, or `left=right` where the sides differ; without them all columns of the same name are compared.
    `one_to_one` None is found from the data. Beside `out` go the model and the clusters. Raises InputError for input
    that cannot be linked; nothing is written then.
    """
    from ronghe.journeys.link import link_files
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources

    return link_files(
        str(left),
        None if right is None else str(right),
        id_column=id,
        right_id=right_id,
        columns=columns,
        one_to_one=one_to_one,
        explain=explain,
        review=None if review is None else Path(review),
        model=None if model is None else Path(model),
        out=Path(out),
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options,
    )


def explain(pairs: Source, left_id: str, right_id: str) -> "Explained":
    """The evidence for one pair of a file that `link` wrote with `explain`; InputError when there is none."""
    from ronghe.journeys.link import explain_file

    return explain_file(Path(pairs), left_id, right_id)


def integrate(plan: Source, *, out: Source, now: datetime, resources: "Resources | None" = None) -> "Integrated":
    """Union, join and fuse tables by the plan in a TOML file and publish the results in the folder `out`.

    `now` is the time of the lineage events. Raises InputError for a plan or table that cannot be used, Refused for a
    folder with files that are not ours, LimitReached when memory or disk ends; `out` is then as it was.
    """
    from ronghe.journeys.integrate import integrate_files
    from ronghe.tables.engine import Resources

    return integrate_files(Path(plan), out=Path(out), now=now, resources=resources or Resources())


def risk(
    source: Source,
    *,
    quasi: Sequence[str],
    sensitive: str | None = None,
    population: int | None = None,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
) -> "Risk":
    """How easily people can be recognized in a table by the columns `quasi` together, and what is learned of them.

    `population` is the number of people of whom the table is a sample. Raises InputError for what cannot be read or a
    column that is not there.
    """
    from ronghe.data.files import risk_file
    from ronghe.tables.engine import Resources

    return risk_file(
        str(source),
        quasi=quasi,
        sensitive=sensitive,
        population=population,
        resources=resources or Resources(),
        options=options,
    )


def protect(
    source: Source,
    *,
    policy: Source,
    consumer: str,
    purpose: str,
    out: Source | None = None,
    asset: str | None = None,
    fields: Sequence[str] = (),
    on_behalf_of: str | None = None,
    key_file: Source | None = None,
    format: str = "parquet",  # noqa: A002 - the word that the command uses
    round_trip: bool = False,
    preview: int = 0,
    now: datetime | None = None,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
) -> "Protected":
    """Release of a table what the policy grants a consumer for a purpose, into the folder `out` (None: only look).

    `now` is the instant at which the grants are asked, None that of the call. Raises Refused where nothing may leave,
    InputError for a policy or table that cannot be used; `out` is then as it was.
    """
    from ronghe.journeys.protect import protect_file
    from ronghe.tables.engine import Resources

    return protect_file(
        str(source),
        policy=Path(policy),
        consumer=consumer,
        purpose=purpose,
        out=None if out is None else Path(out),
        asset=asset,
        fields=fields,
        on_behalf_of=on_behalf_of,
        key_file=None if key_file is None else Path(key_file),
        format=format,
        round_trip=round_trip,
        preview=preview,
        now=now or datetime.now(UTC),
        resources=resources or Resources(),
        options=options,
    )


class _Face(ModuleType):
    """Keeps the functions: loading the module `ronghe.data.profile` would put it in the place of `profile`."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
