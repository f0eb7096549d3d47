"""Capture's client of DynamoDB: asks as botocore does, and is connected from the start."""

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from bench import servers
from botocore.awsrequest import AWSResponse

from hotlist.store.client import open_client
from integration.lambdas import http_event, load

TELEMETRY = {"amz-sdk-invocation-id", "amz-sdk-request", "User-Agent"}
ANEW = {"X-Amz-Date", "Authorization"}

Call = Callable[[Any], Any]


class Body:
    def stream(self, **_: Any) -> list[bytes]:
        return [b"{}"]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Any:
    with servers.dynamodb() as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", stub.url)
        yield stub


def sent(client: Any, call: Call) -> Any:
    """The request of a call, which is not sent."""
    requests = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        requests.append(request)
        return AWSResponse(request.url, 200, {}, Body())

    client.meta.events.register_first("before-send.dynamodb", answer)
    call(client)
    (request,) = requests
    return request


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.put_item(
            TableName="events",
            Item={"subject": {"S": "ż"}, "event_key": {"S": "e#1"}},
            ConditionExpression="attribute_not_exists(event_key)",
        ),
        lambda client: client.batch_execute_statement(
            Statements=[{"Statement": "INSERT …", "Parameters": [{"S": "x"}]}]
        ),
    ],
)
def test_botocores_own_handlers_would_only_add_telemetry(stub: servers.Stub, call: Call) -> None:
    ours = sent(open_client("events"), call)
    whole = sent(botocore.session.get_session().create_client("dynamodb"), call)
    assert (ours.method, ours.url, ours.body) == (whole.method, whole.url, whole.body)
    assert ours.headers.keys() ^ whole.headers.keys() <= TELEMETRY
    for name in ours.headers.keys() - TELEMETRY - ANEW:
        assert ours.headers[name] == whole.headers[name]


def test_the_first_request_finds_a_connection(stub: servers.Stub) -> None:
    client = open_client("events")
    assert stub.connections == 1
    client.put_item(TableName="events", Item={})
    assert stub.connections == 1
    assert stub.operations == ["PutItem", "PutItem"]


def test_what_connects_stores_nothing(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, names = tables
    with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
        client.put_item(TableName=names["events"], Item={})
    assert client.scan(TableName=names["events"])["Items"] == []


def test_without_a_network_the_function_starts_and_says_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with servers.dynamodb() as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", gone.url)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    open_client("events")
    environment = {"EVENTS_TABLE": "events", "ALLOWED_ORIGINS": "https://www.example.com"}
    app = load("capture", environment, monkeypatch)
    good = '{"email": "ada@example.org", "name": "Ada", "message": "Hi"}'
    assert app.handler(http_event("POST", "/forms/contact", good), None)["statusCode"] == 503
