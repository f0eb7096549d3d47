"""The mailer's own client: what it does where SES's answer is lost."""

from datetime import time
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from hotlist.mail.render import Mail
from hotlist.mail.ses import Mailer
from hotlist.sales.team import Recipient

ANNA = Recipient(
    id="anna",
    name="Anna",
    email="anna@example.com",
    language="en",
    timezone="UTC",
    digest=time(7, 30),
    weekdays=frozenset(range(7)),
)


def test_a_mail_whose_answer_is_lost_is_not_sent_again() -> None:
    mailer, sent = Mailer.open("hotlist@example.com", "set"), []

    def lose(request: Any, **_: Any) -> None:
        sent.append(request.url)
        raise ConnectionClosedError(endpoint_url=request.url)

    mailer._client.meta.events.register_first("before-send.sesv2", lose)
    with pytest.raises(ConnectionClosedError):
        mailer.send(Mail("Hot", "<p>Hot", "Hot", None), ANNA, "digest#anna#2026-03-02")
    assert len(sent) == 1
