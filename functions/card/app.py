"""Card: a request by a signed link → the card of a lead, or today's list. It reads tables alone.

Beside that it may queue the mail with the link of a device.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from hotlist.cards.door import Door
from hotlist.runtime.settings import CardSettings
from hotlist.store.client import open_clients

settings, clock, log = CardSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs = open_clients(settings.leads_table)
door = Door.open(settings, dynamodb, sqs, clock)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a request. The log has its route, and neither its path nor its query."""
    answer = door.answer(event)
    log.info("answered", extra={"route": event["routeKey"], "status": answer["statusCode"]})
    return answer
