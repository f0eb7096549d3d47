"""Today's list: which leads it has, in which order, and what it costs at 20,000 leads.

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
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from cloudformation import resources
from hotlist.cards.list_page import list_page
from hotlist.cards.today import today
from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, May, Ownership, Temperature
from hotlist.runtime.phases import on_threads
from hotlist.sales.team import Recipient, Sales
from hotlist.store import leads as stored_leads
from hotlist.store.listed import MOST, MOST_PAGES, ListedStore
from integration.stages.card import NOW, TODAY, Browser, Card, link

LAMBDAS_MOST: Final = 6 * 1024 * 1024
HOUR: Final = timedelta(hours=1)


def a_lead(name: str, **changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": f"email:{name}",
        "folded_at": NOW - HOUR,
        "expires_at": NOW + timedelta(days=300),
        "temperature": Temperature.HOT,
        "total": 50,
        "contact": Contact(name, f"{name} Ltd", f"{name}@example.org", "+48600100200"),
        "alerting": Alerting(armed=False, hot_since=NOW - 5 * HOUR),
        "last_event_at": NOW - 2 * HOUR,
        "last_event_id": "1",
        "due_at": NOW + 9 * HOUR,
        "created_at": NOW - 9 * HOUR,
        "may": May.BOTH,
    }
    return Lead(**(fields | changes))


def store(card: Card, *leads: Lead) -> None:
    for lead in leads:
        card.score.stores.leads.save(lead, None)


@pytest.fixture
def opened(card: Card) -> Browser:
    """A browser in a company that lets a link alone open its pages."""
    card.has_sales(replace(card.app.door.sales, card_access="link"))
    return Browser(card)


def names(browser: Browser, **said: Any) -> list[str]:
    body = browser.ask(link("lists", **said))["body"]
    return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', body)


def said(answer: str, hours: int, **more: Any) -> SalesAnswer:
    return SalesAnswer("a1", f"sales_{answer}", NOW - hours * HOUR, "ben", **more)


def test_hot_leads_that_wait_come_first_then_answered_ones_then_warm(
    card: Card, opened: Browser
) -> None:
    later = said("snoozed", 1, until=NOW + 24 * HOUR)
    over = said("snoozed", 3, until=NOW - HOUR)
    store(
        card,
        a_lead("warm", temperature=Temperature.WARM, total=90),
        a_lead("waits", total=40),
        a_lead("first", total=60),
        a_lead("answered", total=95, answer=said("contacted", 1)),
        a_lead("later", total=80, answer=later),
        a_lead("again", total=30, answer=over),
        a_lead("before", total=20, answer=said("contacted", 30)),
        a_lead("cold", temperature=Temperature.COLD, total=5),
        a_lead("claimed", state=LeadState.CLAIMED, claimed_by="email:first"),
    )
    expected = ["first", "waits", "again", "before", "answered", "later", "warm"]
    assert names(opened) == expected
    body = opened.ask(link("lists"))["body"]
    assert "czeka: 4, z odpowiedzią: 2, ciepłe: 1" in body
    assert "po kontakcie, Ben Miller" in body
    assert "odłożony do " in body


def test_a_list_of_ones_own_has_no_others_lead(card: Card, opened: Browser) -> None:
    store(
        card,
        a_lead("mine", ownership=Ownership(owner="anna")),
        a_lead("bens", ownership=Ownership(owner="ben")),
        a_lead("gone", ownership=Ownership(owner="nobody")),
        a_lead("free"),
    )
    assert sorted(names(opened)) == ["bens", "free", "gone", "mine"]
    card.changes("anna", list_own=True)
    assert sorted(names(opened)) == ["free", "gone", "mine"]  # Anna is the fallback
    card.changes("ben", list_own=True)
    assert names(opened, recipient="ben") == ["bens"]


def test_a_lead_that_changed_hands_since_the_index_was_read_is_not_shown(card: Card) -> None:
    sales = card.app.door.sales
    anna = replace(card.recipient("anna"), list_own=True)
    sales = replace(sales, recipients=(anna, *sales.recipients[1:]))
    store(card, a_lead("bens", ownership=Ownership(owner="ben")))
    found = card.app.door.listed.read(["email:bens"])
    assert len(found) == 1
    assert today(found, 1, sales, anna, NOW).entries == ()


@pytest.mark.parametrize(
    ("may", "bounced", "tel", "mailto"),
    [
        (May.BOTH, False, True, True),
        (May.CALL, False, True, False),
        (May.MAIL, False, False, True),
        (May.NEITHER, False, False, False),
        (May.UNKNOWN, False, False, False),
        (May.BOTH, True, True, False),
    ],
)
def test_a_lead_is_linked_by_what_it_may_be_contacted_by(  # noqa: PLR0917 - parameters have names
    card: Card, opened: Browser, may: May, bounced: bool, tel: bool, mailto: bool
) -> None:
    store(card, a_lead("ada", may=may, bounced=bounced))
    body = opened.ask(link("lists"))["body"]
    assert ('href="tel:+48600100200"' in body) == tel
    assert ('href="mailto:' in body) == mailto
    assert "+48600100200" in body
    assert "ada@example.org" in body


HOSTILE: Final = "</script><img src=x onerror=alert(1)>\"'&{{7*7}}"


def test_what_strangers_wrote_is_text(card: Card, opened: Browser) -> None:
    contact = Contact(HOSTILE, HOSTILE, f'"{HOSTILE}"@example.org', HOSTILE)
    store(card, a_lead("bad", contact=contact, channel=HOSTILE))
    body = opened.ask(link("lists"))["body"]
    assert "<img" not in body
    assert "49" not in re.sub(r"\d{3,}", "", body.partition("<tbody>")[2].partition("</tbody>")[0])
    assert body.count("<script>") == body.count("</script>") == 1


def test_a_broken_item_costs_no_other_lead_its_place(card: Card, opened: Browser) -> None:
    store(card, a_lead("ada"), a_lead("bad"))
    card.score.dynamodb.update_item(
        TableName=card.app.settings.leads_table,
        Key={"lead_id": {"S": "email:bad"}},
        UpdateExpression="REMOVE stage",
    )
    assert names(opened) == ["ada"]


def test_an_empty_list_says_so(opened: Browser) -> None:
    body = opened.ask(link("lists"))["body"]
    assert "Żaden lead nie jest teraz gorący ani ciepły." in body
    assert "<table" not in body
    assert "<script" not in body


# --- very many --------------------------------------------------------------------------------

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
    best = reads.best(lambda _: True, lambda: False)
    made = today(reads.read(best.lead_ids), best.count, sales, reader, now, is_all=best.is_all)
    html = list_page(made, reader, now, lambda lead_id: f"/leads/{'t' * 130}")
    return html, time.process_time() - began


def in_lambdas_answer(html: str) -> int:
    return len(json.dumps({"body": html}, ensure_ascii=False).encode())


def test_a_list_of_20_000_leads_is_bounded_in_reads_time_and_size(
    card: Card, capsys: pytest.CaptureFixture[str]
) -> None:
    sales, table = card.app.door.sales, Table()
    reader = sales.recipients[1]
    html, seconds = page_of(table, sales, reader, NOW)
    assert html.count('<th scope="row">') == MOST
    assert "These are the first 2,000 of 20,000." in html
    assert table.calls == {"Query": 24, "BatchGetItem": MOST // 100}
    assert table.read == MOST
    size = len(html.encode())
    assert size < 1_700_000
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
    best = listed(table).best(lambda _: True, lambda: False)
    assert table.calls["Query"] <= 24 * MOST_PAGES
    assert not best.is_all
    assert len(best.lead_ids) == MOST
    late = listed(Table(times=20)).best(lambda _: True, lambda: True)
    assert (late.is_all, len(late.lead_ids)) == (False, MOST)


def test_the_best_are_chosen_by_temperature_and_points(card: Card) -> None:
    best = listed(Table()).best(lambda owner: owner == "anna", lambda: False)
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


def test_a_link_of_a_row_is_the_leads_own(card: Card, opened: Browser) -> None:
    store(card, a_lead("ada"), a_lead("bo"))
    body = opened.ask(link("lists"))["body"]
    for name in ("ada", "bo"):
        (path,) = re.findall(rf'<a href="(/leads/[\w-]+)" dir="auto">{name}</a>', body)
        assert path == link(subject=f"email:{name}", day=TODAY)


def test_a_link_of_the_list_has_the_whole_of_a_long_address(card: Card, opened: Browser) -> None:
    long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    store(card, a_lead("ada", contact=Contact("Ada", None, long)))
    body = opened.ask(link("lists"))["body"]
    assert f'href="mailto:{long.replace("@", "%40")}"' in body
    assert f">{long[:119]}…<" in body
