"""What scans a mail changes nothing: its looks are flagged, and the person's click works then."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import MACHINES, PREFETCH, Route
from hotlist.leads.classify import channel, classify
from hotlist.leads.profile import profile_of
from hotlist.links.tokens import Purpose
from integration.stages.capture import Api
from integration.stages.links import (
    ADA,
    BROWSER,
    FILE,
    PAGE,
    Reader,
    answer,
    clicked,
    confirm,
    download,
    link,
    opened,
    reward,
)
from integration.stages.score import Score

LOOKS: Final[list[dict[str, str]]] = [
    {"user_agent": BROWSER, "purpose": "prefetch"},
    {"user_agent": BROWSER, "sec_purpose": "prefetch;prerender", "accept": "text/html"},
    {"user_agent": BROWSER, "x_moz": "prefetch"},
    {"user_agent": BROWSER, "x_purpose": "preview"},
    *(
        {"user_agent": agent, "accept": "text/html,*/*"}
        for agent in (
            "",
            "Mozilla/5.0",
            "Mozilla/5.0 (compatible; BarracudaCentral/1.0)",
            "Barracuda Sentinel (EE)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Mimecast/1.0",
            "Mozilla/5.0 (compatible; proofpoint url-defense)",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "Microsoft Office Existence Discovery",
            "Mozilla/5.0 (Windows NT 10.0) Chrome/42.0 Safari/537.36 Edge/12.246 Mozilla/5.0",
            "python-requests/2.32",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        )
    ),
]
RECORDED: Final = {"email_opened", "email_clicked", "file_downloaded"}


def scan(reader: Reader, paths: list[str], draw: random.Random) -> None:
    """Each link twenty times, in any order: HEAD by a browser, or a GET that says who it is."""
    asked = [path for path in paths for _ in range(20)]
    draw.shuffle(asked)
    for path in asked:
        if draw.random() < 0.3:
            answer = reader.ask(path, "HEAD", **PAGE)
        else:
            answer = reader.ask(path, **draw.choice(LOOKS))
        assert answer["statusCode"] < 400


@pytest.fixture
def reader(api: Api) -> Reader:
    found = Reader(api)
    bucket = api.app.settings.rewards_bucket
    boto3.client("s3").put_object(Bucket=bucket, Key=str(FILE["object"]), Body=b"%PDF")
    return found


def profile(reader: Reader) -> Any:
    events = [classify(event) for event in reader.events()]
    return profile_of(events, max(event.received_at for event in events), channel)


@pytest.mark.parametrize("seed", range(3))
def test_scanners_change_nothing_and_then_the_persons_clicks_work(
    reader: Reader, score: Score, seed: int
) -> None:
    sent = {"email": "ada@example.org", "consent_email": "on"}
    assert reader.api.post("/forms/news", sent, user_agent=BROWSER)[0] == 201
    score.deliver(*reader.events())
    before, was = profile(reader), score.lead(ADA)
    paths = [
        *(confirm(), link(Purpose.UNSUBSCRIBE), reward(), download()),
        *(opened(), clicked()),
        *(answer(), f"{answer('ben')}?do=contacted"),
    ]
    scan(reader, paths, random.Random(seed))
    form, *scanned = sorted(reader.events(), key=lambda one: one.received_at)
    assert form.type == "form_submitted"
    assert {one.type for one in scanned} == RECORDED
    assert [one for one in scanned if not classify(one).flags & MACHINES] == []
    assert [one for one in scanned if PREFETCH not in one.flags] == []
    score.deliver(*scanned)
    after, now = profile(reader), score.lead(ADA)
    assert after.facts == before.facts
    assert (after.last_event_id, after.ends_at) == (before.last_event_id, before.ends_at)
    assert (now.total, now.temperature, now.stage) == (was.total, was.temperature, was.stage)

    reader.press(confirm(), do="confirm")
    location = reader.press(reward(), do="claim")["headers"]["location"]
    for path in (location, opened(), clicked()):
        reader.ask(path)
    facts = profile(reader).facts
    assert facts["consents"] == ["email"]
    assert facts["email_confirmed"] is True
    counted = [event.type for event in profile(reader).events if not event.flags]
    assert {*counted} == {"form_submitted", "consent_given", "reward_claimed", *RECORDED}

    reader.press(answer(), do="won")
    score.deliver(*reader.events())
    assert score.lead(ADA).stage == "customer"
    reader.press(link(Purpose.UNSUBSCRIBE), do="object")
    reader.press(link(Purpose.UNSUBSCRIBE), do="all")
    score.deliver(*reader.events())
    assert profile(reader).facts["consents"] == []
    assert profile(reader).facts["suspended"] is True
    assert score.lead(ADA).stage == "suspended"


@pytest.mark.parametrize("headers", [PAGE, *LOOKS])
def test_a_get_by_anybody_confirms_gives_and_ends_nothing(
    reader: Reader, headers: dict[str, str]
) -> None:
    for path in (confirm(), link(Purpose.UNSUBSCRIBE), reward(), answer()):
        for method in ("GET", "HEAD"):
            page = reader.ask(path, method, **headers)
            assert page["statusCode"] == 200
            assert "location" not in page["headers"]
            for said in ("do=all&List-Unsubscribe=One-Click", "do=contacted", "do=undo"):
                assert reader.ask(f"{path}?{said}", method, **headers)
    assert reader.events() == []


def test_who_looks_first_stands_for_nobody_else(reader: Reader) -> None:
    """A scanner that is found out later has not taken the person's place."""
    unknown = "Mozilla/5.0 (Windows NT 10.0) Chrome/90.0 Safari/537.36"
    for agent in (unknown, BROWSER, BROWSER, unknown):
        reader.ask(clicked(), user_agent=agent, accept="text/html")
    agents = [event.properties["user_agent"] for event in reader.events()]
    assert sorted(map(str, agents)) == sorted([unknown, BROWSER])
    assert len({event.dedup for event in reader.events()}) == 2


@pytest.mark.parametrize("flags", [frozenset(), frozenset({PREFETCH})])
def test_who_objects_to_being_profiled_is_not_tracked_by_mails(
    score: Score, flags: frozenset[str]
) -> None:
    """Their consent to tracking was for another purpose, and is not ended by it."""
    now = datetime.now(UTC)
    sent = Event(
        event_id=f"{1:032}",
        type="form_submitted",
        route=Route.FORM,
        occurred_at=now - timedelta(minutes=2),
        received_at=now - timedelta(minutes=2),
        expires_at=now + timedelta(days=300),
        subject=ADA,
        email="ada@example.org",
        properties={"consents": {"tracking": {"version": "1"}}},
    )
    score.happened(sent)
    assert score.lead(ADA).tracked is True
    objected = replace(
        sent,
        event_id=f"{2:032}",
        type="profiling_objected",
        route=Route.LINK,
        occurred_at=now - timedelta(minutes=1),
        received_at=now - timedelta(minutes=1),
        email=None,
        properties={},
        flags=flags,
    )
    score.happened(objected)
    assert score.lead(ADA).tracked is (flags != frozenset())
