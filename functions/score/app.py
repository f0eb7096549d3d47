"""Score: new events of the Events stream, or ids from the RescoreQueue → folded leads.

Each lead that a batch touches is folded once. A record that failed is retried if that may help.
Otherwise it goes to the failure queue.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from hotlist.config.load import load_config
from hotlist.identity.settle import Settler
from hotlist.leads.batch import Scorer
from hotlist.leads.fold import Folder
from hotlist.mail.queue import OutboxQueue
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime import failures, stream
from hotlist.runtime.settings import ScoreSettings
from hotlist.scoring.deployed import deployed
from hotlist.store.stores import Stores

settings, clock, log = ScoreSettings.load(), partial(datetime.now, UTC), Logger()
stores, sqs = Stores.open(boto3.client("dynamodb"), settings), boto3.client("sqs")
alert_too: bool = load_config("sales")["alert_on_rule_change"]
rulesets = deployed()
folder = Folder(stores, rulesets.live, clock, rulesets.shadow, alert_on_rule_change=alert_too)
rescore = RescoreQueue(sqs, settings.rescore_queue_url)
letters = OutboxQueue(sqs, settings.outbox_queue_url)
scorer = Scorer(Settler(stores, clock), folder, rescore, letters)
park = failures.FailureQueue(sqs, settings.failure_queue_url).park


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Fold every lead that a record touches. Report the records to retry."""
    batch = failures.Batch(park)
    leads = scorer.score(stream.incoming(event), batch)
    log.info("scored", extra={"leads": leads, "failed": len(batch.failed)})
    return batch.answer()
