"""Capture: a request of the HTTP API → events in the Events table, and nothing else."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.capture import http, origins
from hotlist.capture.capture import Capture
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.runtime import metrics
from hotlist.runtime.settings import CaptureSettings
from hotlist.store.client import open_client
from hotlist.store.events import EventStore

settings = CaptureSettings.load()
client = open_client(settings.events_table)
store = EventStore(client, settings.events_table)


def held_back(form: str, event: Event) -> None:
    """Count what a form holds back; the line has the id by which it can be found."""
    namespace, named = settings.powertools_metrics_namespace, ("form", form)
    line = metrics.count(namespace, "HeldBack", event.received_at, named, event_id=event.event_id)
    print(line)  # noqa: T201 - Lambda's log


allowed = origins.listed(settings.allowed_origins)
capture = Capture(store, load_config("forms"), allowed, held_back, settings)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    request = http.Request.of(event)
    try:
        answer = capture.answer(request, datetime.now(UTC))
    except (BotoCoreError, ClientError) as error:
        answer = capture.not_stored(request)
        line = http.log_line(request.route, 503, type(error).__name__)
    else:
        line = http.log_line(request.route, answer["statusCode"])
    print(line)  # noqa: T201 - Lambda's log
    return answer
