"""The people read and checked with Polars expressions, as three peers use them.

Most cells have their usual form already. Each column is asked for it once, and only the other cells, the usual ones
being NULL there, go through folding and replacing: that is what makes it fast.
"""

import json
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import polars as pl

COLUMNS = ("序号", "身份证号", "姓名", "出生日期", "性别", "区划", "年收入", "手机", "备注")
REQUIRED = ("身份证号", "姓名")
LISTED = ("性别", "区划")

CITIZEN_ID = "^[0-9]{17}[0-9X]$"
PROVINCES = "^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HAN = r"^[\p{Han}·]+$"
NAME = "^[^0-9]{1,60}$"
DAY = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$"
PLACE = "^([0-9]{6}|[一-龥]{2,40})$"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
MOBILE = "^1[3-9][0-9]{9}$"
SEXES = {"男": "1", "男性": "1", "M": "1", "1": "1", "女": "2", "女性": "2", "F": "2", "2": "2"}

SPACES = r"[\s\u{200B}\u{2060}\u{FEFF}]+"
STRIPPED = " \t\r\n\u3000\u200b\u2060\ufeff"
FULL = [chr(code) for code in range(0xFF01, 0xFF5F)] + ["\u3000"]
HALF = [chr(code) for code in range(0x21, 0x7F)] + [" "]


def folded(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_many(FULL, HALF)


def tidied(name: str, usual: str, clean: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """The cells of a column: the usual ones as they are, the others cleaned."""
    is_usual = pl.col(name).str.contains(usual)
    return pl.when(is_usual).then(pl.col(name)).otherwise(clean(folded(pl.when(~is_usual).then(pl.col(name)))))


def formed(text: pl.Expr, form: str) -> pl.Expr:
    return pl.when(text.str.contains(form)).then(text)


def clean_name(cell: pl.Expr) -> pl.Expr:
    spaced = cell.str.replace_all("[•・‧∙]", "·").str.replace_all(SPACES, " ").str.strip_chars(" ")
    joined = spaced.str.replace_all(" ", "", literal=True)
    return pl.when(joined.str.contains(HAN)).then(joined).otherwise(spaced)


def clean_day(cell: pl.Expr) -> pl.Expr:
    parts = cell.str.strip_chars(STRIPPED).str.replace("^([0-9]{4})([0-9]{2})([0-9]{2})$", "$1-$2-$3")
    return parts.str.replace("^([0-9]{4})[-/.年 ]([0-9]{1,2})[-/.月 ]([0-9]{1,2})[日号]?$", "$1-$2-$3")


def citizen_id() -> pl.Expr:
    return tidied("身份证号", CITIZEN_ID, lambda cell: cell.str.replace_all(r"[\s']", "").str.to_uppercase())


def place(codes: dict[str, str]) -> pl.Expr:
    dropped = r"[-–—/、,，_>|·.\s\u{200B}\u{FEFF}]|市辖区"
    text = tidied("区划", PLACE, lambda cell: cell.str.replace_all(dropped, ""))
    # Twice as fast with two lists as with the dict.
    known = text.replace_strict(list(codes), list(codes.values()), default=None)
    # Six digits are a code, whether or not it is on the list.
    return pl.coalesce(known, pl.when(text.str.contains("^[1-9][0-9]{5}$")).then(text))


def money() -> pl.Expr:
    text = tidied("年收入", NUMBER, lambda cell: cell.str.replace_all(r"[\s,，￥¥元圆整正]", ""))
    tens = pl.when(text.str.ends_with("万")).then(text.str.strip_suffix("万")).cast(pl.Decimal(18, 6), strict=False)
    return pl.coalesce((tens * 10_000).cast(pl.Decimal(18, 2)), text.cast(pl.Decimal(18, 2), strict=False))


def mobile() -> pl.Expr:
    def clean(cell: pl.Expr) -> pl.Expr:
        return cell.str.replace_all(r"[\s().-]", "").str.replace(r"^(\+86|0086|86)(1[3-9][0-9]{9})$", "$2")

    return tidied("手机", MOBILE, clean)


def values(codes: dict[str, str]) -> dict[str, pl.Expr]:
    """Every column read, under the name of its value; NULL where it cannot be read. `codes` are of every spelling."""
    return {
        "v序号": pl.col("序号").cast(pl.Int64, strict=False),
        "v身份证号": formed(citizen_id(), CITIZEN_ID),
        "v姓名": formed(tidied("姓名", HAN, clean_name), NAME),
        "v出生日期": tidied("出生日期", DAY, clean_day).str.to_date("%Y-%m-%d", strict=False),
        "v性别": folded(pl.col("性别")).str.strip_chars(STRIPPED).replace_strict(SEXES, default=None),
        "v区划": place(codes),
        "v年收入": money(),
        "v手机": formed(mobile(), MOBILE),
        "v备注": pl.col("备注").str.strip_chars(STRIPPED),
    }


def people(task: dict[str, Any]) -> pl.LazyFrame:
    """The original cells, `_row` from 1, and the value of each column under its name with a v."""
    cells = pl.scan_csv(task["source"], infer_schema=False, row_index_name="_row", row_index_offset=1)
    return cells.with_columns(**values(json.loads(Path(task["places"]).read_text("utf-8"))))


def check_digit_holds(number: pl.Expr) -> pl.Expr:
    """The whole weighted sum of GB 11643 leaves 1; X counts 10."""
    places = number.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, 18))
    digits = [(places.arr.get(place) - 48).cast(pl.Int16) for place in range(18)]
    last = pl.when(digits[17] == ord("X") - 48).then(10).otherwise(digits[17])
    return (reduce(add, (digit * weight for digit, weight in zip(digits, WEIGHTS, strict=False))) + last) % 11 == 1


def broken() -> dict[tuple[str, str], pl.Expr]:
    """Column and rule, and whether a row of `people` breaks it (never NULL), in the order of the reasons."""
    number = pl.col("v身份证号")
    of_number = {
        "birth_date": number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).is_not_null(),
        "region_prefix": number.str.contains(PROVINCES),
        "check_digit": check_digit_holds(number),
    }
    found: dict[tuple[str, str], pl.Expr] = {}
    for name in COLUMNS:
        if name in REQUIRED:
            found[name, "required"] = pl.col(name).is_null()
        unread = pl.col(name).is_not_null() & pl.col(f"v{name}").is_null()
        if name in LISTED:
            found[name, "not_listed"] = unread
        elif name == "出生日期":
            day = tidied(name, DAY, clean_day).str.contains(DAY).fill_null(value=False)
            found |= {(name, "no_such_day"): unread & day, (name, "form"): unread & ~day}
        else:
            found[name, "form"] = unread
        if name == "身份证号":
            found |= {(name, rule): number.is_not_null() & ~holds for rule, holds in of_number.items()}
    return found


def published() -> list[pl.Expr]:
    return [pl.col(f"v{name}").alias(name) for name in COLUMNS]


def reasons(flags: dict[tuple[str, str], pl.Expr]) -> pl.Expr:
    """The list of `column: rule: value` of the flags that are true."""
    found = [
        pl.when(flag).then(pl.format(f"{name}: {rule}: {{}}", pl.col(name).fill_null("")))
        for (name, rule), flag in flags.items()
    ]
    return pl.concat_list(found).list.drop_nulls()
