"""Where a pattern is refused: each refusal names the place in it."""

import math
from typing import Any

import pytest

from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.pattern.leaves import BadPattern

Event = dict[str, Any]

REFUSED: list[tuple[object, str]] = [
    ([], ""),
    ("text", ""),
    ({}, ""),
    ({"a": "x"}, "a"),
    ({"a": 1}, "a"),
    ({"a": None}, "a"),
    ({"a": {}}, "a"),
    ({"a": []}, "a"),
    ({"a": {"b": []}}, "a.b"),
    ({"a": [[1]]}, "a[0]"),
    ({"a": [math.nan]}, "a[0]"),
    ({"a": ["x", (1,)]}, "a[1]"),
    ({1: ["a"]}, "1"),
    ({"a": [{}]}, "a[0]"),
    ({"a": [{"prefix": "x", "suffix": "y"}]}, "a[0]"),
    ({"a": [{"Prefix": "x"}]}, "a[0].Prefix"),
    ({"a": [{"regex": "x"}]}, "a[0].regex"),
    ({"detail": {"role": [{"prefix": 5}]}}, "detail.role[0].prefix"),
    ({"a": [{"prefix": ["x"]}]}, "a[0].prefix"),
    ({"a": [{"prefix": {"suffix": "x"}}]}, "a[0].prefix.suffix"),
    ({"a": [{"suffix": {"equals-ignore-case": None}}]}, "a[0].suffix.equals-ignore-case"),
    ({"a": [{"exactly": 1}]}, "a[0].exactly"),
    ({"a": [{"equals-ignore-case": ["x"]}]}, "a[0].equals-ignore-case"),
    ({"a": [{"wildcard": "a**b"}]}, "a[0].wildcard"),
    ({"a": [{"wildcard": r"a\b"}]}, "a[0].wildcard"),
    ({"a": [{"wildcard": "a\\"}]}, "a[0].wildcard"),
    ({"a": [{"wildcard": 1}]}, "a[0].wildcard"),
    ({"a": [{"exists": "true"}]}, "a[0].exists"),
    ({"a": [{"exists": 1}]}, "a[0].exists"),
    *(
        ({"a": [{"numeric": terms}]}, "a[0].numeric")
        for terms in (
            *([], ["="], [5], ["==", 5], ["=", "5"], ["=", None], ["=", True], ["=", 5, "<", 6]),
            *(["<", 5, ">", 1], ["<", 5, 6], [">", 1, "<="], [">", 1, "=", 2], [">", 1, "<", "2"]),
            *([">", 1, "<", 1], [">=", 1, "<=", 1], [">", 2, "<", 1], [">", 1, "<", 2, "<", 3]),
            *([">", 2**53 + 1], [">", math.inf], [">", 10**400], [">", 1.7976931348623157e308]),
            *(">5", 5, {">": 5}, None),
        )
    ),
    *(
        ({"a": [{"anything-but": refused}]}, "a[0].anything-but")
        for refused in ([], [1, "a"], [None], True, None, [True], [["a"]], 2**53 + 1, math.inf)
    ),
    ({"a": [{"anything-but": {}}]}, "a[0].anything-but"),
    ({"a": [{"anything-but": {"numeric": [">", 1]}}]}, "a[0].anything-but.numeric"),
    ({"a": [{"anything-but": {"prefix": ""}}]}, "a[0].anything-but.prefix"),
    ({"a": [{"anything-but": {"prefix": []}}]}, "a[0].anything-but.prefix"),
    ({"a": [{"anything-but": {"suffix": []}}, "x"]}, "a[0].anything-but.suffix"),
    ({"a": ["x", {"anything-but": []}]}, "a[1].anything-but"),
    ({"a": [{"numeric": [">", 5e-324]}]}, "a[0].numeric"),
    ({"a": ["x", {"anything-but": [5e-324]}]}, "a[1].anything-but"),
    ({"a": [{"anything-but": {"suffix": ["a", ""]}}]}, "a[0].anything-but.suffix"),
    ({"a": [{"anything-but": {"suffix": 1}}]}, "a[0].anything-but.suffix"),
    ({"a": [{"anything-but": {"wildcard": ["a", "**"]}}]}, "a[0].anything-but.wildcard"),
    (
        {"a": [{"anything-but": {"equals-ignore-case": [1]}}]},
        "a[0].anything-but.equals-ignore-case",
    ),
    *(
        ({"a": [{"cidr": cidr}]}, "a[0].cidr")
        for cidr in (
            *("10.0.0.1", "10.0.0.1/32", "10.0.0.1/-1", "10.0.0.1/a", "10.0.0.1/8/8", "/8", "x/8"),
            *(
                "10.0.0/8",
                "10.0.0.256/8",
                "::1/128",
                "::1::/8",
                "1:2:3/8",
                "::ffff:a00:1/64",
                5,
                None,
            ),
        )
    ),
    ({"$or": []}, "$or"),
    ({"$or": [{"a": [1]}]}, "$or"),
    ({"$or": [{"a": [1]}, {}]}, "$or[1]"),
    ({"$or": [{"a": [1]}, "b"]}, "$or[1]"),
    ({"$or": [{"a": [1]}, {"prefix": ["b"]}]}, "$or[1].prefix"),
    ({"b": {"$or": [{"a": [1]}, {"c": {"numeric": [1]}}]}}, "b.$or[1].c.numeric"),
    *(
        ({"$or": ["y"], "a": [{"anything-but": refused}]}, "$or")
        for refused in ({"prefix": ["x"]}, {"suffix": ["x"]}, {"wildcard": "x*"})
    ),
    ({f"k{n}": [1] for n in range(257)}, ""),
    ({"a" + ".a" * 600: [1]}, "a" + ".a" * 600),
    ({f"k{n}": {"$or": [{"a": [1]}, {"b": [1]}]} for n in range(40)}, "k9.$or"),
]


@pytest.mark.parametrize(("refused", "path"), REFUSED, ids=lambda x: f"{x!r:.60}")
def test_refusal_names_the_place(refused: Any, path: str) -> None:
    with pytest.raises(BadPattern) as caught:
        eventbridge.compile(refused)
    assert caught.value.path == path
    assert str(caught.value).startswith(path or "the pattern: ")
    assert "; write " in str(caught.value)


def test_refusal_has_the_keys() -> None:
    with pytest.raises(BadPattern) as caught:
        eventbridge.compile({"a.b": {"c": ["x", {"prefix": 1}]}})
    assert caught.value.keys == ("a.b", "c", 1, "prefix")


@pytest.mark.parametrize(
    ("refused", "path"), [([], ""), ("a", ""), (["a", {"cidr": 1}], "[1].cidr")]
)
def test_refusal_of_values_names_the_place(refused: Any, path: str) -> None:
    with pytest.raises(BadPattern) as caught:
        eventbridge.compile_values(refused)
    assert caught.value.path == path
