"""The schema of forms.yaml, by pydantic. The build alone uses it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Annotated, Any, Final, Literal, NamedTuple

from phonenumbers import SUPPORTED_REGIONS
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    model_validator,
)

from hotlist.capture import proof
from hotlist.capture.context import NAMES, Received
from hotlist.capture.origins import normalise_origin
from hotlist.config import mail_to_leads_schema as mails
from hotlist.config.across_fields import claimed, impossible
from hotlist.config.field_answers import read_twice
from hotlist.config.field_schema import (
    TYPES,
    WITHOUT_LENGTH,
    FieldName,
    FieldSpec,
    Pages,
    Text,
    is_numbered,
    sent_as,
)
from hotlist.config.findings import BadConfig, Finding, Positions, read_model
from hotlist.config.yaml import parse_yaml
from hotlist.events import sizes, times, vocabulary
from hotlist.events.vocabulary import Route

FormName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


def _known_region(region: str) -> str:
    if region in SUPPORTED_REGIONS:
        return region
    if region.upper() in SUPPORTED_REGIONS:
        raise ValueError(f"write {region.upper()}, in capitals")
    raise ValueError(
        f"{region!r} is no country of phone numbers; write its two letters of ISO 3166, "
        "as in GB (not UK), PL or US"
    )


def _instant(text: str) -> str:
    try:
        times.from_text(text)
    except ValueError as error:
        raise ValueError(
            f"{text[:40]!r} is no instant with an offset; write it as in 2026-03-28T12:00:00+01:00"
        ) from error
    return text


Region = Annotated[str, AfterValidator(_known_region)]
Origin = Annotated[str, AfterValidator(normalise_origin)]
Instant = Annotated[str, AfterValidator(_instant)]
_AUTOFILLED: Final = re.compile(
    r"name|mail|phone|tel|mobile|fax|url|web|site|link|home|address|street|city|town|zip|postal"
    r"|post_?code|state|region|country|compan|organi[sz]ation|title|user|login|pass|pwd|birth|bday"
    r"|gender|sex|language|card|cc_|nick|message|comment|subject"
)
"""What browsers and password managers look for in the names of fields."""


VERSION_DIGITS: Final = 16
"""How much of its hash names a compiled form."""


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: str = "form_submitted"
    title: mails.Title | None = None
    fields: dict[FieldName, FieldSpec]
    tell: Literal[False, True, "owner", "team", "all"] = False
    honeypot: FieldName | None = None
    default_region: Region = "US"
    redirect_url: Pages | None = None
    thanks: Text | None = None
    opens: Instant | None = None
    closes: Instant | None = None
    closed: Text | None = None
    kiosk: bool = False
    origins: list[Origin] | None = None
    files: Literal["refuse"] | None = None
    consents: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")], mails.Consent] = {}
    receipt: mails.ReceiptSpec | None = None
    reward: mails.RewardSpec | None = None
    mail: mails.FormMails | None = None

    @model_validator(mode="before")
    @classmethod
    def _later(cls, given: Any) -> Any:
        for name, instead in (("active_from", "opens"), ("active_until", "closes")):
            if isinstance(given, dict) and name in given:
                raise ValueError(f"`{name}` is of rules; a form has `{instead}`")
        for name, instead in (("magnet", "`reward`"), ("double_opt_in", "`confirm` of a consent")):
            if isinstance(given, dict) and name in given:
                raise ValueError(f"there is no `{name}`; write {instead}")
        if isinstance(given, dict) and "captcha" in given:
            raise ValueError("`captcha` is not built yet; leave it out")
        return given

    @model_validator(mode="after")
    def _fits(self) -> "Form":
        if not vocabulary.may_send(Route.FORM, self.type):
            raise ValueError(f"a form cannot send events of the type {self.type!r}")
        ours = vocabulary.RESERVED | vocabulary.DERIVED | vocabulary.ENVELOPE
        for name in (*self.fields, *([self.honeypot] if self.honeypot else [])):
            if name in ours or name.startswith("consent_"):
                raise ValueError(f"Hotlist itself uses the name {name!r}; call the field else")
        if self.honeypot in self.fields:
            raise ValueError(f"{self.honeypot!r} is a field already; call the honeypot else")
        kinds = [field.type for field in self.fields.values()]
        if not {"email", "phone"} & set(kinds):
            raise ValueError("a form needs a field of the type email or phone")
        if kinds.count("email") > 1 or kinds.count("phone") > 1:
            raise ValueError("a form has at most one field of the type email and one of phone")
        if self.opens and self.closes and _ms(self.opens) >= _ms(self.closes):
            raise ValueError("`opens` is not before `closes`; a form would never be open")
        if self.closed and not self.closes:
            raise ValueError("`closed` is what a form says after `closes`; write both, or neither")
        return self


def _ms(instant: str) -> int:
    return times.to_ms(times.from_text(instant))


class Forms(RootModel[dict[FormName, Form]]):
    pass


def compile_forms(
    text: str,
    file: str = "forms.yaml",
    messages: Mapping[str, Any] | None = None,
    look: mails.Look | None = None,
) -> dict[str, Any]:
    """The checked forms. :raises BadConfig: with everything that is wrong in the file."""
    return check_forms(text, file, messages, look)[0]


def check_forms(
    text: str,
    file: str,
    messages: Mapping[str, Any] | None = None,
    look: mails.Look | None = None,
) -> tuple[dict[str, Any], list[Finding]]:
    """The checked forms, and what is doubtful in them. :raises BadConfig: if anything is wrong.

    `messages` are the texts of errors that the configuration has, by language. `look` looks at the
    files of rewards.
    """
    source, positions = parse_yaml(text, file)
    misnamed = list(_misnamed(source, positions))
    try:
        forms = read_model(Forms.model_validate, source, positions)
    except BadConfig as error:
        raise BadConfig([*error.findings, *misnamed]) from error
    checked: dict[str, Any] = forms.model_dump(exclude_none=True, by_alias=True)
    for name, form in checked.items():
        for check in (claimed, impossible, mails.wrong_mails):
            misnamed += check(name, form, positions)
    if misnamed:
        raise BadConfig(misnamed)
    too_large = [one for name, form in checked.items() for one in _fit(name, form, positions)]
    if too_large:
        raise BadConfig(too_large)
    # Now that each text has its `max`, some of what conditions ask for may be too long.
    wrong = [one for name, form in checked.items() for one in impossible(name, form, positions)]
    for name, form in checked.items():
        wrong += mails.compile_mails(name, form, look, positions)
    if wrong:
        raise BadConfig(wrong)
    for form in checked.values():
        _compile(form)
        form["form_version"] = _version(form)
        if messages:
            form["messages"] = messages
    return checked, list(_doubts(checked, positions))


def _compile(form: dict[str, Any]) -> None:
    """Make of a form what capture reads. What few fields have stands beside the fields."""
    sent, conditions = {}, {}
    for name, field in form["fields"].items():
        if "from" in field:
            sent[name] = _other_names(name, field.pop("from"))
        if isinstance(field["required"], dict):
            conditions[name] = field["required"]["if"]
            field["required"] = False
    for purpose, consent in form["consents"].items():
        if "from" in consent:
            name = f"consent_{purpose}"
            sent[name] = _other_names(name, consent.pop("from"))
    if sent:
        form["from"] = sent
    listed = {one for names in sent.values() for one in names}
    if answered := [one for one in NAMES if one in listed]:
        form["no_context"] = answered
    if numbered := [one for names in sent.values() for one in names if is_numbered(one)]:
        form["numbered"] = numbered
    if conditions:
        form["conditions"] = conditions
    if "opens" in form:  # visitors are told it in the offset in which it is written
        form["opens_at"] = datetime.fromisoformat(form["opens"]).strftime("%Y-%m-%d %H:%M %Z")
    for name in {"opens", "closes"} & set(form):
        form[name] = _ms(form[name])
    if isinstance(pages := form.get("redirect_url"), dict):
        form["redirect_urls"] = pages
        form["redirect_url"] = next(iter(pages.values()))


def _other_names(name: str, given: list[str]) -> list[str]:
    """The names under which capture finds what arrives, beside its own."""
    names = dict.fromkeys(one for sent in given for one in sent_as(sent))
    return [one for one in names if one != name]


def _version(form: Mapping[str, Any]) -> str:
    """A hash of the compiled form, which a stored consent names."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:VERSION_DIGITS]


def _misnamed(source: object, positions: Positions) -> Iterator[Finding]:
    """Fields that are called like a contact and are none: a lead's contact is what they hold."""
    for name, form in source.items() if isinstance(source, Mapping) else ():
        fields = form.get("fields") if isinstance(form, Mapping) else None
        for field in ("email", "phone"):
            spec = fields.get(field) if isinstance(fields, Mapping) else None
            given = spec.get("type") if isinstance(spec, Mapping) else None
            if isinstance(given, str) and given in TYPES and given != field:
                message = (
                    f"a field called {field!r} has the type {field}: what it holds is how sales "
                    f"reaches the lead; write {field}, or call the field else"
                )
                yield positions.finding((name, "fields", field, "type"), message)


class _Room(NamedTuple):
    """Room that fields of an event share: so many bytes, at so many for a character.

    A field that shares the room without a `max` needs `least` characters.
    """

    kind: str
    bytes: int
    a_character: int
    least: int
    what: str
    advice: str


_ROOMS: Final = (
    _Room(
        "text",
        sizes.ANSWERS_BYTES,
        4,
        40,
        "the fields that rules may see",
        "lower their `max`, or let those that no rule asks for be of the type message",
    ),
    _Room("message", sizes.TEXTS_BYTES, 3, 200, "the messages", "lower their `max`"),
)


def _fit(name: str, form: dict[str, Any], positions: Positions) -> Iterator[Finding]:
    """Give each text its `max`; find what an event could have no room for.

    Texts without a `max` share evenly what the others leave, up to `sizes.MAX_CHARACTERS`.
    """
    for room in _ROOMS:
        is_message = room.kind == "message"
        fields = {k: f for k, f in form["fields"].items() if is_message == (f["type"] == "message")}
        taken = len("{}") if is_message else _besides(name, form)
        open_ = [f for f in fields.values() if _is_open(f)]
        for field in open_:
            field["max"] = room.least
        spent = {k: len(k) + len('"":,') + _most_bytes(f, room) for k, f in fields.items()}
        if is_message and form["consents"]:
            spent["consents"] = _most_of_proof(form)
        left = room.bytes - taken - sum(spent.values())
        if left < 0:
            largest = sorted(spent, key=lambda k: (-spent[k], k))[:3]
            listed = ", ".join(f"{k} ({spent[k]:,})" for k in largest)
            shared = f" (a field without `max` counted with {room.least} characters)"
            message = (
                f"{room.what} could take {room.bytes - left:,} bytes at {room.a_character} bytes a "
                f"character{shared if open_ else ''}, and an event has room for {room.bytes:,}; "
                f"the largest are {listed}; {room.advice}"
            )
            yield positions.finding((name, "fields"), message, "too-large")
            continue
        for field in open_:
            share = room.least + left // (room.a_character * len(open_))
            field["max"] = max(min(share, sizes.MAX_CHARACTERS[room.kind]), field.get("min", 0))


def _is_open(field: Mapping[str, Any]) -> bool:
    """Whether it is a text that may have any length."""
    is_free = field["type"] in WITHOUT_LENGTH or field["type"] == "hidden"
    return is_free and "max" not in field and "options" not in field


def _besides(name: str, form: Mapping[str, Any]) -> int:
    """What the event of a form has beside its answers: its name, and the consents."""
    consents = {purpose: {"version": c["version"]} for purpose, c in form["consents"].items()}
    pending = {purpose for purpose, c in form["consents"].items() if c.get("confirm")}
    most: dict[str, Any] = {"form": name, "consents": consents}
    if pending:
        most["pending_consents"] = {purpose: consents.pop(purpose) for purpose in pending}
    if form["kiosk"]:
        most["kiosk"] = True
    return sizes.json_bytes(most)


def _most_of_proof(form: Mapping[str, Any]) -> int:
    """How many bytes the proof of all consents of a form may take."""
    longest = {
        purpose: {**consent, "text": max(proof.texts_of(consent).values(), key=sizes.json_bytes)}
        for purpose, consent in form["consents"].items()
    }
    received = Received(at=datetime(2026, 1, 1, tzinfo=UTC), address="ffff:ffff:ffff::1")
    named = {"consents": longest, "form_version": "0" * VERSION_DIGITS}
    languages = max(len(la) for c in form["consents"].values() for la in proof.texts_of(c))
    each = len('"language":"",') + 4 * languages
    found = proof.of(named, longest, received, "")
    return sizes.json_bytes({"consents": found}) + each * len(longest)


def _most_bytes(field: Mapping[str, Any], room: _Room) -> int:
    """How many bytes of JSON an answer may have."""
    match field["type"]:
        case "hidden" if "options" in field:
            return max(map(sizes.json_bytes, field["options"]))
        case "text" | "message" | "url" | "hidden":
            return len('""') + room.a_character * max(int(field["max"]), 0)
        case "email":
            most = sizes.MAX_CHARACTERS["email"]
            return len('""') + min(int(field.get("max", most)), most)
        case "phone":
            return len('"+123456789012345"')
        case "choice":
            return max(map(sizes.json_bytes, field["options"]))
        case "choices":
            longest = sorted(map(sizes.json_bytes, field["options"]), reverse=True)
            chosen = longest[: field.get("max", len(longest))]
            return len("[]") + sum(chosen) + len(chosen)
        case "decimal":
            return len("-1.23456789012345e-300")
        case "date":
            return len('"2026-03-31"')
        case "integer":
            ends = (field.get("min", -(10**15)), field.get("max", 10**15))
            return max(len(str(end)) for end in ends)
        case _:
            return len("false")


def _doubts(forms: dict[str, Any], positions: Positions) -> Iterator[Finding]:
    for name, form in forms.items():
        yield from mails.doubts(name, form, positions)
        trap = form.get("honeypot")
        if trap and _AUTOFILLED.search(trap):
            message = (
                f"browsers and password managers fill in a field called {trap!r}, and whoever has "
                "it filled in is taken for a machine; call it hp_confirm, here and in the page"
            )
            yield positions.finding((name, "honeypot"), message, "autofilled", "warning")
        for field, spec in form["fields"].items():
            if spec["type"] == "choices" and (why := read_twice(spec)):
                place = (name, "fields", field, "options")
                yield positions.finding(place, why, "read-twice", "warning")
        for one, other in combinations(form["consents"], 2):
            if _as_read(form["consents"][one]) & _as_read(form["consents"][other]):
                message = (
                    f"the consents {one!r} and {other!r} have the same text, and whoever ticks one "
                    "cannot see to what; give each purpose a text of its own"
                )
                place = (name, "consents", other, "text")
                yield positions.finding(place, message, "same-consent", "warning")


def _as_read(consent: Mapping[str, Any]) -> set[str]:
    """The text of a consent, or that of each language, as people tell them apart."""
    return {" ".join(text.casefold().split()) for text in proof.texts_of(consent).values()}
