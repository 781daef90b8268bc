"""A table goes the same road on Spark: the same rows published, the same rows quarantined for the same reasons."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ronghe.cli import main

REGISTER = """编号,姓名,性别,出生日期,登记日期,收入,类别,上级,面积,备注
1,张三,男,1949-12-31,2020/1/2,１２００,A,,10亩,
2, 李四　,女,1980年2月29日,20200301,3万,B,1,5.5,ok
3,𠮷田,1,1981-02-29,2020-01-01,x,A,9,,"引号 "" 和
换行"
4,王五,,2000-01-01,1999-12-31,,C,2,7,\\反斜杠\\
4,赵六,男,2000-01-01,2020-12-31,0.005,A,2,7,${HOME}
5,孙七,女,无,2021-5-6,99999999999999999999999999999999,A,3,1公顷,'
6,周八,男,1990-01-01,2021-05-06 00:00:00,-1.5万,B,4,0,
7,吴九,其他,1990-01-01,二〇二一年五月六日,8,A,5,2,
8,郑十,男,1990-01-01,2021-02-30,7,B,6,2,
２,重复,男,1990-01-01,2022-01-01,7,A,1,2,
9,冯一,,无,2022-01-01,,Ｂ,1,,
"""
KINDS = "代码,名称\nA,甲\nＢ,乙\n"


def _field(name: str, element: str, **more: Any) -> dict[str, Any]:
    constraints = {key: more.pop(key) for key in list(more) if not key.startswith("ronghe")}
    return {"name": name, "ronghe:element": element, "constraints": constraints, **more}


SCHEMA = {
    "fields": [
        _field("编号", "integer", required=True, unique=True),
        _field("姓名", "person_name", required=True),
        _field("性别", "sex", **{"ronghe:onError": "null", "ronghe:impute": "mode"}),
        _field("出生日期", "birth_date", **{"ronghe:impute": "median"}),
        _field("登记日期", "date"),
        _field("收入", "money", **{"ronghe:impute": "mean", "ronghe:onError": "null"}),
        _field("类别", "code"),
        _field("上级", "integer"),
        _field("面积", "area", minimum="0.1", **{"ronghe:impute": "constant", "ronghe:imputeValue": "1"}),
        _field("备注", "text", maxLength=20),
    ],
    "missingValues": ["", "无"],
    "foreignKeys": [
        {"fields": ["类别"], "reference": {"resource": "kinds.csv", "fields": ["代码"]}},
        {"fields": ["上级"], "reference": {"resource": "", "fields": ["编号"]}},
    ],
    "ronghe:rules": [{"name": "登记晚于出生", "condition": '"登记日期" >= "出生日期"'}],
}


@dataclass
class Published:
    """What a run left behind: two files and the manifest without its hashes."""

    rows: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    types: list[dict[str, str]]
    resources: list[dict[str, Any]]


def published(folder: Path, engine: str) -> Published:
    """What `--engine` makes of the register."""
    out = folder / engine
    call = ["data", "standardize", str(folder / "register.csv"), "--schema", str(folder / "schema.json")]
    assert main([*call, "--out", str(out), "--engine", engine, "--memory", "2GB", "--quiet"]) == 0
    tables = [pq.read_table(path) for path in (out / "register.parquet", out / "private" / "register.rejects.parquet")]
    types = [dict(zip(table.column_names, map(str, table.schema.types), strict=True)) for table in tables]
    manifest = json.loads((out / "datapackage.json").read_text("utf-8"))
    for resource in manifest["resources"]:
        del resource["hash"], resource["bytes"]
    return Published(tables[0].to_pylist(), tables[1].to_pylist(), types, manifest["resources"])


@pytest.mark.spark
def test_spark_publishes_and_quarantines_what_duckdb_does(tmp_path: Path) -> None:
    folder = tmp_path / "数据 [1] {x}"
    folder.mkdir()
    (folder / "register.csv").write_text(REGISTER, "utf-8")
    (folder / "kinds.csv").write_text(KINDS, "utf-8")
    (folder / "schema.json").write_text(json.dumps(SCHEMA, ensure_ascii=False), "utf-8")
    expected = published(folder, "duckdb")
    reasons = {reason.split(": ")[1] for row in expected.rejects for reason in row["_reasons"]}
    assert {"no_such_day", "unique", "foreign_key", "登记晚于出生", "minimum"} <= reasons
    imputed = [row for row in expected.rows if row["编号"] == 9]
    assert [name for name, value in imputed[0].items() if value is True] == [
        f"{name}_imputed" for name in ("性别", "出生日期", "收入", "面积")
    ]
    assert published(folder, "spark") == expected
