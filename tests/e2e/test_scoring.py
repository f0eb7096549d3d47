"""From a post to a scored lead, through the stream."""

import uuid

from e2e.api import Api, eventually, some_phone, somebody
from e2e.looks import lead_id, leads, scored
from e2e.one_stack import parked
from hotlist.identity.identifiers import PHONE, subject
from hotlist.leads.lead import LeadState, Temperature
from hotlist_cli.local.stack import Stack


def test_a_lead_is_scored_within_five_seconds(stack: Stack, api: Api) -> None:
    email = somebody()

    assert api.submit("contact", name="Ada", email=email, message="hello").status == 201

    lead = scored(stack, lead_id(email), seconds=5)
    assert (lead.temperature, lead.total) == (Temperature.HOT, 30)
    assert lead.contact.name == "Ada"
    assert [reason.rule for reason in lead.reasons] == ["contact"]


def test_the_same_submission_twice_is_scored_once(stack: Stack, api: Api) -> None:
    email, marker, key = somebody(), somebody(), str(uuid.uuid4())

    for _ in range(3):
        api.submit("webinar", name="Ada", email=email, event_id=key)
    api.submit("ebook", email=marker)
    scored(stack, lead_id(marker))  # the stream is in order: all before it has been worked off

    lead = scored(stack, lead_id(email))
    assert (lead.total, lead.version) == (20, 1)


def test_a_phone_and_a_later_email_with_it_are_one_lead(stack: Stack, api: Api) -> None:
    email, phone = somebody(), some_phone()
    by_phone = subject(PHONE, phone)
    api.submit("contact", name="Jan", phone=phone, message="Call me")
    assert scored(stack, by_phone).total == 30

    api.submit("webinar", name="Jan", email=email, phone=phone)

    lead = scored(stack, lead_id(email), total=50)
    assert (lead.contact.email, lead.contact.phone) == (email, phone)
    taken = leads(stack).get(by_phone)
    assert taken is not None
    assert (taken.state, taken.claimed_by) == (LeadState.CLAIMED, lead_id(email))


def test_earlier_visits_count_once_the_visitor_is_known(stack: Stack, api: Api) -> None:
    email, visitor = somebody(), str(uuid.uuid4())
    pages = [
        {
            "type": "page_viewed",
            "event_id": str(uuid.uuid4()),
            "properties": {"page_url": f"https://www.example.com/{page}"},
        }
        for page in ("pricing", "pricing/large", "about")
    ]
    before = gathered_batches(stack)
    api.track(visitor, *pages)
    # The visits have been seen while the visitor was nobody.
    eventually(lambda: gathered_batches(stack) > before)

    api.submit("ebook", email=email, visitor_id=visitor)

    lead = scored(stack, lead_id(email), total=35)
    assert {reason.rule: int(reason.points) for reason in lead.reasons} == {
        "pricing": 20,
        "ebook": 15,
    }


def test_a_poison_record_stops_no_other_and_is_parked(stack: Stack, api: Api) -> None:
    dynamodb, events = stack.client("dynamodb"), stack.name("EventsTable")
    first, last = somebody(), somebody()
    api.submit("ebook", email=first)
    api.submit("ebook", email=last)
    scored(stack, lead_id(first))
    scored(stack, lead_id(last))
    healthy = [
        dynamodb.query(
            TableName=events,
            KeyConditionExpression="subject = :s",
            ExpressionAttributeValues={":s": {"S": lead_id(email)}},
        )["Items"][0]
        for email in (first, last)
    ]
    poison = {
        **healthy[0],
        "subject": {"S": f"email:{uuid.uuid4()}"},
        "event_key": {"S": "e#poison"},
        "occurred_at": {"S": "no time at all"},
    }
    again = [{**item, "event_key": {"S": f"e#{uuid.uuid4().hex}"}} for item in healthy]
    for item in again:
        item |= {"type": {"S": "webinar_registered"}, "dedup": {"S": f"key:{uuid.uuid4()}"}}

    # One call, so one batch of the stream: within the second that the mapping gathers records.
    batch = [again[0], poison, again[1]]
    dynamodb.batch_write_item(
        RequestItems={events: [{"PutRequest": {"Item": item}} for item in batch]}
    )

    assert scored(stack, lead_id(first), total=35).total == 35
    assert scored(stack, lead_id(last), total=35).total == 35
    (kept,) = eventually(lambda: parked(stack))
    assert kept["subject"] == poison["subject"]["S"]
    assert kept["event_id"] == "e#poison"
    assert kept["error"]


def gathered_batches(stack: Stack) -> int:
    """How many batches of gathered events have been scored."""
    return sum('"lane":"gathered"' in line for line in stack.logs())


def test_both_lanes_are_read_as_they_are_deployed(stack: Stack, api: Api) -> None:
    lanes = {
        stack.deployed.names[name]: name for name in ("ScoreEventsMapping", "ScoreGatheredMapping")
    }
    pumped = {lanes[one.uuid]: one for one in stack.pump.mappings if one.uuid in lanes}
    now, gathered = pumped["ScoreEventsMapping"], pumped["ScoreGatheredMapping"]
    assert (now.window.total_seconds(), gathered.window.total_seconds()) == (0, 1)
    assert (now.batch_size, gathered.batch_size) == (100, 1000)
    assert gathered.function == f"{now.function}:gathered"

    email, visitor = somebody(), str(uuid.uuid4())
    api.submit("webinar", name="Ada", email=email, visitor_id=visitor)
    scored(stack, lead_id(email), total=20)
    page = {"page_url": f"{stack.site_url}/pricing/"}
    for number in range(3):
        view = {"type": "page_viewed", "event_id": f"{visitor}-{number}", "properties": page}
        assert api.track(visitor, view).status == 202
    lead = scored(stack, lead_id(email), total=50)
    assert lead.version <= 1 + 3
