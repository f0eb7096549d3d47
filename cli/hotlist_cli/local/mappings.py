"""Reads the deployed event source mappings, which tell Lambda what to do with a stream."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from hotlist.scoring.pattern import eventbridge

Matches = Callable[[Mapping[str, Any]], bool]

_S3_ARN: Final = "arn:aws:s3:::"
_FOREVER: Final = -1


class UnsupportedMapping(ValueError):
    """The mapping has a setting that the pump does not support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMapping:
    """A mapping of a DynamoDB stream to a function, by the names of the Lambda API.

    `max_age` and `max_retries` are None for AWS's -1: until the record leaves the stream.
    """

    uuid: str
    stream_arn: str
    function: str
    starting_position: str = "TRIM_HORIZON"
    batch_size: int = 100
    window: timedelta = timedelta(0)
    filters: tuple[Matches, ...] = ()
    reports_failures: bool = False
    bisects: bool = False
    max_age: timedelta | None = None
    max_retries: int | None = None
    failure_bucket: str | None = None

    @classmethod
    def deployed(cls, mapping: Mapping[str, Any]) -> Self:
        """Read an answer of Lambda's GetEventSourceMapping. :raises UnsupportedMapping:"""
        for name in ("ParallelizationFactor", "TumblingWindowInSeconds"):
            if mapping.get(name, 1) not in (0, 1):
                raise UnsupportedMapping(f"the pump does not support {name}: {mapping[name]}")
        destination = (mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
        bucket = destination.get("Destination")
        if bucket is not None and not bucket.startswith(_S3_ARN):
            raise UnsupportedMapping(f"the pump supports S3 buckets as OnFailure, not {bucket}")
        age = mapping.get("MaximumRecordAgeInSeconds", _FOREVER)
        retries = mapping.get("MaximumRetryAttempts", _FOREVER)
        filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
        return cls(
            uuid=mapping["UUID"],
            stream_arn=mapping["EventSourceArn"],
            function=mapping["FunctionArn"],
            starting_position=mapping.get("StartingPosition", "TRIM_HORIZON"),
            batch_size=mapping.get("BatchSize", 100),
            window=timedelta(seconds=mapping.get("MaximumBatchingWindowInSeconds") or 0),
            filters=tuple(eventbridge.compile(json.loads(f["Pattern"])) for f in filters),
            reports_failures="ReportBatchItemFailures"
            in (mapping.get("FunctionResponseTypes") or []),
            bisects=bool(mapping.get("BisectBatchOnFunctionError")),
            max_age=None if age == _FOREVER else timedelta(seconds=age),
            max_retries=None if retries == _FOREVER else retries,
            failure_bucket=bucket.removeprefix(_S3_ARN) if bucket else None,
        )

    def wants(self, record: Mapping[str, Any]) -> bool:
        """Whether a filter matches the record. Without filters every record passes."""
        return not self.filters or any(matches(record) for matches in self.filters)
