"""`make flood`: many forms and views at once, while SES's answers are lost and workers are killed.

When all has been worked off, everything is read back: what was acknowledged must be stored, each
lead must be what its events make it, and each mail that is due must have been sent once, or be
held and told.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.store.deliveries import LEASE
from hotlist_cli.local import offline, readback
from hotlist_cli.local.build import Tools
from hotlist_cli.local.expected import Expectations, all_events, all_leads
from hotlist_cli.local.figures import Limits, Mails, lag_line
from hotlist_cli.local.invocations import Invocations, Killer, Target
from hotlist_cli.local.mailbox import Fault
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.traffic import KNOWN, VIEWS_A_CALL, Rates, Sent, Traffic, statuses

_QUIET: Final = 3.0
"""All has been worked off when no function has run for so many seconds, and no message waits."""

_QUEUES: Final = ("OutboxQueue", "RescoreQueue")
_WAITING: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_PARKED: Final = ("OutboxDeadLetters", "FailureQueue")
_EVERY_SEND: Final = 1_000_000_000
_MOST_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a flood sends, and what goes wrong meanwhile. Times are in seconds."""

    seconds: float
    rates: Rates
    lost: float
    kill_every: float
    lease: int
    mails_per_hour: int
    within: float
    wait: float


@dataclass(frozen=True, slots=True)
class Run:
    """What a flood ran with."""

    stack: Stack
    plan: Plan
    expectations: Expectations
    invocations: Invocations


@dataclass(slots=True)
class Result:
    """What a flood found. It went well if nothing is `wrong`."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def say(self, name: str, what: str) -> None:
        self.lines.append(f"{name:<14}{what}")


def flood(tools: Tools, plan: Plan, say: Callable[[str], None]) -> int:
    """Run a flood and print what came of it. 0 if nothing was wrong, otherwise 1."""
    expectations = Expectations.read(tools.root / "config")
    parameters = {
        "MailLeaseSeconds": str(plan.lease),
        "MailsPerHour": str(plan.mails_per_hour),
    }
    with Stack(tools, noting=True, parameters=parameters, progress=say) as stack:
        result = _flow_and_judge(stack, plan, expectations, say)
    print("\n".join(["", *result.lines]))
    if result.wrong:
        shown = [f"  {one}" for one in result.wrong[:_MOST_SHOWN]]
        more = len(result.wrong) - len(shown)
        print("\n".join(["\nThe flood found mistakes.", *shown]), file=sys.stderr)
        if more:
            print(f"  and {more} more", file=sys.stderr)
    return 1 if result.wrong else 0


def _flow_and_judge(
    stack: Stack, plan: Plan, expectations: Expectations, say: Callable[[str], None]
) -> Result:
    result = Result()
    _shorten_visibility(stack, plan.lease)
    invocations = Invocations(stack.invocations)
    traffic = Traffic(stack.api_url, plan.rates)
    say(f"{KNOWN + 1} visitors become known")
    introduced = traffic.introduce()
    if not _is_quiet(stack, invocations, plan.wait):
        result.wrong.append(f"the first forms were not worked off in {plan.wait:.0f} s")
        return result
    if plan.lost:
        stack.mailbox.add_fault(Fault("no-answer", times=_EVERY_SEND, rate=plan.lost))
    killer = Killer(invocations, _targets(stack), plan.kill_every or plan.wait, stack.scratch)
    if plan.kill_every:
        killer.start()
    say(f"sending for {plan.seconds:.0f} s")
    took = traffic.flow(plan.seconds)
    killer.stop()
    say("waiting until all is worked off")
    began = time.monotonic()
    if not _is_quiet(stack, invocations, plan.wait):
        result.wrong.append(f"not all was worked off within {plan.wait:.0f} s; see --wait")
    after = time.monotonic() - began
    stack.mailbox.clear_faults()
    _tell_traffic(result, plan, traffic.sent, took, after)
    run = Run(stack, plan, expectations, invocations)
    _judge(result, run, introduced, traffic.sent)
    _tell_kills(result, killer)
    return result


def _shorten_visibility(stack: Stack, lease: int) -> None:
    """Shorten the time after which a message comes back whose worker died, as the lease was.

    As deployed both queues have less than the lease. So what is tried here in seconds is what
    happens in minutes there.
    """
    sqs = stack.client("sqs")
    for name in _QUEUES:
        url = stack.name(name)
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        deployed = int(answer["Attributes"]["VisibilityTimeout"])
        shorter = max(1, round(deployed * lease / LEASE.total_seconds()))
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(shorter)})


def _targets(stack: Stack) -> list[Target]:
    outbox = stack.name("OutboxQueue").rpartition("/")[2]
    return [
        Target("notify, sending", stack.name("NotifyFunction"), outbox),
        Target("score", stack.name("ScoreFunction"), ""),
    ]


def _is_quiet(stack: Stack, invocations: Invocations, wait: float) -> bool:
    """Wait until all has been worked off. False if it never was."""
    deadline = time.monotonic() + wait
    busy_at = time.monotonic()
    while time.monotonic() < deadline:
        before = len(invocations.by_id)
        is_running = bool(invocations.read()) or len(invocations.by_id) > before
        if is_running or stack.feedback.waiting or _waiting(stack):
            busy_at = time.monotonic()
        elif time.monotonic() - busy_at >= _QUIET:
            return True
        time.sleep(0.2)
    return False


def _waiting(stack: Stack, names: Iterable[str] = _QUEUES) -> int:
    """How many messages wait in the queues, or are in flight."""
    sqs = stack.client("sqs")
    answers = (
        sqs.get_queue_attributes(QueueUrl=stack.name(name), AttributeNames=list(_WAITING))
        for name in names
    )
    return sum(int(answer["Attributes"].get(one, 0)) for answer in answers for one in _WAITING)


# --- what is judged -----------------------------------------------------------------------


def _judge(result: Result, run: Run, introduced: list[Sent], flow: list[Sent]) -> None:
    stack, expectations = run.stack, run.expectations
    events = {event.event_id: event for event in all_events(stack)}
    leads = all_leads(stack)
    versions = readback.versions(stack)
    acknowledged = {event_id for one in (*introduced, *flow) for event_id in one.event_ids}
    lost = acknowledged - events.keys()
    result.wrong += [
        f"the event {event_id} was acknowledged and is not stored" for event_id in lost
    ]
    result.say("acknowledged", f"{len(acknowledged):,} events")
    result.say("stored", f"{len(events):,}; {len(lost)} of the acknowledged ones are missing")

    of_leads = offline.by_lead(events.values())
    differing = list(readback.differing(expectations, of_leads, leads))
    result.wrong += differing
    result.say("leads", f"{len(of_leads):,}; {len(differing)} are not what their events make")

    team = [recipient.id for recipient in expectations.team.recipients]
    due = readback.due(expectations, introduced, flow, events, leads)
    limits = Limits(timedelta(seconds=run.plan.within), timedelta(seconds=run.plan.lease))
    mails = readback.mails(stack, due, run.invocations, team, limits)
    result.wrong += mails.wrong
    _tell_mails(result, mails)
    _tell_lags(result, mails, flow, events, versions)
    parked = _waiting(stack, _PARKED)
    result.say("parked", f"{parked}")
    if parked:
        result.wrong.append(f"{parked} records or mails were parked")


# --- what is printed ----------------------------------------------------------------------


def _tell_traffic(result: Result, plan: Plan, sent: list[Sent], took: float, after: float) -> None:
    for source, asked in (
        ("forms", plan.rates.forms),
        ("views", plan.rates.views),
        ("browser", plan.rates.browser),
    ):
        reached = sum(len(one.event_ids) for one in sent if one.call.source == source) / took
        unit = "forms" if source == "forms" else "views"
        result.say(source, f"{asked:g} {unit}/s asked, {reached:.1f}/s acknowledged")
    refused = {status: n for status, n in statuses(sent).items() if status not in (201, 202)}
    said = ", ".join(f"{n} × {status or 'no answer'}" for status, n in sorted(refused.items()))
    result.say(
        "calls", f"{len(sent):,}, up to {VIEWS_A_CALL} views each; refused: {said or 'none'}"
    )
    result.say("time", f"{took:.1f} s of sending, then {after:.1f} s until all was worked off")


def _tell_kills(result: Result, killer: Killer) -> None:
    hit = [(target, one) for target, one in killer.killed if one.was_killed]
    said = ", ".join(
        f"{sum(target is wanted for target, _ in hit)} × {wanted.name}" for wanted in killer.targets
    )
    result.say("killed", f"{said} at work; {killer.missed} times none was at work")


def _tell_mails(result: Result, mails: Mails) -> None:
    result.say(
        "mails",
        f"{mails.due:,} due, {mails.sent:,} sent, {mails.held:,} held and told, "
        f"{mails.doubled} doubled; {mails.unanswered} without SES's answer",
    )


def _tell_lags(
    result: Result,
    mails: Mails,
    sent: list[Sent],
    events: Mapping[str, Event],
    versions: readback.Versions,
) -> None:
    lanes = {
        "now": [one for one in sent if one.call.source == "forms"],
        "gathered": [one for one in sent if one.call.source != "forms"],
    }
    result.lines.append("lag")
    result.say("  now", f"form → message mailed: {lag_line(mails.lags.get('message', []))}")
    result.say(
        "", f"form → lead stored: {lag_line(readback.lead_lags(lanes['now'], events, versions))}"
    )
    gathered = lag_line(readback.lead_lags(lanes["gathered"], events, versions))
    result.say("  gathered", f"view → lead stored: {gathered}")
    result.say("  alerts", f"turned hot → alert mailed: {lag_line(mails.lags.get('alert', []))}")
    result.say("  killed", f"mails that a killed worker had in hand: {lag_line(mails.killed)}")
