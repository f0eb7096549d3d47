"""Works out, from the stored events, what the stored leads and the sent mails must be.

Which events belong to whom is known from the visitors, not from the stored claims. The scores are
calculated here by the pure engine and the ruleset in `config/`. The results of the deployed
functions must be equal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.config.sales_schema import compile_sales
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.leads import classify
from hotlist.leads.lead import Lead, LeadState, Temperature
from hotlist.leads.profile import profile_of
from hotlist.mail.ses import delivery_hash
from hotlist.sales import team
from hotlist.sales.team import Sales
from hotlist.sales.to_lead import CONFIRM, RECEIPT, REWARD, kind_and_purpose
from hotlist.sales.to_send import held_back
from hotlist.scoring import engine
from hotlist.scoring.check.scoring_file import compile_scoring
from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist.store import events as stored_events
from hotlist.store import leads as stored_leads
from hotlist.store.to_leads import mailbox_of
from hotlist_cli.config import forms_of, read_text
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.visitors import Visitor

QUARTER: Final = timedelta(minutes=15)
"""How often the digest runs."""

_MIDNIGHT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_A_WEEK: Final = timedelta(days=8)
"""And a day more, for a digest whose time of today is over."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """The configuration in the project's files, and what follows from it."""

    ruleset: Ruleset
    team: Sales
    forms: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, config: Path) -> "Expectations":
        """Read the files of this folder. :raises BadConfig: if the build would refuse them."""
        scoring = (config / "scoring.yaml").read_text(encoding="utf-8")
        sales = (config / "sales.yaml").read_text(encoding="utf-8")
        forms = config / "forms.yaml"
        return cls(
            ruleset=from_checked(compile_scoring(scoring)),
            team=team.from_checked(compile_sales(sales, today=datetime.now(UTC).date())),
            forms=forms_of(read_text(forms), str(forms))[0],
        )

    def told(self, event: Event, leads: Mapping[str, Lead]) -> list[str]:
        """Who gets a form's message."""
        said = self.forms.get(str(event.properties.get("form")), {}).get("tell")
        tell = said if isinstance(said, str) else self.team.tell
        owner = _owner(leads.get(event.subject), leads)
        return [one.id for one in self.team.whom(tell, owner, event.received_at, ())]

    def alerted(self, lead: Lead, leads: Mapping[str, Lead]) -> list[str]:
        """Who gets a lead's alert, if no message stands for it. In quiet hours nobody does."""
        since = lead.alerting.hot_since
        if since is None or lead.alerting.alert_tell is not None:
            return []
        whom = self.team.whom(self.team.tell, _owner(lead, leads), since, ())
        return [one.id for one in whom if not one.is_quiet(since)]

    def wrong_leads(self, stack: Stack, visitors: Iterable[Visitor]) -> list[str]:
        """What is wrong in the Leads table: a sentence for each mistake."""
        events, stored = all_events(stack), all_leads(stack)
        return [
            f"{visitor.name}: {wrong}"
            for visitor in visitors
            for wrong in self._wrong(visitor, events, stored)
        ]

    def _wrong(
        self, visitor: Visitor, events: Sequence[Event], stored: dict[str, Lead]
    ) -> Iterator[str]:
        mine = [event for event in events if event.subject in visitor.subjects]
        made = [event for event in mine if event.route is not Route.SES]  # whose come later
        if len(made) != visitor.events:
            yield f"{len(made)} events are stored, not {visitor.events}"
        live = [
            lead_id
            for lead_id in visitor.subjects
            if lead_id in stored and stored[lead_id].state is LeadState.LIVE
        ]
        if live != ([visitor.lead_id] if visitor.scored else []):
            yield f"leads {live or 'none'} are live"
            return
        if not visitor.scored:
            return
        lead = stored[visitor.lead_id]
        yield from self.differences(mine, lead)
        facts = profile_of(map(classify.classify, mine), lead.folded_at, classify.channel).facts
        for name, wanted in visitor.facts.items():
            if facts.get(name) != wanted:
                yield f"{name} is {facts.get(name)}, not {wanted}"

    def differences(self, events: Iterable[Event], lead: Lead) -> Iterator[str]:
        """What a stored lead has that its events do not make at the instant of its fold."""
        profile = profile_of(map(classify.classify, events), lead.folded_at, classify.channel)
        score = engine.score(self.ruleset, profile.facts, profile.events, lead.folded_at)
        scored = (score.total, score.temperature, dict(score.groups), score.reasons)
        found = (lead.total, lead.temperature, dict(lead.groups), lead.reasons)
        if scored != found:
            yield f"the table has {found}, the ruleset gives {scored}"
        if lead.contact != profile.contact:
            yield f"the contact is {lead.contact}, not {profile.contact}"
        if score.temperature is Temperature.HOT and lead.alerting.alert_id is None:
            yield "the lead is hot, and no alert was raised"

    def digest_times(self, now: datetime) -> list[datetime]:
        """The first quarters of an hour from now on at which each recipient's next digest is due.

        A digest of the past, such as Friday's on a Sunday, would be dated before its leads.
        """
        wait = -(now - _MIDNIGHT) % QUARTER
        quarters = [now + wait + step * QUARTER for step in range(_A_WEEK // QUARTER)]
        coming = (
            next((at for at in quarters if (recipient.due_day(at) or "") >= today), None)
            for recipient in self.team.recipients
            for today in [now.astimezone(ZoneInfo(recipient.timezone)).date().isoformat()]
        )
        return sorted({at for at in coming if at is not None})

    def deliveries(self, stack: Stack, digests_at: Iterable[datetime]) -> dict[str, str]:
        """Every mail that must have been sent: a description of it, by the tag of its delivery."""
        expected: dict[str, str] = {}
        leads = all_leads(stack)
        for event in all_told(stack):
            for recipient in self.told(event, leads):
                name = f"tell#{event.subject}#{event.event_id}"
                expected |= _delivery("message of a form", name, recipient)
        for event in all_events(stack):
            for what in event.to_lead if held_back(classify.classify(event)) is None else ():
                expected[delivery_hash(_to_lead(event, what))] = f"{what} to a lead"
        for lead in leads.values():
            for recipient in self.alerted(lead, leads):
                expected |= _delivery("alert", f"alert#{lead.alerting.alert_id}", recipient)
        for at in digests_at:
            for reader, day in self.team.due(at):
                name = f"digest#{reader.id}#{day}"
                expected[delivery_hash(name)] = f"digest to {reader.id}"
        return expected


def wrong_mails(stack: Stack, expected: dict[str, str]) -> list[str]:
    """What is wrong in the mailbox: a sentence for each mistake."""
    sent = Counter(message.tags.get("delivery", "") for message in stack.mailbox.messages)
    wrong = [f"{what}: sent {sent[tag]} times" for tag, what in expected.items() if sent[tag] != 1]
    for message in stack.mailbox.messages:
        if message.tags.get("delivery") not in expected:
            wrong.append(f"{message.file}: there is no reason for this mail")
        mime = stack.mailbox.parse(message)
        wrong += [
            f"{message.file}: no {kind} part"
            for kind in ("plain", "html")
            if mime.get_body((kind,)) is None
        ]
    return wrong


def _delivery(what: str, name: str, recipient: str) -> dict[str, str]:
    return {delivery_hash(f"{name}#{recipient}"): f"{what} to {recipient}"}


def _owner(lead: Lead | None, leads: Mapping[str, Lead]) -> str | None:
    """Whose a lead is, or the one that has taken it in."""
    if lead is not None and lead.claimed_by is not None:
        lead = leads.get(lead.claimed_by)
    return None if lead is None else lead.ownership.owner


def _to_lead(event: Event, what: str) -> str:
    """The delivery of a mail to a lead, if it is the first of its kind on its day."""
    kind, purpose = kind_and_purpose(what)
    form, day = event.properties["form"], f"{event.received_at.astimezone(UTC):%Y-%m-%d}"
    mailbox = mailbox_of(event)
    names = {
        CONFIRM: f"confirm#{mailbox}#{purpose}#{day}#1",
        REWARD: f"magnet#{mailbox}#{form}#{day}",  # a reward is called by its form
        RECEIPT: f"receipt#{mailbox}#{form}#{day}",
    }
    return f"test#{names[kind]}" if event.is_test else names[kind]


def all_events(stack: Stack) -> list[Event]:
    """All events in the Events table."""
    return [stored_events.from_item(item) for item in scan(stack, "EventsTable")]


def all_told(stack: Stack) -> list[Event]:
    """The messages that sales gets at once: neither spam nor a bot's."""
    told = [classify.classify(event) for event in all_events(stack) if event.tell]
    return [event for event in told if held_back(event) is None]


def all_leads(stack: Stack) -> dict[str, Lead]:
    """All leads in the Leads table, by lead id."""
    stored = [stored_leads.from_item(item) for item in scan(stack, "LeadsTable")]
    return {lead.lead_id: lead for lead in stored}


def scan(stack: Stack, table: str) -> list[dict[str, dict[str, Any]]]:
    """All items of a table, as DynamoDB has them."""
    pages = stack.client("dynamodb").get_paginator("scan")
    name = stack.name(table)
    return [item for page in pages.paginate(TableName=name) for item in page["Items"]]
