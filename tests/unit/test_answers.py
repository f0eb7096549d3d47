"""Answers of sales: what is taken back was never said, and of the others the newest shows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.answers import ANSWERS, UNDONE, SalesAnswer, newest_answer
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, PREFETCH, SPAM, Route, is_kept_apart
from hotlist.leads.lead import Alerting, Lead, Temperature
from hotlist.leads.profile import GrowingFacts, Profile, profile_of
from hotlist.scoring import engine, ruleset
from hotlist.scoring.engine import Score

NOW: Final = datetime(2026, 3, 26, 6, 30, tzinfo=UTC)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


def said(event_type: str, days: int = 0, /, event_id: str = "", **properties: object) -> Event:
    at = NOW + days * DAY
    return Event(
        event_id=event_id or f"{event_type}{days}",
        type=event_type,
        occurred_at=at,
        received_at=at,
        route=Route.LINK,
        properties=properties,
        email="ada@example.org",
    )


def undo(of: Event, days: int = 1) -> Event:
    return replace(said(UNDONE, days, f"undo {of.event_id}"), properties={"event_id": of.event_id})


RULES: Final = ruleset.from_checked(
    {
        "temperature": {"hot": 20},
        "rules": [
            {"id": "asked", "event": "form_submitted", "points": 25},
            {"id": "met", "event": "sales_meeting", "points": 7, "award": "latest"},
            {"id": "spoke", "event": "sales_contacted", "points": 3, "award": "per_day"},
            {"id": "bought", "event": "sales_won", "points": 5, "award": "once", "lasts": "30h"},
            {"id": "no", "event": "sales_rejected", "points": -30},
            {"id": "still", "inactive": "20h", "award": "each", "points": -1},
        ],
    }
)


def score(profile: Profile, at: datetime) -> Score:
    return engine.score(RULES, profile.facts, profile.events, at)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ANSWERS)), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
def test_what_is_taken_back_is_as_if_it_had_never_been_said(
    given_: list[tuple[str, bool]], random: object
) -> None:
    answers = [said(name, number, f"{number}") for number, (name, _) in enumerate(given_)]
    kept = [one for one, (_, is_undone) in zip(answers, given_, strict=True) if not is_undone]
    events = answers + [undo(one, 9) for one in answers if one not in kept]
    random.shuffle(events)  # type: ignore[attr-defined]
    assert newest_answer(events) == newest_answer(kept)
    form = replace(said("form_submitted", -1), route=Route.FORM)
    at = NOW + 10 * DAY
    with_them = profile_of([form, *events], at, lambda _: None)
    without = profile_of([form, *kept], at, lambda _: None)
    assert with_them == without
    assert score(with_them, at) == score(without, at)
    growing = GrowingFacts(sorted([form, *events], key=lambda e: e.order), lambda _: None)
    assert growing.at(at)[0] == without.facts


@pytest.mark.parametrize("flag", [SPAM, INTERNAL, BOT, PREFETCH])
def test_machines_and_tests_neither_answer_nor_take_back(flag: str) -> None:
    answer = said("sales_contacted")
    assert newest_answer([replace(answer, flags=frozenset({flag}))]) is None
    back = replace(undo(answer), flags=frozenset({flag}))
    assert newest_answer([answer, back]) is not None


@pytest.mark.parametrize("target", [None, 1, "", ["sales_contacted0"], "other"])
def test_an_undo_that_names_no_answer_takes_nothing_back(target: object) -> None:
    answer = said("sales_contacted")
    back = replace(undo(answer), properties={"event_id": target})
    assert newest_answer([answer, back]) is not None


def test_an_undo_takes_back_answers_alone() -> None:
    form = replace(said("form_submitted", 0, "f"), route=Route.FORM)
    profile = profile_of([form, undo(form)], NOW + 2 * DAY, lambda _: None)
    assert form in profile.events


def test_the_newest_of_two_peoples_answers_shows() -> None:
    ann, ben = said("sales_contacted", 0, by="anna"), said("sales_meeting", 1, by="ben")
    for events in ([ann, ben], [ben, ann]):
        assert newest_answer(events) == SalesAnswer(
            ben.event_id, "sales_meeting", ben.occurred_at, "ben"
        )
        assert newest_answer([*events, undo(ben, 2)]) == SalesAnswer(
            ann.event_id, "sales_contacted", ann.occurred_at, "anna"
        )


@pytest.mark.parametrize(
    ("until", "read"),
    [
        ("2026-03-28T00:00:00+01:00", datetime(2026, 3, 27, 23, tzinfo=UTC)),
        ("2026-03-28T00:00:00Z", datetime(2026, 3, 28, tzinfo=UTC)),
        ("2026-03-28T00:00:00", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        (5, None),
        (None, None),
    ],
)
def test_a_lead_that_is_put_off_comes_back_at_an_instant(
    until: object, read: datetime | None
) -> None:
    found = newest_answer([said("sales_snoozed", 0, until=until)])
    assert found is not None
    assert found.until == read
    assert found.holds(NOW + DAY)
    assert found.holds(NOW + 30 * DAY) is (read is None)


def test_no_other_answer_has_an_end() -> None:
    found = newest_answer([said("sales_won", 0, until="2026-03-28T00:00:00Z")])
    assert found is not None
    assert found.until is None


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("is_alerted", [True, False])
def test_a_lead_is_answered_since_it_turned_hot(days: int, is_alerted: bool) -> None:
    lead = Lead(
        lead_id="email:1",
        folded_at=NOW + 5 * DAY,
        expires_at=NOW,
        temperature=Temperature.HOT,
        alerting=Alerting(hot_since=NOW if is_alerted else None),
        answer=SalesAnswer("1", "sales_contacted", NOW + days * DAY),
    )
    assert lead.is_answered is (days >= 0 or not is_alerted)
    put_off = SalesAnswer("1", "sales_snoozed", NOW + DAY, until=NOW + 5 * DAY)
    assert not replace(lead, answer=put_off).is_answered
    assert replace(lead, answer=put_off, folded_at=NOW + 4 * DAY).is_answered


def test_no_flood_hides_an_answer() -> None:
    for name in (*ANSWERS, UNDONE):
        assert is_kept_apart(Route.LINK, name)
        assert is_kept_apart(Route.SERVER, name)


def test_what_sales_says_is_not_the_leads_last_activity() -> None:
    form = replace(said("form_submitted", 0), route=Route.FORM)
    later = said("sales_contacted", 1)
    profile = profile_of([form, later], NOW + 3 * DAY, lambda _: None)
    assert profile.last_event_at == form.occurred_at
    assert profile.last_event_id == form.event_id


def test_what_sales_says_makes_no_lead_and_keeps_none_alive() -> None:
    form = replace(said("form_submitted", 0), route=Route.FORM)
    answer, dangling = said("sales_won", 300), undo(said("sales_won", 1), 300)
    for events in ([answer], [dangling], [answer, undo(answer, 301)]):
        assert profile_of(events, NOW + 302 * DAY, lambda _: None) == Profile()
    alone = profile_of([form], NOW + 302 * DAY, lambda _: None)
    assert profile_of([form, answer, dangling], NOW + 302 * DAY, lambda _: None).ends_at == (
        alone.ends_at
    )


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("2026-03-28", date(2026, 3, 28)),
        ("2026-03-26", date(2026, 3, 26)),
        ("2026-03-25", None),  # that is not when it comes back
        ("2026-03-29", None),
        ("20260328", None),
        ("soon", None),
        (28, None),
        (None, None),
    ],
)
def test_the_day_of_an_answer_is_the_one_on_which_the_lead_comes_back(
    day: object, read: date | None
) -> None:
    found = newest_answer([said("sales_snoozed", 0, until="2026-03-27T23:00:00Z", day=day)])
    assert found is not None
    assert found.day == read
    kiritimati, pago_pago = timezone(14 * HOUR), timezone(-11 * HOUR)
    assert found.day_in(kiritimati) == (read or date(2026, 3, 28))
    assert found.day_in(pago_pago) == (read or date(2026, 3, 27))
    for other in ("sales_won", "sales_contacted"):
        said_otherwise = newest_answer([said(other, 0, until="2026-03-27T23:00:00Z", day=day)])
        assert said_otherwise is not None
        assert said_otherwise.day is None
