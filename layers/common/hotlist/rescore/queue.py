"""The RescoreQueue: the ids of leads that are to be folded again soon."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

MAX_MESSAGES: Final = 10


class NotQueued(Exception):
    """SQS refused some of the messages. A later try may succeed: send all of them again."""


class RescoreQueue:
    """Sends lead ids to the score function."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def send(self, lead_ids: Iterable[str]) -> int:
        """Queue every lead. The answer is how many there were.

        :raises NotQueued: if SQS refused any of them. All have been tried by then.
        """
        sent, refused = 0, 0
        rest = iter(lead_ids)
        while batch := list(islice(rest, MAX_MESSAGES)):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(place), "MessageBody": json.dumps({"lead_id": lead_id})}
                    for place, lead_id in enumerate(batch)
                ],
            )
            refused += len(answer.get("Failed", ()))
            sent += len(batch)
        if refused:
            raise NotQueued(f"{refused} of {sent} leads")
        return sent


def lead_of(body: str) -> str:
    """The lead id of a message.

    :raises KeyError, TypeError, ValueError: if the message has none.
    """
    lead_id = json.loads(body)["lead_id"]
    if not isinstance(lead_id, str):
        raise TypeError(f"lead_id is {type(lead_id).__name__}, not text")
    return lead_id
