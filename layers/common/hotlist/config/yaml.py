"""Reads YAML 1.2 files of limited size, with the place of every value. Only the build uses it."""

import re
import warnings
from decimal import Decimal
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from hotlist.config.findings import MAX_BYTES, MAX_NODES, BadConfig, Path_, Positions

_MAX_DEPTH: Final = 60
_MAX_DIGITS: Final = 1_000
_WHOLE: Final = re.compile(r"[-+]?[0-9]+\Z")
_BASED: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,9})?\Z")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_OF_YAML: Final = "tag:yaml.org,2002:"
_INT: Final = f"{_OF_YAML}int"
_FLOAT: Final = f"{_OF_YAML}float"
_BOOL: Final = f"{_OF_YAML}bool"
_NULL: Final = f"{_OF_YAML}null"
# The others are texts, maps and lists. ruamel gives some texts tags that YAML 1.2 does not have.
_TEXTS: Final = {_OF_YAML + name for name in ("str", "map", "seq", "timestamp", "merge", "value")}
_TAGS: Final = {_INT, _FLOAT, _BOOL, _NULL} | _TEXTS


def parse_yaml(text: str, file: str) -> tuple[Any, Positions]:
    """The plain values of a YAML 1.2 text, and the place of each.

    Whole numbers become ints. All other numbers, `.inf` and `.nan` included, become Decimals as
    they are written; the reader of a value refuses what it cannot use. Bytes that are not UTF-8
    may come as lone surrogates (`errors="surrogateescape"`), which are refused here.

    :raises BadConfig: if the text is not YAML, has a key twice, or is too large or too deep.
    """
    positions = Positions(file)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _bad(positions, (), f"the file is larger than {MAX_BYTES:,} bytes; write less")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML allows it
            root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            positions.put((), mark.line, mark.column)
        problem = error.problem or error.context or ""
        hint = "; indent by spaces" if r"'\t'" in problem else ""
        raise _bad(positions, (), f"not YAML: {problem}{hint}") from error
    except ReaderError as error:
        line_start = text.rfind("\n", 0, error.position) + 1
        positions.put((), text.count("\n", 0, error.position), error.position - line_start)
        problem = "not YAML: not UTF-8, or a control character; save the file as plain UTF-8"
        raise _bad(positions, (), problem) from error
    except RecursionError as error:
        raise _bad(positions, (), "not YAML: too deep; write it flatter") from error
    except (YAMLError, ValueError) as error:
        raise _bad(positions, (), f"not YAML: {error}") from error
    if root is None:
        raise BadConfig(
            [positions.finding((), "the file is empty; docs/ has an example of each file")]
        )
    return _Reader(positions).value(root, ()), positions


def _bad(positions: Positions, path: Path_, message: str) -> BadConfig:
    return BadConfig([positions.finding(path, message, code="yaml")])


class _Reader:
    """Turns nodes into values. An alias counts each time, so aliases cannot fill the memory."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._nodes = 0

    def value(self, node: Node, path: Path_) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(path) > _MAX_DEPTH:
            raise _bad(
                self._positions,
                path,
                "there are too many values, or they are too deep; write fewer, without aliases",
            )
        self._positions.put(path, node.start_mark.line, node.start_mark.column)
        self._refuse_tag(node, path)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*path, place)) for place, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)  # noqa: S101 - YAML has three kinds of nodes
        return self._scalar(node, path)

    def _refuse_tag(self, node: Node, path: Path_) -> None:
        if node.tag not in _TAGS:
            message = f"the tag {str(node.tag)[:60]} has no meaning here; remove it"
            raise _bad(self._positions, path, message)

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, ScalarNode):
                raise _bad(self._positions, path, "a key is a list or a mapping; write a text")
            self._refuse_tag(key_node, path)
            key = self._text(key_node, path)
            if key in found:
                self._positions.put(
                    (*path, key), key_node.start_mark.line, key_node.start_mark.column
                )
                raise _bad(self._positions, (*path, key), "this key is there twice; remove one")
            found[key] = self.value(child, (*path, key))
            # A finding about a value points to its key, also if the value is on the next line.
            self._positions.put((*path, key), key_node.start_mark.line, key_node.start_mark.column)
        return found

    def _scalar(self, node: ScalarNode, path: Path_) -> Any:
        text, tag = self._text(node, path), str(node.tag)
        if tag == _NULL:
            return None
        if tag == _BOOL and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if tag in (_INT, _FLOAT):
            return self._number(text, path)
        return text

    def _text(self, node: ScalarNode, path: Path_) -> str:
        text = str(node.value)
        try:
            # JSON writes a character beyond 16 bits as two escapes: they are joined here.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            self._positions.put(path, node.start_mark.line, node.start_mark.column)
            problem = "half a character (\\ud800 to \\udfff); write the whole one"
            raise _bad(self._positions, path, problem) from error

    def _number(self, text: str, path: Path_) -> int | Decimal | str:
        """A number, if it is one in YAML 1.2. Others that ruamel reads, like 1_000, stay texts."""
        if len(text) > _MAX_DIGITS:
            message = f"the number is too long; write at most {_MAX_DIGITS:,} digits"
            raise BadConfig([self._positions.finding(path, message)])
        if _WHOLE.match(text):
            return int(text)
        if _BASED.match(text):
            return int(text, 0)
        if _DECIMAL.match(text) or _NOT_FINITE.match(text):
            return Decimal(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return text
