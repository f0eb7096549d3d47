"""Digest: every quarter of an hour (or at the event's `time`) → hot list mailed, leads queued."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from hotlist.config.load import load_config
from hotlist.leads.fold import Folder
from hotlist.mail.outbox import Outbox
from hotlist.rescore import due, walk
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime.failures import RunFailed, Troubles
from hotlist.runtime.settings import DigestSettings
from hotlist.sales import team
from hotlist.sales.digest import Digester
from hotlist.sales.held import HeldTeller
from hotlist.scoring.deployed import deployed
from hotlist.store.client import open_clients
from hotlist.store.progress import ProgressStore
from hotlist.store.stores import Stores
from hotlist.store.windows import WindowStore

settings, clock, log = DigestSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs = open_clients(settings.deliveries_table)
rulesets, stores = deployed(), Stores.open(dynamodb, settings)
sales = team.from_checked(load_config("sales"))
outbox, held = Outbox.open(settings, dynamodb, clock), HeldTeller.open(settings, dynamodb, sqs)
progress = ProgressStore(dynamodb, settings.deliveries_table)
windows = WindowStore(dynamodb, settings.deliveries_table)
folder, queue = Folder(stores, rulesets.live, clock), RescoreQueue(sqs, settings.rescore_queue_url)
digester = Digester(sales, rulesets.live, folder, stores, windows, outbox)
due_leads = due.DueLeads(stores.leads, queue, clock)
rescoring = walk.Rescoring(stores.leads, progress, queue, rulesets.hash, clock)


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Mail the hot list, queue due leads, queue leads of other rulesets. Each runs if one fails."""
    started, troubles = clock(), Troubles()
    now = datetime.fromisoformat(event["time"]) if "time" in event else started
    troubles.attempt({"work": "held"}, held.send, started)
    sent = troubles.attempt({"work": "digest"}, digester.send, now, troubles) or 0
    queued = troubles.attempt({"work": "due"}, due_leads.run, now, started + due.BUDGET) or 0
    rescored = troubles.attempt({"work": "rescoring"}, rescoring.run, started + walk.BUDGET) or 0
    log.info("digest", extra={"due": queued, "sent": sent, "rescored": rescored})
    if troubles:
        raise RunFailed(troubles)  # so that the run is retried and raises an alarm
    return {"queued": queued + rescored, "sent": sent}
