"""Digest: every quarter of an hour (or at the event's `time`) → hot list mailed, leads queued."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from hotlist.config.load import load_config
from hotlist.leads.fold import Folder
from hotlist.mail.outbox import Outbox
from hotlist.mail.ses import Mailer
from hotlist.rescore import walk
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime.failures import RunFailed, Troubles
from hotlist.runtime.settings import DigestSettings
from hotlist.sales import team
from hotlist.sales.digest import Digester
from hotlist.sales.held import HeldTeller
from hotlist.scoring.deployed import deployed
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.progress import ProgressStore
from hotlist.store.stores import Stores

settings, clock, log = DigestSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs, rulesets = boto3.client("dynamodb"), boto3.client("sqs"), deployed()
stores, sales = Stores.open(dynamodb, settings), team.from_checked(load_config("sales"))
mailer = Mailer.open(settings.sender, settings.configuration_set)
outbox = Outbox(DeliveryStore(dynamodb, settings.deliveries_table), mailer, clock)
held = HeldTeller.open(settings, dynamodb, sqs)
progress = ProgressStore(dynamodb, settings.deliveries_table)
queue, folder = RescoreQueue(sqs, settings.rescore_queue_url), Folder(stores, rulesets.live, clock)
digester = Digester(sales, rulesets.live, folder, stores.leads, outbox)
rescoring = walk.Rescoring(stores.leads, progress, queue, rulesets.hash, clock)


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Queue due leads, mail the hot list, queue leads of other rulesets. Each runs if one fails."""
    started, troubles = clock(), Troubles()
    now = datetime.fromisoformat(event["time"]) if "time" in event else started
    due = troubles.attempt({"work": "due"}, queue.send, stores.leads.due(now)) or 0
    troubles.attempt({"work": "held"}, held.send, started)
    sent = troubles.attempt({"work": "digest"}, digester.send, now, troubles) or 0
    rescored = troubles.attempt({"work": "rescoring"}, rescoring.run, started + walk.BUDGET) or 0
    log.info("digest", extra={"due": due, "sent": sent, "rescored": rescored})
    if troubles:
        raise RunFailed(troubles)  # so that the run is retried and raises an alarm
    return {"queued": due + rescored, "sent": sent}
