"""The pages between a link and what it opens: the device step, and a lead that is gone. Pure.

None has anything of a lead. They look like the pages of other links, and have their policy.
"""

from typing import Final

from hotlist.capture import form_page
from hotlist.cards import pages
from hotlist.cards.devices import masked
from hotlist.cards.list_words import LIST_TEXTS
from hotlist.sales.team import Recipient

MAIL: Final = "mail"
"""What the button of the step does: the value of its field `do`."""


def policy() -> str:
    """The Content-Security-Policy of these pages: their own style, their form to themselves."""
    return form_page.policy({"redirect_url": ""})


def step(recipient: Recipient) -> str:
    """Offers to mail a link for the device."""
    return _page(recipient, "step", button="step_button", note="step_note", has_address=True)


def stale(recipient: Recipient) -> str:
    """Says that a mailed link is no longer good, and offers another."""
    return _page(recipient, "stale", button="step_button", note="step_note", has_address=True)


def mailed(recipient: Recipient) -> str:
    return _page(recipient, "mailed", has_address=True)


def just_mailed(recipient: Recipient) -> str:
    return _page(recipient, "just", title="mailed_title", has_address=True)


def day_full(recipient: Recipient) -> str:
    return _page(recipient, "full", has_address=True)


def mail_is_off(recipient: Recipient) -> str:
    """Says that a recipient gets no mail, and so no link."""
    return _page(recipient, "off", has_address=True)


def confirm(recipient: Recipient, device: str) -> str:
    """Asks whether this device is to be remembered. `device` is the token that was mailed."""
    return _page(recipient, "open", button="open_button", device=device)


def nothing(recipient: Recipient) -> str:
    """Says that a lead is gone."""
    return _page(recipient, "nothing")


def _page(
    recipient: Recipient,
    what: str,
    *,
    title: str = "",
    button: str = "",
    note: str = "",
    device: str = "",
    has_address: bool = False,
) -> str:
    words = LIST_TEXTS[recipient.language]
    return (
        pages.templates()
        .get_template("step.html")
        .render(
            language=recipient.language,
            style=form_page.style()[0],
            title=words[title or f"{what}_title"],
            text=words[what],
            address=masked(recipient.email) if has_address else "",
            button=words[button] if button else "",
            note=words[note] if note else "",
            device=device,
        )
    )
