"""The clients of AWS: ask as botocore's own do. DynamoDB's are connected from the start."""

import runpy
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from bench import servers
from botocore.awsrequest import AWSResponse

from cloudformation import ROOT
from hotlist.runtime.clients import aws_client
from hotlist.store.client import open_client, open_clients
from integration.lambdas import http_event, load

TELEMETRY = {"amz-sdk-invocation-id", "amz-sdk-request", "User-Agent"}
ANEW = {"X-Amz-Date", "Authorization"}

Call = Callable[[Any], Any]


class Body:
    def __init__(self, method: str) -> None:
        self._content = b"" if method == "HEAD" else b"{}"

    def stream(self, **_: Any) -> list[bytes]:
        return [self._content]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Any:
    with servers.dynamodb() as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stub.url)
        yield stub


def sent(client: Any, call: Call) -> Any:
    """The request of a call, which is not sent."""
    requests = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        requests.append(request)
        return AWSResponse(request.url, 200, {}, Body(request.method))

    client.meta.events.register_first("before-send", answer)
    call(client)
    (request,) = requests
    return request


KEY = {"lead_id": {"S": "ż"}}
QUEUE = "http://127.0.0.1/123456789012/queue"
REQUESTS: dict[str, dict[str, dict[str, Any]]] = {
    "dynamodb": {
        "put_item": {
            "TableName": "events",
            "Item": {"subject": {"S": "ż"}, "event_key": {"S": "e#1"}},
            "ConditionExpression": "attribute_not_exists(event_key)",
        },
        "batch_execute_statement": {
            "Statements": [{"Statement": "INSERT …", "Parameters": [{"S": "x"}]}]
        },
        "get_item": {"TableName": "leads", "Key": KEY, "ConsistentRead": True},
        "batch_get_item": {"RequestItems": {"leads": {"Keys": [KEY]}}},
        "query": {"TableName": "events", "KeyConditionExpression": "subject = :s"},
        "scan": {"TableName": "leads", "Segment": 0, "TotalSegments": 4},
        "update_item": {"TableName": "leads", "Key": KEY, "UpdateExpression": "SET a = :a"},
    },
    "sqs": {
        "send_message": {
            "QueueUrl": QUEUE,
            "MessageBody": "ż",
            "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "x"}},
        },
        "send_message_batch": {"QueueUrl": QUEUE, "Entries": [{"Id": "0", "MessageBody": "ż"}]},
        "change_message_visibility": {
            "QueueUrl": QUEUE,
            "ReceiptHandle": "r",
            "VisibilityTimeout": 15,
        },
    },
    "sesv2": {
        "send_email": {
            "FromEmailAddress": "hotlist@example.com",
            "Destination": {"ToAddresses": ["anna@example.com"]},
            "Content": {"Raw": {"Data": b"Subject: x\r\n\r\nx"}},
            "EmailTags": [{"Name": "audience", "Value": "sales"}],
        }
    },
    "lambda": {
        "get_event_source_mapping": {"UUID": "91eaeb7e-c976-4939-9430-8f6d9a5ab1ea"},
    },
    "s3": {
        "head_object": {"Bucket": "rewards-a1b2c3", "Key": "books/żółw.pdf"},
        "get_object": {"Bucket": "rewards-a1b2c3", "Key": "books/żółw.pdf"},
    },
    "secretsmanager": {
        "get_secret_value": {
            "SecretId": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:links-a1b2c3"
        },
    },
}


def test_every_operation_that_is_called_is_compared() -> None:
    """The build keeps these operations alone; a test of it compares them with the code."""
    build = runpy.run_path(str(ROOT / "layers/common/build.py"))
    compared = {
        service: {"".join(word.capitalize() for word in name.split("_")) for name in requests}
        for service, requests in REQUESTS.items()
    }
    assert compared == build["OPERATIONS"]


@pytest.mark.parametrize(
    ("service", "operation"), [(one, name) for one, names in REQUESTS.items() for name in names]
)
def test_botocores_own_handlers_would_only_add_telemetry(
    service: str, operation: str, stub: servers.Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(client: Any) -> Any:
        return getattr(client, operation)(**REQUESTS[service][operation])

    ours = sent(aws_client(service), call)
    whole = sent(botocore.session.get_session().create_client(service), call)
    assert (ours.method, ours.url, ours.body) == (whole.method, whole.url, whole.body)
    assert ours.headers.keys() ^ whole.headers.keys() <= TELEMETRY
    for name in ours.headers.keys() - TELEMETRY - ANEW:
        assert ours.headers[name] == whole.headers[name]
    assert scope(ours) == scope(whole)


def scope(request: Any) -> str:
    """How a request is signed: algorithm, credential, region and service."""
    signed = request.headers["Authorization"]
    return str(signed.decode() if isinstance(signed, bytes) else signed).partition(",")[0]


def test_a_queue_hears_of_the_message_that_led_to_a_message(
    stub: servers.Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this header Lambda finds messages that go round in circles, and ends them."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "score")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3;Lineage=a:1")
    request = sent(aws_client("sqs"), lambda one: one.send_message(**SEND))
    assert request.headers["X-Amzn-Trace-Id"] == b"Root=1-2-3;Lineage=a:1"


SEND = REQUESTS["sqs"]["send_message"]


def test_the_first_request_finds_a_connection(stub: servers.Stub) -> None:
    client = open_client("events")
    assert stub.connections == 1
    client.put_item(TableName="events", Item={})
    assert stub.connections == 1
    assert stub.operations == ["PutItem", "PutItem"]


def test_of_a_functions_clients_dynamodbs_is_connected(stub: servers.Stub) -> None:
    dynamodb, sqs = open_clients("leads")
    assert stub.operations == ["PutItem"]
    assert sqs.meta.service_model.service_name == "sqs"
    dynamodb.put_item(TableName="leads", Item={})
    assert stub.connections == 1


def test_what_connects_stores_nothing(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, names = tables
    with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
        client.put_item(TableName=names["events"], Item={})
    assert client.scan(TableName=names["events"])["Items"] == []


def test_without_a_network_the_function_starts_and_says_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with servers.dynamodb() as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    open_client("events")
    environment = {
        "EVENTS_TABLE": "events",
        "DELIVERIES_TABLE": "deliveries",
        "ALLOWED_ORIGINS": "https://www.example.com",
        "LINK_SECRET_ARN": "links",
        "REWARDS_BUCKET": "rewards",
    }
    app = load("capture", environment, monkeypatch)
    good = '{"email": "ada@example.org", "name": "Ada", "message": "Hi"}'
    assert app.handler(http_event("POST", "/forms/contact", good), None)["statusCode"] == 503
