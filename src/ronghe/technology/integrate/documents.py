"""YAML as nodes with their lines, bounded, without the features by which a small file becomes large."""

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ronghe.terms import InputError, LimitReached

__all__ = ["LARGEST", "compose", "plain"]

LARGEST = 2_000_000
"""Characters of a YAML file: they are written by hand, and reading them is slow."""
DEEPEST = 60


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: ten lines of them can stand for a billion values."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, depth and repeated keys before anything is built."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="depth", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, ScalarNode)]
            twice = next((key for key in keys if keys.count(key) > 1), None) if len(keys) < 1000 else None
            if twice is not None:
                raise yaml.MarkedYAMLError(problem=f"twice: {twice}", problem_mark=mark)
        return node


def compose(text: str, where: str) -> Node | None:
    """The root node of a YAML text; InputError with the line for what is none, LimitReached for one too large."""
    if len(text) > LARGEST:
        raise LimitReached("technology.file_large", path=where, size=len(text), most=LARGEST)
    loader = _Loader(text)
    try:
        node: Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        detail = str(fault.problem or fault.context)
        raise InputError("technology.not_yaml", path=where, line=line, detail=detail) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InputError("technology.not_yaml", path=where, line=1, detail=type(fault).__name__) from fault
    finally:
        loader.dispose()
    return node


def plain(node: Node | None) -> Any:
    """A node as texts, lists and mappings: scalars stay texts, blank ones are None."""
    if isinstance(node, MappingNode):
        return {str(key.value): plain(value) for key, value in node.value if isinstance(key, ScalarNode)}
    if isinstance(node, SequenceNode):
        return [plain(one) for one in node.value]
    if isinstance(node, ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)
    return None
