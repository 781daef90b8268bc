"""What a shared folder lets out: personal columns masked, their values in the folder that is never handed on."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.journeys import share as road
from ronghe.journeys.shared import Shared
from ronghe.tables.package import read_manifest, verify_package
from ronghe.terms import UsageError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = """身份证号,姓名,出生日期,手机号码,月收入,备注
110105194912310038,张三丰,1949-12-31,13800000000,5200,正常
11010519491231002X,李四光,1949-12-31,13800000001,3800,已电话13912345678核实
440308199901101512,王五德,1999-01-10,13800000002,4100,正常
"""
PLACES = "站点,水位\n东门,3.5\n西门,4.5\n"
SECRETS = ("110105194912310038", "张三丰", "13800000000", "13912345678", "1949-12-31")


@pytest.fixture
def share(tmp_path: Path) -> Callable[..., Shared]:
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    (tmp_path / "places.csv").write_text(PLACES, "utf-8")
    (tmp_path / "taxes.csv").write_text("身份证号,姓名\n110105194912310038,张三风\n", "utf-8")

    def shared(*names: str, to: str = "out", **more: Any) -> Shared:
        return data.share([tmp_path / name for name in names], out=tmp_path / to, now=NOW, **more)

    return shared


def everything(out: Path) -> str:
    """All that can be read in the folder, without what is private."""
    found = []
    for path in sorted(out.rglob("*")):
        if "private" in path.relative_to(out).parts or path.is_dir():
            continue
        if path.suffix == ".parquet":
            found.append(repr(pq.read_table(path).to_pylist()))
        else:
            found.append(path.read_text("utf-8"))
    return "\n".join(found)


def test_no_personal_value_leaves_in_any_file(share: Callable[..., Shared]) -> None:
    out = share("people.csv", "taxes.csv", "places.csv").out
    public = everything(out)
    assert [secret for secret in SECRETS if secret in public] == []
    row = duckdb.read_parquet(str(out / "people.parquet")).fetchall()[0]
    assert row == ("******************", "张**", "1949", "138********", Decimal(5200), "正常")
    assert verify_package(out) == []


def test_the_clear_tables_and_their_contradictions_stay_private(share: Callable[..., Shared]) -> None:
    made = share("people.csv", "taxes.csv")
    clear = made.out / "private" / "clear"
    assert {path.name for path in clear.iterdir()} >= {"people.parquet", "taxes.parquet"}
    names = {name for one in made.integrated.tables for name in one.files if "conflicts" in name}
    assert names
    assert all((clear / name).exists() and not (made.out / name).exists() for name in names)
    listed = {resource["path"]: resource for resource in read_manifest(made.out)["resources"]}
    assert listed["private/clear/people.parquet"]["ronghe:clearOf"] == "people.parquet"
    assert {listed[f"private/clear/{name}"]["ronghe:grade"]["grade"] for name in names} == {"general_4"}
    assert listed["people.parquet"]["ronghe:masked"]["姓名"] == "masked"
    types = {one["name"]: one["type"] for one in listed["people.parquet"]["schema"]["fields"]}
    assert (types["出生日期"], types["月收入"]) == ("string", "number")


def test_no_list_of_keys_finds_the_rows_of_an_entity_that_leaves(share: Callable[..., Shared]) -> None:
    """The clear tables name an entity by a digest of its key; whoever has a list of keys can make that digest."""
    made = share("people.csv", "taxes.csv")
    (golden,) = (one.name for one in made.integrated.tables)
    folders = (made.out, made.out / "private" / "clear")
    left, clear = (pq.read_table(folder / f"{golden}.parquet")["_entity"].to_pylist() for folder in folders)
    assert len(set(left)) == len(set(clear)) == len(left)
    assert not set(left) & set(clear)
    # Nor does the order of the rows tell what the names no longer do.
    assert left == sorted(left)
    public = everything(made.out)
    assert [name for name in clear if name in public] == []
    again = share("people.csv", "taxes.csv", to="again")
    assert pq.read_table(again.out / f"{golden}.parquet")["_entity"].to_pylist() == left


def test_a_table_that_names_nobody_leaves_as_it_is(share: Callable[..., Shared]) -> None:
    made = share("places.csv")
    assert pq.read_table(made.out / "places.parquet").to_pydict()["站点"] == ["东门", "西门"]
    assert not (made.out / "private" / "clear").exists()


def test_a_free_text_loses_what_was_found_in_it(share: Callable[..., Shared]) -> None:
    out = share("people.csv").out
    texts = pq.read_table(out / "people.parquet").to_pydict()["备注"]
    assert texts[1].startswith("已电话")
    assert texts[1].endswith("核实")
    assert "139" not in texts[1]


def test_inside_a_department_values_may_be_kept(share: Callable[..., Shared]) -> None:
    made = share("people.csv", personal="keep")
    assert pq.read_table(made.out / "people.parquet").to_pydict()["姓名"][0] == "张三丰"
    assert not (made.out / "private" / "clear").exists()
    assert {how for one in made.protection.tables for how in one.left.values()} == {"kept"}


def test_a_mode_that_does_not_exist_is_a_mistake(share: Callable[..., Shared]) -> None:
    with pytest.raises(UsageError):
        share("people.csv", personal="hide")


def test_the_report_and_the_command_say_what_was_masked(
    share: Callable[..., Shared], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = share("people.csv").report.read_text("utf-8")
    assert 'id="protection"' in page
    assert main(["data", "share", str(tmp_path / "people.csv"), "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    assert "5 personal columns left masked" in " ".join(capfd.readouterr().out.split())
    assert main(["data", "share", str(tmp_path / "people.csv"), "--out", str(tmp_path / "out"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)["protection"]
    assert (told["mode"], told["tables"][0]["grade"]) == ("mask", "general_4")


def test_a_run_that_was_stopped_while_it_masked_goes_on_from_clear_tables(
    share: Callable[..., Shared], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = everything(share("people.csv", "taxes.csv").out)

    def stopped(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(road, "_publish", stopped)
    with pytest.raises(KeyboardInterrupt):
        share("people.csv", "taxes.csv")
    monkeypatch.undo()
    assert everything(share("people.csv", "taxes.csv").out) == whole


COHORTS = ((20, 1951, "男", "汉族"), (12, 1974, "女", "回族"), (3, 1988, "女", "满族"))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Births, sexes and ethnic groups in three tables that name nobody, of 20, 12 and 3 people who are alike."""
    folder = tmp_path_factory.mktemp("city")
    people = [(year, sex, group) for times, year, sex, group in COHORTS for _ in range(times)]
    heads = ("出生日期", "性别", "民族")
    for place, (name, head) in enumerate(zip(("births", "sexes", "groups"), heads, strict=True)):
        values = [f"{one[0] + n % 5}-03-1{n % 9}" if place == 0 else str(one[place]) for n, one in enumerate(people)]
        rows = "".join(f"K{n:05},{value}\n" for n, value in enumerate(values))
        (folder / f"{name}.csv").write_text(f"编码,{head}\n{rows}", "utf-8")
    return folder


def joined(city: Path, out: Path, **more: Any) -> Shared:
    given = [city / f"{name}.csv" for name in ("births", "sexes", "groups")]
    return data.share(given, out=out, key="编码", now=NOW, **more)


def test_columns_that_single_people_out_together_leave_in_one_table_and_only_in_groups(
    city: Path, tmp_path: Path
) -> None:
    made = joined(city, tmp_path / "out")
    left = pq.read_table(made.out / "integrated.parquet").select(["出生日期", "性别", "民族"]).to_pylist()
    groups = Counter(tuple(row.values()) for row in left)
    assert groups == {("1950s", "1", "01"): 20, ("1970s", "2", "03"): 12, (None, None, None): 3}
    # By the key that all tables have, the parts would give the exact values back.
    for name, column in (("births", "出生日期"), ("sexes", "性别"), ("groups", "民族")):
        shown = set(pq.read_table(made.out / f"{name}.parquet").to_pydict()[column])
        assert shown <= {None} | {"*" * size for size in range(1, 11)}, name
    public = everything(made.out)
    assert [text for text in ("1951-03-10", "1988-03-15") if text in public] == []
    assert pq.read_table(made.out / "private" / "clear" / "births.parquet").num_rows == 35
    assert verify_package(made.out) == []


def test_what_was_narrowed_is_told_in_report_manifest_and_command(
    city: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [str(city / f"{name}.csv") for name in ("births", "sexes", "groups")]
    asked = ["data", "share", *files, "--key", "编码", "--out", str(tmp_path / "out")]
    assert main([*asked, "--lang", "en"]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert "of integrated single people out together" in said
    assert "fewer than 10 rows agree in these columns they left empty (3 rows)" in said
    listed = {resource["path"]: resource for resource in read_manifest(tmp_path / "out")["resources"]}
    told = listed["integrated.parquet"]["ronghe:grade"]["narrowed"]
    assert (set(told["columns"]), told["smallest_group"]) == ({"出生日期", "性别", "民族"}, 10)
    assert set(listed["integrated.parquet"]["ronghe:masked"].values()) == {"narrowed"}
    assert listed["births.parquet"]["ronghe:masked"] == {"出生日期": "masked"}
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "single people out together: births left as their decade" in page
    assert main([*asked, "--json"]) == 0
    tables = {one["table"]: one for one in json.loads(capfd.readouterr().out)["protection"]["tables"]}
    assert tables["integrated"]["narrowed"]["rows_emptied"] == 3
    assert "narrowed" not in tables["births"]


def test_a_policy_may_publish_what_names_nobody_as_it_is(city: Path, tmp_path: Path) -> None:
    made = joined(city, tmp_path / "out", personal="names")
    assert made.protection.to_json()["mode"] == "names"
    assert len(set(pq.read_table(made.out / "integrated.parquet").to_pydict()["民族"])) == 3
    assert {how for one in made.protection.tables for how in one.left.values()} == {"kept"}


def test_one_table_that_singles_people_out_by_itself_is_narrowed_as_well(tmp_path: Path) -> None:
    rows = "".join(f"{1940 + n % 4}-01-0{n % 9 + 1},男,汉族,{n % 4 + 70}\n" for n in range(40))
    odd = "不详,女,,\n1990-02-30,女,,\n"
    (tmp_path / "alone.csv").write_text(f"出生日期,性别,民族,年龄\n{rows}{odd}", "utf-8")
    made = data.share([tmp_path / "alone.csv"], out=tmp_path / "out", now=NOW)
    left = pq.read_table(made.out / "alone.parquet").to_pylist()
    # Ages are counted with the others: 10 of each. What is no day never shows as written.
    assert {(row["出生日期"], row["年龄"]) for row in left if row["性别"]} == {("1940s", age) for age in range(70, 74)}
    assert "不详" not in repr(left)
