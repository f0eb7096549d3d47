"""Today's list of very many leads, and of an index that is slow: its reads, its size, its numbers.

The large table is one of our own making behind botocore's own client, for moto would take minutes
to fill.
"""

import io
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from cloudformation import resources
from hotlist.cards.door import BEGUN_WITHIN
from hotlist.cards.list_page import list_page
from hotlist.cards.today import today, whose
from hotlist.leads.lead import Contact, Ownership, Temperature
from hotlist.runtime.phases import on_threads
from hotlist.sales.team import Recipient, Sales
from hotlist.store import leads as stored_leads
from hotlist.store.listed import MOST, MOST_PAGES, ListedStore
from integration.stages.card import NOW, Browser, Card, link
from integration.stages.lists import a_lead, never, said, store

LAMBDAS_MOST: Final = 6 * 1024 * 1024
HOT: Final = 4_000
WARM: Final = 16_000
CALL: Final = 0.005
PAGE: Final = 1_000_000
PROJECTED: Final = ("temperature_key", "due_at", "total", "channel", "hot_since", "owner")


def stored(name: str, number: int, contact: Contact) -> Mapping[str, Any]:
    is_hot = name.startswith("email:hot")
    lead = a_lead(
        "x",
        lead_id=name,
        temperature=Temperature.HOT if is_hot else Temperature.WARM,
        total=number % 97,
        contact=contact,
        channel="paid_search",
        ownership=Ownership(owner=("anna", "ben")[number % 2]),
        answer=said("contacted", 1) if number % 5 == 0 else None,
    )
    return stored_leads._to_item(lead, 1)


ORDINARY: Final = Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@example.org", "+48600100200")


@dataclass
class Table:
    """Answers calls of DynamoDB for many leads, and counts them."""

    contact: Contact = ORDINARY
    times: int = 1
    calls: Counter[str] = field(default_factory=Counter)
    read: int = 0

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        self.calls[operation] += 1
        body = json.dumps(getattr(self, operation)(json.loads(request.body))).encode()
        return AWSResponse(request.url, 200, {}, _Raw(body))

    def Query(self, asked: Any) -> Any:  # noqa: N802 - the name of the call
        head, _, shard = asked["ExpressionAttributeValues"][":key"]["S"].partition("#")
        kind, total = {"hot": ("hot", HOT), "warm": ("warm", WARM * self.times)}.get(head, ("", 0))
        begin = int(asked.get("ExclusiveStartKey", {}).get("lead_id", {"S": "0"})["S"])
        items, size = [], 0
        for number in range(begin or int(shard), total, 8):
            owner = {"S": ("anna", "ben")[number % 2]}
            name = {"S": f"email:{kind}{number:08}"}
            items.append({"lead_id": name, "total": {"N": str(number % 97)}, "owner": owner})
            size += 200
            if size >= PAGE:
                return {"Items": items, "LastEvaluatedKey": {"lead_id": {"S": str(number + 8)}}}
        return {"Items": items}

    def BatchGetItem(self, asked: Any) -> Any:  # noqa: N802
        ((table, request),) = asked["RequestItems"].items()
        assert request["ConsistentRead"] is False
        self.read += len(request["Keys"])
        names = {one["lead_id"]["S"] for one in request["Keys"]}
        wanted = request["ProjectionExpression"].replace("#", "").split(", ")
        found = [stored(name, int(name[-8:]), self.contact) for name in sorted(names)]
        items = [{k: v for k, v in item.items() if k in wanted} for item in found]
        return {"Responses": {table: items}, "UnprocessedKeys": {}}


class _Raw(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def listed(table: Table) -> ListedStore:
    client = Session().create_client(
        "dynamodb", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.meta.events.register_first("before-send.dynamodb", table)
    return ListedStore(client, "leads", on_threads)


def page_of(table: Table, sales: Sales, reader: Recipient, now: datetime) -> tuple[str, float]:
    """A list's page, and the processor's seconds for it."""
    began, reads = time.process_time(), listed(table)
    found = reads.read(reads.best(lambda _: True, never), never)
    made = today(found.leads, sales, whose(sales, reader, now), now, found.rest)
    html = list_page(made, reader, now, lambda lead_id: f"/leads/{'t' * 130}")
    return html, time.process_time() - began


def in_lambdas_answer(html: str) -> int:
    return len(json.dumps({"body": html}, ensure_ascii=False).encode())


@pytest.fixture
def opened(card: Card) -> Browser:
    """A browser in a company that lets a link alone open its pages."""
    card.has_sales(replace(card.app.door.sales, card_access="link"))
    return Browser(card)


def test_a_list_of_20_000_leads_is_bounded_in_reads_time_and_size(
    card: Card, capsys: pytest.CaptureFixture[str]
) -> None:
    sales, table = card.app.door.sales, Table()
    reader = sales.recipients[1]
    html, seconds = page_of(table, sales, reader, NOW)
    assert html.count('<th scope="row">') == MOST
    assert "These are the first 2,000 of 20,000." in html
    # Of what was read a fifth is answered. The index of these leads knows of none.
    assert "3,599 hot and waiting, 401 hot and answered, 16,000 warm" in html
    assert table.calls == {"Query": 24, "BatchGetItem": MOST // 100}
    assert table.read == MOST
    size = len(html.encode())
    assert size < 1_150_000
    assert in_lambdas_answer(html) < LAMBDAS_MOST / 2
    calls = table.calls.total()
    timeout = resources("AWS::Serverless::Function")["CardFunction"]["Timeout"]
    assert seconds + calls * CALL < timeout / 3
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this is run for
            f"\n{HOT + WARM} leads: {dict(table.calls)}, {seconds:.1f} s of the processor, "
            f"{size / 1e6:.2f} MB of HTML, {in_lambdas_answer(html) / 1e6:.2f} MB to Lambda"
        )


def test_no_number_of_leads_makes_it_read_more_pages(card: Card) -> None:
    table = Table(times=20)
    best = listed(table).best(lambda _: True, never)
    assert table.calls["Query"] <= 24 * MOST_PAGES
    assert not best.is_all
    assert len(best.lead_ids) == MOST
    none = listed(Table(times=20)).best(lambda _: True, lambda: True)
    assert (none.is_all, none.lead_ids, none.count) == (False, (), 0)


def test_an_index_that_is_slow_is_shown_as_far_as_it_was_read(
    card: Card, opened: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are asked for until a time, from which on there is enough for the leads."""
    table = Table(times=20)
    reads = listed(table)
    clock = [0.0]
    query = Table.Query

    def slow(self: Table, asked: Any) -> Any:
        clock[0] += 0.2
        return query(self, asked)

    monkeypatch.setattr(Table, "Query", slow)
    monkeypatch.setattr("hotlist.cards.door.time.monotonic", lambda: clock[0])
    card.app.door = replace(card.app.door, listed=reads)
    answer = opened.ask(link("lists", recipient="ben"))
    assert answer["statusCode"] == 200
    assert clock[0] < BEGUN_WITHIN
    assert table.calls["Query"] < 24 * MOST_PAGES
    shown = answer["body"].count('<th scope="row">')
    assert shown == MOST
    assert re.search(r"the first 2,000 of at least [\d,]+\. Not all leads", answer["body"])
    assert re.search(r"> *[\d,]+ hot and waiting, .* at least [\d,]+ warm", answer["body"])


def test_leads_that_are_not_read_in_time_count_as_the_index_has_them(card: Card) -> None:
    table, sales = Table(), card.app.door.sales
    reads = listed(table)
    best = reads.best(lambda _: True, never)
    found = reads.read(best, lambda: table.calls["BatchGetItem"] >= 5)
    assert 5 <= table.calls["BatchGetItem"] < MOST // 100
    made = today(found.leads, sales, lambda _: True, NOW, found.rest)
    assert len(made.entries) == table.read < MOST
    assert (made.count, made.is_all) == (HOT + WARM, True)


def test_a_list_of_which_nothing_could_be_read_does_not_say_that_there_is_nothing(
    card: Card, opened: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(card, a_lead("ada"))
    monkeypatch.setattr("hotlist.cards.door.INDEX_WITHIN", 0.0)
    body = opened.ask(link("lists", recipient="ben"))["body"]
    assert "could not be read just now" in body
    assert "No lead is hot" not in body


def test_a_lead_that_moves_while_the_index_is_read_is_asked_for_once(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB refuses a read that names an item twice."""
    store(card, a_lead("ada"), a_lead("bo", temperature=Temperature.WARM, total=90))
    reads = card.app.door.listed
    kept = reads._read_partition

    def moving(one: Any, *rest: Any) -> None:
        kept(one, *rest)
        if one.key.startswith("warm#"):
            one.best = [*one.best, (50, "email:ada")]
            one.count += 1

    monkeypatch.setattr(reads, "_read_partition", moving)
    best = reads.best(lambda _: True, never)
    assert [head.lead_ids for head in best.heads] == [("email:ada",), (), ("email:bo",)]
    assert len(reads.read(best, never).leads) == 2


def test_the_best_are_chosen_by_temperature_and_points(card: Card) -> None:
    best = listed(Table()).best(lambda owner: owner == "anna", never)
    assert best.count == (HOT + WARM) // 2
    assert all(one.startswith("email:hot") for one in best.lead_ids)
    totals = [int(one[-8:]) % 97 for one in best.lead_ids]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("text", ["\"'<>&" * 60, "😀" * 300, "\\\n\t" * 100])
def test_the_worst_names_stay_within_what_lambda_answers(card: Card, text: str) -> None:
    sales = card.app.door.sales
    contact = Contact(text, text, f"{'x' * 60}@{'y' * 60}.example", "+48600100200")
    html, _ = page_of(Table(contact), sales, sales.recipients[1], NOW)
    assert in_lambdas_answer(html) < LAMBDAS_MOST
    shown = html.count('<th scope="row">')
    assert shown > 500
    assert f"These are the first {shown:,} of 20,000." in html
    assert "3,599 hot and waiting, 401 hot and answered, 16,000 warm" in html
