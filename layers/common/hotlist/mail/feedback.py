"""What SES says of the mails that were sent to sales."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotlist.store.deliveries import DeliveryStore


def take_in(detail: Mapping[str, Any], deliveries: DeliveryStore, now: datetime) -> str | None:
    """Take in the `detail` of one event of SES (EventBridge, `aws.ses`).

    The id of the recipient who gets no mail from now on, if the event says so: after a bounce
    for good, or a complaint.
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
