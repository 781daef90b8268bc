import tempfile
from pathlib import Path

import pyarrow as pa

from ronghe.data.integrate.incremental import Extended, extend_clusters
from ronghe.data.integrate.known import Known, segments_of
from ronghe.data.integrate.linking import link_records
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.statements import drawn, make
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources, duckdb_engine
from tests.unit.data.integrate.tables import PEOPLE, Row, person, side

EXISTING = {f"a{number}": person(number) for number in range(120)} | {f"c{n}": person(n) for n in range(20)}


def extended(delivery: dict[str, Row], *said: Reviewed) -> tuple[dict[str, str], Extended]:
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        engine.connection.register("existing", side(EXISTING, len(PEOPLE)))
        first = link_records(engine, ["existing"], PEOPLE, catalog=catalog(()))
        engine.connection.register("known_clusters", first.clusters)
        make(
            engine, "before", drawn("SELECT k.*, c.cluster FROM existing AS k JOIN known_clusters AS c ON k.id = c.id")
        )
        before = Known(list(segments_of(engine, "before", len(PEOPLE))), len(PEOPLE))
        engine.connection.register("delivery", side(delivery, len(PEOPLE)))
        found = extend_clusters(engine, before, "delivery", model=first.model, catalog=catalog(()), decisions=said)
        known = dict(zip(*(first.clusters.column(part).to_pylist() for part in ("id", "cluster")), strict=True))
        return known, found


def by_id(table: pa.Table) -> dict[str, str]:
    return dict(zip(table.column("id").to_pylist(), table.column("cluster").to_pylist(), strict=True))


def test_a_delivery_joins_the_clusters_that_are_there_under_their_numbers() -> None:
    known, found = extended({"d5": person(5), "d50": person(50), "d300": person(300)})
    given = by_id(found.clusters)
    assert given["d5"] == known["a5"] == known["c5"]
    assert given["d50"] == known["a50"]
    assert given["d300"] not in known.values()
    assert found.joined == 2


def test_new_people_are_clustered_among_themselves() -> None:
    _, found = extended({"d300": person(300), "e300": person(300), "d301": person(301)})
    given = by_id(found.clusters)
    assert given["d300"] == given["e300"] != given["d301"]


def test_only_what_the_delivery_touches_is_read_again() -> None:
    _, found = extended({"d300": (person(300)[0], "2001-01-01", "10000000000", "nowhere")})
    assert found.read_again < 10


def test_who_is_known_through_another_record_of_the_delivery_joins_too() -> None:
    name, born, phone, _ = person(5)
    moved: dict[str, Row] = {
        "d5": (name, born, phone, "学院路999号8幢808室"),
        "e5": (name, born, None, "学院路999号8幢808室"),
    }
    known, found = extended(moved)
    given = by_id(found.clusters)
    assert given["d5"] == given["e5"] == known["a5"]


def test_who_was_kept_apart_joins_neither_through_another_nor_loses_somebody_else() -> None:
    name, born, phone, _ = person(5)
    moved: dict[str, Row] = {
        "d5": (name, born, phone, "学院路999号8幢808室"),
        "e5": (name, born, None, "学院路999号8幢808室"),
        "d50": person(50),
        "d300": person(300),
        "e300": person(300),
    }
    apart = (("a5", "e5"), ("a5", "d50"), ("d300", "e300"))
    known, found = extended(moved, *(Reviewed(one, other, same=False) for one, other in apart))
    given = by_id(found.clusters)
    assert given["d5"] == known["a5"] != given["e5"]
    assert given["d50"] == known["a50"]
    assert given["d300"] != given["e300"]


def test_the_number_of_a_new_person_does_not_depend_on_who_was_read_beside_them() -> None:
    _, alone = extended({"d300": person(300)})
    _, beside = extended({"d300": person(300), "d5": person(5)})
    assert by_id(alone.clusters)["d300"] == by_id(beside.clusters)["d300"]


def test_the_order_of_a_delivery_does_not_matter() -> None:
    rows = {f"d{number}": person(number) for number in (5, 300, 50, 7, 301)} | {"e300": person(300)}
    _, found = extended(rows)
    _, other = extended(dict(reversed(rows.items())))
    assert found.clusters.equals(other.clusters)
    assert found.pairs.equals(other.pairs)
