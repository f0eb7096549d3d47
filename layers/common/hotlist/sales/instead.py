"""Says whether somebody has got the message that stands for an alert: then they get no alert."""

from collections.abc import Callable

from hotlist.mail.queue import Letter, Message, delivery_name
from hotlist.store.deliveries import REFUSED, SENT, DeliveryStore
from hotlist.store.items import Conflict


class MessageToCome(Conflict):
    """It is open whether the message comes. The alert waits for it, as for any other trouble."""


def has_come(
    deliveries: DeliveryStore,
    message: Message,
    recipient: str,
    is_meant: Callable[[], bool],
) -> bool:
    """Whether a message was sent to a recipient. False if it does not come any more.

    `is_meant` says whether the message is to be sent to this recipient, as things are now.

    :raises MessageToCome: while that is open.
    """
    delivery_id = Letter(message, recipient).delivery_id
    standing = deliveries.standing(delivery_id)
    if standing.is_settled or standing.state == REFUSED:
        return standing.state == SENT
    if not is_meant():
        return False
    if standing.state is None and _is_others(deliveries, message, recipient):
        return False
    raise MessageToCome(delivery_id)


def _is_others(deliveries: DeliveryStore, message: Message, recipient: str) -> bool:
    """Whether a message was for others, and none of theirs can become one for this recipient."""
    to = deliveries.addressed(delivery_name(message))
    if not to or recipient in to:
        return False
    names = [Letter(message, one).delivery_id for one in to]
    return deliveries.settled(names).issuperset(names)
