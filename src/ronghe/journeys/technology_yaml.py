"""YAML and JSON from anybody: bounded in size and depth, without the features by which a small file becomes large."""

import json
import re
from pathlib import Path
from typing import Any

from ronghe.tables.bounded_yaml import BrokenYaml, value_of
from ronghe.technology.audit.cyclonedx_xml import cyclonedx_xml
from ronghe.terms import InputError, LimitReached

__all__ = ["LARGEST", "json_value", "read_json", "read_sbom", "read_text", "read_yaml"]

LARGEST = 200_000_000
"""Bytes of a JSON file: the SBOM of a whole distribution is smaller."""
LARGEST_YAML = 2_000_000
"""Characters of a YAML file: they are written by hand, and reading them is slow."""


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a file in UTF-8. InputError for one that cannot be read, LimitReached for one too large."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            # A pipe or a device says 0 and may go on for ever.
            given = b"" if size > largest else file.read(size + 1 if size else largest + 1)
        if max(size, len(given)) > largest:
            raise LimitReached("technology.file_large", path=str(path), size=max(size, len(given)), most=largest)
        return given.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("technology.file_unreadable", path=str(path), detail=type(fault).__name__) from fault


_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def json_value(text: str) -> Any:
    """The value of a JSON text; ValueError or RecursionError for what is none.

    An escaped half of a character that lacks its other one could be neither written nor shown: it becomes a `?`.
    """
    value = json.loads(text)
    if not _HALF.search(text):
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def read_json(path: Path) -> Any:
    """The value in a JSON file; InputError with the line for what is none."""
    text = read_text(path)
    try:
        return json_value(text)
    except json.JSONDecodeError as fault:
        raise InputError("technology.not_json", path=str(path), line=fault.lineno, detail=fault.msg) from fault
    except RecursionError as fault:
        raise InputError("technology.not_json", path=str(path), line=1, detail="depth") from fault
    except ValueError as fault:
        # Python refuses whole numbers of thousands of digits.
        raise InputError("technology.not_json", path=str(path), line=1, detail="number") from fault


def read_sbom(path: Path) -> Any:
    """The document of an SBOM in JSON, or in XML as the JSON form says it."""
    if path.suffix.lower() == ".xml":
        return cyclonedx_xml(read_text(path), where=str(path))
    return read_json(path)


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML text; InputError with the line for what is none, LimitReached for one too large."""
    if len(text) > LARGEST_YAML:
        raise LimitReached("technology.file_large", path=where, size=len(text), most=LARGEST_YAML)
    try:
        return value_of(text)
    except BrokenYaml as fault:
        raise InputError("technology.not_yaml", path=where, line=fault.line, detail=fault.detail) from fault
