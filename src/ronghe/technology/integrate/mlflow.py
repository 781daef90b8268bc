"""A model that MLflow saved: its record, and the metrics of its run as evaluations that its maker reports.

Source: MLflow Model format (mlflow.org/docs, "MLflow Models", MLmodel file) and file store (`metrics/NAME`: a line of
milliseconds, value and step for each time that it was logged; later versions add the data set).
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ronghe.technology.integrate.evaluation import Evaluation, evidenced
from ronghe.technology.integrate.record import Finding, Technology

__all__ = ["is_mlflow", "metric_of", "model_of"]

_WITH_DATA_SET = 5
"""Words of a metric's line from which on the last two are name and digest of the data set."""


def is_mlflow(value: object) -> bool:
    """True of the content of an MLmodel file."""
    return isinstance(value, dict) and isinstance(value.get("flavors"), dict)


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _flavors(document: Mapping[str, Any]) -> str:
    """The library that made it, with its version, before the plain Python face that all of them have."""
    flavors = _map(document.get("flavors"))
    own = [name for name in flavors if name != "python_function"] or list(flavors)
    versions = ((name, _text(_map(flavors[name]).get(f"{name}_version"))) for name in own)
    return ", ".join(f"{name} {version}".strip() for name, version in versions)


def _released(document: Mapping[str, Any]) -> str:
    return _text(document.get("utc_time_created")).replace(" ", "T")[:19]


def model_of(document: Mapping[str, Any], registered: Mapping[str, Any], folder: str) -> Technology:
    """The record of a model; `registered` is the content of registered_model_meta, `folder` the folder's name."""
    about = _map(document.get("metadata"))
    place = _text(document.get("artifact_path"))
    plain = place if place and ":" not in place and "/" not in place else ""
    name = _text(registered.get("model_name")) or _text(about.get("name")) or plain or folder
    identity = _text(document.get("model_id")) or _text(document.get("model_uuid"))
    return Technology(
        name,
        name,
        version=_text(registered.get("model_version")) or _text(about.get("version")) or identity[:12],
        kind="model",
        department=_text(about.get("department")) or _text(about.get("owner")),
        interface=f"MLflow {_text(document.get('mlflow_version'))}: {_flavors(document)}".strip(),
        description=_text(about.get("description")),
        released=_released(document),
        entry=_text(document.get("run_id")),
    )


def metric_of(model: Technology, name: str, text: str, workload: str) -> Evaluation | Finding:
    """The last value of a metric, or what is wrong with its file."""
    words = text.strip().splitlines()[-1].split() if text.strip() else []
    try:
        at, value = int(words[0]), float(words[1])
        moment = datetime.fromtimestamp(at / 1000, UTC)
    except (IndexError, ValueError, OverflowError, OSError):
        return Finding("warning", f"metrics/{name}", 0, "technology.metric_unread", {"metric": name})
    if not math.isfinite(value):
        return Finding("warning", f"metrics/{name}", 0, "technology.metric_unread", {"metric": name})
    data_set = words[-2] if len(words) >= _WITH_DATA_SET else ""
    return evidenced(
        Evaluation(
            model.technology,
            data_set or workload,
            name,
            words[1],
            run_at=moment.isoformat(timespec="seconds"),
            self_reported="yes",
            entry=f"metrics/{name}",
        )
    )
