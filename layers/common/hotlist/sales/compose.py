"""Composes one recipient's digest: its sections, the cards and lines in them, and what it tells."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from hotlist.mail import digest_mail, digest_parts, unsent_part
from hotlist.mail.digest_parts import Row
from hotlist.mail.layout import Card, Figure, Section
from hotlist.mail.lead_card import Details, Title
from hotlist.mail.mime import Attachment
from hotlist.mail.render import Mail
from hotlist.mail.texts import TEXTS
from hotlist.mail.wording import name_of
from hotlist.runtime.failures import Troubles
from hotlist.sales.editions import Edition
from hotlist.sales.gone import Gone, TakenBack
from hotlist.sales.hot_list import Shown
from hotlist.sales.numbers import Compared, numbers, period
from hotlist.sales.reader_links import MailLinks, of_lead
from hotlist.sales.sections import HotSections, back_on, cools_soon, hot_sections, waited
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.unsent import Unsent
from hotlist.store.windows import Plan, Told, Window

MOST_WITH_BUTTONS: Final = 15
"""Leads with a button for each answer. If a mail has more, each has one link for all answers."""

MOST_WITH_LINKS: Final = 30
"""Leads with links of their own. A mail that has more is too long for them: it has the list's."""

MOST_CARDS: Final = 50
"""Leads that one mail shows in full, whatever its recipient has chosen."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One recipient's digest of a day: its window, and what they were told before.

    `links` are None if they could not be signed: a digest does not wait for a key. With
    `is_whole` all could be read that a digest is made of.
    """

    recipient: Recipient
    delivery_id: str
    window: Window
    told: Told
    alerted: frozenset[str]
    unsent: Unsent
    links: MailLinks | None = None
    is_whole: bool = True

    @property
    def known(self) -> frozenset[str]:
        """The leads that the recipient was told of and that no digest has taken back.

        They are told of those of their quiet hours now, whatever has become of them.
        """
        return self.told.leads | self.alerted | self.unsent.quiet


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest, and what it tells; `is_bare` if that is nothing: no lead and no message."""

    mail: Mail
    plan: Plan
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes digests at `now`. A lead that cannot be rendered is left out."""

    sales: Sales
    title: Title
    now: datetime
    troubles: Troubles

    def compose(self, issue: Issue, edition: Edition, taken_back: TakenBack) -> Composed:
        """The digest of one recipient. `taken_back` is hot no longer."""
        recipient, words = issue.recipient, TEXTS[issue.recipient.language]
        gone = {one.lead.lead_id for one in taken_back.leads}
        quiet = issue.unsent.quiet
        parts = hot_sections(edition.hot.leads, recipient, issue.window.begins, self.now, quiet)
        new = self._new(issue, edition, gone)
        full = sum(min(most_of(recipient), len(some)) for some in (*_by_name(parts).values(), new))
        make = partial(self._section, issue, full)
        hot = make(words["hot_now"], parts.now)
        sections = [
            self._newcomers(issue, edition, gone, make(words["new_leads"], new, is_hot=False)),
            make(words["unanswered"], parts.unanswered),
            make(words["cooling"], parts.cooling),
        ]
        figures, note = self._figures(issue, edition)
        made = digest_mail.digest(
            hot.cards,
            hot.more,
            recipient,
            self.now,
            lines := list(self._gone_lines(taken_back.leads, recipient)),
            unsent=self._unsent(issue),
            figures=figures,
            note=note,
            sections=[one for one in sections if one.cards or one.more],
            unseen=edition.hot.more,
            stop=issue.links.stop if issue.links else "",
            today=issue.links.today if issue.links else "",
        )
        mail = made.mail
        if recipient.csv:
            leads = {**_by_name(parts), "new": new}
            mail = replace(mail, attachments=self._file(issue, leads))
        totals = {one.lead.lead_id: one.lead.total for one in edition.hot.leads}
        shown = {one: totals[one] for one in made.shown}
        named = {line.lead_id for line in lines[: made.gone]}
        owed = issue.known - shown.keys() - named
        plan = Plan(issue.window, shown, owed, edition.hot.count, taken_back.since)
        has_cards = any(one.cards for one in (hot, *sections))
        return Composed(mail, plan, not (has_cards or lines or issue.unsent.is_news))

    def _section(
        self,
        issue: Issue,
        full: int,
        heading: str,
        leads: Sequence[Shown],
        *,
        is_hot: bool = True,
    ) -> Section:
        """So many leads in full as the recipient wants; `more` are the others.

        A lead that cannot be rendered is not counted. `full` leads the whole mail shows in full.
        """
        most = most_of(issue.recipient)
        tried = 0
        cards: list[Card] = []
        for one in leads:
            if len(cards) == most:
                break
            tried += 1
            ids = {"event_id": one.lead.last_event_id or ""}
            card = self.troubles.attempt(ids, self._card, one, issue, full)
            cards += [card] if card is not None else []
        more = len(leads) - tried
        return Section(heading, cards=cards, more=more, hot=(len(cards) + more) * is_hot)

    def _card(self, one: Shown, issue: Issue, full: int) -> Card:
        lead, recipient = one.lead, issue.recipient
        name = name_of(lead.contact, TEXTS[recipient.language]["unknown"])
        links = issue.links if full <= MOST_WITH_LINKS else None
        details = replace(
            self._details(one, issue),
            links=of_lead(links, lead.lead_id, name),
            has_buttons=full <= MOST_WITH_BUTTONS,
        )
        return digest_mail.card(
            one.lead,
            issue.recipient,
            self.title,
            one.as_of,
            now=self.now,
            details=details,
        )

    def _details(self, one: Shown, issue: Issue) -> Details:
        lead, ahead, recipient = one.lead, one.outlook, issue.recipient
        before, owner = issue.told.points.get(lead.lead_id), lead.ownership.owner
        return Details(
            change=None if before is None else lead.total - before,
            reasons_at=ahead.reasons_at,
            campaign=ahead.campaign,
            owner="" if owner is None else self.sales.name_of(owner),
            language=ahead.language,
            cools_at=cools_soon(one, recipient, self.now),
            waited=waited(one, recipient, self.now),
            back_on=back_on(one, recipient, issue.window.begins, self.now),
            was_quiet=lead.lead_id in issue.unsent.quiet,
            answered_by=self.sales.answerer(lead.answer),
        )

    def _newcomers(
        self, issue: Issue, edition: Edition, gone: Collection[str], found: Section
    ) -> Section:
        """The leads that were created in the window and are not hot: `found`, and the others.

        None if they are too many to be known.
        """
        since, _ = period(*issue.window)
        created = set[str]()
        if edition.knows(since):
            created = {one.lead_id for one in edition.created_in(since, issue.window.ends)}
        known = {one.lead.lead_id for one in edition.newcomers}
        return replace(found, more=found.more + len(created - known - {*gone}))

    def _new(self, issue: Issue, edition: Edition, gone: Collection[str]) -> Sequence[Shown]:
        """The newcomers of the window of which nothing else is told."""
        since, _ = period(*issue.window)
        return [
            one
            for one in edition.newcomers
            if edition.knows(since)
            and one.lead.lead_id not in gone
            and one.lead.created_at is not None
            and since <= one.lead.created_at < issue.window.ends
        ]

    def _file(self, issue: Issue, leads: Mapping[str, Sequence[Shown]]) -> tuple[Attachment, ...]:
        """All leads that the digest is about, in full or not, but those that cannot be written."""
        rows = [
            Row(name, one.lead, self._details(one, issue))
            for name, some in leads.items()
            for one in some
        ]

        def make(*rows: Row) -> Attachment:
            return digest_parts.as_file(rows, issue.recipient, self.title, self.now)

        written = [
            row
            for row in rows
            if self.troubles.attempt({"event_id": row.lead.last_event_id or ""}, make, row)
        ]
        made = self.troubles.attempt({"recipient": issue.recipient.id}, make, *written)
        return () if made is None else (made,)

    def _figures(self, issue: Issue, edition: Edition) -> tuple[Sequence[Figure], str]:
        """The numbers above the digest, and what they compare; nothing if nobody knows them."""
        if not edition.knows(period(*issue.window)[1]):
            return (), ""
        hot = Compared(edition.hot.count, issue.told.hot)
        found = numbers(edition.created, *issue.window, hot)
        recipient = issue.recipient
        return digest_parts.figures(found, recipient), digest_parts.compared(found, recipient)

    def _gone_lines(
        self, taken_back: Iterable[Gone], recipient: Recipient
    ) -> Iterator[digest_mail.Line]:
        for one in taken_back:
            ids = {"event_id": one.lead.last_event_id or ""}
            by = self.sales.answerer(one.answer)
            make = partial(digest_mail.gone_line, one, recipient, by, self.now)
            line = self.troubles.attempt(ids, make)
            if line is not None:
                yield line

    def _unsent(self, issue: Issue) -> unsent_part.UnsentPart:
        held = []
        for message in issue.unsent.shown:
            ids = {"event_id": message.event_id}
            line = self.troubles.attempt(ids, unsent_part.held_line, message, issue.recipient)
            held += [line] if line else []
        return unsent_part.part(issue.unsent, held, issue.recipient)


def most_of(recipient: Recipient) -> int:
    """How many leads each section shows a recipient in full."""
    return min(recipient.top, MOST_CARDS)


def _by_name(parts: HotSections) -> dict[str, Sequence[Shown]]:
    return {"hot": parts.now, "unanswered": parts.unanswered, "cooling": parts.cooling}
