"""The files that a page carries inside itself."""

from importlib.resources import files

__all__ = ["echarts_source", "page_script", "stylesheet"]

_FACE = files("ronghe.report")


def echarts_source() -> str | None:
    """The chart library that set-up fetched, or None; a page without it shows its charts as tables with bars."""
    library = _FACE.joinpath("assets", "echarts.min.js")
    return library.read_text("utf-8") if library.is_file() else None


def stylesheet() -> str:
    """How a page looks, on screen, in the dark and on paper."""
    return _FACE.joinpath("page.css").read_text("utf-8")


def page_script() -> str:
    """What a page can do where scripts run; it needs none of it to be read."""
    return _FACE.joinpath("page.js").read_text("utf-8")
