"""pandas by hand: strings held by Arrow, whole columns at once, the dear replacements only for the odd cells."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

PACKAGES = ("pandas", "pyarrow", "numpy")

REQUIRED = ("身份证号", "姓名")
LISTED = ("性别", "区划")
CITIZEN_ID = "[0-9]{17}[0-9X]"
PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1], np.int16)
HAN = "[㐀-䶿一-鿿·]+"
NAME = "[^0-9]{1,60}"
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
WRITTEN_DAY = "^([0-9]{4})[-/.年 ]?([0-9]{1,2})[-/.月 ]?([0-9]{1,2})[日号]?$"
NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
MOBILE = "1[3-9][0-9]{9}"
SEXES = {"男": "1", "男性": "1", "M": "1", "1": "1", "女": "2", "女性": "2", "F": "2", "2": "2"}
SPACES = r"[\s\u3000\u200b\u2060\ufeff]+"
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

Flags = dict[tuple[str, str], Any]


def tidied(cells: Any, usual: str, clean: Callable[[Any], Any]) -> Any:
    """The usual cells as they are, the others folded and cleaned."""
    odd = ~cells.str.fullmatch(usual, na=True)
    text = cells.copy()
    text[odd] = clean(cells[odd].str.translate(FOLD))
    return text


def clean_name(cells: Any) -> Any:
    spaced = cells.str.replace("[•・‧∙]", "·", regex=True).str.replace(SPACES, " ", regex=True).str.strip()
    joined = spaced.str.replace(" ", "")
    return joined.where(joined.str.fullmatch(HAN), spaced)


def clean_day(cells: Any) -> Any:
    parts = cells.str.strip().str.extract(WRITTEN_DAY)
    return parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)


def clean_mobile(cells: Any) -> Any:
    digits = cells.str.replace(r"[\s().-]", "", regex=True)
    return digits.str.replace(r"^(?:\+86|0086|86)(1[3-9][0-9]{9})$", r"\1", regex=True)


def days(texts: Any, form: str) -> Any:
    return pd.to_datetime(texts, format=form, errors="coerce")


def money(cells: Any) -> Any:
    text = tidied(cells, NUMBER, lambda odd: odd.str.replace(r"[\s,，￥¥元圆整正]", "", regex=True))
    tens = text.str.endswith("万", na=False)
    text = text.where(~tens, text.str.removesuffix("万"))
    number = text.where(text.str.fullmatch(NUMBER)).astype("float64[pyarrow]").to_numpy(np.float64, na_value=np.nan)
    return pd.Series(np.where(tens, number * 10_000, number).round(2), cells.index)


def values(cells: Any, codes: dict[str, str]) -> Any:
    """Every column read; missing where it cannot be."""
    number = tidied(cells["身份证号"], CITIZEN_ID, lambda odd: odd.str.replace(r"[\s']", "", regex=True).str.upper())
    name = tidied(cells["姓名"], HAN, clean_name)
    place = tidied(
        cells["区划"],
        "[0-9]{6}|[一-龥]{2,40}",
        lambda odd: odd.str.replace(r"[-–—/、,，_>|·.\s]|市辖区", "", regex=True),
    )
    mobile = tidied(cells["手机"], MOBILE, clean_mobile)
    return pd.DataFrame(
        {
            "序号": cells["序号"].astype("int64"),
            "身份证号": number.where(number.str.fullmatch(CITIZEN_ID)),
            "姓名": name.where(name.str.fullmatch(NAME)),
            "出生日期": days(tidied(cells["出生日期"], DAY, clean_day), "%Y-%m-%d"),
            "性别": tidied(cells["性别"], "男|女|1|2", lambda odd: odd.str.strip()).map(SEXES).astype("str"),
            # Six digits are a code, whether or not it is on the list.
            "区划": place.map(codes).astype("str").fillna(place.where(place.str.fullmatch("[1-9][0-9]{5}"))),
            "年收入": money(cells["年收入"]),
            "手机": mobile.where(mobile.str.fullmatch(MOBILE)),
            "备注": cells["备注"].str.strip(),
        }
    )


def check_digit_holds(numbers: Any) -> Any:
    """The whole weighted sum of GB 11643 leaves 1; X counts 10. `numbers` all have 18 characters."""
    digits = numbers.to_numpy(dtype="S18").view(np.uint8).reshape(-1, 18).astype(np.int16) - ord("0")
    digits[:, 17] = np.where(digits[:, 17] == ord("X") - ord("0"), 10, digits[:, 17])
    return digits @ WEIGHTS % 11 == 1


def broken(cells: Any, value: Any) -> Flags:
    """Column and rule, and the rows that break it, in the order of the reasons."""
    found: Flags = {}
    for name in cells.columns:
        if name in REQUIRED:
            found[name, "required"] = cells[name].isna().to_numpy()
        unread = (cells[name].notna() & value[name].isna()).to_numpy()
        if name in LISTED:
            found[name, "not_listed"] = unread
        elif name == "出生日期":
            day = unread.copy()
            day[unread] = clean_day(cells.loc[unread, name].str.translate(FOLD)).notna()
            found |= {(name, "no_such_day"): day, (name, "form"): unread & ~day}
        else:
            found[name, "form"] = unread
        if name == "身份证号":
            there = value[name].notna().to_numpy()
            number = value.loc[there, name]
            for rule, holds in (
                ("birth_date", days(number.str[6:14], "%Y%m%d").notna()),
                ("region_prefix", number.str.match(PROVINCES)),
                ("check_digit", check_digit_holds(number)),
            ):
                found[name, rule] = there.copy()
                found[name, rule][there] = ~np.asarray(holds, bool)
    return found


def reasons(cells: Any, flags: Flags) -> pa.ListArray:
    """For each of the rows the list of `column: rule: value` of the flags that are true."""
    table = np.column_stack(list(flags.values()))
    rows, rules = np.nonzero(table)
    texts = np.empty(len(rows), object)
    for number, (name, rule) in enumerate(flags):
        here = rules == number
        texts[here] = f"{name}: {rule}: " + cells[name].iloc[rows[here]].fillna("").to_numpy(object)
    return pa.ListArray.from_arrays(np.append(0, table.sum(axis=1).cumsum()).astype(np.int32), pa.array(texts))


def write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=1)


def run(task: dict[str, Any]) -> None:
    codes = json.loads(Path(task["places"]).read_text("utf-8"))
    cells = pd.read_csv(task["source"], dtype="str", engine="pyarrow", keep_default_na=False, na_values=[""])
    value = values(cells, codes)
    flags = broken(cells, value)
    bad = np.logical_or.reduce(list(flags.values()))
    rejected = cells[bad]
    listed = reasons(rejected, {key: flag[bad] for key, flag in flags.items()})
    out = Path(task["out"])
    good = pa.Table.from_pandas(value[~bad], preserve_index=False)
    day = good.schema.get_field_index("出生日期")
    write(good.set_column(day, "出生日期", good["出生日期"].cast(pa.date32())), out / "people.parquet")
    originals = pa.Table.from_pandas(rejected, preserve_index=False)
    first = originals.add_column(0, "_reasons", listed).add_column(0, "_row", pa.array(rejected.index.to_numpy() + 1))
    write(first, out / "rejects.parquet")
