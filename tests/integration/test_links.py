"""Links of mails through the handler: what each asks, records and gives."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from hotlist.capture.link_events import PLACES
from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import INTERNAL, TEST, Route
from hotlist.leads.classify import channel, classify
from hotlist.leads.profile import profile_of
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
PLAIN: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data; boundary=b"
ANY_TYPE: Final = "application/octet-stream"
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
PART: Final = (
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)


FORM: Final = Event(
    event_id="0" * 32,
    type="form_submitted",
    route=Route.FORM,
    occurred_at=datetime.now(UTC) - timedelta(days=9),
    received_at=datetime.now(UTC) - timedelta(days=9),
    subject=ADA,
    email="ada@example.org",
)


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
        "event": "0" * 32,
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


@pytest.mark.parametrize("last", ["one click", "page", "confirmation"])
def test_the_last_word_holds_though_the_same_was_said_before(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """A mail program sends the same words each time, and a page that one goes back to too."""
    at = datetime.now(UTC).replace(hour=12, minute=0, second=10, microsecond=0)
    out = ONE_CLICK if last == "one click" else "do=all&asked=7"
    words = {"out": (link(UNSUBSCRIBE), out), "in": (confirm(), "do=confirm&asked=8")}
    said = ["in", "out", "in"] if last == "confirmation" else ["out", "in", "out"]
    for number, word in enumerate(said):
        path, body = words[word]
        now = at + timedelta(minutes=2 * number)
        assert reader.post_at(monkeypatch, now, path, body)["statusCode"] == 200
    events = [classify(event) for event in reader.events()]
    facts = profile_of([FORM, *events], at + timedelta(hours=1), channel).facts
    assert facts["consents"] == (["email"] if last == "confirmation" else [])
    assert len(events) == 3


def test_one_click_counts_each_time_also_within_a_second(reader: Reader) -> None:
    for path, body in (
        (link(UNSUBSCRIBE), ONE_CLICK),
        (confirm(), "do=confirm"),
        (link(UNSUBSCRIBE), ONE_CLICK),
    ):
        assert reader.ask(path, "POST", body)["statusCode"] == 200
    assert reader.events()[-1].type == "unsubscribed"
    assert len(reader.events()) == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (link(UNSUBSCRIBE), "do=all&asked={}"),
        (link(UNSUBSCRIBE), "do=object&asked={}"),
        (link(UNSUBSCRIBE), "do=some&purpose=email&asked={}"),
        (link(UNSUBSCRIBE), ONE_CLICK + "&n={}"),
        (confirm(), "do=confirm&asked={}"),
    ],
)
def test_nobody_fills_a_history_by_one_link(reader: Reader, path: str, body: str) -> None:
    """What finds no place any more is not acknowledged."""
    answers = [reader.ask(path, "POST", body.format(n))["statusCode"] for n in range(150)]
    assert {*answers} == {200, 503}
    assert answers[:3] == [200, 200, 200]
    assert 2 * PLACES >= len(reader.events()) == answers.count(200) > PLACES // 2


def test_nobody_fills_a_history_by_inventing_agents(reader: Reader) -> None:
    for number in range(100):
        agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.0) Gecko/20100101 Firefox/{number}.0"
        reader.ask(opened(), user_agent=agent, accept="image/*")
        reader.ask(download(form="film"), user_agent=f"Scanner-{number} bot")
    types = [event.type for event in reader.events()]
    assert 2 * 16 >= types.count("email_opened") > 1
    assert 2 >= types.count("file_downloaded") >= 1


# --- the end of consents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PLAIN, ONE_CLICK),
        (f"{PLAIN}; charset=nothing", ONE_CLICK),
        (PLAIN, f"{ONE_CLICK}&{ONE_CLICK}"),
        (PLAIN, "List-Unsubscribe=%4fne-Click%0d%0a"),
        (PLAIN, "List-Unsubscribe%3DOne-Click"),
        ("", ONE_CLICK.upper()),
        ("text/plain", ONE_CLICK),
        ("application/json", ONE_CLICK),
        ("application/json", '{"List-Unsubscribe": "One-Click"}'),
        ("", ""),
        (PLAIN, " \r\n"),
        (MULTIPART, PART),
        (MULTIPART, PART.replace("\r\n", "\n")),
        (MULTIPART, PART.replace("\r\n\r\n", f"\r\nContent-Type: {ANY_TYPE}\r\n\r\n")),
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


@pytest.mark.parametrize(
    ("did", "ended", "says"),
    [
        ("object", ["phone"], ["You are not profiled any more.", "You may call."]),
        ("some", ["phone"], ["You may call."]),
        ("zzz", ["phone"], ["You may call."]),
    ],
)
def test_what_is_ticked_ends_whichever_button_is_pressed(
    reader: Reader, did: str, ended: list[str], says: list[str]
) -> None:
    done = reader.press(link(UNSUBSCRIBE), do=did, purpose="phone")
    assert all(text in done["body"] for text in says)
    said = [about["purpose"] for one, about, _ in reader.said() if one == "consent_withdrawn"]
    assert said == ended
    assert ("profiling_objected" in {one for one, _, _ in reader.said()}) is (did == "object")


@pytest.mark.parametrize(("body", "left"), [("do=all", []), (ONE_CLICK, ["tracking"])])
def test_everything_on_the_page_is_everything_that_the_page_offers(
    reader: Reader, body: str, left: list[str]
) -> None:
    given = {purpose: {"version": "1"} for purpose in ("email", "phone", "tracking")}
    form = replace(FORM, properties={"consents": given})
    assert reader.ask(link(UNSUBSCRIBE), "POST", body)["statusCode"] == 200
    facts = profile_of([form, *reader.events()], datetime.now(UTC), channel).facts
    assert facts["consents"] == left


def test_the_links_of_a_test_say_so_and_change_nothing(reader: Reader) -> None:
    paths = {
        "consent_given": (link(Purpose.CONFIRM, purpose="email", test="1"), "do=confirm"),
        "unsubscribed": (link(UNSUBSCRIBE, test="1"), "do=all"),
        "profiling_objected": (link(UNSUBSCRIBE, test="1"), "do=object"),
        "reward_claimed": (link(Purpose.REWARD, test="1"), "do=claim"),
    }
    for path, body in paths.values():
        assert "This link is from a test mail." in reader.ask(path)["body"]
        done = reader.ask(path, "POST", body)
        assert done["statusCode"] == 303 or "This link is from a test mail." in done["body"]
    reader.ask(link(Purpose.OPENED, tracked="1", mail="reward", test="1"))
    reader.ask(done["headers"]["location"])
    events = reader.events()
    assert {event.type for event in events} == {*paths, "email_opened"}
    assert all(event.properties[TEST] is True and INTERNAL in event.flags for event in events)
    assert all(event.expires_at < event.received_at + timedelta(days=40) for event in events)  # type: ignore[operator]
    before = profile_of([FORM], datetime.now(UTC), channel)
    assert profile_of([FORM, *events], datetime.now(UTC), channel) == before


def test_an_objection_is_kept_apart(reader: Reader) -> None:
    assert title(reader.press(link(UNSUBSCRIBE), do="object")) == "Done"
    (event,) = reader.events()
    assert (event.type, event_key(event)[:2]) == ("profiling_objected", "k#")
    assert event.expires_at is not None
    assert event.expires_at - event.received_at > timedelta(days=790)


@pytest.mark.parametrize(
    "fields", [{"asked": "1"}, {"do": "some"}, {"do": "some", "purpose": "evil"}, {"x": "y"}]
)
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
    for name in ("put", "put_or_find"):
        monkeypatch.setattr(reader.api.app.store, name, busy)
    assert reader.ask(clicked())["statusCode"] == 302
    assert reader.ask(opened())["statusCode"] == 200
    assert '"error": "ClientError"' in capsys.readouterr().out
    answer = reader.press(confirm())
    assert (answer["statusCode"], title(answer)) == (503, "Please try again")
    assert answer["headers"]["retry-after"] == "2"


def busy(*_: Any, **__: Any) -> Any:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")
