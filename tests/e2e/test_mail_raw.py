"""Mails byte for byte as SES got them, read by a parser that shares no code with what made them."""

from collections import Counter
from datetime import UTC, date, datetime, time

import pytest
from fast_mail_parser import PyMail, parse_email

from e2e.api import Api, somebody
from e2e.looks import TEAM, lead_id, scored, sent, to_team, wait_for
from e2e.test_rewards import mailed
from hotlist_cli.local.demo import invoke_digest
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack

NAMES = [
    'Eve <script>alert(1)</script> & "Co"',
    "A\r\nBcc: x@evil.example\r\n\r\nhello",
    "=?utf-8?q?=0aBcc:_a=40b?=",
    "Łukasz Żółć 李小龍",
    "--=_hotlist--",
]
"""What somebody may write as a name: markup, headers, encoded-words, the end of a mail's part."""

MOST_POINTS = 30 + 15 + 60 + 20
"""Those of a lead that has sent each form as a buyer: more than the leads of other tests have."""

ONCE = ("Subject", "From", "To", "MIME-Version", "Content-Type", "Auto-Submitted")


def parsed(stack: Stack, message: Message) -> PyMail:
    """A mail whose form is right: each header once, CRLF alone, no line too long, two bodies."""
    raw = stack.mailbox.read(message)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = Counter(line.partition(":")[0] for line in head.split("\r\n") if line[0] not in " \t")
    assert [names[name] for name in ONCE] == [1] * len(ONCE)
    assert not names.keys() & {"Bcc", "Cc", "Sender"}
    mail = parse_email(raw)
    assert [one.address for one in mail.to] == list(message.to)
    assert (len(mail.text_plain), len(mail.text_html)) == (1, 1)
    return mail


def assert_shows(mail: PyMail, name: str) -> None:
    """The name stands in both bodies as its writer wrote it, and is markup in none."""
    shown = " ".join(name.split())
    (text,), (html,) = mail.text_plain, mail.text_html
    assert shown in " ".join(text.split())
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found = " ".join(html.split()).replace("&#34;", '"').replace("&quot;", '"')
    assert escaped in found
    assert "<script" not in html
    assert html.rstrip().endswith("</html>")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_whatever_a_name_holds_a_message_and_an_alert_are_well_formed(
    stack: Stack, api: Api, name: str
) -> None:
    written, downloaded = somebody(), somebody()
    api.submit("contact", name=name, email=written, message="hello")
    api.submit("ebook", name=name, email=downloaded, role="buyer")
    tell = scored(stack, lead_id(written)).alerting.alert_tell
    alert = scored(stack, lead_id(downloaded)).alerting.alert_id
    messages = wait_for(stack, to_team(f"tell#{tell}"))
    alerts = wait_for(stack, to_team(f"alert#{alert}"))
    for message, email in [*((m, written) for m in messages), *((a, downloaded) for a in alerts)]:
        mail = parsed(stack, message)
        assert_shows(mail, name)
        assert " ".join(name.split()) in mail.subject
        assert mail.attachments == []
        assert "List-Unsubscribe" not in mail.headers
        assert email in mail.text_plain[0]
    assert [parsed(stack, one).headers["Reply-To"] for one in messages] == [[written]] * len(TEAM)


def test_a_digest_with_hostile_names_is_well_formed_and_can_be_stopped(
    stack: Stack, api: Api
) -> None:
    people = {somebody(): name for name in NAMES}
    for email, name in people.items():
        api.submit("contact", name=name, email=email, message="hello")
        api.submit("ebook", name=name, email=email, role="buyer")
        api.submit("webinar", name=name, email=email)
    for email in people:
        scored(stack, lead_id(email), total=MOST_POINTS)
    at = datetime.combine(date(2019, 1, 7), time(8, 15), UTC)  # a Monday that no other test has

    invoke_digest(stack, at)

    mails = sent(stack, *(f"digest#{one}#{at.date()}" for one in TEAM))
    assert len(mails) == len(TEAM)
    stops = set()
    for message in mails:
        mail = parsed(stack, message)
        for email, name in people.items():
            if email in mail.text_plain[0]:  # ten leads have room
                assert_shows(mail, name)
        assert any(email in mail.text_plain[0] for email in people)
        assert mail.headers["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"]
        (stop,) = mail.headers["List-Unsubscribe"]
        assert stop.startswith("<http")
        assert stop.endswith(">")
        assert stop.count("/unsubscribe/") == 1
        stops.add(stop)
    assert len(stops) == len(TEAM), "each stops their own"


def test_a_mail_to_a_lead_has_its_invitation_as_a_file(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("webinar", name=NAMES[0], email=email)

    mail = parsed(stack, mailed(stack, email, "webinar"))

    (file,) = mail.attachments
    assert (file.filename, file.mimetype) == ("invitation.ics", "text/calendar")
    lines = bytes(file.content).decode().split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    assert max(len(line.encode()) for line in lines) <= 75
    for body in (*mail.text_plain, *mail.text_html):
        assert "alert(1)" not in body, "a stranger may have written the name"
