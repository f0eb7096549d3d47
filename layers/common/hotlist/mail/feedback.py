"""Stores what SES reports about the mails to sales: sent, bounced, complained about."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hotlist.runtime.stream import Record
from hotlist.store.deliveries import DeliveryStore


class MailRejected(ValueError):
    """SES took a mail and then did not send it because of its contents: a virus."""


def take_in(
    detail: Mapping[str, Any],
    deliveries: DeliveryStore,
    park: Callable[[Record, Exception], None],
    now: datetime,
) -> str | None:
    """Store what one event of SES reports. `detail` is that of EventBridge's event (`aws.ses`).

    After a permanent bounce or a complaint the recipient gets no more mail. Then the answer is
    the recipient's id; otherwise it is None. A mail that SES rejects is parked.
    """
    mail = detail["mail"]
    tags = {name: values[0] for name, values in mail.get("tags", {}).items() if values}
    if tags.get("audience") != "sales":
        return None
    kind = detail["eventType"]
    if kind in ("Send", "Delivery") and "delivery" in tags:
        deliveries.record_sent(tags["delivery"], mail["messageId"], now)
    if kind == "Reject":
        ids = {"recipient": tags.get("recipient"), "message_id": mail["messageId"]}
        record = Record(mail["messageId"], subject="", event_id="", body=json.dumps(ids))
        park(record, MailRejected())
    for_good = kind == "Bounce" and detail["bounce"]["bounceType"] == "Permanent"
    if (for_good or kind == "Complaint") and "recipient" in tags:
        deliveries.disable(tags["recipient"], kind.lower(), now)
        return str(tags["recipient"])
    return None
