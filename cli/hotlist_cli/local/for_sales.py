"""What a salesperson opens of the stack on this machine: today's list, and cards of leads."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from hotlist.links.keys import LinkKeys
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient
from hotlist_cli.local.mail_reader import leads_in
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack


def list_of(stack: Stack, recipient: Recipient) -> str:
    """The address of the recipient's list, as a digest of today has it."""
    now = datetime.now(UTC)
    keys = LinkKeys(stack.client("secretsmanager"), stack.name("LinkSecret"), lambda: now)
    links = ReaderLinks(keys, stack.api_url)
    found = links.of(recipient, links.key(), now)
    return found.today if found else ""


def cards_of(stack: Stack, recipient: Recipient, mails: Iterable[Message]) -> Iterator[str]:
    """The cards to which those of these mails lead that tell the recipient of one lead.

    Each is a line: the subject of the mail, and the address of the card.
    """
    for message in mails:
        if message.to != (recipient.email,):
            continue
        leads = leads_in(stack.mailbox.parse(message))
        if len(leads) == 1:
            yield f"{message.subject}  {leads[0].card}"
