"""Notify: leads that turned hot → OutboxQueue → mails; what SES says of them → Deliveries."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from hotlist.mail.feedback import FeedbackReader
from hotlist.runtime import stream
from hotlist.runtime.failures import Batch, FailureQueue
from hotlist.runtime.limits import time_left
from hotlist.runtime.settings import NotifySettings
from hotlist.sales.consume import OutboxConsumer
from hotlist.sales.notify import Notifier
from hotlist.store.client import open_clients


def count(name: str, **dimensions: str) -> None:
    with single_metric(name, MetricUnit.Count, 1) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)


settings, clock, log = NotifySettings.load(), partial(datetime.now, UTC), Logger()
dynamodb, sqs = open_clients(settings.deliveries_table)
park = FailureQueue(sqs, settings.failure_queue_url).park
consumer = OutboxConsumer.open(settings, dynamodb, sqs, clock, count)
reader = FeedbackReader(consumer.outbox.deliveries, consumer.to_leads.store, consumer.events, park)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    if "Records" not in event:
        return feedback(event)
    is_queue = event["Records"][0]["eventSource"] == "aws:sqs"
    batch = Batch(consumer.park if is_queue else park, time_left(context))
    records = stream.incoming(event) if is_queue else stream.writes(event)
    done = (consumer.consume if is_queue else Notifier(consumer.queue).notify)(records, batch)
    log.info("sent" if is_queue else "queued", extra={"n": done, "failed": len(batch.failed)})
    return batch.answer()


def feedback(event: dict[str, Any]) -> dict[str, Any]:
    """Take in what SES says; a recipient who is lost has an alarm."""
    if disabled := reader.take_in(event["detail"], clock()):
        said = {"recipient": disabled, "attention": "recipient disabled"}
        log.error("recipient disabled", extra=said)
    return {"disabled": disabled}
