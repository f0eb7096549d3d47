"""The parts of the language: events, matchers, conditions, facts and stages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.events.times import from_ms, to_ms
from hotlist.events.vocabulary import BOT, INTERNAL, PREFETCH, SPAM, is_activity
from hotlist.scoring import domains, values
from hotlist.scoring.pattern import eventbridge

Rules = Mapping[str, Any]
"""A ruleset, or a part of one, as its YAML gives it."""
Facts = Mapping[str, object]
Order = tuple[int, str]

STAGES: Final = ("awareness", "interest", "consideration", "intent", "customer")
_STAGE_EVENTS: Final[Rules] = {
    "interest": [
        {"event": ["form_submitted", "file_downloaded", "email_clicked", "webinar_registered"]}
    ],
    "consideration": [{"event": ["webinar_attended", "sales_contacted"]}],
    "intent": [
        {"event": ["demo_requested", "contact_requested", "meeting_booked", "trial_started"]},
        {"event": ["cart_updated", "cart_abandoned", "sales_meeting"]},
    ],
    "customer": [{"event": ["order_completed", "sales_won"]}],
}
_ANSWERS: Final = (
    *("sales_contacted", "sales_meeting", "sales_won", "sales_rejected", "sales_snoozed"),
)
_ADJUSTING: Final = ("score_reset", "score_adjusted")


@dataclass(frozen=True)
class Happening:
    """An event in whole milliseconds."""

    event_id: str
    type: str
    at: int
    properties: Mapping[str, object]
    flags: frozenset[str]
    expires_at: int | None

    @property
    def order(self) -> Order:
        return self.at, self.event_id

    @property
    def is_bot(self) -> bool:
        return bool(self.flags & {BOT, PREFETCH})

    def value(self, name: str) -> object:
        """The value of a property, or None if it is missing."""
        return self.properties.get(name)


def history(events: Iterable[Event]) -> list[Happening]:
    """Events in order, those with the same id once."""
    happenings = {
        event.event_id: Happening(
            event.event_id,
            event.type,
            to_ms(event.occurred_at),
            event.properties,
            frozenset(event.flags),
            None if event.expires_at is None else to_ms(event.expires_at),
        )
        for event in events
    }
    given = {event.event_id for event in happenings.values() if event.type in _ANSWERS}
    undos = [
        event
        for event in happenings.values()
        if event.type == "sales_undone" and not event.flags & {SPAM, INTERNAL, BOT, PREFETCH}
    ]
    pairs = [event for event in undos if event.value("event_id") in given]
    gone = {one for event in pairs for one in (event.event_id, event.value("event_id"))}
    standing = [event for event in happenings.values() if event.event_id not in gone]
    return sorted(standing, key=lambda event: event.order)


def counts(rules: Rules, event: Happening, now: int) -> bool:
    """Step 1, without the flag `bot`, since each rule decides about bots."""
    retention = values.duration(rules.get("retention", "396d"))
    return (
        event.at <= now
        and now - event.at < retention
        and (event.expires_at is None or now < event.expires_at)
        and not event.flags & {SPAM, INTERNAL}
        and not any(matches(matcher, event, any_type=True) for matcher in rules.get("ignore", ()))
    )


# --- matchers and conditions ------------------------------------------------------------

_compiled: dict[str, Callable[[Any], bool]] = {}


def _once(key: str, compile_it: Callable[[], Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(_compiled) > 1000:
        _compiled.clear()
    if key not in _compiled:
        _compiled[key] = compile_it()
    return _compiled[key]


def where_matches(where: Any, properties: Mapping[str, object]) -> bool:
    return _once(f"where {where!r}", lambda: eventbridge.compile(where))(properties)


def lead_matches(lead: Any, facts: Facts) -> bool:
    return _once(f"lead {lead!r}", lambda: eventbridge.compile(lead, ignore_case=True))(facts)


def score_matches(wanted: Any, total: int) -> bool:
    return _once(f"score {wanted!r}", lambda: eventbridge.compile_values(wanted))(total)


def matches(matcher: Rules, event: Happening, *, any_type: bool = False) -> bool:
    """Whether `event` and `where` match an event."""
    wanted = matcher.get("event", None if any_type else "activity")
    types = [wanted] if isinstance(wanted, str) else wanted
    if types is not None and not any(
        is_activity(event.type) if name == "activity" else name == event.type for name in types
    ):
        return False
    return "where" not in matcher or where_matches(matcher["where"], event.properties)


def kind(rule: Rules) -> str:
    if "inactive" in rule:
        return "silence"
    return "event" if "event" in rule else "lead"


def group_of(rule: Rules) -> str:
    group: str = rule.get("group", "fit" if kind(rule) == "lead" else "engagement")
    return group


def groups_of(rules: Rules) -> dict[str, Rules]:
    given = rules.get("groups", {"fit": {}, "engagement": {}})
    return {name: group or {} for name, group in given.items()}


def is_judged(rule: Rules) -> bool:
    """Whether the points of its silences depend on the total."""
    return "score" in rule or any("score" in band for band in rule.get("first_of", ()))


def is_active(rules: Rules, rule: Rules, at: int) -> bool:
    zone = values.zone(rules.get("timezone", "UTC"))
    if "active_from" in rule and at < values.beginning(rule["active_from"], zone):
        return False
    return "active_until" not in rule or at < values.ending(rule["active_until"], zone)


def span(value: Any) -> int | None:
    """A duration, or None for `none`."""
    return None if value in (None, "none") else values.duration(value)


def minimums(value: Any) -> Mapping[str, int]:
    """Minimums by name. A plain number is the minimum of the total."""
    given = value if isinstance(value, Mapping) else {"total": value}
    return {name: values.whole(minimum) for name, minimum in given.items()}


def identity(value: object) -> object:
    """A key that is the same for equal properties: same JSON type, same value."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__, value
    if isinstance(value, Mapping):
        return "object", frozenset((name, identity(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(identity(item) for item in value)
    return "number", Fraction(value)  # type: ignore[call-overload]


def day_of(rules: Rules, at: int) -> str:
    """The local day of an instant."""
    zone = values.zone(rules.get("timezone", "UTC"))
    return from_ms(at).astimezone(zone).date().isoformat()


def session_of(event: Happening) -> object:
    """The session of an event. An event without one is a session of its own."""
    session = event.value("session_id")
    return ("own", event.event_id) if session is None else identity(session)


# --- facts ------------------------------------------------------------------------------


def known(rules: Rules, facts: Facts, stage: str) -> dict[str, object]:
    """Step 2: the facts that `lead` patterns are compared with."""
    seen = {name: value for name, value in facts.items() if value is not None}
    domain = seen.get("email_domain")
    if "email_class" not in seen and isinstance(domain, str):
        seen["email_class"] = email_class(rules, domain)
    seen["stage"] = stage
    return seen


def email_class(rules: Rules, domain: str) -> str:
    def plain(name: str) -> str:
        return name.lower().removesuffix(".")

    given = rules.get("domains", {})
    for name in sorted(given, key=lambda name: {"own": 0, "competitor": 1}.get(name, 2)):
        if any(("." + plain(domain)).endswith("." + plain(listed)) for listed in given[name]):
            return str(name)
    return domains.email_class(domain)


def stage_of(rules: Rules, events: Iterable[Happening]) -> str:
    """The stage that the events reach. All of them count."""
    matchers = {**_STAGE_EVENTS, **rules.get("stages", {})}

    def reaches(event: Happening, stage: str) -> bool:
        return any(matches(matcher, event) for matcher in matchers.get(stage, ()))

    people = [event for event in events if not event.is_bot]
    for number, event in enumerate(people):
        if event.type == "sales_rejected" and not any(
            reaches(later, "intent") or reaches(later, "customer") for later in people[number + 1 :]
        ):
            return "rejected"
    for stage in reversed(STAGES):
        if any(reaches(event, stage) for event in people):
            return stage
    return "awareness"


# --- resets, sets and adjustments -------------------------------------------------------


@dataclass(frozen=True)
class Adjustment:
    """A valid reset or adjustment. `groups` are the groups that it changes."""

    event: Happening
    does: str
    groups: tuple[str, ...]
    whole: bool
    points: int = 0
    lasts: int | None = None


def is_adjusting(event: Happening) -> bool:
    return event.type in _ADJUSTING


def adjustment(rules: Rules, event: Happening) -> Adjustment | None:
    """The adjustment of an event, or None if it is ignored."""
    groups = tuple(groups_of(rules))
    named = event.value("group")
    if named is not None:
        if not isinstance(named, str) or named not in groups:
            return None
        groups = (named,)
    if event.type == "score_reset":
        return Adjustment(event, "reset", groups, named is None)
    given = [does for does in ("add", "set") if event.value(does) is not None]
    if len(given) != 1:
        return None
    lasts = event.value("lasts")
    try:
        return Adjustment(
            event,
            given[0],
            groups,
            named is None,
            values.points(event.value(given[0])),
            None if lasts is None else values.duration(lasts),
        )
    except ValueError:
        return None
