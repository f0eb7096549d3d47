"""The capture function: answers, what is stored, and what each answer costs."""

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from markupsafe import escape

from hotlist.store.events import EventStore
from integration.lambdas import http_event
from integration.meter import takes_insert_statements
from integration.stages.capture import GOOD, Api


def test_a_submission_is_one_event_and_costs_one_write(api: Api) -> None:
    status, body = api.post("/forms/contact", GOOD)
    assert status == 201
    assert api.calls == ["PutItem"]
    (item,) = api.items()
    assert item["event_key"]["S"] == f"e#{body['event_id']}"
    assert item["tell"] == {"BOOL": True}
    assert len(json.dumps(item)) < 1024, "more than one write unit"


def test_the_same_again_is_the_same_event_and_costs_one_write(api: Api) -> None:
    first, second = api.post("/forms/contact", GOOD), api.post("/forms/contact", GOOD)
    assert first == second
    assert api.calls == ["PutItem", "PutItem"]
    assert len(api.items()) == 1


def test_a_script_whose_answer_was_lost_sends_the_form_plainly_and_it_is_one_event(
    api: Api,
) -> None:
    said = {
        **GOOD,
        "message": "Hi\nAda",
        "event_id": "01a21812-483b-7486-b5e5-caa189fa8919",
        "visitor_id": "01a21812-4838-70fd-a6d6-7bbeba09beba",
    }
    assert api.post("/forms/contact", said)[0] == 201
    plain = urlencode(said | {"message": "Hi\r\nAda"})
    form = "application/x-www-form-urlencoded"
    assert api.post("/forms/contact", plain, content_type=form)[0] == 201
    assert len(api.items()) == 1


def test_a_plain_html_form_is_sent_on(api: Api) -> None:
    answer = api.app.handler(
        http_event(
            "POST",
            "/forms/contact",
            "name=Ada&email=ada%40example.org&message=Hi",
            content_type="application/x-www-form-urlencoded",
            accept="text/html,*/*",
        ),
        None,
    )
    assert answer["statusCode"] == 303
    assert answer["headers"]["location"] == "https://www.example.com/thank-you.html"


def test_a_plain_html_form_is_told_what_is_wrong(api: Api) -> None:
    status, page = api.post(
        "/forms/contact",
        "email=ada%3Cscript%3E",
        content_type="application/x-www-form-urlencoded",
        accept="text/html",
    )
    assert status == 422
    assert '<a href="#f-email">E-mail: ' in page
    assert 'value="ada&lt;script&gt;"' in page
    assert "<script" not in page


LINKS = [
    ({"referer": "https://www.example.com/offer?a=1&b=2"}, "https://www.example.com/offer?a=1&b=2"),
    ({"origin": "https://shop.example.com"}, "https://shop.example.com"),
    ({"referer": "HTTP://www.example.com/"}, "HTTP://www.example.com/"),
    ({"referer": "javascript:alert(1)", "origin": "https://evil.example"}, None),
    ({"referer": 'https://x/"><script>alert(1)</script>'}, 'https://x/"><script>alert(1)</script>'),
    ({"referer": "javascript:alert(1)", "origin": "null"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "link"), LINKS)
@pytest.mark.parametrize("body", ["name=Ada", "name=%FF", urlencode(GOOD)])
def test_a_page_leads_back_to_where_its_visitor_came_from(
    api: Api, monkeypatch: pytest.MonkeyPatch, body: str, headers: dict[str, str], link: str | None
) -> None:
    monkeypatch.delitem(api.app.capture._forms["contact"], "redirect_url")
    form = "application/x-www-form-urlencoded"
    event = http_event(
        "POST", "/forms/contact", body, content_type=form, accept="text/html", **headers
    )
    answer = api.app.handler(event, None)
    links = re.findall('<a href="[^#].*?</a>|<script', answer["body"])
    assert links == ([f'<a href="{escape(link)}">Back to the page</a>'] if link else [])
    (style,) = re.findall("<style>(.*?)</style>", answer["body"], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    target = "'self'" if answer["statusCode"] == 422 else "'none'"
    assert answer["headers"]["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action {target}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert answer["headers"]["referrer-policy"] == "no-referrer"
    assert answer["headers"]["cache-control"] == "no-store"


def test_a_body_in_base64_and_another_charset_is_read(api: Api) -> None:
    event = http_event(
        "POST",
        "/forms/contact",
        base64.b64encode(b"name=%B1&email=ada%40example.org&message=Hi").decode(),
        content_type="application/x-www-form-urlencoded; charset=iso-8859-2",
    )
    assert api.app.handler({**event, "isBase64Encoded": True}, None)["statusCode"] == 201
    assert json.loads(api.items()[0]["properties"]["S"])["name"] == "ą"


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/forms/contact", {"name": "Ada"}, {}, 422),
        ("/forms/nothing", GOOD, {}, 404),
        ("/forms/contact", "{", {}, 400),
        ("/forms/contact", '{"a": NaN}', {}, 400),
        ("/forms/contact", '{"a": 1, "a": 2}', {}, 400),
        ("/forms/contact", "[]", {}, 400),
        ("/forms/contact", '{"a":' * 5000, {}, 400),
        ("/forms/contact", "x" * 65_537, {}, 413),
        ("/forms/contact", "a=b", {"content_type": "multipart/form-data; boundary=x"}, 400),
        ("/forms/contact", "a=b", {"content_type": "application/xml"}, 415),
        ("/forms/contact", GOOD, {"origin": "https://evil.example"}, 403),
        ("/events", {"events": []}, {}, 422),
        ("/events", {"events": [{}] * 21, "visitor_id": "v"}, {}, 422),
    ],
)
def test_what_is_refused_stores_nothing_and_says_why(
    api: Api, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    got, problem = api.post(path, body, **headers)
    assert (got, problem["status"]) == (status, status)
    assert problem["title"]
    assert api.items() == []


ORIGINS = "https://www.example.com https://shop.example.com https://api.example.com null"


@pytest.mark.parametrize("origin", [*ORIGINS.split(), "HTTPS://WWW.example.com"])
def test_known_origins_may_post(api: Api, origin: str) -> None:
    assert api.post("/forms/contact", GOOD, origin=origin)[0] == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/forms/contact", 405, "POST"),
        ("DELETE", "/events", 405, "POST"),
        ("GET", "/", 404, None),
        ("POST", "/forms/contact/more", 404, None),
    ],
)
def test_elsewhere_there_is_nothing(
    api: Api, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = api.app.handler(http_event(method, path, route="$default"), None)
    assert answer["statusCode"] == status
    assert answer["headers"].get("allow") == allow
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_without_consent_nothing_is_kept(api: Api) -> None:
    status, body = api.post("/events", {"visitor_id": "v", "events": [{"type": "page_viewed"}]})
    assert (status, body["results"]) == (202, [{"status": "no_consent"}])
    assert api.calls == []


def withdrawals(*purposes: str) -> list[dict[str, Any]]:
    return [
        {"type": "consent_withdrawn", "event_id": str(n), "properties": {"purpose": purpose}}
        for n, purpose in enumerate(purposes)
    ]


@pytest.mark.parametrize(
    "consent", [None, "tracking", {}, {"purpose": "email", "version": "1"}, {"purpose": "tracking"}]
)
def test_a_withdrawal_without_a_consent_object_is_not_kept(api: Api, consent: object) -> None:
    body = {"visitor_id": "v", "events": withdrawals("tracking"), "consent": consent}
    assert api.post("/events", body) == (202, {"results": [{"status": "no_consent"}]})
    assert api.calls == []


def test_a_page_withdraws_consent_to_tracking_and_to_nothing_else(api: Api, dynamodb: Any) -> None:
    takes_insert_statements(api.app.client, dynamodb)
    consent = {"purpose": "tracking", "version": "1"}
    events = [*withdrawals("tracking", "email", "phone"), {"type": "page_viewed"}]
    status, answer = api.post("/events", {"visitor_id": "v", "events": events, "consent": consent})
    assert status == 202
    assert [one["status"] for one in answer["results"]] == ["stored", *["refused"] * 2, "stored"]
    assert answer["results"][1]["reason"] == "purpose: only consent to tracking is withdrawn here"
    kept = sorted((item["type"]["S"], item["properties"]["S"]) for item in api.items())
    assert kept == [("consent_withdrawn", '{"purpose":"tracking"}'), ("page_viewed", "{}")]


def test_tracked_actions_are_one_batch_and_each_has_its_result(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    def put_all(_: EventStore, events: list[Any], most_units: int) -> list[None]:
        sent.append(events)
        return [None] * len(events)

    monkeypatch.setattr(EventStore, "put_all", put_all)
    body = {
        "visitor_id": "v",
        "consent": {"purpose": "tracking", "version": "1"},
        "events": [{"type": "page_viewed"}, {"type": "order_completed"}, {"type": "page_viewed"}],
    }
    status, answer = api.post("/events", body, content_type="text/plain;charset=UTF-8")
    assert status == 202
    assert [one["status"] for one in answer["results"]] == ["stored", "refused", "duplicate"]
    assert len(sent) == 1
    assert len(sent[0]) == 1, "the same action twice is one event"


def test_trouble_with_the_table_is_not_success(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api.app.store, "_table", "no-such-table")
    status, problem = api.post("/forms/contact", GOOD)
    assert (status, problem["status"]) == (503, 503)
    line = json.loads(capsys.readouterr().out)
    assert line == {
        "level": "ERROR",
        "route": "POST /forms/{form}",
        "status": 503,
        "error": "ResourceNotFoundException",
    }


def test_what_a_trap_holds_back_is_counted_by_form(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    spam = {**GOOD, "hp_confirm": "x"}
    for path, said in (
        ("/forms/contact", spam),
        ("/forms/contact", spam),  # the same again
        ("/forms/contact", {**GOOD, "message": "Hello", "hp_confirm": " \u200b"}),
        ("/forms/nothing", spam),
        ("/forms/contact", {"hp_confirm": "x"}),
    ):
        api.post(path, said)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (counted,) = [line for line in lines if "_aws" in line]
    (flagged,) = [item for item in api.items() if "flags" in item]
    at = counted["_aws"].pop("Timestamp")
    assert abs(at - time.time() * 1000) < 60_000
    assert counted == {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Hotlist",
                    "Dimensions": [["form"]],
                    "Metrics": [{"Name": "HeldBack", "Unit": "Count"}],
                }
            ]
        },
        "form": "contact",
        "HeldBack": 1,
        "event_id": flagged["event_key"]["S"][2:],
    }
    assert [line["status"] for line in lines if "status" in line] == [201, 201, 201, 404, 422]


PLAIN_AND_SCRIPT: list[tuple[list[tuple[str, str]], dict[str, Any]]] = [
    ([("consent_email", "0"), ("consent_email", "1")], {"consent_email": ["0", "1"]}),
    ([("consent_email", "on")], {"consents": ["email"]}),
    ([("consents[]", "email")], {"consents": ["email"]}),
    ([("company", ""), ("company", "Engines")], {"company": ["", "Engines"]}),
    ([("company[]", "A"), ("company", "B"), ("company[1]", "")], {"company": ["A", "B", ""]}),
    ([("company_size", "50")], {"company_size": 50}),
    ([("shoes[]", "left"), ("shoes[]", "right")], {"shoes[]": ["left", "right"]}),
    ([("phone", "later")], {"phone": "later"}),
]


@pytest.mark.parametrize(("plain", "script"), PLAIN_AND_SCRIPT)
def test_a_plain_form_and_a_script_store_the_same(
    api: Api, plain: list[tuple[str, str]], script: dict[str, Any]
) -> None:
    form = "application/x-www-form-urlencoded"
    assert api.post("/forms/contact", {**GOOD, **script})[0] == 201
    (first,) = api.items()
    text = urlencode([*GOOD.items(), *plain])
    assert api.post("/forms/contact", text, content_type=form)[0] == 201
    assert api.items() == [first]
    api._client.delete_item(
        TableName=api._table, Key={key: first[key] for key in ("subject", "event_key")}
    )
    assert api.post("/forms/contact", text, content_type=form)[0] == 201
    assert [item["properties"] for item in api.items()] == [first["properties"]]


def test_the_log_has_one_line_and_nothing_that_was_sent(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.post("/forms/contact", GOOD)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "ada" not in out.lower()


def test_a_history_is_read_without_what_scoring_never_reads(api: Api) -> None:
    agent = "Mozilla/5.0 " + "x" * 600
    said = {**GOOD, "message": "Hi there", "shoe": "43"}
    _, body = api.post("/forms/contact", said, user_agent=agent)
    (item,) = api.items()
    assert json.loads(item["texts"]["S"]) == {
        "message": "Hi there",
        "extra": {"shoe": "43"},
        "user_agent": agent[512:],
    }
    subject = item["subject"]["S"]
    whole = api.app.store.find(subject, body["event_id"])
    (read,) = api.app.store.history(subject, now=datetime.now(UTC), limit=9).events
    assert whole.texts["message"] == "Hi there"
    assert read == replace(whole, texts={})
    assert "message" not in read.properties
