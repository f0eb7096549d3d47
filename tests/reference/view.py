"""A lead at an instant: steps 1 to 7, and silences judged by the score."""

from fractions import Fraction
from functools import partial

from reference.awards import awarded, completed, matched, points_of
from reference.fading import Line
from reference.holding import Picture, shown
from reference.language import (
    Adjustment,
    Facts,
    Happening,
    Order,
    Rules,
    adjustment,
    counts,
    group_of,
    groups_of,
    is_active,
    is_adjusting,
    is_judged,
    kind,
    known,
    lead_matches,
    matches,
    span,
    stage_of,
)

BEFORE_ALL: Order = (-(10**18), "")


class View:
    """A lead as it is at `now`, and as it was at any instant until then.

    Both use the events that count at `now`, since silences are judged by these.
    """

    def __init__(self, rules: Rules, facts: Facts, events: list[Happening], now: int) -> None:
        self.rules = rules
        self.facts = facts
        self.now = now
        self._counted = [event for event in events if counts(rules, event, now)]
        self._totals: dict[int, int] = {}

    def picture(self) -> Picture:
        return self._picture(self.now, judging=False)

    def _total(self, at: int) -> int:
        """The total by which the silences that complete at this instant are judged."""
        if at not in self._totals:
            picture = self._picture(at, judging=True)
            total = shown(self.rules, picture, worth(picture, at)).total
            self._totals[at] = 0 if picture.suspended else total
        return self._totals[at]

    def _picture(self, at: int, *, judging: bool) -> Picture:
        """The lead at an instant. For judging, silences that complete then are left out."""
        events = [event for event in self._counted if event.at <= at]
        stage = stage_of(self.rules, events)
        facts = known(self.rules, self.facts, stage)
        segment: Rules = next(
            (s for s in self.rules.get("segments", ()) if lead_matches(s["lead"], facts)), {}
        )
        suspended = facts.get("suspended") is True or segment.get("suspended", False)
        lines: list[Line] = []
        override = None
        if not suspended:
            lines, override = self._lines(facts, events, at, judging=judging)
        return Picture(
            stage="suspended" if suspended else stage,
            segment=segment.get("id"),
            suspended=suspended,
            temperature={**self.rules["temperature"], **segment.get("temperature", {})},
            grades={} if suspended else segment.get("grades", self.rules.get("grades", {})),
            lines=tuple(sorted(lines, key=lambda line: line.age_order)),
            override=override,
        )

    def _lines(
        self, facts: Facts, events: list[Happening], at: int, *, judging: bool
    ) -> tuple[list[Line], tuple[str, str] | None]:
        said = [
            meant
            for event in events
            if is_adjusting(event) and not event.is_bot
            if (meant := adjustment(self.rules, event))
        ]
        since, stopped, lines = _adjusted(self.rules, said)
        void = {e.event_id for e in events if is_adjusting(e)} - {a.event.event_id for a in said}
        people = [e for e in events if not e.is_bot and e.event_id not in void]
        override = None
        for place, rule in enumerate(self.rules["rules"]):
            group = group_of(rule)
            seen = [
                event
                for event in events
                if (not event.is_bot or rule.get("humans_only", True) is False)
                and event.order > since.get(group, BEFORE_ALL)
            ]
            if kind(rule) == "event":
                made = self._event_lines(place, rule, facts, seen, at)
            elif kind(rule) == "silence":
                made = []
                for end in self._silences(rule, seen, since.get(group), people, at):
                    if judging and is_judged(rule) and end == at:
                        continue
                    points = points_of(rule, facts, None, partial(self._total, end))
                    if points is not None:
                        made.append(Line(place, rule["id"], group, None, end, points))
            else:
                made = []
                points = points_of(rule, facts, None, _no_total)
                if points is not None and is_active(self.rules, rule, at) and group not in stopped:
                    made.append(Line(place, rule["id"], group, None, None, points))
            made = [line for line in made if line.is_there(at)]
            if made and "override" in rule and override is None:
                override = (rule["id"], rule["override"])
            lines += made
        return [line for line in lines if line.is_there(at)], override

    def _event_lines(
        self, place: int, rule: Rules, facts: Facts, seen: list[Happening], at: int
    ) -> list[Line]:
        group = groups_of(self.rules)[group_of(rule)]
        lines = []
        found = matched(self.rules, rule, seen, at)
        for instant, event in awarded(self.rules, rule.get("award", "each"), found):
            points = points_of(rule, facts, event, _no_total)
            if points is not None:
                lines.append(
                    Line(
                        place,
                        rule["id"],
                        group_of(rule),
                        event.event_id,
                        instant,
                        points,
                        rule.get("decay", group.get("decay", "none")),
                        span(rule.get("lasts", group.get("lasts"))),
                    )
                )
        return lines

    def _silences(
        self,
        rule: Rules,
        seen: list[Happening],
        since: Order | None,
        people: list[Happening],
        at: int,
    ) -> list[int]:
        found = [event for event in seen if matches(rule, event)]
        if found:
            start = found[-1].at
        elif since is not None:
            start = since[0]
        elif people:
            start = people[0].at
        else:
            return []
        return completed(self.rules, rule, start, at)


def _no_total() -> int:
    raise AssertionError("only silences are judged by the score")


def _adjusted(
    rules: Rules, said: list[Adjustment]
) -> tuple[dict[str, Order], set[str], list[Line]]:
    """Section 7: since when the rules of a group see events (if it was ever reset or set),
    the groups whose lead rules are stopped, and the lines of adjustments.
    """
    groups = groups_of(rules)
    since: dict[str, Order] = {}
    stopped: set[str] = set()
    lines: list[Line] = []
    for meant in said:
        target = meant.groups[0] if len(meant.groups) == 1 else "manual"
        if meant.does in ("reset", "set"):
            ended = {*meant.groups, "manual"} if meant.whole else set(meant.groups)
            lines = [line for line in lines if line.group not in ended]
            for group in meant.groups:
                since[group] = meant.event.order
                (stopped.add if meant.does == "set" else stopped.discard)(group)
        if meant.does in ("add", "set"):
            group_rules = groups.get(target, {})
            lasts = span(group_rules.get("lasts")) if meant.lasts is None else meant.lasts
            lines.append(
                Line(
                    place=-1,
                    rule="score_adjusted",
                    group=target,
                    event_id=meant.event.event_id,
                    at=meant.event.at,
                    raw=meant.points,
                    decay=group_rules.get("decay", "none"),
                    lasts=lasts,
                )
            )
    return since, stopped, lines


def worth(picture: Picture, at: int) -> list[Fraction]:
    """What the lines are worth at an instant, before any bound."""
    return [line.decayed(at) for line in picture.lines]
