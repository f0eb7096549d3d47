"""Reading YAML 1.2 with the place of every value, within bounds. Used by the build alone."""

from decimal import Decimal
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hotlist.findings import MAX_BYTES, MAX_NODES, BadConfig, Path_, Positions

_MAX_DEPTH: Final = 60
_MAX_DIGITS: Final = 40
_INT: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
_BOOL: Final = "tag:yaml.org,2002:bool"
_NULL: Final = "tag:yaml.org,2002:null"


def parse_yaml(text: str, file: str) -> tuple[Any, Positions]:
    """YAML 1.2 as plain values, and where each stands. Numbers with decimals are Decimals.

    :raises BadConfig: for anything that is no YAML, a key that stands twice, or a file that
        would grow beyond reason.
    """
    positions = Positions(file)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _bad(positions, (), f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            positions.put((), mark.line, mark.column)
        raise _bad(positions, (), f"not YAML: {error.problem or error.context}") from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise _bad(positions, (), f"not YAML: {error}") from error
    if root is None:
        raise _bad(positions, (), "the file is empty")
    return _Reader(positions).value(root, ()), positions


def _bad(positions: Positions, path: Path_, message: str) -> BadConfig:
    return BadConfig([positions.finding(path, message, code="yaml")])


class _Reader:
    """Turns nodes into values; aliases count each time, so that no bomb goes off."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._nodes = 0

    def value(self, node: Node, path: Path_) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(path) > _MAX_DEPTH:
            raise _bad(self._positions, path, "too many values, or too deep")
        self._positions.put(path, node.start_mark.line, node.start_mark.column)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*path, place)) for place, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)  # noqa: S101 - YAML has three kinds of nodes
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, ScalarNode):
                raise _bad(self._positions, path, "a key must be a plain word")
            key = str(key_node.value)
            if key in found:
                self._positions.put(
                    (*path, key), key_node.start_mark.line, key_node.start_mark.column
                )
                raise _bad(self._positions, (*path, key), "this key stands twice")
            found[key] = self.value(child, (*path, key))
            # Where a key stands, its value is looked for: also if it is on the next line.
            self._positions.put((*path, key), key_node.start_mark.line, key_node.start_mark.column)
        return found

    def _scalar(self, node: ScalarNode, path: Path_) -> Any:
        text, tag = str(node.value), str(node.tag)
        if tag == _NULL:
            return None
        if tag == _BOOL and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if tag in (_INT, _FLOAT):
            return self._number(text, path)
        return text

    def _number(self, text: str, path: Path_) -> int | Decimal | str:
        plain = text.replace("_", "")
        if not plain.lstrip("+-").replace(".", "", 1).replace("e", "", 1).isalnum():
            return text
        try:
            number = Decimal(plain)
        except ArithmeticError:
            return text
        if not number.is_finite() or len(plain) > _MAX_DIGITS:
            raise _bad(self._positions, path, "this number is not one that a file may have")
        is_whole = number == number.to_integral_value() and "." not in plain and "e" not in plain
        if is_whole:
            return int(number)
        if Decimal(repr(float(number))) != number:
            raise _bad(self._positions, path, "this number has more digits than a double keeps")
        return number
