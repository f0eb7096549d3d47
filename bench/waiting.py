"""A DynamoDB in this process that lets each call wait, as the network does, and counts calls.

It stands behind botocore, at the point where a request would be sent: signing, serialising and
parsing are botocore's own, and several threads wait at the same time. It knows the calls that
scoring makes, and keeps items as JSON text, so that its own work is small beside botocore's.
"""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.awsrequest import AWSResponse

from hotlist.runtime.clients import aws_client

Item = Mapping[str, Any]


class Raw:
    """The body of an answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        return self._body


class WaitingTables:
    """Tables of events, leads and identities, and the client to them."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls: Counter[str] = Counter()
        self.items: dict[str, dict[str, str]] = {"leads": {}, "identities": {}}
        self.events: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.client = aws_client("dynamodb")
        self.client.meta.events.register_first("before-send.dynamodb", self._answer)

    def put_event(self, item: Item) -> None:
        self.events[item["subject"]["S"]][item["event_key"]["S"]] = json.dumps(item)

    def parsed(self, held: Iterable[str]) -> list[Item]:
        return [json.loads(text) for text in held]

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        name = request.headers["X-Amz-Target"]
        name = (name.decode() if isinstance(name, bytes) else name).partition(".")[2]
        self.calls[name] += 1
        time.sleep(self.seconds)
        body = getattr(self, f"_{name}")(json.loads(request.body)).encode()
        headers = {"content-length": str(len(body))}
        return AWSResponse(request.url, 200, headers, Raw(body))

    def _BatchGetItem(self, request: Any) -> str:
        (table, asked), *_ = request["RequestItems"].items()
        held = self.items[table]
        keys = [next(iter(key.values()))["S"] for key in asked["Keys"]]
        found = ",".join(held[key] for key in keys if key in held)
        return f'{{"Responses":{{"{table}":[{found}]}},"UnprocessedKeys":{{}}}}'

    def _Query(self, request: Any) -> str:
        held = self.events[request["ExpressionAttributeValues"][":subject"]["S"]]
        newest = sorted(held, reverse=True)
        return f'{{"Items":[{",".join(held[key] for key in newest)}]}}'

    def _PutItem(self, request: Any) -> str:
        item = request["Item"]
        self.items[request["TableName"]][item["lead_id"]["S"]] = json.dumps(item)
        return "{}"

    def _UpdateItem(self, request: Any) -> str:
        held = self.items[request["TableName"]]
        key = request["Key"]["subject"]["S"]
        item = json.loads(held.get(key, json.dumps(request["Key"])))
        values = request["ExpressionAttributeValues"]
        for name, given in re.findall(r"(\w+) (:\w+)", request["UpdateExpression"]):
            texts = {*item.get(name, {"SS": []})["SS"], *values[given]["SS"]}
            item[name] = {"SS": sorted(texts)}
        item["expires_at"] = values[":until"]
        held[key] = json.dumps(item)
        return json.dumps({"Attributes": item})
