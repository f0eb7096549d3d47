"""The notify function's work: mail that something just caused."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT
from hotlist.leads import classify
from hotlist.mail import render
from hotlist.mail.outbox import Outbox
from hotlist.mail.render import Mail
from hotlist.runtime.failures import Batch
from hotlist.runtime.stream import Record
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.ruleset import Ruleset, in_language
from hotlist.store import events as stored_events
from hotlist.store import leads as stored_leads

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be sent once: the delivery's name without its recipient, and how it is made."""

    name: str
    render: Callable[[Recipient], Mail]


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends letters to everybody in sales, each once."""

    sales: Sales
    ruleset: Ruleset
    forms: Mapping[str, Any]
    outbox: Outbox

    def notify(self, records: Iterable[Record], batch: Batch) -> int:
        """Send what each record is about to everybody; how many mails that was.

        One recipient's trouble stops no other.
        """
        sent = 0
        for record in records:
            for letter, recipient in batch.attempt([record], self.letters, record) or ():
                sent += bool(batch.attempt([record], self.send, letter, recipient))
        return sent

    def letters(self, record: Record) -> list[tuple[Letter, Recipient]]:
        """What a stream record is about, and who gets it: a form's message, a lead turned hot."""
        made = self._message(record) if "event_key" in record.image else self._alert(record)
        return [(letter, recipient) for letter in made for recipient in self._recipients()]

    def send(self, letter: Letter, recipient: Recipient) -> bool:
        """Send a letter to one recipient unless they have it."""
        delivery_id = f"{letter.name}#{recipient.id}"
        return self.outbox.send_once(recipient, delivery_id, partial(letter.render, recipient))

    def _recipients(self) -> list[Recipient]:
        """Everybody who gets mail."""
        everybody = self.sales.recipients
        off = self.outbox.deliveries.disabled(recipient.id for recipient in everybody)
        return [recipient for recipient in everybody if recipient.id not in off]

    def _message(self, record: Record) -> Iterator[Letter]:
        if not record.is_new or "tell" not in record.image:
            return
        event = classify.classify(stored_events.from_item(record.image))
        form = str(event.properties.get("form"))
        if BOT in event.flags:
            _count_bot(event, form if form in self.forms else None)
            return
        fields = self.forms.get(form, {}).get("fields", {})
        yield Letter(
            f"tell#{event.dedup}#{event.occurred_at:%Y-%m-%d}",
            lambda recipient: render.message(event, _labels(fields, recipient.language), recipient),
        )

    def _alert(self, record: Record) -> Iterator[Letter]:
        lead = stored_leads.from_item(record.image)
        before = record.before.get("alert_id", {}).get("S")
        if lead.alerting.alert_id is not None and lead.alerting.alert_id != before:
            yield Letter(
                f"alert#{lead.alerting.alert_id}",
                lambda recipient: render.alert(lead, recipient, self.ruleset.title),
            )


def _count_bot(event: Event, form: str | None) -> None:
    """Count a bot's message, by its form if that is a configured one: no mail says it was there."""
    log.warning("a bot's message", extra={"event_id": event.event_id})
    with single_metric("BotMessages", MetricUnit.Count, 1) as metric:
        if form is not None:
            metric.add_dimension("form", form)


def _labels(fields: Mapping[str, Any], language: str) -> dict[str, str]:
    return {
        name: in_language(spec.get("label", ""), language) or name.replace("_", " ").capitalize()
        for name, spec in fields.items()
    }
