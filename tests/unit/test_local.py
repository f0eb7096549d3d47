"""The smaller parts of the local stack: pages, the API's front, builds, SES's events."""

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist_cli.local import build, routes, site
from hotlist_cli.local.deployed import Deployed
from hotlist_cli.local.expected import Expectations
from hotlist_cli.local.feedback import envelope, events_of
from hotlist_cli.local.lambda_api import LambdaApi
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.serving import Request

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


# --- the sample page ----------------------------------------------------------------------


def page(path: str, method: str = "GET") -> Any:
    return site.pages(ROOT / "web", "http://127.0.0.1:1234")(Request(method, path))


def test_the_landing_page_posts_to_the_local_api() -> None:
    landing = page("/")

    assert landing.status == 200
    assert landing.content_type == "text/html; charset=utf-8"
    for form in ("contact", "ebook", "webinar"):
        action = f'<form method="post" action="http://127.0.0.1:1234/forms/{form}"'
        assert action.encode() in landing.body
    assert site.API_PLACEHOLDER not in landing.body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/style.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
        ("/pricing.html", "text/html"),
        ("/hotlist.js", "text/javascript"),
    ],
)
def test_its_files_are_served(path: str, kind: str) -> None:
    assert page(path).status == 200
    assert page(path).content_type.startswith(kind)


@pytest.mark.parametrize(
    "path",
    ["/../hotlist.js/../../template.yaml", "/%2e%2e/%2e%2e/template.yaml", "/none", "//etc/passwd"],
)
def test_nothing_else_is_served(path: str) -> None:
    assert page(path).status == 404


def test_pages_take_no_posts() -> None:
    assert page("/", "POST").status == 405


def test_the_front_says_so_while_there_is_no_api() -> None:
    assert site.Front().answer(Request("POST", "/forms/contact")).status == 503


# --- builds -------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> build.Tools:
    for name in ("config", "functions/capture", "layers/common", "cli/hotlist_cli/local"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "functions/capture/app.py").write_text("x = 1")
    (tmp_path / "config/scoring.yaml").write_text("rules: []")
    return build.Tools(tmp_path)


def fingerprint(project: build.Tools, config: Path | None = None) -> str:
    return build._fingerprint(project, config)


@pytest.mark.parametrize(
    "changed", ["template.yaml", "functions/capture/app.py", "config/scoring.yaml", "layers/new.py"]
)
def test_whatever_goes_into_a_build_makes_another_one(project: build.Tools, changed: str) -> None:
    before = fingerprint(project)

    (project.root / changed).write_text("changed")

    assert fingerprint(project) != before


def test_what_does_not_go_into_it_does_not(project: build.Tools) -> None:
    before = fingerprint(project)

    (project.root / "cli/hotlist_cli/local/new.py").write_text("changed")
    (project.root / "functions/capture/app.pyc").write_bytes(b"changed")
    (project.root / "README.md").write_text("changed")

    assert fingerprint(project) == before


def test_another_configuration_is_another_build(project: build.Tools) -> None:
    other = project.root / "tests" / "config"
    other.mkdir(parents=True)
    (other / "scoring.yaml").write_text("rules: []")

    assert fingerprint(project, other) != fingerprint(project)


def test_missing_tools_are_named(project: build.Tools) -> None:
    with pytest.raises(build.Failed, match="make setup"):
        project.check()


# --- routes -------------------------------------------------------------------------------


def integration(function: str) -> dict[str, Any]:
    uri = f"arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${{{function}.Arn}}/invocations"
    return {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}


DEPLOYED = Deployed(
    names={"Api": "abc", "CaptureFunction": "capture-1", "CardFunction": "card-1"},
    types={"Api": "AWS::ApiGatewayV2::Api"},
    parameters={"AllowedOrigins": "http://a.example, http://b.example"},
    outputs={},
    source={
        "Resources": {
            "Api": {
                "Properties": {
                    "CorsConfiguration": {
                        "AllowOrigins": {"Ref": "AllowedOrigins"},
                        "AllowMethods": ["POST"],
                        "MaxAge": 60,
                    }
                }
            }
        }
    },
    processed={
        "Resources": {
            "Api": {
                "Properties": {
                    "Body": {
                        "paths": {
                            "/forms/{form}": {"post": integration("CaptureFunction")},
                            "/leads/{token}": {"get": integration("CardFunction")},
                            "$default": {
                                "x-amazon-apigateway-any-method": integration("CaptureFunction")
                            },
                        }
                    }
                }
            }
        }
    },
)


class Gateway:
    """Stands in for MiniStack and its API Gateway client: notes what is made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.cors: dict[str, Any] = {}
        self.integrations: list[str] = []

    def client(self, service: str) -> "Gateway":
        assert service == "apigatewayv2"
        return self

    def create_integration(self, **said: Any) -> dict[str, str]:
        self.integrations.append(said["IntegrationUri"].rpartition(":")[2])
        return {"IntegrationId": said["IntegrationUri"].rpartition(":")[2]}

    def create_route(self, **said: Any) -> None:
        self.made.append((said["RouteKey"], said["Target"]))

    def update_api(self, **said: Any) -> None:
        self.cors = said["CorsConfiguration"]


def test_routes_and_cors_are_those_of_the_template() -> None:
    gateway = Gateway()

    assert routes.make(gateway, DEPLOYED) == "abc"  # type: ignore[arg-type]

    assert gateway.made == [
        ("POST /forms/{form}", "integrations/capture-1"),
        ("GET /leads/{token}", "integrations/card-1"),
        ("$default", "integrations/capture-1"),
    ]
    assert gateway.integrations == ["capture-1", "card-1"]
    assert gateway.cors == {
        "AllowOrigins": ["http://a.example", "http://b.example"],
        "AllowMethods": ["POST"],
        "MaxAge": 60,
    }


# --- SES's events -------------------------------------------------------------------------


def message(*to: str) -> Message:
    return Message(
        message_id="m-1",
        number=1,
        received_at="2026-11-24T11:59:59.500+00:00",
        sender="Hotlist <hotlist@example.com>",
        to=to,
        cc=(),
        bcc=(),
        subject="Hot list",
        tags={"delivery": "ab12"},
        configuration_set="mails",
        file="0001.eml",
    )


def said(*to: str) -> list[dict[str, Any]]:
    return list(events_of(message(*to), EmailMessage(), NOW))


@pytest.mark.parametrize(
    ("address", "types"),
    [
        ("anna@shop.example", ["Send", "Delivery"]),
        ("success@simulator.amazonses.com", ["Send", "Delivery"]),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"]),
        ("Bounce+7@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("reject@simulator.amazonses.com", ["Reject"]),
        ("bounce@shop.example", ["Send", "Delivery"]),
    ],
)
def test_the_address_decides_what_becomes_of_a_mail(address: str, types: list[str]) -> None:
    assert [event["eventType"] for event in said(address)] == types


def test_events_carry_the_tags_that_the_feedback_is_found_by() -> None:
    for event in said("bounce@simulator.amazonses.com"):
        assert event["mail"]["messageId"] == "m-1"
        assert event["mail"]["tags"]["delivery"] == ["ab12"]
        assert event["mail"]["tags"]["ses:configuration-set"] == ["mails"]


def test_only_the_bouncing_recipient_bounces() -> None:
    _, delivery, bounce = said("anna@shop.example", "bounce@simulator.amazonses.com")

    assert delivery["delivery"]["recipients"] == ["anna@shop.example"]
    (bounced,) = bounce["bounce"]["bouncedRecipients"]
    assert bounced["emailAddress"] == "bounce@simulator.amazonses.com"
    assert bounce["bounce"]["bounceType"] == "Permanent"


def test_eventbridge_wraps_an_event() -> None:
    (sent, _) = said("anna@shop.example")

    wrapped = envelope(sent)

    assert (wrapped["source"], wrapped["detail-type"]) == ("aws.ses", "Email Sent")
    assert wrapped["time"] == "2026-11-24T11:59:59Z"
    assert wrapped["detail"] == sent


# --- the demo's digest --------------------------------------------------------------------


@pytest.mark.parametrize("hour", range(0, 7 * 24, 5))
def test_at_any_time_the_demo_finds_a_morning_for_every_recipient(hour: int) -> None:
    expectations = Expectations.read(ROOT / "tests/config")
    now = NOW + timedelta(hours=hour)

    times = expectations.digest_times(now)

    assert all(at >= now for at in times)
    due = {recipient.id for at in times for recipient, _ in expectations.team.due(at)}
    assert due == {recipient.id for recipient in expectations.team.recipients}


# --- what is left out, and what answers for Lambda ----------------------------------------


def test_alarms_that_calculate_are_left_out_and_nothing_else() -> None:
    plain = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "5xx"}}
    calculating = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Id": "a"}]}}
    queue = {"Type": "AWS::SQS::Queue"}
    template = {"Outputs": {}, "Resources": {"A": plain, "B": calculating, "C": queue}}

    kept = build.without_metric_math(template)

    assert kept == {"Outputs": {}, "Resources": {"A": plain, "C": queue}}
    assert "B" in template["Resources"]


class Functions:
    """MiniStack's Lambda, with one mapping of a queue, and the pump, with one of a stream."""

    pumped: bool = True

    def client(self, service: str) -> "Functions":
        assert service == "lambda"
        return self

    def get_event_source_mapping(self, UUID: str) -> dict[str, str]:  # noqa: N803 - AWS's name
        if UUID == "queue":
            return {"State": "Disabling"}
        answer = {"Error": {"Code": "ResourceNotFoundException"}}
        raise ClientError({**answer, "ResponseMetadata": {"HTTPStatusCode": 404}}, "Get")

    def is_at_work(self, uuid: str) -> bool | None:
        return self.pumped if uuid == "stream" else None


def asked(api: LambdaApi, uuid: str, method: str = "GET") -> tuple[int, Any]:
    reply = api.answer(Request(method, f"/2015-03-31/event-source-mappings/{uuid}"))
    body = json.loads(reply.body) if reply.content_type == "application/json" else {}
    return reply.status, body.get("State")


def test_the_pump_answers_for_streams_and_ministack_for_queues() -> None:
    api, functions = LambdaApi(), Functions()
    assert asked(api, "stream") == (503, None)
    api.open(functions, functions)  # type: ignore[arg-type]
    assert asked(api, "stream") == (200, "Enabled")
    functions.pumped = False
    assert asked(api, "stream") == (200, "Disabled")
    assert asked(api, "queue") == (200, "Disabling")
    assert asked(api, "gone") == (404, None)
    assert asked(api, "stream", "DELETE") == (404, None)
