"""What the figures were measured on."""

import os
import platform
from pathlib import Path

__all__ = ["machine"]


def _first(path: str, name: str) -> str:
    """The value of a line `name : value` of a file in /proc; empty where there is none."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def machine() -> dict[str, str | int]:
    """Cores that this process may use, memory in MB, the processor's model, system and Python."""
    memory = _first("/proc/meminfo", "MemTotal").removesuffix("kB").strip()
    return {
        "cpu": _first("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": int(memory or 0) * 1024 // 10**6,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
