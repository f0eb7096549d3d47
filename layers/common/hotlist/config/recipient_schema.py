"""The schema of a recipient and of the company in sales.yaml. Only the build uses this module."""

import re
import unicodedata
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hotlist.config.zones import time_zone
from hotlist.events.visible import trimmed
from hotlist.identity.identifiers import BadIdentifier, normalise_email

MOST_CARDS: Final = 50
"""Leads that a digest shows in full: with more, mail programs cut it."""

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CONTROL: Final = frozenset({"Cc", "Zl", "Zp"})


def mail_address(email: str) -> str:
    """An address that SES takes. :raises ValueError: if it is none."""
    try:
        domain = normalise_email(email).rpartition("@")[2]
    except BadIdentifier as error:
        raise ValueError(str(error)) from error
    local = email.strip().rpartition("@")[0]
    if not local.isascii():
        raise ValueError("SES takes only ASCII characters before the @; use another address")
    return f"{local}@{domain}"


def in_one_line(text: str) -> str:
    """A text without line breaks. :raises ValueError: if it has some, or shows nothing."""
    if not trimmed(text):
        raise ValueError("nothing can be seen here; write a text")
    if any(unicodedata.category(c) in _CONTROL for c in text):
        raise ValueError("a name has control characters or line breaks; write it in one line")
    return text


def each_once(given: list[str]) -> list[str]:
    """A list without repetitions. :raises ValueError: if something stands in it twice."""
    if twice := next((one for place, one in enumerate(given) if one in given[:place]), None):
        raise ValueError(f"{twice} stands here twice; write it once")
    return given


def local_day(text: str) -> str:
    """A day of the calendar. :raises ValueError: if there is none such."""
    with suppress(ValueError):
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    raise ValueError(f"{text!r} is no day; write one like 2026-12-24")


def local_time(text: str) -> str:
    """A time of the clock. :raises ValueError: if it is none."""
    if not _TIME.fullmatch(text):
        raise ValueError(f'{text!r} is no time of a day; write one like "07:30", in quotes')
    return text


def _like(pattern: re.Pattern[str]) -> Any:
    """Tells editors a pattern. What does not fit it is refused by a validator, in plain words."""
    return Field(json_schema_extra={"pattern": f"^({pattern.pattern})$"})


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
LocalTime = Annotated[str, AfterValidator(local_time), _like(_TIME)]
Day = Annotated[str, AfterValidator(local_day), _like(_DAY)]
OnEmpty = Literal["skip", "short", "weekly", "send"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HolidaysEntry(_Entry):
    country: Annotated[str, _like(_COUNTRY)] | None = None
    region: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    dates: Annotated[list[Day], Field(max_length=400), AfterValidator(each_once)] = []

    @model_validator(mode="after")
    def _whole(self) -> "HolidaysEntry":
        if self.country is None and self.region is not None:
            raise ValueError("`region` needs the `country` that it is in")
        if self.country is None and not self.dates:
            raise ValueError("no holidays are named; write a country, dates or both")
        return self


class QuietHoursEntry(_Entry):
    begins: LocalTime = Field(alias="from")
    ends: LocalTime = Field(alias="to")
    weekends: bool = False

    @model_validator(mode="after")
    def _some(self) -> "QuietHoursEntry":
        if self.begins == self.ends:
            raise ValueError("`from` and `to` are the same time; write two")
        return self


class AbsenceEntry(_Entry):
    begins: Day = Field(alias="from")
    ends: Day = Field(alias="to")
    stand_in: Id | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "AbsenceEntry":
        if self.ends < self.begins:
            raise ValueError(f"it ends on {self.ends}, before it begins; `to` is its last day")
        return self


def _absences(given: Any) -> Any:
    if isinstance(given, dict):
        raise ValueError("`absence` is a list; write absence: [{from: …, to: …}]")
    return given


class RecipientEntry(_Entry):
    id: Id
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(in_one_line)]
    email: Annotated[str, AfterValidator(mail_address)]
    language: Literal["en", "pl", "de"] = "en"
    timezone: Annotated[str, AfterValidator(time_zone)] = "UTC"
    digest: LocalTime = "08:00"
    weekdays: Annotated[list[Weekday], Field(min_length=1), AfterValidator(each_once)] = [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    ]
    holidays: HolidaysEntry | None = None
    quiet_hours: QuietHoursEntry | None = None
    absence: Annotated[list[AbsenceEntry], Field(max_length=100), BeforeValidator(_absences)] = []
    on_empty: OnEmpty | None = None
    list_: Literal["own", "all"] | None = Field(default=None, alias="list")
    top: Annotated[int, Field(ge=1, le=MOST_CARDS)] = 10
    csv: bool = False


class CompanyEntry(_Entry):
    name: Annotated[str, Field(pattern=r"\S", max_length=100), AfterValidator(in_one_line)]
    address: Annotated[str, Field(pattern=r"\S", max_length=300), AfterValidator(in_one_line)]
    reply_to: Annotated[str, AfterValidator(mail_address)] | None = None
