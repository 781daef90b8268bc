"""What leaves obeys its grant, through every door, whatever is tried: a story of deliveries and of attacks."""

import csv
import json
import re
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from ronghe import data
from ronghe.cli import main
from ronghe.journeys.protected_rows import asked_of, protected_rows
from ronghe.tables.engine import Resources
from ronghe.tables.open import ReadOptions
from ronghe.tables.package import read_manifest, verify_package
from ronghe.terms import InputError, Refused, UsageError
from ronghe.trust.keys.store import KeyStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEY = "tokens.json"

HEADER = "id,name,birth,area,income,sex,note"
ROWS = (
    ("11010519491231002X", "张三", "1949-12-31", "330102", "12345.5", "男", "=1+1"),
    ("330106196703151655", "李四光", "1967-03-15", "330106", "8000", "女", "低保"),
    ("330106196703151999", "王五", "1967-03-16", "330106", "8100", "女", "无"),
    ("110101199001011234", "赵六", "1990-01-01", "110101", "99", "男", "无"),
)
POLICY = """
format = "policy@1"
issued = 2026-01-01T00:00:00+08:00
fresh_until = 2030-01-01T00:00:00+08:00

[assets.residents]
quasi = ["birth", "area", "sex"]
sensitive = "note"

[[grants]]
id = "G-1"
request = "R-1"
consumer = "医保局"
asset = "residents"
purpose = "参保核验"
legal_basis = "社会保险法 第七十四条"
from = 2026-01-01T00:00:00+08:00
until = 2027-01-01T00:00:00+08:00
rows = [{ field = "area", starts_with = "3301" }]

[grants.fields]
id = { token = "citizen_id" }
name = { mask = { first = 1 } }
birth = { bucket_date = "year" }
area = { generalize = "region", level = "city" }
income = { bucket = 1000 }
sex = "keep"
note = "keep"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write(tmp_path, ROWS)
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    KeyStore(tmp_path).create("tokens", purpose="token", algorithm="hmac-sm3", now=NOW)
    return tmp_path


def write(folder: Path, rows: Any, name: str = "residents.csv") -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER.split(","), *rows])


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / "policy.toml").read_text("utf-8")
    assert old in text
    (folder / "policy.toml").write_text(text.replace(old, new), "utf-8")


def protect(folder: Path, **given: Any) -> Any:
    asked = {
        "policy": folder / "policy.toml",
        "consumer": "医保局",
        "purpose": "参保核验",
        "key_file": folder / KEY,
        "now": NOW,
        "preview": 1000,
    }
    return data.protect(folder / "residents.csv", **{**asked, **given})


def refusal(folder: Path, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        protect(folder, out=folder / "out", **given)
    assert not (folder / "out").exists()
    return caught.value


def reason(fault: Refused) -> str:
    told: Any = fault.params["reason"]
    return str(told.en)


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_a_delivery_has_the_granted_rows_and_fields_and_nothing_else(place: Path) -> None:
    made = protect(place, out=place / "out")
    table = pq.read_table(place / "out" / "residents.parquet").to_pylist()
    assert [row["name"] for row in table] == ["张*", "李**", "王*"]
    assert [row["birth"] for row in table] == ["1949", "1967", "1967"]
    assert {row["area"] for row in table} == {"330100"}
    assert [row["income"] for row in table] == ["[12000, 13000)", "[8000, 9000)", "[8000, 9000)"]
    assert len({row["id"] for row in table}) == 3
    assert made.preview == tuple(tuple(row.values()) for row in table)
    files = {path.name for path in (place / "out").rglob("*")}
    assert files == {"datapackage.json", "plan.json", "residents.parquet"}
    manifest = read_manifest(place / "out")
    assert manifest["ronghe:grants"] == ["G-1"]
    assert manifest["ronghe:plan"] == made.plan.hash == json.loads((place / "out" / "plan.json").read_text())["hash"]
    assert manifest["ronghe:risk"]["unique"] == made.risk.unique == 1
    assert verify_package(place / "out") == []
    raw = b"".join(path.read_bytes() for path in (place / "out").iterdir())
    assert all(row[0].encode() not in raw for row in ROWS)


def test_the_same_grant_gives_the_same_bytes(place: Path) -> None:
    protect(place, out=place / "one")
    protect(place, out=place / "two", now=NOW + timedelta(days=1))
    assert (place / "one" / "residents.parquet").read_bytes() == (place / "two" / "residents.parquet").read_bytes()


def test_file_python_and_sql_give_the_same_rows(place: Path) -> None:
    made = protect(place, out=place / "out")
    asked = asked_of(
        place / "policy.toml",
        str(place / "residents.csv"),
        asset=None,
        consumer="医保局",
        purpose="参保核验",
        fields=(),
        on_behalf_of=None,
        now=NOW,
    )
    scratch = place / "scratch"
    scratch.mkdir()
    with protected_rows(
        str(place / "residents.csv"),
        asked,
        scratch=scratch,
        beside=place,
        key_file=place / KEY,
        resources=Resources(),
    ) as rows:
        by_sql = rows.query(exp.select("*").from_("leaving")).to_pylist()
        assert by_sql == pq.read_table(place / "out" / "residents.parquet").to_pylist()
        assert tuple(tuple(row.values()) for row in by_sql) == made.preview
        protect(place, out=place / "csv", format="csv", round_trip=True)
        with (place / "csv" / "residents.csv").open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.DictReader(file)) == by_sql

        # A filter or an order sees what left, not what it was made of.
        def filtered(condition: str) -> Any:
            return rows.query(exp.select("name").from_("leaving").where(condition)).to_pylist()

        assert filtered("name = '张三'") == filtered("birth = '1949-12-31'") == filtered("area = '330102'") == []
        assert filtered("name = '张*'") == [{"name": "张*"}]
        ordered = rows.query(exp.select("income", "birth").from_("leaving").order_by("income DESC", "birth"))
        assert ordered.to_pylist()[0] == {"income": "[8000, 9000)", "birth": "1967"}
        # An error that quotes a value quotes what left.
        for column, masked in (("name", "张*"), ("birth", "1949"), ("income", "[12000, 13000)")):
            with pytest.raises(Exception, match=re.escape(masked)) as told:
                rows.query(exp.select(f"error({column})").from_("leaving"))
            assert not any(clear in str(told.value) for clear in ("张三", "1949-12-31", "12345"))
        for hidden in ("source", "released"):
            with pytest.raises(Exception, match="does not exist"):
                rows.query(exp.select("*").from_(hidden))


def test_the_rows_of_one_subject_are_the_same_without_an_engine(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(place / "city.db") as register:
        register.execute(f"CREATE TABLE residents ({HEADER})")
        register.executemany("INSERT INTO residents VALUES (?, ?, ?, ?, ?, ?, ?)", (*ROWS, ROWS[1]))
    register.close()
    source = f"sqlite:///{place / 'city.db'}"
    asked = asked_of(
        place / "policy.toml",
        source,
        asset="residents",
        consumer="医保局",
        purpose="参保核验",
        fields=(),
        on_behalf_of=None,
        now=NOW,
    )

    def leaving(key: str) -> list[dict[str, Any]]:
        scratch = place / f"scratch-{len(list(place.iterdir()))}"
        scratch.mkdir()
        with protected_rows(
            source,
            asked,
            scratch=scratch,
            beside=place,
            key_file=place / KEY,
            resources=Resources(),
            options=ReadOptions(table="residents", where=("id", key)),
            measured=False,
        ) as rows:
            assert rows.rows_in == sum(key == row[0] for row in (*ROWS, ROWS[1]))
            found: list[dict[str, Any]] = rows.first(10).to_pylist()
            return found

    keys = [*(row[0] for row in ROWS), "110101190001010000"]
    with monkeypatch.context() as engine:
        engine.setattr("ronghe.journeys.protected_rows.FEW", -1)
        expected = [leaving(key) for key in keys]
    assert len(expected[1]) == 2
    with monkeypatch.context() as none:
        none.setattr("ronghe.journeys.protected_rows.duckdb_engine", None)
        assert [leaving(key) for key in keys] == expected


def test_tokens_join_within_a_request_and_never_across_requests_or_consumers(place: Path) -> None:
    def tokens(**given: Any) -> list[Any]:
        return [row[0] for row in protect(place, **given).preview]

    ours = tokens()
    change(place, 'request = "R-1"', 'request = "R-2"')
    other_request = tokens()
    change(place, 'request = "R-2"', 'request = "R-1"')
    change(place, 'consumer = "医保局"', 'consumer = "税务局"')
    other_consumer = tokens(consumer="税务局")
    assert len({*ours, *other_request, *other_consumer}) == 9
    change(place, 'consumer = "税务局"', 'consumer = "医保局"')
    assert tokens() == ours


def test_without_the_right_key_nothing_leaves_and_no_key_is_told(place: Path) -> None:
    assert refusal(place, key_file=None).code == "data.protect_key_missing"
    secret = json.loads((place / KEY).read_text())["versions"]["1"]["secret"]
    for written in ("", "secret", "{}", (place / KEY).read_text().replace(secret, secret[2:])):
        (place / "bad.json").write_text(written, "ascii")
        (place / "bad.json").chmod(0o600)
        fault = refusal(place, key_file=place / "bad.json")
        assert fault.code == "journeys.key_unreadable"
        assert secret[2:] not in str(fault)
    KeyStore(place).create("wrapping", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    assert refusal(place, key_file=place / "wrapping.json").code == "journeys.key_unreadable"
    assert refusal(place, key_file=place / "absent.json").code == "journeys.key_unreadable"
    change(place, "fresh_until", 'token_key = "0123456789abcdef"\nfresh_until')
    assert refusal(place).code == "journeys.key_wrong"
    before = KeyStore(place).facts("tokens")[0].check
    change(place, "0123456789abcdef", before)
    kept = protect(place).preview
    KeyStore(place).rotate("tokens", now=NOW)
    assert protect(place).preview == kept  # the policy names the version


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2026, 12, 31, 16, tzinfo=UTC), "ended"),
        (datetime(2025, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), "clock"),
        (datetime(2031, 1, 1, tzinfo=UTC), "fresh"),
    ],
)
def test_at_the_instant_a_grant_ends_nothing_leaves(place: Path, now: datetime, told: str) -> None:
    assert told in reason(refusal(place, now=now))
    protect(place, now=datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC))
    protect(place, now=datetime(2025, 12, 31, 16, tzinfo=UTC))


def test_a_grant_that_begins_later_is_refused_until_then(place: Path) -> None:
    change(place, "from = 2026-01-01T00:00:00+08:00", "from = 2026-07-01T00:00:00+08:00")
    assert "valid from" in reason(refusal(place))
    protect(place, now=datetime(2026, 6, 30, 16, tzinfo=UTC))


def test_a_refusal_does_not_open_the_file_nor_tell_what_others_have(place: Path) -> None:
    (place / "residents.csv").unlink()
    first, second = refusal(place, consumer="税务局"), refusal(place, asset="no such asset")
    assert first.params == second.params
    assert "医保局" not in str(first)


@pytest.mark.parametrize("area", ["３３０１０６", " 330106", "330106\u200b", "٣٣٠١٠٦"])
def test_look_alike_digits_do_not_slip_past_a_filter_that_excludes(place: Path, area: str) -> None:
    change(place, 'starts_with = "3301"', 'not_in = ["330106"]')
    write(place, [*ROWS, ("110101199001011234", "钱七", "1990-01-01", area, "1", "男", "无")])
    assert [row[1] for row in protect(place).preview] == ["张*", "赵*"]


def test_a_look_alike_that_is_not_known_is_not_taken_for_something_else(place: Path) -> None:
    change(place, 'field = "area", starts_with = "3301"', 'field = "sex", is_not = "M"')
    odd = [("1", "钱七", "", "330102", "1", sex, "") for sex in ("Ｍ", "М", "Μ", "Ⅿ", "𝐌", "", "F")]
    write(place, odd)
    assert [row[5] for row in protect(place).preview] == ["F"]


def test_full_width_digits_are_masked_and_get_the_same_token(place: Path) -> None:
    write(place, [*ROWS, ("１１０１０５１９４９１２３１００２Ｘ", "张三", "１９４９-12-31", "330102", "1", "男", "")])
    preview = protect(place).preview
    assert preview[0][0] == preview[-1][0]
    assert preview[-1][2] == "1949"


def test_what_cannot_be_read_leaves_as_nothing_and_no_error_tells_it(place: Path) -> None:
    odd = "秘密'\"); DROP TABLE source; --"
    write(place, [(odd, odd, odd, "330102", odd, "男", ""), ("", "", "", "330102", "1e999", "女", "")])
    (token, name, birth, area, income, _, _), (blank, *_) = protect(place).preview
    assert (birth, area, income) == (None, "330100", None)
    assert set(str(name)[1:]) == {"*"}
    assert len(str(token)) == 32
    assert blank is None


def test_formulas_are_disarmed_in_csv_unless_a_round_trip_is_wanted(place: Path) -> None:
    made = protect(place, out=place / "out", format="csv")
    assert "'=1+1" in (place / "out" / "residents.csv").read_text("utf-8-sig")
    assert made.preview[0][-1] == "'=1+1"
    assert read_manifest(place / "out")["resources"][0]["ronghe:formulas"] == "neutralized"
    protect(place, out=place / "out", format="csv", round_trip=True)
    assert ",=1+1" in (place / "out" / "residents.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("income = { bucket = 1000 }", "income = { bucket = 1e-30 }"),
        ("income = { bucket = 1000 }", "income = { bucket = 1e300 }"),
        ("income = { bucket = 1000 }", "income = { bucket = 10, start = -1e30 }"),
        ("income = { bucket = 1000 }", "income = { round = 1e300 }"),
        ("income = { bucket = 1000 }", "income = { round = 0.000000001 }"),
        ("from = 2026-01-01T00:00:00+08:00", "from = 0001-01-01T00:00:00+08:00"),
        ("until = 2027-01-01T00:00:00+08:00", "until = 9999-12-31T23:59:59-08:00"),
    ],
)
def test_a_measure_or_an_instant_beyond_all_reckoning_is_an_error_of_the_policy(
    place: Path, old: str, new: str
) -> None:
    change(place, old, new)
    with pytest.raises(InputError, match=r"access\.policy_rule"):
        protect(place)


def test_the_finest_and_the_widest_measures_work(place: Path) -> None:
    change(place, "income = { bucket = 1000 }", "income = { bucket = 0.0000001 }")
    assert protect(place).preview[1][4] == "[8000.0000000, 8000.0000001)"
    change(place, "income = { bucket = 0.0000001 }", "income = { round = 999999999999999999 }")
    assert protect(place).preview[1][4] == "0"


SECOND = """
[[grants]]
id = "G-2"
consumer = "医保局"
asset = "residents"
purpose = "参保核验"
legal_basis = "law"
from = 2026-01-01T00:00:00+08:00
rows = [{ field = "area", starts_with = "11" }]
fields = { income = "keep", birth = { bucket_date = "decade" }, sex = "null" }
"""


def test_two_grants_never_give_rows_of_one_with_fields_of_the_other(place: Path) -> None:
    change(place, POLICY, POLICY + SECOND)
    found = {row[4]: row for row in protect(place).preview}
    assert found["99"] == (None, None, "1990s", None, "99", None, None)
    assert found["[12000, 13000)"][2] == "1949"


def test_where_two_grants_meet_the_strictest_obligation_holds(place: Path) -> None:
    change(place, POLICY, POLICY + SECOND.replace('starts_with = "11"', 'in = ["330102", "330106"]'))
    for row in protect(place).preview:
        assert row[2] in ("1940s", "1960s")  # decade and year: the coarser
        assert row[4].startswith("[")  # bucket and keep: the bucket
        assert row[5] is None  # null and keep: null
    change(place, 'income = "keep"', "income = { round = 100 }")
    assert {row[4] for row in protect(place).preview} == {None}  # neither is the stricter one


def test_small_groups_do_not_leave(place: Path) -> None:
    change(place, POLICY, POLICY + '[[grants.suppress]]\nleast = 2\nfields = ["birth", "sex"]\n')
    assert [row[2] for row in protect(place).preview] == [None, "1967", "1967"]
    assert [row[5] for row in protect(place).preview] == [None, "女", "女"]
    change(place, "least = 2", 'least = 2\nremove = "rows"')
    made = protect(place)
    assert [row[2] for row in made.preview] == ["1967", "1967"]
    assert (made.rows_in, made.rows, made.risk.smallest) == (4, 2, 2)


def test_a_quota_is_counted_in_rows_that_leave_before_any_does(place: Path) -> None:
    change(place, 'request = "R-1"', 'request = "R-1"\nquota = 2')
    assert "quota" in reason(refusal(place))
    change(place, "quota = 2", "quota = 3")
    assert protect(place).rows == 3


def test_a_hierarchy_of_ones_own_and_values_that_it_does_not_know(place: Path) -> None:
    change(place, "[[grants]]", '[hierarchies.notes]\nfile = "notes.csv"\nlevels = ["kind"]\n\n[[grants]]')
    change(place, 'note = "keep"', 'note = { generalize = "notes", level = "kind" }')
    (place / "notes.csv").write_text("note,kind\n低保,救助\n无,无\n", "utf-8")
    assert [row[6] for row in protect(place).preview] == [None, "救助", "无"]
    (place / "notes.csv").write_text("note,kind\n低保,救助\n低保,其他\n", "utf-8")
    with pytest.raises(InputError) as twice:
        protect(place)
    assert twice.value.code == "journeys.hierarchy_twice"


def test_a_broken_record_does_not_leave_and_does_not_keep_the_others(place: Path) -> None:
    with (place / "residents.csv").open("a", encoding="utf-8") as file:
        file.write('1,"broken\n330106196703151655,李四光,1967-03-15,330106,8000,女,低保\n')
    made = protect(place)
    assert (made.rows, made.malformed) == (4, 1)


def test_a_field_that_the_table_lacks_is_a_refusal(place: Path) -> None:
    change(place, 'note = "keep"', 'nothing = "keep"')
    assert refusal(place).code == "data.protect_field_missing"


def test_typed_columns_stay_typed_where_they_are_kept(place: Path) -> None:
    import pyarrow as pa

    table = pa.table(
        {name: [row[n] for row in ROWS] for n, name in enumerate(HEADER.split(",")) if name not in ("birth", "income")}
        | {"birth": [datetime.fromisoformat(row[2]).date() for row in ROWS], "income": [12345.5, 8000.0, 8100.0, 99.0]}
    )
    pq.write_table(table, place / "residents.parquet")
    change(place, 'birth = { bucket_date = "year" }', 'birth = "keep"')
    asked = {"policy": place / "policy.toml", "consumer": "医保局", "purpose": "参保核验", "key_file": place / KEY}
    made = data.protect(place / "residents.parquet", **asked, now=NOW, preview=5)  # type: ignore[arg-type]
    assert made.preview[0][2] == datetime(1949, 12, 31).date()  # noqa: DTZ001
    assert made.preview[0][4] == "[12000, 13000)"


WRONG = {
    "not toml": ("format", "= ="),
    "unknown key": ("quota_typo = 3\n", "quota_typo"),
    "unknown obligation": ('sex = "blur"', "blur"),
    "no zone": ("until = 2027-01-01T00:00:00\n", "until"),
    "unknown relation": ('rows = [{ field = "area", like = "33%" }]', "area"),
    "two relations": ('rows = [{ field = "area", is = "1", is_not = "2" }]', "area"),
    "float": ("quota = 1.5\n", "quota"),
    "unknown level": ('area = { generalize = "region", level = "planet" }', "level"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_policy_that_is_not_understood_is_told_and_never_passed_over(place: Path, name: str) -> None:
    old = {
        "not toml": 'format = "policy@1"',
        "unknown obligation": 'sex = "keep"',
        "no zone": "until = 2027-01-01T00:00:00+08:00\n",
        "unknown level": 'area = { generalize = "region", level = "city" }',
    }.get(name, 'rows = [{ field = "area", starts_with = "3301" }]')
    new, told = WRONG[name]
    change(place, old, new)
    with pytest.raises(InputError) as fault:
        protect(place)
    assert fault.value.code.startswith("access.policy_")
    assert told in str(fault.value) or name == "not toml"


def test_a_policy_is_read_whole_or_not_at_all(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (place / "policy.toml").stat().st_size
    with (place / "policy.toml").open("a", encoding="utf-8") as file:
        file.write('[[prohibitions]]\nid = "P"\nasset = "residents"\nclause = "x"\nfrom = 2026-01-01T00:00:00+08:00\n')
    monkeypatch.setattr("ronghe.journeys.policies._LARGEST", whole)
    with pytest.raises(InputError, match="policy_unreadable"):
        protect(place)
    monkeypatch.undo()
    assert "No grant" in reason(refusal(place))


@pytest.mark.parametrize("quasi", [[], ["sex", "sex"]])
def test_the_risk_by_no_column_is_no_risk_that_is_told(place: Path, quasi: list[str]) -> None:
    with pytest.raises(UsageError, match="risk_no_columns"):
        data.risk(place / "residents.csv", quasi=quasi)


def test_the_command_previews_delivers_refuses_and_tells_risk(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, "2027-01-01", "2999-01-01")
    change(place, "2030-01-01", "2999-01-01")
    asked = ["--policy", place / "policy.toml", "--consumer", "医保局", "--purpose", "参保核验"]
    command = ["data", "protect", place / "residents.csv", *asked, "--key-file", place / KEY]
    assert run(*command, "--preview", 2) == 0
    shown = capsys.readouterr().out
    assert "张*" in shown
    assert "王*" not in shown
    assert run(*command, "--out", place / "out", "--json", "--fields", "name,sex") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["columns"], told["grants"]) == (3, ["name", "sex"], ["G-1"])
    assert run(*command) == 2
    assert run(*command, "--preview", 1, "--purpose", "其他", "--lang", "zh") == 4
    assert "不予提供" in capsys.readouterr().err
    assert run("data", "risk", place / "residents.csv", "--quasi", "area,sex", "--sensitive", "note", "--json") == 0
    risk = json.loads(capsys.readouterr().out)
    assert (risk["rows"], risk["groups"], risk["unique"], risk["smallest"]) == (4, 3, 2, 1)
    assert run("data", "risk", place / "residents.csv", "--quasi", "area,area") == 2
    assert run("data", "risk", place / "residents.csv", "--quasi", "nothing") == 3


def test_the_preview_is_what_is_in_the_file_in_the_order_of_the_source(place: Path) -> None:
    many = [(str(n), f"张{n}", "1990-01-01", "330102", str(n), "男", str(n)) for n in range(5000)]
    write(place, many)
    made = protect(place, out=place / "out")
    table = pq.read_table(place / "out" / "residents.parquet")
    assert table.column("note").to_pylist() == [row[6] for row in many]
    assert len(set(table.column("id").to_pylist())) == 5000
    assert Counter(table.column("name").to_pylist()) == Counter("张" + "*" * len(str(n)) for n in range(5000))
    assert made.preview == tuple(tuple(row.values()) for row in table.slice(0, 1000).to_pylist())


def test_names_that_sql_would_confuse_are_kept_apart(place: Path) -> None:
    (place / "odd.csv").write_text('Name,name,_order,"q""uo\'te"\nA,bb,1,x\nB,cc,2,x\nC,dd,3,y\n', "utf-8")
    (place / "policy.toml").write_text(
        """
        format = "policy@1"
        issued = 2026-01-01T00:00:00+08:00
        [assets.odd]
        [[grants]]
        id = "G"
        consumer = "c"
        asset = "odd"
        purpose = "p"
        legal_basis = "l"
        from = 2026-01-01T00:00:00+08:00
        [grants.fields]
        Name = "keep"
        name = "mask"
        _order = "keep"
        "q\\"uo'te" = "keep"
        [[grants.suppress]]
        least = 2
        fields = ["q\\"uo'te"]
        """,
        "utf-8",
    )
    given: dict[str, Any] = {"policy": place / "policy.toml", "consumer": "c", "purpose": "p", "now": NOW, "preview": 9}
    made = data.protect(place / "odd.csv", **given, out=place / "out")
    assert made.preview == (("A", "**", "1", "x"), ("B", "**", "2", "x"), ("C", "**", "3", None))
    assert pq.read_schema(place / "out" / "odd.parquet").names == ["Name", "name", "_order", "q\"uo'te"]
    (place / "odd.csv").write_text('Name,name,_order,"q""uo\'te"\n', "utf-8")
    for ending in ("csv", "xlsx", "parquet"):
        assert data.protect(place / "odd.csv", **given, out=place / "out", format=ending).preview == ()
