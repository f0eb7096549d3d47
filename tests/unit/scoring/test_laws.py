"""Section 13: what must always hold, on the random rulesets that the reference is compared on."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.times import from_ms, to_ms
from hotlist.leads.lead import Alerting, Temperature
from hotlist.scoring import engine, values
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist.scoring.timeline import Presence
from hotlist_cli.rules.facts import known_at
from hotlist_cli.rules.history import History
from hotlist_cli.rules.replay import Change, replay
from reference.changes import breakpoints
from reference.generate import Case, case
from reference.language import history
from scoring import MS

EXAMPLES = int(os.environ.get("HOTLIST_RULESETS", "120"))
few = settings(max_examples=max(1, EXAMPLES // 4))
many = settings(max_examples=EXAMPLES)
SEEDS = st.integers(0, 2**32)


def scored(of: Case, **changes: Any) -> Score:
    """The score of a case, with other events or another ruleset, as of another instant."""
    made = replace(of, **changes)
    return engine.score(from_checked(made.ruleset), made.facts, made.events, from_ms(made.now))


def unique(events: Iterable[Event]) -> list[Event]:
    """Each event once, in order."""
    return sorted({event.event_id: event for event in events}.values(), key=lambda e: e.order)


def one_of(of: Case, random: Random) -> tuple[Event, list[Event]]:
    """An event of the case, and all others."""
    events = unique(of.events) or [Event(event_id="x", type="page_viewed", occurred_at=from_ms(0))]
    picked = random.choice(events)
    return picked, [event for event in events if event != picked]


# --- lines, sums and bounds -------------------------------------------------------------


@many
@given(SEEDS)
def test_the_points_of_the_lines_sum_to_exact_and_the_total_is_its_rounding(seed: int) -> None:
    of = case(seed)
    found = scored(of)
    assert sum(line.points for line in found.contributions) == found.exact
    assert found.total == floor(Fraction(found.exact) + Fraction(1, 2))
    groups = from_checked(of.ruleset).groups
    for line in found.contributions:
        weight = groups[line.group].weight if line.group and line.group in groups else 100
        assert line.lost == line.decayed * weight / 100 - line.points
    reasons = [reason.points for reason in found.reasons]
    assert reasons == sorted(reasons, reverse=True)
    assert all(points > 0 for points in reasons)


def is_within(value: Decimal, bounds: Any) -> bool:
    least, most = (None if name not in bounds else Decimal(str(bounds[name])) for name in BOUNDS)
    return (least is None or value >= least) and (most is None or value <= most)


BOUNDS = ("min", "max")


@many
@given(SEEDS)
def test_no_rule_no_group_and_no_total_leaves_its_bounds(seed: int) -> None:
    of = case(seed)
    found = scored(of)
    if found.suspended:
        return
    assert is_within(found.exact, of.ruleset.get("total", {}))
    # Without what is done to them later, the lines are those of groups and of rules.
    groups = {
        name: {key: value for key, value in (group or {}).items() if key != "weight"}
        for name, group in of.ruleset.get("groups", {"fit": {}, "engagement": {}}).items()
    }
    plain = {**of.ruleset, "groups": groups, "total": {}}
    found = scored(of, ruleset=plain)
    for name, group in groups.items():
        value = sum((line.points for line in found.contributions if line.group == name), Decimal())
        assert is_within(value, group)
        assert found.groups[name] == floor(Fraction(value) + Fraction(1, 2))
    unbound = {
        name: {key: value for key, value in group.items() if key not in BOUNDS}
        for name, group in groups.items()
    }
    found = scored(of, ruleset={**plain, "groups": unbound})
    for rule in of.ruleset["rules"]:
        points = [line.points for line in found.contributions if line.rule == rule["id"]]
        assert is_within(sum(points, Decimal()), rule)


# --- order, repetition, batches ---------------------------------------------------------


@many
@given(SEEDS, st.randoms(use_true_random=False))
def test_any_order_any_repetition_and_any_split_give_the_same(seed: int, random: Random) -> None:
    of = case(seed)
    expected = scored(of, events=tuple(unique(of.events)))
    assert scored(of) == expected
    cut = random.randint(0, len(of.events))
    first, second = of.events[:cut], of.events[cut // 2 :]  # two leads that share some events
    merged = [*second, *first, *random.sample(of.events, cut)]
    random.shuffle(merged)
    assert scored(of, events=tuple(merged)) == expected


# --- the next change --------------------------------------------------------------------


def moments(of: Case, end: int, random: Random) -> Iterator[int]:
    """Instants from now to before `end`: about where something may jump, and anywhere."""
    marks = [mark for mark in breakpoints(of.ruleset, history(of.events), of.now) if mark < end]
    for mark in random.sample(marks, min(8, len(marks))):
        yield from (mark - 1, mark)
    for _ in range(4):
        yield random.randrange(of.now, end)
    yield end - 1


@few
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_temperature_is_the_same_until_the_next_change(seed: int, random: Random) -> None:
    of = case(seed)
    found = scored(of)
    change = found.next_change_at
    end = of.now + 40 * 86_400_000 if change is None else to_ms(change)
    assert end > of.now
    for at in moments(of, end, random):
        assert scored(of, now=at).temperature is found.temperature
    if change is not None:
        assert scored(of, now=end).temperature is not found.temperature


@few
@given(SEEDS, st.randoms(use_true_random=False))
def test_a_lead_is_armed_again_at_rearms_at_and_not_before(seed: int, random: Random) -> None:
    of = case(seed)
    rules = from_checked(of.ruleset)

    def look(at: int) -> Alerting:
        seen = engine.look(rules, of.facts, of.events, from_ms(at), Alerting(armed=False))
        return seen.alerting

    found = look(of.now)
    if found.armed:
        assert found.rearms_at is None
        return
    end = of.now + 40 * 86_400_000 if found.rearms_at is None else to_ms(found.rearms_at)
    assert end > of.now
    for at in moments(of, end, random):
        assert look(at) == found
    if found.rearms_at is not None:
        assert look(end) == Alerting()


@few
@given(SEEDS, st.randoms(use_true_random=False))
def test_bounds_of_a_stretch_are_never_too_narrow(seed: int, random: Random) -> None:
    """What the search rests on: a stretch holds every worth that it bounds.

    It has one answer where its corners have. Worths are those within the bounds of their rule.
    """
    of = case(seed)
    scoring = engine._Scoring(from_checked(of.ruleset), of.facts, of.events, of.now)
    for scene, start, end in scoring._eras():
        if scene.suspended:
            continue
        first = random.randrange(start, end)
        last = min(end - 1, first + random.choice([0, 1, 999, 10_000, 3_600_000, 10**8]))
        ranges = [source.extremes(first, last) for source in scene._sources]
        answers = scene.judge(engine.temperature_alone, first, last)
        found = {first, last, *(random.randint(first, last) for _ in range(4))}
        for source in scene._sources:
            edges = [edge for one in source.at(first) for span in one.when for edge in span]
            found.update(at for edge in edges for at in (edge - 1, edge) if first <= at <= last)
        for at in found:
            answer = scene.judge(engine.temperature_alone, at, at)
            assert len(answer) == 1
            assert len(answers) > 1 or answer == answers
            for rule, source, bounds in zip(
                scene.ruleset.rules, scene._sources, ranges, strict=True
            ):
                there = source.at(at)
                worth = rule.bounds.hold(sum(grant.worth(at) for grant in there))
                least, most, presence = bounds
                assert rule.bounds.hold(least) <= worth <= rule.bounds.hold(most)
                assert presence is not (Presence.NO if there else Presence.YES)
                least, most, presence = source.extremes(at, at)
                assert (rule.bounds.hold(least), rule.bounds.hold(most)) == (worth, worth)
                assert presence is (Presence.YES if there else Presence.NO)


# --- withdrawn and gone -----------------------------------------------------------------


@many
@given(SEEDS, st.randoms(use_true_random=False), st.sampled_from(["spam", "internal"]))
def test_a_withdrawn_event_is_as_if_it_had_never_been(seed: int, random: Random, flag: str) -> None:
    of = case(seed)
    picked, rest = one_of(of, random)
    flagged = replace(picked, flags=picked.flags | {flag})
    assert scored(of, events=(*rest, flagged)) == scored(of, events=tuple(rest))


@many
@given(SEEDS, st.randoms(use_true_random=False))
def test_so_is_that_of_a_bot_where_all_rules_are_about_humans(seed: int, random: Random) -> None:
    of = case(seed)
    picked, rest = one_of(of, random)
    rules = [{**rule, "humans_only": True} for rule in of.ruleset["rules"]]
    of = replace(of, ruleset={**of.ruleset, "rules": rules})
    flagged = replace(picked, flags=picked.flags | {"bot"})
    assert scored(of, events=(*rest, flagged)) == scored(of, events=tuple(rest))


@many
@given(SEEDS, st.randoms(use_true_random=False), st.sampled_from([0, 1, 1000, 10**9]))
def test_so_is_one_as_old_as_retention_or_at_its_expiry(
    seed: int, random: Random, more: int
) -> None:
    of = case(seed)
    picked, rest = one_of(of, random)
    without = scored(of, events=tuple(rest))
    expired = replace(picked, expires_at=from_ms(of.now - more))
    assert scored(of, events=(*rest, expired)) == without
    kept = values.duration(of.ruleset.get("retention", "396d"))
    old = replace(picked, occurred_at=from_ms(of.now - kept - more))
    assert scored(of, events=(*rest, old)) == without


# --- forecasts --------------------------------------------------------------------------


@many
@given(SEEDS, st.integers(-30, 60))
def test_a_forecast_is_the_score_at_that_instant(seed: int, hours: int) -> None:
    of = case(seed)
    at = from_ms(of.now) + timedelta(hours=hours)
    rules = from_checked(of.ruleset)
    found = engine.forecast(rules, of.facts, of.events, at)
    assert found == engine.score(rules, of.facts, of.events, at)
    known = [event for event in of.events if event.occurred_at <= at]
    then = engine.score(rules, of.facts, known, at)
    assert replace(found, next_change_at=None) == replace(then, next_change_at=None)


# --- live, and replayed -----------------------------------------------------------------


def live(of: Case, random: Random) -> tuple[list[datetime], Temperature]:
    """Look at each event as it comes, at each change ahead, and now and then in between.

    Events of one instant come together. Returns when there were alerts, and the temperature
    that is kept of the last look.
    """
    rules: Ruleset = from_checked(of.ruleset)
    events, now = unique(of.events), from_ms(of.now)
    times = sorted({event.occurred_at for event in events if event.occurred_at <= now})
    alerting, temperature, alerts = Alerting(), Temperature.COLD, []
    for start, end in pairwise([*times, now + MS]):
        known = [event for event in events if event.occurred_at <= start]
        extra = [from_ms(random.randrange(to_ms(start), to_ms(end))) for _ in range(2)]
        at: datetime | None = start
        while at is not None and at < end:
            seen = engine.look(rules, of.facts, known, at, alerting)
            alerting, temperature = seen.alerting, seen.score.temperature
            if seen.crossed:
                alerts.append(at)
            ahead = [seen.score.next_change_at, *extra]
            at = min((then for then in ahead if then is not None and then > at), default=None)
    return alerts, temperature


@few
@given(SEEDS, st.randoms(use_true_random=False))
def test_looking_as_things_come_gives_the_score_and_the_alerts_of_a_replay(
    seed: int, random: Random
) -> None:
    of = case(seed)
    events = unique(of.events)
    alerts, temperature = live(of, random)
    if any(event.occurred_at <= from_ms(of.now) for event in events):
        assert temperature is scored(of).temperature
    changes = [*replay(from_checked(of.ruleset), History("l", events, of.facts), from_ms(of.now))]
    assert alerts == [change.at for change in changes if change.alert]
    if changes:
        assert changes[-1].temperature is temperature


def looked_at_plainly(of: Case, events: list[Event], until: datetime) -> Iterator[Change]:
    """A replay that asks the engine at each instant, with the events up to it and no others."""
    rules, alerting, temperature = from_checked(of.ruleset), Alerting(), Temperature.COLD
    times = [event.occurred_at for event in events]
    at = min(times, default=None)
    while at is not None and at <= until:
        known = known_at((one for one in events if one.occurred_at <= at), of.facts, at)
        seen = engine.look(rules, known.facts, known.events, at, alerting)
        alerting, score = seen.alerting, seen.score
        if score.temperature != temperature or seen.crossed:
            temperature = score.temperature
            yield Change("l", at, temperature, score.total, seen.crossed)
        ahead = [score.next_change_at, known.until, *times]
        at = min((then for then in ahead if then is not None and then > at), default=None)


@many
@given(SEEDS, st.sampled_from([1, 1_800_000, 3_600_000, 86_400_000]), st.integers(0, 60))
def test_a_replay_is_the_engine_asked_at_each_instant(seed: int, unit: int, days: int) -> None:
    """Also where events come, expire and fade at the very same instants: in whole `unit`s."""
    of = case(seed)

    def moved(at: datetime) -> datetime:
        return from_ms(to_ms(at) // unit * unit)

    events = [
        replace(
            one,
            occurred_at=moved(one.occurred_at),
            expires_at=None if one.expires_at is None else moved(one.expires_at),
        )
        for one in unique(of.events)
    ]
    until = from_ms(of.now) + timedelta(days=days)
    found = replay(from_checked(of.ruleset), History("l", events, of.facts), until)
    assert [*found] == [*looked_at_plainly(of, events, until)]
