"""What requests and an idle month cost in dollars, part by part. Pure.

Units are counted by tests, prices stand in bench/prices.toml, sizes in template.yaml. Only the time
that Lambda charges rests on measured seconds of the processor; it is the smallest part.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.bills import Request
from bench.prices import dollars, prices

MILLION: Final = 1_000_000
CALL: Final = 0.005
"""Seconds of a call of DynamoDB."""

ONE_PROCESSOR: Final = 1769
"""MB of memory with which Lambda gives a function one processor."""

SHARED: Final = 100
"""Records that share an invocation where views are gathered: a million a day are 230 in 20 s."""

POLLERS, LONG_POLL = 5, 20
"""Lambda reads a queue so often at once, and waits so many seconds for a message. The docs of
Lambda say that it does not read less often where the mapping has a MaximumConcurrency."""

MONTH: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work: the processor's seconds, and the seconds in which it waits for calls."""

    cpu: float
    waits: float

    def seconds(self, memory: int) -> float:
        """Its time with so much memory: Lambda gives a share of a processor, up to one here."""
        return self.cpu / min(1.0, memory / ONE_PROCESSOR) + self.waits

    def dollars(self, memory: int) -> float:
        return dollars("lambda_gb_second", self.seconds(memory) * memory / 1024)


@dataclass(frozen=True, slots=True)
class Sizes:
    """MemorySize of the functions, by their short names."""

    capture: int
    score: int
    notify: int
    digest: int


def sizes(functions: Mapping[str, Any]) -> Sizes:
    """Of the functions of template.yaml, by logical id."""
    return Sizes(
        **{
            name: functions[f"{name.capitalize()}Function"]["MemorySize"]
            for name in Sizes.__slots__
        }
    )


def works(measured: Mapping[str, float]) -> dict[str, Work]:
    """What the bench has measured, as pieces of work. `shared` is one record of a full batch."""
    return {
        "capture": Work(measured["capture.warm.cpu"], CALL),
        "score, alone": Work(measured["fold.10.cpu"], 8 * CALL),
        "score, known, shared": Work(measured["score.known.cpu"], 0),
        "score, unknown, shared": Work(measured["score.unknown.cpu"], 0),
        "notify, a mail": Work(measured["notify.mail.cpu"], 9 * CALL),
    }


def of_request(request: Request, sizes: Sizes, measured: Mapping[str, float]) -> dict[str, float]:
    """Dollars of a million such requests, by part."""
    found, work = dict.fromkeys(("API", "DynamoDB", "Lambda", "SQS", "logs"), 0.0), works(measured)
    bills = (request.door, request.scoring, request.mailing)
    found["DynamoDB"] = sum(
        dollars("read_unit", bill.read) + dollars("write_unit", bill.written) for bill in bills
    )
    logged = 0.0
    if request.calls_api:
        found["API"] = dollars("api_request", 1)
        found["Lambda"] += dollars("lambda_request", 1) + work["capture"].dollars(sizes.capture)
        logged += measured["capture.logged"] + measured["api.logged"]
    if request.is_scored:
        share = 1 if request.alone else 1 / SHARED
        is_known = "PutItem" in request.scoring.calls
        name = "alone" if request.alone else f"{'known' if is_known else 'unknown'}, shared"
        found["Lambda"] += share * dollars("lambda_request", 1)
        found["Lambda"] += work[f"score, {name}"].dollars(sizes.score)
        logged += share * measured["score.known.logged"]
    found["Lambda"] += request.alerts * (
        dollars("lambda_request", 1) + Work(0.002, CALL).dollars(sizes.notify)
    )
    if request.mailing.calls:
        found["Lambda"] += dollars("lambda_request", 1)
        found["Lambda"] += work["notify, a mail"].dollars(sizes.notify)
        found["SQS"] += dollars("sqs_request", 2)  # it is received and deleted
        logged += measured["notify.logged"]
    found["SQS"] += dollars("sqs_request", request.letters + request.alerts)
    found["logs"] = dollars("log_byte", logged)
    return {name: MILLION * amount for name, amount in found.items()}


def idle(
    resources: Mapping[str, Any], measured: Mapping[str, float], sizes: Sizes
) -> dict[str, float]:
    """Dollars of a month in which nobody comes, by part, from the resources of template.yaml."""
    kinds = [one["Type"] for one in resources.values()]
    mappings = [
        one["Properties"]
        for one in resources.values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    queues = sum("ScalingConfig" in mapping for mapping in mappings)
    runs = MONTH / 900
    units = runs * 17  # tests/integration/test_costs.py counts them: 5 consistent, 12 eventual
    secrets = kinds.count("AWS::SecretsManager::Secret")
    work = Work(measured["digest.idle.cpu"], 30 * CALL).dollars(sizes.digest)
    use = prices()
    return {
        "metrics that alarms watch": use["alarm_metric"].of_a_month(alarm_metrics(resources)),
        "looking into queues": use["sqs_request"].of_a_month(queues * POLLERS * MONTH / LONG_POLL),
        "the digest function": runs * (work + dollars("lambda_request", 1))
        + dollars("read_unit", units)
        + use["schedule_run"].of_a_month(runs),
        "metrics of our own": use["custom_metric"].of_a_month(2),
        # each run reads one
        "secrets": dollars("secret", secrets) + dollars("secret_call", runs) * (secrets > 0),
    }


def alarm_metrics(resources: Mapping[str, Any]) -> int:
    """How many metrics the alarms watch. AWS charges each, also of an alarm that calculates."""
    alarms = (one["Properties"] for one in resources.values() if "Alarm" in one["Type"])
    return sum(
        sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1
        for alarm in alarms
    )


def access_line(template_format: str) -> int:
    """The bytes of a line of the API's log, with what stands there as a rule."""
    said = {
        "$context.requestId": "JKJaXmPLvHcESHA=",
        "$context.routeKey": "POST /forms/{form}",
        "$context.status": "201",
        "$context.responseLength": "52",
        "$context.responseLatency": "14",
        "$context.error.messageString": "-",
    }
    for name, text in said.items():
        template_format = template_format.replace(name, text)
    json.loads(template_format)
    return len(template_format.encode()) + 1
