"""The few forms of Markdown that the reference is made of."""

from ronghe.messages import render

__all__ = ["in_both", "row"]


def row(*cells: str) -> str:
    """A row of a table; its cells may hold bars and line ends."""
    safe = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(safe)} |"


def in_both(code: str) -> tuple[str, str]:
    """A text in English and in Chinese."""
    return render(code, "en"), render(code, "zh")
