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
from hotlist.runtime import failures, mappings
from hotlist.runtime.clients import aws_client
from hotlist.runtime.settings import DigestSettings
from hotlist.sales import team
from hotlist.sales.digest import Digester
from hotlist.sales.held import HeldTeller
from hotlist.sales.look_back import LookBack
from hotlist.scoring.deployed import deployed
from hotlist.store.progress import ProgressStore
from hotlist.store.stores import Stores
from hotlist.store.windows import WindowStore

settings, clock, log = DigestSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs, functions = map(aws_client, ("dynamodb", "sqs", "lambda"))
stores, rulesets = Stores.open(dynamodb, settings), deployed()
outbox, held = Outbox.open(settings, dynamodb, clock), HeldTeller.open(settings, dynamodb, sqs)
deliveries, past = settings.deliveries_table, LookBack.open(settings, dynamodb)
progress, windows = ProgressStore(dynamodb, deliveries), WindowStore(dynamodb, deliveries)
folder, queue = Folder(stores, rulesets.live, clock), RescoreQueue(sqs, settings.rescore_queue_url)
sales = team.from_checked(load_config("sales"))
digester = Digester(sales, rulesets.live, folder, stores, windows, outbox, past)
due_leads = due.DueLeads(stores.leads, queue, clock)
rescoring = walk.Rescoring(stores.leads, progress, queue, rulesets.hash, clock)


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Mail the hot list, queue due leads, queue leads of other rulesets. Each runs if one fails."""
    started, troubles = clock(), failures.Troubles()
    now = datetime.fromisoformat(event["time"]) if "time" in event else started
    troubles.attempt({"work": "held"}, held.send, started)
    sent = troubles.attempt({"work": "digest"}, digester.send, now, troubles) or 0
    queued = troubles.attempt({"work": "due"}, due_leads.run, now, started + due.BUDGET) or 0
    rescored = troubles.attempt({"work": "rescoring"}, rescoring.run, started + walk.BUDGET) or 0
    troubles.attempt({"work": "mappings"}, mappings.look, functions, settings)
    log.info("digest", extra={"due": queued, "sent": sent, "rescored": rescored})
    if troubles:
        raise failures.RunFailed(troubles)  # so that the run is retried and raises an alarm
    return {"queued": queued + rescored, "sent": sent}
