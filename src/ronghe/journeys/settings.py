"""What an installation decides once: `ronghe.toml`, the environment above it, the flags of a command above both."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ronghe.messages import LANGUAGES, Language
from ronghe.terms import InputError, UsageError

__all__ = ["CONFIG", "Engine", "Log", "Settings", "home", "load_settings", "spoken_language"]

CONFIG = "ronghe.toml"
_LARGEST_CONFIG = 1_000_000

Engine = Literal["duckdb", "spark"]
Log = Literal["error", "warning", "info", "debug"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run.

    lang          language of texts: zh or en
    memory        bytes that a run may use for the whole process; None: what the machine allows
    threads       threads that a run may use, 1 or more
    engine        where plans run: duckdb or spark
    own_elements  files with a department's own data elements
    log           what is logged to stderr: error, warning, info or debug
    decision_log  the log that decisions and deliveries are written to; None: none
    keys          the folder of the keystore
    """

    lang: Language = "en"
    memory: int | None = None
    threads: int = 2
    engine: Engine = "duckdb"
    own_elements: tuple[Path, ...] = ()
    log: Log = "error"
    decision_log: Path | None = None
    keys: Path = Path("keys")


def spoken_language(environ: Mapping[str, str]) -> Language:
    """Chinese where RONGHE_LANG or else the locale is Chinese, else English."""
    names = ("RONGHE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((environ[name] for name in names if environ.get(name)), "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def home(environ: Mapping[str, str]) -> Path:
    """The folder of `ronghe.toml`: RONGHE_HOME, else `.ronghe` in the user's own folder."""
    named = environ.get("RONGHE_HOME")
    return Path(named) if named else Path(environ.get("HOME") or Path.home()) / ".ronghe"


def _choice(known: tuple[str, ...]) -> Callable[[Any, str, str], str]:
    def read(value: Any, where: str, key: str) -> str:
        if value not in known:
            raise UsageError("cli.setting_choice", where=where, key=key, value=value, known=", ".join(known))
        return str(value)

    return read


def _memory(value: Any, where: str, key: str) -> int:
    # Only a run that sets a limit pays for loading the engine.
    from ronghe.tables.engine import parse_memory

    if not isinstance(value, str | int) or isinstance(value, bool):
        raise UsageError("cli.setting_memory", where=where, key=key, value=value)
    try:
        return parse_memory(str(value))
    except UsageError as fault:
        if fault.code == "tables.memory_form":
            raise UsageError("cli.setting_memory", where=where, key=key, value=value) from fault
        raise


def _threads(value: Any, where: str, key: str) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if not 1 <= number <= 1024:
        raise UsageError("cli.setting_threads", where=where, key=key, value=value)
    return number


def _paths(value: Any, where: str, key: str) -> tuple[Path, ...]:
    listed = value.split(os.pathsep) if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise UsageError("cli.setting_paths", where=where, key=key, value=value)
    return tuple(Path(name).expanduser() for name in listed if name)


def _path(value: Any, where: str, key: str) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise UsageError("cli.setting_path", where=where, key=key, value=value)
    return Path(value).expanduser()


_READERS: Mapping[str, Callable[[Any, str, str], Any]] = {
    "lang": _choice(LANGUAGES),
    "memory": _memory,
    "threads": _threads,
    "engine": _choice(get_args(Engine)),
    "own_elements": _paths,
    "log": _choice(get_args(Log)),
    "decision_log": _path,
    "keys": _path,
}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            # One byte more than is allowed: a file that is cut could still be good TOML that says something else.
            text = file.read(_LARGEST_CONFIG + 1)
        if len(text) > _LARGEST_CONFIG:
            raise InputError("cli.config_large", path=str(path), largest=_LARGEST_CONFIG)
        document = tomllib.loads(text.decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("cli.config_unreadable", path=str(path), detail=type(fault).__name__) from fault
    unknown = sorted(document.keys() - _READERS.keys())
    if unknown:
        raise UsageError("cli.config_key", path=str(path), key=unknown[0], known=", ".join(sorted(_READERS)))
    read = {key: _READERS[key](value, str(path), key) for key, value in document.items()}
    if "own_elements" in read:
        read["own_elements"] = tuple(path.parent / name for name in read["own_elements"])
    return read | {key: path.parent / read[key] for key in ("decision_log", "keys") if key in read}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    named = {key: f"RONGHE_{key.upper()}" for key in _READERS}
    return {key: _READERS[key](environ[name], name, key) for key, name in named.items() if environ.get(name)}


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of the file and, above them, the environment; what neither says is the default.

    Paths in the file are relative to it. Raises UsageError for an unknown key or a value that does not fit, naming the
    file or variable and the key; InputError when the file cannot be read.
    """
    defaults = Settings(lang=spoken_language(environ))
    return replace(defaults, **{**_from_file(home(environ) / CONFIG), **_from_environment(environ)})
