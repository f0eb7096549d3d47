"""Facts that follow from events one after another, the contact, and what each rests on. Pure.

`profile` decides which events count; it gives them in order.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from hotlist.events import visible
from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.vocabulary import (
    DERIVED,
    INTERNAL,
    MACHINES,
    PREFETCH,
    RESERVED,
    SPAM,
    Route,
)
from hotlist.leads.lead import Contact

TOUCH: Final = (
    "source",
    "medium",
    "campaign",
    "term",
    "content",
    "gclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "ttclid",
    "li_fat_id",
    "referrer",
    "landing_page",
)
"""What `first_touch` and `last_touch` may hold."""


def name_in(answers: Mapping[str, object]) -> str | None:
    """The name in the answers to a form: `name`, or `first_name` and `last_name`, or None."""

    def text(name: str) -> str:
        value = answers.get(name)
        return visible.trimmed(value) if isinstance(value, str) else ""

    return text("name") or f"{text('first_name')} {text('last_name')}".strip() or None


def confirms(event: Event) -> bool:
    """Whether somebody has answered a mail by its link, and so shown whose the address is.

    The event must have the flags that it has now.
    """
    is_owners = event.type in ("consent_given", "reward_claimed") and event.route is Route.LINK
    return is_owners and event.flags.isdisjoint((SPAM, INTERNAL, *MACHINES))


class Facts:
    """Collects facts from events in order, and the event that each fact rests on.

    What a bot sent does not become a fact, but the contact is taken from it if there is no other.
    A bot's consents and opt-outs count. No prefetch gives or ends anything.

    Who has objected to profiling is suspended, whatever operators say later. `agreed` has the
    event since which a consent is in force without a break.
    """

    def __init__(self, kept: Sequence[Event], channel: Callable[[Event], str | None]) -> None:
        self.values: dict[str, object] = {}
        self.sources: dict[str, Event] = {}
        self.doubtful: dict[str, object] = {}
        self.consents: dict[str, bool] = {}
        self.agreed: dict[str, Event] = {}
        self.orders: dict[str, Event] = {}
        self.spent: dict[str, Decimal] = {}
        self.first_touch: Event | None = None
        self.last_touch: Event | None = None
        self.first: Event | None = None
        self.objected = False
        self.changes = 0
        self._channel = channel
        self._asked: Event | None = None
        self._answer: str | None = None
        for event in kept:
            self.take(event)

    def take(self, event: Event) -> None:
        """Add the next event. `changes` grows if a fact, or what one rests on, may be another."""
        if self.first is None:
            self.first = event
            self.changes += 1
        self._profile(event)
        self._consents(event)
        if event.email is not None:
            self._set("email", event.email, event)
            self._set("email_domain", event.email.rpartition("@")[2], event)
        if event.phone is not None:
            self._set("phone", event.phone, event)
            self._set("has_phone", True, event)
            self._set("phone_country", event.phone_country, event)
        if _is_machines(event):
            return
        self._set("language", event.properties.get("language"), event)
        if any(not _is_empty(event.properties.get(name)) for name in TOUCH):
            self.first_touch = self.first_touch or event
            self.last_touch = event
            self.changes += 1
        if event.type == "order_completed":
            self._order(event)
        if event.type in ("score_suspended", "score_resumed") and not self.objected:
            self._set("suspended", event.type == "score_suspended", event)
        if confirms(event):
            self._set("email_confirmed", True, event)

    def known(self) -> dict[str, object]:
        """The facts by name."""
        known = dict(self.values)
        if self.objected:
            known["suspended"] = True
        came = self._came()
        if came is not None and not _is_machines(came):
            known["channel"] = self.channel
        for name, touch in (("first_touch", self.first_touch), ("last_touch", self.last_touch)):
            if touch is not None:
                known[name] = _touch(touch)
        if self.consents:
            known["consents"] = sorted(p for p, given in self.consents.items() if given)
        if self.orders:
            known["orders"] = len(self.orders)
            known["order_value"] = {code: _number(sum_) for code, sum_ in self.spent.items()}
        return known

    def until(self) -> datetime | None:
        """When the first of the events that facts rest on expires, or None."""
        touches = [touch for touch in (self.first_touch, self.last_touch) if touch is not None]
        sources, came = self.sources, self._came()
        if came is not None:
            name = "doubtful.channel" if _is_machines(came) else "channel"
            sources = {**sources, name: came}
        behind = [*sources.values(), *self.orders.values(), *touches]
        return min((e.expires_at for e in behind if e.expires_at is not None), default=None)

    def ends_at(self) -> datetime | None:
        """When the first event expires without which the facts would be found anew, or None."""
        first = None if self.first is None else self.first.expires_at
        return min((at for at in (self.until(), first) if at is not None), default=None)

    def behind(self, asked: Collection[str]) -> list[Event]:
        """The events that the facts of these names rest on.

        Until another event comes, none of these facts changes before one of these events ends.
        """
        found = [self.sources[name] for name in asked if name in self.sources]
        if "consents" in asked:
            found += [one for name, one in self.sources.items() if name.startswith("consents.")]
        if "email_class" in asked and "email_domain" in self.sources:
            found.append(self.sources["email_domain"])
        if "orders" in asked or "order_value" in asked:
            found += self.orders.values()
        touches = [self.first_touch if "first_touch" in asked else None]
        touches.append(self.last_touch if "last_touch" in asked else None)
        touches.append(self.first_touch or self.first if "channel" in asked else None)
        return [*found, *(one for one in touches if one is not None)]

    @property
    def channel(self) -> str | None:
        """The channel by which the lead first came."""
        first = self.first_touch or self.first
        if first is not self._asked:
            self._asked = first
            self._answer = None if first is None else self._channel(first)
        return self._answer

    def _came(self) -> Event | None:
        """The event that the channel is found by; None if an answer names one, or there is none."""
        if "channel" in self.values or self.channel is None:
            return None
        return self.first_touch or self.first

    def contact(self) -> Contact:
        """The contact: each value from the newest event that has it."""

        def text(name: str) -> str | None:
            value = self.values.get(name, self.doubtful.get(name))
            return visible.trimmed(value) or None if isinstance(value, str) else None

        return Contact(
            name=name_in({**self.doubtful, **self.values}),
            company=text("company"),
            email=text("email"),
            phone=text("phone"),
        )

    def _set(self, name: str, value: object, event: Event) -> None:
        if _is_empty(value):
            return
        if _is_machines(event):
            self.doubtful[name] = value
            self.sources[f"doubtful.{name}"] = event
        else:
            self.values[name] = value
            self.sources[name] = event
        self.changes += 1

    def _profile(self, event: Event) -> None:
        answers: Mapping[str, object] = {}
        not_said = RESERVED
        if event.route is Route.FORM:
            answers, not_said = event.properties, RESERVED | DERIVED
        elif event.route in (Route.SERVER, Route.OPERATOR):
            said = event.properties.get("facts")
            answers = said if isinstance(said, Mapping) else {}
        for name, value in answers.items():
            if name not in not_said:
                self._set(name, value, event)

    def _consents(self, event: Event) -> None:
        if PREFETCH in event.flags:
            return
        given: Iterable[object] = ()
        said = event.properties.get("consents")
        if event.route is Route.FORM and isinstance(said, Mapping):
            given = said
        elif event.type == "consent_given":
            given = texts_of(event, "purpose")
        for purpose in given:
            self._consent(str(purpose), True, event)
        if event.type == "unsubscribed":
            for purpose in self._ended(event):
                self._consent(purpose, False, event)
        elif event.type == "profiling_objected":
            self._object(event)
        elif event.type == "consent_withdrawn":
            purposes = texts_of(event, "purpose") or ["tracking"]
            if event.route is Route.BEACON:  # unsigned: whoever knows a visitor's id may send it
                purposes = [purpose for purpose in purposes if purpose == "tracking"]
            for purpose in purposes:
                self._consent(purpose, False, event)

    def _ended(self, event: Event) -> list[str]:
        """The purposes that an `unsubscribed` ends: those that it names, or e-mail.

        With `all` it ends every purpose that the lead has been asked for beside those. Tracking is
        none of them, unless it is named: a mail program's button is about mails.
        """
        named = texts_of(event, "purposes")
        if event.properties.get("all") is True:
            return sorted({"email", *self.consents} - {"tracking"} | {*named})
        return named or ["email"]

    def _object(self, event: Event) -> None:
        """Suspend the lead for good. An objection holds whoever passes it on, as opt-outs do."""
        self.objected = True
        self.values["suspended"] = True
        self.sources["suspended"] = event
        self.changes += 1

    def _consent(self, purpose: str, given: bool, event: Event) -> None:
        self.changes += 1
        if given and not self.consents.get(purpose):
            self.agreed[purpose] = event
        self.consents[purpose] = given
        self.sources[f"consents.{purpose}"] = event

    def _order(self, event: Event) -> None:
        order = event.properties.get("order_id")
        key = order if isinstance(order, str) else event.event_id
        if key in self.orders:
            return
        self.changes += 1
        self.orders[key] = event
        code = event.properties.get("currency")
        value = _decimal(event.properties.get("value"))
        if isinstance(code, str) and value is not None:
            self.spent[code] = self.spent.get(code, Decimal(0)) + value


def _touch(event: Event) -> dict[str, object]:
    return {
        name: event.properties[name] for name in TOUCH if not _is_empty(event.properties.get(name))
    }


_MAX_EXPONENT: Final = 1_000
"""No sum of money is larger. A number like 1e999999999 would overflow or fill the memory."""


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # ValueError: an int of more digits than Python prints
        return None
    is_amount = number.is_finite() and abs(number.adjusted()) <= _MAX_EXPONENT
    return number if is_amount else None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _is_machines(event: Event) -> bool:
    return bool(event.flags) and not MACHINES.isdisjoint(event.flags)


def _is_empty(value: object) -> bool:
    """Whether there is no value. A text that shows nothing is none either."""
    if isinstance(value, str):
        return not visible.trimmed(value)
    return value is None or value in ([], {})
