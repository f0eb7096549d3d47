"""The mailbox takes and refuses mail as SES does, and keeps what it took as it came."""

import base64
import json
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from hotlist_cli.local.drafts import Refused
from hotlist_cli.local.mailbox import Account, Fault, Mailbox
from hotlist_cli.local.mailserver import answer
from hotlist_cli.local.serving import Request

SENDER = "Hotlist <leads@example.com>"


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails", Account({"example.com"}, {"leads-mails"}))


def mime(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "From": SENDER,
        "To": "anna@shop.example",
        "Subject": "Hot list",
        **headers,
    }.items():
        message[name.replace("_", "-")] = value
    message.set_content("three leads")
    message.add_alternative("<p>three leads</p>", subtype="html")
    return message


def raw(message: EmailMessage | bytes, **more: Any) -> dict[str, Any]:
    data = message if isinstance(message, bytes) else message.as_bytes()
    return {"Content": {"Raw": {"Data": base64.b64encode(data).decode()}}, **more}


def simple(**more: Any) -> dict[str, Any]:
    body = {"Text": {"Data": "three leads"}, "Html": {"Data": "<p>three leads</p>"}}
    return {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": ["anna@shop.example"]},
        "Content": {"Simple": {"Subject": {"Data": "Ciepły lead"}, "Body": body}},
        **more,
    }


def refused(mailbox: Mailbox, request: Mapping[str, Any]) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        mailbox.send(request)
    assert not mailbox.messages
    return caught.value.code, caught.value.status


def test_a_raw_message_is_kept_byte_for_byte(mailbox: Mailbox) -> None:
    sent = mime().as_bytes().replace(b"\n", b"\r\n")

    mailbox.send(raw(sent))

    (message,) = mailbox.messages
    assert mailbox.read(message) == sent
    assert (mailbox.folder / "0001-hot-list.eml").read_bytes() == sent
    assert (message.sender, message.to) == (SENDER, ("anna@shop.example",))


def test_what_the_caller_said_with_it_is_kept_beside_it(mailbox: Mailbox) -> None:
    tags = [{"Name": "audience", "Value": "sales"}]

    message_id = mailbox.send(
        raw(
            mime(),
            ConfigurationSetName="leads-mails",
            EmailTags=tags,
            Destination={"BccAddresses": ["boss@shop.example"]},
        )
    )

    kept = json.loads((mailbox.folder / "0001-hot-list.json").read_text("utf-8"))
    assert kept["message_id"] == message_id
    assert kept["tags"] == {"audience": "sales"}
    assert kept["configuration_set"] == "leads-mails"
    assert (kept["to"], kept["bcc"]) == ([], ["boss@shop.example"])


def test_tags_and_configuration_set_may_stand_in_headers(mailbox: Mailbox) -> None:
    mailbox.send(raw(mime(X_SES_MESSAGE_TAGS="a=1, b=two", X_SES_CONFIGURATION_SET="leads-mails")))

    (message,) = mailbox.messages
    assert message.tags == {"a": "1", "b": "two"}
    assert message.configuration_set == "leads-mails"


def test_a_simple_message_becomes_mime_with_all_that_was_given(mailbox: Mailbox) -> None:
    request = simple(ReplyToAddresses=["lead@firm.example"])
    request["Content"]["Simple"]["Headers"] = [
        {"Name": "List-Unsubscribe", "Value": "<https://a.example/u>"}
    ]
    request["Content"]["Simple"]["Attachments"] = [
        {
            "FileName": "leads.csv",
            "ContentType": "text/csv",
            "RawContent": base64.b64encode(b"a;b\r\n").decode(),
        }
    ]

    mailbox.send(request)

    parsed = mailbox.parse(mailbox.messages[0])
    assert parsed["Subject"] == "Ciepły lead"
    assert parsed["Reply-To"] == "lead@firm.example"
    assert parsed["List-Unsubscribe"] == "<https://a.example/u>"
    body = parsed.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "<p>three leads</p>"
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["leads.csv"]


@pytest.mark.parametrize(
    "sender", ["x@example.com", "X@EXAMPLE.COM", "x@mail.example.com", "A B <x@example.com>"]
)
def test_a_verified_domain_may_send_and_those_below_it(mailbox: Mailbox, sender: str) -> None:
    mailbox.send(simple(FromEmailAddress=sender))

    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("sender", ["x@other.org", "x@notexample.com", "x@com.pl"])
def test_an_unverified_sender_is_rejected(mailbox: Mailbox, sender: str) -> None:
    assert refused(mailbox, simple(FromEmailAddress=sender)) == ("MessageRejected", 400)


@pytest.mark.parametrize(
    "more",
    [
        {"EmailTags": [{"Name": "a", "Value": "b#c"}]},
        {"EmailTags": [{"Name": "ä", "Value": "b"}]},
        {"EmailTags": [{"Name": "a", "Value": ""}]},
        {"EmailTags": [{"Name": f"t{i}", "Value": "x"} for i in range(51)]},
        {"Destination": {}},
        {"Destination": {"ToAddresses": ["nobody"]}},
        {"Destination": {"ToAddresses": ["łukasz@shop.example"]}},
        {"Destination": {"ToAddresses": [f"a{i}@shop.example" for i in range(51)]}},
        {"Content": {}},
        {"Content": {"Raw": {"Data": "***"}}},
        {"Content": {"Raw": {}}},
    ],
    ids=[
        *("tag value", "tag name", "empty tag", "51 tags", "nobody", "no address", "not ASCII"),
        *("51 recipients", "no content", "not base64", "no data"),
    ],
)
def test_what_ses_calls_a_bad_request(mailbox: Mailbox, more: dict[str, Any]) -> None:
    assert refused(mailbox, simple(**more)) == ("BadRequestException", 400)


def test_an_unknown_configuration_set_is_not_found(mailbox: Mailbox) -> None:
    request = simple(ConfigurationSetName="other")

    assert refused(mailbox, request) == ("NotFoundException", 404)


@pytest.mark.parametrize(
    "sent",
    [
        mime().as_bytes() + b"x" * 999,
        b"Subject: again\n" + mime().as_bytes(),
        mime().as_bytes() + b"\nx" * 1000,
    ],
    ids=["long line", "two subjects", "too large"],
)
def test_messages_that_ses_would_not_send(
    mailbox: Mailbox, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotlist_cli.local.mailbox._MOST_BYTES", 2000)  # in earnest 40 MB

    assert refused(mailbox, raw(sent)) == ("BadRequestException", 400)


def test_a_throttle_refuses_as_often_as_asked(mailbox: Mailbox) -> None:
    mailbox.add_fault(Fault("throttle", times=2))

    assert [refused(mailbox, simple()) for _ in range(2)] == [("TooManyRequestsException", 429)] * 2
    mailbox.send(simple())
    assert len(mailbox.messages) == 1


def test_a_lost_answer_fails_after_the_message_was_taken(mailbox: Mailbox) -> None:
    mailbox.add_fault(Fault("lost-answer"))

    with pytest.raises(Refused) as caught:
        mailbox.send(simple())

    assert caught.value.status == 500
    assert len(mailbox.messages) == 1


def test_a_fault_for_one_recipient_spares_the_others(mailbox: Mailbox) -> None:
    mailbox.add_fault(Fault("error", recipient="jan@shop.example"))

    mailbox.send(simple())
    with pytest.raises(Refused):
        mailbox.send(simple(Destination={"ToAddresses": ["Jan <JAN@shop.example>"]}))

    assert [message.to for message in mailbox.messages] == [("anna@shop.example",)]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="melt"):
        Fault("melt")


def test_waiting_ends_with_what_there_is(mailbox: Mailbox) -> None:
    mailbox.send(simple())

    assert len(mailbox.wait_for(lambda m: m.subject == "Ciepły lead", timeout=0)) == 1
    assert mailbox.wait_for(lambda m: m.subject == "another", timeout=0) == []


# --- over HTTP ----------------------------------------------------------------------------


def post(mailbox: Mailbox, path: str, body: object) -> tuple[int, Mapping[str, str], Any]:
    reply = answer(mailbox, Request("POST", path, {}, json.dumps(body).encode()))
    return reply.status, reply.headers, json.loads(reply.body or b"null")


def get(mailbox: Mailbox, path: str) -> Any:
    reply = answer(mailbox, Request("GET", path))
    return json.loads(reply.body) if reply.status == 200 else reply.status


def test_send_email_answers_as_the_api_does(mailbox: Mailbox) -> None:
    status, _, body = post(mailbox, "/v2/email/outbound-emails", simple())
    assert (status, body) == (200, {"MessageId": mailbox.messages[0].message_id})

    status, headers, body = post(
        mailbox, "/v2/email/outbound-emails", simple(FromEmailAddress="x@other.org")
    )
    assert (status, headers["x-amzn-ErrorType"]) == (400, "MessageRejected")
    assert "x@other.org" in body["message"]


def test_the_inbox_lists_and_shows_messages(mailbox: Mailbox) -> None:
    mailbox.send(raw(mime()))
    mailbox.add_event(mailbox.messages[0].message_id, "delivery")

    (listed,) = get(mailbox, "/messages")
    shown = get(mailbox, "/messages/1")

    assert (listed["subject"], listed["events"]) == ("Hot list", ["delivery"])
    assert shown["html"].strip() == "<p>three leads</p>"
    assert shown["text"].strip() == "three leads"
    assert ["Subject", "Hot list"] in shown["headers"]


@pytest.mark.parametrize("path", ["/messages/0", "/messages/2", "/messages/x", "/etc/passwd"])
def test_what_is_not_there_is_not_found(mailbox: Mailbox, path: str) -> None:
    mailbox.send(simple())

    assert get(mailbox, path) == 404


def test_a_mail_cannot_run_scripts_in_the_inbox(mailbox: Mailbox) -> None:
    page = answer(mailbox, Request("GET", "/"))

    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert b'setAttribute("sandbox", "allow-popups' in page.body
    assert b"allow-scripts" not in page.body
    assert b"innerHTML" not in page.body


def test_faults_are_set_and_cleared_over_http(mailbox: Mailbox) -> None:
    assert post(mailbox, "/_faults", {"kind": "throttle", "times": 5})[0] == 204
    assert post(mailbox, "/v2/email/outbound-emails", simple())[0] == 429

    assert answer(mailbox, Request("DELETE", "/_faults")).status == 204
    assert post(mailbox, "/v2/email/outbound-emails", simple())[0] == 200


@pytest.mark.parametrize("body", [{"kind": "melt"}, {"sort": "throttle"}, 7])
def test_a_wrong_fault_is_a_bad_request(mailbox: Mailbox, body: object) -> None:
    reply = answer(mailbox, Request("POST", "/_faults", {}, json.dumps(body).encode()))

    assert reply.status == 400
