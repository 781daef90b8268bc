"""Numbers as people read them."""

import math

from ronghe.terms import InternalFault

__all__ = ["counted", "percent", "rate_in_range"]


def counted(value: float, digits: int = 0) -> str:
    """1234567 as `1,234,567`; rounded to `digits` after the point, with a true minus sign."""
    if not math.isfinite(value):
        raise InternalFault("report.not_finite", value=value)
    written = f"{value:,.{digits}f}"
    negative = written.startswith("-") and written.strip("-0,.") != ""
    return ("\u2212" if negative else "") + written.lstrip("-")


def percent(value: float) -> str:
    """0.5 as `50.0%`. Only what is whole reads 100%, and only what is nothing reads 0%: no rounding up to perfect."""
    rate = rate_in_range(value)
    if rate in (0, 1):
        return f"{rate:.0%}"
    written = f"{rate:.1%}"
    return {"0.0%": "<0.1%", "100.0%": ">99.9%"}.get(written, written)


def rate_in_range(value: float) -> float:
    """The rate itself; raises InternalFault outside 0 to 1."""
    if not 0 <= value <= 1:
        raise InternalFault("report.rate_out_of_range", value=value)
    return value
