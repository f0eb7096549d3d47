"""Amazon SES v2: sends rendered mails as whole MIME messages."""

import hashlib
from typing import Any, Self

from hotlist.mail import mime
from hotlist.mail.render import Mail
from hotlist.runtime.clients import aws_client
from hotlist.sales.team import Recipient


class Mailer:
    """Sends mail to sales from one verified address through one configuration set."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    @classmethod
    def open(cls, sender: str, configuration_set: str) -> Self:
        """A mailer whose client sends each mail once, whatever the answer.

        Whoever asks for the mail tries again, when SES's own events have had the time to tell.
        """
        return cls(aws_client("sesv2"), sender, configuration_set)

    def send(self, mail: Mail, recipient: Recipient, delivery_id: str) -> str:
        """Send a mail to a recipient; SES's message id. botocore's errors pass through."""
        data = mime.message(
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
    """A delivery's tag: SES takes letters, digits, `_` and `-` only."""
    return hashlib.sha256(delivery_id.encode()).hexdigest()
