"""Links that lead nowhere, through the handler: each gets a page that helps."""

import html
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from hotlist.links.addresses import name_of
from hotlist.links.tokens import Key, Purpose
from integration.stages.links import (
    ADA,
    BROWSER,
    KEY,
    LATER_KEYS,
    PAGE,
    PAST_LINK,
    SHOP,
    Reader,
    clicked,
    confirm,
    download,
    link,
    opened,
    replace_secret,
    reward,
    title,
)

OLD: Final = datetime.now(UTC).date() - timedelta(days=400)
UNSUBSCRIBE: Final = Purpose.UNSUBSCRIBE
JSON: Final = {"accept": "application/json", "user_agent": BROWSER}


FORGED: Final = Key("1", b"x" * 64)
LATER: Final = Key("7", b"k" * 64)

BAD: Final = {
    "nothing": "/confirm/x",
    "forged": link(UNSUBSCRIBE, key=FORGED),
    "of another purpose": f"/unsubscribe/{confirm().rpartition('/')[2]}",
    "of a click": f"/o/{clicked().rpartition('/')[2]}",
    "of an unknown key": link(UNSUBSCRIBE, key=LATER),
    "cut": confirm()[:-20],
    "too long": f"/c/{'A' * 2_000}",
    "with a percent": "/d/%2e%2e%2fetc",
    "of a nest": "/d/AAAA" + "W1tb" * 200,
}


@pytest.mark.parametrize("path", BAD.values(), ids=BAD)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_bad_link_gets_a_page_that_helps(reader: Reader, path: str, method: str) -> None:
    if method == "POST" and path[1] in "oc" and path[2] == "/":
        return
    answer = reader.ask(path, method)
    assert (answer["statusCode"], title(answer)) == (404, "This link does not work")
    assert reader.events() == []
    told = reader.ask(path, method, **JSON)
    assert told["headers"]["content-type"] == "application/problem+json"
    assert json.loads(told["body"])["status"] == 404


EXPIRED: Final = {
    "confirm": (link(Purpose.CONFIRM, day=OLD, purpose="email", lang="de"), "sieben Tage"),
    "reward": (link(Purpose.REWARD, day=OLD), "new link"),
    "download": (link(Purpose.DOWNLOAD, day=OLD, give="1"), "fill in the form once more"),
    "opened": (link(Purpose.OPENED, day=OLD), "newer mail"),
    "past key": (PAST_LINK, "answer one of our mails"),
    "consent gone": (link(Purpose.CONFIRM, purpose="fax"), "no longer there"),
    "form gone": (link(Purpose.REWARD, form="none"), "no longer there"),
    "reward gone": (link(Purpose.DOWNLOAD, form="contact", give="1"), "no longer there"),
}


@pytest.mark.parametrize(("path", "says"), EXPIRED.values(), ids=EXPIRED)
def test_an_expired_link_gets_a_page_that_says_what_to_do(
    reader: Reader, path: str, says: str, request: pytest.FixtureRequest
) -> None:
    if "past key" in request.node.name:
        replace_secret(reader.api, LATER_KEYS)
    answer = reader.ask(path)
    assert answer["statusCode"] == 410
    assert says in html.unescape(answer["body"])
    assert reader.ask(path, **JSON)["headers"]["content-type"] == "application/problem+json"
    assert reader.events() == []


def test_a_bad_link_is_told_in_the_visitors_language(reader: Reader) -> None:
    answer = reader.ask("/confirm/x", accept="text/html", accept_language="pl-PL,pl;q=0.9")
    assert title(answer) == "Ten link nie działa"
    assert 'lang="pl"' in answer["body"]


BEHIND: Final = [
    *(".>),\"/ ]}'!?;:*|`\\<&#"),
    *("\r\n", "\u200b", "\u00a0", "”", "’", "»", "…", "‹", "。", "=\r\n"),
    *("%20", "%3E", "&gt;", "</a>", " 2", "%22%3E", "/x", "=3D"),
]
"""What mail programs take for a part of an address."""


@pytest.mark.parametrize("behind", BEHIND)
def test_what_a_mail_program_puts_behind_an_address_is_no_part_of_it(
    reader: Reader, behind: str
) -> None:
    assert reader.ask(f"{confirm()}{behind}")["statusCode"] == 200


@pytest.mark.parametrize("within", ["=\r\n", "=\n", "\r\n", "\n", " ", "%20", "%0D%0A", "\u200b"])
def test_an_address_that_is_broken_into_lines_is_whole(reader: Reader, within: str) -> None:
    path = link(UNSUBSCRIBE)
    broken = f"{path[:80]}{within}{path[80:]}"
    assert reader.ask(broken)["statusCode"] == 200
    assert title(reader.ask(broken, "POST", "do=all")) == "Done"
    assert title(reader.ask(path, "POST", "do=all")) == "Done"
    assert [event.type for event in reader.events()] == ["unsubscribed"] * 2


@pytest.mark.parametrize(
    "path", ["/unsubscribe", "/unsubscribe/", "/confirm", "/D/", "/o", "/c/x/y"]
)
def test_half_a_link_gets_a_page_too(reader: Reader, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = reader.ask(path, method)
        assert (answer["statusCode"], title(answer)) == (404, "This link does not work")


def test_the_case_of_the_first_part_does_not_matter(reader: Reader) -> None:
    assert reader.ask(link(UNSUBSCRIBE).replace("/un", "/Un"))["statusCode"] == 200


def test_an_old_click_leads_on_and_is_not_recorded(reader: Reader) -> None:
    said: dict[str, Any] = {"tracked": "1", "mail": "receipt", "to": name_of(SHOP), "form": "film"}
    answer = reader.ask(link(Purpose.CLICKED, day=OLD, **said))
    assert (answer["statusCode"], answer["headers"]["location"]) == (302, SHOP)
    for other in ({**said, "form": "none"}, {**said, "to": "x"}):
        assert reader.ask(link(Purpose.CLICKED, day=OLD, **other))["statusCode"] == 410
    assert reader.events() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(reader: Reader, method: str) -> None:
    answer = reader.ask(confirm(), method)
    assert title(answer) == "This link does not work"
    asked = reader.ask(confirm(), method, **JSON)
    assert asked["headers"]["content-type"] == "application/problem+json"
    for path in (confirm(), reward(), link(UNSUBSCRIBE)):
        answer = reader.ask(path, method)
        assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD, POST")
    for path in (opened(), clicked()):
        for other in (method, "POST"):
            answer = reader.ask(path, other)
            assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD")
    assert reader.events() == []


def test_no_line_of_the_log_has_a_token_or_a_subject(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [confirm(), link(UNSUBSCRIBE), reward(), download(), opened(), clicked(), *BAD.values()]
    for path in paths:
        for method in ("GET", "HEAD", "POST"):
            reader.ask(path, method)
    out = capsys.readouterr().out
    assert len(out.splitlines()) >= 3 * len(paths)
    assert ADA not in out
    for path in paths:
        assert path.rpartition("/")[2][:30] not in out or len(path) < 20


def test_pages_have_the_headers_of_pages(reader: Reader) -> None:
    for path in (confirm(), link(UNSUBSCRIBE), reward(), "/confirm/x"):
        answer = reader.ask(path)
        headers = answer["headers"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert '<meta name="robots" content="noindex">' in answer["body"]
    assert "form-action 'self';" in reader.ask(confirm())["headers"]["content-security-policy"]


def test_a_secret_that_cannot_be_read_is_tried_again_later(reader: Reader) -> None:
    replace_secret(reader.api, {})
    assert reader.ask(confirm())["statusCode"] == 503


@pytest.mark.parametrize("trouble", ["no key", "no answer"])
def test_a_form_is_taken_though_its_reward_has_no_link(
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: str,
) -> None:
    if trouble == "no key":
        replace_secret(reader.api, {})
    else:
        keys = reader.api.app.capture._opened_links()._keys
        error = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")
        monkeypatch.setattr(keys, "_client", Mock(get_secret_value=Mock(side_effect=error)))
    sent = {"email": "ada@example.org", "language": "pl"}
    status, body = reader.api.post("/forms/film", sent)
    assert (status, "reward_url" in body) == (201, False)
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["attention"], line["form"]) == ("reward without a link", "film")
    assert line["event_id"] == body["event_id"]
    plain = {"content_type": "application/x-www-form-urlencoded", **PAGE}
    reader.forms["film"]["redirect_url"] = "https://www.example.com/thanks"
    status, page = reader.api.post("/forms/film", "email=ada%40example.org", **plain)
    assert status == 200
    assert "What you asked for cannot be shown just now." in page
    assert "/d/" not in page
    assert len(reader.events()) == 1, "sent again, it is the same event"


def test_a_form_that_mails_nobody_reads_no_secret(reader: Reader) -> None:
    reader.api.post("/forms/contact", {"name": "A", "email": "a@example.org", "message": "Hi"})
    assert reader.api.app.capture._links is None
    assert KEY.key_id == "1"
