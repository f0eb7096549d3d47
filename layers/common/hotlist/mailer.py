"""Amazon SES v2: sends rendered mails as whole MIME messages."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from hotlist.mails import Mail
from hotlist.sales import Recipient

# An answer that was lost may have been a mail: botocore would send another. Whoever asks for the
# mail tries again, when SES's own events have had the time to tell.
_ONCE: Final = Config(retries={"total_max_attempts": 1})


class Mailer:
    """Sends mail to sales from one verified address through one configuration set."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    @classmethod
    def open(cls, sender: str, configuration_set: str) -> Self:
        """A mailer whose client sends each mail once, whatever the answer."""
        return cls(boto3.client("sesv2", config=_ONCE), sender, configuration_set)

    def send(self, mail: Mail, recipient: Recipient, delivery_id: str) -> str:
        """Send a mail to a recipient; SES's message id. botocore's errors pass through."""
        mime = EmailMessage(policy=SMTP)
        mime["Subject"] = mail.subject
        mime["From"] = Address("Hotlist", addr_spec=self._sender)
        mime["To"] = Address(recipient.name, addr_spec=recipient.email)
        if mail.reply_to:
            mime["Reply-To"] = mail.reply_to
        mime["Auto-Submitted"] = "auto-generated"
        mime.set_content(mail.text)
        mime.add_alternative(mail.html, subtype="html")
        answer = self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [recipient.email]},
            Content={"Raw": {"Data": mime.as_bytes()}},
            ConfigurationSetName=self._configuration_set,
            EmailTags=[
                {"Name": "audience", "Value": "sales"},
                {"Name": "recipient", "Value": recipient.id},
                {"Name": "delivery", "Value": delivery_hash(delivery_id)},
            ],
        )
        message_id: str = answer["MessageId"]
        return message_id


def delivery_hash(delivery_id: str) -> str:
    """A delivery's tag: SES takes letters, digits, `_` and `-` only."""
    return hashlib.sha256(delivery_id.encode()).hexdigest()
