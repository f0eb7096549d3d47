"""Score: new events of the Events stream, and leads of the RescoreQueue → folded leads.

Each lead that a batch touches is folded once. Trouble that may pass is reported and tried
again; a record that can never be worked off goes to the failure queue.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from hotlist.config.load import load_config
from hotlist.identity import settle
from hotlist.leads.fold import Folder
from hotlist.rescore.queue import RescoreQueue, lead_of
from hotlist.runtime import failures, stream
from hotlist.runtime.settings import ScoreSettings
from hotlist.scoring.deployed import deployed
from hotlist.store.events import from_item
from hotlist.store.stores import Stores

settings = ScoreSettings.load()
log, sqs, clock = Logger(), boto3.client("sqs"), partial(datetime.now, UTC)
stores = Stores.open(boto3.client("dynamodb"), settings)
settler, rules = settle.Settler(stores, clock), deployed()
wanted: bool = load_config("sales")["alert_on_rule_change"]
folder = Folder(stores, rules.live, clock, shadow=rules.shadow, alert_on_rule_change=wanted)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Settle every record, then fold every lead that any of them touches."""
    batch = failures.Batch(failures.FailureQueue(sqs, settings.failure_queue_url).park)
    touching = defaultdict(list)
    for record in stream.incoming(event):
        for lead_id in batch.attempt([record], touched_by, record) or ():
            touching[lead_id].append(record)
    for lead_id, its_records in touching.items():
        batch.attempt(its_records, folder.fold, lead_id)
    log.info("scored", extra={"leads": len(touching), "failed": len(batch.failed)})
    return batch.answer()


def touched_by(record: stream.Record) -> Collection[str]:
    """The leads to fold for a record; a crowd's leads take the queue."""
    if record.body is not None:
        return [lead_of(record.body)]
    settled = settler.settle(from_item(record.image))
    RescoreQueue(sqs, settings.rescore_queue_url).send(settled.crowd)
    return settled.leads
