"""Notify: a lead turned hot, a form tells sales → mail at once; SES's feedback → Deliveries."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from hotlist import config, records, sales
from hotlist.delivery import Outbox
from hotlist.mailer import Mailer
from hotlist.notifying import Notifier
from hotlist.scoring.ruleset import from_checked
from hotlist.settings import NotifySettings
from hotlist.store.deliveries import DeliveryStore

settings, log, sqs = NotifySettings.load(), Logger(), boto3.client("sqs")
outbox = Outbox(
    DeliveryStore(boto3.client("dynamodb"), settings.deliveries_table),
    Mailer.open(settings.sender, settings.configuration_set),
    partial(datetime.now, UTC),
)
team, rules = sales.from_checked(config.load("sales")), from_checked(config.load("scoring"))
notifier = Notifier(team, rules, config.load("forms"), outbox)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return notify(event) if "Records" in event else feedback(event)


def notify(event: dict[str, Any]) -> dict[str, Any]:
    """Send what each record is about to everybody; one recipient's trouble stops no other."""
    batch, sent = records.Batch(records.FailureQueue(sqs, settings.failure_queue_url).park), 0
    for record in records.writes(event):
        for letter, recipient in batch.attempt([record], notifier.letters, record) or ():
            sent += bool(batch.attempt([record], notifier.send, letter, recipient))
    log.info("notified", extra={"sent": sent, "failed": len(batch.failed)})
    return batch.answer()


def feedback(event: dict[str, Any]) -> dict[str, Any]:
    """Take in what SES says; a recipient who is lost has an alarm."""
    if disabled := notifier.hear(event["detail"]):
        log.error("recipient disabled", extra={"recipient": disabled})
        with single_metric("RecipientDisabled", MetricUnit.Count, 1) as metric:
            metric.add_metadata("recipient", disabled)
    return {"disabled": disabled}
