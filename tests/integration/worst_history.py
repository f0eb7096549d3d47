"""The worst history that the door lets in, folded: memory and work, in a process of its own.

    python -m integration.worst_history LEADS EVENTS KIND
    python -m integration.worst_history LEADS EVENTS KIND together

Anybody may send what this sends: forms with one e-mail, 20 phones and 30 visitors, and actions of
those visitors, each as large as capture takes it. The events are made by capture and kept in files.
A stand-in for DynamoDB gives them out in pages of 1 MB, counted with their `texts`. All else is
what runs in the score function, with the shipped rules. Leads are folded one after the other, or
all in one batch. Each has the same history, under subjects of its own.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from card_views import ANNA, card
from hotlist.capture.capture import Capture
from hotlist.capture.http import Request
from hotlist.cards.lead_page import CardLinks, lead_page
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.identity.claims import MAX_CLAIMS, Claim, Identity
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR, subject
from hotlist.identity.places import MAX_PHONES, MAX_VISITORS, Entry, Places
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead
from hotlist.scoring.ruleset import from_checked
from hotlist.store.events import EventStore, to_item
from hotlist.store.items import item_size
from hotlist.store.stores import Stores

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAGE: Final = 1_000_000
TYPES: Final = ("session_started", "page_viewed", "page_engaged")
EMAIL_OF: Final = "ada@example.org"
FAR: Final = NOW + timedelta(days=1_188)
_SUBJECT: Final = re.compile(rb'"((?:email|phone|visitor):[0-9a-f-]{36})"')


def of_lead(name: str, lead: str) -> str:
    """The subject that is to this lead what `name` is to the first one."""
    return f"{name}/{lead}" if lead else name


def long(number: int) -> str:
    """A text of which Python holds four bytes for each character."""
    return f"{number} 😀" + "x" * 1_900


def unseen(number: int) -> str:
    """A text of which most shows nothing."""
    return f"{number}" + "\u200b" * 1_500 + "."


def tiny(number: int) -> str:
    return str(number)


def plain(number: int) -> str:
    """A text that takes as many bytes as characters."""
    return f"{number} " + "x" * 1_900


KINDS: Final = {"plain": plain, "long": long, "unseen": unseen, "tiny": tiny}


class Kept(EventStore):
    """Keeps what capture stores."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        self.items.append(to_item(event, tell=tell, to_lead=to_lead))
        return True

    def put_all(self, events: Sequence[Event], most_units: int) -> list[str | None]:
        self.items += map(to_item, events)
        return [None] * len(events)


@dataclass
class Door:
    """Sends requests to capture, and gives the items that they leave."""

    kind: str
    store: Kept = field(default_factory=Kept)
    keys: int = 0

    def __post_init__(self) -> None:
        forms = compile_forms((ROOT / "config" / "forms.yaml").read_text("utf-8"))
        self.capture = Capture(self.store, forms, [])

    def _post(self, route: str, body: Mapping[str, Any], number: int) -> dict[str, Any]:
        agent = f"Mozilla/5.0 ({number}; {KINDS[self.kind](number)})"
        headers = {"content-type": "application/json", "user-agent": agent}
        text = json.dumps(body, ensure_ascii=False)
        parameters = {"form": "contact"}
        request = Request(route, "POST", "/", parameters, headers, text, False, "")
        answer = self.capture.answer(request, NOW - timedelta(seconds=number))
        assert answer["statusCode"] in (201, 202), answer
        return self.store.items.pop()

    def _key(self) -> str:
        """Another one each time: with the same key, a fold takes all but one for repetitions."""
        self.keys += 1
        return f"key {self.keys}"

    def _context(self, number: int) -> dict[str, str]:
        text = KINDS[self.kind]
        return {
            "page_url": f"https://www.example.com/pricing/{text(number)}",
            "session_id": f"s{number}",
            **{
                name: text(number)
                for name in "gclid source medium campaign term content referrer".split()
            },
        }

    def form(self, number: int, **whom: str) -> dict[str, Any]:
        return self._post(
            "POST /forms/{form}",
            {
                **self._context(number),
                **whom,
                "event_id": self._key(),
                "name": "😀" * 199 + "x",
                "company": f"{number}😀" + "x" * 150,
                "company_size": number + 1,
                "role": "director",
                "message": "ł" * 5_000,
                "consent_email": "on",
            },
            number,
        )

    def action(self, number: int, visitor: str) -> dict[str, Any]:
        if self.kind == "tiny":
            own: dict[str, Any] = {f"😀{n}": f"{n}😀" for n in range(49)}
        else:
            own = {f"own{n}": KINDS[self.kind](number) for n in range(3)}
        said = {"seconds": 60 + number, **own, **self._context(number)}
        return self._post(
            "POST /events",
            {
                "visitor_id": visitor,
                "consent": {"purpose": "tracking", "version": "1"},
                "events": [
                    {
                        "type": TYPES[number % 3],
                        "event_id": self._key(),
                        "occurred_at": (NOW - timedelta(hours=number % 160)).isoformat(),
                        "properties": said,
                    }
                ],
            },
            number,
        )


class Table:
    """Gives the items of a subject out of a file, in pages, as a Query of DynamoDB does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.largest = 0
        self.read = 0

    def keep(self, items: list[dict[str, Any]]) -> None:
        items.sort(key=lambda item: item["event_key"]["S"], reverse=True)
        lines = []
        for item in items:
            whole = item_size(item)
            scored = {name: value for name, value in item.items() if name != "texts"}
            self.largest = max(self.largest, item_size(scored))
            lines.append(f"{whole:08d}{json.dumps(scored, ensure_ascii=False)}\n".encode())
        self._file(items[0]["subject"]["S"]).write_bytes(b"".join(lines))

    def query(self, **asked: Any) -> dict[str, Any]:
        assert "texts" not in asked["ExpressionAttributeNames"].values()
        found: list[Any] = []
        size = 0
        whose, _, lead = asked["ExpressionAttributeValues"][":subject"]["S"].partition("/")
        of_lead = rb'"\1/' + lead.encode() + b'"'
        with self._file(whose).open("rb") as file:
            file.seek(asked.get("ExclusiveStartKey", 0))
            for line in file:
                size += int(line[:8])
                if size > PAGE:
                    self.read += size
                    return {"Items": found, "LastEvaluatedKey": file.tell() - len(line)}
                found.append(json.loads(_SUBJECT.sub(of_lead, line[8:]) if lead else line[8:]))
        self.read += size
        return {"Items": found}

    def _file(self, subject_: str) -> Path:
        return self._folder / subject_


class Rest:
    """Stands in for the tables of leads and identities: everything was claimed by the e-mail."""

    def __init__(self, phones: list[str], visitors: list[str]) -> None:
        self._phones = phones
        self._visitors = visitors
        self._held = {*phones, *visitors}

    def get(self, _: str) -> None:
        return None

    def get_many(self, wanted: Any) -> dict[str, Any]:
        """Made anew each time, as from the table."""
        return {one: self._identity(one, of_lead("", one.partition("/")[2])) for one in wanted}

    def _identity(self, name: str, tail: str) -> Identity:
        owner = subject(EMAIL, EMAIL_OF) + tail
        if name == owner:
            phones = frozenset(phone + tail for phone in self._phones)
            visitors = frozenset(Entry(NOW, visitor + tail) for visitor in self._visitors)
            return Identity(owner, places=Places(phones, visitors), expires_at=FAR)
        if name.removesuffix(tail) not in self._held:
            return Identity(name)
        at = NOW - timedelta(days=9)
        claims = frozenset(Claim(at, f"{n:032x}", owner) for n in range(MAX_CLAIMS))
        return Identity(name, claims, expires_at=FAR)

    def save(self, *_: object) -> None:
        """Nothing is kept: what a fold leaves behind is its own."""


class NoLeads(Rest):
    def get_many(self, wanted: Any) -> dict[str, Any]:
        list(wanted)  # a lead has none yet
        return {}


def history(door: Door, table: Table, events: int) -> tuple[list[str], list[str]]:
    """Send everything; the phones and visitors that the lead holds."""
    phones = [f"+4851200{n:04}" for n in range(MAX_PHONES)]
    visitors = [f"visitor {n}" for n in range(MAX_VISITORS)]
    share = events * 10 // (1 + len(phones) + len(visitors)) + 1
    own = events + 1
    table.keep(
        [
            door.form(n, email=EMAIL_OF, phone=phones[n % 20], visitor_id=visitors[n % 30])
            for n in range(own)
        ]
    )
    for phone in phones:
        table.keep([door.form(n, phone=phone, visitor_id=f"v{n}") for n in range(share)])
    for visitor in visitors:
        table.keep([door.action(n, visitor) for n in range(share)])
    return [subject(PHONE, p) for p in phones], [subject(VISITOR, v) for v in visitors]


@dataclass
class Case:
    """A history, and what folds the leads that have it."""

    folder: Path
    events: int
    kind: str

    def __post_init__(self) -> None:
        from hotlist.config.load import load_config  # noqa: PLC0415 - after the build of the tests

        self.table = Table(self.folder)
        subjects = history(Door(self.kind), self.table, self.events)
        stores = Stores(EventStore(self.table, "events"), NoLeads(*subjects), Rest(*subjects))  # type: ignore[arg-type]
        self.by = Folder(stores, from_checked(load_config("scoring")), lambda: NOW)

    def one_by_one(self, leads: int) -> Iterator[dict[str, float]]:
        """Fold it as so many leads one after the other, and measure each; then one's card."""
        for _ in range(leads):
            yield self._measured([subject(EMAIL, EMAIL_OF)])
        yield self._card()

    def together(self, leads: int) -> Iterator[dict[str, float]]:
        """Fold so many leads that have it in one batch."""
        whose = subject(EMAIL, EMAIL_OF)
        yield self._measured([of_lead(whose, str(number)) for number in range(leads)])

    def _card(self) -> dict[str, float]:
        """Make the lead's card and its page, as whoever opens it does, and measure that."""
        stored = Lead(lead_id=subject(EMAIL, EMAIL_OF), folded_at=NOW, expires_at=FAR)
        self.table.read = 0
        view = self.by.view(stored, NOW)
        began = time.process_time()
        made = card(view, self.by.ruleset, NOW)
        page = lead_page(made, ANNA, CardLinks(), NOW)
        assert made.curve is not None
        return {
            "events": len(view.profile.events) if view.profile else 0,
            "seconds": round(time.process_time() - began, 2),
            "points": len(made.curve.points),
            "page_kb": len(page.encode()) // 1_000,
            "peak_mb": round(_peak_mb(), 1),
            "read_mb": round(self.table.read / PAGE, 1),
        }

    def _measured(self, lead_ids: list[str]) -> dict[str, float]:
        began, self.table.read = time.process_time(), 0
        for lead in self.by.fold_all(lead_ids).values():
            assert isinstance(lead, Lead), lead
            assert lead.truncated
            assert lead.total > 0
            assert not lead.left_out, "a repetition is no work"
        return {
            "leads": len(lead_ids),
            "seconds": round(time.process_time() - began, 2),
            "peak_mb": round(_peak_mb(), 1),
            "read_mb": round(self.table.read / PAGE, 1),
            "largest": self.table.largest,
        }


def _peak_mb() -> float:
    """The most memory that this process had at once.

    Linux counts into `ru_maxrss` what the process that started this one had, so it is read from
    the process's own status where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(
            r"^VmHWM:\s+(\d+) kB$", status.read_text("ascii", "replace"), re.MULTILINE
        )
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(leads: str, events: str, kind: str, how: str = "one_by_one") -> None:
    with TemporaryDirectory() as folder:
        for measured in getattr(Case(Path(folder), int(events), kind), how)(int(leads)):
            print(json.dumps(measured), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(*sys.argv[1:])
