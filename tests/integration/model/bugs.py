"""Puts bugs into the code, one at a time, and counts the schedules until the model notices.

    PYTHONPATH=.:layers/common:cli:tests:.build/tests python -m integration.model.bugs

docs/testing.md has what came of it. The answer is 1 if a bug is not found in `--schedules`.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from hotlist.capture.links import Links
from hotlist.events import vocabulary
from hotlist.leads import batch, fold
from hotlist.leads.batch import Scorer
from hotlist.mail import feedback
from hotlist.mail.outbox import Outbox
from hotlist.mail.ses import delivery_hash
from hotlist.runtime import metrics
from hotlist.runtime.failures import Batch
from hotlist.runtime.limits import OutOfTime
from hotlist.sales import consume, lead_mailer, to_lead
from hotlist.sales.consume import OutboxConsumer
from hotlist.sales.instead import MessageToCome, has_come
from hotlist.sales.lead_mailer import Asked, LeadMailer
from hotlist.sales.team import Sales
from hotlist.sales.to_send import alert_now
from hotlist.store import events, to_leads
from hotlist.store.deliveries import DeliveryStore, InFlight
from hotlist.store.hours import HeldStore, HourStore, Place
from hotlist.store.to_leads import ToLeadStore
from integration.model.run import check_schedule, in_memory, workers

Patch = Callable[[pytest.MonkeyPatch], None]


def a_lease_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    claim = DeliveryStore.claim

    def impatient(store: DeliveryStore, delivery_id: str, delivery_hash: str, now: Any) -> bool:
        try:
            return claim(store, delivery_id, delivery_hash, now)
        except InFlight as error:
            return claim(store, delivery_id, delivery_hash, error.until + timedelta(seconds=1))

    patch.setattr(DeliveryStore, "claim", impatient)


def a_mail_is_sent_before_it_is_claimed(patch: pytest.MonkeyPatch) -> None:
    def send_once(outbox: Outbox, recipient: Any, delivery_id: str, render: Any) -> bool:
        sent = outbox.mailer.send(render(), recipient, delivery_id)
        outbox._claim(delivery_id, outbox.clock())
        outbox.deliveries.sent(delivery_id, sent, outbox.clock())
        return True

    patch.setattr(Outbox, "send_once", send_once)


def a_throttled_letter_is_done(patch: pytest.MonkeyPatch) -> None:
    send = OutboxConsumer._send

    def careless(consumer: OutboxConsumer, *args: Any) -> bool:
        try:
            return send(consumer, *args)
        except ClientError:
            return False

    patch.setattr(OutboxConsumer, "_send", careless)


def what_ses_says_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DeliveryStore, "record_sent", lambda *_: None)


def a_letter_in_trouble_holds_up_the_others(patch: pytest.MonkeyPatch) -> None:
    attempt = Batch.attempt

    def in_order(batch: Batch, records: Any, work: Any, *args: Any) -> Any:
        if batch.failed and isinstance(getattr(work, "__self__", None), OutboxConsumer):
            for record in records:
                batch.report(record, OutOfTime())
            return None
        return attempt(batch, records, work, *args)

    patch.setattr(Batch, "attempt", in_order)


def an_address_that_is_dead_gets_mail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sales, "whom", lambda sales, _: sales.recipients)


def an_hour_has_no_end_of_places(patch: pytest.MonkeyPatch) -> None:
    take_place = HourStore.take_place

    def generous(store: HourStore, *args: Any) -> Place:
        take_place(store, *args)
        return Place.FREE

    patch.setattr(HourStore, "take_place", generous)


def what_is_held_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HeldStore, "hold", lambda *_: None)


def a_crossing_forgets_its_message(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fold, "_told_before", lambda *_: None)


def a_message_that_is_to_come_stands_for_an_alert(patch: pytest.MonkeyPatch) -> None:
    def hopeful(*args: Any) -> bool:
        try:
            return has_come(*args)
        except MessageToCome:
            return True

    patch.setattr(consume, "has_come", hopeful)


def a_cooled_lead_is_no_news(patch: pytest.MonkeyPatch) -> None:
    def only_hot(*args: Any) -> Any:
        found = alert_now(*args)
        return None if found is None or found.cooled else found

    patch.setattr(consume, "alert_now", only_hot)


def a_release_sends_nothing(patch: pytest.MonkeyPatch) -> None:
    messages = batch.messages
    patch.setattr(
        batch, "messages", lambda e: [] if e.type == "event_reclassified" else messages(e)
    )


def views_have_a_lane_that_no_filter_takes(patch: pytest.MonkeyPatch) -> None:
    lane = vocabulary.lane

    class _Lost:
        value = "later"

    def lost(route: Any, event_type: str) -> Any:
        found = lane(route, event_type)
        return _Lost if found == "gathered" else found

    patch.setattr(events, "lane", lost)


def what_was_not_reached_is_not_reported(patch: pytest.MonkeyPatch) -> None:
    report = Batch.report

    def forgetful(batch: Batch, record: Any, error: Exception) -> None:
        if not isinstance(error, OutOfTime):
            report(batch, record, error)

    patch.setattr(Batch, "report", forgetful)


def a_lead_that_waits_is_not_queued(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Scorer, "_queue", lambda *_: None)


def a_bounce_stops_no_mail_to_a_lead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(to_lead, "is_stopped", lambda _: False)


def an_answer_stops_no_confirmation(patch: pytest.MonkeyPatch) -> None:
    pending = to_lead._is_pending
    patch.setattr(to_lead, "_is_pending", lambda event, one, _, now: pending(event, one, [], now))


def a_day_has_no_end_of_confirmations(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(to_leads, "MOST_A_DAY", 1_000)
    patch.setattr(lead_mailer, "MOST_A_DAY", 1_000)


def a_second_request_is_confirmed_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(to_leads, "AGAIN_AFTER", timedelta(0))


def a_retry_takes_another_place(patch: pytest.MonkeyPatch) -> None:
    place = to_leads._place

    def forgetful(before: Any, event: Any, purpose: str, now: Any, most: int) -> Any:
        others = [one for one in before if one.event_id != event.event_id]
        found = place(others, event, purpose, now, most)
        return found and found._replace(number=len(before) + 1)

    patch.setattr(to_leads, "_place", forgetful)


def what_was_asked_long_ago_is_mailed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(to_lead, "MAILED_WITHIN", timedelta(days=10_000))


def a_machine_gets_mail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "classify", lambda event: event)
    patch.setattr(to_lead, "held_back", lambda event: vocabulary.SPAM in event.flags or None)


def what_was_called_spam_meanwhile_gets_mail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(to_lead, "with_flags", lambda event, *_: event)


def a_form_has_no_end_of_places(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LeadMailer, "_has_room", lambda *_: True)


def nobody_is_told_of_mail_to_leads_that_is_held(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(metrics, "attention", lambda *_, **__: "{}")


def a_throttled_mail_to_a_lead_is_done(patch: pytest.MonkeyPatch) -> None:
    send = LeadMailer._send

    def careless(mailer: LeadMailer, *args: Any) -> bool:
        try:
            return send(mailer, *args)
        except ClientError:
            return False

    patch.setattr(LeadMailer, "_send", careless)


def a_reward_is_sent_for_each_request(patch: pytest.MonkeyPatch) -> None:
    name = LeadMailer._delivery_id

    def each(mailer: LeadMailer, asked: Asked) -> str:
        found = name(mailer, asked)
        return f"{found}#{asked.event.event_id}" if asked.what == "reward" else found

    patch.setattr(LeadMailer, "_delivery_id", each)


def every_mail_to_a_lead_is_tracked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LeadMailer, "_is_tracked", lambda *_: True)


def what_is_released_is_not_mailed_to_the_lead(patch: pytest.MonkeyPatch) -> None:
    asked = batch.to_lead
    patch.setattr(batch, "to_lead", lambda e: [] if e.type == "event_reclassified" else asked(e))


def what_becomes_of_a_mail_to_a_lead_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ToLeadStore, "note", lambda *_: None)


def a_mail_to_a_lead_counts_as_sent_before_it_is(patch: pytest.MonkeyPatch) -> None:
    send = LeadMailer._send

    def hasty(mailer: LeadMailer, asked: Asked, name: str) -> bool:
        mailer.outbox.deliveries.record_sent(delivery_hash(name), "", mailer.outbox.clock())
        return send(mailer, asked, name)

    patch.setattr(LeadMailer, "_send", hasty)


def a_test_stands_for_what_is_sent_in_earnest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Asked, "delivery", lambda _, name: name)


def no_address_is_ever_confirmed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lead_mailer, "is_confirmed", lambda *_: False)


def who_wants_a_mail_has_complained(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feedback, "is_no_complaint", lambda _: False)


def who_looks_at_a_link_has_pressed_its_button(patch: pytest.MonkeyPatch) -> None:
    answer = Links.answer

    def pressed(links: Links, request: Any, *args: Any) -> Any:
        return answer(links, request._replace(method="POST", body="do=all"), *args)

    patch.setattr(Links, "answer", pressed)


BUGS: Final[Mapping[str, Patch]] = {
    one.__name__: one
    for one in (
        a_lease_is_not_waited_for,
        a_mail_is_sent_before_it_is_claimed,
        a_throttled_letter_is_done,
        what_ses_says_is_forgotten,
        a_letter_in_trouble_holds_up_the_others,
        an_address_that_is_dead_gets_mail,
        an_hour_has_no_end_of_places,
        what_is_held_is_not_noted,
        a_crossing_forgets_its_message,
        a_message_that_is_to_come_stands_for_an_alert,
        a_cooled_lead_is_no_news,
        a_release_sends_nothing,
        views_have_a_lane_that_no_filter_takes,
        what_was_not_reached_is_not_reported,
        a_lead_that_waits_is_not_queued,
        a_bounce_stops_no_mail_to_a_lead,
        an_answer_stops_no_confirmation,
        a_day_has_no_end_of_confirmations,
        a_second_request_is_confirmed_again,
        a_retry_takes_another_place,
        what_was_asked_long_ago_is_mailed,
        a_machine_gets_mail,
        what_was_called_spam_meanwhile_gets_mail,
        a_form_has_no_end_of_places,
        nobody_is_told_of_mail_to_leads_that_is_held,
        a_throttled_mail_to_a_lead_is_done,
        a_mail_to_a_lead_counts_as_sent_before_it_is,
        a_reward_is_sent_for_each_request,
        every_mail_to_a_lead_is_tracked,
        what_is_released_is_not_mailed_to_the_lead,
        what_becomes_of_a_mail_to_a_lead_is_forgotten,
        a_test_stands_for_what_is_sent_in_earnest,
        no_address_is_ever_confirmed,
        who_wants_a_mail_has_complained,
        who_looks_at_a_link_has_pressed_its_button,
    )
}


def find(name: str, schedules: int) -> tuple[int, str]:
    """How many schedules it takes to notice a bug, 0 if it is not noticed; and what was said."""
    logging.disable()
    tables = in_memory()
    with pytest.MonkeyPatch.context() as patch:
        BUGS[name](patch)
        for seed in range(schedules):
            try:
                check_schedule(seed, tables)
            except Exception as error:  # noqa: BLE001 - a bug may show in any way
                return seed + 1, f"{type(error).__name__} {str(error)[:80]}"
    return 0, ""


def main(arguments: list[str]) -> int:
    """Try all bugs, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m integration.model.bugs")
    parser.add_argument("names", nargs="*", default=list(BUGS))
    parser.add_argument("--schedules", type=int, default=2_000)
    said = parser.parse_args(arguments)
    missed = 0
    with workers(1) as pool:
        for name in said.names:
            number, error = pool.apply(find, (name, said.schedules))
            missed += not number
            print(f"{name}: {number or 'not found'} {error}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
