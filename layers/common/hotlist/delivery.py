"""Send each mail once: claim it, send it, say so.

SES has no idempotency key. A claim lasts 15 minutes; whoever finds one that ended without an
outcome asks for SES's own send event first. Only where that is lost too a mail may come twice.
"""

from collections.abc import Callable
from datetime import datetime

from botocore.exceptions import ClientError

from hotlist.mailer import Mailer, delivery_hash
from hotlist.mails import Mail
from hotlist.sales import Recipient
from hotlist.store.deliveries import DeliveryStore


def send_once(
    deliveries: DeliveryStore,
    mailer: Mailer,
    recipient: Recipient,
    delivery_id: str,
    render: Callable[[], Mail],
    clock: Callable[[], datetime],
) -> bool:
    """Send a mail unless it has been sent. Whether it was this call that sent it.

    :raises InFlight: while another is sending it; errors of SES pass through.
    """
    if not deliveries.claim(delivery_id, delivery_hash(delivery_id), clock()):
        return False
    mail = render()
    try:
        message_id = mailer.send(mail, recipient, delivery_id)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            deliveries.release(delivery_id)  # SES has said no: nothing is on its way
        raise
    deliveries.sent(delivery_id, message_id, clock())
    return True
