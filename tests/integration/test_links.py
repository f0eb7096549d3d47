"""Links of mails through the handler: what each asks, records and gives."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import Route
from hotlist.links.tokens import Key, Purpose
from integration.stages.capture import Api
from integration.stages.links import (
    ADA,
    BROWSER,
    FILE,
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
)

OLD: Final = datetime.now(UTC).date() - timedelta(days=400)
UNSUBSCRIBE: Final = Purpose.UNSUBSCRIBE
JSON: Final = {"accept": "application/json", "user_agent": BROWSER}


@pytest.fixture
def reader(api: Api) -> Reader:
    return Reader(api)


def proofs(event: Event) -> dict[str, Any]:
    found = event.texts["consents"]
    assert isinstance(found, dict)
    return found


def title(answer: dict[str, Any]) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer["body"])
    return html.unescape(found)


# --- a consent ------------------------------------------------------------------------------


def test_a_consent_that_is_to_be_confirmed_is_pending_and_asks_for_a_mail(reader: Reader) -> None:
    sent = {"email": "ada@example.org", "consent_email": "on", "consent_phone": "on"}
    status, _ = reader.api.post("/forms/news", sent)
    assert status == 201
    (event,) = reader.events()
    assert event.properties["pending_consents"] == {"email": {"version": "2"}}
    assert event.properties["consents"] == {"phone": {"version": "1"}}
    assert proofs(event).keys() == {"email", "phone"}
    assert event.to_lead == ("confirm:email", "reward")


def test_the_page_shows_the_text_in_the_language_of_the_mail_and_its_button_confirms(
    reader: Reader,
) -> None:
    path = link(Purpose.CONFIRM, purpose="email", lang="pl")
    page = reader.ask(path)
    assert (page["statusCode"], title(page)) == (200, "Prosimy o potwierdzenie")
    assert "Możecie pisać." in page["body"]
    assert reader.events() == []
    done = reader.press(path, do="confirm")
    assert (done["statusCode"], title(done)) == (200, "Dziękujemy")
    (event,) = reader.events()
    assert (event.type, event.route, event.subject) == ("consent_given", Route.LINK, ADA)
    assert event_key(event).startswith("k#")
    assert event.properties == {
        "purpose": "email",
        "version": "2",
        "form": "news",
        "user_agent": BROWSER,
    }
    proof = proofs(event)["email"]
    assert proof["text"] == "Możecie pisać."
    assert proof["ip"] == "203.0.113.0/24"
    assert proof["at"] == event.received_at.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )


def test_the_words_of_a_consent_are_escaped(reader: Reader) -> None:
    body = reader.ask(confirm())["body"]
    assert "You may &lt;b&gt;write&lt;/b&gt;." in body
    assert "<b>" not in body


def test_a_button_that_is_pressed_twice_is_one_event(reader: Reader) -> None:
    path = confirm()
    (asked,) = re.findall(r'name="asked" value="(\d+)"', reader.ask(path)["body"])
    assert reader.press(path, asked=asked) == reader.press(path, asked=asked)
    assert len(reader.events()) == 1


def test_who_takes_back_confirms_and_takes_back_again_has_said_three_things(
    reader: Reader,
) -> None:
    """All within a minute: each page is a word of its own."""
    path = link(UNSUBSCRIBE)
    reader.press(path, do="all", asked="1")
    reader.press(confirm(), asked="2")
    reader.press(path, do="all", asked="3")
    types = [event.type for event in reader.events()]
    assert sorted(types) == ["consent_given", "unsubscribed", "unsubscribed"]


# --- the end of consents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=b",
            (
                '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
                "One-Click\r\n--b--\r\n"
            ),
        ),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"accept": "*/*"}, {"accept": "text/html"}])
def test_one_click_of_a_mail_program_ends_everything(
    reader: Reader, kind: str, body: str, headers: dict[str, str]
) -> None:
    sent = {"content_type": kind, "user_agent": "mailer", **headers}
    answer = reader.ask(link(UNSUBSCRIBE), "POST", body, **sent)
    assert answer["statusCode"] == 200
    assert reader.said() == [("unsubscribed", {"all": True, "form": "news"}, frozenset())]


def test_an_old_link_unsubscribes(reader: Reader) -> None:
    answer = reader.press(link(UNSUBSCRIBE, day=OLD), do="all")
    assert answer["statusCode"] == 200
    assert [event.type for event in reader.events()] == ["unsubscribed"]


def test_the_form_may_be_gone(reader: Reader) -> None:
    path = link(UNSUBSCRIBE, form="nothing")
    assert reader.ask(path)["statusCode"] == 200
    assert reader.press(path, do="all")["statusCode"] == 200
    assert reader.press(path, do="object")["statusCode"] == 200
    assert [one for one, _, _ in reader.said()] == ["unsubscribed", "profiling_objected"]


def test_purposes_are_ended_one_by_one(reader: Reader) -> None:
    page = reader.ask(link(UNSUBSCRIBE))
    assert re.findall(r'name="purpose" value="(\w+)"', page["body"]) == [
        "email",
        "phone",
        "tracking",
    ]
    done = reader.press(link(UNSUBSCRIBE), do="some", purpose=["phone", "tracking", "evil"])
    assert done["statusCode"] == 200
    assert "You may call." in done["body"]
    assert "write" not in done["body"]
    assert sorted(about["purpose"] for _, about, _ in reader.said()) == ["phone", "tracking"]
    assert {one for one, _, _ in reader.said()} == {"consent_withdrawn"}


def test_an_objection_is_kept_apart(reader: Reader) -> None:
    assert title(reader.press(link(UNSUBSCRIBE), do="object")) == "Done"
    (event,) = reader.events()
    assert (event.type, event_key(event)[:2]) == ("profiling_objected", "k#")
    assert event.expires_at is not None
    assert event.expires_at - event.received_at > timedelta(days=790)


@pytest.mark.parametrize("fields", [{}, {"do": "some"}, {"do": "some", "purpose": "evil"}])
def test_nothing_ticked_is_asked_again(reader: Reader, fields: dict[str, str]) -> None:
    answer = reader.press(link(UNSUBSCRIBE), **fields)
    assert answer["statusCode"] == 422
    assert "Nothing is ticked yet." in answer["body"]
    assert reader.events() == []


# --- a reward ---------------------------------------------------------------------------------


def upload(reader: Reader) -> None:
    bucket = reader.api.app.settings.rewards_bucket
    boto3.client("s3").put_object(Bucket=bucket, Key=str(FILE["object"]), Body=b"%PDF")


def test_the_button_of_a_reward_shows_whose_the_address_is_and_leads_to_the_file(
    reader: Reader,
) -> None:
    upload(reader)
    page = reader.ask(reward())
    assert "The guide" in page["body"]
    assert reader.events() == []
    sent_on = reader.press(reward())
    assert sent_on["statusCode"] == 303
    given = reader.ask(sent_on["headers"]["location"])
    assert given["statusCode"] == 302
    url = urlsplit(given["headers"]["location"])
    asked = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert url.path == "/guide/1.pdf"
    assert asked["X-Amz-Expires"] == "300"
    assert asked["response-content-disposition"] == (
        'attachment; filename="Poradnik ____w_.pdf"; '
        "filename*=UTF-8''Poradnik%20%E2%80%9E%C5%BC%C3%B3%C5%82w%E2%80%9D.pdf"
    )
    about = {"form": "news", "reward": "guide"}
    assert reader.said() == [
        ("reward_claimed", about, frozenset()),
        ("file_downloaded", about, frozenset()),
    ]


def test_without_consent_to_tracking_only_the_button_is_recorded(reader: Reader) -> None:
    upload(reader)
    location = reader.press(reward(tracked=""))["headers"]["location"]
    assert reader.ask(location)["statusCode"] == 302
    assert [one for one, _, _ in reader.said()] == ["reward_claimed"]


def test_a_file_that_is_not_there_yet_is_told_and_alarms(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    location = reader.press(reward())["headers"]["location"]
    for path in (location, download()):
        answer = reader.ask(path)
        assert (answer["statusCode"], title(answer)) == (404, "It is not there yet")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(line["attention"], line["form"]) for line in lines if "attention" in line]
    assert told == [("reward not uploaded", "news")] * 2
    assert [one for one, _, _ in reader.said()] == ["reward_claimed"]


def test_an_address_that_s3_does_not_vouch_for_is_given(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewards = reader.api.app.capture._opened_links()._rewards

    def throttled(**_: Any) -> None:
        error = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
        raise ClientError(error, "HeadObject")

    monkeypatch.setattr(rewards._client, "head_object", throttled)
    assert reader.ask(download())["statusCode"] == 302


def test_the_answer_to_a_form_has_the_reward_at_once(reader: Reader) -> None:
    status, body = reader.api.post(
        "/forms/film", {"email": "ada@example.org", "consent_tracking": "on", "language": "pl"}
    )
    assert status == 201
    url = urlsplit(body["reward_url"])
    assert (url.scheme, url.netloc) == ("https", "api.example.com")
    given = reader.ask(url.path)
    assert given["headers"]["location"] == "https://video.example.com/1"
    downloaded = reader.said()[-1]
    assert downloaded == ("file_downloaded", {"form": "film", "reward": "video"}, frozenset())


def test_a_page_without_script_shows_the_reward_and_is_not_sent_on(reader: Reader) -> None:
    reader.forms["film"]["redirect_url"] = "https://www.example.com/thanks"
    sent = {"content_type": "application/x-www-form-urlencoded", **PAGE}
    status, page = reader.api.post("/forms/film", "email=ada%40example.org", **sent)
    assert status == 200
    (path,) = re.findall(r'href="(/d/[\w-]+)">The video', page)
    assert 'href="https://www.example.com/thanks"' in page
    assert reader.ask(path)["statusCode"] == 302
    assert len(reader.events()) == 1, "no consent to tracking"


def test_an_invitation_is_a_calendar_file(reader: Reader) -> None:
    answer = reader.ask(download(form="demo"))
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"].startswith("text/calendar")
    lines = answer["body"].split("\r\n")
    assert "METHOD:PUBLISH" in lines
    assert "DTSTART;TZID=Europe/Warsaw:20261024T170000" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = answer["body"].replace("\r\n ", "")
    assert "SUMMARY:A demo\\; with tea\\, and cake\r\n" in unfolded
    assert f"DESCRIPTION:Line one\\nLine two {'ż' * 90}\r\n" in unfolded
    assert "ORGANIZER;CN=\"Anna ^'A^' Nowak\":mailto:anna@example.com\r\n" in unfolded


def test_a_post_to_a_page_s_own_link_only_leads_to_it(reader: Reader) -> None:
    path = download()
    answer = reader.press(path)
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, path)
    assert reader.events() == []


# --- opened and clicked -------------------------------------------------------------------------


def test_a_picture_is_an_opening_and_a_click_leads_on(reader: Reader) -> None:
    picture = reader.ask(opened())
    assert (picture["headers"]["content-type"], picture["isBase64Encoded"]) == ("image/gif", True)
    on = reader.ask(clicked())
    assert (on["statusCode"], on["headers"]["location"]) == (302, SHOP)
    (first, about, _), (second, of_click, _) = reader.said()
    assert (first, about) == ("email_opened", {"form": "news", "mail": "reward"})
    assert second == "email_clicked"
    assert (of_click["form"], of_click["mail"]) == ("film", "receipt")


@pytest.mark.parametrize("tracked", ["", "0", "true"])
def test_without_consent_to_tracking_nothing_is_recorded(reader: Reader, tracked: str) -> None:
    assert reader.ask(opened(tracked))["statusCode"] == 200
    assert reader.ask(clicked(tracked=tracked))["statusCode"] == 302
    assert reader.ask(download(tracked, form="film"))["statusCode"] == 302
    assert reader.events() == []


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", SHOP + "&y=2"]
)
def test_a_click_leads_nowhere_but_to_what_the_form_names(reader: Reader, to: str) -> None:
    answer = reader.ask(clicked(to))
    assert answer["statusCode"] == 410
    assert "location" not in answer["headers"]
    raw = reader.ask(link(Purpose.CLICKED, tracked="1", mail="receipt", to=to, form="film"))
    assert raw["statusCode"] == 410
    assert reader.events() == []


def test_a_link_leads_on_though_the_table_does_not_answer(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader.api.app.store, "put", busy)
    assert reader.ask(clicked())["statusCode"] == 302
    assert reader.ask(opened())["statusCode"] == 200
    assert '"error": "ClientError"' in capsys.readouterr().out
    answer = reader.press(confirm())
    assert (answer["statusCode"], title(answer)) == (503, "Please try again")
    assert answer["headers"]["retry-after"] == "2"


def busy(*_: Any, **__: Any) -> Any:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")


# --- links that lead nowhere ----------------------------------------------------------------------

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
    "download": (link(Purpose.DOWNLOAD, day=OLD, give="1"), "newer mail"),
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


@pytest.mark.parametrize("behind", [".", ">", ")", ",", '"', "/"])
def test_what_a_mail_program_puts_behind_an_address_is_no_part_of_it(
    reader: Reader, behind: str
) -> None:
    assert reader.ask(f"{confirm()}{behind}")["statusCode"] == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(reader: Reader, method: str) -> None:
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


def test_a_secret_that_cannot_be_read_is_tried_again_later(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_secret(reader.api, {})
    assert reader.ask(confirm())["statusCode"] == 503
    status, _ = reader.api.post("/forms/film", {"email": "ada@example.org"})
    assert status == 503, "sent again, it is the same event and has its link"


def test_a_form_that_mails_nobody_reads_no_secret(reader: Reader) -> None:
    reader.api.post("/forms/contact", {"name": "A", "email": "a@example.org", "message": "Hi"})
    assert reader.api.app.capture._links is None
    assert KEY.key_id == "1"
