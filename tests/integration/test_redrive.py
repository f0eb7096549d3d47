"""`hotlist outbox retry`: what was parked is sent, once its cause is gone."""

from functools import partial
from typing import Any

import boto3
import pytest

from hotlist_cli import outbox
from hotlist_cli.__main__ import main
from integration.stages.letters import refuse
from integration.stages.notify import ALERT, EVERYBODY, Notify, a_lead
from integration.stages.stacks import client


@pytest.fixture
def parked(notify: Notify, monkeypatch: pytest.MonkeyPatch) -> Notify:
    """An alert to each that SES refused for good, in a stack of these queues."""
    urls = {
        "OutboxQueueUrl": notify.queues["outbox"],
        "OutboxDeadLettersUrl": notify.queues["dead_letters"],
    }
    monkeypatch.setattr(boto3, "client", partial(client, {"mine": urls}))
    notify.leads.save(a_lead(), None)
    refuse(notify, "MessageRejected", 400)
    notify.tell(ALERT)
    assert notify.ses.sent == []
    notify.ses.refuse = {}
    return notify


def waiting(notify: Notify, queue: str) -> int:
    """Messages of a queue, seen or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = notify.sqs.get_queue_attributes(QueueUrl=notify.queues[queue], AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def test_what_was_parked_is_sent_once(parked: Notify, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "retry", "--stack", "mine"]) == 0
    assert capsys.readouterr() == ("2 mails moved\n", "")
    parked.work_off()
    assert parked.ses.to == EVERYBODY
    assert waiting(parked, "dead_letters") == 0
    assert main(["outbox", "retry", "--stack", "mine"]) == 0
    assert capsys.readouterr().out == "0 mails moved\n"


def test_no_more_are_moved_than_asked_for(parked: Notify) -> None:
    assert main(["outbox", "retry", "--stack", "mine", "--most", "1"]) == 0
    parked.work_off()
    assert len(parked.ses.sent) == 1
    assert waiting(parked, "dead_letters") == 1


def test_what_sqs_refuses_stays_where_it_is(
    parked: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(parked.sqs, name)

        def send_message_batch(self, **asked: Any) -> dict[str, Any]:
            return {"Failed": [{"Id": one["Id"]} for one in asked["Entries"]]}

    queues = parked.queues
    assert outbox.move(Refusing(), queues["dead_letters"], queues["outbox"], 10) == (0, 2)
    assert waiting(parked, "dead_letters") == 2


def test_a_process_that_ends_between_sending_and_deleting_loses_nothing(parked: Notify) -> None:
    class Killed(Exception):
        pass

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(parked.sqs, name)

        def delete_message(self, **_: Any) -> None:
            raise Killed

    queues = parked.queues
    with pytest.raises(Killed):
        outbox.move(Dying(), queues["dead_letters"], queues["outbox"], 10)
    assert waiting(parked, "dead_letters") == 2
    parked.work_off()
    parked.queue(ALERT.to("anna"), ALERT.to("ben"))  # as the next retry does
    parked.work_off()
    assert parked.ses.to == EVERYBODY


def test_a_stack_without_the_queues_is_named(
    parked: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outbox", "retry", "--stack", "other"]) == 1
    assert "the stack other has no OutboxQueueUrl" in capsys.readouterr().err
    assert waiting(parked, "dead_letters") == 2


def test_called_wrongly_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox"]) == 2
    assert main(["outbox", "retry", "--most", "0"]) == 2
    assert main(["no-such-command"]) == 2
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for command in ("config", "local", "outbox", "rules"):
        assert command in said
