"""Digest: every quarter of an hour (or at the event's `time`) → hot list mailed, leads queued."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from hotlist.leads.fold import Folder
from hotlist.links.check import KeyCheck
from hotlist.rescore import due, walk
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime import failures, mappings
from hotlist.runtime.clients import aws_client
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.digest import Digester
from hotlist.sales.held import HeldTeller
from hotlist.scoring.deployed import deployed
from hotlist.store.client import open_clients
from hotlist.store.progress import ProgressStore
from hotlist.store.stores import Stores

settings, clock, log = DigestSettings.load(), partial(datetime.now, UTC), Logger()
(dynamodb, sqs), functions = open_clients(settings.deliveries_table), aws_client("lambda")
stores, rulesets = Stores.open(dynamodb, settings), deployed()
folder = Folder.open(stores, rulesets.live, clock)
queue = RescoreQueue(sqs, settings.rescore_queue_url)
held = HeldTeller.open(settings, dynamodb, sqs)
digester = Digester.open(settings, dynamodb, stores, folder, clock)
progress = ProgressStore(dynamodb, settings.deliveries_table)
due_leads = due.DueLeads(stores.leads, queue, clock)
rescoring = walk.Rescoring(stores.leads, progress, queue, rulesets.hash, clock)
key_check = KeyCheck.open(settings, dynamodb, clock)


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Mail the hot list, queue leads, look at keys and mappings. Each runs if one fails."""
    started, troubles = clock(), failures.Troubles()
    now = datetime.fromisoformat(event["time"]) if "time" in event else started
    troubles.attempt({"work": "held"}, held.send, started)
    sent = troubles.attempt({"work": "digest"}, digester.send, now, troubles) or 0
    queued = troubles.attempt({"work": "due"}, due_leads.run, now, started + due.BUDGET) or 0
    rescored = troubles.attempt({"work": "rescoring"}, rescoring.run, started + walk.BUDGET) or 0
    troubles.attempt({"work": "keys"}, key_check.run, started)
    troubles.attempt({"work": "mappings"}, mappings.look, functions, settings)
    log.info("digest", extra={"due": queued, "sent": sent, "rescored": rescored})
    if troubles:
        raise failures.RunFailed(troubles)  # so that the run is retried and raises an alarm
    return {"queued": queued + rescored, "sent": sent}
