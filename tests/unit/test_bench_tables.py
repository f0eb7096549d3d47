"""The bench's DynamoDB: it keeps, pages, refuses and charges as AWS documents it."""

import json
from typing import Any

import pytest
from bench.tables import Tables
from bench.units import Bill, cost


def asked(tables: Tables, operation: str, **request: Any) -> tuple[int, Any]:
    status, body = tables.answer(operation, json.dumps(request).encode())
    return status, json.loads(body)


def an_event(number: int, size: int = 100) -> dict[str, Any]:
    return {
        "subject": {"S": "visitor:v"},
        "event_key": {"S": f"e#{number:06}"},
        "said": {"S": "x" * size},
    }


def query(tables: Tables, **more: Any) -> list[Any]:
    """All pages of the subject's events, newest first."""
    pages: list[Any] = []
    start: dict[str, Any] = {}
    while True:
        _, page = asked(
            tables,
            "Query",
            TableName="events",
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": "visitor:v"}},
            ScanIndexForward=False,
            ConsistentRead=True,
            **more,
            **start,
        )
        pages.append(page)
        if "LastEvaluatedKey" not in page:
            return pages
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def test_a_page_ends_at_one_megabyte_of_whole_items() -> None:
    tables = Tables()
    for number in range(30):
        tables.put("events", an_event(number, 100_000))
    pages = query(tables)
    assert [len(page["Items"]) for page in pages] == [10, 10, 10]
    keys = [item["event_key"]["S"] for page in pages for item in page["Items"]]
    assert keys == [f"e#{number:06}" for number in reversed(range(30))]
    assert tables.bill().consistent == 3 * 245  # 1,000,350 bytes of 4,096 each


def test_a_page_ends_at_its_limit() -> None:
    tables = Tables()
    for number in range(5):
        tables.put("events", an_event(number))
    assert [len(page["Items"]) for page in query(tables, Limit=2)] == [2, 2, 1]
    assert tables.bill() == cost("Query", "Query", "Query", consistent=3)


def test_what_is_not_there_costs_a_unit_too() -> None:
    tables = Tables()
    keys = [{"lead_id": {"S": f"email:{number}"}} for number in range(3)]
    request = {"leads": {"Keys": keys, "ConsistentRead": True}}
    assert asked(tables, "BatchGetItem", RequestItems=request)[0] == 200
    assert tables.bill() == cost("BatchGetItem", consistent=3)
    asked(tables, "GetItem", TableName="leads", Key=keys[0])
    assert tables.bill() == cost("GetItem", eventual=0.5)


@pytest.mark.parametrize("keys", [101, 0])
def test_a_batched_read_takes_a_hundred_different_keys(keys: int) -> None:
    names = [f"email:{number}" for number in range(keys)] or ["email:1", "email:1"]
    wanted = [{"lead_id": {"S": name}} for name in names]
    status, answer = asked(Tables(), "BatchGetItem", RequestItems={"leads": {"Keys": wanted}})
    assert (status, answer["message"]) == (400, "ValidationException")


def test_a_refused_write_changes_nothing_and_is_charged() -> None:
    tables = Tables()
    write = {
        "TableName": "events",
        "Item": an_event(1, 2_000),
        "ConditionExpression": "attribute_not_exists(event_key)",
    }
    assert asked(tables, "PutItem", **write)[0] == 200
    write["Item"] = an_event(1, 10)
    status, answer = asked(tables, "PutItem", **write)
    assert (status, answer["message"]) == (400, "ConditionalCheckFailedException")
    assert tables.bill() == cost("PutItem", "PutItem", writes=2 + 2)
    ((page),) = query(tables)
    assert len(page["Items"][0]["said"]["S"]) == 2_000


def a_lead(due: str, total: str = "10") -> dict[str, Any]:
    return {
        "lead_id": {"S": "email:1"},
        "temperature_key": {"S": "hot#1"},
        "due_at": {"S": due},
        "total": {"N": total},
        "version": {"N": "1"},
    }


def test_the_index_is_charged_by_what_moves() -> None:
    tables = Tables()

    def put(item: Any) -> Bill:
        asked(tables, "PutItem", TableName="leads", Item=item)
        return tables.bill()

    assert put(a_lead("2026-01-01")).index_writes == 1
    assert put(a_lead("2026-01-01") | {"version": {"N": "2"}}).index_writes == 0
    assert put(a_lead("2026-01-01", "20")).index_writes == 1
    assert put(a_lead("2026-02-01", "20")).index_writes == 2
    made = {"created_day": {"S": "2026-01-01#1"}, "created_at": {"S": "2026-01-01T00:00:00.000Z"}}
    assert put(a_lead("2026-02-01", "20") | made).index_writes == 1
    assert put(a_lead("2026-02-01", "21") | made).index_writes == 1
    _, found = asked(
        tables,
        "Query",
        TableName="leads",
        IndexName="by_temperature_and_due",
        KeyConditionExpression="temperature_key = :key AND due_at <= :until",
        ExpressionAttributeValues={":key": {"S": "hot#1"}, ":until": {"S": "2026-01-31"}},
    )
    assert found["Items"] == []
    assert tables.bill() == cost("Query", eventual=0.5)
    for begins, count in (("2026-01-01T00:00:00.000Z", 1), ("2026-01-01T00:00:00.001Z", 0)):
        _, found = asked(
            tables,
            "Query",
            TableName="leads",
            IndexName="by_day",
            KeyConditionExpression="created_day = :day AND created_at BETWEEN :begins AND :last",
            ExpressionAttributeValues={
                ":day": {"S": "2026-01-01#1"},
                ":begins": {"S": begins},
                ":last": {"S": "2026-01-01T23:59:59.999Z"},
            },
        )
        assert [one["created_at"] for one in found["Items"]] == [made["created_at"]] * count


HOUR = {"TableName": "deliveries", "Key": {"delivery_id": {"S": "hour#anna"}}}


def place(tables: Tables, name: str) -> tuple[int, Any]:
    return asked(
        tables,
        "UpdateItem",
        **HOUR,
        UpdateExpression="SET expires_at = :until ADD sent :set",
        ConditionExpression=(
            "attribute_not_exists(sent) OR size(sent) < :most OR contains(sent, :id)"
        ),
        ExpressionAttributeValues={
            ":set": {"SS": [name]},
            ":id": {"S": name},
            ":most": {"N": "2"},
            ":until": {"N": "9"},
        },
        ReturnValues="ALL_NEW",
    )


def test_sets_grow_to_their_size() -> None:
    tables = Tables()
    assert place(tables, "a")[1]["Attributes"]["sent"] == {"SS": ["a"]}
    assert place(tables, "b")[0] == 200
    assert place(tables, "c")[0] == 400
    assert place(tables, "a")[1]["Attributes"]["sent"] == {"SS": ["a", "b"]}


def test_attributes_are_set_once_and_taken_away() -> None:
    tables = Tables()
    values = {":now": {"S": "1"}, ":why": {"S": "bounce"}}
    update = "SET disabled_at = if_not_exists(disabled_at, :now), reason = :why"
    for _ in range(2):
        asked(
            tables, "UpdateItem", **HOUR, UpdateExpression=update, ExpressionAttributeValues=values
        )
        values = {":now": {"S": "2"}, ":why": {"S": "complaint"}}
    _, found = asked(tables, "GetItem", **HOUR)
    assert found["Item"]["disabled_at"] == {"S": "1"}
    assert found["Item"]["reason"] == {"S": "complaint"}
    asked(tables, "UpdateItem", **HOUR, UpdateExpression="REMOVE reason, disabled_at")
    assert asked(tables, "GetItem", **HOUR)[1]["Item"] == HOUR["Key"]


def test_a_snapshot_brings_back_what_was_stored() -> None:
    tables = Tables()
    place(tables, "a")
    before = tables.snapshot()
    place(tables, "b")
    tables.restore(before)
    assert asked(tables, "GetItem", **HOUR)[1]["Item"]["sent"] == {"SS": ["a"]}
