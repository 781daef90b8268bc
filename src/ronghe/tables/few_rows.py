"""Plans over a handful of rows in plain Python: done before an engine has started and its SQL is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ronghe.tables.in_memory import evaluate
from ronghe.tables.plan import ROW, Plan

__all__ = ["FewRows"]


@dataclass(frozen=True, slots=True)
class FewRows:
    """Rows as `columns` of text by name, for plans whose last layer is text. It runs plans as an `Engine` does."""

    columns: Mapping[str, list[str | None]]

    def batches(self, plan: Plan, source: str) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - it has one source
        """See Engine."""
        rows: list[dict[str, Any]] = [
            {**dict(zip(self.columns, values, strict=True)), ROW: number}
            for number, values in enumerate(zip(*self.columns.values(), strict=True), 1)
        ]
        for layer in plan.layers:
            # Of a row that does not leave no column is computed.
            kept = [row for row in rows if layer.where is None or evaluate(layer.where, row) is True]
            rows = [
                {name: row[name] for name in layer.keep} | {name: evaluate(node, row) for name, node in layer.computed}
                for row in kept
            ]
        last = plan.layers[-1]
        names = [*last.keep, *(name for name, _ in last.computed)]
        yield pa.record_batch({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
