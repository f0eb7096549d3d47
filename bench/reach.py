"""How far one installation goes. Each number follows from measured ones and from AWS's limits."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from bench import bills, costs
from bench.prices import dollars
from hotlist.rescore.walk import MAX_QUEUED, PASSES
from hotlist.store.leads import SHARDS

Rows = Sequence[Sequence[str]]
Measured = Mapping[str, float]

DAY: Final = 86_400
PEAK: Final = 4
"""The busiest hour of a day has so many times the average."""

MOST_FACTOR: Final = 10
"""Lambda's largest ParallelizationFactor."""

PARTITION_WRITES: Final = 1_000
"""Write units a second of a partition, and so of a key. A shard of the stream is a partition."""

SUBMISSIONS: Final = 10_000_000
LEADS: Final = 100_000_000
CONSUMERS, MESSAGES = 2, 5  # of each queue, as shipped
EVENT_BYTES: Final = 900
FORM_DAYS: Final = 396


def shard(measured: Measured) -> Rows:
    """What a shard scores, with the parallelisation as shipped and at its largest."""
    rows = [["records of", "a second", "a day", "a second with a factor of 10"]]
    names = {
        "unknown": "unknown visitors",
        "known": "known people",
        "new": "new leads",
        "mix": "85 unknown, 12 known, 3 new of 100",
    }
    for key, name in names.items():
        rate = measured[f"score.{key}.rate"]
        rows.append(
            [name, f"{rate:,.0f}", f"{rate * DAY / 1e6:,.1f} million", f"{MOST_FACTOR * rate:,.0f}"]
        )
    return rows


def ten_million(measured: Measured, sizes: costs.Sizes) -> Rows:
    """Ten million submissions a day: what they need in the busiest hour, and what is shipped."""
    peak = PEAK * SUBMISSIONS / DAY
    work = costs.works(measured)
    door = work["capture"].seconds(sizes.capture)
    rate = measured["score.new.rate"]
    slots = math.ceil(peak / rate)
    new = bills.NEW
    mail = work["notify, a mail"].seconds(sizes.notify)
    mails = CONSUMERS / mail
    total = SUBMISSIONS / 1e6 * sum(costs.of_request(new, sizes, measured).values())
    stored = SUBMISSIONS * FORM_DAYS * EVENT_BYTES / 1e9
    index = peak * new.scoring.index_writes / SHARDS
    return [
        ["what", "in the busiest hour", "limit", "so"],
        [
            "forms a second",
            f"{peak:,.0f}",
            "20 as shipped; an account has 10,000",
            "raise `FormsThrottleRate`",
        ],
        [
            "capture at once",
            f"{math.ceil(peak * door)}",
            "10 in a new account, 1,000 later",
            "raise the limit",
        ],
        [
            "writes of Events a second",
            f"{peak * new.door.written:,.0f}",
            f"{PARTITION_WRITES:,} a partition; 4,000 in a new table",
            "nothing: partitions split by themselves",
        ],
        [
            "batches of forms at once",
            f"{slots}",
            f"{MOST_FACTOR} a shard; each scores {rate:,.0f} new leads a second",
            f"`NowParallelism` {min(MOST_FACTOR, math.ceil(slots / 4))} with four shards",
        ],
        [
            "entries of one key of the leads' index a second",
            f"{index:,.0f}",
            f"{PARTITION_WRITES:,}",
            "nothing",
        ],
        [
            "writes of one e-mail address a second",
            "its own forms",
            f"{PARTITION_WRITES:,}",
            "nothing: whoever floods one address slows down that address",
        ],
        [
            "mails a second, of forms that `tell` two people",
            f"{2 * peak:,.0f}",
            f"{mails:,.0f} with {CONSUMERS} consumers",
            (
                "no `tell`, or one recipient and more consumers (`OutboxMapping`); "
                "more than `MailsPerHour` are held anyway"
            ),
        ],
        ["dollars a day, without mails", f"{total:,.0f}", "", ""],
        [
            "GB of events after 396 days",
            f"{stored:,.0f}",
            "none",
            f"{dollars('storage_gb_month', stored):,.0f} dollars a month",
        ],
    ]


def rescoring(measured: Measured, sizes: costs.Sizes) -> Rows:
    """All of a hundred million leads, after changed rules."""
    runs = LEADS / MAX_QUEUED
    alone = costs.Work(MESSAGES * measured["fold.10.cpu"], 8 * costs.CALL).seconds(sizes.score)
    rate = CONSUMERS * MESSAGES / alone
    known = bills.KNOWN_10.scoring
    fold = dollars("read_unit", known.read) + dollars("write_unit", known.written)
    work = costs.Work(measured["score.known.cpu"], costs.CALL).dollars(sizes.score)
    queue = dollars("sqs_request", 0.1 + 2 / MESSAGES) + dollars("lambda_request", 1 / MESSAGES)
    return [
        ["rescoring 100 million leads", "days", "because"],
        [
            "as shipped",
            f"{runs * 900 / DAY:,.0f}",
            f"a run queues {MAX_QUEUED:,} leads at most, every quarter of an hour",
        ],
        [
            "if a run queued all",
            f"{LEADS / rate / DAY:,.0f}",
            f"{CONSUMERS} consumers fold {rate:,.0f} leads a second",
        ],
        [
            "with 100 consumers",
            f"{LEADS / rate / DAY * CONSUMERS / 100:,.1f}",
            "`MaximumConcurrency` of `RescoreMapping`",
        ],
        [
            "dollars",
            f"{LEADS * (fold + work + queue):,.0f}",
            (
                f"{known.read:g} read units and {known.written} write unit a lead; "
                f"the second of {PASSES} passes only reads"
            ),
        ],
    ]
