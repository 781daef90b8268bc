"""Areas in square meters, 亩, hectares and square kilometers; 1 亩 is exactly 2000/3 square meters."""

from fractions import Fraction

from ronghe.messages import Bilingual
from ronghe.standards.element import TEXT, VALUE, Check, Element
from ronghe.standards.synonyms import synonyms
from ronghe.standards.written_numbers import AMOUNT, WORDED, cleaned, converted, usually, written
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["UNITS", "area"]

UNITS = {
    "平方米": (Fraction(1), "(?:平方米|平米|平方|平|㎡|[mM][2²])"),
    "亩": (Fraction(2000, 3), "市?亩"),
    "公顷": (Fraction(10_000), "(?:公顷|ha|HA|hm[2²])"),
    "平方公里": (Fraction(1_000_000), "(?:平方公里|平方千米|㎢|[kK][mM][2²])"),
}
"""Size in square meters, and pattern of how it is written."""
_SMALLER = {"分": (Fraction(200, 3), "分"), "顷": (Fraction(200_000, 3), "顷")}
_SCALE = {"平方米": 4, "亩": 4, "公顷": 6, "平方公里": 6}


def _chosen(key: str, given: str) -> Fraction:
    if given not in UNITS:
        raise InputError("standards.option_value", element=f"area.{key}", value=given, known=", ".join(UNITS))
    return UNITS[given][0]


def _by(ratio: Fraction, kind: ops.Type, *, in_words: bool = False) -> ops.Expression:
    return converted(ratio.numerator, ratio.denominator, kind, in_words=in_words)


def _branches(target: Fraction, kind: ops.Type) -> list[tuple[ops.Expression, ops.Expression]]:
    found: list[tuple[ops.Expression, ops.Expression]] = []
    for size, mark in (*UNITS.values(), *_SMALLER.values()):
        found.append((ops.Matches(TEXT, AMOUNT + mark), _by(size / target, kind)))
        found.append((ops.Matches(TEXT, f"{AMOUNT}万{mark}"), _by(10_000 * size / target, kind)))
        found.append((ops.Matches(TEXT, WORDED + mark), _by(size / target, kind, in_words=True)))
    return found


def area(unit: str = "平方米", target: str = "平方米") -> Element:
    """An area, DECIMAL(18, 4) or (18, 6); `unit` is what a bare number counts, `target` the unit of the result.

    Conversions by powers of ten are exact or a broken form; those by 亩 are rounded once, ties away from zero.
    """
    bare, size = _chosen("unit", unit), _chosen("target", target)
    kind = ops.decimal(18, _SCALE[target])
    plain = ops.Matches(TEXT, written(AMOUNT))
    branches = [(plain, _by(bare / size, kind)), *_branches(size, kind)]
    odd = ops.Case(tuple(branches), ops.Literal(None, kind))
    return Element(
        code="area",
        name=Bilingual("面积", "Area"),
        synonyms=synonyms(
            "面积 建筑面积 土地面积 占地面积 耕地面积 使用面积 房屋面积 住房面积 用地面积 套内面积 林地面积",
            "种植面积 承包面积",
            "确权面积 宗地面积 经营面积 营业面积 绿化面积 人均住房面积 总面积",
            "area floor_area land_area building_area total_area mj jzmj tdmj zdmj symj gdmj",
        ),
        type=kind,
        clean=cleaned(kind),
        value=usually(kind, odd) if bare == size else odd,
        source="GB 3100-1993; GB/T 17986.1-2000; State Council 1990: 1 亩 = 2000/3 m2",
        form=Bilingual("如 89.5、89.5平方米、3亩、1.2公顷、1.5万亩", "Like 89.5, 89.5㎡, 3亩, 1.2公顷, 1.5万亩"),
        checks=(Check("range", ops.Compare(">=", VALUE(kind), ops.Literal(0, ops.INTEGER))),),
        unit=target,
        examples=("89.5", "1,200.5平方米", "3亩", "1.2公顷", "１２０㎡"),
        options=(("unit", unit), ("target", target)),
        published=(("unit", target), ("target", target)),
    )
