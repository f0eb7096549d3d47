"""The answers of the matcher, keyword by keyword: those of Event Ruler."""

import json
import math
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from hotlist.scoring.pattern import eventbridge
from patterns import one_by_one

Event = dict[str, Any]

CASES = Path(__file__).parents[3] / "shared" / "cases" / "event-ruler-cases.json"


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this repository")
def test_gives_the_answers_of_event_ruler() -> None:
    cases = json.loads(CASES.read_text())
    wrong = [c["name"] for c in cases if eventbridge.compile(c["rule"])(c["event"]) != c["expect"]]
    assert wrong == []


# One list, one value: the pattern is {"x": list}, and the event {"x": value}.

VALUES: list[tuple[str, list[object], list[object], list[object]]] = [
    # what, list, values that match, values that do not
    ("text", ["a"], ["a", ["b", "a"]], ["A", "", "ab", None, 1, True, {"a": "a"}, [], ["b"]]),
    ("text like a literal", ["true", "1"], ["true", "1"], [True, 1, "1.0"]),
    ("text in other forms", ["\u00e9"], ["\u00e9"], ["e\u0301", "É"]),
    ("exactly", [{"exactly": "10.0.0.1"}], ["10.0.0.1"], ["010.0.0.1", 10]),
    ("number", [10], [10, 10.0, Decimal("10.0"), 1e1], ["10", 10.5, True, None, -10]),
    ("zero", [0], [0, -0.0, 0.0], [False, "", None, 1e-300]),
    ("decimal number", [0.1], [0.1, Decimal("0.10")], [0.10000000000000002, Decimal("0.1") / 3]),
    ("large number", [1e22], [10**22, 1e22, Decimal("1E+22")], [10**22 + 1, "1e22"]),
    ("number beyond doubles", [2**53 + 1], [2**53 + 1], [2**53, 2.0**53, str(2**53 + 1)]),
    ("in and beyond doubles", [5, 2**53 + 1], [5, 2**53 + 1], [6, 2**53, "5"]),
    ("infinite, as JSON of 1e400 is read", [math.inf], [math.inf], [-math.inf, 1e308, "inf"]),
    ("smallest double", [5e-324], [5e-324], [0, 1e-323, "5e-324"]),
    ("number of 400 digits", [10**400], [10**400], [10**400 + 1, math.inf, 10**4000, 0]),
    ("booleans", [True], [True], [False, 1, 1.0, "true", None]),
    ("both booleans", [True, False], [True, False], [None, 0, 1, "false"]),
    ("null", [None], [None], [False, "null", 0, [], {}]),
    ("any of several", ["a", 1, None], ["a", 1, None, [2, "a"]], ["b", 2, True]),
    ("prefix", [{"prefix": "ab"}], ["ab", "abc", ["x", "ab"]], ["a", "Ab", 1, None, "xab"]),
    ("prefix, empty", [{"prefix": ""}], ["", "x"], [1, None, True, []]),
    ("prefix, whole with quote", [{"prefix": 'ab"'}], ["ab", 'ab"c'], ["abc", "a"]),
    ("suffix", [{"suffix": "bc"}], ["bc", "abc"], ["b", "bcd", "BC", 1]),
    ("suffix, empty", [{"suffix": ""}], ["", "x"], [1, None]),
    ("suffix, whole with quote", [{"suffix": '"ab'}], ["ab", 'x"ab'], ["xab"]),
    ("ignoring case", [{"equals-ignore-case": "aB-1"}], ["ab-1", "AB-1"], ["ab-", "ab-11", 1]),
    ("ignoring case, Polish", [{"equals-ignore-case": "łÓDŹ"}], ["łódź", "ŁÓDŹ"], ["lodz"]),
    ("Kelvin is no k", [{"equals-ignore-case": "k"}], ["k", "K"], ["\u212a"]),
    ("k is a Kelvin", [{"equals-ignore-case": "\u212a"}], ["k", "\u212a"], ["K"]),
    ("sharp s", [{"equals-ignore-case": "ß"}], ["ß", "SS"], ["ss", "ẞ", "Ss"]),
    ("title case", [{"equals-ignore-case": "\u01c5"}], ["\u01c4", "\u01c6"], ["\u01c5"]),
    ("byte lengths", [{"equals-ignore-case": "ⱥb"}], ["Ⱥb", "ⱥB"], ["ab"]),
    ("emoji by halves", [{"equals-ignore-case": "a😀"}], ["A??"], ["a😀", "a?"]),
    ("prefix, any case", [{"prefix": {"equals-ignore-case": "Ża"}}], ["żaba", "ŻA"], ["za", "ż"]),
    ("suffix, any case", [{"suffix": {"equals-ignore-case": "Ża"}}], ["róŻA", "ża"], ["żab", 1]),
    ("wildcard", [{"wildcard": "a*c"}], ["ac", "abc", "a*c", "acc"], ["a", "abcd", "xac", 1]),
    ("wildcard, all", [{"wildcard": "*"}], ["", "x", '"'], [1, None, True]),
    ("wildcard, none", [{"wildcard": ""}], [""], ["x"]),
    ("wildcard inside", [{"wildcard": "*b*"}], ["b", "abc"], ["ac", "", "B"]),
    ("wildcards", [{"wildcard": "a*b*c"}], ["abc", "a.b.c", "abbcc"], ["acb", "ab", "bc"]),
    ("wildcards do not overlap", [{"wildcard": "ab*ba"}], ["abba"], ["aba"]),
    ("wildcards go on", [{"wildcard": "x*ab*ab*"}], ["xabab", "xxxabcab"], ["xxxab", "abab"]),
    ("cidr of low numbers", [{"cidr": "1.0.0.0/8"}], ["1.2.3.4"], [15, 10**7]),
    ("wildcard, escaped", [{"wildcard": r"a\*\\*"}], [r"a*\ ", "a*\\"], ["a*", r"ab\x"]),
    ("wildcard, beyond ASCII", [{"wildcard": "*ż😀*"}], ["żż😀"], ["ż"]),
    (
        "more than",
        [{"numeric": [">", 5]}],
        [5.000001, 6, 10**15],
        [5, 4, "6", None, True, math.nan],
    ),
    ("at least", [{"numeric": [">=", 5]}], [5, 5.0, 6], [4.9, "5"]),
    ("less than", [{"numeric": ["<", 5]}], [4.9, -(10**9)], [5, 6, None]),
    ("at most", [{"numeric": ["<=", 5]}], [5, 5.0, -(10**9)], [5.1, "5", -math.inf]),
    ("equal", [{"numeric": ["=", 3.018e2]}], [301.8], [301, "301.8"]),
    ("between", [{"numeric": [">=", -1, "<", 1.5]}], [-1, 0, 1.4], [1.5, -1.1]),
    ("none is the smallest", [{"numeric": [">=", -1]}], [0, -0.0, 1e-323, -1], [5e-324, -5e-324]),
    ("nor next to zero", [{"numeric": [">", 0]}], [1e-323], [5e-324, 0]),
    ("not exact as double", [{"numeric": [">", 0]}], [2**53, 1e300], [2**53 + 1, 10**400]),
    ("exists", [{"exists": True}], [0, "", None, False, [1], [[1]]], [[], {}, [{}], {"y": 1}]),
    ("exists not", [{"exists": False}], [[], {}, {"y": 1}, [{"y": 1}], [[]]], [None, "", 0, [0]]),
    ("exists, both", [{"exists": True}, {"exists": False}], ["a", None, [], {}, 2**53 + 1], []),
    ("exists, both ways", [{"exists": False}, {"exists": True}], ["a", None, [], {}], []),
    ("exists or not", [{"exists": False}, "a"], ["a", []], ["b", None]),
    ("but text", [{"anything-but": "a"}], ["b", "A", 1, None, True, ["a", "b"]], ["a", ["a"], []]),
    ("but texts", [{"anything-but": ["a", "1"]}], ["b", 1], ["a", "1", {}, {"y": 1}]),
    ("but number", [{"anything-but": 5}], [4, "5", None, 2**53 + 1, math.inf], [5, 5.0]),
    ("but a large one", [{"anything-but": 2**53 + 2}], [2**53 + 1, 1, "a"], [2**53 + 2]),
    ("but numbers", [{"anything-but": [5, 0.5]}], [4, "0.5", False], [5.0, Decimal("0.50")]),
    ("but prefix", [{"anything-but": {"prefix": "ab"}}], ["ba", 1, None], ["ab", "abc"]),
    ("but prefixes", [{"anything-but": {"prefix": ["a", "b"]}}], ["c", ""], ["a", "bc"]),
    ("but half a pair", [{"anything-but": {"prefix": ["?", "a"]}}], ["b", 1], ["\ud800", "?", "a"]),
    ("but suffix", [{"anything-but": {"suffix": ["c"]}}], ["b", True], ["c", "bc"]),
    ("but any case", [{"anything-but": {"equals-ignore-case": ["a", "Ł"]}}], ["b"], ["A", "ł"]),
    ("but wildcard", [{"anything-but": {"wildcard": ["*.pl", "a*"]}}], ["b.de"], ["x.pl", "a"]),
    ("but nothing, beside others", ["a", {"anything-but": {"prefix": []}}], ["a"], ["b", 1]),
    (
        "but nothing, after a range",
        [{"numeric": [">", 1]}, {"anything-but": {"wildcard": []}}],
        [2],
        [1],
    ),
    ("but one or the other", [{"anything-but": "a"}, {"anything-but": "b"}], ["a", "b", 1], [[]]),
    ("address as text", ["10.0.0.1"], ["10.0.0.1", "010.0.0.01", "::ffff:a00:1"], ["10.0.0.2"]),
    ("the last address", ["255.255.255.255"], ["::ffff:ffff:ffff"], ["255.255.255.0255"]),
    ("nearly an address", ["1.0.0.1"], ["01.0.0.1"], ["X1.0.0.1", "1.0.0.1X", "1.0.0.", "1.0.0"]),
    ("no address", ["256.0.0.1"], ["256.0.0.1"], ["256.0.0.01"]),
    ("IPv6, one left out", ["1::3:4:5:6:7:8"], ["1:0:3:4:5:6:7:8"], ["1::2:3:4:5:6:7:8", "1::3"]),
    ("IPv6 as text", ["::1"], ["::1", "0:0:0:0:0:0:0:1", "::00001"], ["::2", "1"]),
    ("cidr", [{"cidr": "10.0.0.9/30"}], ["10.0.0.8", "10.0.0.11"], ["10.0.0.12", "10.0.0", 8]),
    ("cidr, IPv6", [{"cidr": "2001:db8::/32"}], ["2001:DB8::7"], ["2001:db9::", "10.0.0.1"]),
    ("cidr, all", [{"cidr": "0.0.0.0/0"}], ["1.2.3.4", "::ffff:1:2", "::1"], ["1.2.3.400", None]),
    ("cidr, IPv6 in IPv4", [{"cidr": "32.1.0.0/16"}], ["32.1.9.9", "2001:db8::7"], ["2002::1"]),
    ("cidr, IPv4 in IPv6", [{"cidr": "2000::/3"}], ["48.0.0.1", "3ff0::"], ["64.0.0.1"]),
    ("cidr, IPv4 at the edge of IPv6", [{"cidr": "3000::/4"}], ["49.0.0.0"], ["48.0.0.0"]),
    ("address, and IPv6 that starts so", ["32.1.13.184"], ["2001:db8::7"], ["2001:db9::7"]),
    ("cidr and digits", [{"cidr": "16.0.0.0/4"}], [15, 15.5, 10**8], [1, 20, -15, "15"]),
    ("cidr and numbers", [{"cidr": "16.0.0.0/4"}, 7], ["16.0.0.1", 7, 10**20 + 1], [15, "7"]),
    ("cidr of two", [{"cidr": "10.0.0.2/31"}], ["10.0.0.2", "10.0.0.3"], ["10.0.0.1", "10.0.0.4"]),
    ("cidr, with a slash more", [{"cidr": "10.0.0.0/8/"}], ["10.1.1.1"], ["11.1.1.1"]),
    ("cidr and edges", [{"cidr": "32.0.0.0/3"}], [25, 2**61], [2, 3, 3.5, 20, 2**62, "25"]),
    (
        "wildcards in their order",
        [{"wildcard": "*ab*ba*"}],
        ["abba", "xabxbax", "abbaab"],
        ["aba", "baab"],
    ),
    ("prefix, any case, whole", [{"prefix": {"equals-ignore-case": 'aB"'}}], ["Ab"], ["abx"]),
    ("suffix, any case, whole", [{"suffix": {"equals-ignore-case": '"Ab'}}], ["aB"], ["xab"]),
    ("half a surrogate pair", [{"prefix": "?"}], ["?", "\ud800x"], ["x"]),
    (
        "more texts than one function asks",
        [{"wildcard": f"*{number}x*y"} for number in range(150)],
        ["0xy", "64x.y", "a149xay"],
        ["150yx", "x", "149", 149],
    ),
    (
        "pieces before the end",
        [{"wildcard": "a*bc*c"}],
        ["abcc", "a.bc.c", "abcbcc"],
        ["abc", "abcb", "bcc"],
    ),
    ("present or false", [{"exists": True}], [False, None, True, 0, ""], []),
    ("not a number, or a literal", [{"anything-but": [1]}], [True, None, "1", 2], [1, 1.0]),
    ("around nothing", [{"numeric": [">=", -1, "<", 0]}], [-1, -1e-300], [0, 5e-324, -5e-324]),
]


@pytest.mark.parametrize(
    ("values", "value", "expected"),
    [
        pytest.param(values, value, expected, id=f"{what}: {value!r:.20}")
        for what, values, matching, others in VALUES
        for expected, group in ((True, matching), (False, others))
        for value in group
    ],
)
def test_value(values: list[object], value: object, expected: bool) -> None:
    assert eventbridge.compile({"x": values})({"x": value}) is expected
    assert eventbridge.compile({"a": {"x": values}})({"a": [{"x": value}]}) is expected
    assert eventbridge.compile_values(values)(value) is expected


# Fields: whole patterns and events.


def test_an_integer_that_python_does_not_print_is_no_address() -> None:
    assert not eventbridge.compile_values([{"cidr": "16.0.0.0/4"}])(10**4400)


FIELDS: list[tuple[str, Event, list[Event], list[Event]]] = [
    # what, pattern, events that match, events that do not
    ("all fields", {"a": ["x"], "b": [1]}, [{"a": "x", "b": 1, "c": 0}], [{"a": "x"}, {"b": 1}]),
    (
        "nested and dotted are the same",
        {"a": {"b.c": [1]}},
        [{"a": {"b": {"c": 1}}}, {"a.b": {"c": 1}}, {"a.b.c": 1}, {"a": {"b": 0}, "a.b.c": 1}],
        [{"a": {"b": 1}}, {"b": {"c": 1}}, {"a": {"b": {"c": {"d": 1}}}}, {"a": 1}, {}],
    ),
    ("both spellings count", {"a.b": [1]}, [{"a": {"b": 2}, "a.b": 1}], [{"a": {"b": 2}}]),
    ("the last field of a name counts", {"a": {"b": [1]}, "a.b": [2]}, [{"a.b": 2}], [{"a.b": 1}]),
    ("an empty key is lost before others", {"": {"a": [1]}}, [{"a": 1}], [{"": {"a": 1}}]),
    ("an empty key alone", {"": [1]}, [{"": 1}], [{"a": 1}]),
    ("only dots", {".": [1]}, [{".": 1}], [{"": {"": 1}}]),
    ("an empty key at the end", {"a": {"": [1]}}, [{"a.": 1}], [{"a": {"": 1}}, {"a": 1}]),
    ("an empty key in between", {"a": {"": {"b": [1]}}}, [{"a": {"": {"b": 1}}}], [{"a.b": 1}]),
    (
        "one element of an array",
        {"a": {"x": [1], "y": [1]}},
        [{"a": [{"x": 1, "y": 1}]}, {"a": [{"x": 1}, {"x": 1, "y": 1}]}, {"a": {"x": 1, "y": 1}}],
        [{"a": [{"x": 1}, {"y": 1}]}, {"a": [{"x": 1, "y": 2}, {"x": 2, "y": 1}]}, {"a": []}],
    ),
    (
        "one element at each depth",
        {"a": {"b": {"x": [1]}, "c": [1]}},
        [{"a": [{"b": [{"x": 2}, {"x": 1}], "c": 1}]}, {"a": [[{"b": {"x": 1}, "c": [2, 1]}]]}],
        [{"a": [{"b": [{"x": 1}]}, {"c": 1}]}, {"a": [[{"b": {"x": 1}}, {"c": 1}]]}],
    ),
    (
        "different arrays are free",
        {"a": {"x": [1]}, "b": {"x": [1]}},
        [{"a": [{}, {"x": 1}], "b": [{"x": 1}]}],
        [{"a": [{"x": 1}], "b": [{"x": 2}]}],
    ),
    (
        "plain elements are free",
        {"a": [1], "a.x": [1]},
        [{"a": [1, {"x": 1}]}, {"a": [{"x": 1}, 1]}],
        [{"a": [1]}, {"a": [{"x": 1}]}, {"a": [[1], [{"x": 1}]]}],
    ),
    (
        "what is absent, is so beside the fields before it",
        {"a": {"x": [1], "y": [{"exists": False}]}},
        [{"a": [{"x": 1}, {"y": 1}]}, {"a": {"x": 1, "y": {}}}, {"a": [{"x": 1, "y": []}]}],
        [{"a": [{"x": 1, "y": 1}]}, {"a": [{"y": 1}]}, {"a": {"x": 1, "y": None}}],
    ),
    (
        "and whatever the fields after it",
        {"a": {"w": [{"exists": False}], "x": [1]}},
        [{"a": [{"x": 1}]}],
        [{"a": [{"x": 1}, {"w": 1}]}],
    ),
    (
        "in the order of Java's strings",
        {"a": {"\uffff": [{"exists": False}], "\U00010000": [1]}},
        [{"a": [{"\U00010000": 1}, {"\uffff": 1}]}],
        [{"a": [{"\U00010000": 1, "\uffff": 1}]}],
    ),
    (
        "half a surrogate pair as a key",
        {"a": {"\ud800": [1], "b": [1]}},
        [{"a": [{"\ud800": 1, "b": 1}]}],
        [{"a": [{"\ud800": 1}, {"b": 1}]}],
    ),
    (
        "one element of an array that lies deeper",
        {"a.b.c.x": [1], "a.b.c.y": [1]},
        [{"a": {"b": {"c": [{"x": 1, "y": 1}]}}}, {"a": {"b": {"c": {"x": 1, "y": 1}}}}],
        [{"a": {"b": {"c": [{"x": 1}, {"y": 1}]}}}, {"a": {"b": [{"c": {"x": 1}}, {"c.y": 1}]}}],
    ),
    (
        "an empty key in between",
        {"a..b": [1]},
        [{"a.": {"b": 1}}, {"a": {".b": 1}}, {"a": {"": {"b": 1}}}, {"a..b": 1}],
        [{"a": {"b": 1}}, {"a.b": 1}],
    ),
    ("nothing at all", {"a": [{"exists": False}]}, [{}, {"b": 1}, {"a": {}}], [{"a": None}]),
    (
        "or",
        {"a": [1], "$or": [{"b": [1]}, {"c": [1], "d": [1]}]},
        [{"a": 1, "b": 1}, {"a": 1, "c": 1, "d": 1}, {"a": 1, "b": [0, 1]}],
        [{"b": 1}, {"a": 1, "c": 1}, {"a": 1}],
    ),
    (
        "or below a field, twice",
        {
            "a": {"$or": [{"b": [1]}, {"$or": [{"c": [1]}, {"d": [1]}]}]},
            "$or": [{"e": [1]}, {"f": [1]}],
        },
        [{"a": {"b": 1}, "f": 1}, {"a": {"d": 1}, "e": 1}, {"a": [{"c": 1}], "e": 1}],
        [{"a": {"b": 1}}, {"e": 1}, {"a": {"$or": 1}, "e": 1}],
    ),
    (
        "a choice replaces a field",
        {"a": [1], "$or": [{"a": [2]}, {"b": [1]}]},
        [{"a": 2}],
        [{"a": 1}],
    ),
    (
        "a field replaces the choice",
        {"$or": [{"a": [2]}, {"b": [1]}], "a": [3]},
        [{"a": 3}],
        [{"a": 2}],
    ),
    (
        "of choices that overlap, the first counts",
        {"$or": [{"a": ["x"]}, {"a": ["x", "y"]}]},
        [{"a": "x"}],
        [{"a": "y"}],
    ),
    (
        "in their last field",
        {"$or": [{"a": ["x"], "b": [1]}, {"a": ["x"], "b": [1, 2]}]},
        [{"a": "x", "b": 1}],
        [{"a": "x", "b": 2}],
    ),
    (
        "choices that overlap in an earlier field",
        {"$or": [{"a": ["x"], "b": [1]}, {"a": ["x", "y"], "b": [2]}, {"a": ["x"]}]},
        [{"a": "x", "b": 1}, {"a": "y", "b": 2}, {"a": "x"}],
        [{"a": "y", "b": 1}, {"a": "y"}],
    ),
    (
        "a choice with all and more of another",
        {"$or": [{"a": [{"exists": False}]}, {"a": ["y", {"exists": False}], "b": [1]}]},
        [{"b": 1}, {"a": "y", "b": 1}],
        [{"a": "y"}],
    ),
    ("or as a field", {"$or": {"a": [1]}}, [{"$or": {"a": 1}}], [{"a": 1}]),
    (
        "or as a field of values",
        {"$or": ["x", {"prefix": "y"}]},
        [{"$or": "yy"}],
        [{"prefix": "y"}],
    ),
    (
        "or as a field, and what is still allowed beside it",
        {"$or": ["y"], "a": [{"anything-but": {"prefix": "x"}}, {"prefix": "xx"}]},
        [{"$or": "y", "a": "xx"}, {"$or": "y", "a": "z"}],
        [{"$or": "y", "a": "x"}],
    ),
    ("or over matchers", {"$or": [{"prefix": "a"}, {"suffix": "b"}]}, [{"$or": "ac"}], [{"a": 1}]),
    (
        "deeper than the quick way",
        {"a.b.c.d.e": [1]},
        [{"a": {"b.c": {"d": {"e": 1}}}}],
        [{"a": 1}],
    ),
]


@pytest.mark.parametrize(
    ("rule", "event", "expected"),
    [
        pytest.param(rule, event, expected, id=f"{what}: {event!r:.60}")
        for what, rule, matching, others in FIELDS
        for expected, group in ((True, matching), (False, others))
        for event in group
    ],
)
def test_fields(rule: Event, event: Event, expected: bool) -> None:
    alone = eventbridge.compile_all([(0, rule)])
    assert alone(event) == ([0] if expected else [])
    assert eventbridge.compile(rule)(event) is expected
    assert eventbridge.compile(rule)(MappingProxyType(event)) is expected


def test_all_at_once_is_the_same_as_one_by_one() -> None:
    patterns = [rule for _, rule, _, _ in FIELDS] + [None]
    patterns += [{"x": values} for _, values, _, _ in VALUES]
    patterns += [{"a": {"x": values}} for _, values, _, _ in VALUES]
    events = [event for _, _, *groups in FIELDS for group in groups for event in group]
    values = [value for _, _, *groups in VALUES for group in groups for value in group]
    events += [{"x": value} for value in values] + [{"a": [{"x": value}]} for value in values]
    matching, singly = eventbridge.compile_all(enumerate(patterns)), one_by_one(patterns)
    assert [matching(event) for event in events] == [singly(event) for event in events]


def test_all_at_once_gives_the_answers_of_event_ruler() -> None:
    cases = json.loads(CASES.read_text()) if CASES.exists() else []
    patterns = [case["rule"] for case in cases]
    matching, singly = eventbridge.compile_all(enumerate(patterns)), one_by_one(patterns)
    for index, case in enumerate(cases):
        assert (index in matching(case["event"])) == case["expect"]
        assert matching(case["event"]) == singly(case["event"])


@pytest.mark.parametrize("event", [None, 1, "a", [], [{"a": 1}]])
def test_all_at_once_takes_what_is_no_object(event: Any) -> None:
    patterns = [{"a": [{"exists": False}]}, None, {"a.b": [1]}]
    assert eventbridge.compile_all(enumerate(patterns))(event) == [1]


@pytest.mark.parametrize(
    ("values", "value"),
    [
        (["Head"], "HEAD"),
        ([{"wildcard": "*Head OF*"}], "the head of Sales"),
        ([{"anything-but": {"suffix": "X"}}], "Y"),
        ([{"prefix": "ŻÓ"}, 1], ["żółw"]),
        ([{"numeric": [">", 1]}], 2),
        (["FE80::1"], "fe80::1"),
    ],
)
def test_letter_case_can_be_ignored(values: list[object], value: object) -> None:
    assert eventbridge.compile({"Role": values}, ignore_case=True)({"Role": value})
    assert not eventbridge.compile({"Role": values}, ignore_case=True)({"role": value})
    assert eventbridge.compile_values(values, ignore_case=True)(value)


def test_letter_case_is_ignored_in_what_is_refused() -> None:
    matches = eventbridge.compile_values([{"anything-but": "Intern"}], ignore_case=True)
    assert not matches("INTERN")
    assert matches("Head")
