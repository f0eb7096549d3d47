"""Stores what SES reports about the mails to sales: sent, bounced, complained about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotlist.store.deliveries import DeliveryStore


def take_in(detail: Mapping[str, Any], deliveries: DeliveryStore, now: datetime) -> str | None:
    """Store what one event of SES reports. `detail` is that of EventBridge's event (`aws.ses`).

    After a permanent bounce or a complaint the recipient gets no more mail. Then the answer is
    the recipient's id; otherwise it is None.
    """
    mail = detail["mail"]
    tags = {name: values[0] for name, values in mail.get("tags", {}).items() if values}
    if tags.get("audience") != "sales":
        return None
    kind = detail["eventType"]
    if kind in ("Send", "Delivery") and "delivery" in tags:
        deliveries.record_sent(tags["delivery"], mail["messageId"], now)
    for_good = kind == "Bounce" and detail["bounce"]["bounceType"] == "Permanent"
    if (for_good or kind == "Complaint") and "recipient" in tags:
        deliveries.disable(tags["recipient"], kind.lower(), now)
        return str(tags["recipient"])
    return None
