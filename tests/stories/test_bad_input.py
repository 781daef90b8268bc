"""Whatever is given: one line with what, where and how to mend, the right exit code, and the old publication stays."""

import codecs
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.stories.desk import Desk, without_settings

GOOD = "name,amount\na,1\nb,2\n"
SCHEMA = {"fields": [{"name": "name"}, {"name": "amount"}]}
PASSWORD = "hunter2-never-shown"


def keeps_its_publication(desk: Desk) -> None:
    """What was published before is whole, and nothing half lies beside it."""
    assert desk.tries("verify", "out").code == 0
    assert rubbish(desk.folder) == []


def rubbish(folder: Path) -> list[str]:
    """What a run must not leave beside its publication."""
    return sorted(path.name for path in folder.iterdir() if path.name.endswith((".work", ".lock", ".old", ".new")))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    """A desk on which `good.csv` was published in `out`."""
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(GOOD, "utf-8")
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    made = Desk(tmp_path, capfd)
    done = made.tries("data", "standardize", "good.csv", "--schema", "schema.json", "--out", "out")
    assert done.code == 0, done.stderr
    return made


def roads(file: str) -> dict[str, tuple[str, ...]]:
    """Each command that reads a table, reading this one."""
    return {
        "profile": ("data", "profile", file),
        "propose": ("data", "propose", file, "-o", "proposed.json"),
        "standardize": ("data", "standardize", file, "--schema", "schema.json", "--out", "out"),
        "share": ("data", "share", file, "--out", "out"),
        "convert": ("data", "convert", file, "converted.parquet"),
    }


def _workbook(path: Path, parts: dict[str, bytes]) -> None:
    from xlsxwriter import Workbook

    book = Workbook(str(path))
    book.add_worksheet().write_row(0, 0, ["name", "amount"])
    book.close()
    with zipfile.ZipFile(path) as whole:
        kept = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed:
        for name, content in (kept | parts).items():
            changed.writestr(name, content)


def _bomb(path: Path) -> None:
    sheet = b"<worksheet><sheetData>" + b"<row/>" * 20_000_000 + b"</sheetData></worksheet>"
    _workbook(path, {"xl/worksheets/sheet1.xml": sheet})


def _entity(path: Path) -> None:
    document = (
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet><sheetData>&x;</sheetData></worksheet>'
    )
    _workbook(path, {"xl/worksheets/sheet1.xml": document})


def _cut_parquet(path: Path) -> None:

    pq.write_table(pa.table({"name": ["a"] * 100}), path)
    path.write_bytes(path.read_bytes()[:-40])


UNREADABLE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "empty file": ("bad.csv", lambda path: path.write_bytes(b"")),
    "only a byte order mark": ("bad.csv", lambda path: path.write_bytes(codecs.BOM_UTF8)),
    "directory": ("bad.csv", lambda path: path.mkdir()),
    "missing file": ("bad.csv", lambda _: None),
    "zip bomb": ("bad.xlsx", _bomb),
    "external entity": ("bad.xlsx", _entity),
    "truncated parquet": ("bad.parquet", _cut_parquet),
}


# The bomb is read up to its limit at every door.
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.slow] if case == "zip bomb" else []) for case in UNREADABLE]
)
def test_what_cannot_be_read_is_one_line_at_every_door(desk: Desk, case: str) -> None:
    name, make = UNREADABLE[case]
    make(desk / name)
    for road, arguments in roads(name).items():
        if case == "directory" and road == "share":
            assert desk.tries(*arguments).code == 2  # a folder of no files
            continue
        done = desk.tries(*arguments, "--lang", "en")
        assert done.code in (3, 4, 5), (road, done)
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1, done.stderr
        assert name in done.stderr
    assert not (desk / "proposed.json").exists()
    assert not (desk / "converted.parquet").exists()
    keeps_its_publication(desk)


WITHOUT_ROOTS_RIGHTS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(WITHOUT_ROOTS_RIGHTS) and not shutil.which("setpriv"), reason="root may read every file")
def test_a_file_without_permission_is_one_line(desk: Desk) -> None:
    (desk / "bad.csv").write_text(GOOD)
    (desk / "bad.csv").chmod(0)
    for road in ("profile", "share"):
        arguments = roads("bad.csv")[road]
        command = [*WITHOUT_ROOTS_RIGHTS, sys.executable, "-m", "ronghe", *arguments]
        ended = subprocess.run(command, check=False, cwd=desk.folder, capture_output=True, text=True)
        assert (ended.returncode, ended.stdout) == (3, ""), ended
        assert ended.stderr.count("\n") == 1
        assert "bad.csv" in ended.stderr
    keeps_its_publication(desk)


MESSY: dict[str, bytes] = {
    "header only": b"name,amount\n",
    "ragged rows": b"name,amount\na,1\nb\nc,3,4\n\nd,5\n",
    "NUL bytes": b"name,amount\na\x00b,1\n\x00,2\n",
    "quoted newlines": b'name,amount\n"a\nb",1\n"c\r\nd",2\n',
    "mixed line ends": b"name,amount\r\na,1\nb,2\rc,3\r\n",
    "a cell of 1 MB": b"name,amount\n" + b"x" * 1_000_000 + b",1\n",
    "mixed encoding": "name,amount\n张,1\n".encode() + "李,2\n".encode("gb18030"),
    "wrong encoding": b"name,amount\n\xff\xfe\x81,1\n",
    "an open quote": b'name,amount\n"a,1\nb,2\n',
    "duplicate names": b"name,amount,name\na,1,2\n",
    "blank names": b"name,amount,,\na,1,2,3\n",
    "hostile names": 'name,amount,"a""b\nc",../x,😀,; DROP TABLE t;--\na,1,2,3,4,5\n'.encode(),
}


@pytest.mark.parametrize("case", MESSY)
def test_a_messy_table_loses_no_row_or_is_one_line(desk: Desk, case: str) -> None:
    (desk / "bad.csv").write_bytes(MESSY[case])
    for road, arguments in roads("bad.csv").items():
        done = desk.tries(*arguments, "--json")
        if done.code:
            assert done.code in (3, 4, 5), (road, done)
            assert done.stdout == ""
            message = json.loads(done.stderr)["error"]["message"]
            # A column too many is told with the schema that lacks it.
            assert "bad.csv" in message or "schema.json" in message
            continue
        told = json.loads(done.stdout)
        for table in told.get("tables", [told["table"]] if "table" in told else []):
            assert table["rows_in"] == table["rows_published"] + table["rows_quarantined"]
        keeps_its_publication(desk)
    keeps_its_publication(desk)


def test_a_record_nested_without_end_is_a_row(desk: Desk) -> None:
    deep = '{"name":' + "[" * 100_000 + "]" * 100_000 + "}\n"
    (desk / "bad.jsonl").write_text('{"name":"a"}\n' + deep)
    done = desk.tries("data", "share", "bad.jsonl", "--out", "out", "--json")
    told = json.loads(done.stdout)
    assert told["rows_in"] == told["rows_published"] + told["rows_quarantined"] == 2
    keeps_its_publication(desk)


SCHEMAS: dict[str, tuple[Any, str]] = {
    "absent columns": ({"fields": [{"name": "name"}, {"name": "nowhere"}]}, "nowhere"),
    "a list": ([], "bad.json"),
    "an unknown element": ({"fields": [{"name": "name", "ronghe:element": "nonesuch"}]}, "nonesuch"),
    "an absent parent": (
        SCHEMA | {"foreignKeys": [{"fields": "name", "reference": {"resource": "gone", "fields": "x"}}]},
        "gone",
    ),
    "a broken pattern": ({"fields": [{"name": "name", "constraints": {"pattern": "("}}, {"name": "amount"}]}, "name"),
    "fields as text": ({"fields": "name"}, "bad.json"),
}


@pytest.mark.parametrize("case", SCHEMAS)
def test_a_schema_that_cannot_be_used_is_one_line(desk: Desk, case: str) -> None:
    schema, named = SCHEMAS[case]
    (desk / "bad.json").write_text(json.dumps(schema), "utf-8")
    line = desk.fails("data", "standardize", "good.csv", "--schema", "bad.json", "--out", "out", code=3)
    assert named in line
    keeps_its_publication(desk)


def test_a_schema_nested_without_end_is_one_line(desk: Desk) -> None:
    (desk / "bad.json").write_text("[" * 100_000)
    assert "bad.json" in desk.fails("data", "standardize", "good.csv", "--schema", "bad.json", "--out", "out", code=3)
    keeps_its_publication(desk)


def test_an_explosive_pattern_ends_in_time(desk: Desk) -> None:
    (desk / "bad.csv").write_text("name,amount\n" + "a" * 5000 + "!,1\n")
    fields = [{"name": "name", "constraints": {"pattern": "(a+)+b"}}, {"name": "amount"}]
    (desk / "bad.json").write_text(json.dumps({"fields": fields}))
    done = desk.tries("data", "standardize", "bad.csv", "--schema", "bad.json", "--out", "out", "--json")
    assert json.loads(done.stdout)["table"]["rows_quarantined"] == 1


@pytest.mark.parametrize("kind", ["corrupt", pytest.param("locked", marks=pytest.mark.slow)])
def test_a_database_that_is_corrupt_or_locked_is_one_line(desk: Desk, kind: str) -> None:
    connection = sqlite3.connect(desk / "bad.db", isolation_level=None)
    connection.execute("create table t (name text)")
    if kind == "corrupt":
        (desk / "bad.db").write_bytes((desk / "bad.db").read_bytes()[:100] + b"\x00junk" * 1000)
    else:
        connection.execute("begin exclusive")
    done = desk.tries(*roads(f"sqlite:///{desk / 'bad.db'}#t")["convert"])
    assert (done.code, done.stderr.count("\n")) == (3, 1), done
    assert not (desk / "converted.parquet").exists()
    connection.close()
    keeps_its_publication(desk)


def test_a_password_in_an_address_is_never_printed(desk: Desk) -> None:
    for scheme in ("postgresql", "mysql", "nonesuch", "postgresql+psycopg"):
        for arguments in roads(f"{scheme}://me:{PASSWORD}@127.0.0.1:1/db#t").values():
            done = desk.tries(*arguments)
            assert done.code in (2, 3), done
            assert PASSWORD not in done.stdout + done.stderr
    keeps_its_publication(desk)


def test_an_out_that_is_a_link_publishes_behind_it(desk: Desk) -> None:
    (desk / "link").symlink_to("out")
    assert desk.tries("data", "standardize", "good.csv", "--schema", "schema.json", "--out", "link").code == 0
    assert (desk / "link").is_symlink()
    assert not (desk / "out").is_symlink()
    keeps_its_publication(desk)


def test_an_out_that_is_a_file_or_the_folder_of_the_source_is_refused(desk: Desk) -> None:
    before = (desk / "good.csv").read_bytes()
    assert "good.csv" in desk.fails(
        "data", "standardize", "good.csv", "--schema", "schema.json", "--out", "good.csv", code=3
    )
    desk.fails("data", "standardize", "good.csv", "--schema", "schema.json", "--out", ".", code=4)
    assert (desk / "good.csv").read_bytes() == before
    keeps_its_publication(desk)


def test_tables_whose_names_meet_stay_apart(desk: Desk) -> None:
    names = ["a b.csv", "A_b.csv", "private.csv", "datapackage.csv"]
    for name in names:
        (desk / name).write_text(GOOD)
    done = desk.tries("data", "share", *names, "--out", "shared", "--json")
    assert len({table["name"].casefold() for table in json.loads(done.stdout)["tables"]}) == len(names)
    assert desk.tries("verify", "shared").code == 0


@pytest.mark.parametrize("home", ["broken", "a file"])
def test_settings_that_cannot_be_read_are_one_line(desk: Desk, home: str) -> None:
    if home == "broken":
        (desk / "home").mkdir()
        (desk / "home" / "ronghe.toml").write_text("lang = [")
        assert "ronghe.toml" in desk.fails("data", "profile", "good.csv", code=3)
    else:
        (desk / "home").write_text("")
        assert desk.tries("data", "profile", "good.csv").code in (0, 2, 3)


def test_more_memory_than_none_is_asked_for(desk: Desk) -> None:
    done = desk.tries("data", "standardize", "good.csv", "--schema", "schema.json", "--out", "out", "--memory", "1")
    assert done.code in (2, 5), done
    assert done.stderr.count("\n") == 1
    keeps_its_publication(desk)


def _apart(desk: Desk, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ronghe", *arguments]
    return subprocess.run(
        command, check=False, cwd=desk.folder, env=os.environ | environment, capture_output=True, text=True
    )


def test_a_terminal_without_chinese_and_a_narrow_one_get_their_lines(desk: Desk) -> None:
    (desk / "中文.csv").write_text("姓名,金额\n张三,1\n", "utf-8")
    told = _apart(desk, "data", "profile", "中文.csv", LC_ALL="C", PYTHONIOENCODING="ascii", COLUMNS="20")
    assert (told.returncode, told.stderr) == (0, "")


def test_a_reader_that_leaves_early_sees_no_traceback(desk: Desk) -> None:
    line = f"{sys.executable} -m ronghe standards list | head -1"
    told = subprocess.run(["bash", "-c", line], check=False, cwd=desk.folder, capture_output=True, text=True)
    assert "Traceback" not in told.stderr
    assert "Exception ignored" not in told.stderr


def test_a_full_disk_leaves_the_old_publication(desk: Desk) -> None:
    """A limit on the size of a file stands for the disk: it ends a write just there, without root."""
    (desk / "good.csv").write_text("name,amount\n" + "".join(f"{n * 7919},{n}\n" for n in range(60_000)))
    program = textwrap.dedent(
        """
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from ronghe.cli import main
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        sys.exit(main(["data", "standardize", "good.csv", "--schema", "schema.json", "--out", "out"]))
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=desk.folder, capture_output=True, text=True
    )
    assert ended.returncode in (3, 5), ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    keeps_its_publication(desk)


KILLED = """
import os, signal, sys
from ronghe.tables import publish
from ronghe.journeys import share, standardize
from ronghe.cli import main
module, name, calls = {"share": share, "standardize": standardize, "publish": publish}[sys.argv[1]], sys.argv[2], [0]
real = getattr(module, name)
def die(*given, **named):
    calls[0] += 1
    if calls[0] == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(*given, **named)
    if calls[0] == -int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(module, name, die)
main(sys.argv[4:])
"""


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        pytest.param("share", "stage", 1, marks=pytest.mark.slow),
        ("share", "stage", 2),  # between the tables
        pytest.param("share", "standardize_table", 2, marks=pytest.mark.slow),
        pytest.param("share", "render", 1, marks=pytest.mark.slow),
        pytest.param("publish", "_fsync_all", 1, marks=pytest.mark.slow),
        pytest.param("publish", "_swap", 1, marks=pytest.mark.slow),
        ("publish", "_swap", -1),  # when the folders have changed places
    ],
)
def test_a_kill_leaves_old_or_new_and_the_next_run_finishes(desk: Desk, module: str, name: str, call: int) -> None:
    (desk / "more.csv").write_text("name,amount\nc,3\n")
    arguments = ("data", "share", "good.csv", "more.csv", "--out", "out")
    assert desk.tries(*arguments).code == 0
    (desk / "good.csv").write_text(GOOD + "d,4\n")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, module, name, str(call), *arguments], check=False, cwd=desk.folder
    )
    assert killed.returncode == -signal.SIGKILL
    assert desk.tries("verify", "out").code == 0
    again = json.loads(desk.tries(*arguments, "--json").stdout)
    assert again["rows_in"] == 4
    assert json.loads(desk.tries("verify", "out", "--json").stdout)["rows_in"] == 4
    # The rows themselves: a manifest could count what an old file beside it does not hold.
    assert pq.read_table(desk / "out" / "good.parquet").column("name").to_pylist() == ["a", "b", "d"]
    keeps_its_publication(desk)


def test_what_a_killed_share_made_does_not_slip_into_the_next_publication(desk: Desk) -> None:
    (desk / "more.csv").write_text("name,amount\nc,3\n")
    arguments = ("data", "share", "more.csv", "good.csv", "--out", "out")
    subprocess.run([sys.executable, "-c", KILLED, "share", "stage", "2", *arguments], check=False, cwd=desk.folder)
    assert (desk / ".out.work" / "files" / "more.parquet").exists()
    standardize = ("data", "standardize", "good.csv", "--schema", "schema.json", "--out", "out")
    assert desk.tries(*standardize).code == 0
    assert not (desk / "out" / "more.parquet").exists()
    assert desk.tries(*standardize).code == 0
    keeps_its_publication(desk)


def test_two_runs_on_one_folder_do_not_mix(desk: Desk) -> None:
    command = [sys.executable, "-m", "ronghe", *roads("good.csv")["standardize"]]
    both = [subprocess.Popen(command, cwd=desk.folder, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        process.communicate()
    assert {process.returncode for process in both} <= {0, 4}
    assert 0 in {process.returncode for process in both}
    keeps_its_publication(desk)


def test_a_proposal_does_not_overwrite_the_table_it_was_made_from(desk: Desk) -> None:
    (desk / "link.csv").symlink_to("good.csv")
    for output in ("good.csv", "link.csv"):
        assert output in desk.fails("data", "propose", "good.csv", "-o", output, code=2)
    assert (desk / "good.csv").read_text("utf-8") == GOOD


def test_a_pipe_is_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk / "bad.csv")
    for arguments in roads("bad.csv").values():
        assert "bad.csv" in desk.fails(*arguments, code=3)
    keeps_its_publication(desk)


def test_too_many_columns_are_told_as_such(desk: Desk) -> None:
    (desk / "bad.csv").write_text(",".join(f"c{n}" for n in range(5000)) + "\n" + "1," * 4999 + "1\n")
    assert "5000" in desk.fails("data", "profile", "bad.csv", code=5).replace(",", "")
