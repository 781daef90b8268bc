"""The canonical text of values that Python objects hold: what spreadsheets and database drivers hand over.

Dates are ISO, decimals plain, whole numbers have no `.0`, booleans are true and false, empty text is NULL.
"""

import json
import math
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["SIGNIFICANT_DIGITS", "texts_of"]

SIGNIFICANT_DIGITS = 15
"""What a spreadsheet keeps of a number: 0.1+0.2 is stored as 0.30000000000000004 and shown as 0.3.

Source: Microsoft, Excel specifications and limits, "Number precision".
"""

# Below this a float holds every whole number, so a cast to integers loses nothing.
_EXACT = 10.0**SIGNIFICANT_DIGITS


def _plain(number: Decimal) -> str:
    return format(number, "f") if number.is_finite() else str(number)


def _float(value: float) -> str | None:
    if not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if value.is_integer() and abs(value) < 1e300:
        return str(int(value))
    return _plain(Decimal(repr(value)))


def _datetime(value: datetime) -> str:
    return value.isoformat(" ")


def _duration(value: timedelta) -> str:
    """Hours may pass 24: a duration is no time of the day."""
    sign, seconds = ("-", -value) if value < timedelta() else ("", value)
    whole = seconds.days * 86_400 + seconds.seconds
    fraction = f".{seconds.microseconds:06d}" if seconds.microseconds else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{fraction}"


def _bytes(value: bytes | bytearray | memoryview) -> str:
    """Text where the bytes are UTF-8, else hexadecimal digits."""
    raw = bytes(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.hex()


def _nested(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_text)


_FORMS: dict[type, Callable[..., str | None]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _float,
    Decimal: _plain,
    datetime: _datetime,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    uuid.UUID: str,
    dict: _nested,
    list: _nested,
    tuple: _nested,
    type(None): lambda _: None,
}


def _text(value: object) -> str | None:
    # By the very type: a bool is an int too, and a datetime a date.
    form = _FORMS.get(type(value))
    return str(value) if form is None else form(value)


def _to_significant(numbers: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Numbers rounded to so many significant digits where the arithmetic cannot err, others as they are.

    Scaled by a power of ten, a number is a whole one plus a fraction; dividing the whole one back is exactly rounded.
    Near a half, and for powers beyond 10**22, which are not exact, the text decides.
    """
    with np.errstate(all="ignore"):
        places = digits - 1 - np.floor(np.log10(np.abs(numbers)))
        scale = 10.0 ** np.clip(places, 0, 22)
        scaled = numbers * scale
        certain = (places >= 0) & (places <= 22) & (np.abs(scaled - np.floor(scaled) - 0.5) > 0.2)
        return np.where(certain, np.rint(scaled) / scale, numbers)


def _careful(value: float, digits: int | None) -> str | None:
    return _float(value) if digits is None or not math.isfinite(value) else _plain(Decimal(f"{value:.{digits}g}"))


def _floats(numbers: NDArray[np.float64], digits: int | None) -> pa.Array:
    """Numbers of one column at once, NaN as NULL; the few that need more care one by one."""
    if digits is not None:
        numbers = _to_significant(numbers, digits)
    whole = (numbers == np.trunc(numbers)) & (np.abs(numbers) < _EXACT)
    integers = pa.array(np.where(whole, numbers, 0).astype(np.int64)).cast(pa.string())
    texts = pc.if_else(pa.array(whole), integers, pa.array(numbers, from_pandas=True).cast(pa.string()))
    long = pc.greater(pc.binary_length(texts), SIGNIFICANT_DIGITS + 1)
    odd = pc.fill_null(pc.or_(pc.match_substring_regex(texts, "[a-z]"), long), False)
    places = pc.indices_nonzero(odd)
    if not len(places):
        return texts
    cared = [_careful(value, digits) for value in numbers[places.to_numpy()].tolist()]
    return pc.replace_with_mask(texts, odd, pa.array(cared, pa.string()))


def texts_of(values: Sequence[object], *, digits: int | None = None) -> pa.Array:
    """A column of Python values as canonical text, NULL for None, NaN and empty text.

    `digits` rounds floating numbers to so many significant digits; without it they keep every digit.
    """
    kinds = set(map(type, values))
    numbers = None
    if float in kinds:
        numbers = np.array([value if type(value) is float else math.nan for value in values], np.float64)
        values = [None if type(value) is float else value for value in values]
    texts = values if kinds <= {str, float, type(None)} else list(map(_text, values))
    array = pa.array(texts, pa.string())
    array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    return array if numbers is None else pc.coalesce(array, _floats(numbers, digits))
