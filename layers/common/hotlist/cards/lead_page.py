"""The card of a lead as a page. Pure."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import escape

from hotlist.cards.card import LeadCard
from hotlist.sales.team import Recipient


@dataclass(frozen=True, slots=True)
class CardLinks:
    """Where the links of a card lead; "" where there is none."""

    answer: str = ""
    vcard: str = ""
    today: str = ""


def lead_page(card: LeadCard, recipient: Recipient, links: CardLinks, now: datetime) -> str:
    """The page of a card, in the language and time zone of its reader."""
    return str(escape(repr((card, recipient.language, links, now))))
