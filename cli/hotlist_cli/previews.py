"""One recipient's digest as it would be at an instant, made by the digest's own code.

Nothing is stored: the recorder takes the mail instead of SES, and a client that is held refuses
every call that is not a read.
"""

import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hotlist.leads.fold import Folder
from hotlist.links.tokens import Key
from hotlist.mail.outbox import Outbox
from hotlist.mail.render import Mail
from hotlist.runtime.failures import Troubles
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.digest import Digester
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.working_days import has_work
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.stores import Stores
from hotlist.store.windows import WindowStore
from hotlist_cli import config

TABLES: Final = ("events", "leads", "identities", "deliveries")
_READS: Final = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})


class NotCompiled(ValueError):
    """The configuration has mistakes. They have been printed."""


class UnknownRecipient(LookupError):
    """sales.yaml has no such recipient. The message names those that it has."""


NOWHERE: Final = "#"
"""Where the links of a preview lead that sign something."""


class NotARead(RuntimeError):
    """A preview was about to write. It must not."""


@contextmanager
def compiled(folder: Path) -> Iterator[None]:
    """Have `load_config` read the files of a folder, as the build writes them.

    :raises NotCompiled: if the build would refuse them.
    """
    before = sys.modules.get("hotlist_config")
    with tempfile.TemporaryDirectory(prefix="hotlist-config-") as out:
        if config.run(Path(out), folder):
            raise NotCompiled
        made = ModuleType("hotlist_config")
        made.__file__ = str(Path(out) / "hotlist_config" / "__init__.py")
        sys.modules["hotlist_config"] = made
        try:
            yield
        finally:
            del sys.modules["hotlist_config"]
            if before is not None:
                sys.modules["hotlist_config"] = before


def read_only(dynamodb: Any) -> Any:
    """The client, which from now on refuses what is not a read."""

    def look(model: Any, **_: Any) -> None:
        if model.name not in _READS:
            raise NotARead(f"a preview writes nothing, and {model.name} was asked for")

    dynamodb.meta.events.register("before-call.dynamodb", look)
    return dynamodb


def recipient_of(sales: Sales, name: str) -> Recipient:
    """:raises UnknownRecipient: if the file has none of this id."""
    found = next((one for one in sales.recipients if one.id == name), None)
    if found is None:
        known = ", ".join(one.id for one in sales.recipients)
        raise UnknownRecipient(f"sales.yaml has no recipient {name!r}; it has {known}")
    return found


class Preview(NamedTuple):
    """What came of it: whose digest, and the mail; None if there is nothing to tell.

    `troubles` has what could not be read or shown, `notes` what a reader should know: above all
    why nobody would be mailed then.
    """

    recipient: Recipient
    mail: Mail | None
    troubles: Troubles
    notes: tuple[str, ...] = ()


def digest_of(
    dynamodb: Any,
    tables: Mapping[str, str],
    who: str,
    ruleset: Ruleset,
    at: datetime,
    *,
    all_theirs: bool = False,
) -> Preview:
    """The digest of a recipient by the configuration of `compiled`.

    With `all_theirs` they own every lead, whatever the rules for owners say.

    :raises UnknownRecipient: if sales.yaml has none of this id.
    """

    def clock() -> datetime:
        return at

    settings = _settings(tables)
    stores = Stores.open(dynamodb, settings)
    os.environ.setdefault("AWS_DEFAULT_REGION", dynamodb.meta.region_name)
    folder = Folder.open(stores, ruleset, clock)
    opened = Digester.open(settings, dynamodb, stores, folder, clock)
    recipient = recipient_of(opened.sales, who)
    people = {one.name: getattr(opened.sales, one.name) for one in fields(opened.sales)}
    people["recipients"] = tuple(map(_without_end, opened.sales.recipients))
    taken: list[Mail] = []
    table = settings.deliveries_table
    digester = replace(
        opened,
        sales=_OneDue(**people, who=who, all_theirs=all_theirs),
        outbox=_Recorder(_NothingSent(dynamodb, table), opened.outbox.mailer, clock, taken=taken),
        windows=_Unwritten(dynamodb, table),
        reader_links=_NoLinks(opened.reader_links.keys, ""),
    )
    troubles = Troubles()
    digester.send(at, troubles)
    notes = tuple(_notes(recipient, DeliveryStore(dynamodb, table), at))
    return Preview(recipient, taken[0] if taken else None, troubles, notes)


def _notes(recipient: Recipient, deliveries: DeliveryStore, at: datetime) -> Iterator[str]:
    """Why they would get no digest on that day, and what a run would raise an alarm for."""
    day = at.astimezone(ZoneInfo(recipient.timezone)).date()
    absence, name = recipient.off.absence(day), repr(recipient.id)
    off = "would get no digest on that day"
    if absence is not None:
        yield (
            f"{name} {off}: absent from {absence.begins} to {absence.ends}, and "
            f"{absence.stand_in!r} stands in"
        )
    if not has_work(day, recipient.weekdays, recipient.off):
        why = "a holiday" if day in recipient.off.holidays else "none of their weekdays"
        yield f"{name} {off}: {day} ({day:%A}) is {why}"
    if recipient.id in deliveries.disabled([recipient.id]):
        yield (
            f"{name} gets no mail at all: their mail came back for good, or they complained; "
            "docs/operations.md says how that is undone"
        )
    elif recipient.id in deliveries.without_digest([recipient.id]):
        yield (
            f"{name} gets no digest: they have stopped it by its link; "
            f"`hotlist sales digest on {recipient.id}` brings it back"
        )
    if recipient.holidays_end(at):
        yield (
            f"public holidays are known until {recipient.off.known_until} only: after it they "
            "count as working days; run `make lock` and deploy"
        )


def _without_end(recipient: Recipient) -> Recipient:
    """Holidays never end in a preview, which says so in words: a run would in Lambda's log."""
    return replace(recipient, off=replace(recipient.off, known_until=None))


def _settings(tables: Mapping[str, str]) -> DigestSettings:
    """Those that reading needs."""
    settings = DigestSettings()
    for name in DigestSettings.names():
        setattr(settings, name, tables.get(name.removesuffix("_table"), ""))
    return settings


@dataclass(frozen=True, slots=True)
class _OneDue(Sales):
    """The people of the file, of whom one is due whatever the hour."""

    who: str = ""
    all_theirs: bool = False

    def owner_of(self, owner: str | None) -> str:
        return self.who if self.all_theirs else Sales.owner_of(self, owner)

    def listed(
        self, recipient: Recipient, now: datetime, disabled: Collection[str] = ()
    ) -> frozenset[str] | None:
        return None if self.all_theirs else Sales.listed(self, recipient, now, disabled)

    def due_day(self, recipient: Recipient, now: datetime) -> str | None:
        today = now.astimezone(ZoneInfo(recipient.timezone)).date()
        return today.isoformat() if recipient.id == self.who else None


@dataclass(frozen=True, slots=True)
class _Recorder(Outbox):
    """Takes the mail, and says that it has not been sent."""

    taken: list[Mail] = field(default_factory=list)

    def send_once(self, recipient: Any, delivery_id: str, render: Any) -> bool:  # noqa: ARG002
        self.taken.append(render())
        return False

    def skip(self, delivery_id: str) -> None:
        """Nothing is to be told."""


class _NoLinks(ReaderLinks):
    """A preview stops nobody's digest: its links lead nowhere."""

    def key(self) -> Key:
        return Key("none", b"")

    def stop(self, *_: Any) -> str:
        return NOWHERE


class _NothingSent(DeliveryStore):
    """As if today's digest had not been sent yet, and nobody had stopped theirs."""

    def without_digest(self, recipient_ids: Any) -> set[str]:  # noqa: ARG002
        return set()

    def settled(self, delivery_ids: Any) -> set[str]:  # noqa: ARG002
        return set()


class _Unwritten(WindowStore):
    """Reads what a recipient was told, and writes nothing."""

    def plan(self, *_: Any) -> None:
        pass

    def sent(self, *_: Any) -> None:
        pass
