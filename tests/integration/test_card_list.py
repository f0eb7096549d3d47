"""Today's list: which leads it has, in which order, and what it says of them."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from hotlist.cards.today import today, whose
from hotlist.leads.lead import Contact, LeadState, May, Ownership, Temperature
from hotlist.sales.working_days import Absence, TimeOff
from integration.stages.card import NOW, TODAY, Browser, Card, link
from integration.stages.lists import HOUR, a_lead, never, said, store


@pytest.fixture
def opened(card: Card) -> Browser:
    """A browser in a company that lets a link alone open its pages."""
    card.has_sales(replace(card.app.door.sales, card_access="link"))
    return Browser(card)


def names(browser: Browser, **said: Any) -> list[str]:
    body = browser.ask(link("lists", **said))["body"]
    return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', body)


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
