"""A rival: the same form as Powertools recommends it, with resolver, validation and idempotency."""

import os
from typing import Annotated, Any, Literal

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from boto3.dynamodb.types import TypeSerializer
from pydantic import BaseModel, Field

logger, metrics = Logger(service="capture"), Metrics(namespace="Bench", service="capture")
app = APIGatewayHttpResolver(enable_validation=True)
client, serializer = boto3.client("dynamodb"), TypeSerializer()
persistence = DynamoDBPersistenceLayer(table_name=os.environ["EVENTS_TABLE"], boto3_client=client)
once = IdempotencyConfig(event_key_jmespath="[email, message]", expires_after_seconds=600)


class Contact(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    phone: str | None = None
    company: Annotated[str | None, Field(max_length=200)] = None
    company_size: Annotated[int | None, Field(ge=1, le=10_000_000)] = None
    role: Literal["director", "owner", "manager", "specialist", "student", "other"] | None = None
    message: Annotated[str, Field(min_length=1, max_length=5000)]


@idempotent_function(data_keyword_argument="contact", persistence_store=persistence, config=once)
def store(contact: dict[str, Any]) -> dict[str, str]:
    item = {"subject": contact["email"], **contact}
    client.put_item(
        TableName=os.environ["EVENTS_TABLE"],
        Item={name: serializer.serialize(value) for name, value in item.items()},
    )
    return {"event_id": contact["email"]}


@app.post("/forms/<form>")
def submit(form: Annotated[str, Path()], contact: Annotated[Contact, Body()]) -> dict[str, str]:
    logger.info("submitted", extra={"form": form})
    return store(contact=contact.model_dump(exclude_none=True))


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    once.register_lambda_context(context)
    return app.resolve(event, context)
