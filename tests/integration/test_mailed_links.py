"""The links of mails as they are rendered: scanners change nothing, the person's clicks work."""

import html
import random
import re
from typing import Any, Final

import boto3
import pytest

from hotlist.events.vocabulary import PREFETCH
from hotlist.links import tokens
from hotlist.links.tokens import Token
from integration.stages.capture import Api
from integration.stages.links import ADA, BROWSER, CONSENTS, FILE, KEY, SHOP, Reader
from integration.stages.notify import Notify
from integration.stages.score import Score
from integration.stages.to_leads import has_forms, mails, word
from integration.test_link_scanners import scan

LINK: Final = re.compile(r"https://api\.example\.com(/(\w+)/[\w-]+)")
KINDS: Final = {
    "confirm": {"confirm", "unsubscribe", "o"},
    "reward": {"d", "unsubscribe", "o"},
    "receipt": {"c", "unsubscribe", "o"},
}
RECORDED: Final = {"email_opened", "email_clicked"}
TRACKING: Final = {"tracking": {"version": "1", "text": {"en": "You may watch.", "pl": "Tak"}}}


class Keys:
    """Signs links with the key of the API."""

    def sign(self, token: Token) -> str:
        return tokens.sign(token, KEY)


@pytest.fixture
def reader(api: Api, notify: Notify) -> Reader:
    """Follows links of mails to Ada, who has answered one before."""
    found = Reader(api)
    receipt = {"subject": {"en": "Hi"}, "text": {"en": f"See {SHOP}."}}
    found.forms["news"] |= {"consents": CONSENTS | TRACKING, "receipt": receipt}
    has_forms(notify, forms=found.forms, links=Keys())
    bucket = api.app.settings.rewards_bucket
    boto3.client("s3").put_object(Bucket=bucket, Key=str(FILE["object"]), Body=b"%PDF")
    notify.events.put(word(1, "reward_claimed", notify.now, form="news", reward="guide"))
    return found


def mailed(reader: Reader, score: Score, notify: Notify) -> dict[str, set[tuple[str, str]]]:
    """The links of each mail that Ada gets for a form, as kind and path: of all its parts."""
    sent = {"email": "ada@example.org", "consent_email": "on", "consent_tracking": "on"}
    assert reader.api.post("/forms/news", sent, user_agent=BROWSER)[0] == 201
    score.deliver(*(one for one in reader.events() if one.type == "form_submitted"))
    letters = score.letters()
    notify.tell(*letters)
    assert len(letters) == 3
    found = {}
    for mail in mails(notify):
        texts = [str(mail["List-Unsubscribe"])]
        for kind in ("plain", "html"):
            body = mail.get_body((kind,))
            assert body is not None
            texts.append(html.unescape(body.get_content()))
        links = {(kind, path) for path, kind in LINK.findall(" ".join(texts))}
        kinds = {kind for kind, _ in links}
        (name,) = (name for name, wanted in KINDS.items() if wanted == kinds)
        found[name] = links
    assert found.keys() == KINDS.keys()
    return found


@pytest.mark.parametrize("seed", range(2))
def test_scanners_of_each_mail_change_nothing_and_then_its_links_work(
    reader: Reader, score: Score, notify: Notify, seed: int
) -> None:
    links = mailed(reader, score, notify)
    before = {one.event_id for one in reader.events()}
    was = score.lead(ADA)
    assert was.tracked
    paths = sorted(path for found in links.values() for _, path in found)
    assert len(paths) >= 9
    scan(reader, paths, random.Random(seed))
    scanned = [one for one in reader.events() if one.event_id not in before]
    assert {one.type for one in scanned} == RECORDED
    assert [one for one in scanned if PREFETCH not in one.flags] == []
    score.deliver(*scanned)
    now = score.lead(ADA)
    assert (now.total, now.temperature, now.stage) == (was.total, was.temperature, was.stage)

    pressed = {"confirm": {"do": "confirm"}, "d": {"do": "claim"}, "unsubscribe": {"do": "all"}}
    said: dict[str, dict[str, Any]] = {}
    for name, kind in (
        ("confirm", "confirm"),
        ("reward", "d"),
        ("receipt", "c"),
        ("receipt", "o"),
        ("receipt", "unsubscribe"),
    ):
        (path,) = (path for one, path in links[name] if one == kind)
        fields = pressed.get(kind)
        said[kind] = reader.press(path, **fields) if fields else reader.ask(path)
        assert said[kind]["statusCode"] < 400
    assert said["c"]["headers"]["location"] == SHOP
    assert reader.ask(said["d"]["headers"]["location"])["statusCode"] == 302
    known = {one.event_id for one in scanned} | before
    done = [one.type for one in reader.events() if one.event_id not in known]
    assert sorted(done) == sorted([
        "consent_given", "reward_claimed", "file_downloaded", *RECORDED, "unsubscribed"
    ])  # fmt: skip
