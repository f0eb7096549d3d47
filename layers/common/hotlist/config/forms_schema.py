"""The schema of forms.yaml, by pydantic. The build alone uses it."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args

from phonenumbers import SUPPORTED_REGIONS
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    model_validator,
)

from hotlist.capture.origins import normalise_origin
from hotlist.capture.paths import composed
from hotlist.config.findings import BadConfig, Finding, Positions, model_findings
from hotlist.config.yaml import parse_yaml
from hotlist.events import sizes, vocabulary
from hotlist.events.vocabulary import Route

FormName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]


def _known_region(region: str) -> str:
    if region in SUPPORTED_REGIONS:
        return region
    if region.upper() in SUPPORTED_REGIONS:
        raise ValueError(f"write {region.upper()}, in capitals")
    raise ValueError(
        f"{region!r} is no country of phone numbers; write its two letters of ISO 3166, "
        "as in GB (not UK), PL or US"
    )


Region = Annotated[str, AfterValidator(_known_region)]
Origin = Annotated[str, AfterValidator(normalise_origin)]
Option = Annotated[str, AfterValidator(composed)]

_AUTOFILLED: Final = re.compile(
    r"name|mail|phone|tel|mobile|fax|url|web|site|link|home|address|street|city|town|zip|postal"
    r"|post_?code|state|region|country|compan|organi[sz]ation|title|user|login|pass|pwd|birth|bday"
    r"|gender|sex|language|card|cc_|nick|message|comment|subject"
)
"""What browsers and password managers look for in the names of fields."""


FieldType = Literal["text", "message", "email", "phone", "choice", "integer", "boolean"]
_TYPES: Final = frozenset(get_args(FieldType))


class FieldSpec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: FieldType
    required: bool = False
    min: int | None = None
    max: int | None = None
    options: Annotated[list[Option], Field(min_length=1)] | None = None
    label: str | dict[str, str] | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FieldSpec":
        if (self.options is not None) != (self.type == "choice"):
            raise ValueError("a choice has `options`, and nothing else has")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


class Consent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: str
    text: str | dict[str, str]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: str = "form_submitted"
    fields: dict[FieldName, FieldSpec]
    tell: bool = False
    honeypot: FieldName | None = None
    default_region: Region = "US"
    redirect_url: Url | None = None
    origins: list[Origin] | None = None
    consents: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Consent] = {}

    @model_validator(mode="before")
    @classmethod
    def _later(cls, given: Any) -> Any:
        for name in ("captcha", "kiosk", "magnet", "double_opt_in", "active_from", "active_until"):
            if isinstance(given, dict) and name in given:
                raise ValueError(f"`{name}` is not built yet; leave it out")
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
        return self


class Forms(RootModel[dict[FormName, Form]]):
    pass


def compile_forms(text: str, file: str = "forms.yaml") -> dict[str, Any]:
    """The checked forms. :raises BadConfig: with everything that is wrong in the file."""
    return check_forms(text, file)[0]


def check_forms(text: str, file: str) -> tuple[dict[str, Any], list[Finding]]:
    """The checked forms, and what is doubtful in them. :raises BadConfig: if anything is wrong."""
    source, positions = parse_yaml(text, file)
    misnamed = list(_misnamed(source, positions))
    try:
        forms = Forms.model_validate(source)
    except ValidationError as error:
        raise BadConfig([*model_findings(error, positions), *misnamed]) from error
    if misnamed:
        raise BadConfig(misnamed)
    checked: dict[str, Any] = forms.model_dump(exclude_none=True)
    too_large = [one for name, form in checked.items() for one in _fit(name, form, positions)]
    if too_large:
        raise BadConfig(too_large)
    return checked, list(_doubts(checked, positions))


def _misnamed(source: object, positions: Positions) -> Iterator[Finding]:
    """Fields that are called like a contact and are none: a lead's contact is what they hold."""
    for name, form in source.items() if isinstance(source, Mapping) else ():
        fields = form.get("fields") if isinstance(form, Mapping) else None
        for field in ("email", "phone"):
            spec = fields.get(field) if isinstance(fields, Mapping) else None
            given = spec.get("type") if isinstance(spec, Mapping) else None
            if isinstance(given, str) and given in _TYPES and given != field:
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
        open_ = [f for f in fields.values() if f["type"] == room.kind and "max" not in f]
        for field in open_:
            field["max"] = room.least
        spent = {k: len(k) + len('"":,') + _most_bytes(f, room) for k, f in fields.items()}
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


def _besides(name: str, form: Mapping[str, Any]) -> int:
    """What the event of a form has beside its answers: its name, and the consents."""
    consents = {purpose: {"version": c["version"]} for purpose, c in form["consents"].items()}
    return sizes.json_bytes({"form": name, "consents": consents})


def _most_bytes(field: Mapping[str, Any], room: _Room) -> int:
    """How many bytes of JSON an answer may have."""
    match field["type"]:
        case "text" | "message":
            return len('""') + room.a_character * max(int(field["max"]), 0)
        case "email":
            most = sizes.MAX_CHARACTERS["email"]
            return len('""') + min(int(field.get("max", most)), most)
        case "phone":
            return len('"+123456789012345"')
        case "choice":
            return max(map(sizes.json_bytes, field["options"]))
        case "integer":
            ends = (field.get("min", -(10**15)), field.get("max", 10**15))
            return max(len(str(end)) for end in ends)
        case _:
            return len("false")


def _doubts(forms: dict[str, Any], positions: Positions) -> Iterator[Finding]:
    for name, form in forms.items():
        trap = form.get("honeypot")
        if trap and _AUTOFILLED.search(trap):
            message = (
                f"browsers and password managers fill in a field called {trap!r}, and whoever has "
                "it filled in is taken for a machine; call it hp_confirm, here and in the page"
            )
            yield positions.finding((name, "honeypot"), message, "autofilled", "warning")
