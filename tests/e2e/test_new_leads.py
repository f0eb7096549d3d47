"""The index of leads by day, as the template makes it: the digest's numbers of new leads."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from fast_mail_parser import parse_email

from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, sent
from hotlist.leads.lead import Created
from hotlist.store.newcomers import CreatedStore
from hotlist_cli.local.demo import invoke_digest
from hotlist_cli.local.stack import Stack

MADE = 12
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def created(stack: Stack, begins: datetime, ends: datetime) -> dict[str, Created]:
    """The leads that the store's own query finds, by id."""
    store = CreatedStore(stack.client("dynamodb"), stack.name("LeadsTable"))
    found = [read() for _, page in store.between(begins, ends) for read in page]
    return {one.lead_id: one for one in found}


def next_morning(now: datetime) -> datetime:
    """The next 8:15 of a working day on which nobody had a digest, tomorrow at the earliest."""
    at = datetime.combine(now.date() + DAY, time(8, 15), UTC)
    while at.weekday() > 4:
        at += DAY
    return at


def forget(stack: Stack, recipient: str) -> None:
    """Let a recipient have had no digest: other tests run digests of years to come."""
    stack.client("dynamodb").delete_item(
        TableName=stack.name("DeliveriesTable"),
        Key={"delivery_id": {"S": f"recipient#{recipient}"}},
    )


def number(text: str, label: str) -> int:
    (found,) = re.findall(rf"^{label}: ([\d,]+)", text, re.MULTILINE)
    return int(found.replace(",", ""))


def test_leads_of_a_form_are_found_by_day_and_counted_by_channel(stack: Stack, api: Api) -> None:
    now = datetime.now(UTC)
    emails = [somebody() for _ in range(MADE)]
    for email in emails:
        answer = api.submit("webinar", name="Af Filia", email=email, medium="affiliate")
        assert answer.status == 201

    ours = {lead_id(email) for email in emails}
    found = eventually(lambda: all_of(ours, created(stack, now - HOUR, now + HOUR)))
    assert {one.channel for one in found.values()} == {"affiliate"}
    assert all(now - HOUR < one.created_at < now + HOUR for one in found.values())
    assert not ours & created(stack, now - 2 * DAY, now - HOUR).keys()

    forget(stack, "ben")
    at = next_morning(now)
    period = at - WEEK, at - timedelta(minutes=3)
    before = len(created(stack, *period))
    invoke_digest(stack, at)
    after = len(created(stack, *period))

    (mail,) = sent(stack, f"digest#ben#{at.date()}")
    (text,) = parse_email(stack.mailbox.read(mail)).text_plain
    text = text.replace("\r\n", "\n")
    assert number(text, "affiliates") == MADE
    assert before <= number(text, "new leads") <= after


def all_of(wanted: Iterable[str], found: dict[str, Created]) -> dict[str, Created] | None:
    """These of what was found, once all are there."""
    return {one: found[one] for one in wanted} if found.keys() >= set(wanted) else None
