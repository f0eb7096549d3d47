"""What a digest tells is written down: its window, its leads; the next one takes back of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.mail import digest_mail
from hotlist.mail.ses import delivery_hash
from hotlist.runtime.failures import RunFailed
from hotlist.sales import views
from hotlist.sales.gone import MOST_GONE
from hotlist.store.events import to_item
from hotlist.store.items import ReadsThrottled
from hotlist.store.windows import WindowStore
from integration.lambdas import stream_event
from integration.stages.corrections import DAY, MINUTE, MONDAY, TUESDAY, WEDNESDAY, happens, spam
from integration.stages.digest import ANNAS_HOUR, BENS_HOUR, Digest

PHONE = "+48600100200"


def item(digest: Digest, delivery_id: str) -> dict[str, Any]:
    """An item of Deliveries, its values without their types."""
    table = digest.app.digester.windows._table
    key = {"delivery_id": {"S": delivery_id}}
    found = boto3.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
    return {name: next(iter(value.values())) for name, value in found.items()}


def window(digest: Digest, day: datetime) -> tuple[str, str]:
    found = item(digest, f"digest#anna#{day:%Y-%m-%d}")
    return found["window_from"], found["window_to"]


def section(text: str) -> list[str]:
    """The lines of what is hot no longer."""
    _, found, rest = text.partition("Już nie gorące\n--------------\n")
    return rest.split("\n\n")[0].splitlines() if found else []


def test_a_window_begins_where_the_last_one_that_was_sent_ended(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 20 * 60 * MINUTE)
    digest.run(MONDAY)
    end = times.to_text(MONDAY - 3 * MINUTE)
    assert window(digest, MONDAY) == (times.to_text(MONDAY - DAY - 3 * MINUTE), end)
    assert item(digest, "digest#anna#2026-03-02")["shown"] == [ada]
    assert item(digest, "recipient#anna")["window_end"] == end
    digest.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    with pytest.raises(RunFailed):
        digest.run(TUESDAY)
    assert item(digest, "recipient#anna")["window_end"] == end
    digest.ses.refuse = {}
    digest.run(WEDNESDAY)
    assert window(digest, WEDNESDAY) == (end, times.to_text(WEDNESDAY - 3 * MINUTE))


def test_a_digest_that_is_let_be_moves_no_window(digest: Digest) -> None:
    digest.run(MONDAY)
    assert item(digest, "digest#anna#2026-03-02")["state"] == "let_be"
    assert item(digest, "recipient#anna") == {}


def suspended(digest: Digest, lead_id: str) -> None:
    happens(digest, "score_suspended", lead_id, TUESDAY - 60 * MINUTE)


def reset(digest: Digest, lead_id: str) -> None:
    happens(digest, "score_reset", lead_id, TUESDAY - 60 * MINUTE)


def corrected_after_an_answer(digest: Digest, lead_id: str) -> None:
    happens(digest, "sales_rejected", lead_id, TUESDAY - 60 * MINUTE)
    happens(digest, "score_suspended", lead_id, TUESDAY - 50 * MINUTE)


def objected(digest: Digest, lead_id: str) -> None:
    happens(digest, "profiling_objected", lead_id, TUESDAY - 60 * MINUTE)


REASONS: list[tuple[Callable[[Digest, str], None], str]] = [
    (suspended, "ada: poprawione ręcznie · Nie można pisać"),
    (reset, "ada · ada@example.org: poprawione ręcznie"),
    (spam, "ada: poprawione ręcznie · Nie można pisać"),
    (corrected_after_an_answer, "ada: poprawione ręcznie · Nie można pisać"),
    (objected, "ada: sprzeciw wobec profilowania · Nie można pisać"),
]


@pytest.mark.parametrize(("what", "reason"), REASONS)
@pytest.mark.parametrize("is_rescored", [True, False])
def test_a_lead_that_was_shown_is_taken_back_with_the_reason_once(
    digest: Digest, what: Callable[[Digest, str], None], reason: str, is_rescored: bool
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    if is_rescored:
        what(digest, ada)
    else:  # the digest comes before the score function
        handler, digest._score.handler = digest._score.handler, lambda *_: None
        what(digest, ada)
        digest._score.handler = handler
    assert digest.run(TUESDAY)["sent"] == 1
    assert section(digest.texts()[-1]) == [reason]
    assert reason.partition(": ")[2].partition(" · ")[0] in digest.html()[-1]
    assert "Dziś nie ma gorących leadów." in digest.texts()[-1]
    assert digest.run(WEDNESDAY)["sent"] == 0, "it is taken back once"


def test_a_lead_that_has_cooled_by_itself_says_what_it_is_now(digest: Digest) -> None:
    digest.lead("ada@example.org", TUESDAY - 14 * DAY - 60 * MINUTE)
    digest.run(MONDAY)
    assert "ada@example.org" in digest.texts()[-1]
    digest.run(TUESDAY)
    assert section(digest.texts()[-1]) == ["ada · ada@example.org: ostygł, teraz zimny"]


def test_a_lead_that_has_cooled_and_was_answered_is_answered(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", TUESDAY - 14 * DAY - 60 * MINUTE)
    digest.run(MONDAY)
    happens(digest, "sales_rejected", ada, TUESDAY - 120 * MINUTE)
    digest.run(TUESDAY)
    assert section(digest.texts()[-1]) == ["ada · ada@example.org: sprzedaż już odpowiedziała"]


def test_a_phone_that_an_address_has_taken_in_says_whose_it_is(digest: Digest) -> None:
    phone = identifiers.subject("phone", PHONE)
    at = MONDAY - 60 * MINUTE
    event = Event(
        event_id=f"{times.to_ms(at):012x}{'1' * 20}",
        type="contact_requested",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + timedelta(days=9999),
        subject=phone,
        phone=PHONE,
        properties={"name": "Ada"},
    )
    digest._score.stores.events.put(event)
    digest._score.handler(stream_event(to_item(event)), None)
    digest.run(MONDAY)
    assert item(digest, "digest#anna#2026-03-02")["shown"] == [phone]
    digest.lead("countess@example.org", MONDAY + 60 * MINUTE, name="Countess", phone=PHONE)
    digest.run(TUESDAY)
    assert section(digest.texts()[-1]) == [f"Ada · {PHONE}: teraz to ta sama osoba co Countess"]
    assert "countess@example.org" in digest.texts()[-1].partition("Już nie")[0]


def test_a_lead_of_which_nothing_is_kept_has_ended(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    client, stores = boto3.client("dynamodb"), digest._score.stores
    client.delete_item(TableName=stores.leads._table, Key={"lead_id": {"S": ada}})
    for one in stores.events.history(ada, now=ANNAS_HOUR, limit=99).events:
        key = {"subject": {"S": ada}, "event_key": {"S": f"e#{one.event_id}"}}
        client.delete_item(TableName=stores.events._table, Key=key)
    digest.run(TUESDAY)
    assert section(digest.texts()[-1]) == ["Ktoś: koniec: nie ma już niczego, co się liczy"]


def tell(digest: Digest, lead_id: str, at: datetime) -> None:
    """What the sending of an alert leaves in the hour's set of deliveries."""
    boto3.client("dynamodb").put_item(
        TableName=digest.app.digester.windows._table,
        Item={
            "delivery_id": {"S": f"hour#anna#alert#{at:%Y-%m-%dT%H}"},
            "sent": {"SS": [f"alert#{lead_id}@{times.to_text(at)}#anna"]},
        },
    )


@pytest.mark.parametrize(("ago", "is_known"), [(timedelta(0), True), (8 * DAY, False)])
def test_a_lead_that_only_an_alert_told_of_is_taken_back_too(
    digest: Digest, ago: timedelta, is_known: bool
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    tell(digest, ada, MONDAY - 60 * MINUTE - ago)
    happens(digest, "score_suspended", ada, MONDAY - 30 * MINUTE)
    assert digest.run(MONDAY)["sent"] == is_known
    assert [section(text) for text in digest.texts()] == [
        ["ada: poprawione ręcznie · Nie można pisać"]
    ] * is_known


def test_who_was_not_told_of_a_lead_hears_of_no_end(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)  # Anna's hour, not Ben's
    happens(digest, "score_suspended", ada, MONDAY + 30 * MINUTE)
    assert digest.run(BENS_HOUR)["sent"] == 0


def test_a_lead_that_is_still_hot_but_has_no_room_is_taken_back_when_it_cools(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    monkeypatch.setattr("hotlist.sales.hot_list.MOST", 2)
    monkeypatch.setattr("hotlist.sales.hot_list.MOST_NEW", 2)
    monkeypatch.setattr("hotlist.sales.editions.MOST", 2)
    for name in ("bo", "cy"):
        digest.lead(f"{name}@example.org", TUESDAY - 60 * MINUTE)
    digest.run(TUESDAY)
    text = digest.texts()[-1]
    assert "ada@example.org" not in text
    assert "i jeszcze 1" in text
    assert item(digest, "digest#anna#2026-03-03")["owed"] == [ada]
    happens(digest, "score_suspended", ada, WEDNESDAY - 60 * MINUTE)
    digest.run(WEDNESDAY)
    assert section(digest.texts()[-1]) == ["ada: poprawione ręcznie · Nie można pisać"]


def test_more_than_one_mail_can_take_back_are_taken_back_by_the_next(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.wants(monkeypatch, top=50)
    names = [f"p{number}" for number in range(MOST_GONE + 5)]
    leads = [digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE) for name in names]
    digest.run(MONDAY)
    for lead_id in leads:
        happens(digest, "score_suspended", lead_id, MONDAY + 60 * MINUTE)
    digest.run(TUESDAY)
    digest.run(WEDNESDAY)
    first, second = (section(text) for text in digest.texts()[1:])
    assert (len(first), len(second)) == (MOST_GONE, 5)
    assert {line.partition(":")[0] for line in first + second} == set(names)


@pytest.mark.parametrize(
    ("what", "reason"), [(reset, "poprawione ręcznie"), (objected, "sprzeciw wobec profilowania")]
)
def test_the_reason_is_the_same_in_whichever_mail_it_is_told(
    digest: Digest,
    monkeypatch: pytest.MonkeyPatch,
    what: Callable[[Digest, str], None],
    reason: str,
) -> None:
    monkeypatch.setattr("hotlist.sales.digest.MOST_GONE", 1)
    for name in ("ada", "bo", "cy"):
        lead_id = digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE)
        happens(digest, "score_adjusted", lead_id, MONDAY - 30 * MINUTE, add=1, reason="called")
    digest.run(MONDAY)
    for name in ("ada", "bo", "cy"):
        what(digest, identifiers.subject("email", f"{name}@example.org"))
    for days in range(1, 4):
        digest.run(MONDAY + days * DAY)
    told = [section(text) for text in digest.texts()[1:]]
    assert [len(lines) for lines in told] == [1, 1, 1]
    assert len({lines[0][:2] for lines in told}) == 3
    assert all(reason in lines[0] for lines in told)


def test_a_word_before_a_lead_was_last_told_as_hot_is_no_reason_later_either(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was corrected, then told as hot, then it cooled by itself."""
    ended = MONDAY + 14 * DAY
    for name in ("ada", "bo"):
        lead_id = digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE)
        happens(digest, "score_adjusted", lead_id, MONDAY - 30 * MINUTE, add=1, reason="called")
    digest.run(MONDAY)
    monkeypatch.setattr("hotlist.sales.digest.MOST_GONE", 1)
    digest.run(ended)
    digest.run(ended + DAY)
    told = [section(text)[0].partition(": ")[2] for text in digest.texts()[1:]]
    assert told == ["ostygł, teraz zimny"] * 2


def test_a_run_that_ends_before_the_window_moves_has_told_what_it_told(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)

    def fails(*_: object) -> None:
        raise ReadsThrottled

    with monkeypatch.context() as patch:
        patch.setattr(WindowStore, "sent", fails)
        with pytest.raises(RunFailed):
            digest.run(MONDAY)
    assert digest.ses.to == ["anna@example.com"]
    happens(digest, "score_suspended", ada, MONDAY + 60 * MINUTE)
    digest.run(TUESDAY)
    assert window(digest, TUESDAY)[0] == times.to_text(MONDAY - 3 * MINUTE)
    assert len(section(digest.texts()[-1])) == 1


def test_a_mail_whose_outcome_is_lost_counts_as_told_and_is_no_window(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.ses.refuse = {"anna@example.com": ("InternalFailure", 500)}
    with pytest.raises(RunFailed):
        digest.run(MONDAY)
    digest.ses.refuse = {}
    happens(digest, "score_suspended", ada, MONDAY + 60 * MINUTE)
    digest.run(TUESDAY)
    assert window(digest, TUESDAY)[0] == times.to_text(TUESDAY - DAY - 3 * MINUTE)
    assert len(section(digest.texts()[-1])) == 1


def test_a_mail_that_ses_reports_sent_after_all_moves_the_window(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.ses.refuse = {"anna@example.com": ("InternalFailure", 500)}
    with pytest.raises(RunFailed):
        digest.run(MONDAY)
    digest.ses.refuse = {}
    name = "digest#anna#2026-03-02"
    digest.app.digester.outbox.deliveries.record_sent(delivery_hash(name), "m", MONDAY)
    assert digest.run(MONDAY + 15 * MINUTE)["sent"] == 0
    assert item(digest, name)["state"] == "sent"
    digest.run(TUESDAY)
    assert window(digest, TUESDAY)[0] == times.to_text(MONDAY - 3 * MINUTE)


def test_a_lead_whose_end_cannot_be_rendered_stops_no_mail_and_is_taken_back_later(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE) for name in ("ada", "bo")]
    digest.run(MONDAY)
    for lead_id in leads:
        happens(digest, "score_suspended", lead_id, MONDAY + 60 * MINUTE)
    rendered = digest_mail.gone_line

    def fails(one: Any, *args: Any) -> Any:
        if one.contact.name == "ada":
            raise UnicodeError("not to be written")
        return rendered(one, *args)

    with monkeypatch.context() as patch:
        patch.setattr(digest_mail, "gone_line", fails)
        with pytest.raises(RunFailed, match=r"event_id=\w+: UnicodeError"):
            digest.run(TUESDAY)
    assert [line.partition(":")[0] for line in section(digest.texts()[-1])] == ["bo"]
    digest.run(WEDNESDAY)
    assert [line.partition(":")[0] for line in section(digest.texts()[-1])] == ["ada"]


@pytest.mark.parametrize("left", [0, 1])
def test_what_cannot_be_looked_at_any_more_is_shown_as_it_is_stored(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    for name in ("ada", "bo", "cy"):
        digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE)
    monkeypatch.setattr(views.Views.__init__, "__defaults__", _with_budget(left))
    assert digest.run(MONDAY)["sent"] == 1
    assert digest.texts()[-1].count("(stan z 2 mar, 06:45)") == 3 - left
    assert len(re.findall("@example.org", digest.texts()[-1])) == 3


def _with_budget(left: int) -> tuple[Any, ...]:
    defaults = views.Views.__init__.__defaults__
    assert defaults is not None
    return tuple(left if one == views.MOST_VIEWS else one for one in defaults)


def test_folds_have_a_deadline_and_mails_another(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    with monkeypatch.context() as patch:
        patch.setattr("hotlist.sales.digest.MAILING", timedelta(0))
        with pytest.raises(RunFailed, match="recipients=2: NotMailed"):
            digest.run(BENS_HOUR)
    assert digest.ses.sent == []
    monkeypatch.setattr("hotlist.sales.digest.FOLDING", timedelta(0))
    assert digest.run(BENS_HOUR + 15 * MINUTE)["sent"] == 2
    assert ["stan z" in text or "as of" in text for text in digest.texts()] == [True, True]
