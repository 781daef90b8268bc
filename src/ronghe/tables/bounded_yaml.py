"""YAML from anybody: no aliases, no key twice, bounded in depth; who reads it says how long it may be."""

from collections.abc import Callable
from typing import Any, TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

__all__ = ["DEEPEST", "BrokenYaml", "nodes_of", "value_of"]

_Taken = TypeVar("_Taken")

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
        elif isinstance(node, ScalarNode):
            node.value = _whole(node.value)
        return node


def _whole(text: str) -> str:
    """A text that can be written: halves of a character, escaped one by one, are joined, a lone one replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _check_keys(node: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            continue
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"twice: {key.value}", problem_mark=key.start_mark)
        seen.add(key.value)


def _read(text: str, take: Callable[[_Loader], _Taken]) -> _Taken:
    try:
        loader = _Loader(text)
        try:
            return take(loader)
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as fault:
        # A control character: the loader reads the whole text before anything else.
        raise BrokenYaml(text.count("\n", 0, fault.position) + 1, f"U+{fault.character:04X}") from fault
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, str(fault.problem or fault.context)) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BrokenYaml(1, type(fault).__name__) from fault


def value_of(text: str) -> Any:
    """The value of a document; BrokenYaml for what is none."""
    return _read(text, lambda loader: loader.get_single_data())


def _nodes(loader: _Loader) -> list[Node]:
    found: list[Node] = []
    while loader.check_node():
        node = loader.get_node()
        found += [] if node is None else [node]
    return found


def nodes_of(text: str) -> list[Node]:
    """The root nodes of all documents of a text, which know their lines; BrokenYaml for what is none."""
    return _read(text, _nodes)
