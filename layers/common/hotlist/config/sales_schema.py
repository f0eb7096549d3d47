"""The schema of sales.yaml, as pydantic models. Only the build uses this module."""

import unicodedata
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hotlist.config.findings import BadConfig, model_findings
from hotlist.config.yaml import parse_yaml
from hotlist.identity.identifiers import BadIdentifier, normalise_email

_CONTROL: Final = frozenset({"Cc", "Zl", "Zp"})

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class RecipientEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: str
    language: Literal["en", "pl", "de"] = "en"
    timezone: str = "UTC"
    digest: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "08:00"
    weekdays: Annotated[list[Weekday], Field(min_length=1)] = ["mon", "tue", "wed", "thu", "fri"]

    @field_validator("name")
    @classmethod
    def _line(cls, name: str) -> str:
        if any(unicodedata.category(c) in _CONTROL for c in name):
            raise ValueError("a name has control characters or line breaks; write it in one line")
        return name

    @field_validator("email")
    @classmethod
    def _address(cls, email: str) -> str:
        try:
            domain = normalise_email(email).rpartition("@")[2]
        except BadIdentifier as error:
            raise ValueError(str(error)) from error
        local = email.strip().rpartition("@")[0]
        if not local.isascii():
            raise ValueError("SES takes only ASCII characters before the @; use another address")
        return f"{local}@{domain}"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            problem = f"{name!r} is not a time zone; write one like Europe/Warsaw"
            raise ValueError(problem) from error
        return name


class SalesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    recipients: Annotated[list[RecipientEntry], Field(min_length=1)]
    on_empty: Literal["send", "skip"] = "skip"
    alert_on_rule_change: bool = False

    @model_validator(mode="before")
    @classmethod
    def _later(cls, given: Any) -> Any:
        for name in ("owners", "quiet_hours", "holidays", "alerts"):
            if isinstance(given, dict) and name in given:
                raise ValueError(f"`{name}` is not built yet; leave it out")
        return given

    @model_validator(mode="after")
    def _unique(self) -> "SalesFile":
        ids = [recipient.id for recipient in self.recipients]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two recipients have the id {twice[0]!r}; give each its own")
        return self


def compile_sales(text: str, file: str = "sales.yaml") -> dict[str, Any]:
    """The checked settings of sales.yaml.

    :raises BadConfig: with everything that is wrong in the file.
    """
    source, positions = parse_yaml(text, file)
    try:
        checked = SalesFile.model_validate(source)
    except ValidationError as error:
        raise BadConfig(model_findings(error, positions)) from error
    return checked.model_dump()
