"""`make demo`: sends six visitors through the whole stack, checks the results and shows them."""

import http.client
import json
import math
import os
import sys
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hotlist.leads.lead import Lead, Temperature
from hotlist.scoring.ruleset import Ruleset
from hotlist_cli import rewards
from hotlist_cli.local.build import Tools
from hotlist_cli.local.expected import Expectations, all_leads, wrong_mails
from hotlist_cli.local.mail_reader import leads_in, links_in, pressed
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.mailserver import part
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.visitors import BROWSER, Call, Visitor, visitors

_SECONDS: Final = 60.0
_COLOURS: Final = {Temperature.HOT: "31;1", Temperature.WARM: "33", Temperature.COLD: "36"}

Problems = Callable[[], list[str]]


class WentWrong(RuntimeError):
    """Something is not as it must be. The message says what."""


def demo(tools: Tools, mails: Path, say: Callable[[str], None]) -> int:
    """Run the demo. Returns 0 if every score and every mail is as it must be, otherwise 1."""
    expectations = Expectations.read(tools.root / "config")
    with Stack(tools, mails=mails, progress=say) as stack:
        try:
            everybody = visitors(datetime.now(UTC))
            say("sending six visitors")
            _visit(stack, everybody, lambda visitor: visitor.calls)
            back = [visitor for visitor in everybody if visitor.comes_back]
            _until(lambda: _unscored(stack, back))
            _visit(stack, back, lambda visitor: visitor.comes_back)
            say("two of them follow the link in a mail")
            files = {file.sha256 for file in rewards.files_of(tools.root / "config")}
            given = {
                one.name: _followed(stack, one, one.follows, files)
                for one in everybody
                if one.follows
            }
            say("waiting for their scores")
            _until(lambda: expectations.wrong_leads(stack, everybody))
            times = expectations.digest_times(datetime.now(UTC))
            when = " and ".join(f"{at:%A %d.%m., %H:%M} UTC" for at in times)
            say(f"running the next digest, of {when}, twice")
            for at in times * 2:
                invoke_digest(stack, at)
            say("waiting for the mails")
            _until(lambda: wrong_mails(stack, expectations.deliveries(stack, times)))
            say("a salesperson answers by a button of the digest")
            answered = _answered(stack)
        except WentWrong as wrong:
            print(f"\nThe demo found a mistake.\n{wrong}", file=sys.stderr)
            return 1
        print(table(everybody, all_leads(stack), expectations.ruleset, given))
        print(answered)
        print(_written(stack))
    return 0


def _visit(
    stack: Stack, who: Iterable[Visitor], calls: Callable[[Visitor], Sequence[Call]]
) -> None:
    for visitor in who:
        for call in calls(visitor):
            status, body = post(stack.api_url + call.path, call.body, visitor.agent)
            if status != call.status:
                raise WentWrong(f"{visitor.name}: POST {call.path} answered {status}: {body}")


def _followed(stack: Stack, visitor: Visitor, route: str, files: Container[str]) -> str:
    """Press the button that a link in the visitor's mail leads to. Returns what came of it.

    `files` are the hashes of those that forms give.
    """

    def link_of(message: Message) -> list[str]:
        is_theirs = message.to == (visitor.email,)
        return links_in(stack.mailbox.parse(message), route) if is_theirs else []

    mails = stack.mailbox.wait_for(lambda message: bool(link_of(message)), timeout=_SECONDS)
    if not mails:
        raise WentWrong(f"{visitor.name}: no mail with a link to /{route}")
    (link,) = link_of(mails[0])
    try:
        given = pressed(link, visitor.agent)
    except (OSError, ValueError) as error:
        raise WentWrong(f"{visitor.name}: the link to /{route}: {error}") from error
    if given.name and sha256(given.body).hexdigest() not in files:
        raise WentWrong(f"{visitor.name}: {given.name} is not the file that the form gives")
    got = f"{given.name}, {len(given.body):,} bytes" if given.name else f"“{given.title}”"
    return f"mail “{mails[0].subject}” → {got}"


def _answered(stack: Stack) -> str:
    """Press a button of the newest mail that has one, wait until its lead knows, and tell of it."""
    for message in reversed(stack.mailbox.messages):
        if not (found := leads_in(stack.mailbox.parse(message))):
            continue
        try:
            noted = pressed(f"{found[0].answer}?do=contacted", BROWSER)
        except (OSError, ValueError) as error:
            raise WentWrong(f"the button of “{message.subject}”: {error}") from error
        _until(lambda: [] if _with_answer(stack) else ["no lead has an answer"])
        (lead,) = _with_answer(stack)
        who = lead.contact.name or lead.contact.email
        return (
            f"\nmail “{message.subject}” → “{noted.title}”: {who} was contacted, and is in stage "
            f"{lead.stage}\n  card  {found[0].card}"
        )
    raise WentWrong("no mail has a button to answer")


def _with_answer(stack: Stack) -> list[Lead]:
    return [one for one in all_leads(stack).values() if one.answer is not None]


def post(url: str, body: object, agent: str = BROWSER) -> tuple[int, Any]:
    """POST JSON. Returns the status, and the body: parsed if it is JSON, otherwise as bytes."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    try:
        headers = {"Content-Type": "application/json", "User-Agent": agent}
        connection.request("POST", address.path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text or b"null")
    except ValueError:
        return answer.status, text


def invoke_digest(stack: Stack, at: datetime) -> Any:
    """Run the digest as its schedule would at an instant. :raises WentWrong: if it fails."""
    answer = stack.client("lambda").invoke(
        FunctionName=stack.name("DigestFunction"),
        Payload=json.dumps({"time": at.isoformat()}),
    )
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise WentWrong(f"the digest failed: {payload}")
    return payload


def _unscored(stack: Stack, who: Iterable[Visitor]) -> list[str]:
    leads = all_leads(stack)
    return [f"{v.name}: no lead" for v in who if leads.keys().isdisjoint(v.subjects)]


def _until(problems: Problems) -> None:
    """Wait until there are no problems. :raises WentWrong: with those left after a minute."""
    deadline = time.monotonic() + _SECONDS
    while left := problems():
        if time.monotonic() > deadline:
            raise WentWrong("\n".join(f"  {problem}" for problem in left))
        time.sleep(0.2)


# --- what is printed ----------------------------------------------------------------------


def table(
    everybody: Iterable[Visitor],
    stored: dict[str, Lead],
    ruleset: Ruleset,
    given: Mapping[str, str],
) -> str:
    """The visitors with their points, temperature and best reasons, most points first.

    `given` is what somebody's mail led to, by their name.
    """
    lines = ["", f"{'LEAD':<18}{'POINTS':>6}  {'IS':<6}WHY", "─" * 96]
    ordered = sorted(
        everybody,
        key=lambda v: stored[v.lead_id].total if v.scored else -(10**9),
        reverse=True,
    )
    for visitor in ordered:
        if not visitor.scored:
            lines.append(f"{visitor.name:<18}{'–':>6}  {'–':<6}kept, and never scored")
        else:
            lead = stored[visitor.lead_id]
            why = ", ".join(
                f"{ruleset.title(reason.rule, 'en')} {_rounded(reason.points):+d}"
                for reason in lead.reasons
            )
            temperature = _coloured(f"{lead.temperature:<6}", _COLOURS[lead.temperature])
            lines.append(f"{visitor.name:<18}{lead.total:>6}  {temperature}{why or '–'}")
        said = (visitor.story, *filter(None, [given.get(visitor.name)]))
        lines += [_coloured(f"{'':<32}{one}", "2") for one in said]
    return "\n".join(lines)


def _written(stack: Stack) -> str:
    """A list of the mails. The HTML part of each is written beside it, for a browser."""
    lines = ["", f"{len(stack.mailbox.messages)} MAILS, and an .eml of each beside it", "─" * 96]
    for message in stack.mailbox.messages:
        html = part(stack.mailbox.parse(message), "html")
        page = (stack.mailbox.folder / message.file).with_suffix(".html")
        page.write_text(html or "", encoding="utf-8")
        to = ", ".join(message.recipients)
        lines.append(f"  {_short(page)}  {_coloured(to, '2')}")
    return "\n".join(lines)


def _rounded(points: Decimal) -> int:
    """The points rounded half up, like the totals."""
    return math.floor(points + Decimal("0.5"))


def _short(path: Path) -> str:
    return os.path.relpath(path)


def _coloured(text: str, code: str) -> str:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{code}m{text}\033[0m"
