"""A card or a list in trouble: what is slow or broken is a page, and no log tells of a lead."""

import html
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from fast_mail_parser import parse_email

from hotlist.runtime.limits import FoldTookTooLong, OutOfTime
from hotlist.store.items import ReadsThrottled
from integration.lambdas import http_event
from integration.stages.card import Browser, Card, link
from integration.stages.doors import (
    HELD_BY,
    confirmed,
    mailed,
    shows_nothing,
)
from integration.stages.links import title
from integration.stages.notify import Notify


@pytest.fixture
def ada(card: Card) -> str:
    return card.lead("ada@example.org", name=HELD_BY, phone="+48600100200")


TROUBLES: Final = [
    ClientError({"Error": {"Code": "ThrottlingException"}}, "Query"),
    ReadTimeoutError(endpoint_url="https://x"),
    ReadsThrottled("3 keys"),
    OutOfTime(),
    FoldTookTooLong(),
]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("route", ["leads", "lists"])
def test_trouble_is_a_page_that_says_to_try_again(  # noqa: PLR0917 - fixtures have names
    card: Card,
    notify: Notify,
    ada: str,
    route: str,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = link(route, ada if route == "leads" else "")
    browser = confirmed(card, notify, path)

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(card.app.door.folder, "view", fail)
    monkeypatch.setattr(card.app.door.listed, "best", fail)
    answer = browser.ask(path)
    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == "2"
    assert shows_nothing(answer)
    (line,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert line.__dict__["error"].startswith(type(error).__name__)
    said = "".join(str(one.__dict__) for one in caplog.records)
    assert path[7:] not in said


SPOILT: Final = [
    ("REMOVE stage", {}),
    ("REMOVE folded_at", {}),
    ("SET stage = :no", {":no": {"S": "ada@example.org"}}),
    ("SET groups = :no", {":no": {"S": "ada@example.org"}}),
    ("SET stage = :no", {":no": {"N": "1"}}),
]


@pytest.mark.parametrize(("update", "values"), SPOILT, ids=str)
def test_a_card_whose_item_is_broken_is_a_page(  # noqa: PLR0917 - fixtures have names
    card: Card,
    notify: Notify,
    ada: str,
    update: str,
    values: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    card.score.dynamodb.update_item(
        TableName=card.app.settings.leads_table,
        Key={"lead_id": {"S": ada}},
        UpdateExpression=update,
        **({"ExpressionAttributeValues": values} if values else {}),
    )
    for path in (link(subject=ada), f"{link(subject=ada)}?vcard"):
        caplog.clear()
        answer = browser.ask(path)
        assert (answer["statusCode"], title(answer)) == (503, "Please try again")
        assert answer["headers"]["referrer-policy"] == "no-referrer"
        (line,) = [one for one in caplog.records if one.levelname == "ERROR"]
        assert line.__dict__["error"].startswith(("KeyError", "ValueError", "JSONDecodeError"))
        assert "ada@" not in str([one.__dict__ for one in caplog.records])


def test_a_card_one_of_whose_events_is_broken_is_a_page(
    card: Card, notify: Notify, ada: str
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    table, client = card.app.settings.events_table, card.score.dynamodb
    (item,) = [one for one in client.scan(TableName=table)["Items"] if one["subject"]["S"] == ada]
    del item["received_at"]
    client.put_item(TableName=table, Item=item)
    assert browser.ask(link(subject=ada))["statusCode"] == 503


def test_a_route_is_what_the_gateway_calls_it(card: Card, notify: Notify, ada: str) -> None:
    """The path of a stage that has a name begins with that name."""
    browser = confirmed(card, notify, link(subject=ada))
    for path, route in ((link(subject=ada), "leads"), (link("lists"), "lists")):
        event = http_event("GET", f"/prod{path}", "", f"GET /{route}/{{token}}")
        event["pathParameters"] = {"token": path.rpartition("/")[2]}
        event["cookies"] = [f"{name}={value}" for name, value in browser.cookies.items()]
        answer = card.app.handler(event, None)
        assert answer["statusCode"] == 200
        assert HELD_BY in answer["body"]


def test_a_request_that_took_long_begins_no_more_calls(
    card: Card, notify: Notify, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    monkeypatch.setattr("hotlist.cards.door.BEGUN_WITHIN", 0.0)
    assert browser.ask(link(subject=ada))["statusCode"] == 503
    assert browser.ask(link("lists"))["statusCode"] == 503


def test_the_log_has_the_route_and_nothing_of_the_link(
    card: Card, notify: Notify, ada: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    caplog.clear()
    browser.ask(f"{link(subject=ada)}?vcard")
    (line,) = caplog.records
    assert (line.__dict__["route"], line.__dict__["status"]) == ("GET /leads/{token}", 200)
    said = str(line.__dict__)
    assert not any(part in said for part in (ada, link(subject=ada)[7:], "vcard", "anna"))


def test_a_mail_has_nothing_of_the_lead(card: Card, notify: Notify, ada: str) -> None:
    Browser(card).mail(link(subject=ada))
    mailed(card, notify)
    mail = parse_email(notify.ses.sent[0]["Content"]["Raw"]["Data"])
    for text in (mail.subject, mail.text_plain[0], html.unescape(mail.text_html[0])):
        assert HELD_BY not in text
        assert "ada@example.org" not in text
