"""YAML as nodes with their lines, bounded, without the features by which a small file becomes large."""

from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ronghe.tables.bounded_yaml import BrokenYaml, nodes_of
from ronghe.terms import InputError, LimitReached

__all__ = ["LARGEST", "compose", "plain"]

LARGEST = 2_000_000
"""Characters of a YAML file: they are written by hand, and reading them is slow."""


def compose(text: str, where: str) -> list[Node]:
    """The root nodes of a YAML text; InputError with the line for what is none, LimitReached for one too large."""
    if len(text) > LARGEST:
        raise LimitReached("technology.file_large", path=where, size=len(text), most=LARGEST)
    try:
        return nodes_of(text)
    except BrokenYaml as fault:
        raise InputError("technology.not_yaml", path=where, line=fault.line, detail=fault.detail) from fault


def plain(node: Node | None) -> Any:
    """A node as texts, lists and mappings: scalars stay texts, blank ones are None."""
    if isinstance(node, MappingNode):
        return {str(key.value): plain(value) for key, value in node.value if isinstance(key, ScalarNode)}
    if isinstance(node, SequenceNode):
        return [plain(one) for one in node.value]
    if isinstance(node, ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)
    return None
