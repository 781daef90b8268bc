"""The build hook: a wheel carries what its pages need, or is not built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = "src/ronghe/report/assets"
NEEDED = (
    "echarts.min.js",
    "echarts.LICENSE",
    "echarts.NOTICE",
    "tabler.min.css",
    "htmx.min.js",
    "htmx.LICENSE",
)


class AssetsHook(BuildHookInterface[Any]):
    """Put the fetched assets into the wheel; stop with one clear line where one is missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the assets to the files of the wheel. An editable install reads them from the tree instead."""
        if self.target_name != "wheel" or version == "editable":
            return
        for name in NEEDED:
            path = Path(self.root, ASSETS, name)
            if not path.is_file():
                raise SystemExit(f"{ASSETS}/{name} is missing: run `make assets` first, then build again.")
            build_data["force_include"][str(path)] = f"ronghe/report/assets/{name}"
