"""The history of a lead: visits are collapsed by session, and all else is told in plain words."""

from datetime import timedelta
from typing import Any, Final

import pytest

from card_views import ANNA, NOON
from hotlist.cards.episodes import (
    LONG_PAUSE,
    MOST,
    MOST_ANSWERS,
    MOST_PAGES,
    VISIT,
    History,
    history_of,
)
from hotlist.cards.history_words import joined, told
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, PREFETCH, Route

NAMES: Final = {"anna": "Anna Kowalska", "ben": "Ben Miller"}
MINUTE: Final = timedelta(minutes=1)


def event(kind: str, minutes: float = 0, /, **said: Any) -> Event:
    """Something so many minutes after noon yesterday; `route` and so on stand in `said`, too."""
    at = NOON - timedelta(days=1) + minutes * MINUTE
    own = {name: said.pop(name) for name in ("route", "subject", "flags", "texts") if name in said}
    fields: dict[str, Any] = {
        "event_id": f"{kind}{minutes:07}{own.get('subject', '')}",
        "type": kind,
        "occurred_at": at,
        "received_at": at,
        "route": Route.BEACON if kind in ("page_viewed", "session_started") else Route.LINK,
        "subject": "visitor:1",
        "properties": said,
    }
    return Event(**(fields | own))


def view(minutes: float, title: str = "", session: str = "", **more: Any) -> Event:
    said = {"page_title": title} if title else {}
    said |= {"session_id": session} if session else {}
    return event("page_viewed", minutes, **said, **more)


def history(*events: Event, corrections: tuple[Event, ...] = ()) -> History:
    counting = sorted(events, key=lambda one: one.order)
    return history_of(counting, (*events, *corrections), names=NAMES)


def says(*events: Event, corrections: tuple[Event, ...] = ()) -> list[str]:
    """Each episode as one text, the newest first."""
    found = (told(one, ANNA, NOON) for one in history(*events, corrections=corrections).episodes)
    return [
        f"{one.text}: {joined(one.about)}" + (f" ({one.note})" if one.note else "") for one in found
    ]


# --- visits -----------------------------------------------------------------------------------


def test_a_session_is_one_visit_also_with_pauses() -> None:
    pages = ["Pricing", "Home", "Pricing", "Team", "Blog", "Jobs"]
    views = [view(n * 2.4, page, "s1") for n, page in enumerate(pages)]
    started = event("session_started", session_id="s1", route=Route.BEACON)
    (visit,) = history(started, *views).episodes
    assert (visit.kind, len(visit.event_ids), visit.page_count) == (VISIT, 7, 5)
    assert says(started, *views) == [
        "Visited 5 pages in 12 minutes: Pricing, Home, Team, Blog, Jobs"
    ]
    assert len(history(view(0, "A", "s1"), view(500, "B", "s1")).episodes) == 1
    assert len(history(view(0, "A", "s1"), view(1, "B", "s2")).episodes) == 2


@pytest.mark.parametrize(("pause", "visits"), [(30, 1), (30.1, 2)])
def test_without_a_session_a_visit_ends_with_a_pause(pause: float, visits: int) -> None:
    assert len(history(view(0, "A"), view(pause, "B")).episodes) == visits


def test_without_a_session_two_browsers_are_two_visits() -> None:
    apart = history(view(0, "A"), view(1, "B", subject="visitor:2"), view(2, "C")).episodes
    assert [one.pages for one in apart] == [("A", "C"), ("B",)]


def test_a_bot_is_marked_and_stands_apart() -> None:
    bot = view(1, "B", "s1", flags=frozenset({BOT}))
    assert says(view(0, "A", "s1"), bot) == [
        "Visited 1 page: B (by a bot)",
        "Visited 1 page: A",
    ]


def test_more_pages_and_other_actions_are_counted() -> None:
    views = [view(n, f"P{n}", "s") for n in range(MOST_PAGES + 2)]
    clicks = [event("element_clicked", n / 2, session_id="s", route=Route.BEACON) for n in range(3)]
    own = event("custom:video_watched", 9, session_id="s", route=Route.BEACON)
    (said,) = says(*views, *clicks, own)
    assert said == (
        "Visited 10 pages in 9 minutes: P0, P1, P2, P3, P4, P5, P6, P7, and 2 more"
        " · Click on the page ×3 · Video watched"
    )


def test_a_visit_without_pages_is_one_too() -> None:
    assert says(event("session_started", session_id="s", route=Route.BEACON)) == [
        "Came to the site: "
    ]


def test_the_pause_counts_from_the_last_event_and_days_are_told() -> None:
    assert len(history(*(view(n * 20, f"P{n}") for n in range(5))).episodes) == 1
    assert says(view(0, "A", "s"), view(180, "B", "s")) == ["Visited 2 pages in 3 hours: A, B"]
    (said,) = says(*(view(n * 700, "AB"[n % 2], "s") for n in range(7)))
    assert said == "Visited 2 pages in 2 days: A, B"


def test_a_session_that_comes_again_much_later_or_elsewhere_is_another_visit() -> None:
    months = view(-99_000, "A", "s"), view(0, "B", "s")
    assert [one.pages for one in history(*months).episodes] == [("B",), ("A",)]
    pause = LONG_PAUSE / MINUTE
    for later, visits in ((pause, 1), (pause + 0.1, 2)):
        assert len(history(view(0, "A", "s"), view(later, "B", "s")).episodes) == visits
    people = view(0, "A", "s"), view(1, "B", "s", subject="visitor:2"), view(2, "C", "s")
    assert [one.pages for one in history(*people).episodes] == [("A", "C"), ("B",)]


def test_pages_are_counted_by_their_path_and_told_by_their_title() -> None:
    def page(minutes: float, title: str, path: str) -> Event:
        return event("page_viewed", minutes, page_title=title, page_path=path, session_id="s")

    same = page(0, "Shop", "/a"), page(1, "Shop", "/b"), page(2, "Shop (2 new)", "/a")
    assert says(*same) == ["Visited 2 pages in 2 minutes: Shop, /b"]


def test_the_newest_action_is_told_whenever_its_visit_began() -> None:
    long = [view(n * 600, f"P{n}", "s") for n in range(9)]
    others = [event("email_opened", 1 + n * 23) for n in range(MOST + 3)]
    found = history(*long, *others)
    assert found.episodes[0].event_ids[-1] == long[-1].event_id
    assert [one.until for one in found.episodes] == sorted(
        (one.until for one in found.episodes), reverse=True
    )


# --- other things -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (event("email_opened", form="ebook", mail="reward"), "Mail opened: ebook · reward"),
        (
            event("email_clicked", form="e", mail="receipt", to="https://a.b/c"),
            "Link in a mail followed: e · receipt · https://a.b/c",
        ),
        (
            event("email_opened", mail="reward", flags=frozenset({PREFETCH})),
            "Mail opened: reward (by a mail program, before anybody read it)",
        ),
        (event("file_downloaded", form="e", reward="guide"), "File downloaded: e · guide"),
        (
            event("order_completed", value=1249.5, currency="PLN", order_id="7"),
            "Ordered: 1,249.5 PLN · 7",
        ),
        (event("order_completed", value=1e300), "Ordered: "),
        (event("order_completed", value=float("nan")), "Ordered: "),
        (event("consent_given", purpose="email"), "Consent given: e-mail"),
        (event("consent_withdrawn", purpose=["phone", "own"]), "Consent withdrawn: phone · own"),
        (event("unsubscribed", all=True), "Unsubscribed: everything"),
        (event("unsubscribed", purposes=["email"]), "Unsubscribed: e-mail"),
        (event("sales_contacted", by="ben"), "Contacted: by Ben Miller"),
        (event("sales_won", by="zoe", value=1200), "Won: by zoe · 1,200"),
        (
            event("sales_rejected", by="anna", reason="no_budget"),
            "Not relevant: by Anna Kowalska · no budget",
        ),
        (
            event("sales_snoozed", by="anna", day="2026-12-03"),
            "Later: by Anna Kowalska · until Dec 3, 2026",
        ),
        (event("sales_snoozed", day="tomorrow"), "Later: "),
        (event("sales_undone", by="anna"), "An answer of sales was taken back: by Anna Kowalska"),
        (
            event("score_adjusted", add=12, group="fit", reason="fair", author="eve"),
            "Points changed by hand: +12 · fit · fair · by eve",
        ),
        (event("score_adjusted", set=-3), "Points changed by hand: set to -3"),
        (event("score_adjusted", add=0.125), "Points changed by hand: +0.125"),
        (event("score_adjusted", add=-1234.5), "Points changed by hand: -1,234.5"),
        (event("lead_moved", owner="ben"), "Moved to another owner: Ben Miller"),
        (event("custom:demo_seen", route=Route.SERVER), "Demo seen: "),
    ],
)
def test_what_happened_is_told_in_plain_words(happened: Event, said: str) -> None:
    assert says(happened) == [said]


def test_a_correction_is_told_though_it_counts_for_nothing() -> None:
    word = event("event_reclassified", 5, event_id="x", add=["spam"], remove=["bot", "own"])
    assert says(view(0, "A"), corrections=(word, word)) == [
        "Corrected by hand: is spam · is not a bot, own",
        "Visited 1 page: A",
    ]


def test_a_form_has_its_answers_and_no_message_unless_it_was_read() -> None:
    said = {"form": "contact", "name": "Ada", "company_size": 5, "newsletter": True, "tags": ["a"]}
    context = {"page_url": "https://a.b", "user_agent": "x", "consents": {"email": "1"}}
    form = event("contact_requested", route=Route.FORM, **said, **context)
    (one,) = history(form).episodes
    assert told(one, ANNA, NOON).answers == (
        ("Name", "Ada"),
        ("Company size", "5"),
        ("Newsletter", "yes"),
        ("Tags", "a"),
        ("Consents", "e-mail"),
    )
    texts = {"message": "Hello\nthere", "user_agent": "y", "extra": {"a": "b"}}
    (read,) = history(event("contact_requested", route=Route.FORM, texts=texts)).episodes
    assert told(read, ANNA, NOON).answers == (("Message", "Hello\nthere"),)


def test_fields_are_called_what_their_form_calls_them() -> None:
    form = event("form_submitted", route=Route.FORM, form="ebook", company_size=5, own_field="x")
    labels = {"ebook": {"company_size": "Wie viele seid ihr?"}, "": {"own_field": "no"}}
    found = history_of([form], [form], names={}, labels=lambda name: labels.get(name, {}))
    assert told(found.episodes[0], ANNA, NOON).answers == (
        ("Wie viele seid ihr?", "5"),
        ("Own field", "x"),
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["x", {"y": 1, "z": [True, None]}], "x, 1, yes"),
        ({"k": {"l": "v"}, "m": []}, "v"),
        ("a\tb\x1b[31m\u202eabc\u2066", "a b [31mabc"),
        ("one\n\u202etwo\r\n three", "one\ntwo\nthree"),
        ([[["deep"]]], "deep"),
        (["\u200b", "a", "", "b"], "a, b"),
    ],
)
def test_an_answer_is_plain_text(value: object, said: str) -> None:
    (one,) = history(event("form_submitted", route=Route.FORM, q=value)).episodes
    assert told(one, ANNA, NOON).answers == (("Q", said),)


def test_an_answer_that_is_very_deep_or_long_is_cut() -> None:
    deep: object = "x"
    for _ in range(500):
        deep = [deep, "y"]
    wide = [[str(n)] * 50 for n in range(5_000)]
    (one,) = history(event("form_submitted", route=Route.FORM, deep=deep, wide=wide)).episodes
    assert all(0 < len(answer) <= 200 for _, answer in told(one, ANNA, NOON).answers)


def test_a_change_of_points_that_counts_for_nothing_says_so() -> None:
    void = event("score_adjusted", add=5, group="unknown")
    found = history_of([void], [void], names={}, is_void=lambda _: True)
    said = told(found.episodes[0], ANNA, NOON)
    assert (said.about, said.note) == ((("+5",), ("unknown",)), "counts for nothing")


def test_of_very_many_answers_some_are_counted() -> None:
    form = event("form_submitted", route=Route.FORM, **{f"a{n}": "x" for n in range(20)})
    (one,) = history(form).episodes
    said = told(one, ANNA, NOON)
    assert (len(said.answers), said.more) == (MOST_ANSWERS, "and 8 more")


def test_a_history_is_the_newest_and_says_how_many_are_older() -> None:
    many = [event("email_opened", n) for n in range(MOST + 7)]
    found = history(*many)
    assert (len(found.episodes), found.older) == (MOST, 7)
    assert found.episodes[0].at == many[-1].occurred_at
