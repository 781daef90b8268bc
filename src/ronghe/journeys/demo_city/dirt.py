"""Every kind of dirt that the demo city plants: what it does to a clean value, and whether it can be mended.

A mendable value means the same as before and a good standard gives it back; the others have to be quarantined.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.demo_city import spellings
from ronghe.journeys.demo_city.codelists import ETHNIC, INDUSTRIES, MARITAL, SEX
from ronghe.journeys.demo_city.columns_of_text import joined, looked_up, numbers, part, taken, whole
from ronghe.journeys.demo_city.identifiers import (
    CITIZEN_CHECKS,
    CREDIT_ALPHABET,
    with_wrong_check,
    with_wrong_inner_check,
)
from ronghe.journeys.demo_city.places import OLD_CODES, REGIONS

__all__ = ["DIRT", "MISSING_WORDS", "Dirt", "Render"]

Render = Callable[[np.random.Generator, pa.Array], pa.Array]

MISSING_WORDS = ("无", "不详", "-", "NULL", "N/A")
IMPOSSIBLE_ENDS = ("-02-30", "-04-31", "-13-01", "-00-10", "-06-31", "-11-00")
BAD_NUMBERS = ("待核", "1.2.3", "壹拾?", "见附件", "--5")


@dataclass(frozen=True, slots=True)
class Dirt:
    """`render` gives the dirty text of clean values.

    `mendable`: the meaning survives. `meaning`: the written text is itself what is meant ("own"), nothing is meant
    ("nothing"), or the clean value still is ("same").
    """

    render: Render
    mendable: bool = True
    meaning: str = "same"


def _plainly(spelling: Callable[[pa.Array], pa.Array]) -> Render:
    return lambda _, values: spelling(values)


def _one_of(words: tuple[str, ...]) -> Render:
    return lambda rng, values: taken(words, rng.integers(0, len(words), len(values)))


def _around(before: str, after: str) -> Render:
    return lambda _, values: joined(before, values, after)


def _named(keys: list[str], answers: list[str]) -> Render:
    return lambda _, values: looked_up(values, keys, answers)


def _bad_shape(rng: np.random.Generator, values: pa.Array) -> pa.Array:
    way = pa.array(rng.integers(0, 3, len(values)))
    short, long = part(values, 0, 17), joined(values, "0")
    lettered = joined(part(values, 0, 10), "?", part(values, 11))
    return pc.if_else(pc.equal(way, 0), short, pc.if_else(pc.equal(way, 1), long, lettered))


def _fifteen(_: np.random.Generator, ids: pa.Array) -> pa.Array:
    """The form of before 1999: no century, no check digit; only for people who were adults then."""
    old = pc.less(part(ids, 6, 10), "1982")
    return pc.if_else(old, joined(part(ids, 0, 6), part(ids, 8, 17)), ids)


def _impossible(rng: np.random.Generator, iso: pa.Array) -> pa.Array:
    return joined(part(iso, 0, 4), taken(IMPOSSIBLE_ENDS, rng.integers(0, len(IMPOSSIBLE_ENDS), len(iso))))


def _landline(rng: np.random.Generator, values: pa.Array) -> pa.Array:
    return joined("0571-8", numbers(rng.integers(10**6, 10**7, len(values))))


def _hectares(_: np.random.Generator, square_meters: pa.Array) -> pa.Array:
    tens = whole(square_meters) // 10
    return joined(numbers(tens // 1000), ".", numbers(tens % 1000, 3), "公顷")


def _mu(_: np.random.Generator, square_meters: pa.Array) -> pa.Array:
    """Exact for multiples of 20 square meters, which are 0.03 mu each."""
    hundredths = whole(square_meters) // 20 * 3
    return joined(numbers(hundredths // 100), ".", numbers(hundredths % 100, 2), "亩")


def _line_break(_: np.random.Generator, values: pa.Array) -> pa.Array:
    return joined(part(values, 0, 6), "\n", part(values, 6))


DIRT: dict[str, Dirt] = {
    "date_dashes": Dirt(_plainly(lambda values: values)),
    "date_slashes": Dirt(_plainly(spellings.slashed_date)),
    "date_compact": Dirt(_plainly(spellings.compact_date)),
    "date_dots": Dirt(_plainly(spellings.dotted_date)),
    "date_chinese": Dirt(_plainly(spellings.date_in_chinese)),
    "date_chinese_digits": Dirt(_plainly(spellings.date_in_chinese_digits)),
    "excel_serial": Dirt(lambda _, iso: numbers(iso.cast(pa.date32()).cast(pa.int32()).to_numpy() + 25_569)),
    "impossible_date": Dirt(_impossible, mendable=False),
    "full_width": Dirt(_plainly(spellings.full_width)),
    "wide_space": Dirt(_around("\u3000", "")),
    "no_break_space": Dirt(_around("", "\u00a0")),
    "missing_word": Dirt(_one_of(MISSING_WORDS), meaning="nothing"),
    "spaced_name": Dirt(lambda _, names: joined(part(names, 0, 1), "\u3000", part(names, 1))),
    "bad_shape": Dirt(_bad_shape, mendable=False),
    "bad_check_digit": Dirt(lambda _, ids: with_wrong_check(ids, CITIZEN_CHECKS), mendable=False),
    "bad_credit_check": Dirt(lambda _, codes: with_wrong_check(codes, CREDIT_ALPHABET), mendable=False),
    "bad_inner_check": Dirt(lambda _, codes: with_wrong_inner_check(codes), mendable=False),
    "lower_case": Dirt(_plainly(pc.utf8_lower)),
    "fifteen_digits": Dirt(_fifteen),
    "sex_code": Dirt(_plainly(lambda values: values)),
    "sex_word": Dirt(_named([s[0] for s in SEX], [s[1] for s in SEX])),
    "sex_letter": Dirt(_named([s[0] for s in SEX], [s[2] for s in SEX])),
    "unknown_code": Dirt(_one_of(("7", "Z", "？", "待定")), mendable=False),
    "region_code": Dirt(_plainly(lambda values: values)),
    "region_name": Dirt(_plainly(spellings.region_name)),
    "region_alias": Dirt(_named([r[0] for r in REGIONS], [r[2] for r in REGIONS])),
    "region_old_code": Dirt(_named(list(OLD_CODES), list(OLD_CODES.values()))),
    "unknown_region": Dirt(_one_of(("3399999", "000000", "33O106", "火星区")), mendable=False),
    "ethnic_name": Dirt(_named([e[0] for e in ETHNIC], [e[1] for e in ETHNIC])),
    "ethnic_short": Dirt(_named([e[0] for e in ETHNIC], [e[1].removesuffix("族") for e in ETHNIC])),
    "marital_name": Dirt(_named([m[0] for m in MARITAL], [m[1] for m in MARITAL])),
    "industry_name": Dirt(_named([i[0] for i in INDUSTRIES], [i[1] for i in INDUSTRIES])),
    "money_wan": Dirt(_plainly(spellings.money_in_wan)),
    "money_sign": Dirt(_plainly(spellings.grouped_money)),
    "money_chinese": Dirt(_plainly(spellings.money_in_chinese)),
    "money_unit": Dirt(_around("", "元")),
    "bad_number": Dirt(_one_of(BAD_NUMBERS), mendable=False),
    "area_word": Dirt(_around("", "平方米")),
    "area_sign": Dirt(_around("", "㎡")),
    "area_mu": Dirt(_mu),
    "area_hectares": Dirt(_hectares),
    "phone_plus86": Dirt(_around("+86 ", "")),
    "phone_spaces": Dirt(lambda _, values: joined(part(values, 0, 3), " ", part(values, 3, 7), " ", part(values, 7))),
    "phone_hyphens": Dirt(lambda _, values: joined(part(values, 0, 3), "-", part(values, 3, 7), "-", part(values, 7))),
    "phone_landline": Dirt(_landline, meaning="own"),
    "bad_phone": Dirt(lambda _, values: part(values, 0, 9), mendable=False),
    "line_break": Dirt(_line_break, meaning="own"),
    # The two-byte code FE59, which Python decodes by the old mapping to the private-use U+E81E, now means U+9FB4.
    "private_use": Dirt(lambda _, values: joined(part(values, 0, 1), "\ue81e"), meaning="own"),
    "duplicate_key": Dirt(_plainly(lambda values: values), mendable=False),
    "header_spaces": Dirt(_plainly(lambda values: values)),
    "ragged_short": Dirt(_plainly(lambda values: values), mendable=False),
    "ragged_long": Dirt(_plainly(lambda values: values), mendable=False),
    "broken_quote": Dirt(_plainly(lambda values: values), mendable=False),
}
"""By the name that `truth/planted.parquet` uses; the last five are laid out by `sheet` and `layout`."""
