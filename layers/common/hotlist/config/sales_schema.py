"""The schema of sales.yaml, as pydantic models. Only the build uses this module."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotlist.config.findings import BadConfig, model_findings
from hotlist.config.yaml import parse_yaml
from hotlist.identity.identifiers import BadIdentifier, normalise_email

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


def time_zone(name: str) -> str:
    """The name of a time zone. :raises ValueError: if there is none of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = f"{name!r} is not a time zone; write one like Europe/Warsaw"
        raise ValueError(problem) from error
    return name


def in_one_line(text: str) -> str:
    """A text without line breaks. :raises ValueError: if it has some."""
    if any(unicodedata.category(c) in _CONTROL for c in text):
        raise ValueError("a name has control characters or line breaks; write it in one line")
    return text


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class RecipientEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(in_one_line)]
    email: Annotated[str, AfterValidator(mail_address)]
    language: Literal["en", "pl", "de"] = "en"
    timezone: Annotated[str, AfterValidator(time_zone)] = "UTC"
    digest: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "08:00"
    weekdays: Annotated[list[Weekday], Field(min_length=1)] = ["mon", "tue", "wed", "thu", "fri"]


class CompanyEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"\S", max_length=100), AfterValidator(in_one_line)]
    address: Annotated[str, Field(pattern=r"\S", max_length=300), AfterValidator(in_one_line)]
    reply_to: Annotated[str, AfterValidator(mail_address)] | None = None


class SalesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    recipients: Annotated[list[RecipientEntry], Field(min_length=1)]
    on_empty: Literal["send", "skip"] = "skip"
    alert_on_rule_change: bool = False
    company: CompanyEntry | None = None

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


def compile_sales(
    text: str, file: str = "sales.yaml", mailing: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The checked settings of sales.yaml.

    `mailing` has the forms that mail their visitors, each with its keyword that says so.

    :raises BadConfig: with everything that is wrong in the file.
    """
    source, positions = parse_yaml(text, file)
    try:
        checked = SalesFile.model_validate(source)
    except ValidationError as error:
        raise BadConfig(model_findings(error, positions)) from error
    if mailing and checked.company is None:
        form, why = next(iter(mailing.items()))
        message = (
            f"the form {form!r} mails its visitors (`{why}`), and each mail says who writes it; "
            "add company: {name: …, address: …}, with the postal address in one line"
        )
        raise BadConfig([positions.finding(("company",), message, "no-company")])
    return checked.model_dump(exclude_none=True)
