"""Read one description of technologies, whatever its form: what it describes, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ronghe.journeys.technology_reading import Texts, read_texts
from ronghe.journeys.technology_yaml import read_sbom, read_text, read_yaml
from ronghe.messages import Language, render_error
from ronghe.technology.audit.licenses import read_license
from ronghe.technology.integrate.documents import compose, plain
from ronghe.technology.integrate.evaluation import EVALUATION_COLUMNS, WORKLOAD_COLUMNS, Evaluation, Workload, evidenced
from ronghe.technology.integrate.inventories import form_of, technologies_of
from ronghe.technology.integrate.mlflow import is_mlflow, metric_of, model_of
from ronghe.technology.integrate.publiccode import check_publiccode
from ronghe.technology.integrate.record import COLUMNS, Finding, Technology
from ronghe.technology.optimize.features import numbers
from ronghe.terms import InputError, LimitReached

__all__ = ["Described", "described", "paths_of"]

YAML = (".yml", ".yaml")
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet")
MODEL = "MLmodel"
METRICS = 1_000
"""Metrics of one run that are read."""
_PNG = b"\x89PNG\r\n\x1a\n"
_DERIVED = ("technology", "format", "source", "entry", "state", "reason")


@dataclass(frozen=True, slots=True)
class Described:
    """What one file describes, its form ("" where it could not be read), and findings."""

    source: str
    form: str
    technologies: tuple[Technology, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    workloads: tuple[Workload, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """valid, warnings, invalid or unreadable."""
        if not self.form:
            return "unreadable"
        severities = {one.severity for one in self.findings}
        return "invalid" if "error" in severities else "warnings" if severities else "valid"


def paths_of(given: Sequence[Path]) -> Iterator[Path]:
    """The files that are named, and those in the folders that may be descriptions; hidden ones are not."""
    for path in given:
        if not path.is_dir():
            yield path
            continue
        for one in sorted(path.rglob("*")):
            known = one.suffix.lower() in (*YAML, *TABLES, ".json", ".xml") or one.name == MODEL
            hidden = any(part.startswith(".") for part in one.relative_to(path).parts)
            if known and not hidden and one.is_file() and not _beside_model(one):
                yield one


def _beside_model(path: Path) -> bool:
    """Whether a file belongs to a saved model or to its store: environments and examples are no descriptions."""
    if path.name == "meta.yaml":
        beside = any((path.parent / name).is_dir() for name in ("artifacts", "metrics"))
        return beside or any(path.parent.glob("*/meta.yaml"))
    return path.name != MODEL and (path.parent / MODEL).is_file()


def _look(folder: Path, named: str) -> str | None:
    """Whether a file that a description names is there, inside its folder, and an image if it says so."""
    path = folder / named
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return "file_missing"
    with path.open("rb") as file:
        broken = path.suffix.lower() == ".png" and file.read(len(_PNG)) != _PNG
    return "file_no_image" if broken else None


def _nameless(row: int, form: str) -> Finding:
    return Finding("error", f"row {row}", 0, "technology.entry_nameless", {"place": row, "form": form})


def _broken(texts: Texts) -> list[Finding]:
    return [Finding("error", f"row {one.row}", 0, one.code, one.params) for one in texts.rejected]


def _inventory(texts: Texts, column: str) -> Described:
    """A table with a column `name` or `technology` and others of our own names."""
    known = [name for name in COLUMNS if name in texts.table.column_names and name not in (*_DERIVED, "name")]
    found, faults = [], _broken(texts)
    for number, row in enumerate(texts.table.to_pylist(), 1):
        if not row[column]:
            faults.append(_nameless(number, "CSV"))
            continue
        one = Technology(row[column], row[column], **{name: row[name] or "" for name in known}, entry=f"row {number}")
        written = one.license_written or one.license
        found.append(replace(one, license=read_license(written).spdx, license_written=written))
    return Described(texts.path, "inventory", tuple(found), findings=tuple(faults))


_OF_EVALUATION = ("technology", "workload", "value")
_MORE = ("metric", "unit", "censored", "run_at", "evidence_hash", "self_reported")


def _evaluations(texts: Texts) -> Described:
    found, faults = [], _broken(texts)
    numeric = np.isfinite(numbers(texts.table.column("value")))
    more = [name for name in _MORE if name in texts.table.column_names]
    for number, row in enumerate(texts.table.to_pylist(), 1):
        entry, lacking = f"row {number}", [name for name in _OF_EVALUATION if not row[name]]
        if lacking:
            params = {"row": number, "columns": ", ".join(lacking)}
            faults.append(Finding("error", entry, 0, "technology.evaluation_lacks", params))
            continue
        if not numeric[number - 1]:
            params = {"row": number, "value": row["value"]}
            faults.append(Finding("error", entry, 0, "technology.evaluation_no_number", params))
            continue
        given = {"metric": "", **{name: row[name] or "" for name in more}}
        found.append(evidenced(Evaluation(**{name: row[name] for name in _OF_EVALUATION}, **given, entry=entry)))
    return Described(texts.path, "evaluations", evaluations=tuple(found), findings=tuple(faults))


def _workloads(texts: Texts) -> Described:
    features = [name for name in texts.table.column_names if name not in WORKLOAD_COLUMNS]
    found: dict[str, Workload] = {}
    faults = _broken(texts)
    for number, row in enumerate(texts.table.to_pylist(), 1):
        name = row["workload"]
        if not name:
            faults.append(_nameless(number, "CSV"))
        elif name in found:
            params = {"row": number, "workload": name}
            faults.append(Finding("error", f"row {number}", 0, "technology.workload_again", params))
        else:
            given = tuple((feature, row[feature]) for feature in features if row[feature])
            found[name] = Workload(name, given, entry=f"row {number}")
    return Described(texts.path, "workloads", workloads=tuple(found.values()), findings=tuple(faults))


def _table(path: Path) -> Described:
    """A table says by its columns what it holds."""
    texts = read_texts(path, own=(*COLUMNS, *EVALUATION_COLUMNS))
    columns = set(texts.table.column_names)
    if set(_OF_EVALUATION) <= columns:
        return _evaluations(texts)
    if "workload" in columns:
        return _workloads(texts)
    column = next((name for name in ("name", "technology", "名称") if name in columns), None)
    if column is None:
        texts.wants("name")
    assert column is not None
    return _inventory(texts, column)


def _publiccode(node: Any, value: Any, path: Path) -> Described:
    findings = list(check_publiccode(node, lambda named: _look(path.parent, named)))
    found, _ = technologies_of("publiccode", value if isinstance(value, dict) else {})
    return Described(str(path), "publiccode", tuple(found), findings=tuple(findings))


def _catalog(path: Path, values: Sequence[Any], line: int) -> Described:
    """Several documents in one file, as Backstage has its entities; no other form is written so."""
    if any(form_of(value) != "backstage" for value in values):
        raise InputError("technology.not_yaml", path=str(path), line=line, detail="---")
    found: list[Technology] = []
    faults: list[Finding] = []
    for number, value in enumerate(values):
        made, wrong = technologies_of("backstage", value)
        found += [replace(one, entry=f"documents[{number}]") for one in made]
        faults += [replace(one, place=f"documents[{number}] {one.place}") for one in wrong]
    return Described(str(path), "backstage", tuple(found), findings=tuple(faults))


def _metrics(path: Path) -> Path | None:
    """The metrics of the run that saved a model: beside the artifacts that it lies in."""
    above = next((one for one in path.parents if one.name == "artifacts"), None)
    found = path.parent / "metrics" if above is None else above.parent / "metrics"
    return found if found.is_dir() else None


def _metric(model: Technology, path: Path, name: str) -> Evaluation | Finding:
    try:
        return metric_of(model, name, read_text(path, 50_000_000), f"run {model.entry or model.name}")
    except (InputError, LimitReached):
        return Finding("warning", f"metrics/{name}", 0, "technology.metric_unread", {"metric": name})


def _model(path: Path, value: Any) -> Described:
    registered = path.parent / "registered_model_meta"
    meta = read_yaml(read_text(registered), str(registered)) if registered.is_file() else {}
    model = model_of(value, meta if isinstance(meta, dict) else {}, path.resolve().parent.name)
    found, faults, folder = [], [], _metrics(path.resolve())
    files = sorted(one for one in folder.rglob("*") if one.is_file())[:METRICS] if folder is not None else []
    for one in files:
        assert folder is not None
        made = _metric(model, one, one.relative_to(folder).as_posix())
        if isinstance(made, Finding):
            faults.append(made)
        else:
            found.append(made)
    workloads = tuple(Workload(name) for name in sorted({one.workload for one in found}))
    return Described(str(path), "mlflow", (model,), tuple(found), workloads, tuple(faults))


def _file(path: Path) -> Described:
    if path.is_dir() or path.name == MODEL:
        path = path / MODEL if path.is_dir() else path
        value = read_yaml(read_text(path, 2_000_000), str(path))
        if not is_mlflow(value):
            raise InputError("technology.form_unknown", path=str(path))
        return _model(path, value)
    if path.suffix.lower() in TABLES:
        return _table(path)
    if path.suffix.lower() in YAML:
        nodes = compose(read_text(path), str(path))
        values = [plain(one) for one in nodes]
        if len(nodes) > 1:
            return _catalog(path, values, nodes[1].start_mark.line)
        node, value = (nodes[0], values[0]) if nodes else (None, None)
        form = form_of(value)
        if form == "publiccode" or (form is None and path.name.lower().startswith("publiccode")):
            return _publiccode(node, value, path)
    else:
        value = read_sbom(path)
        form = form_of(value)
    if form is None:
        raise InputError("technology.form_unknown", path=str(path))
    found, faults = technologies_of(form, value)
    return Described(str(path), form, tuple(found), findings=tuple(faults))


def _written(name: str) -> str:
    """A name of a file as it can be written: bytes of it that are no UTF-8 stand as their escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def described(path: Path, lang: Language) -> Described:
    """Read a file. One that cannot be read is unreadable, with the reason as its one finding."""
    source = _written(path.as_posix())
    try:
        made = _file(path)
    except (InputError, LimitReached) as fault:
        line = fault.params.get("line")
        detail = _written(render_error(fault, lang))
        wrong = Finding("error", "", line if isinstance(line, int) else 0, "technology.file_wrong", {"detail": detail})
        return Described(source, "", findings=(wrong,))
    findings = made.findings
    if not (made.technologies or made.evaluations or made.workloads or findings):
        findings = (Finding("warning", "", 0, "technology.describes_nothing", {"form": made.form}),)
    return Described(
        source,
        made.form,
        tuple(replace(one, source=source, format=made.form) for one in made.technologies),
        tuple(replace(one, source=source) for one in made.evaluations),
        tuple(replace(one, source=source) for one in made.workloads),
        findings,
    )
