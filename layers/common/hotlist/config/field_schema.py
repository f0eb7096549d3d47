"""The schema of a form's field, by pydantic. The build alone uses it."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from hotlist.capture import answers, field_types
from hotlist.capture.paths import composed
from hotlist.links import addresses

FieldType = Literal[
    "text",
    "message",
    "email",
    "phone",
    "choice",
    "choices",
    "integer",
    "decimal",
    "date",
    "boolean",
    "url",
    "hidden",
]
TYPES: Final = frozenset(get_args(FieldType))

WITHOUT_LENGTH: Final = frozenset({"text", "message", "url"})
"""The types of free texts. Each gets a `max` if its form gives none; a `hidden` text too."""

_BOUNDED: Final = WITHOUT_LENGTH | {"email", "hidden", "integer", "decimal", "date", "choices"}
MAX_SENT_NAMES: Final = 20
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}\Z")
_URL: Final = r"^https?://[^\s]{1,1990}$"
_PAGE: Final = re.compile(_URL.replace("$", r"\Z"))
_SENT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
_LISTED: Final = ("choice", "choices")
_BRACKETS: Final = re.compile(r"[^\[\]]+(?:\[[^\[\]]+\])+\Z")
_DOTS: Final = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+)+\Z")


def _name(given: object, what: str) -> str:
    if not isinstance(given, str):
        raise ValueError(f"{what}; write it in quotes if it is a number, a yes or a no")
    if not composed(given).strip():
        raise ValueError(f"{what}, and this one is empty")
    return composed(given)


def read_text(given: object) -> str | dict[str, str]:
    """A text, or one for each language."""
    if not isinstance(given, dict):
        return _name(given, "this is a text, or a map of languages to texts, as in {en: …, pl: …}")
    return by_language(given)


def by_language(given: dict[Any, Any]) -> dict[str, str]:
    """A text for each language. :raises ValueError: if one is no text, or no language."""
    wrong = next((one for one in given if not _LANGUAGE.match(str(one))), None)
    if wrong is not None or not given:
        raise ValueError(
            f"{str(wrong or '')[:40]!r} is no language; write its code of ISO 639, as in en, pl, de"
        )
    return {
        str(key): _name(text, f"what stands under {key} is a text") for key, text in given.items()
    }


def _bound(given: object) -> float | str:
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise ValueError("this is a number, or a date, as in 2026-03-31")
    return _number(given) if isinstance(given, Decimal) else given


def _number(given: Decimal) -> float:
    """As answers are compared: a whole number, or a double that holds all its digits."""
    if not given.is_finite() or abs(given) > field_types.MOST:
        raise ValueError(f"a number is between -{field_types.MOST} and {field_types.MOST}")
    if given == given.to_integral_value():
        return int(given)
    if len(given.normalize().as_tuple().digits) > field_types.DIGITS:
        raise ValueError(f"write at most {field_types.DIGITS} digits")
    return float(given)


def _options(given: object) -> list[str] | dict[str, str | dict[str, str]]:
    what = "an option is a text"
    if isinstance(given, dict) and given:
        return {_name(value, what): read_text(label) for value, label in given.items()}
    if isinstance(given, list) and given:
        return [_name(value, what) for value in given]
    raise ValueError("list the options, as in [small, large] or {small: Up to 10, large: More}")


def _required(given: object) -> bool | dict[str, dict[str, list[Any]]]:
    if isinstance(given, bool):
        return given
    wanted = given.get("if") if isinstance(given, dict) and set(given) == {"if"} else None
    if (
        not isinstance(wanted, dict)
        or not wanted
        or not all(isinstance(values, list) and values for values in wanted.values())
    ):
        raise ValueError(
            "this is true, false, or when the field is required, as in {if: {role: [director]}}"
        )
    return {"if": {str(name): [*map(_value, values)] for name, values in wanted.items()}}


def _value(given: object) -> bool | float | str:
    if isinstance(given, bool | str):
        return given
    if isinstance(given, int | Decimal):
        return _number(given) if isinstance(given, Decimal) else given
    raise ValueError("after `if` stand fields with lists of answers: texts, numbers, true, false")


def _sent_names(given: object) -> list[str]:
    names = [given] if isinstance(given, str) else given
    if (
        not isinstance(names, list)
        or not 1 <= len(names) <= MAX_SENT_NAMES
        or not all(isinstance(name, str) and _SENT.match(name) for name in names)
    ):
        raise ValueError(
            f"list 1 to {MAX_SENT_NAMES} names of up to 200 characters, as pages send them, "
            'as in ["your-email", "contact[email]"]'
        )
    return names


def _pages(given: Any) -> Any:
    pages = by_language(given) if isinstance(given, dict) else given
    for page in pages.values() if isinstance(pages, dict) else [pages]:
        if not isinstance(page, str) or not _PAGE.match(page):
            raise ValueError(
                "this is the address of a page, as in https://www.example.com/thanks.html, or a "
                "map of languages to addresses"
            )
    if isinstance(pages, dict):
        return {language: addresses.sendable(page) for language, page in pages.items()}
    return addresses.sendable(pages)


_ONE: Final = {"type": "string", "minLength": 1}
_BY_LANGUAGE: Final = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z]{2,3}$"},
    "additionalProperties": _ONE,
}
TEXT_SCHEMA: Final = {"anyOf": [_ONE, _BY_LANGUAGE]}
_VALUES: Final = {
    "type": "array",
    "minItems": 1,
    "items": {"type": ["string", "number", "boolean"]},
}

Text = Annotated[Any, PlainValidator(read_text), WithJsonSchema(TEXT_SCHEMA)]
"""A text, or one for each language by its code of ISO 639."""

Bound = Annotated[Any, PlainValidator(_bound), WithJsonSchema({"type": ["number", "string"]})]
Options = Annotated[
    Any,
    PlainValidator(_options),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "minItems": 1, "items": _ONE},
                {"type": "object", "minProperties": 1, "additionalProperties": TEXT_SCHEMA},
            ]
        }
    ),
]
Required = Annotated[
    Any,
    PlainValidator(_required),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {
                    "type": "object",
                    "required": ["if"],
                    "additionalProperties": False,
                    "properties": {
                        "if": {
                            "type": "object",
                            "minProperties": 1,
                            "additionalProperties": _VALUES,
                        }
                    },
                },
            ]
        }
    ),
]
Pages = Annotated[
    Any,
    PlainValidator(_pages),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _URL},
                {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": {"pattern": "^[a-z]{2,3}$"},
                    "additionalProperties": {"type": "string", "pattern": _URL},
                },
            ]
        }
    ),
]
"""The address of a page, or one for each language."""

_SENT_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 200}
SentNames = Annotated[
    Any,
    PlainValidator(_sent_names),
    WithJsonSchema(
        {
            "anyOf": [
                _SENT_NAME,
                {"type": "array", "minItems": 1, "maxItems": MAX_SENT_NAMES, "items": _SENT_NAME},
            ]
        }
    ),
]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class FieldSpec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: FieldType
    required: Required = False
    min: Bound | None = None
    max: Bound | None = None
    options: Options | None = None
    label: Text | None = None
    help: Text | None = None
    from_: Annotated[SentNames | None, Field(alias="from")] = None

    @model_validator(mode="after")
    def _fits(self) -> "FieldSpec":
        if self.type in _LISTED and self.options is None:
            raise ValueError(f"a field of the type {self.type} needs `options`: list its values")
        if self.options is not None and self.type not in (*_LISTED, "hidden"):
            raise ValueError("a choice, choices and a hidden field have `options`; remove them")
        if isinstance(self.options, list) and len(set(self.options)) < len(self.options):
            raise ValueError("an option stands twice; remove one")
        if self.type == "hidden" and isinstance(self.options, dict):
            raise ValueError("nobody sees a hidden field; write its `options` as a list")
        self._fits_bounds()
        return self

    def _fits_bounds(self) -> None:
        for keyword, bound in (("min", self.min), ("max", self.max)):
            if bound is None:
                continue
            if self.type not in _BOUNDED or (self.type == "hidden" and self.options):
                raise ValueError(f"a field of the type {self.type} takes no `{keyword}`; remove it")
            wrong = _wrong_bound(self.type, bound)
            if wrong:
                raise ValueError(f"`{keyword}` {wrong}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        options = len(self.options or ())
        if self.type == "choices":
            if isinstance(self.max, int) and not 1 <= self.max <= options:
                raise ValueError(f"`max` is from 1 to {options}, the number of options")
            if isinstance(self.min, int) and self.min > options:
                raise ValueError(f"`min` is at most {options}, the number of options")


def _wrong_bound(kind: str, bound: float | str) -> str | None:
    if kind == "date":
        return None if is_day(bound) else "of a date is a date, as in 2026-03-31"
    if isinstance(bound, str):
        return "is a number; write it without quotes"
    if kind == "decimal":
        most = field_types.MOST
        return None if abs(bound) <= most else f"is between -{most} and {most}"
    if not isinstance(bound, int):
        return "is a whole number here"
    if kind != "integer" and bound < 0:
        return "is a length or a number of answers; write 0 or more"
    return None


def is_day(value: object) -> bool:
    """Whether it is a date as forms write it."""
    try:
        return value == date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return False


def is_numbered(name: str) -> bool:
    """Whether it ends with a number, as `fields[2]` does."""
    return not name.endswith("[]") and answers.plain_name(name) != name


def sent_as(name: str) -> Iterator[str]:
    """The names under which capture finds what is sent as `name`, this one first.

    `contact[email]` and `contact.email` are one name, and `x[]` is `x`. A name with a number is
    a name of its own: a program may number its fields.
    """
    plain = name if is_numbered(name) else answers.plain_name(name)
    yield plain
    if _BRACKETS.match(plain):
        yield ".".join(plain.replace("]", "").split("["))
    elif _DOTS.match(plain):
        first, *rest = plain.split(".")
        yield first + "".join(f"[{part}]" for part in rest)
