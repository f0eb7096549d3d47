"""Notify: a lead turns hot, or a form's message comes → mail at once; SES reports → Deliveries."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from hotlist.config.load import load_config
from hotlist.mail.feedback import take_in
from hotlist.mail.outbox import Outbox
from hotlist.mail.ses import Mailer
from hotlist.runtime.clients import aws_client
from hotlist.runtime.failures import Batch, FailureQueue
from hotlist.runtime.limits import time_left
from hotlist.runtime.settings import NotifySettings
from hotlist.runtime.stream import writes
from hotlist.sales import team
from hotlist.sales.notify import Notifier
from hotlist.scoring.ruleset import from_checked
from hotlist.store.deliveries import DeliveryStore

settings, clock, log = NotifySettings.load(), partial(datetime.now, UTC), Logger()
park = FailureQueue(aws_client("sqs"), settings.failure_queue_url).park
deliveries = DeliveryStore(aws_client("dynamodb"), settings.deliveries_table)
outbox = Outbox(deliveries, Mailer.open(settings.sender, settings.configuration_set), clock)
sales, ruleset = team.from_checked(load_config("sales")), from_checked(load_config("scoring"))
notifier = Notifier(sales, ruleset, load_config("forms"), outbox)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return notify(event, Batch(park, time_left(context))) if "Records" in event else feedback(event)


def notify(event: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """Send the mails that the records ask for. Report the records to retry."""
    sent = notifier.notify(writes(event), batch)
    log.info("notified", extra={"sent": sent, "failed": len(batch.failed)})
    return batch.answer()


def feedback(event: dict[str, Any]) -> dict[str, Any]:
    """Store what SES reports. A recipient who gets no more mail raises an alarm."""
    if disabled := take_in(event["detail"], deliveries, clock()):
        log.error("recipient disabled", extra={"recipient": disabled})
        with single_metric("RecipientDisabled", MetricUnit.Count, 1) as metric:
            metric.add_metadata("recipient", disabled)
    return {"disabled": disabled}
