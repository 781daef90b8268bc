"""YAML from anybody: no aliases, no key twice, bounded in depth; who reads it says how long it may be."""

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

__all__ = ["DEEPEST", "BrokenYaml", "node_of", "value_of"]

DEEPEST = 40
"""People nest by hand; ten levels are much."""


class BrokenYaml(ValueError):
    """A text that is no YAML, or more of it than we take: the line, from 1, and what is wrong there."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(line, detail)
        self.line = line
        self.detail = detail


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: ten lines of them can stand for a billion values."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, depth and repeated keys before anything is built: the second key would silently win."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="depth", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, MappingNode):
            _check_keys(node)
        return node


def _check_keys(node: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            continue
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"twice: {key.value}", problem_mark=key.start_mark)
        seen.add(key.value)


def _read(text: str, *, values: bool) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_data() if values else loader.get_single_node()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, str(fault.problem or fault.context)) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BrokenYaml(1, type(fault).__name__) from fault
    finally:
        loader.dispose()


def value_of(text: str) -> Any:
    """The value of a document; BrokenYaml for what is none."""
    return _read(text, values=True)


def node_of(text: str) -> Node | None:
    """The root node of a document, which knows its lines; BrokenYaml for what is none."""
    node: Node | None = _read(text, values=False)
    return node
