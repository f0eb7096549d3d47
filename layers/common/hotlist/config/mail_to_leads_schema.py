"""The schema of what a form mails and gives to its visitors, by pydantic. For the build."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hotlist.capture import yes_no
from hotlist.config.calendar_file import calendar_file
from hotlist.config.field_schema import SentNames
from hotlist.config.findings import Finding, Positions
from hotlist.config.lead_texts_schema import (
    Line,
    Paragraphs,
    checked_line,
    give_languages,
    wrong_languages,
)
from hotlist.config.recipient_schema import mail_address
from hotlist.config.zones import time_zone
from hotlist.links import addresses

KINDS: Final = ("file", "invitation", "address", "video")
MOST_BYTES: Final = 100_000_000
"""Of a file."""

MOST_CONFIRMED: Final = 3
"""How many consents of a form may be confirmed: an address gets no more confirmations on a day."""

_LOCAL: Final = re.compile(r"^(?:20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}\Z")
_WEB: Final = r"^https://[^\s/?#@]+([/?#][^\s]*)?$"
_LONGEST: Final = timedelta(days=31)
_MARKETING: Final = re.compile(
    r"newsletter|marketing|mailing|advert|promo|\bnews\b|special offer|commercial|subscri"
    r"|\bopt[ -]?in\b|keep (?:me|us) (?:posted|informed|updated)|receive e-?mails"
    r"|reklam|handlow|ofert|nowości|kontakt e-?mail|werb|neuigkeit|angebot|e-?mails? zu\b",
    re.IGNORECASE,
)
"""How questions for consent to marketing read, and how their fields are called."""

_NO_CONSENT: Final = re.compile(
    r"\b(?:terms|privacy|age|regulamin|prywatno[sś]ci?|wiek|agb|datenschutz|alter)\b", re.IGNORECASE
)
"""What a required box is about that asks for no consent to marketing."""

_WRITTEN_YES: Final = re.compile(r"\b(?:YES|TAK|JA|OK)\b|[\"'„“‘](?i:yes|tak|ja|ok)[\"'”“’]")
"""A question that wants a yes to be typed."""


class FileFacts(NamedTuple):
    """What the build has seen of a file."""

    sha256: str


Look = Callable[[str], FileFacts | str]
"""Looks at a file beside the configuration; a text says why it cannot be a reward."""


def _web(url: str) -> str:
    if url.lower().startswith("http://"):
        raise ValueError("write https: instead of http:, and let the page have a certificate")
    if not re.search(_WEB, url) or len(url) > 2_000 or not url.isprintable():
        raise ValueError("this is the address of a page, as in https://www.example.com/guide")
    return addresses.sendable(url)


def _file(path: str) -> str:
    parts = path.split("/")
    if not path.isprintable() or "\\" in path or not all(parts) or {".", ".."} & {*parts}:
        raise ValueError(
            "this is the path of a file below the folder of forms.yaml, without .., as in "
            "rewards/guide.pdf"
        )
    return path


def _file_name(name: str) -> str:
    if not name.isprintable() or re.search(r'[\\/:*?"<>|]', name) or not name.strip(" ."):
        raise ValueError('this is the name of a file, without / \\ : * ? " < > |')
    return name


def _local_time(text: str) -> str:
    if not _LOCAL.match(text):
        raise ValueError(
            f"{text[:40]!r} is no local time; write it as in 2026-12-10T11:00, without an offset: "
            "`zone` says the rest"
        )
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is in no calendar: {error}; correct it") from error
    return text


Web = Annotated[str, Field(json_schema_extra={"pattern": _WEB}), AfterValidator(_web)]
NotEmpty = Annotated[str, Field(pattern=r"\S")]
Title = Line
"""What a form is called for people."""

LocalTime = Annotated[
    str, Field(json_schema_extra={"pattern": _LOCAL.pattern.replace(r"\Z", "$")}),
    AfterValidator(_local_time),
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Consent(_Strict):
    version: NotEmpty
    text: NotEmpty | Annotated[dict[str, NotEmpty], Field(min_length=1)]
    from_: Annotated[SentNames | None, Field(alias="from")] = None
    confirm: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_free(cls, given: Any) -> Any:
        if isinstance(given, dict) and "required" in given:
            raise ValueError("a consent is free, so none is required; leave `required` out")
        return given


class ReceiptSpec(_Strict):
    subject: Line
    text: Paragraphs


class MailWords(_Strict):
    subject: Line | None = None
    text: Paragraphs | None = None
    button: Line | None = None
    note: Line | None = None


class FormMails(_Strict):
    confirm: MailWords | None = None
    reward: MailWords | None = None


class OrganizerSpec(_Strict):
    name: Annotated[str, AfterValidator(checked_line)]
    email: Annotated[str, AfterValidator(mail_address)]


class InvitationSpec(_Strict):
    uid: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    sequence: Annotated[int, Field(ge=0, le=100_000)] = 0
    starts: LocalTime
    ends: LocalTime
    zone: Annotated[str, AfterValidator(time_zone)]
    place: Line | None = None
    summary: Line | None = None
    description: Paragraphs | None = None
    organizer: OrganizerSpec

    @model_validator(mode="after")
    def _fits(self) -> "InvitationSpec":
        starts, ends = (
            instant(name, getattr(self, name), self.zone) for name in ("starts", "ends")
        )
        if starts >= ends:
            raise ValueError("`starts` is not before `ends`; correct one of them")
        if ends - starts > _LONGEST:
            raise ValueError(f"it takes more than {_LONGEST.days} days; correct `starts` or `ends`")
        return self


class RewardSpec(_Strict):
    file: Annotated[str, AfterValidator(_file)] | None = None
    name: Annotated[str, Field(max_length=150), AfterValidator(_file_name)] | None = None
    invitation: InvitationSpec | None = None
    address: Web | None = None
    video: Web | None = None
    title: Line
    deliver: Literal["page", "mail"] = "page"

    @model_validator(mode="before")
    @classmethod
    def _free(cls, given: Any) -> Any:
        for name in ("consent", "consents", "requires", "required", "only_with"):
            if isinstance(given, dict) and name in given:
                raise ValueError(
                    f"a consent that buys something is none: no reward has `{name}`; leave it out"
                )
        return given

    @model_validator(mode="after")
    def _is_one(self) -> "RewardSpec":
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"a reward is one of {', '.join(KINDS)}; write exactly one of them")
        if self.name is not None and self.file is None:
            raise ValueError("`name` is that of a file; leave it out")
        return self


def instant(keyword: str, text: str, zone: str) -> datetime:
    """A local time in UTC. :raises ValueError: if clocks there show it never, or twice."""
    local, there = datetime.fromisoformat(text), ZoneInfo(zone)
    first, second = (local.replace(tzinfo=there, fold=fold) for fold in (0, 1))
    at = first.astimezone(UTC)
    if at.astimezone(there).replace(tzinfo=None) != local:
        raise ValueError(
            f"`{keyword}`: clocks in {zone} never show {text}, for they are put forward; "
            "write another time"
        )
    if first.utcoffset() != second.utcoffset():
        raise ValueError(
            f"`{keyword}`: clocks in {zone} show {text} twice, for they are put back; "
            "write another time"
        )
    return at


def why_mailed(form: Mapping[str, Any]) -> str | None:
    """Why a form mails its visitors, by keyword; None if it does not."""
    if any(one.get("confirm") for one in form["consents"].values()):
        return "confirm"
    if "receipt" in form:
        return "receipt"
    return "reward" if form.get("reward", {}).get("deliver") == "mail" else None


def wrong_mails(name: str, form: dict[str, Any], positions: Positions) -> Iterator[Finding]:
    """What is wrong in what a form mails and gives, across its keywords."""
    yield from wrong_languages(name, form, positions)
    why = why_mailed(form)
    if why and not any(field["type"] == "email" for field in form["fields"].values()):
        message = f"`{why}` is mailed, and the form asks for no e-mail address; add a field `email`"
        yield positions.finding((name, "fields"), message, "no-address")
    mails = form.get("mail", {})
    confirmed = [one for one, given in form["consents"].items() if given.get("confirm")]
    has_confirm = bool(confirmed)
    if len(confirmed) > MOST_CONFIRMED:
        message = (
            f"an address gets {MOST_CONFIRMED} confirmations a day, and each of these "
            f"{len(confirmed)} consents has a mail of its own; ask for some of them in one "
            "text, or without `confirm`"
        )
        place = (name, "consents", confirmed[MOST_CONFIRMED], "confirm")
        yield positions.finding(place, message, "too-many")
    by_mail = form.get("reward", {}).get("deliver") == "mail"
    for kind, is_sent, how in (
        ("confirm", has_confirm, "a consent has `confirm: true`"),
        ("reward", by_mail, "a reward has `deliver: mail`"),
    ):
        if kind in mails and not is_sent:
            message = f"this mail is sent where {how}, and the form has none; leave it out"
            yield positions.finding((name, "mail", kind), message, "never")
        if kind in mails and not mails[kind]:
            message = "write `subject`, `text`, `button` or `note`, or leave it out"
            yield positions.finding((name, "mail", kind), message, "empty")
    if "reward" in form:
        yield from _forced(name, form, positions)
        if "file" in form["reward"] and not name.strip("."):
            message = "the file of a reward is stored under the form's name; call the form else"
            yield positions.finding((name,), message)


def _forced(name: str, form: Mapping[str, Any], positions: Positions) -> Iterator[Finding]:
    """What nobody can leave open who wants the reward, and that is or may be such a consent."""
    for field, spec in form["fields"].items():
        if spec["required"] and (message := _demanded(field, spec)):
            yield positions.finding((name, "fields", field, "required"), message, "forced-consent")


def _demanded(field: str, spec: Mapping[str, Any]) -> str:
    """Why a required field may demand a consent; "" if it does not.

    A box has to be ticked, so its name or its label has to say that it is about something else. A
    choice leaves a way out if one of its answers is neither a yes nor about marketing.
    """
    said = " ".join(_words({"field": field.replace("_", " "), **spec}))
    is_marketing = _MARKETING.search(said)
    options = spec.get("options", ())
    if options:
        told = options.items() if isinstance(options, Mapping) else ((one,) for one in options)
        is_yes = all(any(map(_is_yes, _words([*one]))) for one in told)
        is_demanded = is_yes or (len(options) == 1 and is_marketing)
    elif spec["type"] == "boolean":
        is_demanded = is_marketing or not _NO_CONSENT.search(said)
    else:
        is_demanded = is_marketing and _WRITTEN_YES.search(" ".join(_words(spec)))
    if not is_demanded:
        return ""
    if is_marketing:
        return (
            "this reads as a consent to marketing, and a reward may not demand one: a consent "
            "is free, or it is none. Make it one of `consents`, which nobody has to give"
        )
    return (
        "whoever wants the reward has to say yes here. If that is a consent, a reward may not "
        "demand one: make it one of `consents`, which nobody has to give. If it is about something "
        "else, call the field so, as in `accept_terms`, `privacy` or `age`"
    )


def _is_yes(answer: str) -> bool:
    """Whether an answer of a choice says yes, or names marketing."""
    words = yes_no.plain(answer).split()
    return bool(_MARKETING.search(answer)) or (bool(words) and words[0].strip(",;:") in yes_no.YES)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _words(one)


def doubts(name: str, form: Mapping[str, Any], positions: Positions) -> Iterator[Finding]:
    """What is doubtful in what a form mails."""
    mails = [one for one in form["fields"].values() if one["type"] == "email"]
    for purpose, consent in form["consents"].items():
        if consent.get("confirm") and not mails[0]["required"]:
            message = (
                "whoever leaves no e-mail address can never confirm it, so they have not "
                "consented; make the field of the type email required"
            )
            place = (name, "consents", purpose, "confirm")
            yield positions.finding(place, message, "not-reached", "warning")
    if form.get("reward", {}).get("deliver") == "mail" and not mails[0]["required"]:
        message = (
            "whoever leaves no e-mail address never gets what is delivered by mail; make the field "
            "of the type email required, or write `deliver: page`"
        )
        yield positions.finding((name, "reward", "deliver"), message, "not-reached", "warning")


def compile_mails(
    name: str, form: dict[str, Any], look: Look | None, positions: Positions
) -> Iterator[Finding]:
    """Make of a form what the functions read; find files that cannot be given.

    The id of a reward is the name of its form, so it stays when the file changes: rules and sent
    mails go on to mean it. The object is named by its contents too, so no file is overwritten.
    Without `look` nobody looks at the files, and a reward has no object.
    """
    give_languages(form)
    reward = form.get("reward")
    if reward is None:
        return
    (kind,) = (one for one in KINDS if one in reward)
    what = reward.pop(kind)
    made = {"id": name, "kind": kind, "title": reward["title"], "deliver": reward["deliver"]}
    if kind == "invitation":
        made["event"] = _event(what, reward["title"])
    elif kind == "file":
        made |= {"file": what, "name": reward.get("name", what.rpartition("/")[2])}
        found = look(what) if look else None
        if isinstance(found, str):
            yield positions.finding((name, "reward", "file"), found, "file")
        elif found:
            made |= {"sha256": found.sha256, "object": f"rewards/{name}/{found.sha256}"}
    else:
        made["url"] = what
    form["reward"] = made


def _event(given: dict[str, Any], title: Mapping[str, str]) -> dict[str, Any]:
    """The event of an invitation, with its calendar file in each language."""
    organizer = given["organizer"]
    domain = organizer["email"].rpartition("@")[2]
    times = {n: instant(n, given[n], given["zone"]).isoformat() for n in ("starts", "ends")}
    event = {"summary": title, **given, **times, "uid": f"{given['uid']}@{domain}"}
    event["ics"] = {language: calendar_file(event, language) for language in event["summary"]}
    return event
