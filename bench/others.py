"""Measures what is no batch of the score function: a mail, the digest, lines of logs."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench import costs, people
from bench.figures import Effort, Figure, median
from bench.functions import EVENT, worker
from bench.people import Shard, hot
from bench.servers import dynamodb
from bench.tables import Tables
from cloudformation import resources
from hotlist.events.times import to_text
from hotlist.mail.queue import Letter, Message

DIGEST_AT: Final = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
"""A Monday, a quarter past the hour at which the tests' configuration sends a digest."""


def a_mail(effort: Effort) -> Iterator[Figure]:
    """One message of the OutboxQueue, from its receipt to SES."""
    shard = Shard()
    form = people.form("ada@example.org", "v", type_="contact_requested", tell=True)
    shard.work([shard.put(form)])
    letter = Letter(Message(form.subject, form.event_id), "anna")
    now = int(time.time() * 1000)
    message = {
        "eventSource": "aws:sqs",
        "messageId": "m",
        "receiptHandle": "r",
        "body": letter.body(),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(now)},
    }
    with dynamodb(tables=shard.tables) as stub, worker("notify", stub) as notify:
        before = shard.tables.snapshot()
        spent = []
        for _ in range(1 + 3 * effort.rounds):
            shard.tables.restore(before)
            shard.tables.bill()
            spent.append(notify.give({"Records": [message]}))
        if "SendEmail" not in stub.operations:
            raise AssertionError("no mail was sent")
        bill = shard.tables.bill()
    cpu = median([one["cpu"] for one in spent[1:]])
    yield Figure(
        "a mail: processor's time", f"{cpu * 1e3:.1f} ms", key="notify.mail.cpu", number=cpu
    )
    yield Figure(
        "… calls, read units, write units",
        f"{bill.calls.total()}, {bill.read:g}, {bill.written}",
        counted=True,
    )
    logged = spent[-1]["logged"]
    yield Figure("… bytes of log", f"{logged}", counted=True, key="notify.logged", number=logged)


def digest(effort: Effort) -> Iterator[Figure]:
    """A run in which two salespeople get a hot list, and one in which there is nothing to do."""
    at, looks = DIGEST_AT - timedelta(hours=1), 0
    for count in (0, *effort.hot_leads):
        tables = hot(count, at)
        spent, bill = _digest(tables, DIGEST_AT)
        name = f"digest with {count:,} hot leads" if count else "digest with nothing to do"
        yield Figure(
            f"{name}: time at 5 ms a call",
            f"{spent['wall']:.1f} s",
            key=f"digest.{count or 'idle'}.wall",
            number=spent["wall"],
        )
        yield Figure(
            "… processor's time",
            f"{spent['cpu']:.2f} s",
            key=f"digest.{count or 'idle'}.cpu",
            number=spent["cpu"],
        )
        looks = looks or bill.calls["Query"]  # into the indexes: all there is if nothing is to do
        histories = bill.calls["Query"] - looks
        yield Figure(
            "… calls, read units; histories read",
            f"{bill.calls.total():,}, {bill.read:,.0f}; {histories}",
            "<= 120" if count else "",
            histories <= 120 if count else None,
            counted=True,
        )


def _digest(tables: Tables, at: datetime) -> tuple[dict[str, Any], Any]:
    with dynamodb(tables=tables) as stub, worker("digest", stub) as function:
        function.give({"time": "2026-03-01T03:00:00Z"})  # so that it is warm
        tables.bill()
        tables.seconds = costs.CALL
        spent = function.give({"time": to_text(at)})
        return spent, tables.bill()


def logs(effort: Effort) -> Iterator[Figure]:
    """What a request writes: capture's own lines, and the line of the API."""
    with dynamodb() as stub, worker("capture", stub) as capture:
        logged = capture.give(EVENT)["logged"]
    (api,) = resources("AWS::Serverless::HttpApi").values()
    line = costs.access_line(api["AccessLogSettings"]["Format"])
    yield Figure(
        "bytes of log a form: capture",
        f"{logged}",
        counted=True,
        key="capture.logged",
        number=logged,
    )
    yield Figure(
        "… and the API",
        f"{line}",
        "<= 400 in all",
        logged + line <= 400,
        counted=True,
        key="api.logged",
        number=line,
    )
