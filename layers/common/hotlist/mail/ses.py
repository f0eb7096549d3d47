"""Sends rendered mails through Amazon SES v2, as whole MIME messages."""

import hashlib
from dataclasses import dataclass
from typing import Any, Self

from hotlist.mail import mime
from hotlist.mail.render import Mail
from hotlist.runtime.clients import aws_client
from hotlist.sales.team import Recipient


@dataclass(frozen=True, slots=True)
class LeadAddress:
    """A lead that gets mail because of an event. `sender` is the name that it comes from.

    The lead's name is not here: whoever wrote it may be a stranger to the owner of the address.
    """

    email: str
    event_id: str
    sender: str


class Mailer:
    """Sends mail to sales and to leads, from one verified address, with one configuration set."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    @classmethod
    def open(cls, sender: str, configuration_set: str) -> Self:
        """A mailer whose client never retries by itself.

        If an answer is lost, the mail may have been sent, and a retry would send another. The
        caller retries later, when SES's own events have had time to report the mail.
        """
        return cls(aws_client("sesv2"), sender, configuration_set)

    def send(self, mail: Mail, recipient: Recipient | LeadAddress, delivery_id: str) -> str:
        """Send a mail. Returns SES's message id. botocore's errors pass through."""
        if isinstance(recipient, LeadAddress):
            sender, name = recipient.sender, ""
            tags = {"audience": "lead", "event": recipient.event_id}
        else:
            sender, name = "Hotlist", recipient.name
            tags = {"audience": "sales", "recipient": recipient.id}
        data = mime.assemble(
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            sender=(sender, self._sender),
            recipient=(name, recipient.email),
            reply_to=mail.reply_to,
            unsubscribe=mail.unsubscribe,
            attachments=mail.attachments,
        )
        answer = self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [recipient.email]},
            Content={"Raw": {"Data": data}},
            ConfigurationSetName=self._configuration_set,
            EmailTags=[
                {"Name": name, "Value": value}
                for name, value in (*tags.items(), ("delivery", delivery_hash(delivery_id)))
            ],
        )
        message_id: str = answer["MessageId"]
        return message_id


def delivery_hash(delivery_id: str) -> str:
    """The tag of a delivery: a hash of its id. A tag has only letters, digits, `_` and `-`."""
    return hashlib.sha256(delivery_id.encode()).hexdigest()
