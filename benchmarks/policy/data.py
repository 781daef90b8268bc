"""A million subjects and twenty rules, and fifty thousand documents, from seeds."""

import random
from pathlib import Path

import duckdb

from benchmarks.standardize.data import _made
from ronghe.policy.library import Extracted, Policy, policy_from

__all__ = ["RULES", "WORDS", "documents", "rules_yaml", "subjects_parquet"]

SEED = 10_010
RULES = 20
_SUBJECTS = """
SELECT i AS id, i // 3 AS household_id,
  CASE WHEN h(1) < 8 THEN NULL ELSE DATE '1935-01-01' + CAST(h(2) * 330 AS INTEGER) END AS birth,
  CASE WHEN h(3) < 10 THEN NULL ELSE CAST(h(4) * 80 AS DOUBLE) END AS income,
  CASE WHEN h(5) < 5 THEN NULL ELSE h(6) < 80 END AS resident,
  CASE WHEN h(7) < 90 THEN NULL ELSE ['一级', '二级', '三级', '四级'][1 + h(8) % 4] END AS disability,
  CASE WHEN h(9) < 12 THEN NULL ELSE CAST(h(10) % 60 AS INTEGER) END AS insured_months,
  CASE WHEN h(11) < 15 THEN NULL ELSE CAST(h(12) AS DOUBLE) END AS housing_area,
  ['小学', '初中', '高中', '大专', '本科', '硕士'][1 + h(13) % 6] AS education,
  ['01', '02', '03', '04', '05'][1 + h(14) % 5] AS district
FROM range({rows}) AS t(i)
"""
_HASH = "CREATE MACRO h(k) AS CAST(hash(i * 31 + k * {seed}) % 100 AS INTEGER)"
_HEAD = """format: rules@1
title: 二十条规则
subject: id
groups: {household: household_id}
facts:
  birth: {type: date, min: 1900-01-01, max: 2026-01-01}
  income: {type: number, min: 0}
  resident: boolean
  disability: {type: text, absent: 无}
  insured_months: {type: integer, min: 0}
  housing_area: {type: number, min: 0}
  education: text
  district: text
parameters:
  standard: {values: {2025-01-01: 1170}}
define:
  per_head: household.sum(income) / household.count(true)
rules:
"""
_FORMS = (
    "all: [{{clause: 第二条, if: resident}}, {{clause: 第三条, if: per_head < standard + {n}0}}]",
    """all: [{{clause: 第二条, if: resident}}, {{clause: 第三条, if: 'age(birth) >= {age}'}},
        {{clause: 第四条, if: 'income < 3{n}00'}}]""",
    """any: [{{clause: 第一项, if: 'disability in ["一级", "二级"]'}},
        {{clause: 第二项, if: 'age(birth) >= 8{d} and income < 2{n}00'}}]""",
    """all: [{{clause: 第五条, if: 'education in ["本科", "硕士"]'}}, {{clause: 第六条, if: age(birth) <= 4{d}}},
        {{clause: 第七条, if: 'insured_months >= {n}'}}, {{clause: 第八条, if: 'housing_area < 1{d}'}}]""",
    """all: [{{clause: 第九条, if: 'district in ["01", "0{e}"]'}},
        {{clause: 第十条, if: 'housing_area < 15 and income < 3500'}}, {{not: 'disability == "四级"'}}]""",
)


def rules_yaml(folder: Path) -> Path:
    """Twenty rules of five forms, some with amounts, over ten facts and the income of the household."""

    def write(path: Path) -> None:
        lines = [_HEAD]
        for at in range(RULES):
            form = _FORMS[at % len(_FORMS)].format(n=1 + at % 9, d=at % 10, e=2 + at % 4, age=60 + at)
            lines.append(f"  r{at:02}:\n    when:\n      {form}\n")
            if at % 4 == 0:
                lines.append("    amount: max(standard - income, 100)\n")
        path.write_text("".join(lines), "utf-8")

    return _made(folder / f"policy_rules_{SEED}_2.yaml", write)


def subjects_parquet(folder: Path, rows: int) -> Path:
    """The subjects, a third of them with a fact missing."""

    def write(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(_HASH.format(seed=SEED))
            connection.sql(_SUBJECTS.format(rows=rows)).write_parquet(str(path), compression="zstd")

    return _made(folder / f"policy_subjects_{SEED}_{rows}.parquet", write)


WORDS = ("低保", "学籍", "婚姻", "残疾", "公租", "养老", "医保", "户籍", "招生", "补贴")
_OTHERS = (
    "关于进一步做好加强推进实施管理工作规范服务保障完善建立健全落实有关事项部门单位人员条件材料审核审批办理流程时限"
    "监督检查责任资金预算项目建设企业税收减免创业就业培训社区街道乡镇农村城市交通环境卫生文化体育科技信息数据共享"
)


def documents(count: int, seed: int = SEED) -> list[tuple[Policy, frozenset[str]]]:
    """Policies of some four hundred characters, each with the words of WORDS that it truly holds."""
    pick = random.Random(seed)
    return [_document(pick, at) for at in range(count)]


def _document(pick: random.Random, at: int) -> tuple[Policy, frozenset[str]]:
    def phrase(least: int, most: int) -> str:
        return "".join(pick.choices(_OTHERS, k=pick.randint(least, most)))

    held = [word for word in WORDS if pick.random() < 0.02]
    title = f"关于{phrase(6, 16)}的通知"
    lines = [f"云政发〔{pick.randint(2000, 2025)}〕{at}号", title]
    for number in range(6):
        words = "".join(word + phrase(2, 6) for word in held if pick.random() < 0.5)
        lines.append(f"第{number + 1}条 {phrase(25, 60)}，{words}{phrase(5, 30)}。")
    lines += ["云岭市人民政府", f"{pick.randint(2000, 2025)}年{pick.randint(1, 12)}月{pick.randint(1, 28)}日"]
    policy = policy_from(Extracted("txt", tuple(lines)), f"{at}.txt")
    return policy, frozenset(word for word in WORDS if word in policy.text)
