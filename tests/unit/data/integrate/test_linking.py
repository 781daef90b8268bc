import tempfile
from pathlib import Path

import pytest
from pypinyin import Style, pinyin

from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.linking import link_records
from ronghe.data.integrate.prepare import Compared, _form, deciding_column, reading
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.scoring import score_pairs, weigh_pairs
from ronghe.data.integrate.statements import drawn, make
from ronghe.standards.catalog import catalog
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.in_memory import evaluate
from tests.unit.data.integrate.tables import PEOPLE, clusters, linked, pairs, person, side

EVERY = {f"a{number}": person(number) for number in range(120)}
HALF = {f"b{number}": person(number) for number in range(60, 180)}


def test_the_same_people_of_two_tables_are_found_and_nobody_else() -> None:
    found = linked([EVERY, HALF])
    assert pairs(found) == {(f"a{number}", f"b{number}") for number in range(60, 120)}
    assert found.exclusive.left
    assert found.exclusive.right


def test_a_name_that_sounds_the_same_and_a_missing_phone_do_not_hide_a_person() -> None:
    name, born, _, address = person(61)
    assert name is not None
    other = {**HALF, "b61": (name.replace(name[1], "偉" if name[1] == "伟" else name[1]), born, None, address)}
    assert ("a61", "b61") in pairs(linked([EVERY, other]))


def test_a_household_is_not_one_person() -> None:
    _, _, phone, address = person(70)
    child = {"b70": ("王小朵", "2020-02-03", phone, address)}
    others = {key: row for key, row in HALF.items() if key != "b70"}
    assert ("a70", "b70") not in pairs(linked([EVERY, {**others, **child}]))


def test_a_mother_is_not_her_child_in_a_table_too_small_to_learn_from() -> None:
    rows = {f"a{number}": person(number) for number in range(8)}
    born = {"a8": ("陈静", "1988-05-05", "13905710005", "上城区柳照街41号7幢702室")}
    child = {"a9": ("陈小宝", "2015-09-01", "13905710005", "上城区柳照街41号7幢702室")}
    again = {"b8": ("陈晶", "1988-05-05", "13905710005", "上城区柳照街41号7幢702室")}
    assert pairs(linked([{**rows, **born, **child}])) == set()
    assert pairs(linked([{**rows, **born, **child, **again}])) == {("a8", "b8")}


def test_duplicates_within_one_table_come_together() -> None:
    again = {f"c{number}": person(number) for number in range(0, 40, 2)}
    found = linked([{**EVERY, **again}])
    assert pairs(found) == {(f"a{number}", f"c{number}") for number in range(0, 40, 2)}
    groups = clusters(found)
    assert groups["0:a4"] == groups["0:c4"]
    assert groups["0:a4"] != groups["0:a6"]


def test_everybody_born_on_one_day_makes_no_block() -> None:
    one_day = {key: (row[0], "1900-01-01", row[2], row[3]) for key, row in EVERY.items()}
    again = {f"c{number}": one_day[f"a{number}"] for number in range(30)}
    assert len(pairs(linked([{**one_day, **again}]))) == 30


def test_a_thousand_identical_rows_are_one_thing_and_no_half_million_comparisons() -> None:
    same = {f"s{number}": person(500) for number in range(1000)}
    found = linked([{**EVERY, **same}])
    groups = clusters(found)
    assert len({groups[f"0:s{number}"] for number in range(1000)}) == 1
    assert found.blocking.candidates < 10_000


def test_a_decision_holds_against_the_model_and_is_told() -> None:
    decided = (Reviewed("a60", "b60", same=False), Reviewed("a0", "b170", same=True))
    found = linked([EVERY, HALF], decisions=decided)
    assert ("a60", "b60") not in pairs(found)
    assert ("a0", "b170") in pairs(found)
    assert [code for code, _ in found.notes] == ["integrate.reviewed_contradicted"] * 2


def test_a_decision_about_records_that_are_gone_is_one_note() -> None:
    found = linked([EVERY, HALF], decisions=(Reviewed("a60", "gone", same=True),))
    assert [(code, dict(params)) for code, params in found.notes] == [("integrate.reviewed_absent", {"pairs": 1})]


def test_a_model_links_a_later_delivery_as_it_was_trained() -> None:
    first = linked([EVERY, HALF])
    later = {f"d{number}": person(number) for number in range(100, 110)}
    again = linked([EVERY, later], model=first.model)
    assert again.model is first.model
    assert pairs(again) == {(f"a{number}", f"d{number}") for number in range(100, 110)}


def test_short_company_names_are_found_under_their_full_ones() -> None:
    brands = [f"{one}{two}{three}" for one in "启恒鼎瑞" for two in "明泰盛丰" for three in "嘉禾博远宏"]
    full = {f"l{number}": (f"云州市{brand}商贸有限公司", str(number * 37)) for number, brand in enumerate(brands)}
    short = {f"r{number}": (f"{brand}商贸", str(number * 37)) for number, brand in enumerate(brands)}
    columns = (Compared("n", "n", Kind.ORGANIZATION, "organization_name"), Compared("k", "k", Kind.IDENTIFIER))
    assert len(pairs(linked([full, short], columns))) == len(brands)


def test_levels_of_a_name_are_asked_by_sign_and_never_by_byte() -> None:
    # By bytes 王伟 and 王娟 are 84% alike; by signs they have a family name in common.
    found = linked([{**EVERY, "x": ("王伟", "1980-01-01", None, None), "y": ("王娟", "1999-12-31", None, None)}])
    groups = clusters(found)
    assert groups["0:x"] != groups["0:y"]
    assert PEOPLE[0].kind is Kind.NAME


def test_a_company_name_alone_links_full_and_short_forms_and_leaves_namesakes_to_people() -> None:
    brands = [f"{one}{two}{three}" for one in "启恒鼎瑞" for two in "明泰盛丰" for three in "嘉禾博远宏"]
    full = {f"l{number}": (f"云州市{brand}商贸有限公司",) for number, brand in enumerate(brands)}
    twins = {"x1": ("云州市华信软件有限公司",), "x2": ("云州市华信软件股份有限公司",)}
    short = {f"r{number}": (f"{brand}商贸",) for number, brand in enumerate(brands)} | {"y": ("华信软件",)}
    columns = (Compared("n", "n", Kind.ORGANIZATION, "organization_name"),)
    found = linked([{**full, **twins}, short], columns)
    assert pairs(found) == {(f"l{number}", f"r{number}") for number in range(len(brands))}
    assert "y" in found.doubtful.column("right_id").to_pylist()


def test_a_citizen_id_is_read_by_its_element() -> None:
    columns = (*PEOPLE, Compared("i", "i", Kind.IDENTIFIER, "citizen_id"))
    ids = {f"a{number}": (*person(number), f"33010619800312{number:03}X") for number in range(60)}
    again = {f"b{number}": (*person(number), f" 33010619800312{number:03}x") for number in range(0, 60, 2)}
    assert pairs(linked([ids, again], columns)) == {(f"a{number}", f"b{number}") for number in range(0, 60, 2)}


CITIZENS = (Compared("id_no", "id_no", Kind.IDENTIFIER, "citizen_id"), *PEOPLE)


def valid(number: int) -> str:
    """The citizen id of a person of the tests, with its check digit (GB 11643)."""
    _, born, _, _ = person(number)
    body = f"330102{str(born).replace('-', '')}{number:03}"
    total = sum(int(sign) * 2 ** (17 - place) for place, sign in enumerate(body))
    return body + "10X98765432"[total % 11]


def with_id(number: int, citizen: str | None) -> tuple[str | None, ...]:
    return citizen, *person(number)


def test_two_valid_citizen_ids_are_two_people_whatever_else_they_share() -> None:
    assert catalog(()).get("citizen_id").read(valid(3)).valid
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    again = {f"c{number}": with_id(number, valid(number)) for number in range(30)}
    another = {"x5": with_id(5, valid(500))}
    groups = clusters(linked([{**everybody, **again, **another}], CITIZENS))
    assert groups["0:a5"] == groups["0:c5"]
    assert groups["0:x5"] != groups["0:a5"]


def test_a_record_without_an_id_brings_no_two_ids_together() -> None:
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    between = {"x5": with_id(5, valid(500)), "y5": with_id(5, None), "z5": with_id(5, None)}
    groups = clusters(linked([{**everybody, **between}], CITIZENS))
    assert groups["0:x5"] != groups["0:a5"]


def test_one_valid_id_is_one_person_under_another_name_and_birth() -> None:
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    again = {f"c{number}": with_id(number, valid(number)) for number in range(30)}
    renamed = {"x5": (valid(5), "欧阳青", "1900-01-01", *person(5)[2:])}
    groups = clusters(linked([{**everybody, **again, **renamed}], CITIZENS))
    assert groups["0:x5"] == groups["0:a5"]


def test_a_wrong_check_digit_contradicts_nobody() -> None:
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    mistyped = {"x5": with_id(5, valid(5)[:-1] + ("1" if valid(5)[-1] != "1" else "2"))}
    groups = clusters(linked([{**everybody, **mistyped}], CITIZENS))
    assert groups["0:x5"] == groups["0:a5"]


def test_the_birth_within_an_id_tells_namesakes_apart() -> None:
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    name, _, phone, _ = person(5)
    licence = {"l5": (valid(5), name, None, phone, None)}
    child = {"s5": (None, name, "2016-05-02", None, None)}
    groups = clusters(linked([{**everybody, **licence, **child}], CITIZENS))
    assert groups["0:l5"] == groups["0:a5"]
    assert groups["0:s5"] != groups["0:a5"]


def test_an_identifier_decides_only_where_it_is_the_record_s_own() -> None:
    code = Compared("code", "code", Kind.IDENTIFIER, "unified_credit_code")
    firm = Compared("firm", "firm", Kind.ORGANIZATION, "organization_name")
    citizen, name, born = CITIZENS[0], CITIZENS[1], CITIZENS[2]
    assert deciding_column((citizen, name)) == 0
    assert deciding_column((firm, citizen, name)) is None
    assert deciding_column((firm, citizen, name, born)) == 1
    assert deciding_column((code, firm)) == 0
    assert deciding_column((code, firm, name, born)) is None
    assert deciding_column((code, firm, citizen, name)) is None


def test_somebody_whom_many_tables_know_is_one_person_however_small_the_budget() -> None:
    everybody = {f"a{number}": with_id(number, valid(number)) for number in range(120)}
    again = {f"{table}{number}": with_id(number, valid(number)) for table in "bcdefghi" for number in range(10)}
    # Copies are set aside, so the rows differ in something.
    again = {key: (*row[:3], f"13{place:09}", row[4]) for place, (key, row) in enumerate(again.items())}
    groups = clusters(linked([{**everybody, **again}], CITIZENS, budget=500))
    assert len({groups[f"0:{table}3"] for table in "abcdefghi"}) == 1


def test_a_name_in_ideographs_and_its_pinyin_sound_the_same_in_any_order() -> None:
    def spelled(number: int) -> str:
        called = str(person(number)[0])
        parts = [reading(sign).replace("ü", "uv"[number % 2]) for sign in called]
        family, given = parts[0].title(), "".join(parts[1:]).title()
        return f"{given} {family}".upper() if number % 3 else f"{family} {given}"

    letters = {f"b{number}": (spelled(number), *person(number)[1:3], None) for number in range(60, 180)}
    found = linked([EVERY, letters])
    assert pairs(found) == {(f"a{number}", f"b{number}") for number in range(60, 120)}
    names = found.model.comparisons[0].codes.index("same_sound")
    assert found.model.trained.m[0][names] > 0.5


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("+86 139 0000 7919", "13900007919"),
        ("0086-13900007919", "13900007919"),
        ("(139)0000-7919", "13900007919"),
        ("86 5718 8123", "8657188123"),
        ("+1 212 555 0100", "12125550100"),
    ],
)
def test_a_country_before_a_mobile_number_makes_no_other_number(written: str, compared: str) -> None:
    assert evaluate(_form(Kind.PHONE, ops.Column("written")), {"written": written}) == compared


def test_the_weights_of_our_statement_are_those_of_splink() -> None:
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        for number, rows in enumerate((EVERY, HALF)):
            engine.connection.register(f"side_{number}", side(rows, len(PEOPLE)))
        model = link_records(engine, ["side_0", "side_1"], PEOPLE, catalog=catalog(())).model
        every = "SELECT l.n AS join_key_l, r.n AS join_key_r, '0' AS match_key FROM records AS l JOIN records AS r"
        make(engine, "asked", drawn(f"{every} ON l.n < r.n AND (l.n * r.n) % 5 = 0"))
        tables = []
        for weigh, into in ((score_pairs, "theirs"), (weigh_pairs, "ours")):
            weigh(engine, model.comparisons, "asked", into, weights=model.weights, prior=model.trained.prior)
            parts = ", ".join(f"mw_{made.name}, mw_tf_adj_{made.name}" for made in model.comparisons)
            wanted = f"SELECT n_l, n_r, match_weight, {parts} FROM {into} ORDER BY ALL"
            tables.append(engine.connection.sql(wanted).fetchall())
    assert len({row[2] for row in tables[0]}) > 10
    assert tables[0] == tables[1]


def test_signs_sound_as_the_library_reads_them() -> None:
    signs = [chr(code) for code in range(0x3400, 0xA000)]
    read = [found[0] for found in pinyin("\n".join(signs).split("\n"), style=Style.NORMAL)]
    alike: dict[str, set[str]] = {}
    for theirs, sign in zip(read, signs, strict=True):
        alike.setdefault(theirs, set()).add(reading(sign))
    assert len(read) == len(signs)
    assert all(len(found) == 1 for found in alike.values())
    assert len({next(iter(found)) for found in alike.values()}) == len(alike)
