"""Links of mails through the handler: what each asks, records and gives."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import Route
from hotlist.links.tokens import Purpose
from integration.stages.links import (
    ADA,
    BROWSER,
    SHOP,
    Reader,
    clicked,
    confirm,
    download,
    link,
    opened,
    title,
)

OLD: Final = datetime.now(UTC).date() - timedelta(days=400)
UNSUBSCRIBE: Final = Purpose.UNSUBSCRIBE
JSON: Final = {"accept": "application/json", "user_agent": BROWSER}


def proofs(event: Event) -> dict[str, Any]:
    found = event.texts["consents"]
    assert isinstance(found, dict)
    return found


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
