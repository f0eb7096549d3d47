"""A count for CloudWatch as a line of the log (embedded metric format). Pure.

Capture prints it. Its start is too short for powertools.
"""

import json
from datetime import datetime
from typing import Any

from hotlist.events.times import to_ms


def count(
    namespace: str, name: str, at: datetime, dimension: tuple[str, str] | None, **said: str
) -> str:
    """One more of `name`. A dimension is a price: only names that the configuration has.

    What else is said stands in the line alone.
    """
    by = dict([dimension] if dimension else ())
    metric = {"Namespace": namespace, "Dimensions": [[*by]]}
    metrics = [metric | {"Metrics": [{"Name": name, "Unit": "Count"}]}]
    about = {"Timestamp": to_ms(at), "CloudWatchMetrics": metrics}
    return json.dumps({"_aws": about, **said, **by, name: 1})


def attention(kind: str, **ids: Any) -> str:
    """A line about something that somebody has to look at, with the ids by which it is found.

    A filter of the log counts every line that has `attention`: one metric for all kinds, with one
    alarm. docs/operations.md has the kinds.
    """
    return json.dumps({"level": "ERROR", "attention": kind, **ids})
