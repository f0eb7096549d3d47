"""The schema of forms.yaml, by pydantic. The build alone uses it."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from hotlist import events
from hotlist.events import Route
from hotlist.findings import BadConfig, model_findings
from hotlist.yaml_source import parse_yaml

FormName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]


class FieldSpec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["text", "message", "email", "phone", "choice", "integer", "boolean"]
    required: bool = False
    min: int | None = None
    max: int | None = None
    options: Annotated[list[str], Field(min_length=1)] | None = None
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
    default_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    redirect_url: Url | None = None
    origins: list[Annotated[str, Field(pattern=r"^https?://[^/\s]+$")]] | None = None
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
        if not events.may_send(Route.FORM, self.type):
            raise ValueError(f"a form cannot send events of the type {self.type!r}")
        reserved = sorted((events.RESERVED | events.DERIVED) & self.fields.keys())
        if reserved:
            raise ValueError(f"Hotlist itself uses the name {reserved[0]!r}; call the field else")
        clash = [name for name in self.fields if re.match(r"consent_|visitor_id$|event_id$", name)]
        if clash or self.honeypot in self.fields:
            name = clash[0] if clash else self.honeypot
            raise ValueError(f"the field {name!r} means something else already")
        kinds = [field.type for field in self.fields.values()]
        if not {"email", "phone"} & set(kinds):
            raise ValueError("a form needs a field of the type email or phone")
        if kinds.count("email") > 1 or kinds.count("phone") > 1:
            raise ValueError("a form has at most one field of the type email and one of phone")
        return self


class Forms(RootModel[dict[FormName, Form]]):
    pass


def check(text: str, file: str) -> dict[str, Any]:
    """See `forms.compile_forms`."""
    source, positions = parse_yaml(text, file)
    try:
        forms = Forms.model_validate(source)
    except ValidationError as error:
        raise BadConfig(model_findings(error, positions)) from error
    checked: dict[str, Any] = forms.model_dump(exclude_none=True)
    return checked
