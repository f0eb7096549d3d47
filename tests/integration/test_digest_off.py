"""The link in each digest: it stops that recipient's digest, and nothing else; it can be undone."""

import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError
from fast_mail_parser import parse_email

from hotlist.links import tokens
from hotlist.links.tokens import Purpose
from hotlist.runtime.clients import aws_client
from hotlist.runtime.failures import RunFailed
from hotlist.store.deliveries import DeliveryStore
from hotlist_cli import rewards
from hotlist_cli.__main__ import main
from integration.permissions import statements
from integration.stages.digest import ANNAS_HOUR, BENS_HOUR, RECENT, Digest
from integration.stages.links import (
    BROWSER,
    KEY,
    PAGE,
    Reader,
    confirm,
    link,
    replace_secret,
    stop_link,
    title,
)
from integration.test_link_scanners import scan
from integration.test_links import MULTIPART, ONE_CLICK, PART, PLAIN
from integration.writes import updated

DAY: Final = timedelta(days=1)
BASE: Final = "https://api.example.com"


def headers(digest: Digest) -> list[Mapping[str, str]]:
    """The headers of each mail. Each stands in it once."""
    mails = [parse_email(one["Content"]["Raw"]["Data"]).headers for one in digest.ses.sent]
    return [{name: values[0] for name, values in mail.items()} for mail in mails]


def stored(reader: Reader) -> list[dict[str, Any]]:
    """Everything in the Deliveries table."""
    table = reader.api.app.settings.deliveries_table
    items: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return sorted(items, key=lambda item: item["delivery_id"]["S"])


def stopped(reader: Reader) -> set[str]:
    return {one["delivery_id"]["S"] for one in stored(reader) if "digest_off_at" in one}


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "attention" in line]


# --- the mail -------------------------------------------------------------------------------


def test_each_digest_has_a_link_of_its_own_recipient(digest: Digest, reader: Reader) -> None:
    digest.lead("ada@example.org", RECENT)
    assert digest.run(BENS_HOUR)["sent"] == 2
    names = []
    for sent, mail in zip(digest.ses.sent, headers(digest), strict=True):
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        (url,) = re.findall(r"\A<(https://[!-~]+)>\Z", mail["List-Unsubscribe"])
        assert f'href="{url}"' in parse_email(sent["Content"]["Raw"]["Data"]).text_html[0]
        page = reader.ask(url.removeprefix(BASE))
        names += re.findall(r"<blockquote>(.*?)</blockquote>", page["body"])
    assert names == ["Anna Kowalska", "Ben Miller"]


def test_the_link_is_there_though_the_address_of_the_api_is_not_in_ascii(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest.app.settings, "public_url", "https://żółw.example")
    digester = type(digest.app.digester).open(
        digest.app.settings, digest.app.dynamodb, digest.app.stores, digest.app.folder, later
    )
    monkeypatch.setattr(digester.outbox.mailer, "_client", digest.ses)
    monkeypatch.setattr(digest.app, "digester", digester)
    digest.lead("ada@example.org", RECENT)
    assert digest.run(ANNAS_HOUR)["sent"] == 1
    (mail,) = headers(digest)
    assert mail["List-Unsubscribe"].startswith("<https://xn--w-uga1v8h.example/unsubscribe/")


def later() -> datetime:
    return ANNAS_HOUR


def test_a_digest_does_not_wait_for_the_keys_of_links(digest: Digest, reader: Reader) -> None:
    """The run fails, so that somebody hears of it."""
    replace_secret(reader.api, {})
    digest.lead("ada@example.org", RECENT)
    with pytest.raises(RunFailed, match="work=links: BadSecret"):
        digest.run(BENS_HOUR)
    assert digest.ses.to == ["anna@example.com", "ben@example.com"]
    assert ["List-Unsubscribe" in mail for mail in headers(digest)] == [False, False]
    for sent in digest.ses.sent:
        assert "/unsubscribe/" not in parse_email(sent["Content"]["Raw"]["Data"]).text_html[0]


# --- what the link does -----------------------------------------------------------------------


def test_one_click_stops_this_digest_and_the_undo_brings_it_back(
    digest: Digest, reader: Reader
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.run(BENS_HOUR)
    path = headers(digest)[0]["List-Unsubscribe"].strip("<>").removeprefix(BASE)
    assert reader.ask(path, "POST", ONE_CLICK)["statusCode"] == 200
    digest.lead("bo@example.org", RECENT + DAY)
    assert digest.run(BENS_HOUR + DAY)["sent"] == 1
    assert digest.ses.to.count("anna@example.com") == 1
    assert digest.app.digester.outbox.deliveries.disabled(["anna"]) == set()  # alerts go on
    assert [event.email for event in reader.events()] == ["ada@example.org", "bo@example.org"]
    reader.press(path, do="resume")
    assert digest.run(BENS_HOUR + 2 * DAY)["sent"] == 2
    assert "bo@example.org" in digest.texts()[-2]  # nothing of the days between is lost


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PLAIN, ONE_CLICK),
        (PLAIN, "do=stop&asked=1"),
        (PLAIN, "do=all"),
        (PLAIN, "x=y"),
        ("", ""),
        ("text/plain", ONE_CLICK),
        ("application/json", "{"),
        (MULTIPART, PART),
        (MULTIPART, "--b"),
        (PLAIN, "a=" + "x" * 100_000),
    ],
    ids=range(10),
)
def test_any_post_stops_it(reader: Reader, kind: str, body: str) -> None:
    """An opt-out is never refused for how a mail program says it."""
    answer = reader.ask(stop_link(), "POST", body, content_type=kind, user_agent="mailer")
    assert answer["statusCode"] == 200
    assert stopped(reader) == {"recipient#anna"}
    assert reader.events() == []


def test_the_page_asks_in_the_mails_language_and_has_a_button_for_both(reader: Reader) -> None:
    page = reader.ask(stop_link())
    assert (page["statusCode"], title(page)) == (200, "Codzienna lista gorących leadów")
    assert re.findall(r'name="do" value="(\w+)"', page["body"]) == ["stop", "resume"]
    assert "Anna Kowalska" in page["body"]
    assert "form-action 'self'" in page["headers"]["content-security-policy"]
    done = reader.press(stop_link(), do="stop", asked="1")
    assert title(done) == "Gotowe"
    assert re.findall(r'name="do" value="(\w+)"', done["body"]) == ["resume"]
    assert stopped(reader) == {"recipient#anna"}
    undone = reader.press(stop_link(), do="resume", asked="2")
    assert re.findall(r'name="do" value="(\w+)"', undone["body"]) == ["stop"]
    assert stopped(reader) == set()


@pytest.mark.parametrize("seed", range(2))
def test_scanners_change_nothing(reader: Reader, seed: int) -> None:
    reader.press(stop_link("ben"), do="stop")
    before = stored(reader)
    asked = [
        stop_link(one) + tail for one in ("anna", "ben") for tail in ("", "?do=stop", "?do=resume")
    ]
    scan(reader, asked, random.Random(seed))
    assert stored(reader) == before
    assert reader.events() == []


def test_other_attributes_of_the_recipient_stay(digest: Digest, reader: Reader) -> None:
    """They say where the next digest begins."""
    digest.lead("ada@example.org", RECENT)
    digest.run(ANNAS_HOUR)
    before = stored(reader)
    reader.press(stop_link(), do="stop")
    assert stored(reader) != before
    reader.press(stop_link(), do="resume")
    assert stored(reader) == before


def test_an_old_link_stops_it(reader: Reader) -> None:
    assert title(reader.press(stop_link(day=ANNAS_HOUR.date() - 900 * DAY), do="stop")) == "Gotowe"
    assert stopped(reader) == {"recipient#anna"}


def test_somebody_who_is_no_longer_in_the_file_leaves_no_item(reader: Reader) -> None:
    for method in ("GET", "POST"):
        assert reader.ask(stop_link("zoe"), method, **PAGE)["statusCode"] == 410
    assert stored(reader) == []


def test_links_of_leads_and_of_digests_are_not_each_others(reader: Reader) -> None:
    """Each is signed for one purpose, whatever it claims."""
    token = stop_link().rpartition("/")[2]
    for path in (
        link(Purpose.UNSUBSCRIBE, digest="1"),
        f"/unsubscribe/{confirm().rpartition('/')[2]}",
        *(f"/{kind}/{token}" for kind in ("confirm", "d", "o", "c")),
    ):
        assert reader.ask(path)["statusCode"] == 404
    assert reader.press(link(Purpose.UNSUBSCRIBE, digest="1"), do="all")["statusCode"] == 404
    assert (reader.events(), stored(reader)) == ([], [])


# --- what somebody hears of it ------------------------------------------------------------------


def test_the_first_word_has_an_alarm_with_the_way_back(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        reader.ask(stop_link(), "POST", ONE_CLICK)
    (line,) = told(capsys)
    assert (line["attention"], line["recipient"]) == ("digest stopped", "anna")
    assert line["undo"] == "hotlist sales digest on anna"
    reader.press(stop_link(), do="resume")
    reader.press(stop_link(), do="resume")
    assert told(capsys) == []
    reader.ask(stop_link(), "POST", ONE_CLICK)
    assert len(told(capsys)) == 1


def test_an_answer_that_is_lost_costs_nobody_the_alarm(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """botocore sends the same update again, which finds its own word."""

    def twice(service: str) -> Any:
        client = aws_client(service)
        update = client.update_item

        def update_item(**request: Any) -> Any:
            update(**request)
            return update(**request)

        client.update_item = update_item
        return client

    monkeypatch.setattr("hotlist.capture.digest_links.aws_client", twice)
    reader.ask(stop_link(), "POST", ONE_CLICK)
    assert len(told(capsys)) == 1


def test_what_is_not_stored_is_not_acknowledged(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    monkeypatch.setattr("hotlist.store.deliveries.DeliveryStore.stop_digest", busy)
    answer = reader.press(stop_link(), do="stop")
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")
    assert reader.ask(stop_link())["statusCode"] == 200


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def command(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs `hotlist sales digest` on a stack of the name `mine`."""

    class Stacks:
        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's name
            value = reader.api.app.settings.deliveries_table
            outputs = [{"OutputKey": "DeliveriesTable", "OutputValue": value}]
            return {"Stacks": [{"Outputs": outputs if StackName == "mine" else []}]}

    def client(service: str, said: Mapping[str, str]) -> Any:
        return Stacks() if service == "cloudformation" else boto3.client(service)

    monkeypatch.setattr(rewards, "client", client)

    def run(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["sales", "digest", *given])
        return status, *capsys.readouterr()

    return run


def test_an_operator_brings_a_digest_back(
    reader: Reader, command: Callable[..., tuple[int, str, str]]
) -> None:
    reader.press(stop_link(), do="stop")
    reader.press(stop_link("ben"), do="stop")
    status, said, _ = command("on", "anna", "--stack", "mine")
    assert (status, said) == (0, "anna gets the digest again.\n")
    assert stopped(reader) == {"recipient#ben"}
    for name in ("anna", "nobody", ""):
        status, _, said = command("on", name, "--stack", "mine")
        assert status == 1
        assert said.startswith("Nothing is changed:")
    assert stopped(reader) == {"recipient#ben"}
    assert "recipient#nobody" not in {one["delivery_id"]["S"] for one in stored(reader)}


def test_whoever_gets_no_mail_at_all_does_not_get_the_digest_again(
    reader: Reader, command: Callable[..., tuple[int, str, str]]
) -> None:
    table = reader.api.app.settings.deliveries_table
    DeliveryStore(boto3.client("dynamodb"), table).disable("anna", "bounce", ANNAS_HOUR)
    reader.press(stop_link(), do="stop")
    status, said, err = command("on", "anna", "--stack", "mine")
    assert (status, said) == (1, "")
    assert err.startswith("anna gets no mail at all: ")
    assert "not stopped any more" in err
    assert stopped(reader) == set()
    status, said, err = command("on", "anna", "--stack", "mine")
    assert (status, said) == (1, "")
    first, second = err.splitlines()
    assert first.startswith("Nothing is changed:")
    assert second.startswith("anna gets no mail at all: ")
    assert "not stopped any more" not in second


def test_a_stack_or_stage_that_is_not_there_is_told(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    for given, says in ((("--stack", "old"), "deploy it again"), (("--stage", "x"), "no section")):
        status, said, err = command("on", "anna", *given)
        assert (status, said) == (1, "")
        assert says in err


# --- what capture may do ------------------------------------------------------------------------


def test_capture_may_write_nothing_else_into_the_table(reader: Reader) -> None:
    (statement,) = [
        one for one in statements("capture")
        if one["Resource"] == {"Fn::GetAtt": ["DeliveriesTable", "Arn"]}
    ]  # fmt: skip
    assert statement["Action"] == "dynamodb:UpdateItem"
    condition = statement["Condition"]
    assert condition["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["recipient#*"]}
    requests: list[dict[str, Any]] = []
    reader.ask(stop_link(), "POST", ONE_CLICK)
    deliveries = reader.api.app.capture._links._digests._deliveries
    deliveries._client.meta.events.register(
        "provide-client-params.dynamodb.UpdateItem", lambda params, **_: requests.append(params)
    )
    reader.ask(stop_link(), "POST", ONE_CLICK)
    reader.press(stop_link(), do="resume")
    assert len(requests) == 2
    for request in requests:
        assert request["Key"]["delivery_id"]["S"].startswith("recipient#")
        named = {*request["Key"], *updated(request["UpdateExpression"], {})}
        named |= {*re.findall(r"[a-z]+_[a-z_]+_at", request["ConditionExpression"])}
        assert named == {*condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]}
        assert "ReturnValues" not in request
    assert condition["StringEqualsIfExists"] == {"dynamodb:ReturnValues": "NONE"}


def test_no_form_loads_what_links_of_digests_need(reader: Reader) -> None:
    assert reader.ask(link(Purpose.UNSUBSCRIBE), user_agent=BROWSER)["statusCode"] == 200
    assert reader.api.app.capture._links._digests is None


def test_a_link_says_whose_it_is_and_when_it_was_mailed(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.run(ANNAS_HOUR)
    url = headers(digest)[0]["List-Unsubscribe"].strip("<>")
    token = tokens.verified(url.rpartition("/")[2], Purpose.DIGEST_OFF, KEY, datetime.now(UTC))
    assert (token.subject, token.recipient, token.day) == ("", "anna", ANNAS_HOUR.date())
    assert token.said == {"digest": "1", "lang": "pl"}
