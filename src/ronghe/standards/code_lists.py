"""Code lists of national standards as data elements: a cell is read by its code, its name or an alias.

The lists lie in `codes/*.tsv`, each with its source on top: code, Chinese name, English name, aliases.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from ronghe.messages import Bilingual
from ronghe.standards.element import NOT_LISTED, RAW, TEXT, Element
from ronghe.standards.folding import code_text
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate

__all__ = [
    "ELEMENTS",
    "LISTS",
    "Entry",
    "country",
    "disability_category",
    "disability_grade",
    "education",
    "entries",
    "ethnic_group",
    "id_document_type",
    "industry",
    "marital_status",
    "sex",
    "yes_no",
]

LISTS = (
    *("sex", "marital_status", "ethnic_group", "education", "id_document_type", "country", "industry"),
    *("disability_category", "disability_grade"),
)

# A dot is kept: a spreadsheet's 1.0 must not become 10.
_DROPPED = "\\-–—、，,·()/:_"
_PLAIN = "[0-9]{1,4}|[A-Z][0-9]{0,4}|[\u4e00-\u9fff]{1,6}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of a list; `name.en` is empty where the list has no English names."""

    code: str
    name: Bilingual
    aliases: tuple[str, ...]


@cache
def entries(code_list: str) -> tuple[Entry, ...]:
    """The entries of one of LISTS, in the order of the standard."""
    text = files("ronghe.standards").joinpath(f"codes/{code_list}.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")][1:]
    return tuple(_entry(*line.split("\t")) for line in lines)


def _entry(code: str, zh: str, en: str, aliases: str) -> Entry:
    return Entry(code, Bilingual(zh, en), tuple(aliases.split("|")) if aliases else ())


def _clean(raw: ops.Expression) -> ops.Expression:
    return code_text(raw, _PLAIN, _DROPPED)


_CLEANED = _clean(RAW)


def _key(name: str) -> str:
    key: str = evaluate(_CLEANED, {"raw": name})
    return key


def _spellings(entry: Entry) -> Iterator[str]:
    """The ways to write an entry: its code, its names and aliases, a Chinese name after the code (1-男)."""
    yield entry.code
    for name in (entry.name.zh, entry.name.en, *entry.aliases):
        if name:
            yield _key(name)
        if not name.isascii():
            yield _key(entry.code + name)


def _other_digits(code: str, codes: Mapping[str, str]) -> Iterator[str]:
    """The code without or with a leading zero, where that is no other code: spreadsheets lose it, forms add it."""
    if re.fullmatch("[0-9]{1,2}", code):
        yield from (other for other in (code.lstrip("0"), code.zfill(2)) if other and codes.get(other, code) == code)


@cache
def _mapping(code_list: str) -> tuple[tuple[str, str], ...]:
    """Every key and its code.

    A key keeps the code that claimed it first: of a section and its only division of the same name (GB/T 4754), the
    section, which stands before it.
    """
    codes = {entry.code: entry.code for entry in entries(code_list)}
    found = dict(codes)
    for entry in entries(code_list):
        for key in _spellings(entry):
            found.setdefault(key, entry.code)
    if code_list != "industry":
        for code in codes:
            found.update(dict.fromkeys(_other_digits(code, codes), code))
    return tuple(found.items())


def _coded(
    code_list: str,
    *,
    name: Bilingual,
    source: str,
    synonyms: tuple[str, ...],
    form: Bilingual,
    examples: tuple[str, ...],
    sensitivity: Literal["none", "personal", "sensitive", "organization"] = "personal",
) -> Element:
    return Element(
        code=code_list,
        name=name,
        synonyms=synonyms,
        type=ops.TEXT,
        clean=_clean(RAW),
        value=ops.Lookup(TEXT, _mapping(code_list)),
        source=source,
        form=form,
        code_list=source,
        sensitivity=sensitivity,
        examples=examples,
        faults=(NOT_LISTED,),
    )


def sex() -> Element:
    """Sex (GB/T 2261.1): 0 unknown, 1 male, 2 female, 9 not stated."""
    return _coded(
        "sex",
        name=Bilingual("性别", "Sex"),
        source="GB/T 2261.1-2003",
        synonyms=synonyms(
            "性别代码 性别编码 性别名称 男女 户主性别 申请人性别 患者性别 学生性别 负责人性别",
            "xb xbdm xbmc sex gender sex_code gender_code",
        ),
        form=Bilingual("0、1、2、9 或 男、女", "0, 1, 2, 9, or a word: 男, female, F"),
        examples=("1", "女", "Male", "2-女"),
    )


def marital_status() -> Element:
    """Marital status (GB/T 2261.2)."""
    return _coded(
        "marital_status",
        name=Bilingual("婚姻状况", "Marital status"),
        source="GB/T 2261.2-2003",
        synonyms=synonyms(
            "婚姻 婚姻状况代码 婚姻状态 婚否 婚姻情况 婚况",
            "hyzk hyzkdm hyqk marital_status marital marriage_status marital_status_code",
        ),
        form=Bilingual("10、20、21、22、23、30、40、90 或名称", "10, 20, 21, 22, 23, 30, 40, 90, or a name"),
        examples=("10", "已婚", "离异", "丧偶"),
    )


def ethnic_group() -> Element:
    """Ethnic group of China (GB/T 3304): 01 to 56, 97 others, 98 of foreign descent; also by name or letters."""
    return _coded(
        "ethnic_group",
        name=Bilingual("民族", "Ethnic group"),
        source="GB/T 3304-1991",
        synonyms=synonyms(
            "民族代码 民族名称 民族编码 族别 民族成份 民族成分 所属民族 户主民族 学生民族",
            "mz mzdm mzmc ethnic ethnicity ethnic_group ethnic_code nation nationality_cn ethnic_group_code",
        ),
        form=Bilingual("01 至 56、97、98，或民族名称、字母代码", "01 to 56, 97, 98, a name or its letters"),
        examples=("01", "汉族", "维吾尔", "MG"),
    )


def education() -> Element:
    """Level of education (GB/T 4658)."""
    return _coded(
        "education",
        name=Bilingual("文化程度", "Level of education"),
        source="GB/T 4658-2006",
        synonyms=synonyms(
            "学历 学历代码 文化程度代码 最高学历 受教育程度 教育程度 文化水平 学历层次",
            "xl xldm whcd whcddm education education_level edu_level degree_level education_code",
        ),
        form=Bilingual("两位代码，或 本科、高中 等名称", "two digits, or a name such as 本科"),
        examples=("20", "大专", "高中", "硕士研究生"),
    )


def id_document_type() -> Element:
    """Kind of identity document (GA/T 517), the codes in common use."""
    return _coded(
        "id_document_type",
        name=Bilingual("证件类型", "Kind of identity document"),
        source="GA/T 517-2004",
        synonyms=synonyms(
            "证件类别 证件种类 身份证件类型 身份证件类别 证件类型代码 有效证件类型 证件名称",
            "zjlx zjlb zjzl zjlxdm id_type cert_type document_type certificate_type id_document_type",
        ),
        form=Bilingual("三位代码，或证件名称", "three digits, or the name of the document"),
        examples=("111", "居民身份证", "护照", "户口簿"),
        sensitivity="none",
    )


def country() -> Element:
    """Country or area (ISO 3166-1, GB/T 2659.1): the value has three letters; also two letters, numbers and names."""
    return _coded(
        "country",
        name=Bilingual("国家或地区", "Country or area"),
        source="ISO 3166-1",
        synonyms=synonyms(
            "国籍 国家 国别 国籍代码 国家代码 国家名称 国别代码 国籍地区 国家地区 注册国家",
            "gj gjdm gb gbdm country country_code nationality country_name citizenship iso_country country_or_area",
        ),
        form=Bilingual("3 位或 2 位字母、3 位数字，或名称", "three or two letters, three digits, or a name"),
        examples=("CHN", "中国", "US", "156"),
        sensitivity="none",
    )


def industry() -> Element:
    """Branch of the economy (GB/T 4754-2017): a section's letter, or the 2, 3 or 4 digits below it."""
    return _coded(
        "industry",
        name=Bilingual("国民经济行业", "Industry"),
        source="GB/T 4754-2017",
        synonyms=synonyms(
            "行业 行业代码 行业类别 行业分类 所属行业 行业名称 行业门类 国民经济行业代码 行业大类 国民经济行业分类",
            "行业小类 主营行业 行业编码 经济行业 企业所属行业",
            "hy hydm hylb hymc hyfl sshy industry industry_code industry_type sector industry_category",
        ),
        form=Bilingual("字母 A 至 T，或 2 至 4 位数字，或名称", "a letter A to T, 2 to 4 digits, or a name"),
        examples=("A", "0111", "C1311", "餐饮业"),
        sensitivity="none",
    )


def disability_category() -> Element:
    """Kind of disability (GB/T 26341): 1 to 7."""
    return _coded(
        "disability_category",
        name=Bilingual("残疾类别", "Kind of disability"),
        source="GB/T 26341-2010",
        synonyms=synonyms(
            "残疾类型 残疾种类 残疾类别代码 残疾人类别 残疾类型代码 残疾人残疾类别",
            "cjlb cjlx cjlbdm disability_type disability_category disability_kind",
        ),
        form=Bilingual("1 至 7 或名称", "1 to 7, or a name"),
        examples=("1", "肢体残疾", "听力", "4"),
        sensitivity="sensitive",
    )


def disability_grade() -> Element:
    """Grade of disability (GB/T 26341): 1, the gravest, to 4."""
    return _coded(
        "disability_grade",
        name=Bilingual("残疾等级", "Grade of disability"),
        source="GB/T 26341-2010",
        synonyms=synonyms(
            "残疾级别 残疾等级代码 残疾程度 残疾人等级 伤残等级 残级",
            "cjdj cjjb cjdjdm disability_grade disability_level disability_degree",
        ),
        form=Bilingual("1 至 4 或 一级 至 四级", "1 to 4, or 一级 to 四级"),
        examples=("1", "二级", "3级", "四级"),
        sensitivity="sensitive",
    )


_YES = "是|有|对|真|1|Y|YES|T|TRUE|√|✓"
_NO = "否|无|没有|不是|错|假|0|N|NO|F|FALSE|×"


def yes_no() -> Element:
    """Yes or no, as BOOLEAN."""
    yes, no = ops.Literal(True, ops.BOOLEAN), ops.Literal(False, ops.BOOLEAN)
    return Element(
        code="yes_no",
        name=Bilingual("是否", "Yes or no"),
        synonyms=synonyms(
            "是否标志 标志 标识 是否有效 有效标志 是否注销 是否低保 是否残疾 是否在册 是否贫困 是否参保 是否合格",
            "是否启用",
            "sfbz bz flag yes_no valid_flag enabled active disabled deleted revoked cancelled canceled expired",
        ),
        type=ops.BOOLEAN,
        clean=code_text(RAW, "是|否|有|无|[01YN]"),
        value=ops.Case(
            ((ops.Matches(TEXT, _YES), yes), (ops.Matches(TEXT, _NO), no)), otherwise=ops.Literal(None, ops.BOOLEAN)
        ),
        source="GB/T 18391",
        form=Bilingual("是/否、有/无、Y/N、1/0、true/false", "是/否, 有/无, Y/N, 1/0, true/false"),
        examples=("是", "无", "Y", "false", "1"),
    )


ELEMENTS: tuple[Element, ...] = (
    sex(),
    marital_status(),
    ethnic_group(),
    education(),
    id_document_type(),
    country(),
    industry(),
    disability_category(),
    disability_grade(),
    yes_no(),
)
