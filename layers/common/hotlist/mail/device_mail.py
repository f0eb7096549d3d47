"""Renders the mail with the link of a device. Nothing of any lead is in it. Pure."""

from hotlist.mail.layout import PREVIEW_END, template
from hotlist.mail.render import Mail
from hotlist.mail.texts import TEXTS
from hotlist.sales.team import Recipient


def device_mail(recipient: Recipient, link: str) -> Mail:
    """Gives a recipient the link that opens their pages on the device where it is opened."""
    words = TEXTS[recipient.language]
    said = {
        "language": recipient.language,
        "subject": words["device_subject"],
        "preheader": words["device_text"],
        "spacer": PREVIEW_END,
        "heading": words["device_subject"],
        "text": words["device_text"],
        "action": link,
        "button": words["device_button"],
        "note": words["device_note"],
        "footer": words["device_footer"].format(name=recipient.name),
    }
    return Mail(
        subject=said["subject"],
        html=template("press.html").render(said).lstrip(),
        text=template("press.txt").render(said),
    )
