"""A Spark session for one run: local, quiet, bound to this machine, unless the operator names a cluster."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ronghe.tables.engine import Resources
from ronghe.terms import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["MASTER", "OLDEST_JAVA", "SMALLEST_MEMORY", "require_spark", "session_settings", "spark_session"]

MASTER = "RONGHE_SPARK_MASTER"
"""The environment variable that names a cluster, such as spark://host:7077 or yarn; without it Spark runs here."""
OLDEST_JAVA = 17
SMALLEST_MEMORY = 1_000_000_000
BESIDE_THE_HEAP = 400_000_000
"""Bytes that Java and Python need beside the heap of Java objects."""
DEEP_STACK = "-Xss512m"
"""Java matches repeated groups by recursion, and an overflow ends it: 16 MB hold 20,000 repetitions, this a million
(measured). It is address space only: memory is taken when a cell needs it."""
_WAIT = 30


def _java() -> str | None:
    """The program that Spark itself would start: that of JAVA_HOME, else the first on the path."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home, "bin", "java"))) if home else shutil.which("java")


def _java_version(program: str) -> int:
    """The major version, 0 when the program does not say one."""
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=_WAIT, check=True).stderr  # noqa: S603 - the operator's own Java
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\.)?([0-9]+)', said)
    return int(found[1]) if found else 0


def require_spark() -> None:
    """UsageError, saying what to install, unless pyspark and a Java that it can use are here."""
    try:
        # The spark extra is optional, and importing it takes a second that only its users should pay.
        import pyspark  # noqa: F401
    except ImportError as fault:
        raise UsageError("tables.spark_missing") from fault
    program = _java()
    if program is None:
        raise UsageError("tables.java_missing", oldest=OLDEST_JAVA)
    version = _java_version(program)
    if version < OLDEST_JAVA:
        raise UsageError("tables.java_old", path=program, version=version or "?", oldest=OLDEST_JAVA)


def _heap(memory: int | None) -> int:
    """Bytes for Java: what is left of the budget, else half of the machine."""
    if memory is None:
        return max(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2, SMALLEST_MEMORY)
    if memory < SMALLEST_MEMORY:
        raise UsageError("tables.spark_memory", value=f"{memory // 10**6}MB", smallest=f"{SMALLEST_MEMORY // 10**9}GB")
    return memory - BESIDE_THE_HEAP


_MEANING: Mapping[str, str] = {
    # What the rendered SQL relies on.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
}
_QUIET: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_HERE: Mapping[str, str] = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def session_settings(scratch: Path, resources: Resources, master: str | None) -> dict[str, str]:
    """The settings of a session: local and bound to the loopback address, or those of the cluster `master`."""
    return {
        **_MEANING,
        **_QUIET,
        **({} if master else _HERE),
        "spark.master": master or f"local[{resources.threads}]",
        "spark.driver.memory": f"{_heap(resources.memory) // 2**20}m",
        "spark.driver.extraJavaOptions": DEEP_STACK,
        "spark.executor.extraJavaOptions": DEEP_STACK,
        "spark.local.dir": str(scratch / "spill"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.shuffle.partitions": str(2 * resources.threads),
    }


@contextmanager
def _stderr_into(path: Path) -> Iterator[None]:
    """What this process and those that it starts write to stderr goes to a file meanwhile."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def _reason(fault: Exception) -> str:
    """The line that says why: behind the name of the call that failed, where the fault is one of Java."""
    lines = str(fault).splitlines() or [type(fault).__name__]
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])


@contextmanager
def spark_session(scratch: Path, resources: Resources) -> Iterator["SparkSession"]:
    """A session that keeps its files in `scratch` and is stopped at the end; UsageError where it cannot start."""
    require_spark()
    # See require_spark.
    from pyspark.sql import SparkSession

    settings = session_settings(scratch, resources, os.environ.get(MASTER))
    builder = SparkSession.builder.appName("ronghe")
    for key, value in settings.items():
        builder = builder.config(key, value)
    scratch.mkdir(parents=True, exist_ok=True)
    # Java keeps the stderr that it is born with and would fill the user's with its own warnings; Java, the gateway and
    # the cluster each fail to start in their own way.
    try:
        with _stderr_into(scratch / "spark.log"):
            session = builder.getOrCreate()
    except Exception as fault:
        raise UsageError("tables.spark_start", detail=_reason(fault)) from fault
    try:
        yield session
    finally:
        with suppress(Exception):
            session.stop()
