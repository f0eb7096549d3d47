"""The fixtures: moto with the tables of template.yaml, and each function over them.

moto comes before any boto3 client.
"""

import io
import itertools
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

import boto3  # isort: skip - after moto, which has to see every client made
from cloudformation import resources, template
from hotlist.store.deliveries import LEASE
from integration.lambdas import load
from integration.stages.capture import Api
from integration.stages.card import Browser, Card
from integration.stages.digest import ANNAS_HOUR, Digest
from integration.stages.links import Reader
from integration.stages.notify import ADA, MOST, Notify, Ses, a_lead
from integration.stages.score import Score

REGION = "eu-central-1"

_TABLE_KEYS = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "StreamSpecification",
)

EmptyTables = Callable[[], tuple[Any, dict[str, str]]]


@pytest.fixture(scope="session", autouse=True)
def aws() -> Iterator[None]:
    """All of AWS in this process, with credentials that open nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        with mock_aws():
            yield


@pytest.fixture(scope="session")
def dynamodb(aws: None) -> Any:
    """One low-level client for all tests."""
    return boto3.client("dynamodb")


@pytest.fixture
def empty_tables(dynamodb: Any) -> Iterator[EmptyTables]:
    """Makes a fresh set of the template's tables: the client, and names by short name."""
    made: list[str] = []
    number = itertools.count()

    def make() -> tuple[Any, dict[str, str]]:
        names = {}
        run = next(number)
        for logical_id, table in resources("AWS::DynamoDB::Table").items():
            short = logical_id.removesuffix("Table").lower()
            names[short] = f"{short}-{run}"
            wanted = {key: table[key] for key in _TABLE_KEYS if key in table}
            stream = wanted.pop("StreamSpecification", None)
            if stream:
                wanted["StreamSpecification"] = {"StreamEnabled": True, **stream}
            dynamodb.create_table(TableName=names[short], **wanted)
            made.append(names[short])
        return dynamodb, names

    yield make
    for name in made:
        dynamodb.delete_table(TableName=name)


@pytest.fixture
def tables(empty_tables: EmptyTables) -> tuple[Any, dict[str, str]]:
    """One fresh set of tables."""
    return empty_tables()


@pytest.fixture
def link_secret(aws: None) -> str:
    """The ARN of a secret with one link key, as the template makes it."""
    made = boto3.client("secretsmanager").create_secret(
        Name=f"links-{uuid.uuid4()}", SecretString=json.dumps({"link_1": "k" * 64})
    )
    arn: str = made["ARN"]
    return arn


@pytest.fixture
def rewards_bucket(aws: None) -> str:
    """The name of an empty bucket for the files of rewards."""
    name = f"rewards-{uuid.uuid4()}"
    where: Any = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return name


@pytest.fixture
def api(tables: Any, link_secret: str, rewards_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Api:
    client, names = tables
    environment = {
        "EVENTS_TABLE": names["events"],
        "DELIVERIES_TABLE": names["deliveries"],
        "ALLOWED_ORIGINS": "https://www.example.com, https://Shop.example.com/",
        "LINK_SECRET_ARN": link_secret,
        "REWARDS_BUCKET": rewards_bucket,
    }
    return Api(load("capture", environment, monkeypatch), client, names["events"])


@pytest.fixture
def score(tables: Any, monkeypatch: pytest.MonkeyPatch) -> Score:
    _, names = tables
    sqs = boto3.client("sqs")
    queues = {
        name: sqs.create_queue(QueueName=f"{name}-{uuid.uuid4()}")["QueueUrl"]
        for name in ("failure", "rescore", "outbox")
    }
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "IDENTITIES_TABLE": names["identities"],
        "DELIVERIES_TABLE": names["deliveries"],
        **{f"{name.upper()}_QUEUE_URL": url for name, url in queues.items()},
    }
    return Score(load("score", environment, monkeypatch), queues, sqs)


@pytest.fixture
def notify(tables: Any, link_secret: str, monkeypatch: pytest.MonkeyPatch) -> Notify:
    _, names = tables
    sqs = boto3.client("sqs")
    queues = {
        name: sqs.create_queue(QueueName=f"{name}-{uuid.uuid4()}")["QueueUrl"]
        for name in ("outbox", "dead_letters", "failures")
    }
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "DELIVERIES_TABLE": names["deliveries"],
        "OUTBOX_QUEUE_URL": queues["outbox"],
        "OUTBOX_DEAD_LETTERS_URL": queues["dead_letters"],
        "FAILURE_QUEUE_URL": queues["failures"],
        "LINK_SECRET_ARN": link_secret,
        "PUBLIC_URL": "https://api.example.com",
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
        "MAIL_LEASE_SECONDS": str(LEASE // timedelta(seconds=1)),
        "MAILS_PER_HOUR": str(MOST),
    }
    app, ses = load("notify", environment, monkeypatch), Ses()
    monkeypatch.setattr(app.consumer.outbox.mailer, "_client", ses)
    return Notify(app, ses, names, queues)


@pytest.fixture
def hot(notify: Notify) -> dict[str, Any]:
    """The stream image of a lead that has just turned hot."""
    notify.leads.save(a_lead(), None)
    found = notify.dynamodb.get_item(
        TableName=notify.app.settings.leads_table, Key={"lead_id": {"S": ADA}}
    )
    item: dict[str, Any] = found["Item"]
    return item


@pytest.fixture(scope="session")
def mappings(aws: None) -> dict[str, str]:
    """Ids of enabled mappings, by the names that the template gives them."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("app.py", "")
    role = boto3.client("iam").create_role(RoleName="own", AssumeRolePolicyDocument="{}")
    functions = boto3.client("lambda")
    functions.create_function(
        FunctionName="own",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    made = {}
    for name in resources("AWS::Lambda::EventSourceMapping"):
        boto3.client("sqs").create_queue(QueueName=name)
        queue = f"arn:aws:sqs:{REGION}:123456789012:{name}"
        made[name] = functions.create_event_source_mapping(
            FunctionName="own", EventSourceArn=queue
        )["UUID"]
    return made


@pytest.fixture
def digest(
    tables: Any, mappings: dict[str, str], link_secret: str, monkeypatch: pytest.MonkeyPatch
) -> Digest:
    _, names = tables
    variables = template()["Resources"]["DigestFunction"]["Properties"]["Environment"]["Variables"]
    queue = boto3.client("sqs").create_queue(QueueName=f"d-{uuid.uuid4()}")["QueueUrl"]
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "IDENTITIES_TABLE": names["identities"],
        "DELIVERIES_TABLE": names["deliveries"],
        "RESCORE_QUEUE_URL": queue,
        "OUTBOX_QUEUE_URL": boto3.client("sqs").create_queue(QueueName=f"o-{uuid.uuid4()}")[
            "QueueUrl"
        ],
        "FAILURE_QUEUE_URL": f"{queue}-failures",  # nothing fails here
        **{
            variable: mappings[value["Ref"]]
            for variable, value in variables.items()
            if variable.endswith("_MAPPING")
        },
        "LINK_SECRET_ARN": link_secret,
        "PUBLIC_URL": "https://api.example.com",
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
    }
    app, ses = load("digest", environment, monkeypatch), Ses()
    monkeypatch.setattr(app.digester.outbox.mailer, "_client", ses)
    outbox = replace(app.digester.outbox, wait=lambda _: None)
    monkeypatch.setattr(app, "digester", replace(app.digester, outbox=outbox))
    score = load("score", environment, monkeypatch)
    monkeypatch.setattr(score.folder, "_clock", lambda: ANNAS_HOUR - timedelta(days=2))
    return Digest(app, score, ses, queue)


@pytest.fixture
def reader(api: Api) -> Reader:
    """A browser that follows links of mails."""
    return Reader(api)


@pytest.fixture
def card(tables: Any, link_secret: str, monkeypatch: pytest.MonkeyPatch) -> Card:
    _, names = tables
    queue = boto3.client("sqs").create_queue(QueueName=f"c-{uuid.uuid4()}")["QueueUrl"]
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "IDENTITIES_TABLE": names["identities"],
        "DELIVERIES_TABLE": names["deliveries"],
        "OUTBOX_QUEUE_URL": queue,
        "LINK_SECRET_ARN": link_secret,
    }
    others = {"RESCORE_QUEUE_URL": queue, "FAILURE_QUEUE_URL": queue}
    app = load("card", environment, monkeypatch)
    return Card(app, load("score", environment | others, monkeypatch), queue)


@pytest.fixture
def browser(card: Card) -> Browser:
    """A browser that opens cards and lists."""
    return Browser(card)
