"""The card of a lead as a page. Pure.

The template escapes whatever it is given. The page has one style sheet of its own and no script;
`policy` says so to the browser.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from hotlist.cards import pages
from hotlist.cards.card import LeadCard
from hotlist.cards.card_words import in_words
from hotlist.cards.curve_picture import picture_of
from hotlist.sales.team import Recipient


@dataclass(frozen=True, slots=True)
class CardLinks:
    """Where the links of a card lead; "" where there is none."""

    answer: str = ""
    vcard: str = ""
    today: str = ""


def lead_page(card: LeadCard, recipient: Recipient, links: CardLinks, now: datetime) -> str:
    """The page of a card, in the language and time zone of its reader."""
    return (
        pages.templates()
        .get_template("lead.html")
        .render(
            said=in_words(card, recipient, now),
            picture=None if card.curve is None else picture_of(card.curve),
            links=links,
            language=recipient.language,
            style=style()[0],
        )
        .lstrip()
    )


def policy() -> str:
    """The Content-Security-Policy of the page: its own style, and nothing else."""
    return (
        f"default-src 'none'; style-src 'sha256-{style()[1]}'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def style() -> tuple[str, str]:
    """The style of the page, and its hash for the policy."""
    return pages.hashed(pages.templates().get_template("lead.css").render())
