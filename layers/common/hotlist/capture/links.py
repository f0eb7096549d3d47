"""Links of mails: a GET asks, a POST records. What a scanner follows changes nothing.

Pictures, clicks and downloads are recorded by their GET, if consent to tracking was in force when
the mail was sent. No link leads anywhere but to what the configuration names.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.capture import dead_links, form_page, http, link_page, proof
from hotlist.capture.context import Received
from hotlist.capture.dead_links import told
from hotlist.capture.http import Answer, Request
from hotlist.capture.link_events import (
    Ending,
    Form,
    Visit,
    at_places,
    ending_of,
    is_same_word,
    noted,
    of_mail,
    recorded,
)
from hotlist.capture.link_page import ALL, OBJECT, TO_ANY_PAGE, Choice
from hotlist.capture.rewards import Rewards
from hotlist.events.event import Event
from hotlist.leads import scanners
from hotlist.links import addresses, invitation, tokens
from hotlist.links.keys import TROUBLES, LinkKeys
from hotlist.links.secret import BadSecret
from hotlist.links.tokens import BadToken, Expired, Purpose, Token
from hotlist.runtime import metrics
from hotlist.runtime.settings import CaptureSettings
from hotlist.store.events import EventStore

if TYPE_CHECKING:
    from hotlist.capture.answer_links import AnswerLinks
    from hotlist.capture.digest_links import DigestLinks

_ANY_FILE: Final = "application/octet-stream"
_TRACKING: Final = "tracking"
_TO_ITSELF: Final[Form] = {"redirect_url": ""}


class NoPlace(RuntimeError):
    """A link has said the same of consents so often on one day that nothing more is stored."""


class Links:
    """Answers the routes of links. `missing` is told of a form whose reward is not there."""

    def __init__(
        self,
        store: EventStore,
        forms: Mapping[str, Form],
        keys: LinkKeys,
        rewards: Rewards,
        missing: Callable[[str], None],
        *,
        deliveries_table: str = "",
    ) -> None:
        self._store = store
        self._forms = forms
        self._keys = keys
        self._rewards = rewards
        self._missing = missing
        self._deliveries_table = deliveries_table
        self._digests: DigestLinks | None = None
        self._answers: AnswerLinks | None = None

    @classmethod
    def open(cls, store: EventStore, forms: Mapping[str, Form], settings: CaptureSettings) -> Self:
        """With the secret and the bucket of the stack, and the log of the function."""

        def missing(form: str) -> None:
            print(metrics.attention("reward not uploaded", form=form))  # noqa: T201 - Lambda's log

        keys = LinkKeys.open(settings.link_secret_arn, lambda: datetime.now(UTC))
        rewards = Rewards(settings.rewards_bucket)
        table = settings.deliveries_table
        return cls(store, forms, keys, rewards, missing, deliveries_table=table)

    def answer(self, request: Request, kind: str, text: str, now: datetime) -> Answer:
        """The answer to a request for `/<kind>/<text>`. HEAD is answered as GET."""
        readings = tokens.readings(text)
        try:
            token, text = self._keys.read_first(readings, partial(_purpose, kind), now)
            visit = Visit(request, token, text, self._forms.get(token.said.get("form", "")), now)
            answer: Answer = getattr(self, f"_{token.purpose.value}")(visit)
        except Expired as error:
            return self._expired(request, error.token, now)
        except BadToken:
            return self._bad(request, readings[0], kind)
        except (BadSecret, NoPlace):
            return dead_links.later(request)
        return answer

    def gift(self, form: str, event: Event, language: str, now: datetime) -> str:
        """The path of `download`, or "" if there is no key to sign it with.

        The form is stored by then. Whoever sends it again gets the link that there is then.
        """
        try:
            return self.download(form, event, language, now)
        except TROUBLES as error:
            said = {"form": form, "event_id": event.event_id, "error": type(error).__name__}
            print(metrics.attention("reward without a link", **said))  # noqa: T201 - Lambda's log
            return ""

    def download(self, form: str, event: Event, language: str, now: datetime) -> str:
        """The path of the link by which a page gives a form's reward at once."""
        said = {"form": form, "event": event.event_id, "lang": language[:8], "give": "1"}
        given = event.properties.get("consents")
        if isinstance(given, Mapping) and "tracking" in given and not event.flags:
            said["tracked"] = "1"
        if event.is_test:
            said["test"] = "1"
        return self._download_path(event.subject, said, now.astimezone(UTC).date())

    def _download_path(self, subject: str, said: Mapping[str, str], day: date) -> str:
        return f"/d/{self._keys.sign(Token(Purpose.DOWNLOAD, subject, day, said=said))}"

    def _say(
        self,
        visit: Visit,
        event_type: str,
        about: Mapping[str, Any],
        *,
        choice: str = "",
        texts: Mapping[str, Any] | None = None,
    ) -> None:
        """Store a word on consents, which is one word more unless it is the same press again.

        :raises NoPlace: if it finds none. Nothing is acknowledged that is not stored.
        """
        for event in at_places(visit, event_type, about, choice=choice, texts=texts):
            stored = self._store.put_or_find(event)
            if stored is None or is_same_word(event, stored):
                return
        raise NoPlace

    # --- a consent --------------------------------------------------------------------------

    def _confirm(self, visit: Visit) -> Answer:
        purpose = visit.token.said.get("purpose", "")
        consent = (visit.form or {}).get("consents", {}).get(purpose)
        if visit.form is None or consent is None:
            return told(410, "gone", visit.request, visit.who)
        who, text = visit.who, visit.who.of(consent["text"])
        if visit.request.method != "POST":
            return _page(link_page.confirm(text, visit.asked, who, is_test=visit.is_test))
        received = Received(
            at=visit.at,
            accept_language=visit.request.headers.get("accept-language", ""),
            address=visit.request.address,
        )
        language = visit.token.said.get("lang", "")
        given = {"purpose": purpose, "version": consent["version"], "form": visit.name}
        given["event"] = visit.token.said.get("event", "")
        texts = {"consents": proof.of(visit.form, [purpose], received, language)}
        self._say(visit, "consent_given", given, choice=purpose, texts=texts)
        return _page(link_page.confirmed(text, who, is_test=visit.is_test))

    # --- the end of consents ----------------------------------------------------------------

    def _unsubscribe(self, visit: Visit) -> Answer:
        who, choices = visit.who, self._choices(visit)
        page = partial(link_page.unsubscribe, choices, visit.asked, who, is_test=visit.is_test)
        if visit.request.method != "POST":
            return _page(page())
        ending = ending_of(visit.request)
        chosen = [choice for choice in choices if choice.purpose in ending.purposes]
        if ending.did not in (ALL, OBJECT) and not chosen:
            return _page(page(is_empty=True), 422)
        self._end(visit, ending, choices, chosen)
        texts = [choice.text for choice in chosen if ending.did != ALL]
        return _page(link_page.ended(ending.did, texts, who, is_test=visit.is_test))

    def _choices(self, visit: Visit) -> list[Choice]:
        """The purposes that any form asks for, in the words of the mail's form where it does."""
        found: dict[str, Choice] = {}
        for form in filter(None, (visit.form, *self._forms.values())):
            for purpose, consent in form.get("consents", {}).items():
                found.setdefault(purpose, Choice(purpose, visit.who.of(consent["text"])))
        return [*found.values()]

    def _end(
        self, visit: Visit, ending: Ending, choices: list[Choice], chosen: list[Choice]
    ) -> None:
        """Store what somebody ends. What they have ticked is ended whichever button they press.

        `all` ends each purpose but for tracking (see `leads/facts`). If the page offers that too,
        its button names it.
        """
        about: dict[str, Any] = {"form": visit.name}
        if ending.did == ALL:
            offered = {choice.purpose for choice in choices}
            if _TRACKING in offered and not ending.by_one_click:
                about["purposes"] = [_TRACKING]
            self._say(visit, "unsubscribed", {"all": True, **about})
            return
        if ending.did == OBJECT:
            self._say(visit, "profiling_objected", about)
        for purpose in (choice.purpose for choice in chosen):
            said = {"purpose": purpose, **about}
            self._say(visit, "consent_withdrawn", said, choice=purpose)

    def _digest_off(self, visit: Visit) -> Answer:
        """The link of a salesperson's digest, which is about no lead."""
        if self._digests is None:
            from hotlist.capture.digest_links import DigestLinks  # noqa: PLC0415 - these are rare

            self._digests = DigestLinks(self._deliveries_table)
        return self._digests.answer(visit) or self._of_nobody(visit)

    def _answer(self, visit: Visit) -> Answer:
        """The link by which a salesperson says what came of a lead."""
        if self._answers is None:
            from hotlist.capture.answer_links import AnswerLinks  # noqa: PLC0415 - these are rare

            self._answers = AnswerLinks(self._store)
        return self._answers.answer(visit) or self._of_nobody(visit)

    def _of_nobody(self, visit: Visit) -> Answer:
        """The link of a recipient who is not in sales.yaml any more."""
        return told(410, "gone_recipient", visit.request, visit.who)

    # --- a reward ---------------------------------------------------------------------------

    def _reward(self, visit: Visit) -> Answer:
        reward = (visit.form or {}).get("reward")
        if reward is None:
            return told(410, "gone", visit.request, visit.who)
        if visit.request.method != "POST":
            title = visit.who.of(reward["title"])
            html = link_page.reward(title, visit.asked, visit.who, is_test=visit.is_test)
            return _page(html, form=TO_ANY_PAGE)
        about = {"form": visit.name, "reward": reward["id"]}
        self._store.put(recorded(visit, "reward_claimed", about))
        said, day = {**visit.token.said, "give": "1"}, visit.at.astimezone(UTC).date()
        return http.redirect(self._download_path(visit.token.subject, said, day), **http.GUARDED)

    def _download(self, visit: Visit) -> Answer:
        if visit.request.method == "POST":
            return http.redirect(f"/d/{visit.text}", **http.GUARDED)
        reward = (visit.form or {}).get("reward")
        if reward is None:
            return told(410, "gone", visit.request, visit.who)
        answer = self._given(visit, reward)
        if answer is None:
            self._missing(visit.name)
            return told(404, "missing", visit.request, visit.who)
        about = {"form": visit.name, "reward": reward["id"]}
        self._note(visit, "file_downloaded", about)
        return answer

    def _given(self, visit: Visit, reward: Mapping[str, Any]) -> Answer | None:
        """The reward itself, or where it is; None if it is not there yet."""
        if reward["kind"] == "invitation":
            calendar = invitation.stamped(visit.who.of(reward["event"]["ics"]), visit.at)
            return {
                "statusCode": 200,
                "headers": {
                    "content-type": "text/calendar; charset=utf-8; method=PUBLISH",
                    "content-disposition": 'attachment; filename="invitation.ics"',
                    **_PRIVATE,
                },
                "body": calendar,
            }
        if reward["kind"] == "file":
            url = self._rewards.address(reward["object"], reward["name"])
            if url is not None and visit.request.method == "HEAD":
                # The address is signed for GET alone.
                return {"statusCode": 200, "headers": {**_PRIVATE, "content-type": _ANY_FILE}}
            return None if url is None else _sent_to(url)
        return _sent_to(reward["url"])

    # --- what is opened and clicked -----------------------------------------------------------

    def _opened(self, visit: Visit) -> Answer:
        self._note(visit, "email_opened", of_mail(visit))
        headers, gif = {"content-type": "image/gif", **_PRIVATE}, link_page.PICTURE
        return {"statusCode": 200, "headers": headers, "body": gif, "isBase64Encoded": True}

    def _clicked(self, visit: Visit) -> Answer:
        to = visit.token.said.get("to", "")
        url = addresses.addresses(visit.form or {}).get(to)
        if url is None:
            return told(410, "gone", visit.request, visit.who)
        self._note(visit, "email_clicked", {**of_mail(visit), "to": to})
        return _sent_to(url)

    def _note(self, visit: Visit, event_type: str, about: Mapping[str, Any]) -> None:
        """Store what a GET says, with consent. A link leads on even if it cannot be stored."""
        if not visit.is_tracked:
            return
        agent = visit.request.headers.get("user-agent", "")
        is_ahead = scanners.is_ahead(visit.request.method, visit.request.headers)
        event = noted(
            visit, event_type, about, agent, is_ahead=is_ahead or scanners.is_scanner(agent)
        )
        try:
            self._store.put(event)
        except (BotoCoreError, ClientError) as error:
            print(http.log_line(visit.request.route, 200, type(error).__name__))  # noqa: T201

    # --- links that lead nowhere --------------------------------------------------------------

    def _expired(self, request: Request, token: Token, now: datetime) -> Answer:
        """An old click leads on as long as its address is one of ours, and is not recorded."""
        form = self._forms.get(token.said.get("form", ""))
        if token.purpose is Purpose.CLICKED and form is not None:
            said = {name: one for name, one in token.said.items() if name != "tracked"}
            return self._clicked(Visit(request, replace(token, said=said), "", form, now))
        who = link_page.reader(request.headers, token.said.get("lang", ""), None)
        return told(410, f"expired_{token.purpose.value}", request, who)

    def _bad(self, request: Request, text: str, kind: str) -> Answer:
        return dead_links.bad(request, text, kind, self._keys.newest().key_id)


_PRIVATE: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def _purpose(kind: str, text: str) -> Purpose:
    """What a text is to be verified for. Under some routes it says so itself, unverified."""
    if kind == "d":
        return Purpose.DOWNLOAD if "give" in tokens.claimed(text) else Purpose.REWARD
    if kind == "unsubscribe" and "digest" in tokens.claimed(text):
        return Purpose.DIGEST_OFF
    if kind not in _PURPOSES:  # its route is another function's, and takes what is whole
        raise BadToken
    return _PURPOSES[kind]


_PURPOSES: Final = {
    "confirm": Purpose.CONFIRM,
    "unsubscribe": Purpose.UNSUBSCRIBE,
    "o": Purpose.OPENED,
    "c": Purpose.CLICKED,
    "answers": Purpose.ANSWER,
}


def _page(html: str, status: int = 200, form: Form = _TO_ITSELF) -> Answer:
    return http.page(status, html, form_page.policy(form))


def _sent_to(url: str) -> Answer:
    return {"statusCode": 302, "headers": {**_PRIVATE, "location": addresses.sendable(url)}}
