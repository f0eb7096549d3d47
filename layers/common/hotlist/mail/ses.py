"""Sends rendered mails through Amazon SES v2, as whole MIME messages."""

import hashlib
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from hotlist.mail import mime
from hotlist.mail.render import Mail
from hotlist.sales.team import Recipient

# If an answer is lost, the mail may have been sent, and a retry of botocore would send another. The
# caller retries later, when SES's own events have had time to report the mail.
_ONCE: Final = Config(retries={"total_max_attempts": 1})


class Mailer:
    """Sends mail to sales, from one verified address and with one configuration set."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    @classmethod
    def open(cls, sender: str, configuration_set: str) -> Self:
        """A mailer whose client never retries by itself."""
        return cls(boto3.client("sesv2", config=_ONCE), sender, configuration_set)

    def send(self, mail: Mail, recipient: Recipient, delivery_id: str) -> str:
        """Send a mail to a recipient. Returns SES's message id. botocore's errors pass through."""
        data = mime.assemble(
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            sender=("Hotlist", self._sender),
            recipient=(recipient.name, recipient.email),
            reply_to=mail.reply_to,
        )
        answer = self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [recipient.email]},
            Content={"Raw": {"Data": data}},
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
    """The tag of a delivery: a hash of its id. A tag has only letters, digits, `_` and `-`."""
    return hashlib.sha256(delivery_id.encode()).hexdigest()
