"""Publishes SES's events (sent, delivered, bounced, …) for the messages of the mailbox.

They go where the configuration set of the deployed template sends them: to an SNS topic or to the
default event bus. As with SES's mailbox simulator, the address decides what happens to a message:
`bounce@simulator.amazonses.com` bounces, `complaint@…` complains, `reject@…` (our own) is rejected.
For any other address the message is delivered.
"""

import json
import logging
import queue
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.scoring.pattern import eventbridge
from hotlist_cli.local.mailbox import Mailbox, Message
from hotlist_cli.local.mappings import Matches
from hotlist_cli.local.ministack import ACCOUNT, REGION, MiniStack

log = logging.getLogger(__name__)

SIMULATOR: Final = "simulator.amazonses.com"
_MTA: Final = "a7-1.smtp-out.eu-central-1.amazonses.com"

_ASYNCHRONOUS_TRIES: Final = 3
_THREADS: Final = 3
"""So many messages are reported at once: MiniStack takes 50 ms and more for each call."""

_DETAIL_TYPES: Final = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Reject": "Email Rejected",
}


class Feedback:
    """Publishes the events of every message that the mailbox accepts, on threads of its own.

    `reported` says of each message, by its id, when its `Send` event had been taken in.
    """

    def __init__(self, stack: MiniStack, mailbox: Mailbox) -> None:
        self._ses = stack.client("sesv2")
        self._sns = stack.client("sns")
        self._events = stack.client("events")
        self._lambda = stack.client("lambda")
        self._mailbox = mailbox
        self._queue: queue.SimpleQueue[tuple[Message, EmailMessage] | None] = queue.SimpleQueue()
        mailbox.accepted = lambda message, mime: self._queue.put((message, mime))
        self.reported: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._destinations: dict[str, list[dict[str, Any]]] = {}
        self._rules: list[tuple[Matches, list[str]]] | None = None
        self._threads = [
            threading.Thread(target=self._run, name=f"feedback {number}", daemon=True)
            for number in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Publish the events of all messages so far, then return."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    @property
    def waiting(self) -> int:
        """How many messages have events that were not published yet."""
        return self._queue.qsize()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            message, mime = job
            for event in events_of(message, mime, datetime.now(UTC)):
                self._mailbox.add_event(message.message_id, event["eventType"].lower())
                if message.configuration_set:
                    is_taken = self._publish(message.configuration_set, event)
                    if is_taken and event["eventType"] == "Send":
                        self.reported[message.message_id] = datetime.now(UTC)

    def _publish(self, configuration_set: str, event: dict[str, Any]) -> bool:
        """Whether everybody who is subscribed to the event has taken it in."""
        try:
            subscribed = [
                destination
                for destination in self._destinations_of(configuration_set)
                if event["eventType"].upper() in destination["MatchingEventTypes"]
                and destination["Enabled"]
            ]
            return False not in [self._send(one, event) for one in subscribed]
        except (BotoCoreError, ClientError):
            log.exception("not published: %s", event["eventType"])
            return False

    def _destinations_of(self, configuration_set: str) -> list[dict[str, Any]]:
        """Where a configuration set sends events. It is read once: nobody changes it here."""
        with self._lock:
            if configuration_set not in self._destinations:
                answer = self._ses.get_configuration_set_event_destinations(
                    ConfigurationSetName=configuration_set
                )
                self._destinations[configuration_set] = answer["EventDestinations"]
            return self._destinations[configuration_set]

    def _send(self, destination: dict[str, Any], event: dict[str, Any]) -> bool:
        if "SnsDestination" in destination:
            self._sns.publish(
                TopicArn=destination["SnsDestination"]["TopicArn"],
                Subject="Amazon SES Email Event Notification",
                Message=json.dumps(event),
            )
        if "EventBridgeDestination" in destination:
            return self._to_rules(envelope(event))
        return True

    def _to_rules(self, event: Mapping[str, Any]) -> bool:
        """Send an event to the targets of rules. The default bus refuses our `aws.ses` events."""
        matching = [targets for matches, targets in self._enabled_rules() if matches(event)]
        called = [self._invoke(target, event) for targets in matching for target in targets]
        return False not in called

    def _enabled_rules(self) -> list[tuple[Matches, list[str]]]:
        """The rules with a pattern, and the functions that each calls. They are read once."""
        with self._lock:
            if self._rules is None:
                self._rules = [
                    (
                        eventbridge.compile(json.loads(rule["EventPattern"])),
                        [
                            target["Arn"]
                            for target in self._events.list_targets_by_rule(Rule=rule["Name"])[
                                "Targets"
                            ]
                        ],
                    )
                    for page in self._events.get_paginator("list_rules").paginate()
                    for rule in page["Rules"]
                    if rule["State"] == "ENABLED" and rule.get("EventPattern")
                ]
            return self._rules

    def _invoke(self, function: str, event: Mapping[str, Any]) -> bool:
        """Call a function up to three times until it succeeds, as Lambda does asynchronously.

        The calls are synchronous here. Many asynchronous ones would start as many processes.
        """
        for _ in range(_ASYNCHRONOUS_TRIES):
            answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event))
            if "FunctionError" not in answer:
                return True
        log.error("%s failed with %s", function, event["detail-type"])
        return False


def envelope(event: Mapping[str, Any]) -> dict[str, Any]:
    """An SES event as EventBridge delivers it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": _DETAIL_TYPES[event["eventType"]],
        "source": "aws.ses",
        "account": ACCOUNT,
        "time": event["mail"]["timestamp"][: len("2026-11-24T12:00:00")] + "Z",
        "region": REGION,
        "resources": [event["mail"]["sourceArn"]],
        "detail": event,
    }


def events_of(message: Message, mime: EmailMessage, now: datetime) -> Iterator[dict[str, Any]]:
    """The events that SES reports for a message, in order: `{eventType, mail, <type>: {…}}`."""
    mail = _mail(message, mime)
    fates = {recipient: _fate(recipient) for recipient in message.recipients}
    if "reject" in fates.values():
        yield {"eventType": "Reject", "mail": mail, "reject": {"reason": "Bad content"}}
        return
    yield {"eventType": "Send", "mail": mail, "send": {}}
    at = _text(now)
    delivered = [r for r, fate in fates.items() if fate != "bounce"]
    bounced = [r for r, fate in fates.items() if fate == "bounce"]
    if delivered:
        yield {
            "eventType": "Delivery",
            "mail": mail,
            "delivery": {
                "timestamp": at,
                "processingTimeMillis": 500,
                "recipients": delivered,
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": _MTA,
            },
        }
    if bounced:
        yield {
            "eventType": "Bounce",
            "mail": mail,
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [
                    {
                        "emailAddress": recipient,
                        "action": "failed",
                        "status": "5.1.1",
                        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                    }
                    for recipient in bounced
                ],
                "timestamp": at,
                "feedbackId": message.message_id,
                "reportingMTA": f"dns; {_MTA}",
            },
        }
    complaining = [r for r, fate in fates.items() if fate == "complaint"]
    if complaining:
        yield {
            "eventType": "Complaint",
            "mail": mail,
            "complaint": {
                "complainedRecipients": [{"emailAddress": r} for r in complaining],
                "timestamp": at,
                "feedbackId": message.message_id,
                "complaintFeedbackType": "abuse",
                "userAgent": "Amazon SES Mailbox Simulator",
                "arrivalDate": _text(now + timedelta(seconds=1)),
            },
        }


def _fate(recipient: str) -> str:
    name, _, domain = parseaddr(recipient)[1].lower().partition("@")
    return name.partition("+")[0] if domain == SIMULATOR else "delivery"


def _mail(message: Message, mime: EmailMessage) -> dict[str, Any]:
    """The `mail` object that is the same in all events of a message."""
    address = parseaddr(message.sender)[1]
    tags = {
        "ses:operation": ["SendEmail"],
        "ses:from-domain": [address.rpartition("@")[2]],
        "ses:caller-identity": ["local"],
    }
    if message.configuration_set:
        tags["ses:configuration-set"] = [message.configuration_set]
    return {
        "timestamp": _text(datetime.fromisoformat(message.received_at)),
        "source": message.sender,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{address}",
        "sendingAccountId": ACCOUNT,
        "messageId": message.message_id,
        "destination": list(message.recipients),
        "headersTruncated": False,
        "headers": [{"name": name, "value": str(value)} for name, value in mime.items()],
        "commonHeaders": {
            "from": [message.sender],
            "to": list(message.to),
            "messageId": message.message_id,
            "subject": message.subject,
        },
        "tags": {**tags, **{name: [value] for name, value in message.tags.items()}},
    }


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
