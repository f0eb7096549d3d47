"""Score: new events of the Events stream, or ids from the RescoreQueue → folded leads."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from hotlist.identity.settle import Settler
from hotlist.leads.batch import Scorer
from hotlist.leads.fold import Folder
from hotlist.leads.trapped import note_trapped
from hotlist.mail.queue import OutboxQueue
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime import failures, limits, stream
from hotlist.runtime.settings import ScoreSettings
from hotlist.scoring.deployed import deployed
from hotlist.store.client import open_clients
from hotlist.store.stores import Stores
from hotlist.store.suspects import SuspectStore

settings, clock, log = ScoreSettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs = open_clients(settings.leads_table)
stores, rulesets = Stores.open(dynamodb, settings), deployed()
folder = Folder.open(stores, rulesets.live, clock, rulesets.shadow)
queue = RescoreQueue(sqs, settings.rescore_queue_url)
letters = OutboxQueue(sqs, settings.outbox_queue_url)
suspects = SuspectStore(dynamodb, settings.deliveries_table)
scorer = Scorer(Settler(stores, clock), folder, queue, letters, clock)
park = failures.FailureQueue(sqs, settings.failure_queue_url).park


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Fold every lead that a record touches, once. Report the records to retry, park the others."""
    batch, records = failures.Batch(park, limits.time_left(context)), [*stream.incoming(event)]
    worked = scorer.score(records, batch)
    note_trapped(records, suspects, batch)
    for lane, lag in worked.lag(clock()).items():
        with single_metric("Lag", MetricUnit.Seconds, lag.total_seconds()) as metric:
            metric.add_dimension("lane", lane)
    counts = {"leads": worked.leads, "later": worked.later, "failed": len(batch.failed)}
    log.info("scored", extra=counts)
    return batch.answer()
