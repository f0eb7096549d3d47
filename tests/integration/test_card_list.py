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
from hotlist.cards.door import BEGUN_WITHIN
from hotlist.cards.list_page import list_page
from hotlist.cards.today import today, whose
from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, May, Ownership, Temperature
from hotlist.runtime.phases import on_threads
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.working_days import Absence, TimeOff
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


def never() -> bool:
    return False


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
    assert "gorące, czekają: 4; gorące, z odpowiedzią: 2; ciepłe: 1" in body
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


def test_a_list_of_ones_own_has_the_leads_of_a_colleague_whose_mail_comes_to_them(
    card: Card, opened: Browser
) -> None:
    """As the digest has them: the fallback gets the mail of somebody whose address bounces."""
    store(
        card,
        a_lead("annas", ownership=Ownership(owner="anna")),
        a_lead("bens", ownership=Ownership(owner="ben")),
    )
    card.changes("anna", list_own=True)
    card.changes("ben", list_own=True)
    card.app.door.deliveries.disable("ben", "bounce", NOW)
    assert sorted(names(opened)) == ["annas", "bens"]
    assert names(opened, recipient="ben") == ["bens"]  # their own, although they get no mail
    card.app.door.deliveries.disable("anna", "bounce", NOW)
    assert names(opened) == ["annas"]


def test_who_is_disabled_is_read_for_a_list_of_ones_own_alone_a_hundred_at_a_call(
    card: Card, opened: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = card.app.door.sales
    many = [replace(sales.recipients[1], id=f"r{number}") for number in range(248)]
    card.has_sales(replace(sales, recipients=(*sales.recipients, *many)))
    asked: list[int] = []

    def disabled(some: Any) -> set[str]:
        asked.append(len(some))
        return set()

    monkeypatch.setattr(card.app.door.deliveries, "disabled", disabled)
    assert opened.ask(link("lists"))["statusCode"] == 200
    assert asked == []
    card.changes("anna", list_own=True)
    assert opened.ask(link("lists"))["statusCode"] == 200
    assert asked == [100, 100, len(sales.recipients) + 48]


def test_somebody_who_is_away_sees_their_own_leads_all_the_same(card: Card) -> None:
    sales = card.app.door.sales
    day = NOW.date()
    away = TimeOff(absences=(Absence(day - timedelta(1), day + timedelta(1), "ben"),))
    anna = replace(card.recipient("anna"), list_own=True, off=away)
    sales = replace(sales, recipients=(anna, *sales.recipients[1:]))
    ben = replace(card.recipient("ben"), list_own=True)
    assert whose(sales, anna, NOW)("anna")
    assert whose(sales, ben, NOW)("anna")
    assert not whose(sales, anna, NOW)("ben")


def test_a_lead_that_changed_hands_since_the_index_was_read_is_not_shown(card: Card) -> None:
    sales = card.app.door.sales
    anna = replace(card.recipient("anna"), list_own=True)
    sales = replace(sales, recipients=(anna, *sales.recipients[1:]))
    store(card, a_lead("bens", ownership=Ownership(owner="ben")))
    reads = card.app.door.listed
    found = reads.read(reads.best(lambda _: True, never), never)
    assert len(found.leads) == 1
    made = today(found.leads, sales, whose(sales, anna, NOW), NOW, found.rest)
    assert (made.entries, made.count, made.is_all) == ((), 0, True)


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


def test_a_lead_that_drops_out_since_the_index_was_read_cuts_nothing(
    card: Card, opened: Browser
) -> None:
    """Cold or erased meanwhile, broken, or somebody else's: the list is whole nevertheless."""
    kept = ("one", "two")
    store(card, *(a_lead(name) for name in (*kept, "cold", "erased", "bad", "bens")))
    best = card.app.door.listed.best(lambda _: True, never)
    table, client = card.app.settings.leads_table, card.score.dynamodb
    for name, change in (
        ("cold", "SET temperature = :new"),
        ("bad", "SET stage = :new"),
        ("bens", "SET #owner = :new"),
    ):
        client.update_item(
            TableName=table,
            Key={"lead_id": {"S": f"email:{name}"}},
            UpdateExpression=change,
            ExpressionAttributeValues={":new": {"S": "ben" if name == "bens" else "cold"}},
            **({"ExpressionAttributeNames": {"#owner": "owner"}} if name == "bens" else {}),
        )
    client.delete_item(TableName=table, Key={"lead_id": {"S": "email:erased"}})
    card.changes("anna", list_own=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(card.app.door.listed, "best", lambda *_: best)
        body = opened.ask(link("lists"))["body"]
    assert sorted(re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', body)) == [*kept]
    assert "To pierwsze" not in body
    assert "gorące, czekają: 2; " in body


def test_an_answer_of_a_warm_lead_leaves_it_among_the_warm_ones(
    card: Card, opened: Browser
) -> None:
    warm = a_lead("warm", temperature=Temperature.WARM, answer=said("contacted", 1))
    store(card, warm, a_lead("hot", answer=said("contacted", 1)))
    body = opened.ask(link("lists"))["body"]
    assert "gorące, czekają: 0; gorące, z odpowiedzią: 1; ciepłe: 1" in body


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
    found = reads.read(reads.best(lambda _: True, never), never)
    made = today(found.leads, sales, whose(sales, reader, now), now, found.rest)
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
