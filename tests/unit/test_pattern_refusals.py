"""What a refused pattern is told: what is wrong, where, and what to write instead."""

from typing import Any

import pytest

from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.pattern.leaves import BadPattern

FIELD = 'a field, as in {"a": ["b"]}'
COMPARISON = (
    "not a comparison with numbers of at most 17 digits; write "
    '["=", 1], [">", 0], ["<", 1] or [">=", 0, "<", 10]'
)
CIDR = "not a range of IP addresses; write an address and at most 31 bits (127 for IPv6), as in "
MEANINGLESS = r"** has no meaning, and \ has none before another character; write "
STARS = r"one * for any text, \* for a star, \\ for a backslash"
EMPTY = "an empty text refuses every text; write at least one character"
UNKNOWN = "not a keyword that is allowed here; write one of "
OF_A_KIND = "the list has values of a kind that is not allowed here; write "
MATCHERS = (
    *("prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr"),
    *("exists", "exactly"),
)


REFUSED: list[tuple[Any, str]] = [
    ([], 'the pattern: a list is not a pattern; write fields, as in {"a": ["b"]}'),
    (None, 'the pattern: null is not a pattern; write fields, as in {"a": ["b"]}'),
    ({}, f"the pattern: an object without fields; write {FIELD}"),
    ({"a": {"b": {}}}, f"a.b: an object without fields; write {FIELD}"),
    ({5: ["a"]}, "5: a number as key; write a text as key"),
    ({"a": {None: ["a"]}}, "a.None: null as key; write a text as key"),
    ({"a": "b"}, "a: the text 'b' is not a list; write values, as in [\"a\"]"),
    ({"a": True}, 'a: true is not a list; write values, as in ["a"]'),
    ({"a": False}, 'a: false is not a list; write values, as in ["a"]'),
    ({"a": None}, 'a: null is not a list; write values, as in ["a"]'),
    ({"a": 1.5}, 'a: a number is not a list; write values, as in ["a"]'),
    ({"a": (1,)}, 'a: a tuple is not a list; write values, as in ["a"]'),
    ({"a": "x" * 41}, f'a: the text {"x" * 40!r} is not a list; write values, as in ["a"]'),
    ({"a": []}, 'a: an empty list accepts nothing; write a value, as in ["a"]'),
    ({"a": [["b"]]}, "a[0]: a list is not a value; write text, a number or a matcher"),
    ({"a": [1, float("nan")]}, "a[1]: not a number; write a number or text"),
    ({"a": [{}]}, "a[0]: 0 keywords in one object; write one in each {}"),
    (
        {"a": [{"prefix": "b", "suffix": "c"}]},
        "a[0]: 2 keywords in one object; write one in each {}",
    ),
    (
        {"a": [{"like": "b"}]},
        f"a[0].like: {UNKNOWN}{', '.join(MATCHERS)}",
    ),
    (
        {"a": [{1: "b"}]},
        f"a[0].1: {UNKNOWN}{', '.join(MATCHERS)}",
    ),
    *(
        ({"a": [{kind: 5}]}, f'a[0].{kind}: a number is not allowed; write text, as in "a"')
        for kind in ("prefix", "suffix", "equals-ignore-case", "wildcard", "cidr", "exactly")
    ),
    (
        {"a": [{"exactly": {"b": "c"}}]},
        'a[0].exactly: an object is not allowed; write text, as in "a"',
    ),
    (
        {"a": [{"prefix": {"wildcard": "c"}}]},
        f"a[0].prefix.wildcard: {UNKNOWN}equals-ignore-case",
    ),
    (
        {"a": [{"suffix": {"equals-ignore-case": ["c"]}}]},
        'a[0].suffix.equals-ignore-case: a list is not allowed; write text, as in "a"',
    ),
    (
        {"a": [{"exists": "yes"}]},
        "a[0].exists: the text 'yes' is not allowed; write true or false",
    ),
    ({"a": [{"exists": None}]}, "a[0].exists: null is not allowed; write true or false"),
    *(
        ({"a": [{"cidr": text}]}, f"a[0].cidr: {CIDR}10.0.0.0/8")
        for text in (
            *("10.0.0.0", "10.0.0.0/32", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "::/128"),
            *("10.0.0.0/8/9", "10.0.0.0/-1", "/8", "10.0.0.256/8", "10.0.0.0/8X"),
        )
    ),
    *(
        (
            {"a": [{"numeric": terms}]},
            f"a[0].numeric: {COMPARISON}",
        )
        for terms in (
            *([], 5, "> 5", [">"], [">", "5"], [">", True], ["=", 1, "<", 2], ["!=", 1]),
            *([">", 1, ">", 2], ["<", 2, ">", 1], [">", 1, "<"], [">", 2**53 + 1]),
            *([">", float("nan")], ["=", float("inf")], [">", 1, "=", 2]),
        )
    ),
    *(
        (
            {"a": [{"numeric": [over, 5, under, 5]}]},
            "a[0].numeric: the range is empty; write the lower limit first",
        )
        for over in (">", ">=")
        for under in ("<", "<=")
    ),
    (
        {"a": [{"anything-but": []}]},
        "a[0].anything-but: an empty list refuses nothing; write the values to refuse",
    ),
    (
        {"a": [{"anything-but": {"prefix": []}}]},
        "a[0].anything-but.prefix: an empty list refuses nothing; write the values to refuse",
    ),
    (
        {"a": [{"anything-but": [1, 2**53 + 1]}]},
        "a[0].anything-but: a number that cannot be compared; write at most 17 digits",
    ),
    *(
        (
            {"a": [{"anything-but": but}]},
            f"a[0].anything-but: {OF_A_KIND}only text or only numbers",
        )
        for but in (["a", 1], None, [True], [["a"]])
    ),
    *(
        (
            {"a": [{"anything-but": {kind: but}}]},
            f"a[0].anything-but.{kind}: {OF_A_KIND}only text",
        )
        for kind in ("prefix", "suffix", "equals-ignore-case", "wildcard")
        for but in (5, ["a", 5], [1, 2])
    ),
    *(
        (
            {"a": [{"anything-but": {kind: ["a", ""]}}]},
            f"a[0].anything-but.{kind}: {EMPTY}",
        )
        for kind in ("prefix", "suffix")
    ),
    (
        {"a": [{"anything-but": {"numeric": [">", 1]}}]},
        f"a[0].anything-but.numeric: {UNKNOWN}{', '.join(MATCHERS[:4])}",
    ),
    *(
        ({"a": [{"wildcard": text}]}, f"a[0].wildcard: {MEANINGLESS}{STARS}")
        for text in ("a**b", r"a\b", "a\\", "**")
    ),
    (
        {"a": [{"anything-but": {"wildcard": ["a", "**"]}}]},
        f"a[0].anything-but.wildcard: {MEANINGLESS}{STARS}",
    ),
    *(
        (
            {"$or": choices, "b": [[]]},
            "$or: $or needs objects to choose from; write a list of at least two objects",
        )
        for choices in ([{"a": [1]}], [], None)
    ),
    (
        {"$or": [{"a": [1]}, {"b": {"prefix": [1]}}]},
        '$or[1].b.prefix: a matcher directly in $or; write a field, as in {"a": [{..}]}',
    ),
    (
        {f"k{n:02}": {"$or": [{"a": [1]}, {"b": [1]}]} for n in range(10)},
        "k09.$or: more than 1000 combinations; write fewer choices",
    ),
    (
        {f"k{n}": [1] for n in range(257)},
        "the pattern: more than 256 fields; write two patterns",
    ),
    (
        {"a" + ".a" * 500: [1]},
        f"{'a' + '.a' * 500}: more than 500 levels; write a flatter pattern",
    ),
]


@pytest.mark.parametrize(
    ("refused", "message"),
    [pytest.param(*pair, id=str(n)) for n, pair in enumerate(REFUSED)],
)
def test_what_is_said(refused: Any, message: str) -> None:
    with pytest.raises(BadPattern) as caught:
        eventbridge.compile(refused)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "allowed",
    [
        {f"k{n}": [1] for n in range(256)},
        {"a" + ".a" * 199: [1]},
        {f"k{n}": {"$or": [{"a": [1]}, {"b": [1]}]} for n in range(9)},  # 512 combinations
        {"$or": [{f"k{n}": [1]} for n in range(1000)]},
        {"a": [{"wildcard": r"a\*\\*"}]},
        {"a": [{"numeric": [">=", 5, "<", 5.5]}]},
        {"a": [{"anything-but": [2**53, 1.5]}]},
    ],
)
def test_what_is_just_allowed(allowed: Any) -> None:
    assert eventbridge.compile(allowed)({}) is False
