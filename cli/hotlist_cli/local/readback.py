"""Reads back what a flood left behind, and compares it with what it should be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hotlist.events.event import Event
from hotlist.leads.lead import Lead, LeadState
from hotlist.mail.queue import letter_of
from hotlist.mail.ses import delivery_hash
from hotlist.store import leads as stored_leads
from hotlist.store.deliveries import HELD
from hotlist_cli.local import offline
from hotlist_cli.local.expected import Expectations, scan
from hotlist_cli.local.figures import Arrived, Due, Limits, Mails, account
from hotlist_cli.local.invocations import Invocations
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.traffic import Sent

Versions = Mapping[str, list[Lead]]
"""Each version of a lead that was stored, in order, by its id."""


def differing(
    expectations: Expectations, of_leads: Mapping[str, list[Event]], leads: Mapping[str, Lead]
) -> Iterator[str]:
    """A sentence for each lead that is not what its events make of it, or is not there."""
    for lead_id, events in of_leads.items():
        lead = leads.get(lead_id)
        if lead is None or lead.state is not LeadState.LIVE:
            yield f"lead {lead_id}: it has {len(events)} events and is not stored as a live lead"
        elif found := list(expectations.differences(events, lead)):
            yield f"lead {lead_id}: {'; '.join(found)}"
    for lead_id in leads.keys() - of_leads.keys():
        yield f"lead {lead_id}: it is stored and has no events"


def mails(
    stack: Stack,
    due: Iterable[Due],
    invocations: Invocations,
    team: list[str],
    limits: Limits,
) -> Mails:
    """What became of the mails to sales that were due.

    Mails to leads are left out. A form sends a hundred of them an hour to addresses that nobody has
    confirmed, and holds the rest.
    """
    arrived: defaultdict[str, list[Arrived]] = defaultdict(list)
    unanswered = stack.mailbox.unanswered
    for message in stack.mailbox.messages:
        if message.tags.get("audience") == "lead":
            continue
        arrived[message.tags.get("delivery", "")].append(
            Arrived(
                datetime.fromisoformat(message.received_at),
                answered=message.message_id not in unanswered,
                reported_at=stack.feedback.reported.get(message.message_id),
            )
        )
    kills = _kills(invocations, stack.name("NotifyFunction"), team)
    return account(due, arrived, _held(stack), kills, limits)


def due(
    expectations: Expectations,
    introduced: Iterable[Sent],
    flow: Iterable[Sent],
    events: Mapping[str, Event],
    leads: Mapping[str, Lead],
) -> list[Due]:
    """The mails that are due, one for each recipient.

    How long the mails of the first forms take is not judged: the functions had yet to start.
    """
    letters = [
        *(("message", *one, None) for one in _messages(expectations, introduced, events, leads)),
        *(
            ("message", *one, sent.sent_at)
            for sent in flow
            for one in _messages(expectations, [sent], events, leads)
        ),
        *_alerts(expectations, leads),
    ]
    return [
        Due(delivery_id, kind, delivery_hash(delivery_id), since)
        for kind, name, team, since in letters
        for delivery_id in (f"{name}#{one}" for one in team)
    ]


def _messages(
    expectations: Expectations,
    sent: Iterable[Sent],
    events: Mapping[str, Event],
    leads: Mapping[str, Lead],
) -> Iterator[tuple[str, list[str]]]:
    """The messages of the forms that were acknowledged, and who gets them."""
    for one in sent:
        for event_id in one.event_ids if one.call.tells else ():
            if event_id in events:
                event = events[event_id]
                yield f"tell#{event.subject}#{event_id}", expectations.told(event, leads)


def _alerts(
    expectations: Expectations, leads: Mapping[str, Lead]
) -> Iterator[tuple[str, str, list[str], datetime | None]]:
    """The alerts of leads, and who gets them, since the lead turned hot."""
    for lead in leads.values():
        alerting = lead.alerting
        team = expectations.alerted(lead, leads)
        yield "alert", f"alert#{alerting.alert_id}", team, alerting.hot_since


def _kills(
    invocations: Invocations, function: str, team: list[str]
) -> Mapping[str, list[datetime]]:
    """When a worker was killed that had a delivery in hand, by delivery."""
    kills: defaultdict[str, list[datetime]] = defaultdict(list)
    for one in invocations.by_id.values():
        if one.killed_at is None or not one.was_killed or one.function != function:
            continue
        for letter in map(letter_of, one.bodies):
            for recipient in team if letter.recipient is None else [letter.recipient]:
                at = datetime.fromtimestamp(one.killed_at, UTC)
                kills[letter.to(recipient).delivery_id].append(at)
    return kills


def _held(stack: Stack) -> set[str]:
    """The deliveries that are held, and of which a mail after the hour will tell."""
    items = {item["delivery_id"]["S"]: item for item in scan(stack, "DeliveriesTable")}
    untold = set(_texts(items.get("held", {}), "held"))
    noted: set[str] = set()
    for name, item in items.items():
        kind, _, rest = name.partition("#")
        if kind == "hour" and "held" in item and rest in untold:
            noted.update(_texts(item, "held"))
            if "held_more" in item:  # those beyond the bound are known by their state alone
                recipient, letters, _ = rest.split("#")
                prefix = "tell#" if letters == "message" else f"{letters}#"
                noted.update(
                    one for one in items if one.startswith(prefix) and one.endswith(recipient)
                )
    return {name for name in noted if items.get(name, {}).get("state", {}).get("S") == HELD}


def _texts(item: Mapping[str, Any], name: str) -> list[str]:
    found: list[str] = item.get(name, {}).get("SS", [])
    return found


def versions(stack: Stack) -> Versions:
    """Every version of every lead, from the stream of the Leads table."""
    streams = stack.client("dynamodbstreams")
    table = stack.client("dynamodb").describe_table(TableName=stack.name("LeadsTable"))["Table"]
    arn = table["LatestStreamArn"]
    versions: defaultdict[str, list[Lead]] = defaultdict(list)
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = streams.get_records(ShardIterator=iterator, Limit=1000)
            for record in answer["Records"]:
                if image := record["dynamodb"].get("NewImage"):
                    lead = stored_leads.from_item(image)
                    versions[lead.lead_id].append(lead)
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return versions


def lead_lags(
    calls: Iterable[Sent], events: Mapping[str, Event], versions: Versions
) -> list[timedelta]:
    """For each call, how long until a lead was stored that has its newest event.

    It is the first version of the event's own lead whose newest event is not older than it.
    """
    timelines: defaultdict[str, list[offline.Claim]] = defaultdict(list)
    for event in events.values():
        for name in event.names:
            timelines[name].append((event.occurred_at, event.event_id, event.subject))
    for timeline in timelines.values():
        timeline.sort()
    lags = []
    for call in calls:
        stored = [events[event_id] for event_id in call.event_ids if event_id in events]
        if not stored:
            continue
        newest = max(stored, key=lambda event: event.occurred_at)
        timeline = timelines.get(newest.subject, [])
        lead_id = offline.owner(newest, timeline) if timeline else newest.subject
        folded = (
            lead.folded_at
            for lead in versions.get(lead_id, [])
            if lead.last_event_at is not None and lead.last_event_at >= newest.occurred_at
        )
        first = next(folded, None)
        if first is not None:
            lags.append(first - call.sent_at)
    return lags
