"""Public data that nobody here wrote: they lie beside the repository, and none of them ships with it."""

import os
from pathlib import Path

from benchmarks.measure import ROOT

__all__ = ["VARIABLE", "public_data", "public_folder"]

VARIABLE = "RONGHE_SHARED_DATA"


def public_data() -> Path:
    """Where the data lie: in the folder that the environment names, else beside the repository."""
    return Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "data")


def public_folder(*names: str) -> Path | None:
    """A folder among them; None where it is not here."""
    folder = public_data().joinpath(*names)
    return folder if folder.is_dir() else None
