"""Asks Lambda whether the stack's mappings are at work: who reads a stream or a queue, and when.

A mapping that somebody has disabled or deleted says nothing itself. No function fails, and a stream
drops its records after a day.
"""

import logging
from typing import Any, Final

from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import ClientError

from hotlist.runtime.passing import code_of
from hotlist.runtime.settings import MappingSettings

AT_WORK: Final = frozenset({"Creating", "Enabling", "Enabled", "Updating"})
"""The states of a mapping that works, or will soon. Others are Disabling, Disabled and Deleting."""

log = logging.getLogger(__name__)


def look(client: Any, settings: MappingSettings) -> int:
    """Count the mappings that are not at work, in the log by name and as the metric of the alarm.

    `client` is that of Lambda. Its errors pass through, except that a mapping is gone.
    """
    idle = [
        name
        for name in MappingSettings.names()
        if _state(client, getattr(settings, name)) not in AT_WORK
    ]
    if idle:
        log.error("disabled mappings", extra={"mappings": idle})
    with single_metric("MappingsDisabled", MetricUnit.Count, len(idle)):
        return len(idle)


def _state(client: Any, uuid: str) -> str:
    try:
        state: str = client.get_event_source_mapping(UUID=uuid)["State"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return "Deleted"
    return state
