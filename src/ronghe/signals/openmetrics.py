"""What scrapers read: families of gauges as OpenMetrics text.

Source: the OpenMetrics specification 1.0.
"""

from collections.abc import Mapping, Sequence

__all__ = ["exposition", "labelled"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def labelled(name: str, labels: Mapping[str, str], value: float, at: int | None = None) -> str:
    """One sample; `at` is its instant in seconds since 1970."""
    listed = ",".join(f"{label}={_quoted(text)}" for label, text in labels.items())
    written = repr(value) if isinstance(value, int) else repr(float(value))
    return f"{name}{{{listed}}} {written}" + ("" if at is None else f" {at}")


def exposition(families: Mapping[str, Sequence[str]]) -> str:
    """The whole text of gauges: samples by the name of their family."""
    lines = [line for name in sorted(families) for line in (f"# TYPE {name} gauge", *families[name])]
    return "\n".join([*lines, "# EOF"]) + "\n"
