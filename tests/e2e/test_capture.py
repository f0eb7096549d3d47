"""What the API answers, and what it stores."""

import uuid
from typing import Any

import pytest

from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, scored, stored, to_team, wait_for
from e2e.one_stack import CONFIG
from hotlist.events.vocabulary import SPAM
from hotlist.identity.identifiers import EMAIL, VISITOR, subject
from hotlist_cli.__main__ import main
from hotlist_cli.local.stack import Stack


def viewed(path: str) -> dict[str, Any]:
    return {
        "type": "page_viewed",
        "event_id": str(uuid.uuid4()),
        "properties": {"page_url": f"https://www.example.com{path}"},
    }


def test_a_form_is_answered_when_its_event_is_stored(stack: Stack, api: Api) -> None:
    email = somebody()

    answer = api.submit("ebook", email=email)

    assert answer.status == 201
    (event,) = stored(stack, subject(EMAIL, email))
    assert answer.json["event_id"] == event.event_id
    assert (event.type, event.email) == ("form_submitted", email)


def test_the_same_submission_twice_is_one_event(stack: Stack, api: Api) -> None:
    email, key = somebody(), str(uuid.uuid4())

    first, second = (api.submit("ebook", email=email, event_id=key) for _ in range(2))

    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert len(stored(stack, subject(EMAIL, email))) == 1


def test_wrong_fields_are_named_and_nothing_is_stored(stack: Stack, api: Api) -> None:
    email = somebody()

    answer = api.submit("contact", email=email, name="")

    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json["errors"]} == {"name", "message"}
    assert not stored(stack, subject(EMAIL, email))


def test_a_form_is_tried_by_the_command(stack: Stack, api: Api) -> None:
    email = somebody()
    given = ["--url", api.url, "--config", str(CONFIG), "--field", f"email={email}"]

    assert main(["forms", "try", "contact", *given]) == 0

    (event,) = stored(stack, subject(EMAIL, email))
    assert event.is_test


def test_a_page_without_script_is_sent_on(stack: Stack, api: Api) -> None:
    answer = api.submit_plain("contact", name="Ada", email=somebody(), message="hello")

    assert answer.status == 303
    # The front of the local stack leads to the sample page instead of the company's own.
    assert answer.headers["location"] == f"{stack.site_url}/thank-you.html"


def test_a_page_without_script_is_told_what_is_wrong(api: Api) -> None:
    answer = api.submit_plain("contact", name="Ada", email="no address", message="hello")

    assert answer.status == 422
    assert answer.headers["content-type"].startswith("text/html")


def test_a_plain_form_is_read_as_a_person_reads_it(stack: Stack, api: Api) -> None:
    email = somebody()
    sent = [
        *[("name", "Zoe\u0308"), ("name", ""), ("email", email), ("message", "hello")],
        ("phone", "tel. 22 555 01 10 wew. 12 / 600 100 200"),
        *[("terms", "0"), ("terms[]", "tak"), ("hp_confirm", " \u200b")],
        *[("consent_email", ""), ("consent_email", "✓")],
        ("page_url", "https://www.example.com//oferta;jsessionid=1/%C5%82%C3%B3d%C5%BA?a=1"),
        ("campaign", "Wiosna%202026"),
    ]

    answer = api.submit_plain("contact", *sent)

    assert answer.status == 303
    (event,) = stored(stack, subject(EMAIL, email))
    said = event.properties
    assert (said["name"], said["terms"], event.phone) == ("Zoë", True, "+48225550110")
    assert said["consents"] == {"email": {"version": "2026-11"}}
    assert (said["page_path"], said["campaign"]) == ("/oferta/łódź", "Wiosna 2026")
    assert event.texts["extra"] == {"phone": "tel. 22 555 01 10 wew. 12 / 600 100 200"}
    assert event.flags == frozenset()
    assert scored(stack, lead_id(email)).contact.name == "Zoë"


def test_what_no_one_can_read_refuses_no_lead_and_sales_reads_it(stack: Stack, api: Api) -> None:
    email = somebody()

    answer = api.submit("contact", name="Ada", email=email, message="hello", phone="po 17", terms=2)

    assert answer.status == 201
    (event,) = stored(stack, subject(EMAIL, email))
    assert event.phone is None
    assert event.texts["extra"] == {"phone": "po 17", "terms": "2"}
    message, *_ = wait_for(stack, to_team(f"tell#{event.subject}#{event.event_id}"))
    text = stack.mailbox.parse(message).get_body(("plain",))
    assert text is not None
    assert "Phone: po 17" in text.get_content()


def test_a_rule_names_a_path_as_people_write_it(stack: Stack, api: Api) -> None:
    email, visitor = somebody(), str(uuid.uuid4())
    api.submit("webinar", name="Ada", email=email, visitor_id=visitor)

    api.track(visitor, viewed("/oferta/%C5%82%C3%B3d%C5%BA?a=1"))

    assert scored(stack, lead_id(email), total=25).reasons


def test_what_a_trap_holds_back_is_counted_and_scores_nothing(stack: Stack, api: Api) -> None:
    email = somebody()

    answer = api.submit("contact", name="Bot", email=email, message="buy", hp_confirm="x")

    assert answer.status == 201
    (event,) = stored(stack, subject(EMAIL, email))
    assert event.flags == {SPAM}

    def counted() -> list[str]:
        return [line for line in stack.logs() if event.event_id in line and "HeldBack" in line]

    (line,) = eventually(counted)
    assert '"form": "contact"' in line
    assert '"Namespace": "Hotlist/local"' in line


def test_a_batch_of_actions_is_stored_by_one_call(stack: Stack, api: Api) -> None:
    visitor = str(uuid.uuid4())
    actions = [viewed(f"/page/{number}") for number in range(20)]

    answer = api.track(visitor, *actions)

    assert answer.status == 202
    results = answer.json["results"]
    assert [result["status"] for result in results] == ["stored"] * 20
    events = stored(stack, subject(VISITOR, visitor))
    assert {event.event_id for event in events} == {result["event_id"] for result in results}


def test_a_batch_that_is_sent_again_stores_nothing_new(stack: Stack, api: Api) -> None:
    visitor, old, new = str(uuid.uuid4()), viewed("/a"), viewed("/b")
    api.track(visitor, old)

    answer = api.track(visitor, old, new, old)

    assert answer.status == 202
    assert len(stored(stack, subject(VISITOR, visitor))) == 2


def test_one_wrong_action_of_a_batch_stops_no_other(stack: Stack, api: Api) -> None:
    visitor = str(uuid.uuid4())

    answer = api.track(visitor, viewed("/a"), {"type": "sales_won"}, viewed("/b"))

    assert answer.status == 202
    statuses = [result["status"] for result in answer.json["results"]]
    assert statuses == ["stored", "refused", "stored"]
    assert len(stored(stack, subject(VISITOR, visitor))) == 2


def test_without_consent_nothing_is_kept(stack: Stack, api: Api) -> None:
    visitor = str(uuid.uuid4())

    answer = api.track(visitor, viewed("/a"), consent=False)

    assert answer.status == 202
    assert not stored(stack, subject(VISITOR, visitor))


def preflight(api: Api, origin: str) -> Any:
    return api.call(
        "OPTIONS",
        "/forms/contact",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )


def test_the_landing_page_may_post(stack: Stack, api: Api) -> None:
    asked = preflight(api, stack.site_url)

    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == stack.site_url
    assert "content-type" in asked.headers["access-control-allow-headers"].lower()

    answer = api.post("/forms/ebook", {"email": somebody()}, Origin=stack.site_url)
    assert answer.status == 201
    assert answer.headers["access-control-allow-origin"] == stack.site_url


def test_another_page_may_not(stack: Stack, api: Api) -> None:
    email = somebody()

    assert "access-control-allow-origin" not in preflight(api, "https://evil.example").headers
    answer = api.post("/forms/ebook", {"email": email}, Origin="https://evil.example")

    assert answer.status == 403
    assert not stored(stack, subject(EMAIL, email))


@pytest.mark.parametrize("path", ["/", "/nothing", "/forms", "/forms/a/b", "/events/x"])
def test_unknown_paths_are_not_found(api: Api, path: str) -> None:
    answer = api.call("GET", path)

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == 404


def test_an_unknown_form_is_not_found(api: Api) -> None:
    answer = api.submit("nothing", email=somebody())

    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("method", "path"), [("GET", "/forms/contact"), ("PUT", "/events")])
def test_other_methods_are_told_which_one_is_taken(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path)

    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["content-type"] == "application/problem+json"
