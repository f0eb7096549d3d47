"""The check of scoring.yaml never raises, whatever it is given; and usual tables pass."""

import copy
import json
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.config.findings import to_json
from hotlist.scoring.check.scoring_file import check_scoring
from rulesets import WORDS, whole_ruleset

QUICK = settings(max_examples=100)

texts = st.sampled_from(WORDS) | st.text(max_size=5)
numbers = st.integers(-(10**12), 10**12) | st.integers(-3, 400) | st.floats()
odd = st.sampled_from([10**400, -1, "", [], {}, [[]], {"": 1}])
scalars = st.none() | st.booleans() | numbers | texts | odd
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=25,
)


def judge(source: object) -> None:
    """What must hold of every check."""
    text = json.dumps(source)
    checked = check_scoring(text)
    errors = [one for one in checked.findings if one.level == "error"]
    assert checked.has_errors == bool(errors)
    assert errors or checked.source is not None
    assert list(checked.findings) == sorted(checked.findings)
    places = [(one.path, one.code) for one in checked.findings]
    assert len(places) == len(set(places))
    assert all(one.message and one.line >= 1 and one.column >= 1 for one in checked.findings)
    if checked.source is not None:
        to_json(checked.source)


@QUICK
@given(anything)
def test_any_value(source: object) -> None:
    judge(source)


@QUICK
@given(st.dictionaries(st.sampled_from(sorted(whole_ruleset())), anything))
def test_any_value_of_a_keyword(source: object) -> None:
    judge(source)


@QUICK
@given(st.text(max_size=60) | st.text(":-[]{}&*!|>'\"%@`, \n\tab#?", max_size=60))
def test_any_text(text: str) -> None:
    assert check_scoring(text).findings


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    return [path, *(place for key, one in entries for place in _places(one, (*path, key)))]


PLACES = _places(whole_ruleset())[1:]


@settings(QUICK, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["put", "drop", "rename", "move"])),
        min_size=1,
        max_size=3,
    ),
    st.data(),
)
def test_a_changed_ruleset(changes: list[tuple[tuple[Any, ...], str]], data: st.DataObject) -> None:
    source: Any = whole_ruleset()
    for path, change in changes:
        try:
            parent = source
            for key in path[:-1]:
                parent = parent[key]
            value = parent.pop(path[-1])
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took it away
        match change, parent:
            case "put", dict():
                parent[path[-1]] = data.draw(anything)
            case "put", list():
                parent.insert(path[-1], data.draw(anything))
            case "rename", dict():
                parent[data.draw(texts)] = value
            case "move", _:
                other = source
                for key in data.draw(st.sampled_from(PLACES)):
                    if isinstance(other, dict) and isinstance(other.get(key), dict):
                        other = other[key]
                if isinstance(other, dict):
                    other[str(path[-1])] = copy.deepcopy(value)
    judge(source)


def test_the_whole_ruleset_has_no_findings() -> None:
    assert check_scoring(json.dumps(whole_ruleset())).findings == ()


# --- what people really write -------------------------------------------------------------

points = st.integers(1, 60)
roles = st.lists(
    st.sampled_from(["owner", "director", "manager", "student"]),
    min_size=1,
    max_size=4,
    unique=True,
)
limits = st.lists(st.integers(1, 2000), min_size=1, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Points by role, by size and by what they did, as such tables usually are."""
    rules: list[dict[str, Any]] = [
        {"id": f"role-{role}", "lead": {"role": [role]}, "points": draw(points)}
        for role in sorted(draw(roles))
    ]
    steps = sorted(draw(limits), reverse=True)
    bands = [
        {"lead": {"size": [{"numeric": [">=", one]}]}, "points": draw(points)} for one in steps
    ]
    rules.append({"id": "size-falling", "first_of": bands})
    apart = []
    for low, high in pairwise([0, *reversed(steps), 10**9]):
        limit = [">=", low, "<", high]
        apart.append({"lead": {"size": [{"numeric": limit}]}, "points": draw(points)})
    rules.append({"id": "size-apart", "first_of": draw(st.permutations(apart))})
    for number, award in enumerate(draw(st.lists(st.sampled_from(["each", "once", "per_day"])))):
        given = draw(points)
        rule = {"id": f"visit-{number}", "event": "page_viewed", "points": given, "award": award}
        rule |= draw(st.sampled_from([{}, {"max": given * 3}, {"decay": {"half_life": "30d"}}]))
        rules.append(rule)
    rules.append({"id": "quiet", "inactive": "30d", "award": "each", "points": -draw(points)})
    rules.append({"id": "visit", "event": "session_started", "points": draw(points)})
    hot = draw(st.integers(40, 100))
    return {
        "temperature": {"warm": hot // 2, "hot": hot, "rearm": draw(st.sampled_from([5, "10%"]))},
        "groups": {"fit": {"max": 100}, "engagement": {"max": 100, "decay": {"linear": "90d"}}},
        "rules": rules,
    }


@QUICK
@given(tables())
def test_usual_tables_have_no_findings(source: dict[str, Any]) -> None:
    assert check_scoring(json.dumps(source)).findings == ()
