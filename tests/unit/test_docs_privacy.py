"""docs/privacy.md names all that is stored of people, and says how long it is kept."""

import ast
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from cloudformation import resources
from hotlist.capture import context, proof
from hotlist.capture.context import Received
from hotlist.events import retention, vocabulary
from hotlist.events.answers import ANSWERS, UNDONE, SalesAnswer
from hotlist.identity.claims import IDENTITY_KEPT
from hotlist.leads.lead import Alerting, Contact, Lead, May, Ownership, Reason, Shadow, Temperature
from hotlist.store import deliveries, events, leads
from integration import writes

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/privacy.md").read_text("utf-8")
STORE: Final = Path(events.__file__).parent
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


def rows(first: str) -> set[str]:
    """The names in the first column of the table whose head begins so."""
    table = PAGE.partition(f"| {first} |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {name for cell in cells for name in re.findall(r"`([\w.…]+)`", cell)}


def test_every_attribute_of_a_lead_is_named() -> None:
    lead = Lead(
        lead_id="email:1",
        claimed_by="email:2",
        folded_at=NOW,
        expires_at=NOW,
        alerting=Alerting(rearms_at=NOW, alert_id="a", hot_since=NOW, alert_tell="t"),
        ownership=Ownership("anna", "1", NOW),
        contact=Contact("Ada", "Engines", "ada@example.org", "+48600100200"),
        grade="A",
        segment="s",
        reasons=(Reason("r", Decimal(1)),),
        channel="direct",
        created_at=NOW,
        last_event_at=NOW,
        last_event_id="e",
        next_change_at=NOW,
        due_at=NOW,
        truncated=True,
        bounced=True,
        tracked=True,
        may=May.BOTH,
        answer=SalesAnswer("1", "sales_snoozed", NOW, "anna", NOW, NOW.date()),
        shadow=Shadow(1, Temperature.COLD, "h"),
    )
    unset = [one.name for one in fields(lead) if getattr(lead, one.name) is None]
    assert unset == [], "an attribute without a value is not stored"
    assert rows("datum of a lead") == set(leads._to_item(lead, 1))
    for answer in (lead.answer, SalesAnswer("1", "sales_won", NOW), None):
        stored = leads.from_item(leads._to_item(replace(lead, answer=answer), 1))
        assert stored.answer == answer


MODULES: Final = [
    ("datum", ["events"]),
    ("datum of a lead", ["leads"]),
    ("datum of an identity", ["identities"]),
    (
        "datum of a delivery",
        [
            "deliveries",
            "device_asks",
            "hours",
            "key_checks",
            "progress",
            "suspects",
            "to_leads",
            "windows",
        ],
    ),
]
"""The modules that write what a table of the page names."""

ITEM: Final = re.compile(r'"(\w+)": (?:\{"(?:S|N|M|SS|BOOL)"|(?:seconds|texts?|number|instant)\()')


@pytest.mark.parametrize(("head", "modules"), MODULES)
def test_what_the_code_writes_is_named_and_nothing_else(head: str, modules: list[str]) -> None:
    # Whatever is written is held against the page once more, wherever a function is tested.
    code = "\n".join((STORE / f"{one}.py").read_text("utf-8") for one in modules)
    texts = [one.value for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Constant)]
    updates = [one for one in texts if isinstance(one, str) and re.match(r"(?:SET|ADD) \w", one)]
    written = {name.strip("#") for one in updates for name in writes.updated(one, {})}
    written |= {*ITEM.findall(code)}
    assert len(written) > 3
    assert written <= rows(head)
    assert [name for name in rows(head) if not re.search(rf"\b{name}\b", code)] == []


def test_every_queue_and_bucket_is_named() -> None:
    kinds = ("AWS::SQS::Queue", "AWS::S3::Bucket")
    made = {name for kind in kinds for name in resources(kind)}
    on_the_way = PAGE.partition("## On the way")[2].partition("## ")[0]
    assert {name for name in made if f"| {name} |" not in on_the_way} == set()
    for name, queue in resources("AWS::SQS::Queue").items():
        days = queue["MessageRetentionPeriod"] // 86_400
        assert re.search(rf"\| {name} \|.*\| {days} days \|", on_the_way), name


def test_every_item_in_the_browser_is_named() -> None:
    script = (ROOT / "web/hotlist.js").read_text("utf-8")
    used = {*re.findall(r'store\.(?:get|set|remove)\("(\w+)"', script)}
    used |= {*re.findall(r"\w+", re.findall(r"OF_THE_VISITOR = \[(.*?)\]", script)[0])}
    used |= {f"{kept}…" for kept in re.findall(r'const KEPT = "(kept\.)"', script)}
    assert rows("item") == {f"hotlist.{name}" for name in used}


def test_every_attribute_of_an_event_is_named() -> None:
    made = {*events._SCORED, "lane", "texts"}
    assert rows("datum") == made


def test_every_property_that_is_not_a_field_is_named() -> None:
    ours = vocabulary.RESERVED - {"extra"}
    assert rows("property") == ours
    assert set(context.BY_IMPORTANCE) <= ours


def test_every_text_that_is_not_a_field_is_named() -> None:
    assert rows("text") == {"extra", "user_agent", "consents", "asked"}


def test_every_event_of_a_link_is_named_with_its_properties() -> None:
    code = (Path(context.__file__).with_name("links.py")).read_text("utf-8")
    types = {*re.findall(r'(?:recorded|self\._note|self\._say)\(\s*visit,\s*"(\w+)"', code)}
    types |= {*ANSWERS, UNDONE}
    table = PAGE.partition("| event of a link |")[2].partition("\n\n")[0]
    said = {
        name: {*re.findall(r"`(\w+)`", properties)}
        for name, properties in re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)
    }
    assert said.keys() == types
    assert types <= vocabulary.ROUTE_TYPES[vocabulary.Route.LINK]
    assert said == PROPERTIES  # the tests of links see that they have these


PROPERTIES: Final = {
    "sales_contacted": {"by"},
    "sales_meeting": {"by"},
    "sales_won": {"by", "value"},
    "sales_rejected": {"by", "reason"},
    "sales_snoozed": {"by", "until", "day"},
    "sales_undone": {"by", "event_id"},
    "consent_given": {"purpose", "version", "form", "event"},
    "consent_withdrawn": {"purpose", "form"},
    "unsubscribed": {"all", "purposes", "form"},
    "profiling_objected": {"form"},
    "reward_claimed": {"form", "reward"},
    "file_downloaded": {"form", "reward"},
    "email_opened": {"form", "mail"},
    "email_clicked": {"form", "mail", "to"},
}


def test_every_part_of_a_proof_is_named() -> None:
    consent = {"version": "1", "text": {"en": "Yes"}}
    form = {"form_version": "f", "consents": {"email": consent}}
    received = Received(at=datetime(2026, 1, 1, tzinfo=UTC), address="203.0.113.77")
    assert rows("part of the proof") == set(proof.of(form, ["email"], received, "en")["email"])


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ("what a browser's tracking", retention.TRACKING),
        ("what was taken for spam", retention.SPAM_KEPT),
        ("a form that was sent as a test", retention.TEST_KEPT),
        ("forms without a consent", retention.ORDINARY),
        ("consents and their end", retention.DURABLE),
        ("a reclassification", retention.RECLASSIFICATION),
        ("which phones and browsers", IDENTITY_KEPT),
        ("which mail was sent", deliveries.KEPT),
        ("a lead, from its newest event", retention.ORDINARY),
    ],
)
def test_the_days_are_those_of_the_code(what: str, kept: object) -> None:
    days = re.findall(rf"^\| {re.escape(what)}[^|]*\| (\d+) \|$", PAGE, re.MULTILINE)
    assert [f"{int(one)} days, 0:00:00" for one in days] == [str(kept)]
