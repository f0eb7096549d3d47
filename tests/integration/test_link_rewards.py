"""Links of rewards through the handler: what each asks, records and gives."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from integration.stages.links import (
    BROWSER,
    FILE,
    PAGE,
    Reader,
    clicked,
    download,
    reward,
    title,
)


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


@pytest.mark.parametrize("said", ["pl", "pl-PL", "pl_PL", "PL", "", "polski"])
def test_an_invitation_is_in_the_language_of_its_page(reader: Reader, said: str) -> None:
    sent = {"email": "ada@example.org", "language": said}
    _, body = reader.api.post("/forms/demo", sent, accept_language="pl,en;q=0.5")
    path = urlsplit(body["reward_url"]).path
    answer = reader.ask(path, user_agent=BROWSER, accept_language="pl,en;q=0.5")
    assert "SUMMARY:Pokaz\r\n" in answer["body"]


def test_head_of_a_file_leads_to_no_address_that_is_signed_for_get(reader: Reader) -> None:
    upload(reader)
    answer = reader.ask(download(), "HEAD")
    assert (answer["statusCode"], "location" in answer["headers"]) == (200, False)
    assert reader.ask(download())["statusCode"] == 302


def test_an_address_with_letters_of_any_language_is_sent_as_a_header_can(reader: Reader) -> None:
    url = "https://łódź.example/führung?x=ż"
    reader.forms["film"]["receipt"] = {"subject": {"en": "Hi"}, "text": {"en": f"See {url}"}}
    answer = reader.ask(clicked(url))
    assert answer["headers"]["location"] == "https://xn--d-uga0v4h.example/f%C3%BChrung?x=%C5%BC"


def test_a_post_to_a_page_s_own_link_only_leads_to_it(reader: Reader) -> None:
    path = download()
    answer = reader.press(path)
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, path)
    assert reader.events() == []
