"""The engine against the reference on random cases: `python -m reference.compare --seeds 0 9999`.

Run it with PYTHONPATH=tests:layers/common. A case that differs is made smaller before it is shown.
"""

import argparse
import copy
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import reference
from hotlist.events.event import Event
from hotlist.events.times import from_ms, to_ms, to_text
from hotlist.leads.lead import Alerting
from hotlist.scoring import engine, ruleset
from reference.generate import Case, case

Result = dict[str, Any]


def expected(given: Case) -> Result:
    """The result of the reference for a case."""
    looked = reference.look(
        given.ruleset,
        given.facts,
        given.events,
        given.now,
        armed=given.armed,
        rearms_at=given.rearms_at,
    )
    return {**looked.pop("score"), **looked}


def actual(given: Case) -> Result:
    """The result of the engine for a case, in the same form."""
    rules = ruleset.from_checked(copy.deepcopy(given.ruleset))
    facts, now = copy.deepcopy(given.facts), from_ms(given.now)
    rearms_at = None if given.rearms_at is None else from_ms(given.rearms_at)
    score = engine.score(rules, facts, list(given.events), now)
    alerting = Alerting(armed=given.armed, rearms_at=rearms_at)
    looked = engine.look(rules, facts, list(given.events), now, alerting)
    return {
        "total": score.total,
        "exact": score.exact,
        "groups": dict(score.groups),
        "temperature": str(score.temperature),
        "grade": score.grade,
        "stage": str(score.stage),
        "segment": score.segment,
        "override": score.override,
        "suspended": score.suspended,
        "contributions": [
            {
                "rule": line.rule,
                "group": line.group or None,
                "event_id": line.event_id or None,
                "at": _ms(line.at),
                "raw": line.raw,
                "decayed": line.decayed,
                "lost": line.lost,
                "points": line.points,
            }
            for line in score.contributions
        ],
        "next_change_at": _ms(score.next_change_at),
        "crossed": looked.crossed,
        "armed": looked.alerting.armed,
        "rearms_at": _ms(looked.alerting.rearms_at),
    }


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def difference(given: Case) -> dict[str, tuple[object, object]]:
    """The fields in which the reference and the engine differ, with both values."""
    wanted = expected(given)
    try:
        got = actual(given)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what differs)
        return {"raised": (None, f"{type(error).__name__}: {error}"[:200])}
    return {name: (wanted[name], got[name]) for name in wanted if wanted[name] != got[name]}


# --- making a case small ----------------------------------------------------------------

_OPTIONAL = frozenset(
    (
        *("title", "group", "unless", "award", "decay", "lasts", "max", "min", "override"),
        *("active_from", "active_until", "humans_only", "score", "within", "same", "distinct"),
        *("floor", "weight", "temperature", "grades", "suspended", "rearm", "warm", "total"),
        *("where", "lead"),
    )
)


def smaller(given: Case) -> Case:
    """A smaller case that still differs in one of the same fields."""
    fields = set(difference(given))
    found = True
    while found:
        found = False
        for candidate in _candidates(given):
            try:
                still = not fields.isdisjoint(difference(candidate))
            except Exception:  # noqa: BLE001 (the reference knows no such ruleset: not this way)
                continue
            if still:
                given, found = candidate, True
                break
    return given


def _candidates(given: Case) -> Iterator[Case]:
    for n in range(len(given.events)):
        yield replace(given, events=given.events[:n] + given.events[n + 1 :])
    for smaller_rules in _without(given.ruleset, ()):
        yield replace(given, ruleset=smaller_rules)
    for name in given.facts:
        facts = {key: value for key, value in given.facts.items() if key != name}
        yield replace(given, facts=facts)
    for n, event in enumerate(given.events):
        plainer: list[Event] = [
            replace(event, properties={k: v for k, v in event.properties.items() if k != name})
            for name in event.properties
        ]
        plainer += [replace(event, flags=frozenset())] if event.flags else []
        plainer += [replace(event, expires_at=None)] if event.expires_at else []
        for one in plainer:
            yield replace(given, events=(*given.events[:n], one, *given.events[n + 1 :]))
    if not given.armed or given.rearms_at:
        yield replace(given, armed=True, rearms_at=None)


def _without(node: Any, keys: tuple[Any, ...]) -> Iterator[Any]:
    """The node without one of its parts, for each part."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            rest = {name: item for name, item in node.items() if name != key}
            is_rule = len(keys) == 2 and keys[0] == "rules"
            needed = is_rule and key == "lead" and not {"event", "inactive"} & set(node)
            if (not keys and key not in ("temperature", "rules")) or (
                keys and key in _OPTIONAL and not needed
            ):
                yield rest
            if not (keys and key in ("where", "lead")):
                for less in _without(value, (*keys, key)):
                    yield {**node, key: less}
    elif isinstance(node, list) and not (keys and keys[-1] in ("score", "event")):
        for n, value in enumerate(node):
            if len(node) > 1:
                yield node[:n] + node[n + 1 :]
            for less in _without(value, (*keys, n)):
                yield [*node[:n], less, *node[n + 1 :]]


# --- showing it -------------------------------------------------------------------------


def report(given: Case) -> str:
    """A case and its differences, as a text for people."""
    lines = ["ruleset:"]
    for name, value in given.ruleset.items():
        parts = value if name in ("rules", "segments") else [value]
        lines += [f"  {name}: {_json(part)}" for part in parts]
    lines.append(f"facts: {_json(given.facts)}")
    lines.append("events:")
    for event in sorted(given.events, key=lambda event: event.order):
        flags = f" {sorted(event.flags)}" if event.flags else ""
        until = f" until {to_text(event.expires_at)}" if event.expires_at else ""
        properties = _json(event.properties)
        at = to_text(event.occurred_at)
        lines.append(f"  {at} {event.event_id} {event.type} {properties}{flags}{until}")
    rearms_at = "" if given.rearms_at is None else f", rearms at {_shown(given.rearms_at)}"
    lines.append(f"now: {_shown(given.now)}, {'' if given.armed else 'not '}armed{rearms_at}")
    for name, pair in difference(given).items():
        for who, value in zip(("reference", "engine"), pair, strict=True):
            if name == "contributions" and isinstance(value, list):
                lines.append(f"{name}, {who}:")
                lines += ["  " + _line(line) for line in value]
            else:
                lines.append(f"{name}, {who}: {_shown(value)}")
    return "\n".join(lines)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _shown(value: object) -> str:
    if isinstance(value, int) and value > 10**12:
        return to_text(from_ms(value))
    return str(value)


def _line(line: Mapping[str, Any]) -> str:
    numbers = (f"{n} {_plain(line[n])}" for n in ("raw", "decayed", "lost", "points"))
    where = f"{line['rule']} ({line['group']}) of {line['event_id']} at {_shown(line['at'])}"
    return f"{where}: {', '.join(numbers)}"


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def run(seeds: Iterable[int], most: int) -> int:
    """Compare these seeds and show the first mismatches. Returns how many there are."""
    found = 0
    for seed in seeds:
        given = case(seed)
        differs = difference(given)
        if differs:
            found += 1
            if found <= most:
                print(f"--- seed {seed} differs in {', '.join(differs)}; made small:")  # noqa: T201
                print(report(smaller(given)), flush=True)  # noqa: T201
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs=2, type=int, default=(0, 1000), metavar=("FROM", "TO"))
    parser.add_argument("--first", type=int, default=3, help="how many mismatches to show")
    options = parser.parse_args()
    start, end = options.seeds
    found = run(range(start, end), options.first)
    print(f"{found} of {end - start} cases differ")  # noqa: T201
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
