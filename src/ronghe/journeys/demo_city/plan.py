"""How the demo city's tables become one golden row for each person and company: the plan, and whose rows these are.

The same plan serves `ronghe data share --plan`, where a path means the standardized table of that file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ronghe.journeys.demo_city.departments import DEPARTMENTS, REGISTERS

__all__ = ["KINDS", "PLAN", "Kind", "Told", "plan_text"]

PLAN = "plan.toml"


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells of a kind of entity: `role` as in the truth, columns theirs to ours, lead fields."""

    file: str
    role: str
    columns: Mapping[str, str]
    lead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity: its step, the columns compared, the sources by name, the columns of the truth by field."""

    step: str
    truth: str
    compared: tuple[str, ...]
    sources: Mapping[str, Told]
    rules: Mapping[str, str]
    facts: Mapping[str, str]


_ID, _NAME, _SEX, _BORN, _PHONE, _HOME = "公民身份号码", "姓名", "性别", "出生日期", "联系电话", "住址"
_CODE, _FIRM, _TRADE, _FORMER, _SEAT = "统一社会信用代码", "企业名称", "行业", "曾用名", "住所"
SURE = 0.9
"""Only pairs at least as probable bring rows into one golden record; what is less so goes to review."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_PEOPLE = {
    "residents": Told(
        "01_population_residents.csv",
        "resident",
        _same(_ID, _NAME, _SEX, "民族", _BORN, "婚姻状况", "户号", "与户主关系", "户籍地区划", _HOME, _PHONE),
        (_NAME, _SEX, "民族", _BORN, _HOME),
    ),
    "low_income": Told(
        "02_civil_affairs_low_income.csv",
        "applicant",
        {"身份证号": _ID, "申请人": _NAME, "家庭住址": _HOME, **_same("家庭人口数", "家庭月收入", "月补助金额")},
        ("家庭月收入",),
    ),
    "grooms": Told("02_civil_affairs_marriages.csv", "groom", {"男方证件号码": _ID, "男方姓名": _NAME}),
    "brides": Told("02_civil_affairs_marriages.csv", "bride", {"女方证件号码": _ID, "女方姓名": _NAME}),
    "titles": Told(
        "05_property_titles.csv", "owner", {"权利人证件号": _ID, "权利人": _NAME, "坐落": _HOME, "月租金": "月租金"}
    ),
    "insured": Told(
        "06_social_security_insured.csv",
        "insured",
        {"证件号码": _ID, "姓名": _NAME, "性别": _SEX, "手机号": _PHONE, **_same("月缴费基数", "险种")},
        ("月缴费基数",),
    ),
    "disability": Told(
        "07_disability_cards.xlsx",
        "holder",
        {"身份证号": _ID, **_same(_NAME, _SEX), "残疾_类别": "残疾类别", "残疾_等级": "残疾等级"},
        ("残疾类别", "残疾等级"),
    ),
    "pupils": Told(
        "08_schools_pupils.xlsx",
        "pupil",
        {"学生姓名": _NAME, _SEX: _SEX, "出生年月日": _BORN, "家长电话": _PHONE, **_same("就读学校", "年级")},
        ("就读学校", "年级"),
    ),
    "patients": Told(
        "09_health_visits.tsv",
        "patient",
        {"患者姓名": _NAME, "性别代码": _SEX, _BORN: _BORN, "手机号码": _PHONE, "家庭住址": _HOME},
    ),
    "vaccinated": Told(
        "09_health_vaccinations.jsonl",
        "recipient",
        {"证件号": _ID, "受种者": _NAME, **_same(_BORN, _PHONE)},
    ),
    "vehicles": Told(
        "10_transport_vehicles.csv",
        "owner",
        {"sfzh": _ID, "syr": _NAME, "lxdh": _PHONE, "zsxxdz": _HOME, "hphm": "号牌号码"},
    ),
    "drivers": Told("10_transport_licences.csv", "driver", {"jszh": _ID, "xm": _NAME, "xb": _SEX, "zjcx": "准驾车型"}),
}
_COMPANIES = {
    "registered": Told(
        "03_enterprises_legal_persons.csv",
        "registered",
        {
            **_same(_CODE, _FIRM, _FORMER, "法定代表人", "注册资本", "成立日期"),
            "行业代码": _TRADE,
            **_same("登记机关区划", _SEAT, "从业人数", "营业收入", "经营状态"),
        },
        (_FIRM, _TRADE, _SEAT, "经营状态"),
    ),
    "taxpayers": Told(
        "04_tax_returns.csv",
        "taxpayer",
        {"纳税人识别号": _CODE, "纳税人名称": _FIRM, _TRADE: _TRADE, "应税销售额": "应税销售额"},
    ),
    "permitted": Told(
        "11_permits_granted.csv",
        "applicant",
        {"信用代码": _CODE, "申请单位": _FIRM, "联系电话": _PHONE, "经营场所": _SEAT},
    ),
    "inspected": Told(
        "12_inspections_findings.csv", "inspected", {"被检查单位": _FIRM, "检查地址": _SEAT, "检查结果": "检查结果"}
    ),
}
KINDS = (
    Kind(
        "people",
        "people",
        (_ID, _NAME, _SEX, _BORN, _PHONE, _HOME),
        MappingProxyType(_PEOPLE),
        MappingProxyType({_PHONE: "majority", "月租金": "most-complete"}),
        MappingProxyType({_NAME: "name", _SEX: "sex", _BORN: "birth_date", _PHONE: "phone"}),
    ),
    Kind(
        "companies",
        "companies",
        (_CODE, _FIRM, _FORMER, _SEAT, _PHONE),
        MappingProxyType(_COMPANIES),
        MappingProxyType({}),
        MappingProxyType({_FIRM: "name", _TRADE: "industry"}),
    ),
)


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def _source(name: str, told: Told) -> list[str]:
    department = next(DEPARTMENTS[register.department] for register in REGISTERS if register.file == told.file)
    lines = ["[[source]]", f'name = "{name}"', f'path = "files/{told.file}"', f'department = "{department}"']
    if told.lead:
        lines.append(f"lead = {_list(told.lead)}")
    lines.append("[source.columns]")
    return [*lines, *(f'"{theirs}" = "{ours}"' for theirs, ours in told.columns.items()), ""]


def _link(kind: Kind) -> list[str]:
    lines = ["[[link]]", f'name = "same_{kind.step}"', f"of = {_list(tuple(kind.sources))}"]
    return [*lines, f"columns = {_list(kind.compared)}", f"threshold = {SURE}", ""]


def _step(kind: Kind) -> list[str]:
    lines = ["[[step]]", f'name = "{kind.step}"', 'kind = "fuse"', f"of = {_list(tuple(kind.sources))}"]
    lines += [f'clusters = "same_{kind.step}"', 'rule = "majority"']
    rules = [f'"{field}" = "{rule}"' for field, rule in kind.rules.items()]
    return [*lines, *(["[step.rules]", *rules] if rules else []), ""]


def plan_text() -> str:
    """The plan as TOML."""
    lines = [line for kind in KINDS for name, told in kind.sources.items() for line in _source(name, told)]
    lines += [line for kind in KINDS for line in _link(kind)]
    return "\n".join([*lines, *(line for kind in KINDS for line in _step(kind))])
