"""Import descriptions of technologies into a registry folder, and look in it before building again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.policy_library import extracted
from ronghe.journeys.technology_descriptions import Described, described, paths_of
from ronghe.journeys.technology_files import rounded, table_of
from ronghe.journeys.technology_registry import Registry, read_registry, tables_of
from ronghe.journeys.technology_yaml import read_json
from ronghe.messages import Language, render
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.write import write_csv
from ronghe.technology.integrate.evaluation import Evaluation, Workload
from ronghe.technology.integrate.likeness import Candidate, Match, candidates, matches
from ronghe.technology.integrate.record import Technology
from ronghe.technology.integrate.registry import merged, mirrored
from ronghe.terms import InputError, UsageError

__all__ = ["Imported", "Reused", "import_files", "reuse"]


@dataclass(frozen=True, slots=True)
class Imported:
    """A registry after an import: every entry, what each file described, and candidates for reuse."""

    registry: Path
    technologies: tuple[Technology, ...]
    evaluations: tuple[Evaluation, ...]
    workloads: tuple[Workload, ...]
    verdicts: tuple[Described, ...]
    candidates: tuple[Candidate, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value, without the entries, which stand in technologies.csv."""
        states = {state: sum(one.state == state for one in self.technologies) for state in ("present", "gone", "stale")}
        files = [
            {
                "file": one.source,
                "format": one.form,
                "verdict": one.verdict,
                "technologies": len(one.technologies),
                "evaluations": len(one.evaluations),
                "workloads": len(one.workloads),
                "findings": [
                    {"severity": f.severity, "place": f.place, "line": f.line, "code": f.code} for f in one.findings
                ],
            }
            for one in self.verdicts
        ]
        written = [one for one in self.technologies if one.license_written]
        licenses = {"named": len(written), "spdx": sum(bool(one.license) for one in written)}
        pairs = [self._pair(one) for one in self.candidates]
        tables = {"evaluations": len(self.evaluations), "workloads": len(self.workloads)}
        counts = {"technologies": len(self.technologies), **tables, **states, "licenses": licenses}
        return {"registry": str(self.registry), **counts, "files": files, "candidates": pairs}

    def _pair(self, one: Candidate) -> dict[str, Any]:
        left, right = self.technologies[one.left], self.technologies[one.right]
        names = {"left": left.technology, "right": right.technology}
        return {**names, "why": one.why, "score": rounded(one.score)}


def _renamed(made: Sequence[Described], registered: Sequence[Technology]) -> list[Evaluation]:
    """Evaluations by the names that the registry gives: of several versions of a model each has one of its own."""
    names = {one.source: one.technology for one in registered if one.format == "mlflow" and one.state == "present"}
    return [replace(one, technology=names.get(one.source, one.technology)) for each in made for one in each.evaluations]


def import_files(
    paths: Sequence[Path], *, registry: Path, lang: Language = "zh", progress: Progress = silent
) -> Imported:
    """Read every description under `paths` into the registry folder and publish it.

    A file that cannot be read does not keep the others from being imported. Raises InputError where none could be read;
    the registry is then as it was.
    """
    listed = list(dict.fromkeys(paths_of(paths)))
    if not listed:
        raise UsageError("technology.nothing_to_import", paths=", ".join(map(str, paths)))
    before = read_registry(registry)
    verdicts: list[Described] = []
    for number, path in enumerate(listed):
        progress("import_technology", number, len(listed))
        verdicts.append(described(path, lang))
    unreadable = {one.source for one in verdicts if one.verdict == "unreadable"}
    if len(unreadable) == len(verdicts):
        detail = render("technology.file_wrong", lang, detail=verdicts[0].findings[0].params["detail"])
        raise InputError("technology.none_imported", count=len(verdicts), detail=detail)
    folders = tuple(f"{path.as_posix().rstrip('/')}/" for path in paths if path.is_dir())
    looked_at = {one.source for one in verdicts} | {one for one in before.sources if one.startswith(folders)}
    made = _mirrored(before, verdicts, registry=registry, read=looked_at - unreadable, unreadable=unreadable)
    progress("import_technology", len(listed), len(listed))
    _publish(made, lang)
    return made


def _mirrored(
    before: Registry, verdicts: Sequence[Described], *, registry: Path, read: set[str], unreadable: set[str]
) -> Imported:
    now = [one for each in verdicts for one in each.technologies]
    registered = merged(before.technologies, now, read=read, unreadable=unreadable)
    results, works = _renamed(verdicts, registered), [one for each in verdicts for one in each.workloads]
    present = [at for at, one in enumerate(registered) if one.state == "present"]
    pairs = candidates([registered[at] for at in present])
    return Imported(
        registry,
        registered,
        tuple(mirrored(before.evaluations, results, read=read, unreadable=unreadable)),
        tuple(mirrored(before.workloads, works, read=read, unreadable=unreadable)),
        tuple(verdicts),
        tuple(replace(one, left=present[one.left], right=present[one.right]) for one in pairs),
    )


def _findings(made: Imported, lang: Language) -> Iterator[dict[str, Any]]:
    for verdict in made.verdicts:
        for one in verdict.findings:
            said = render(one.code, lang, **one.params)
            place = {"file": verdict.source, "severity": one.severity, "place": one.place, "line": one.line or None}
            yield {**place, "finding": said}


def _publish(made: Imported, lang: Language) -> None:
    text = pa.string()
    about = made.to_json()
    tables = {
        **tables_of(made.technologies, made.evaluations, made.workloads),
        "files": table_of(
            ({name: value for name, value in file.items() if name != "findings"} for file in about["files"]),
            {"file": text, "format": text, "verdict": text}
            | dict.fromkeys(("technologies", "evaluations", "workloads"), pa.int64()),
        ),
        "findings": table_of(
            _findings(made, lang), {"file": text, "severity": text, "place": text, "line": pa.int64(), "finding": text}
        ),
        "candidates": table_of(about["candidates"], {"left": text, "right": text, "why": text, "score": pa.float64()}),
    }
    with workspace(made.registry, resume=False) as work:
        listed = []
        for name, table in tables.items():
            write_csv(table, work.folder / f"{name}.csv")
            listed.append(Resource(f"{name}.csv", {"ronghe:rows": table.num_rows}))
        shown = {name: value for name, value in about.items() if name not in ("files", "candidates", "registry")}
        (work.folder / "summary.json").write_text(json_text(shown), "utf-8")
        listed.append(Resource("summary.json"))
        work.publish(manifest(work.folder, made.registry.name.lower(), listed, {"ronghe:kind": "technologies"}))


@dataclass(frozen=True, slots=True)
class Reused:
    """What a registry has for a planned project, nearest first."""

    proposal: str
    looked_at: int
    found: tuple[tuple[Technology, Match], ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        rows = [
            {
                "technology": one.technology,
                "department": one.department,
                "score": rounded(match.score),
                "terms": list(match.terms),
                "description": one.description,
                "url": one.url,
                "license": one.license,
                "source": one.source,
                "entry": one.entry,
            }
            for one, match in self.found
        ]
        return {"proposal": self.proposal, "looked_at": self.looked_at, "matches": rows}


def _proposal(path: Path) -> str:
    """What a proposal says: a document as authorities write them, or JSON."""
    if path.suffix.lower() == ".json":
        return json.dumps(read_json(path), ensure_ascii=False)
    if path.is_file() and not path.read_bytes()[:5_000].strip():
        return ""
    return extracted(path).text


def reuse(proposal: Path, *, registry: Path) -> Reused:
    """Look in a registry for what matches the text of a planned project, before anyone pays to build it again.

    A proposal is docx, PDF, HTML, Markdown, JSON or text. InputError for a registry without entries or a proposal that
    cannot be read or says nothing.
    """
    entries = [one for one in read_registry(registry).technologies if one.state == "present"]
    if not entries:
        raise InputError("technology.registry_empty", path=str(registry))
    text = _proposal(proposal)
    if not text.strip():
        raise InputError("technology.proposal_empty", path=str(proposal))
    found = matches(entries, text)
    return Reused(str(proposal), len(entries), tuple((entries[one.entry], one) for one in found))
