"""What stands in a recipient's digest: its sections, changes, owners, numbers and file."""

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from fast_mail_parser import parse_email

from hotlist.events.answers import DOINGS
from hotlist.identity import identifiers
from hotlist.leads.lead import Ownership
from hotlist.links import tokens
from hotlist.links.tokens import Purpose
from hotlist.mail.ses import delivery_hash
from hotlist.runtime.failures import RunFailed
from hotlist.sales.owners import Known, Owners
from hotlist.sales.team import Sales
from hotlist.sales.working_days import Absence
from hotlist.store.hours import HourStore
from hotlist.store.items import ReadsThrottled
from hotlist.store.newcomers import CreatedStore
from integration.stages.corrections import DAY, MINUTE, MONDAY, TUESDAY, WEDNESDAY, happens
from integration.stages.digest import BENS_HOUR, Digest
from integration.stages.digest_mails import (
    COOLING,
    GONE,
    HOT,
    NEW,
    TAKEN,
    UNANSWERED,
    last,
    where,
)
from integration.stages.links import KEY

PURPOSES = {"lists": Purpose.LIST, "leads": Purpose.CARD, "answers": Purpose.ANSWER}


@pytest.fixture(autouse=True)
def english(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    digest.wants(monkeypatch, language="en")


def test_a_lead_goes_from_section_to_section_and_stands_in_one_of_them(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE, phone="+48600100200")
    digest.lead("eve@example.org", MONDAY - 60 * MINUTE, "form_submitted")
    digest.run(MONDAY)
    assert (where(digest, "ada"), where(digest, "eve")) == ([HOT], [NEW])
    assert list(last(digest)) == [HOT, NEW]
    for days, section in ((1, HOT), (2, HOT), (3, UNANSWERED), (4, UNANSWERED)):
        digest.run(MONDAY + days * DAY)
        assert where(digest, "ada") == [section], days
        assert NEW not in last(digest)
    assert "4 working days without an answer" in last(digest)[UNANSWERED]
    happens(digest, "sales_contacted", _id("ada"), MONDAY + 4 * DAY + 60 * MINUTE, by="ben")
    digest.run(MONDAY + 7 * DAY)
    assert where(digest, "ada") == [TAKEN]
    assert "contacted, Ben Miller, Friday, 8:45\xa0AM" in last(digest)[TAKEN]
    assert digest.run(MONDAY + 8 * DAY)["sent"] == 0, "colleagues are told once"


def test_each_lead_has_links_of_its_own_and_of_its_reader(digest: Digest) -> None:
    names = ("ada", "bo")
    for name in names:
        digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE)
    digest.run(BENS_HOUR)
    html = digest.html()[-1]
    found = re.findall(r'href="https://api\.example\.com/(\w+)/([\w-]+)(?:\?do=(\w+))?"', html)
    seen = defaultdict(list)
    for route, text, do in found:
        if route in PURPOSES:
            token = tokens.verified(text, PURPOSES[route], KEY, BENS_HOUR)
            assert token.recipient == "ben"
            assert token.day == BENS_HOUR.date()
            seen[route, token.subject].append((do, token.said.get("name", "")))
    assert seen.pop(("lists", "")) == [("", "")]
    for name in names:
        assert seen.pop(("leads", _id(name))) == [("", "")]
        assert seen.pop(("answers", _id(name))) == [(do, name) for do in DOINGS]
    assert not seen


def test_a_lead_that_cools_soon_says_when(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE, "form_submitted")
    happens(digest, "score_adjusted", ada, MONDAY - 30 * MINUTE, add=90, lasts="4d")
    digest.run(MONDAY)
    assert where(digest, "ada") == [HOT]
    digest.run(TUESDAY)
    assert where(digest, "ada") == [COOLING]
    assert "Cools on Friday unless something happens" in last(digest)[COOLING]
    digest.run(MONDAY + 4 * DAY)
    assert last(digest)[GONE].startswith("ada: cooled down")


def _id(name: str) -> str:
    return identifiers.subject("email", f"{name}@example.org")


def test_a_card_tells_the_change_since_the_readers_own_last_list(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    assert "since your last list" not in last(digest)[HOT]
    happens(digest, "score_adjusted", ada, MONDAY + 60 * MINUTE, add=5, reason="called")
    digest.run(TUESDAY)
    assert ", +4 since your last list" in last(digest)[HOT]
    digest.run(WEDNESDAY)
    assert ", -1 since your last list" in last(digest)[HOT]


def test_points_of_older_versions_are_not_known(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    happens(digest, "score_adjusted", ada, MONDAY + 60 * MINUTE, add=5, reason="called")
    windows = digest.app.digester.windows
    digest.app.dynamodb.update_item(
        TableName=windows._table,
        Key={"delivery_id": {"S": "digest#anna#2026-03-02"}},
        UpdateExpression="REMOVE points, hot",
    )
    assert windows.told(["anna"], delivery_hash)["anna"].points == {}
    digest.run(TUESDAY)
    assert "since your last list" not in digest.texts()[-1]


def test_the_numbers_compare_with_as_long_a_time_before(digest: Digest) -> None:
    for number in range(3):
        digest.lead(f"old{number}@example.org", MONDAY - 30 * 60 * MINUTE, "form_submitted")
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE, source="news", medium="email")
    digest.run(MONDAY)
    top = digest.texts()[-1].partition(f"\n{HOT}")[0]
    assert "hot leads: 1\n" in top
    assert "new leads: 1 (-2)\n" in top
    assert "e-mail: 1 (+1)\n" in top
    digest.lead("bo@example.org", TUESDAY - 60 * MINUTE)
    digest.run(TUESDAY)
    top = digest.texts()[-1].partition(f"\n{HOT}")[0]
    assert "hot leads: 2 (+1)\n" in top
    assert "new leads: 1\n" in top


def has_owners(digest: Digest, patch: pytest.MonkeyPatch, **leads: str) -> None:
    """Each has the list of their own; leads have these owners."""
    digest.wants(patch, list_own=True)
    digest.has_sales(patch, replace(digest.app.digester.sales, fallback="ben"))
    store = digest._score.stores.leads
    for name, owner in leads.items():
        lead = digest.stored(_id(name))
        told = Ownership(owner, "1", lead.folded_at)
        store.save(replace(lead, ownership=told), lead)
    patch.setattr("hotlist.sales.owners.ownership", _as_stored)


def _as_stored(_: Owners, known: Known, __: object) -> Ownership:
    assert known.stored is not None
    return known.stored.ownership


def mailed(digest: Digest) -> dict[str, str]:
    texts = digest.texts()
    return {to.partition("@")[0]: text for to, text in zip(digest.ses.to, texts, strict=True)}


def test_each_has_their_own_leads_and_the_fallback_those_of_nobody(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("ada", "bo", "cy", "dee")
    for name in names:
        digest.lead(f"{name}@example.org", BENS_HOUR - 60 * MINUTE)
    digest.lead("eve@example.org", BENS_HOUR - 60 * MINUTE, "form_submitted")
    has_owners(digest, monkeypatch, ada="anna", bo="ben", cy="zoe", eve="anna")
    assert digest.run(BENS_HOUR)["sent"] == 2
    found = {
        to: [name for name in (*names, "eve") if f"{name}@example.org" in text]
        for to, text in mailed(digest).items()
    }
    assert found == {"anna": ["ada", "eve"], "ben": ["bo", "cy", "dee"]}
    assert "new leads: 2 (+2)\n" in mailed(digest)["anna"]
    assert "new leads: 3 (+3)\n" in mailed(digest)["ben"]
    assert "Owner: Ben Miller" in mailed(digest)["ben"]


def test_the_fallback_has_the_leads_of_somebody_whose_address_bounced(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", BENS_HOUR - 60 * MINUTE)
    digest.lead("eve@example.org", BENS_HOUR - 60 * MINUTE, "form_submitted")
    has_owners(digest, monkeypatch, ada="anna", eve="anna")
    digest.app.digester.outbox.deliveries.disable("anna", "bounce", MONDAY)
    assert digest.run(BENS_HOUR)["sent"] == 1
    assert mailed(digest).keys() == {"ben"}
    assert (where(digest, "ada"), where(digest, "eve")) == ([HOT], [NEW])


def test_the_stand_in_gets_the_leads_of_who_is_absent(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", BENS_HOUR - 60 * MINUTE)
    has_owners(digest, monkeypatch, ada="anna")
    sales: Sales = digest.app.digester.sales
    days = (Absence(BENS_HOUR.date(), BENS_HOUR.date(), "ben"),)
    anna, ben = sales.recipients
    away = replace(anna, off=replace(anna.off, absences=days))
    digest.has_sales(monkeypatch, replace(sales, recipients=(away, ben)))
    assert digest.run(BENS_HOUR)["sent"] == 1
    assert "ada@example.org" in mailed(digest)["ben"]


@pytest.mark.parametrize(("top", "shown"), [(1, 1), (3, 3), (50, 4)])
def test_so_many_leads_stand_in_full_and_the_others_are_counted(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, top: int, shown: int
) -> None:
    digest.wants(monkeypatch, top=top)
    for number in range(4):
        digest.lead(f"p{number}@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    body = last(digest)[HOT]
    assert body.count("@example.org") == shown
    assert (f"and {4 - shown} more" in body) is (shown < 4)
    assert "4 hot leads" in digest.texts()[-1]


def test_more_newcomers_than_are_shown_are_counted(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    for number in range(13):
        digest.lead(f"n{number}@example.org", MONDAY - (60 + number) * MINUTE, "form_submitted")
    digest.run(MONDAY)
    body = last(digest)[NEW]
    assert re.findall(r"n(\d+)@", body) == [str(number) for number in range(10)]
    assert body.rstrip().endswith("and 3 more")


def test_new_leads_that_cannot_be_read_cost_nobody_the_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)

    def fails(*_: object) -> Any:
        raise ReadsThrottled("busy")

    monkeypatch.setattr(CreatedStore, "between", fails)
    with pytest.raises(RunFailed, match="work=newcomers"):
        digest.run(MONDAY)
    assert digest.ses.sent == [], "it may pass"
    with pytest.raises(RunFailed, match="work=newcomers"):
        digest.run(MONDAY + 150 * MINUTE)  # the last run that can send it
    assert where(digest, "ada") == [HOT]
    assert "new leads" not in digest.texts()[-1]


def test_too_many_new_leads_are_left_out(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotlist.sales.editions.MOST_CREATED", 1)
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.lead("eve@example.org", MONDAY - 60 * MINUTE, "form_submitted")
    digest.run(MONDAY)
    assert list(last(digest)) == [HOT]
    assert "new leads" not in digest.texts()[-1]


def test_a_lead_that_turned_hot_in_quiet_hours_leads_the_list(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 9 * 60 * MINUTE)
    digest.lead("bo@example.org", MONDAY - 60 * MINUTE)
    crossed = digest.stored(ada).alerting
    hours = HourStore(digest.app.dynamodb, digest.app.digester.windows._table, 60)
    hours.note_quiet("anna", f"alert#{crossed.alert_id}#anna", MONDAY - 9 * 60 * MINUTE)
    digest.run(MONDAY)
    body = last(digest)[HOT]
    assert body.index("ada@") < body.index("bo@")
    assert body.count("Turned hot in your quiet hours") == 1


def test_the_file_comes_with_the_mail_of_who_asks_for_it(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE, name="=1+1")
    digest.lead("eve@example.org", MONDAY - 60 * MINUTE, "form_submitted")
    digest.run(MONDAY)
    digest.wants(monkeypatch, csv=True)
    digest.run(MONDAY + 75 * MINUTE)
    mails = [parse_email(one["Content"]["Raw"]["Data"]) for one in digest.ses.sent]
    assert [len(one.attachments) for one in mails] == [0, 1]
    (file,) = mails[1].attachments
    text = bytes(file.content).decode("utf-8-sig")
    assert [line.split(",")[:2] for line in text.splitlines()[1:]] == [
        ['"hot"', '"\'=1+1"'],
        ['"new"', '"eve"'],
    ]


def test_a_card_says_whether_its_lead_may_be_called_or_mailed(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 90 * MINUTE)
    digest.run(MONDAY)
    assert "  May be mailed\n" in last(digest)[HOT]
    assert 'href="mailto:ada' in digest.html()[-1]
    happens(digest, "unsubscribed", ada, MONDAY + 60 * MINUTE)
    digest.run(TUESDAY)
    assert "  May not be mailed\n" in last(digest)[HOT]
    assert 'href="mailto:ada' not in digest.html()[-1]


def test_hot_leads_that_were_not_looked_at_belong_to_no_section(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.at(MONDAY - 7 * DAY)
    for number in range(4):
        digest.lead(f"p{number}@example.org", MONDAY - 7 * DAY - (60 + number) * MINUTE)
    monkeypatch.setattr("hotlist.sales.editions.MOST", 2)
    digest.run(MONDAY)
    text = digest.texts()[-1]
    assert list(last(digest)) == [UNANSWERED]
    assert text.startswith("4 hot leads\n")
    assert "\n\nand 2 more hot leads that this mail did not look at\n" in text
    assert "and 2 more\n" not in text
    assert "and 2 more hot leads that this mail did not look at</p>" in digest.html()[-1]


def unscored(digest: Digest, event_type: str, lead_id: str) -> None:
    """Something happens to a lead just before the digest, and nobody has scored it yet."""
    handler, digest._score.handler = digest._score.handler, lambda *_: None
    happens(digest, event_type, lead_id, MONDAY - 20 * MINUTE, reason="x")
    digest._score.handler = handler


def test_a_lead_that_has_turned_hot_by_now_is_hot_and_not_new(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 120 * MINUTE)
    digest.lead("eve@example.org", MONDAY - 60 * MINUTE, "form_submitted")
    unscored(digest, "contact_requested", _id("eve"))
    digest.run(MONDAY)
    assert digest.texts()[-1].startswith("2 hot leads\n")
    assert where(digest, "eve") == [HOT]
    assert NEW not in last(digest)


def test_a_new_lead_that_has_cooled_by_now_is_new_and_not_hot(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 120 * MINUTE)
    digest.lead("eve@example.org", MONDAY - 60 * MINUTE)
    unscored(digest, "score_reset", _id("eve"))
    digest.run(MONDAY)
    assert digest.texts()[-1].startswith("1 hot lead\n")
    assert where(digest, "eve") == [NEW]
    assert " more" not in last(digest)[NEW]
    assert "new leads: 2 (+2)" in digest.texts()[-1]


def test_a_new_lead_that_counts_no_more_stands_nowhere_and_is_not_counted(digest: Digest) -> None:
    digest.lead("ada@example.org", MONDAY - 120 * MINUTE)
    for name, event_type in (("eve", "contact_requested"), ("fay", "form_submitted")):
        digest.lead(f"{name}@example.org", MONDAY - 60 * MINUTE, event_type)
        events = digest._score.stores.events
        (event,) = events.history(_id(name), now=MONDAY, limit=9).events
        events._client.delete_item(
            TableName=events._table,
            Key={"subject": {"S": _id(name)}, "event_key": {"S": f"e#{event.event_id}"}},
        )
    digest.run(MONDAY)
    assert digest.texts()[-1].startswith("1 hot lead\n")
    assert list(last(digest)) == [HOT]
    assert "new leads: 1 (+1)" in digest.texts()[-1]
