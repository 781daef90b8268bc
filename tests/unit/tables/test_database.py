import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from ronghe.messages import LANGUAGES, render_error
from ronghe.tables.address import is_database
from ronghe.tables.database import stage_database, table_names, tables_of
from ronghe.tables.database_query import check_query
from ronghe.tables.database_url import database_url, masked, shown
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, Refused, RongheError, UsageError

SECRET = "s3cr3t-word"


@pytest.fixture
def city(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "city.db") as connection:
        connection.execute('create table "人 口" (编号 integer, 姓名 text, 收入 real, 附件 blob)')
        rows = [(1, "甲", 1.0, b"\xff"), (2, "", None, "中".encode()), (3, "丙:x 50%", 2.5, None)]
        connection.executemany('insert into "人 口" values (?, ?, ?, ?)', rows)
        connection.execute('create view 名册 as select 姓名 from "人 口"')
    connection.close()
    return f"sqlite:///{tmp_path}/city.db"


def _read(staged: Staged) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in pq.read_table(staged.path).columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _told(error: RongheError) -> str:
    for language in LANGUAGES:
        text = render_error(error, language)
        assert SECRET not in text
        assert "\n" not in text
    assert SECRET not in str(error)
    return error.code


def _fails(kind: type[RongheError], source: str, into: Path, **options: str) -> str:
    with pytest.raises(kind) as caught:
        stage_database(source, into, **options)  # type: ignore[arg-type]
    return _told(caught.value)


def test_a_table_becomes_canonical_text(city: str, tmp_path: Path) -> None:
    staged = stage_database(f"{city}#人 口", tmp_path)
    assert staged.columns == ("编号", "姓名", "收入", "附件")
    assert _read(staged) == [["1", "甲", "1", "ff"], ["2", None, None, "中"], ["3", "丙:x 50%", "2.5", None]]
    assert staged.rows == 3


def test_views_and_named_tables_are_read(city: str, tmp_path: Path) -> None:
    assert table_names(city) == ("人 口", "名册")
    assert _read(stage_database(city, tmp_path, table="名册"))[0] == ["甲"]


def test_a_query_keeps_its_colons_and_percent_signs(city: str, tmp_path: Path) -> None:
    query = "select 编号, '12:30' as t, 'a%b' as p from \"人 口\" where 姓名 like '%:x%'"
    staged = stage_database(city, tmp_path, query=query)
    assert (staged.columns, _read(staged)) == (("编号", "t", "p"), [["3", "12:30", "a%b"]])


def test_a_query_without_rows_keeps_its_columns(city: str, tmp_path: Path) -> None:
    staged = stage_database(city, tmp_path, query='select 姓名 from "人 口" where 1 = 0')
    assert (staged.columns, staged.rows, _read(staged)) == (("姓名",), 0, [])


def test_a_file_of_sqlite_is_opened_for_reading_only(city: str, tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    before = path.read_bytes()
    path.chmod(0o400)
    stage_database(f"{city}#名册", tmp_path)
    assert path.read_bytes() == before


def test_absent_files_tables_and_drivers_are_told(city: str, tmp_path: Path) -> None:
    assert _fails(InputError, f"sqlite:///{tmp_path}/no.db#t", tmp_path) == "tables.missing_file"
    assert not (tmp_path / "no.db").exists()
    assert _fails(InputError, "sqlite://#t", tmp_path) == "tables.missing_file"
    assert _fails(InputError, f"{city}#人口", tmp_path) == "tables.no_such_table"
    assert _fails(InputError, f"dm://me:{SECRET}@h/x#t", tmp_path) == "tables.driver_missing"
    assert _fails(InputError, f"mssql://me:{SECRET}@h/x#t", tmp_path) == "tables.driver_missing"


def test_the_missing_table_is_told_with_its_neighbors(city: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        stage_database(f"{city}#人口", tmp_path)
    assert caught.value.params["known"] == "人 口"


def test_a_name_of_a_table_cannot_be_anything_else(city: str, tmp_path: Path) -> None:
    assert _fails(InputError, f"{city}", tmp_path, table='名册" union select 1 --') == "tables.no_such_table"


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("a,b\n1,2\n" * 100)
    assert _fails(InputError, f"sqlite:///{tmp_path}/a.db#t", tmp_path) == "tables.database_fault"


def test_one_of_table_and_query_is_needed(city: str, tmp_path: Path) -> None:
    assert _fails(UsageError, city, tmp_path) == "tables.table_or_query"
    assert _fails(UsageError, f"{city}#名册", tmp_path, query="select 1") == "tables.table_or_query"


def test_a_column_that_does_not_exist_is_the_databases_word(city: str, tmp_path: Path) -> None:
    assert _fails(InputError, city, tmp_path, query="select 没有 from 名册") == "tables.database_fault"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("sqlite:///a.db#t", True),
        ("postgresql+psycopg://u@h/d", True),
        ("env:CITY_DB#t", True),
        ("url-file:/run/secrets/db", True),
        ("a.csv", False),
        ("book.xlsx#人口", False),
        ("C:\\data\\a.csv", False),
        ("C:/data/a.csv", False),
    ],
)
def test_addresses_are_told_from_paths(source: str, *, expected: bool) -> None:
    assert is_database(source) is expected


def test_an_address_may_lie_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    address = f"postgresql://me:{SECRET}@host/city"
    (tmp_path / "db.url").write_text(f"{address}#t\n")
    for source, environment in (
        (f"url-file:{tmp_path}/db.url", {}),
        ("env:DB", {"DB": f"{address}#t"}),
        ("env:DB#t", {"DB": address}),
    ):
        url, table = database_url(source, environment)
        assert (url.password, url.host, table) == (SECRET, "host", "t")
    for missing in ("env:NO", f"url-file:{tmp_path}/no", "env:BAD"):
        with pytest.raises(InputError) as caught:
            database_url(missing, {"BAD": f"{SECRET}@nonsense"})
        _told(caught.value)


def test_no_secret_is_shown() -> None:
    url, _ = database_url(f"mysql://me:{SECRET}@host/city?ssl_key_password={SECRET}-2&charset=utf8mb4")
    assert SECRET not in shown(url)
    assert "charset=utf8mb4" in shown(url)
    assert SECRET not in masked(f"cannot log in with {SECRET} or {SECRET}-2\nmore", url)
    empty, _ = database_url("postgresql://me:@/city")
    assert masked("plain words", empty) == "plain words"


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "SELECT a, count(*) FROM t GROUP BY a ORDER BY 2 DESC LIMIT 5",
        "with x as (select 1 as a) select * from x union all select 2",
        "(select 1) union (select 2)",
        "-- who lives where\nselect * from t where d > '2020-01-01';",
        "select 'delete from t' as text, \"update\" from t",
    ],
)
@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite", "oracle", "dm", "unknown"])
def test_queries_that_read_pass(query: str, backend: str) -> None:
    if backend == "mysql":
        query = query.replace('"update"', "`update`")
    check_query(query, backend)


@pytest.mark.parametrize(
    ("query", "backend"),
    [
        ("delete from t", "postgresql"),
        ("update t set a = 1", "mysql"),
        ("with x as (delete from t returning *) select * from x", "postgresql"),
        ("with x as (insert into t values (1) returning *) select * from x", "postgresql"),
        ("select 1; drop table t", "postgresql"),
        ("select * into u from t", "postgresql"),
        ("select * from t for update", "mysql"),
        ("copy t to '/tmp/x'", "postgresql"),
        ("explain analyze delete from t", "postgresql"),
        ("call f()", "mysql"),
        ("set a = 1", "mysql"),
        ("pragma writable_schema = 1", "sqlite"),
        ("attach 'x' as y", "sqlite"),
        ("vacuum", "sqlite"),
        ("select load_extension('x')", "sqlite"),
        ("select pg_read_file('/etc/passwd')", "postgresql"),
        ("select pg_catalog.pg_read_file('/etc/passwd')", "postgresql"),
        ("select nextval('s')", "postgresql"),
        ("select load_file('/etc/passwd')", "mysql"),
        ("select 1 /*! into outfile '/tmp/x' */", "mysql"),
        ("select * from t into outfile '/tmp/x'", "mysql"),
        ("select dbms_lock.sleep(9) from dual", "oracle"),
        ("", "sqlite"),
        (";", "sqlite"),
    ],
)
def test_queries_that_write_lock_or_act_are_refused(query: str, backend: str) -> None:
    with pytest.raises((Refused, InputError)) as caught:
        check_query(query, backend)
    _told(caught.value)


def test_a_query_that_cannot_be_parsed_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        check_query("select from from where", "postgresql")
    assert _told(caught.value) == "tables.query_form"


@pytest.mark.parametrize("name", ["what?.db", "a#b.db", "50%.db", "%41.db", "a?mode=rw#t.db", "q?x=1"])
def test_a_file_is_found_whatever_marks_are_in_its_name(tmp_path: Path, name: str) -> None:
    for there, value in ((name, "meant"), ("A.db", "other"), ("a", "other")):
        with sqlite3.connect(tmp_path / there) as connection:
            connection.execute("create table t (v text)")
            connection.execute("insert into t values (?)", [value])
        connection.close()
    sources = (str(tmp_path / name), f"sqlite:///{tmp_path / name}", f"sqlite:///{tmp_path}/{quote(name)}")
    for place, source in enumerate((*sources, f"sqlite:///{tmp_path / name}?timeout=5")):
        into = tmp_path / f"into{place}"
        into.mkdir()
        assert _read(stage(source, into, options=ReadOptions(table="t"))) == [["meant"]], source
        if "timeout" not in source:
            assert _read(stage(f"{source}#t", into)) == [["meant"]], source


@pytest.mark.parametrize(
    "given",
    [{"table": "人 口"}, {"query": 'select * from "人 口"'}, {"query": 'select * from "人 口" -- ein Rest;'}],
)
def test_only_the_rows_of_one_subject_are_read(city: str, tmp_path: Path, given: dict[str, Any]) -> None:
    staged = stage_database(city, tmp_path, where=("姓名", "丙:x 50%"), **given)
    assert [row[1] for row in _read(staged)] == ["丙:x 50%"]
    nobody = stage_database(city, tmp_path, where=("姓名", "' or 1=1 --"), **given)
    assert (_read(nobody), nobody.columns) == ([], ("编号", "姓名", "收入", "附件"))


@pytest.mark.parametrize("given", [{"table": "人 口"}, {"query": 'select * from "人 口"'}])
def test_only_the_columns_that_are_needed_are_read(city: str, tmp_path: Path, given: dict[str, Any]) -> None:
    staged = stage_database(city, tmp_path, columns=("收入", "编号"), where=("姓名", "丙:x 50%"), **given)
    assert (staged.columns, len(_read(staged))) == (("收入", "编号"), 1)
    # Names that readers changed, or that are not there, are told by who needs them: all columns are read.
    assert len(stage_database(city, tmp_path, columns=("收入", "编号_1"), **given).columns) == 4


def test_a_subject_s_column_is_one_of_the_table(city: str, tmp_path: Path) -> None:
    for column in ("电话", '姓名" = 1 or "姓名', "1 = 1 or 姓名"):
        with pytest.raises(InputError) as told:
            stage_database(city, tmp_path, table="人 口", where=(column, "甲"))
        assert told.value.code == "tables.no_such_column"


def test_tables_are_told_with_their_columns(city: str) -> None:
    assert tables_of(city) == {"人 口": ("编号", "姓名", "收入", "附件"), "名册": ("姓名",)}
