"""How many mails to leads are sent: nobody's inbox can be flooded through a form."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL
from hotlist.mail.queue import Letter
from hotlist.mail.ses import delivery_hash
from hotlist.sales.to_lead import MOST_UNCONFIRMED
from hotlist.store import to_leads as store
from hotlist.store.deliveries import HELD, LEASE, SENT
from hotlist.store.items import Conflict
from integration.stages.notify import ADA, Notify, metrics
from integration.stages.to_leads import ADDRESS, FORMS, has_forms, letters, sent_form, word

NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def forms(notify: Notify) -> None:
    notify.now = NOON
    has_forms(notify)


def ask(
    notify: Notify,
    number: int,
    purpose: str = "email",
    address: str = ADDRESS,
    version: str = "1",
    **more: Any,
) -> list[Letter]:
    """Somebody asks by a form for what is to be confirmed; its letter. `more` are properties."""
    event = sent_form(
        number,
        address,
        received_at=notify.now,
        occurred_at=notify.now,
        to_lead=(f"confirm:{purpose}",),
        properties={"pending_consents": {purpose: {"version": version}}, **more},
        flags=frozenset({INTERNAL}) if "hotlist_test" in more else frozenset(),
    )
    notify.events.put(event)
    return letters(event)


@pytest.mark.parametrize(
    ("gap", "sent"), [(10 * MINUTE - timedelta(seconds=1), 1), (10 * MINUTE, 2)]
)
def test_the_same_request_within_minutes_sends_nothing_new(
    notify: Notify, gap: timedelta, sent: int
) -> None:
    notify.tell(*ask(notify, 1))
    notify.now += gap
    notify.tell(*ask(notify, 2))
    assert len(notify.ses.sent) == sent


@pytest.mark.parametrize("is_late", [True, False])
def test_requests_that_wait_long_or_come_in_any_order_are_one_mail(
    notify: Notify, is_late: bool
) -> None:
    first = ask(notify, 1)
    notify.now += 2 * MINUTE
    second = ask(notify, 2)
    if is_late:
        notify.now += 60 * MINUTE
    notify.tell(*second)
    notify.now += 20 * MINUTE
    notify.tell(*first)
    assert len(notify.ses.sent) == 1


def test_midnight_lets_no_second_request_through(notify: Notify) -> None:
    notify.now = NOON.replace(hour=23, minute=58)
    notify.tell(*ask(notify, 1))
    notify.now += 5 * MINUTE
    notify.tell(*ask(notify, 2))
    assert len(notify.ses.sent) == 1


def test_an_address_gets_three_confirmations_a_day_over_all_purposes(
    notify: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, purpose in enumerate(["email", "phone", "post", "fax", "email", "phone"] * 3):
        notify.tell(*ask(notify, number, purpose))
        notify.now += 11 * MINUTE
    assert notify.ses.to == [ADDRESS] * 3
    notify.now = NOON + timedelta(days=1)
    for number, purpose in enumerate(["email", "phone", "post", "fax"], 100):
        notify.tell(*ask(notify, number, purpose))
    assert notify.ses.to == [ADDRESS] * 6
    assert metrics(capsys) == []
    assert notify.dead() == []


def test_letters_that_all_waited_for_a_day_are_three_mails(notify: Notify) -> None:
    waiting = []
    for number in range(30):
        waiting += ask(notify, number, ["email", "phone", "post", "fax"][number % 4])
        notify.now += 30 * MINUTE
    notify.tell(*waiting)
    assert notify.ses.to == [ADDRESS] * 3


def test_a_flood_of_one_address_is_one_mail_and_no_item_grows(notify: Notify) -> None:
    for number in range(60):
        notify.tell(*ask(notify, number))
    assert len(notify.ses.sent) == 1
    item = notify.dynamodb.get_item(
        TableName=notify.app.settings.deliveries_table,
        Key={"delivery_id": {"S": f"confirms#{ADA}"}},
    )["Item"]
    assert len(item["confirmations"]["S"]) < 200


def test_the_confirmations_of_long_ago_are_forgotten(notify: Notify) -> None:
    sizes = []
    for day in range(24):
        notify.now = NOON + timedelta(days=day)
        for number in range(4):
            notify.tell(*ask(notify, 10 * day + number))
            notify.now += 11 * MINUTE
        item = notify.dynamodb.get_item(
            TableName=notify.app.settings.deliveries_table,
            Key={"delivery_id": {"S": f"confirms#{ADA}"}},
        )["Item"]
        sizes.append(len(item["confirmations"]["S"]))
    assert len(notify.ses.sent) == 3 * 24
    assert max(sizes) < 9_000
    assert sizes[-1] == pytest.approx(sizes[-5], rel=0.1)


def test_a_form_mails_a_hundred_unconfirmed_addresses_an_hour_and_says_so(
    notify: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = ("confirm:email", "receipt")
    for number in range(60):
        event = sent_form(
            number, f"a{number}@example.org", received_at=NOON, occurred_at=NOON, to_lead=kinds
        )
        notify.events.put(event)
        notify.tell(*letters(event))
        notify.tell(*letters(event))  # what comes again takes no place
    assert len(notify.ses.sent) == MOST_UNCONFIRMED == 100
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [one for one in lines if "attention" in one]
    assert {(one["attention"], one["form"]) for one in told} == {("mails to leads held", "ebook")}
    assert len(told) == 20
    table = notify.dynamodb.scan(TableName=notify.app.settings.deliveries_table)["Items"]
    assert sum(item.get("state", {}).get("S") == HELD for item in table) == 20
    notify.now += 60 * MINUTE
    notify.tell(*letters(event))
    assert len(notify.ses.sent) == 100  # what was held is not mailed later
    notify.tell(*ask(notify, 1_000, address="new@example.org"))
    assert len(notify.ses.sent) == 101


KINDS = ("confirm:email", "reward", "receipt")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_held_takes_nothing_from_the_next_request(notify: Notify, kind: str) -> None:
    """It was held at 12:58, and five minutes later there is room: then the next one is sent."""
    notify.now = NOON + 58 * MINUTE
    has_forms(notify, hours=replace(notify.app.consumer.to_leads.hours, most=1))
    notify.tell(*ask(notify, 100, address="other@example.org"))
    assert len(notify.ses.sent) == 1
    for number in range(4):
        event = sent_form(number, received_at=notify.now, occurred_at=notify.now)
        notify.events.put(event)
        notify.tell(*letters(event, kind))
    assert len(notify.ses.sent) == 1
    notify.now += 5 * MINUTE
    notify.tell(*letters(event, kind))
    assert len(notify.ses.sent) == 1  # what was held stays so
    again = sent_form(10, received_at=notify.now, occurred_at=notify.now)
    notify.events.put(again)
    notify.tell(*letters(again, kind), *letters(again, kind))
    assert notify.ses.to == [ADDRESS, "other@example.org"]


@pytest.mark.parametrize("kind", ["reward", "receipt"])
def test_what_was_sent_and_whose_answer_is_lost_is_not_held(notify: Notify, kind: str) -> None:
    has_forms(notify, hours=replace(notify.app.consumer.to_leads.hours, most=0))
    event = sent_form(received_at=NOON, occurred_at=NOON)
    notify.events.put(event)
    name = "magnet" if kind == "reward" else "receipt"
    item = "guide" if kind == "reward" else "ebook"
    hashed = delivery_hash(f"{name}#{ADA}#{item}#{NOON:%Y-%m-%d}")
    notify.deliveries.record_sent(hashed, "m", NOON)
    assert notify.deliveries.claim(f"{name}#{ADA}#{item}#{NOON:%Y-%m-%d}", hashed, NOON - LEASE)
    notify.tell(*letters(event, kind))
    table = notify.dynamodb.scan(TableName=notify.app.settings.deliveries_table)["Items"]
    assert [one["state"]["S"] for one in table if "state" in one] == [SENT]


def test_the_spellings_of_an_address_are_one_mailbox(notify: Notify) -> None:
    spelt = [f"v.ictim+{number}@gmail.com" for number in range(30)]
    spelt += ["victim@gmail.com", "v.i.c.t.i.m@gmail.com", "vic.tim@googlemail.com"]
    for number, address in enumerate(spelt):
        event = sent_form(number, address, received_at=notify.now, occurred_at=notify.now)
        notify.events.put(event)
        notify.tell(*letters(event))
    assert len(notify.ses.sent) == 3
    notify.now += 11 * MINUTE
    for number, purpose in enumerate(["email", "phone", "post", "fax"] * 3, 100):
        notify.tell(*ask(notify, number, purpose, address=spelt[number % len(spelt)]))
    assert len(notify.ses.sent) == 3 + 2


@pytest.mark.parametrize(
    ("address", "same", "is_one"),
    [
        ("ada@example.org", "ada+x@example.org", True),
        ("ada@example.org", "ada+x+y@example.org", True),
        ("ada@example.org", "a.da@example.org", False),
        ("ada@gmail.com", "a.d.a+x@googlemail.com", True),
        ("ada@gmail.com", "ada@example.org", False),
        ("+ada@example.org", "+bo@example.org", False),
        ("ada@example.org", "bo+ada@example.org", False),
    ],
)
def test_which_addresses_are_one_mailbox(address: str, same: str, is_one: bool) -> None:
    one, other = (store.mailbox_of(sent_form(address=text)) for text in (address, same))
    assert (one == other) is is_one
    assert store.mailbox_of(sent_form()) == ADA


def test_another_text_for_a_purpose_is_another_request(notify: Notify) -> None:
    has_forms(notify, forms=FORMS | {"talk": FORMS["ebook"]})
    notify.tell(*ask(notify, 1))
    notify.now += MINUTE
    notify.tell(*ask(notify, 2, version="2"))
    notify.now += MINUTE
    notify.tell(*ask(notify, 3, form="talk"))
    assert len(notify.ses.sent) == 3
    notify.now += MINUTE
    notify.tell(*ask(notify, 4, form="talk"), *ask(notify, 5), *ask(notify, 6, version="3"))
    assert len(notify.ses.sent) == 3  # the same again, twice, and a full day


def test_tests_take_one_place_of_a_day_and_their_owner_has_the_others(notify: Notify) -> None:
    for number in range(5):
        notify.tell(*ask(notify, number, ["email", "phone"][number % 2], hotlist_test=True))
        notify.now += 11 * MINUTE
    assert len(notify.ses.sent) == 1
    for number, purpose in enumerate(["email", "phone", "post"], 100):
        notify.tell(*ask(notify, number, purpose))
    assert len(notify.ses.sent) == 3


@pytest.mark.parametrize(
    "said",
    [
        word(91, "unsubscribed", NOON - timedelta(days=9), all=True),
        word(91, "consent_withdrawn", NOON - timedelta(days=9), purpose="email"),
    ],
    ids=lambda one: one.type,
)
def test_strangers_ask_whoever_has_ended_a_consent_once_a_day(notify: Notify, said: Event) -> None:
    notify.events.put(said)
    for day in range(3):
        notify.now = NOON + timedelta(days=day)
        for number in range(5):
            notify.tell(*ask(notify, 10 * day + number))
            notify.now += 11 * MINUTE
    assert len(notify.ses.sent) == 3


def test_what_was_counted_before_there_were_texts_counts_on(notify: Notify) -> None:
    said = json.dumps([[f"{n:032x}", "fax", f"{NOON:%Y-%m-%d}", n, OLD, OLD] for n in (1, 2, 3)])
    item = {"delivery_id": {"S": f"confirms#{ADA}"}, "confirmations": {"S": said}}
    notify.dynamodb.put_item(TableName=notify.app.settings.deliveries_table, Item=item)
    notify.tell(*ask(notify, 9))
    assert notify.ses.sent == []


@pytest.mark.parametrize("name", ["magnet", "receipt"])
def test_the_day_of_a_mail_is_that_on_which_its_form_was_sent(notify: Notify, name: str) -> None:
    """So a letter that waited over midnight is the same mail, and the next day's is another."""
    event = sent_form(received_at=NOON, occurred_at=NOON)
    notify.events.put(event)
    notify.now = NOON + timedelta(hours=13)
    what, item = ("reward", "guide") if name == "magnet" else ("receipt", "ebook")
    notify.tell(*letters(event, what))
    assert notify.deliveries.settled([f"{name}#{ADA}#{item}#{NOON:%Y-%m-%d}"])
    again = sent_form(2, received_at=notify.now, occurred_at=notify.now)
    notify.events.put(again)
    notify.tell(*letters(again, what))
    assert len(notify.ses.sent) == 2


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (word(91, "consent_given", NOON - timedelta(days=9), purpose="phone", version="1"), 1),
        (word(91, "reward_claimed", NOON - timedelta(days=9), form="ebook", reward="guide"), 1),
        (word(91, "consent_withdrawn", NOON - timedelta(days=9), purpose="phone"), 0),
    ],
    ids=lambda one: getattr(one, "type", None),
)
def test_a_full_hour_is_no_matter_to_an_address_that_is_confirmed(
    notify: Notify, said: Any, sent: int
) -> None:
    hours = notify.app.consumer.to_leads.hours
    for number in range(MOST_UNCONFIRMED):
        hours.take_place("ebook", "lead", f"other{number}", NOON)
    notify.events.put(said)
    event = sent_form(received_at=NOON, occurred_at=NOON)
    notify.events.put(event)
    notify.tell(*letters(event, "receipt"))
    assert len(notify.ses.sent) == sent


def test_a_receipt_is_sent_once_a_day_however_often_the_form_is_sent(notify: Notify) -> None:
    for number in range(40):
        event = sent_form(number, received_at=notify.now, occurred_at=notify.now)
        notify.events.put(event)
        notify.tell(*letters(event, "receipt", "reward"))
        notify.now += 29 * MINUTE
    assert len(notify.ses.sent) == 4  # two kinds on two days


def test_who_takes_a_place_at_the_same_time_starts_over(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = notify.app.consumer.to_leads.store
    others = iter(range(100, 200))

    def other_first(at_most: int) -> None:
        update = kept.dynamodb.update_item
        left = [at_most]

        def updated(**asked: Any) -> Any:
            if asked["Key"]["delivery_id"]["S"].startswith("confirms#") and left[0]:
                left[0] -= 1
                said = f'[["{next(others):032x}","fax","2020-01-01",1,"{OLD}","{OLD}"]]'
                update(
                    TableName=kept.table,
                    Key=asked["Key"],
                    UpdateExpression="SET confirmations = :said",
                    ExpressionAttributeValues={":said": {"S": said}},
                )
            return update(**asked)

        monkeypatch.setattr(kept.dynamodb, "update_item", updated)

    event = sent_form(received_at=NOON, occurred_at=NOON)
    with monkeypatch.context():
        other_first(2)
        place = kept.take_place(event, "email", NOON)
        assert place is not None
        assert place.number == 1
        other_first(store._TRIES)
        with pytest.raises(Conflict):
            kept.take_place(sent_form(2, received_at=NOON), "phone", NOON)


OLD = "2020-01-01T00:00:00.000Z"
