"""moto with the tables of template.yaml. moto comes before any boto3 client."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

import boto3  # isort: skip - after moto, which has to see every client made
from cloudformation import resources

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
