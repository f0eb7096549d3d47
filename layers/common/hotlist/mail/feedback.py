"""Stores what SES reports about mails: sent, delivered, bounced, complained about.

What is reported of a mail to sales changes who of them gets mail. What is reported of a mail to a
lead is an event of the lead.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from hotlist.events import retention, times
from hotlist.events.event import Event
from hotlist.events.ids import identify
from hotlist.events.vocabulary import Route
from hotlist.runtime.stream import Record
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.events import EventStore
from hotlist.store.to_leads import MailedLead, ToLeadStore

_OF_LEADS: Final[Mapping[str, str]] = {
    "Delivery": "email_delivered",
    "Bounce": "email_bounced",
    "Complaint": "email_complained",
}
_NO_COMPLAINT: Final = "not-spam"
"""What a mail service reports if somebody takes a mail out of the spam folder."""


class MailRejected(ValueError):
    """SES took a mail and then did not send it because of its contents: a virus."""


@dataclass(frozen=True, slots=True)
class FeedbackReader:
    """Stores what SES reports. `park` keeps a mail that SES rejects for somebody to look at."""

    deliveries: DeliveryStore
    to_leads: ToLeadStore
    events: EventStore
    park: Callable[[Record, Exception], None]

    def take_in(self, detail: Mapping[str, Any], now: datetime) -> str | None:
        """Store what one event of SES reports. `detail` is that of EventBridge's (`aws.ses`).

        After a permanent bounce or a complaint a recipient in sales gets no more mail. Then the
        answer is the recipient's id; otherwise it is None.
        """
        mail = detail["mail"]
        tags = {name: values[0] for name, values in mail.get("tags", {}).items() if values}
        kind = detail["eventType"]
        if tags.get("audience") not in ("sales", "lead"):
            return None
        if kind in ("Send", "Delivery") and "delivery" in tags:
            self.deliveries.record_sent(tags["delivery"], mail["messageId"], now)
        if kind == "Reject":
            named = {name: tags[name] for name in ("recipient", "event") if name in tags}
            ids = {**named, "message_id": mail["messageId"]}
            record = Record(mail["messageId"], subject="", event_id="", body=json.dumps(ids))
            self.park(record, MailRejected())
        if tags["audience"] == "lead":
            self._of_lead(detail, tags.get("delivery", ""), now)
            return None
        for_good = kind == "Bounce" and is_permanent(detail)
        complained = kind == "Complaint" and not is_no_complaint(detail)
        if (for_good or complained) and "recipient" in tags:
            self.deliveries.disable(tags["recipient"], kind.lower(), now)
            return str(tags["recipient"])
        return None

    def _of_lead(self, detail: Mapping[str, Any], delivery_hash: str, now: datetime) -> None:
        """Store what became of a mail to a lead as an event of the lead, if it is known whose.

        That a test was delivered is nobody's history. That it came back, or that its reader
        complained, stops mail to the address like any other such report: anybody may send a test.
        """
        kind = detail["eventType"]
        if kind not in _OF_LEADS or is_no_complaint(detail):
            return
        mailed = self.to_leads.mailed(delivery_hash)
        if mailed is not None and not (mailed.is_test and kind == "Delivery"):
            self.events.put(event_of(detail, mailed, now))


def event_of(detail: Mapping[str, Any], mailed: MailedLead, now: datetime) -> Event:
    """The event of a lead that a report of SES is. The same report has the same id."""
    mail, kind = detail["mail"], detail["eventType"]
    event_type = _OF_LEADS[kind]
    properties: dict[str, object] = {
        "form": mailed.form,
        "mail": mailed.mail,
        "message_id": mail["messageId"],
    }
    if kind == "Bounce":
        properties["permanent"] = is_permanent(detail)
    received_at = times.cut(now)
    sent_at = min(_instant(mail.get("timestamp")) or mailed.mailed_at, received_at)
    report = detail.get(kind.lower()) or {}
    reported_at = _instant(report.get("timestamp")) or received_at
    event = Event(
        event_id=identify(
            route=Route.SES,
            form=mailed.form,
            event_type=event_type,
            key=None,
            content=properties,
            received_at=sent_at,
            occurred_at=sent_at,
        ).event_id,
        type=event_type,
        route=Route.SES,
        subject=mailed.subject,
        occurred_at=min(max(reported_at, sent_at), received_at),
        received_at=received_at,
        properties=properties,
    )
    return replace(event, expires_at=retention.expiry(event))


def is_permanent(detail: Mapping[str, Any]) -> bool:
    """Whether mail to an address will come back every time."""
    return bool(detail["bounce"]["bounceType"] == "Permanent")


def is_no_complaint(detail: Mapping[str, Any]) -> bool:
    """Whether what is called a complaint is somebody who does want the mail."""
    said = detail.get("complaint") or {}
    return said.get("complaintFeedbackType") == _NO_COMPLAINT


def _instant(text: object) -> datetime | None:
    """The instant of a text; None for anything else."""
    try:
        return times.cut(times.from_text(text)) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
