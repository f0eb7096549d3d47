"""Links of mails as tests follow them: forms that mail leads, tokens, and a browser's requests."""

import html
import json
import re
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode

import boto3
import pytest

from hotlist.config.calendar_file import calendar_file
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.links import tokens
from hotlist.links.addresses import name_of
from hotlist.links.tokens import Key, Purpose, Token
from hotlist.store.events import from_item
from integration.lambdas import http_event
from integration.stages.capture import Api
from integration.writes import PAGE as PAGE_OF_PRIVACY

KEY: Final = Key("1", b"k" * 64)
"""That of the fixture `link_secret`."""

ADA: Final = subject(EMAIL, "ada@example.org")
BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE: Final = {"accept": "text/html,*/*;q=0.8", "user_agent": BROWSER}
PLAIN: Final = "application/x-www-form-urlencoded"
SHOP: Final = "https://shop.example.com/spring?x=1"

FILE: Final = {
    "id": "guide",
    "kind": "file",
    "title": {"en": "The guide", "pl": "Poradnik"},
    "deliver": "mail",
    "object": "guide/1.pdf",
    "name": "Poradnik „żółw”.pdf",
    "sha256": "0" * 64,
}
INVITATION: Final[dict[str, Any]] = {
    "id": "demo",
    "kind": "invitation",
    "title": {"en": "The demo"},
    "deliver": "page",
    "event": {
        "uid": "demo-1@example.com",
        "sequence": 2,
        "starts": "2026-10-24T15:00:00+00:00",
        "ends": "2026-10-24T16:00:00+00:00",
        "zone": "Europe/Warsaw",
        "place": {"en": "Online", "pl": "Online"},
        "summary": {"en": "A demo; with tea, and cake", "pl": "Pokaz"},
        "description": {"en": "Line one\nLine two " + "ż" * 90, "pl": "Opis"},
        "organizer": {"name": 'Anna "A" Nowak', "email": "anna@example.com"},
    },
}
INVITATION["event"]["ics"] = {
    language: calendar_file(INVITATION["event"], language) for language in ("en", "pl")
}
ADDRESS: Final = {
    "id": "video",
    "kind": "video",
    "title": {"en": "The video"},
    "deliver": "mail",
    "url": "https://video.example.com/1",
}
CONSENTS: Final = {
    "email": {
        "version": "2",
        "text": {"en": "You may <b>write</b>.", "pl": "Możecie pisać."},
        "confirm": True,
    },
    "phone": {"version": "1", "text": "You may call."},
}


def forms(api: Api) -> dict[str, Any]:
    """Give the API forms that mail leads, as the build makes them, and return all of its forms."""
    known: dict[str, Any] = {**api.app.capture._forms}
    base = {key: value for key, value in known["ebook"].items() if key != "redirect_url"}
    known["news"] = {**base, "consents": CONSENTS, "reward": FILE}
    known["demo"] = {**base, "reward": INVITATION}
    known["film"] = {
        **base,
        "consents": {"tracking": {"version": "1", "text": "You may watch."}},
        "reward": {**ADDRESS, "deliver": "page"},
        "receipt": {"subject": {"en": "Hi"}, "text": {"en": f"See {SHOP}."}},
    }
    api.app.capture._forms = known
    return known


ROUTES: Final = {
    Purpose.CONFIRM: "confirm",
    Purpose.UNSUBSCRIBE: "unsubscribe",
    Purpose.REWARD: "d",
    Purpose.DOWNLOAD: "d",
    Purpose.OPENED: "o",
    Purpose.CLICKED: "c",
    Purpose.DIGEST_OFF: "unsubscribe",
    Purpose.ANSWER: "answers",
}


def link(purpose: Purpose, /, *, day: date | None = None, key: Key = KEY, **said: str) -> str:
    """The path of a link of this purpose, as the mail of the form `news` has it."""
    today = datetime.now(UTC).date()
    whole = {"form": "news", "event": "0" * 32, "lang": "en", **said}
    text = tokens.sign(Token(purpose, ADA, day or today, said=whole), key)
    return f"/{ROUTES[purpose]}/{text}"


PAST_LINK: Final = link(Purpose.UNSUBSCRIBE, form="past")
"""A link of a key that is no longer kept, once the secret has the `LATER_KEYS`."""

LATER_KEYS: Final = {f"link_{number}": "n" * 64 for number in (4, 5, 6)}


def replace_secret(api: Api, keys: dict[str, str]) -> None:
    """Give the stack other keys."""
    boto3.client("secretsmanager").put_secret_value(
        SecretId=api.app.settings.link_secret_arn, SecretString=json.dumps(keys)
    )


def confirm() -> str:
    return link(Purpose.CONFIRM, purpose="email")


def reward(tracked: str = "1", form: str = "news") -> str:
    return link(Purpose.REWARD, tracked=tracked, form=form)


def download(tracked: str = "1", form: str = "news") -> str:
    return link(Purpose.DOWNLOAD, tracked=tracked, form=form, give="1")


def opened(tracked: str = "1") -> str:
    return link(Purpose.OPENED, tracked=tracked, mail="reward")


def clicked(to: str = SHOP, tracked: str = "1") -> str:
    return link(Purpose.CLICKED, tracked=tracked, mail="receipt", to=name_of(to), form="film")


def stop_link(recipient: str = "anna", day: date | None = None, lang: str = "pl") -> str:
    """The path of the link in a digest, as Anna's has it."""
    said = {"digest": "1", "lang": lang}
    today = datetime.now(UTC).date()
    token = Token(Purpose.DIGEST_OFF, "", day or today, recipient=recipient, said=said)
    return f"/{ROUTES[Purpose.DIGEST_OFF]}/{tokens.sign(token, KEY)}"


def answer(
    recipient: str | None = "anna",
    *,
    subject: str = ADA,
    day: date | None = None,
    key: Key = KEY,
    **said: str,
) -> str:
    """The path of the link by which somebody answers about a lead, as a mail to them has it."""
    whole = {"name": "Ada Lovelace", "lang": "en", **said}
    today = datetime.now(UTC).date()
    token = Token(Purpose.ANSWER, subject, day or today, recipient=recipient, said=whole)
    return f"/{ROUTES[Purpose.ANSWER]}/{tokens.sign(token, key)}"


def named(event_type: str) -> set[str]:
    """The properties of a link's event that docs/privacy.md names."""
    table = PAGE_OF_PRIVACY.partition("| event of a link |")[2].partition("\n\n")[0]
    (said,) = re.findall(rf"^\| `{event_type}` \| (.*?) \|", table, re.MULTILINE)
    return {*re.findall(r"`(\w+)`", said)}


class Reader:
    """Follows links of mails."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.forms = forms(api)

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> dict[str, Any]:
        """What the handler answers, by the route that API Gateway finds."""
        kind, _, token = path.strip("/").partition("/")
        posted = ("confirm", "unsubscribe", "d", "answers")
        is_link = kind in ROUTES.values() and token and "/" not in token
        is_routed = is_link and (method == "GET" or (method == "POST" and kind in posted))
        route = f"{method} /{kind}/{{token}}" if is_routed else "$default"
        sent = {"content_type": PLAIN if body else "", **(headers or PAGE)}
        event = http_event(method, path, body, route, **sent)
        event["pathParameters"] = {"token": token} if is_routed else None
        answer: dict[str, Any] = self.api.app.handler(event, None)
        return answer

    def ask_at(
        self,
        patch: pytest.MonkeyPatch,
        now: datetime,
        path: str,
        method: str = "GET",
        body: str = "",
    ) -> dict[str, Any]:
        """What the handler answers at this instant."""

        class Clock(datetime):
            @classmethod
            def now(cls, _: Any = None) -> datetime:  # type: ignore[override]
                return now

        with patch.context() as patched:
            patched.setattr(self.api.app, "datetime", Clock)
            return self.ask(path, method, body)

    def post_at(
        self, patch: pytest.MonkeyPatch, now: datetime, path: str, body: str
    ) -> dict[str, Any]:
        return self.ask_at(patch, now, path, "POST", body)

    def press(self, path: str, /, **fields: Any) -> dict[str, Any]:
        """Send the form of a page."""
        return self.ask(path, "POST", urlencode(fields, doseq=True), **PAGE)

    def events(self) -> list[Event]:
        """All stored events, in order. What links record is held against docs/privacy.md."""
        found = sorted(map(from_item, self.api.items()), key=lambda event: event.order)
        for event in found:
            if event.route is Route.LINK:
                known, maybe = (
                    named(event.type),
                    {"user_agent", "hotlist_test", "purposes", "value"},
                )
                assert event.properties.keys() | maybe == known | maybe
        return found

    def said(self) -> list[tuple[str, dict[str, Any], frozenset[str]]]:
        """Type, properties but for the agent, and flags of all stored events."""
        return [
            (
                event.type,
                {name: one for name, one in event.properties.items() if name != "user_agent"},
                event.flags,
            )
            for event in self.events()
        ]


def title(answer: dict[str, Any]) -> str:
    """The heading of a page."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer["body"])
    return html.unescape(found)
