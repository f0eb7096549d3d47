"""docs/openapi.yaml is held against the answers of the function card, behind API Gateway."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client

import declared
from declared import CARDS, operations
from gateway import Gateway
from hotlist.cards import devices
from hotlist.cards.devices import Page
from hotlist.links import tokens
from hotlist.store.device_asks import MOST_A_DAY
from integration.stages.card import NOW, TODAY, Card, link
from integration.stages.links import BROWSER, KEY

HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
VCARD: Final = "text/vcard"
PLAIN: Final = "application/x-www-form-urlencoded"
API: Final = "https://api.example.com"

Asked = tuple[int, str, str, str, str, str]
"""Status, type, method, path, body, and what the client takes."""


def rows(card: Card, route: str, lead: str) -> Iterator[Asked]:
    """Requests from a device that is not confirmed yet. They are made in this order."""
    subject = lead if route == "leads" else ""
    good, old = link(route, subject), link(route, subject, day=TODAY.replace(year=2020))
    page = Page(route, subject, TODAY, "anna")
    said = devices.device_token(page, card.recipient("anna"), card.now)
    device = tokens.sign(said, KEY)
    for method in ("GET", "HEAD", "POST"):
        for path, status in ((f"/{route}/x", 404), (old, 410)):
            yield status, HTML, method, path, "", HTML
            yield status, PROBLEM, method, path, "", "application/json"
        if method != "POST":
            yield 200, HTML, method, good, "", HTML
            yield 200, HTML, method, f"{good}?device={device}", "", HTML
            yield 410, HTML, method, f"{good}?device=x", "", HTML
    yield 410, HTML, "POST", good, "device=x", HTML
    yield 303, "", "POST", good, "", HTML
    yield 200, HTML, "POST", good, "do=mail", HTML
    yield 200, HTML, "POST", good, "do=mail", HTML  # it was just mailed
    yield 303, "", "POST", good, f"device={device}", HTML


def confirmed(route: str, lead: str) -> Iterator[Asked]:
    """Requests from a device that is confirmed."""
    good = link(route, lead if route == "leads" else "")
    for method in ("GET", "HEAD"):
        yield 200, HTML, method, good, "", HTML
    if route == "leads":
        yield 200, VCARD, "GET", f"{good}?vcard", "", HTML
        yield 410, HTML, "GET", link(subject="email:nobody"), "", HTML
    yield 303, "", "POST", good, "do=mail", HTML


@pytest.mark.parametrize("route", CARDS)
def test_every_answer_is_as_the_document_says_and_every_status_is_answered(
    card: Card, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(Gateway(card.app.handler, [], declared.check))
    answered: dict[str, set[int]] = {}

    def ask(row: Asked) -> None:
        status, kind, method, path, body, accept = row
        headers = {"Accept": accept, "User-Agent": BROWSER}
        sent: dict[str, Any] = {"content_type": PLAIN} if body else {}
        answer = client.open(path, base_url=API, method=method, data=body, headers=headers, **sent)
        assert (answer.status_code, answer.mimetype or "") == (status, kind), row
        answered.setdefault(method, set()).add(status)

    lead = card.lead("ada@example.org")
    for row in rows(card, route, lead):
        ask(row)
    for row in confirmed(route, lead):
        ask(row)
    fresh = Client(Gateway(card.app.handler, [], declared.check))
    card.now = (NOW + timedelta(days=1)).replace(hour=12)
    for hour in range(MOST_A_DAY):
        card.app.door.asks.take_place("anna", card.now.replace(hour=hour))
    client = fresh
    asking = link(route, lead if route == "leads" else "")
    ask((429, HTML, "POST", asking, "do=mail", HTML))
    card.app.door.deliveries.disable("anna", "bounce", NOW)
    ask((409, HTML, "POST", asking, "do=mail", HTML))

    def throttled(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    monkeypatch.setattr(card.app.door.keys, "_secret", None)
    monkeypatch.setattr(card.app.door.keys, "ask", throttled)
    for method in ("GET", "HEAD", "POST"):
        for accept, kind in ((HTML, HTML), ("application/json", PROBLEM)):
            ask((503, kind, method, link(route, ""), "", accept))
    for method, path, operation in operations():
        if path == f"/{route}/{{token}}" and operation["tags"] == ["cards"]:
            wanted = {int(status) for status in operation["responses"]}
            assert wanted == answered[method] | {429, 500}, method
