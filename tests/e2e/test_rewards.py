"""What forms give: the file that was uploaded, and an invitation that calendars read."""

import re
import urllib.request
from datetime import UTC, datetime

import vobject

from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id
from e2e.one_stack import CONFIG
from hotlist.mail.ses import delivery_hash
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack
from hotlist_cli.rewards import files_of, no_longer_named


def mailed(stack: Stack, email: str, form: str) -> Message:
    """The mail with the reward of a form to an address."""

    def found() -> Message | None:
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        tag = delivery_hash(f"magnet#{lead_id(email)}#{form}#{day}")
        mails = [one for one in stack.mailbox.messages if one.tags.get("delivery") == tag]
        return mails[0] if mails else None

    return eventually(found)


def test_the_guide_comes_by_mail_by_button_and_from_the_bucket(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("ebook", email=email, language="pl")
    message = mailed(stack, email, "ebook")
    body = stack.mailbox.parse(message).get_body(("plain",))
    assert body is not None
    (path,) = re.findall(r"https?://\S+(/d/[\w-]+)", body.get_content())
    page = api.call("GET", path, headers={"Accept": "text/html"})
    assert (page.status, "Jak czytać swoje leady" in page.text) == (200, True)
    pressed = api.call("POST", path, "", {"Content-Type": "application/x-www-form-urlencoded"})
    assert pressed.status == 303
    given = api.call("GET", pressed.headers["location"])
    assert given.status == 302
    with urllib.request.urlopen(given.headers["location"], timeout=10) as answer:
        assert answer.read() == (CONFIG / "rewards" / "guide.pdf").read_bytes()
        assert 'filename="Guide.pdf"' in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Type"] == "application/pdf"


def test_the_bucket_has_what_is_named_and_no_more(stack: Stack) -> None:
    files = files_of(CONFIG)
    s3, bucket = stack.client("s3"), stack.name("RewardsBucket")
    assert [file.form for file in files] == ["ebook"]
    assert s3.head_object(Bucket=bucket, Key=files[0].key)["ContentLength"] > 1_000
    assert list(no_longer_named(s3, bucket, files)) == []


def test_the_mail_of_the_webinar_has_an_invitation(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("webinar", name="Ada", email=email)
    mime = stack.mailbox.parse(mailed(stack, email, "webinar"))
    (file,) = [one for one in mime.walk() if one.get_content_type() == "text/calendar"]
    data = file.get_payload(decode=True)
    assert isinstance(data, bytes)
    event = vobject.readOne(data.decode()).vevent
    assert event.summary.value == "The webinar"
    assert event.dtstart.value.astimezone(UTC) == datetime(2027, 1, 21, 10, tzinfo=UTC)
