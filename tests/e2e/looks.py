"""What end-to-end tests look at: stored events, leads, and mails."""

from collections.abc import Sequence

from e2e.api import eventually
from hotlist.events.event import Event
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.leads.lead import Lead
from hotlist.mail.ses import delivery_hash
from hotlist.store.events import from_item
from hotlist.store.leads import LeadStore
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack


def lead_id(email: str) -> str:
    return subject(EMAIL, email)


def leads(stack: Stack) -> LeadStore:
    return LeadStore(stack.client("dynamodb"), stack.name("LeadsTable"))


def scored(stack: Stack, lead: str, total: int | None = None, seconds: float = 15) -> Lead:
    """The lead, as soon as it is stored (with that total, if one is named)."""

    def look() -> Lead | None:
        found = leads(stack).get(lead)
        return found if found and total in (None, found.total) else None

    return eventually(look, seconds)


TEAM = ("anna", "ben")


def sent(stack: Stack, *names: str) -> list[Message]:
    """The mails of these deliveries, to whomever they went."""
    tags = {delivery_hash(name) for name in names}
    return [m for m in stack.mailbox.messages if m.tags.get("delivery") in tags]


def to_team(name: str) -> list[str]:
    return [f"{name}#{one}" for one in TEAM]


def wait_for(stack: Stack, names: Sequence[str], seconds: float = 15) -> list[Message]:
    return eventually(
        lambda: found if len(found := sent(stack, *names)) >= len(names) else None, seconds
    )


def stored(stack: Stack, owner: str) -> tuple[Event, ...]:
    """The events of a subject, also those that no fold reads."""
    items = stack.client("dynamodb").query(
        TableName=stack.name("EventsTable"),
        KeyConditionExpression="subject = :s",
        ExpressionAttributeValues={":s": {"S": owner}},
        ConsistentRead=True,
    )["Items"]
    return tuple(map(from_item, items))
