"""A request for a card or a list → its page, once a device of its recipient asks. Not pure.

A GET changes nothing at all. What a link says is verified first; then its recipient must be in
sales.yaml; then the device must be theirs. Only then is anything of a lead read.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.capture import dead_links, http, link_page
from hotlist.capture.http import Answer, Refused, Request
from hotlist.cards import devices, lead_page, list_page, step_page, vcard
from hotlist.cards.card import card_of
from hotlist.cards.devices import PARAMETER, PURPOSES, Page
from hotlist.cards.lead_page import CardLinks
from hotlist.cards.today import today, whose
from hotlist.config.load import load_config
from hotlist.leads.fold import Folder, View
from hotlist.leads.lead import Lead, LeadState
from hotlist.links import tokens
from hotlist.links.answer_token import answer_token
from hotlist.links.keys import LinkKeys
from hotlist.links.secret import BadSecret
from hotlist.links.tokens import BadToken, Expired, Purpose, Token
from hotlist.mail.queue import Device, Letter, OutboxQueue
from hotlist.mail.texts import TEXTS
from hotlist.mail.wording import name_of
from hotlist.rescore.queue import NotQueued
from hotlist.runtime.failures import Failed, attempted, described
from hotlist.runtime.limits import RESERVE_SECONDS, FoldTookTooLong, OutOfTime, TimeLeft
from hotlist.runtime.phases import on_threads
from hotlist.runtime.settings import CardSettings
from hotlist.sales import team
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.deployed import deployed
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.device_asks import DeviceAsks, Place, quarter_of
from hotlist.store.items import MAX_BATCH_READ, Conflict, ReadsThrottled
from hotlist.store.leads import LeadStore
from hotlist.store.listed import ListedStore
from hotlist.store.stores import Stores

log = logging.getLogger(__name__)

BEGUN_WITHIN: Final = 10.0
"""Seconds of a request after which no call is begun. One that hangs then ends in time."""

INDEX_WITHIN: Final = 5.0
"""Seconds of a request after which no page of the index is asked for. What was read of it by then
is the list, and there is time to read its leads."""

GIVEN_BACK_WITHIN: Final = 12.5
"""Seconds of a request within which a place for a mail is given back: the last call that begins."""

ALLOWED: Final = "GET, HEAD, POST"

_MAY_PASS: Final = (
    BotoCoreError,
    ClientError,
    BadSecret,
    ReadsThrottled,
    Conflict,
    NotQueued,
    OutOfTime,
    FoldTookTooLong,
)
"""What a request may meet that the next one may not."""


class Asked(NamedTuple):
    """A request with its query and its cookies. Of a name that stands twice the last holds."""

    request: Request
    query: Mapping[str, str]
    cookies: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Asked":
        request = Request.of(event)
        query = dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True))
        sent = [*(event.get("cookies") or ()), request.headers.get("cookie", "")]
        return cls(request, query, ";".join(sent))


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by a link that has been verified, by somebody who is in sales.yaml.

    `text` is the token of the link. It `began` by the clock of the process.
    """

    asked: Asked
    page: Page
    text: str
    recipient: Recipient
    now: datetime
    began: float

    @property
    def is_post(self) -> bool:
        return self.asked.request.method == "POST"

    def is_late(self) -> bool:
        """Whether it is too late for another call."""
        return self.has_lasted(BEGUN_WITHIN)

    def is_late_for_the_index(self) -> bool:
        return self.has_lasted(INDEX_WITHIN)

    def has_lasted(self, seconds: float) -> bool:
        return time.monotonic() >= self.began + seconds

    def time_left(self) -> TimeLeft:
        """The time that is left for a fold, which keeps a reserve of its own."""
        ends = self.began + BEGUN_WITHIN + RESERVE_SECONDS
        return lambda: ends - time.monotonic()


@dataclass(frozen=True, slots=True)
class Door:
    """Answers the routes of cards and lists. `clock` gives aware UTC instants."""

    sales: Sales
    ruleset: Ruleset
    folder: Folder
    leads: LeadStore
    listed: ListedStore
    asks: DeviceAsks
    deliveries: DeliveryStore
    queue: OutboxQueue
    keys: LinkKeys
    clock: Callable[[], datetime]

    @classmethod
    def open(
        cls, settings: CardSettings, dynamodb: Any, sqs: Any, clock: Callable[[], datetime]
    ) -> Self:
        """Over the tables, the queue and the configuration that are deployed."""
        stores, rules = Stores.open(dynamodb, settings), deployed().live
        return cls(
            sales=team.from_checked(load_config("sales")),
            ruleset=rules,
            folder=Folder.open(stores, rules, clock),
            leads=stores.leads,
            listed=ListedStore(dynamodb, settings.leads_table, on_threads),
            asks=DeviceAsks(dynamodb, settings.deliveries_table),
            deliveries=DeliveryStore(dynamodb, settings.deliveries_table),
            queue=OutboxQueue(sqs, settings.outbox_queue_url),
            keys=LinkKeys.open(settings.link_secret_arn, clock),
            clock=clock,
        )

    def answer(self, event: Mapping[str, Any]) -> Answer:
        """The answer to a request for `/leads/<token>` or `/lists/<token>`. HEAD is a GET."""
        began = time.monotonic()
        asked, now = Asked.of(event), self.clock()
        request = asked.request
        route = _kind(request.route)
        readings = tokens.readings(request.parameters.get("token", ""))
        if request.method not in ALLOWED.split(", "):
            return dead_links.not_taken(request, ALLOWED)
        try:
            token, text = self.keys.read_first(readings, lambda _: PURPOSES[route], now)
            recipient = self.sales.of_id(token.recipient)
            if recipient is None:
                return self._gone(request, token, "gone_recipient")
            visit = Visit(asked, Page.of(token), text, recipient, now, began)
        except Expired as error:
            return self._gone(request, error.token, f"expired_{error.token.purpose.value}")
        except BadToken:
            return dead_links.bad(request, readings[0], route, self.keys.newest().key_id)
        except _MAY_PASS as error:
            return _no_answer(request, error)
        answer = attempted(self._posted if visit.is_post else self._got, visit)
        return _no_answer(request, answer.error) if isinstance(answer, Failed) else answer

    def _gone(self, request: Request, token: Token, what: str) -> Answer:
        recipient = self.sales.of_id(token.recipient)
        said = token.said.get("lang", "")
        language = said if recipient is None else recipient.language
        return dead_links.told(
            410, what, request, link_page.reader(request.headers, language, None)
        )

    # --- the device -------------------------------------------------------------------------

    def _is_open(self, visit: Visit) -> bool:
        """Whether the device is one that the recipient has confirmed."""
        if self.sales.card_access == team.LINK:
            return True
        sent = devices.cookie_of(visit.asked.cookies, visit.recipient)
        try:
            token = self.keys.read(sent, Purpose.COOKIE, visit.now)
        except (BadToken, Expired):
            return False
        return devices.is_of(token, visit.recipient)

    def _got(self, visit: Visit) -> Answer:
        if self._is_open(visit):
            return self._list(visit) if visit.page.route == "lists" else self._lead(visit)
        device = visit.asked.query.get(PARAMETER)
        if device is None:
            return _page(step_page.step(visit.recipient))
        if self._is_good(device, visit):
            return _page(step_page.confirm(visit.recipient, device))
        return _page(step_page.stale(visit.recipient), 410)

    def _is_good(self, device: str, visit: Visit) -> bool:
        """Whether a mailed token is for this page, and its quarter of an hour is not over."""
        try:
            token = self.keys.read(device, Purpose.DEVICE, visit.now)
        except (BadToken, Expired):
            return False
        is_ours = devices.is_for(token, visit.page, visit.recipient)
        return is_ours and devices.is_fresh(token, visit.now)

    def _posted(self, visit: Visit) -> Answer:
        """A button: that of the step, or that of the mailed link. Anything else does nothing."""
        fields = _fields(visit.asked.request)
        here = f"/{visit.page.route}/{visit.text}"
        device = fields.get(PARAMETER)
        if device is not None and self._is_good(device, visit):
            token = self.keys.sign(devices.cookie_token(visit.recipient, visit.now))
            return {**_to(here), "cookies": [devices.set_cookie(visit.recipient, token)]}
        if self._is_open(visit):
            return _to(here)
        if device is not None:
            return _page(step_page.stale(visit.recipient), 410)
        if fields.get("do") != step_page.MAIL:
            return _to(here)
        return self._mail(visit)

    def _mail(self, visit: Visit) -> Answer:
        """Queue the mail with the link of a device, if there is a place for it.

        If that fails, the place is given back as long as the call ends before the function does.
        """
        recipient, now, page = visit.recipient, visit.now, visit.page
        if self._disabled(visit, [recipient.id]):
            return _page(step_page.mail_is_off(recipient), 409)
        self._begin(visit)
        place = self.asks.take_place(recipient.id, now)
        if place is Place.JUST_ASKED:
            return _page(step_page.just_mailed(recipient))
        if place is Place.DAY_FULL:
            return _page(step_page.day_full(recipient), 429)
        about = Device(page.route, page.subject, page.day.isoformat(), quarter_of(now))
        try:
            self._begin(visit)
            self.queue.send([Letter(about, recipient.id)])
        except _MAY_PASS:
            if not visit.has_lasted(GIVEN_BACK_WITHIN):
                self.asks.give_back(recipient.id, now)
            raise
        return _page(step_page.mailed(recipient))

    def _begin(self, visit: Visit) -> None:
        """:raises OutOfTime: if it is too late for another call."""
        if visit.is_late():
            raise OutOfTime

    # --- what is opened ---------------------------------------------------------------------

    def _lead(self, visit: Visit) -> Answer:
        found = self._view(visit)
        if found is None:
            return _page(step_page.nothing(visit.recipient), 410)
        view, has_claimed = found
        lead = view.lead
        if "vcard" in visit.asked.query:
            return vcard.download(lead.contact, lead.lead_id)
        card = card_of(
            view,
            sales=self.sales,
            ruleset=self.ruleset,
            recipient=visit.recipient,
            now=visit.now,
            forms=_forms(),
        )
        if has_claimed:
            card = replace(card, has_claimed=True)
        html = lead_page.lead_page(card, visit.recipient, self._links(visit, lead), visit.now)
        return http.page(200, html, lead_page.policy())

    def _view(self, visit: Visit) -> tuple[View, bool] | None:
        """The lead as it is now, and whether it is another that has taken in that of the link."""
        lead_id, has_claimed = visit.page.subject, False
        for _ in range(2):
            self._begin(visit)
            stored = self.leads.get(lead_id)
            if stored is None:
                return None
            claimed_by = stored.claimed_by
            if claimed_by is None:
                self._begin(visit)
                view = self.folder.view(stored, visit.now, visit.time_left())
                if view.lead.state is LeadState.LIVE:
                    return view, has_claimed
                claimed_by = view.lead.claimed_by
            if claimed_by is None:
                return None
            lead_id, has_claimed = claimed_by, True
        return None

    def _links(self, visit: Visit, lead: Lead) -> CardLinks:
        """The links of a card. None lives longer than that by which it was opened."""
        person, day = visit.recipient, visit.page.day
        answer = answer_token(
            lead.lead_id,
            day,
            recipient=person.id,
            name=name_of(lead.contact, TEXTS[person.language]["unknown"]),
            language=person.language,
        )
        return CardLinks(
            answer=f"/answers/{self.keys.sign(answer)}",
            vcard="?vcard",
            today=self._path(Page("lists", "", day, person.id)),
        )

    def _list(self, visit: Visit) -> Answer:
        everybody = [one.id for one in self.sales.recipients]
        disabled = self._disabled(visit, everybody) if visit.recipient.list_own else ()
        is_mine = whose(self.sales, visit.recipient, visit.now, disabled)
        self._begin(visit)
        best = self.listed.best(is_mine, visit.is_late_for_the_index)
        self._begin(visit)
        found = self.listed.read(best, visit.is_late)
        made = today(found.leads, self.sales, is_mine, visit.now, found.rest)
        sign = partial(self._card_path, visit)
        html = list_page.list_page(made, visit.recipient, visit.now, sign)
        return http.page(200, html, list_page.policy(visit.recipient.language))

    def _disabled(self, visit: Visit, recipients: Sequence[str]) -> Collection[str]:
        """Those of these recipients who get no mail. One call reads a hundred."""
        found: set[str] = set()
        for start in range(0, len(recipients), MAX_BATCH_READ):
            self._begin(visit)
            found |= self.deliveries.disabled(recipients[start : start + MAX_BATCH_READ])
        return found

    def _card_path(self, visit: Visit, lead_id: str) -> str:
        return self._path(Page("leads", lead_id, visit.page.day, visit.recipient.id))

    def _path(self, page: Page) -> str:
        return f"/{page.route}/{self.keys.sign(page.token())}"


def _kind(route: str) -> str:
    """The first part of a route: `leads` of `GET /leads/{token}`. A path may have a stage first."""
    return route.partition(" ")[2].strip("/").partition("/")[0]


def _no_answer(request: Request, error: Exception) -> Answer:
    """The page that says to try again. The log has the kind of the error, and none of its text."""
    log.error("no answer", extra={"error": described(error)})
    return dead_links.later(request)


def _to(path: str) -> Answer:
    return http.redirect(path, **http.GUARDED)


def _fields(request: Request) -> Mapping[str, str]:
    """What a form of ours sent; nothing of what is none."""
    try:
        fields, _ = request.fields()
    except Refused:
        return {}
    return {name: one for name, one in fields.items() if isinstance(one, str)}


@cache
def _forms() -> Mapping[str, Any]:
    """What the fields of forms are called: no card is without it, and nothing else asks for it."""
    return load_config("forms")


def _page(html: str, status: int = 200) -> Answer:
    return http.page(status, html, step_page.policy())
