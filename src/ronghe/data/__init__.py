"""The data engine: standardize -> integrate -> protect -> deliver.

    from ronghe import data

    print(data.profile("people.csv").to_json())
    schema = data.propose("people.csv").schema_json()
    data.standardize("people.csv", schema="people.schema.json", out="out")
    data.link("people.csv", "tax.csv", id="id", out="pairs.parquet")
    data.share(["people.csv", "tax.xlsx"], out="shared")
    print(data.scan("people.csv").to_json())
    data.risk("people.csv", quasi=["sex", "birth"])
    data.protect("people.csv", policy="policy.toml", consumer="医保局", purpose="参保核验", out="delivery")

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ronghe.terms import legal_day
from ronghe.terms.faces import keep_functions

if TYPE_CHECKING:
    import pyarrow as pa

    from ronghe.data.files import ScannedFiles
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

__all__ = [
    "explain",
    "integrate",
    "link",
    "profile",
    "propose",
    "protect",
    "redact",
    "risk",
    "scan",
    "share",
    "standardize",
]

Source = str | PathLike[str]


def profile(
    source: Source,
    *,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
) -> "Profile":
    """What is in a table: rows, and for each column counts, lengths and frequent values, of the whole table.

    `source` is a path (`book.xlsx#Sheet` for a sheet) or a SQLAlchemy URL (`sqlite:///city.db#table`); any number of
    rows, up to 4,000 columns. `rows` counts records without the header, `malformed` those that could not be read;
    `columns` has one ColumnProfile for each column, in order: `filled` and `empty` count cells and add up to `rows`,
    `distinct` is an estimate (HyperLogLog), `shortest` and `longest` are characters, `frequent` has up to five values
    with their counts. `resources.memory` is in bytes.

    Raises InputError for what cannot be read, UsageError for options that do not fit, LimitReached for what is too
    large.

    Source: Flajolet et al., "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007.
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
    as_of: date | None = None,
) -> "Proposal":
    """The data element of each column of a table, with the evidence, and the schema that follows from it.

    `source` is as in `profile`, `own_elements` are TOML files; `as_of` is the day after which the schema accepts no
    birth, None that of the call. `columns` has one ProposedColumn for each column, in
    order: `fits` of `values` filled cells of the whole column read as `element`, `by_name` (0 to 1) is how well its
    name says so, `missing` counts each word for "no value". `schema_json()` is the schema to write into a file.

    Raises InputError for what cannot be read or for own elements that cannot be used, LimitReached for what is too
    large.

    Source: the standards and laws that `ronghe standards show ELEMENT` names for each element; the form of the schema
    is Frictionless Table Schema (specs.frictionlessdata.io/table-schema).
    """
    from ronghe.data.files import propose_file
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources
    from ronghe.tables.open import ReadOptions
    from ronghe.terms.time import legal_day

    return propose_file(
        str(source),
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options or ReadOptions(),
        as_of=as_of or legal_day(datetime.now(UTC)),
    )


def scan(
    sources: Source | Sequence[Source],
    *,
    grades: str | None = None,
    as_of: date | None = None,
    by: Sequence[str] = (),
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "ScannedFiles":
    """Find personal and sensitive data in tables, by column and in free text, and grade them.

    `grades` is the name or the file of a profile, None the one that comes with Ronghe; `as_of` the day on which
    children are under fourteen, None today. With `by` each table is also graded as an aggregate by these columns:
    `aggregates` have the groups, the persons of the smallest one, and the grade. Nothing of the result shows a
    value that is not masked. One table that cannot be read does not keep the others from being scanned: it is among
    `failed`. Raises InputError or LimitReached when none could be read.

    Source: GB/T 43697-2024 and GB/T 45574-2025, as the profile of grades names them.
    """
    from ronghe.data.files import scan_files
    from ronghe.standards.catalog import catalog
    from ronghe.standards.grading import own_grade_profile
    from ronghe.tables.engine import Resources

    several = [sources] if isinstance(sources, str | PathLike) else sources
    return scan_files(
        [str(source) for source in several],
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        grades=own_grade_profile(grades),
        as_of=as_of or legal_day(datetime.now(UTC)),
        by=by,
        options=options,
    )


def redact(texts: "pa.Array | pa.ChunkedArray | Sequence[str | None]") -> "pa.Array":
    """Free texts with every personal or sensitive part that a scan finds replaced by as many ＊; NULL stays NULL.

    `texts` is an Arrow array of strings; as many come back, in their order. Raises nothing for any text: one above a
    million characters is masked as a whole.

    Source: Personal Information Protection Law, art. 73 (de-identification).
    """
    from ronghe.data.scan.text import redact as redacted

    return redacted(texts)


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

    `engine` is duckdb or spark, which give the same rows. `out` gets NAME.parquet with one typed column for each field
    (money in yuan, areas in square meters, dates without a zone), private/NAME.rejects.parquet with the quarantined
    records as text and their `_reasons`, and datapackage.json with counts and SHA-256 hashes. `table` of what comes
    back has `rows_in`, `rows_published`, `rows_quarantined` and a result for each column, counted in cells.

    Other tables that `out` holds stay. Raises InputError for a table or schema that cannot be used, Refused for a
    folder with files that are not ours, UsageError for an engine that does not exist, LimitReached when memory or disk
    ends; `out` is then as it was.

    Source: Frictionless Table Schema and Data Package (specs.frictionlessdata.io), with our properties under
    `ronghe:`.
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
    sources: Source | Sequence[Source],
    *,
    out: Source,
    departments: Source | None = None,
    shares: Source | None = None,
    key: str | None = None,
    plan: Source | None = None,
    personal: str = "mask",
    now: datetime | None = None,
    engine: str = "duckdb",
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
    log: Source | None = None,
    keys: Source = "keys",
) -> "Shared":
    """Take tables of departments the whole road: profile, propose, standardize, integrate, publish, index, report.

    One file is one department unless the CSV `departments` (`file,department`) maps it. With the CSV `shares`
    (`department,amount,share`) the degree D_s is computed, else only readiness is shown. Tables are integrated by the
    column `key`, by the TOML file `plan`, or by the identifiers of people and organizations that they have in common;
    `now` is the time of the lineage events, None that of the call.

    With a `log`, signed by its key in the keystore `keys`, the publication is written down before it is published, and
    its receipt lies beside the tables; Refused where the log cannot be written.

    `rows` of what comes back are rows in, published and quarantined of all tables; `tables` has one result for each
    source, `readiness` factors from 0 to 1 for each department, `degree.value` is D_s from 0 to 1 or `degree` None.
    Amounts may have any unit, the same for all. `warnings` names lines of the two CSVs that nothing here matches.

    Raises as `standardize` does; UsageError without files or for `key` and `plan` together, InputError for a file that
    is named twice or a key that does not fit.

    Source: D_s = sum(D_i * S_i) / sum(D_i), the weighted mean of the departments' shares; lineage as OpenLineage
    events (openlineage.io).
    """
    from ronghe.journeys.share import share_files
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources

    several = [sources] if isinstance(sources, str | PathLike) else sources
    return share_files(
        [str(source) for source in several],
        out=Path(out),
        departments=None if departments is None else Path(departments),
        shares=None if shares is None else Path(shares),
        key=key,
        plan=None if plan is None else Path(plan),
        personal=personal,
        now=now or datetime.now(UTC),
        engine=engine,
        resources=resources or Resources(),
        catalog=catalog(own_elements),
        options=options,
        log=None if log is None else Path(log),
        keys=Path(keys),
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
    clusters: Source | None = None,
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
    own_elements: Sequence[Path] = (),
) -> "LinkedFiles":
    """Find the rows of two tables, or of one, that are the same thing, and write the pairs to the file `out`.

    `columns` are names, or `left=right` where the sides differ; without them all columns of the same name are compared,
    and those that hold the same things under other names. With `clusters`, those of the left table, and their `model`
    the right table joins them and no cluster of the left changes.
    `one_to_one` None is found from the data. Beside `out` go the model and the clusters. `rows` of what comes back are
    those of each side, `pairs` the rows of `out`, each with a probability from 0 to 1, `groups` the clusters,
    `doubtful` the pairs for the file `review`, `candidates` the pairs that were compared.

    Raises InputError for input that cannot be linked, UsageError for an ending of `out` that is no format, an output
    that is read, or options that do not go together, LimitReached when memory or disk ends; nothing is written then.

    Source: Fellegi and Sunter, "A Theory for Record Linkage", Journal of the American Statistical Association 64
    (1969), with weights found by expectation maximization.
    """
    from ronghe.journeys.extend import extend_files
    from ronghe.journeys.link import link_files
    from ronghe.standards.catalog import catalog
    from ronghe.tables.engine import Resources
    from ronghe.terms import UsageError

    if clusters is not None:
        if right is None or model is None or columns or one_to_one or explain:
            raise UsageError("integrate.clusters_usage")
        return extend_files(
            str(left),
            str(right),
            id_column=id,
            right_id=right_id,
            clusters=Path(clusters),
            model=Path(model),
            review=None if review is None else Path(review),
            out=Path(out),
            resources=resources or Resources(),
            catalog=catalog(own_elements),
            options=options,
        )
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
    """The evidence for one pair of a file that `link` wrote with `explain`.

    `pairs` is that file, in any format that `link` writes; the ids are those of its two sides, as text. Each compared
    column comes with both values and its weight in bits (log2 of how much likelier such values are for the same thing
    than for two); their sum with the prior gives the probability. Raises InputError for a file without evidence or a
    pair that is not in it.

    Source: as `link`.
    """
    from ronghe.journeys.link import explain_file

    return explain_file(Path(pairs), left_id, right_id)


def integrate(
    plan: Source, *, out: Source, now: datetime, grades: str | None = None, resources: "Resources | None" = None
) -> "Integrated":
    """Union, join, link and fuse tables by the plan in a TOML file and publish the results in the folder `out`.

    Each step of the plan becomes a Parquet file; `to_json()` of what comes back has its counts of rows and its grade by
    the profile `grades` (a name or a file, None the one that comes with Ronghe), beside the grades of its parts. `now`
    is the time of the lineage events, with a zone, and its day that on which children are under fourteen. Raises
    InputError for a plan or table that cannot be used, Refused for a folder with files that are not ours, LimitReached
    when memory or disk ends; `out` is then as it was.

    Source: lineage as OpenLineage events (openlineage.io); GB/T 43697-2024 for the grades.
    """
    from ronghe.journeys.integrate import integrate_files
    from ronghe.standards.grading import own_grade_profile
    from ronghe.tables.engine import Resources

    return integrate_files(
        Path(plan), out=Path(out), now=now, resources=resources or Resources(), grades=own_grade_profile(grades)
    )


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

    `population` is the number of people of whom the table is a sample. The result has group sizes (k), records that are
    unique in the table and estimated to be so in the population, and values of `sensitive` per group (l). Raises
    InputError for what cannot be read or a column that is not there, UsageError for no `quasi` or one named twice.

    Source: Sweeney 2002 (k-anonymity), Machanavajjhala et al. 2007 (l-diversity), Hoshino 2001 (Pitman's model).
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
    log: Source | None = None,
    keys: Source = "keys",
    resources: "Resources | None" = None,
    options: "ReadOptions | None" = None,
) -> "Protected":
    """Release of a table what the policy grants a consumer for a purpose, into the folder `out` (None: only look).

    `now` is the instant at which the grants are asked, None that of the call. With a `log`, the decision and the
    delivery are written there, signed by its key in the keystore `keys`, and quotas count what it says left before. The
    result has the first rows as they are in the file, the plan with its hash, and the risk that is left. Raises Refused
    where nothing may leave or the log cannot be written, InputError for a policy or table that cannot be used; `out` is
    then as it was.

    Source: 政务数据共享条例 (State Council Order 809), art. 25; Personal Information Protection Law, art. 6 and 73.
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
        log=None if log is None else Path(log),
        keys=Path(keys),
        clock=lambda: now or datetime.now(UTC),
        resources=resources or Resources(),
        options=options,
    )


keep_functions(__name__)
