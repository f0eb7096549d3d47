"""Who gets alerts and messages: owners, teams, stand-ins, quiet hours, and caps of their own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.leads.lead import Alerting, LeadState, Ownership, Temperature
from hotlist.mail.queue import Alert, Letter, Message, More
from hotlist.rescore.queue import FIRST_WAIT
from hotlist.sales import team
from hotlist.store.deliveries import SENT
from hotlist.store.hours import Held, hour_of
from hotlist.store.items import read_texts
from integration.stages.letters import CALLER
from integration.stages.notify import ADA, ALERT, TOLD, Notify, a_lead, a_message

FILE: Final = """
recipients:
  - id: anna
    name: Anna
    email: anna@example.com
    quiet_hours: {from: "20:00", to: "07:00"}
    absence: [{from: 2031-06-09, to: 2031-06-10, stand_in: ben}]
  - {id: ben, name: Ben, email: ben@example.com}
  - {id: cleo, name: Cleo, email: cleo@example.com}
fallback: cleo
teams: {north: {members: [anna, ben]}}
"""
NOON: Final = datetime(2031, 6, 3, 12, tzinfo=UTC)
NIGHT: Final = NOON.replace(hour=22)
ABSENT: Final = datetime(2031, 6, 9, 12, tzinfo=UTC)
KEPT: Final = datetime(2033, 1, 1, tzinfo=UTC)
ANNAS: Final = Ownership("anna", "1", NOON)


def whose(notify: Notify, tell: str = "owner", *, form: object = True, more: str = "") -> None:
    """Let sales.yaml and the contact form say who is told."""
    app = notify.app
    sales = team.from_checked(compile_sales(f"{FILE}tell: {tell}\n{more}"))
    contact = {**app.consumer.letters.forms["contact"], "tell": form}
    forms = {**app.consumer.letters.forms, "contact": contact}
    app.consumer = replace(
        app.consumer,
        letters=replace(app.consumer.letters, sales=sales, forms=forms),
        hours=replace(app.consumer.hours, caps=sales.caps),
    )


@pytest.fixture(autouse=True)
def noon(notify: Notify) -> None:
    notify.now = NOON


def hot(notify: Notify, ownership: Ownership = ANNAS, **changes: Any) -> None:
    alerting = Alerting(armed=False, alert_id="a1", hot_since=NOON)
    fields: dict[str, Any] = {
        "alerting": alerting,
        "ownership": ownership,
        "expires_at": KEPT,
    } | changes
    notify.leads.save(a_lead(**fields), None)


def written(notify: Notify) -> None:
    notify.events.put(a_message(occurred_at=NOON, received_at=NOON, expires_at=KEPT))


def names(notify: Notify) -> list[str]:
    return [address.partition("@")[0] for address in notify.ses.to]


WHO: Final = [
    ("owner", ANNAS, ["anna"]),
    ("owner", Ownership(), ["cleo"]),
    ("owner", Ownership("gone", "1", NOON), ["cleo"]),
    ("team", ANNAS, ["anna", "ben"]),
    ("all", ANNAS, ["anna", "ben", "cleo"]),
]


@pytest.mark.parametrize(("tell", "ownership", "expected"), WHO)
def test_an_alert_goes_to_whom_the_file_says(
    notify: Notify, tell: str, ownership: Ownership, expected: list[str]
) -> None:
    whose(notify, tell)
    hot(notify, ownership)
    notify.tell(ALERT, ALERT)
    assert sorted(names(notify)) == expected
    assert notify.dead() == []


@pytest.mark.parametrize(("tell", "ownership", "expected"), WHO)
@pytest.mark.parametrize("by_form", [False, True])
def test_a_message_goes_to_whom_file_or_form_says(
    notify: Notify, tell: str, ownership: Ownership, expected: list[str], by_form: bool
) -> None:
    if by_form:
        whose(notify, "all" if tell == "owner" else "owner", form=tell)
    else:
        whose(notify, tell)
    hot(notify, ownership)
    written(notify)
    notify.tell(TOLD, TOLD)
    assert sorted(names(notify)) == expected


def test_a_message_whose_lead_could_not_be_calculated_goes_to_the_fallback(notify: Notify) -> None:
    whose(notify)
    written(notify)
    notify.tell(TOLD)
    assert names(notify) == ["cleo"]


def test_a_letter_that_waited_goes_to_whoever_owns_the_lead_by_then(notify: Notify) -> None:
    whose(notify)
    hot(notify, Ownership("ben", "moved", NOON))
    written(notify)
    notify.tell(ALERT.to("anna"), TOLD.to("anna"))
    assert names(notify) == ["ben", "ben"]


def test_an_alert_about_a_phone_that_was_taken_in_is_for_the_owner_of_the_claimant(
    notify: Notify,
) -> None:
    whose(notify)
    taken_in = a_lead(
        CALLER,
        state=LeadState.CLAIMED,
        claimed_by=ADA,
        alerting=Alerting(alert_id="a1", hot_since=NOON),
        expires_at=KEPT,
    )
    notify.leads.save(taken_in, None)
    hot(notify, Ownership("ben", "1", NOON), alerting=Alerting(), temperature=Temperature.WARM)
    notify.tell(Letter(Alert(CALLER, "a1")))
    assert names(notify) == ["ben"]


# --- absence --------------------------------------------------------------------------------


def test_the_mails_of_an_absent_owner_go_to_the_stand_in(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    written(notify)
    notify.now = ABSENT
    notify.tell(ALERT, TOLD)
    assert names(notify) == ["ben", "ben"]
    notify.now = ABSENT + timedelta(days=2)
    notify.tell(ALERT.to("ben"), TOLD.to("ben"))  # again: it was sent, whosever it is now
    assert names(notify) == ["ben", "ben"]


def test_what_waited_until_the_owner_was_absent_goes_to_the_stand_in(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    notify.now = ABSENT
    notify.tell(ALERT.to("anna"))
    assert names(notify) == ["ben"]


def test_how_many_were_held_is_told_to_the_stand_in(notify: Notify) -> None:
    whose(notify)
    notify.held.hold("anna", "alert", "alert#a1#anna", NOON)
    notify.now = ABSENT
    notify.tell(Letter(More("anna", "alert", hour_of(NOON)), "anna"))
    assert names(notify) == ["ben"]


def test_an_owner_whose_address_bounced_is_replaced_by_the_fallback(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    notify.deliveries.disable("anna", "bounce", NOON)
    notify.tell(ALERT, ALERT.to("anna"))
    assert names(notify) == ["cleo"]


# --- quiet hours ----------------------------------------------------------------------------


def deliveries(notify: Notify) -> set[str]:
    """The names of all items of the Deliveries table."""
    answer = notify.dynamodb.scan(TableName=notify.app.settings.deliveries_table)
    return {item["delivery_id"]["S"] for item in answer["Items"]}


def test_in_quiet_hours_there_is_no_alert_and_its_delivery_is_untouched(notify: Notify) -> None:
    whose(notify, "all")
    hot(notify)
    notify.now = NIGHT
    notify.tell(ALERT)
    assert sorted(names(notify)) == ["ben", "cleo"]
    assert "alert#a1#anna" not in deliveries(notify)
    assert notify.queued() == []
    assert quiet(notify, "anna") == ("alert#a1#anna",)
    assert quiet(notify, "ben") == ()
    assert notify.held.in_hours({"anna": [hour_of(NIGHT)]})["anna"].alerts == 0


def quiet(notify: Notify, recipient: str) -> tuple[str, ...]:
    """The alerts that were not sent in this hour because it is quiet."""
    key = {"delivery_id": {"S": f"hour#{recipient}#alert#{hour_of(notify.now)}"}}
    table = notify.app.settings.deliveries_table
    return read_texts(notify.dynamodb.get_item(TableName=table, Key=key).get("Item", {}), "quiet")


def test_who_has_stopped_their_digest_gets_the_alert_in_quiet_hours(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    notify.deliveries.stop_digest("anna", NOON)
    notify.now = NIGHT
    notify.tell(ALERT)
    assert names(notify) == ["anna"]
    assert quiet(notify, "anna") == ()


def test_an_alert_that_waited_until_the_morning_is_sent(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    notify.now = NIGHT + timedelta(hours=9)
    notify.tell(ALERT.to("anna"))
    assert names(notify) == ["anna"]


def test_a_message_comes_in_quiet_hours_too_and_stands_for_the_alert(notify: Notify) -> None:
    whose(notify)
    tell = f"{ADA}#{'1' * 32}"
    hot(notify, alerting=Alerting(alert_id="a1", hot_since=NOON, alert_tell=tell))
    written(notify)
    notify.now = NIGHT
    notify.tell(TOLD, ALERT)
    assert names(notify) == ["anna"]
    assert quiet(notify, "anna") == ()


def test_a_stand_in_is_asked_for_their_own_quiet_hours(notify: Notify) -> None:
    whose(notify)
    hot(notify)
    notify.now = ABSENT.replace(hour=23)
    notify.tell(ALERT)
    assert names(notify) == ["ben"]


# --- the message stands for the alert, for whoever gets it ------------------------------------


def test_whoever_gets_no_message_gets_the_alert(notify: Notify) -> None:
    whose(notify, "all", form="owner")
    tell = f"{ADA}#{'1' * 32}"
    hot(notify, alerting=Alerting(alert_id="a1", hot_since=NOON, alert_tell=tell))
    written(notify)
    notify.tell(ALERT, TOLD)
    notify.pass_time(FIRST_WAIT)
    notify.work_off()
    sent = {one.rpartition("#")[2]: one for one in deliveries(notify) if one[0] in "at"}
    del sent["1" * 32]  # to whom the message was addressed
    assert sorted(names(notify)) == ["anna", "ben", "cleo"]
    assert {one: name.partition("#")[0] for one, name in sent.items()} == {
        "anna": "tell",
        "ben": "alert",
        "cleo": "alert",
    }


def test_the_new_owner_of_a_lead_whose_message_another_has_gets_the_alert(notify: Notify) -> None:
    whose(notify)
    tell = f"{ADA}#{'1' * 32}"
    hot(notify, alerting=Alerting(alert_id="a1", hot_since=NOON, alert_tell=tell))
    written(notify)
    notify.tell(TOLD)
    stored = notify.leads.get(ADA)
    assert stored is not None
    notify.leads.save(replace(stored, ownership=Ownership("ben")), stored)
    notify.tell(ALERT)
    assert names(notify) == ["anna", "ben"]


# --- caps -----------------------------------------------------------------------------------


def test_a_file_may_have_caps_of_its_own(notify: Notify) -> None:
    whose(notify, more="caps: {message: 2}\n")
    hot(notify)
    letters = []
    for number in range(3):
        event_id = f"{number:032x}"
        notify.events.put(
            a_message(
                event_id,
                dedup=event_id,
                occurred_at=NOON,
                received_at=NOON,
                expires_at=KEPT,
            )
        )
        letters.append(Letter(Message(ADA, event_id)))
    for letter in letters:
        notify.tell(letter)
    assert names(notify) == ["anna", "anna"]
    assert notify.held.count(Held("anna", "message", hour_of(NOON))) == (1, False)
    states = notify.deliveries.settled_as([letters[0].to("anna").delivery_id])
    assert set(states.values()) == {SENT}
