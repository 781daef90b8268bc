"""One record for each technology, whatever file it was described in, and what was found wrong with the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

__all__ = ["COLUMNS", "Finding", "Severity", "Technology"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file: where (a path of keys and a line, 0 for the whole), and how to mend it."""

    severity: Severity
    place: str
    line: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Technology:
    """A technology, a superset of publiccode.yml; texts are "" where a description says nothing.

    `kind` is service, component, model or software; `license` is SPDX, `license_written` as written; `source` is the
    file and `entry` the place in it. `used_by` is what a description says of itself, never measured use; `sbom` names a
    file, `classification` is of the data that it handles, `slo` and `price` are as agreed; `details` is all else that a
    publiccode.yml says, as JSON. `state` is present, gone (its source no longer has it) or stale (its source could
    not be read), with the `reason`.
    """

    technology: str
    name: str
    version: str = ""
    kind: str = "software"
    department: str = ""
    license: str = ""
    license_written: str = ""
    url: str = ""
    landing: str = ""
    interface: str = ""
    purl: str = ""
    status: str = ""
    categories: str = ""
    description: str = ""
    software_type: str = ""
    platforms: str = ""
    released: str = ""
    languages: str = ""
    audience: str = ""
    maintenance: str = ""
    contact: str = ""
    used_by: str = ""
    depends_on: str = ""
    sbom: str = ""
    classification: str = ""
    slo: str = ""
    price: str = ""
    details: str = ""
    format: str = ""
    source: str = ""
    entry: str = ""
    state: str = "present"
    reason: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same technology as one that was imported before."""
        return self.source, self.name, self.version, self.department


COLUMNS = tuple(one.name for one in fields(Technology))
"""The columns of technologies.csv, in order."""
