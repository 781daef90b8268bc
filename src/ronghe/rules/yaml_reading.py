"""YAML from anybody: plain values only, no aliases, no key twice, bounded in size and depth."""

from typing import Any

import yaml

from ronghe.terms import InputError, LimitReached

__all__ = ["DEEPEST", "LARGEST", "read_yaml"]

LARGEST = 1_000_000
"""Characters of a file of rules."""
DEEPEST = 40


class _Loader(yaml.SafeLoader):
    """The safe loader, without the features by which a small file becomes a large one."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases and depth before anything is built."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=parent.start_mark if parent else None)
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="depth", problem_mark=parent.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands there twice: the second would silently win."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"twice: {key.value}", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML document. Raises InputError naming the line, LimitReached for one too large."""
    if len(text) > LARGEST:
        raise LimitReached("rules.too_large", path=where, limit=f"{LARGEST:,}")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a subclass of the safe loader
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 0
        raise InputError("rules.yaml", path=where, line=line, detail=str(fault.problem or fault.context)) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InputError("rules.yaml", path=where, line=0, detail=type(fault).__name__) from fault
