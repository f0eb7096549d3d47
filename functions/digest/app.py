"""Digest: every quarter of an hour (or at the event's `time`) → the hot list, due leads queued."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from hotlist import config, digest, folding, mails, rescore, sales
from hotlist.delivery import Outbox
from hotlist.mailer import Mailer
from hotlist.scoring import ruleset
from hotlist.settings import DigestSettings
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.items import Conflict
from hotlist.store.stores import Stores

settings, clock, log = DigestSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb = boto3.client("dynamodb")
stores, rules = Stores.open(dynamodb, settings), ruleset.from_checked(config.load("scoring"))
folder, team = folding.Folder(stores, rules, clock), sales.from_checked(config.load("sales"))
mailer = Mailer(boto3.client("sesv2"), settings.sender, settings.configuration_set)
outbox = Outbox(DeliveryStore(dynamodb, settings.deliveries_table), mailer, clock)
queue = rescore.RescoreQueue(boto3.client("sqs"), settings.rescore_queue_url)


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Queue what is due, then mail the hot list; one recipient's trouble stops no other."""
    now = datetime.fromisoformat(event["time"]) if "time" in event else clock()
    queued, sent, troubles = queue.send(stores.leads.due(now)), 0, []
    due = list(team.due(now))
    off = outbox.deliveries.disabled(recipient.id for recipient, _ in due)
    waiting = [(r, f"digest#{r.id}#{day}") for r, day in due if r.id not in off]
    viewed = [folder.view(lead, now) for lead in stores.leads.hot()] if waiting else []
    hot = digest.hot_list(found[0] for found in viewed if found is not None)
    for recipient, delivery_id in waiting if hot.count or team.sends_when_empty else ():
        render = partial(mails.digest, hot, recipient, now, rules.title)
        try:
            sent += outbox.send_once(recipient, delivery_id, render)
        except (ClientError, BotoCoreError, Conflict) as error:
            troubles.append(error)
    log.info("digest", extra={"queued": queued, "due": len(due), "sent": sent, "hot": hot.count})
    if troubles:
        raise troubles[0]  # fails the invocation, so that it is tried again and has an alarm
    return {"queued": queued, "sent": sent}
