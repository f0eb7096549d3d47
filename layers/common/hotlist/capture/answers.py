"""The values of a form's fields, as its spec has them, from what was sent. Pure.

A script and a plain form send the same things differently: a list or a repeated name, `true` or
`on`. Both give the same answers.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from hotlist.capture import paths
from hotlist.events import visible
from hotlist.events.sizes import MAX_CHARACTERS
from hotlist.identity import identifiers
from hotlist.identity.identifiers import BadIdentifier

_MAX_KEPT: Final = 1_000
_PURPOSES: Final = re.compile(r"[a-z][a-z0-9_]*(?:,[a-z][a-z0-9_]*)*\Z")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Controls but for tabs and line ends. Nobody writes them, and JSON takes six bytes for each."""

_RARE: Final = frozenset({"decimal", "date", "url", "hidden", "choices"})
"""The types that `field_types` reads."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,400}\Z")


class Answers:
    """What the fields of a submission say.

    `values` are the answers by field, `errors` the reasons by field, and `kept` is what was written
    and could not be read, or not wholly: sales gets to see it.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.errors: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self.email: str | None = None
        self.phone: str | None = None
        self.phone_country: str | None = None


def gathered(pairs: Iterable[tuple[str, Any]], numbered: Collection[str] = ()) -> dict[str, Any]:
    """The values by name: what comes under one name several times is a list, in order.

    `x[]` and `x[0]` are `x`, and a list under one of them gives its values. Names that are
    `numbered` are names of their own, as `fields[1]` and `fields[2]`.
    """
    found: dict[str, Any] = {}
    for sent, value in pairs:
        name = plain_name(sent) if sent[-1:] == "]" and sent not in numbered else sent
        if name in found:
            found[name] = [*_several(found[name]), *_several(value)]
        else:
            found[name] = value
    return found


def combined(kind: str, value: Any) -> Any:
    """One value of several under one name: of a boolean all that say something, else the last.

    Blanks say nothing. None if none says anything. Of `choices` all that say something, as a list.
    """
    if not isinstance(value, list):
        value = _stripped(value)
        return None if value == "" else value
    said = [one for one in map(_stripped, value) if one is not None and one != ""]
    if kind == "choices" or (kind == "boolean" and len(said) > 1):
        return said or None
    return said[-1] if said else None


def is_written(value: Any) -> bool:
    """Whether anybody wrote it: blanks, zero-width ones among them, are nobody's writing."""
    return any(map(_stripped, _several(value)))


def read(form: Mapping[str, Any], raw: Mapping[str, Any]) -> Answers:
    """The answers to all fields of a form. A good e-mail is never refused for an optional phone."""
    answers = Answers()
    for name, spec in form["fields"].items():
        kind, sent = spec["type"], raw.get(name)
        value = None if sent is None else combined(kind, sent)
        if value is None:
            if spec.get("required"):
                answers.errors[name] = _fault("required")
        elif kind == "boolean":
            _boolean(answers, name, spec, value)
        elif kind == "phone":
            _phone(answers, name, spec, value, form.get("default_region", "US"))
        else:
            _other(answers, name, spec, value)
    if "conditions" in form:
        _require_where(form, answers)
    return answers


def consents(
    form: Mapping[str, Any], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The consents that were given, and what was written of others and could not be read."""
    offered: Mapping[str, Any] = form.get("consents", {})
    listed = _listed(raw.get("consents"))
    given: dict[str, Any] = {}
    kept: dict[str, str] = {}
    if isinstance(listed, list) and (unread := [one for one in listed if _is_unread(one)]):
        kept["consents"] = as_text(unread)[:_MAX_KEPT]
    for purpose, consent in offered.items():
        own = [
            *_several(raw.get(f"consent_{purpose}")),
            *_several(raw.get(f"consents[{purpose}]")),
        ]
        if isinstance(listed, Mapping):
            own += _several(listed.get(purpose))
        elif purpose in _several(listed):
            own += [True]
        said = combined("boolean", own) if own else None
        if said is None:
            continue
        answer = is_yes(said, [purpose, *texts(consent["text"])])
        if answer:
            given[purpose] = {"version": consent["version"]}
        elif answer is None:
            kept[f"consent_{purpose}"] = as_text(said)[:_MAX_KEPT]
    return given, kept


def unasked(form: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, str]:
    """What `consents` says of purposes that the form does not ask for. It is no consent."""
    listed = _listed(raw.get("consents"))
    offered = form.get("consents", {})
    if isinstance(listed, Mapping):
        return {
            f"consent_{purpose}": as_text(said)[:_MAX_KEPT]
            for purpose, said in listed.items()
            if purpose not in offered and is_written(said)
        }
    others = [one for one in listed if str(one) not in offered and is_yes(one) is not False]
    return {"consents": as_text(others)[:_MAX_KEPT]} if as_text(others) else {}


def purpose_of(name: str) -> str | None:
    """The purpose of the consent that a box of this name gives; None if it is no consent's."""
    if name.startswith("consents[") and name.endswith("]"):
        return name[len("consents[") : -1]
    return name.removeprefix("consent_") if name.startswith("consent_") else None


def _listed(listed: Any) -> Any:
    """What stands under `consents`: an object, or a list of purposes, which a comma may join."""
    if isinstance(listed, str):
        return listed.split(",") if _PURPOSES.match(listed) else [listed]
    return listed if isinstance(listed, Mapping) else _several(listed)


def _is_unread(one: Any) -> bool:
    """Whether it names no purpose, and is no plain no: `yes` alone does not say to what."""
    said = combined("boolean", one)
    if said is None:
        return False
    answer = is_yes(said)
    return answer is True or (answer is None and not _PURPOSES.match(str(said)))


def is_yes(value: Any, labels: Iterable[str] = ()) -> bool | None:
    """Whether a value says yes; of several, whether one does. None if it cannot be read.

    `labels` are what the form calls it: who sends the box's own label has ticked it.
    """
    said = [_one_yes(one, labels) for one in _several(value)]
    return True if True in said else None if None in said else False


def as_text(value: Any) -> str:
    """What was sent, as people read it. What is empty says nothing, also in a list.

    What is no text is written as in JSON: so does a plain form that was filled in by a program.
    """
    if isinstance(value, list):
        return ", ".join(_written(one) for one in value if is_written(one) or one in (0, False))
    return "" if value is None or value == {} else _written(value)


def _written(value: Any) -> str:
    if isinstance(value, str):
        text: str = _stripped(value)
        return text
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def plain_name(sent: str) -> str:
    """`x` of `x[]` and of `x[0]`; any other name as it is."""
    if not sent.endswith("]"):
        return sent
    name, _, place = sent[:-1].rpartition("[")
    return name if name and (not place or place.isdecimal()) else sent


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _stripped(value: Any) -> Any:
    """A text as it is stored: composed, without blanks around it, its lines ended as in Unix."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROLS.sub(" ", text)
    # A page's script ends lines with \n, the same form without it with \r\n.
    return paths.composed(visible.trimmed(text).replace("\r\n", "\n"))


def _one_yes(value: Any, labels: Iterable[str]) -> bool | None:
    if isinstance(value, bool):
        return value
    if value == "on":  # what a browser sends for a box that is ticked
        return True
    if not isinstance(value, str | int | float):
        return None
    from hotlist.capture import yes_no  # noqa: PLC0415 - for what few forms send

    text = str(value)[:_MAX_KEPT]
    answer = yes_no.read(text)
    if answer is None and yes_no.plain(text) in {
        yes_no.plain(label[:_MAX_KEPT]) for label in labels
    }:
        return True
    return answer


def texts(text: Any) -> list[str]:
    """A text, or those of all languages."""
    return list(text.values()) if isinstance(text, Mapping) else [text] if text else []


def _boolean(answers: Answers, name: str, spec: Mapping[str, Any], value: Any) -> None:
    answer = is_yes(value, [name, name.replace("_", " "), *texts(spec.get("label"))])
    if spec.get("required") and not answer:
        answers.errors[name] = _no_yes()
    elif answer is None:
        answers.kept[name] = as_text(value)[:_MAX_KEPT]
    else:
        answers.values[name] = answer


def _phone(answers: Answers, name: str, spec: Mapping[str, Any], value: Any, region: str) -> None:
    from hotlist.identity import phones  # noqa: PLC0415 - slow to import

    text = as_text(value)
    found = phones.read(text, region)
    if found is None:
        if spec.get("required"):
            answers.errors[name] = _no_phone(region)
    else:
        answers.values[name] = answers.phone = found.number
        answers.phone_country = found.country
    if found is None or found.has_more:
        answers.kept[name] = text[:_MAX_KEPT]


def require_contact(form: Mapping[str, Any], answers: Answers) -> None:
    """Add an error if there is no way to answer: at the phone, if one was tried.

    If an address or a number is wrong, that is told already.
    """
    if answers.email or answers.phone:
        return
    wanted = [n for n, spec in form["fields"].items() if spec["type"] in ("email", "phone")]
    if not answers.errors.keys().isdisjoint(wanted):
        return
    tried = next((name for name in wanted if name in answers.kept), None)
    if tried is not None:
        answers.errors[tried] = _no_phone(form.get("default_region", "US"))
    else:
        answers.errors[wanted[0]] = _fault("contact")


def _other(answers: Answers, name: str, spec: Mapping[str, Any], value: Any) -> None:
    kind = spec["type"]
    try:
        answers.values[name] = _answer(spec, value)
    except BadIdentifier as error:
        answers.errors[name] = _fault("email", str(error))
    except ValueError as error:
        if kind == "hidden" and not spec.get("required"):
            answers.kept[name] = as_text(value)[:_MAX_KEPT]  # nobody who reads it can correct it
        else:
            answers.errors[name] = error.args[0]
    else:
        if kind == "email":
            answers.email = answers.values[name]
            if "<" in value:
                answers.kept[name] = value


def _require_where(form: Mapping[str, Any], answers: Answers) -> None:
    """Add an error for each field that these answers make required, and that has none."""
    from hotlist.capture import conditions  # noqa: PLC0415 - for what few forms ask

    for name in conditions.missing(form, answers.values, {*answers.errors, *answers.kept}):
        if name in answers.errors:
            continue
        kind = form["fields"][name]["type"]
        if kind == "boolean":
            answers.errors[name] = _no_yes()
        elif kind == "phone" and name in answers.kept:
            answers.errors[name] = _no_phone(form.get("default_region", "US"))
        else:
            answers.errors[name] = _fault("required")


def _answer(spec: Mapping[str, Any], value: Any) -> Any:
    kind = spec["type"]
    if kind == "integer":
        return _integer(spec, value)
    if kind in _RARE or (kind == "choice" and not _is_option(spec, value)):
        from hotlist.capture import field_types  # noqa: PLC0415 - of types that few forms have

        return field_types.READ[kind](spec, value)
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _bad("text")
        value = str(value)  # a script makes a number of what a plain form sends as a text
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _bad("unstorable") from None
    most = spec.get("max", MAX_CHARACTERS.get(kind, 1_000))
    if len(value) > most:
        raise _bad("most", most=most)
    if len(value) < spec.get("min", 0):
        raise _bad("least", least=spec["min"])
    if kind == "email":
        return _address(value)
    return value


def _is_option(spec: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, str) and value in spec["options"]


def _address(text: str) -> str:
    try:
        return identifiers.normalise_email(text)
    except BadIdentifier:
        from hotlist.capture import field_types  # noqa: PLC0415 - most addresses stand alone

        return identifiers.normalise_email(field_types.bare_address(text))


def _integer(spec: Mapping[str, Any], value: Any) -> int:
    if isinstance(value, str) and _WHOLE.match(value):
        value = int(value)
    elif isinstance(value, str | float):
        from hotlist.capture import field_types  # noqa: PLC0415 - few write it with more than digits

        value = field_types.whole(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad("whole")
    least, most = spec.get("min", -(10**15)), spec.get("max", 10**15)
    if not least <= value <= most:
        raise _bad("between", least=least, most=most)
    return value


def _no_yes() -> str:
    from hotlist.capture import yes_no  # noqa: PLC0415 - for what few forms send

    return _fault("yes", hint=yes_no.HINT)


def _no_phone(region: str) -> str:
    from hotlist.identity import phones  # noqa: PLC0415 - slow to import

    return _fault("phone", code=phones.country_code(region))


def _fault(key: str, english: str | None = None, **values: Any) -> str:
    from hotlist.capture import faults  # noqa: PLC0415 - most forms are right

    return faults.fault(key, english, **values)


def _bad(key: str, **values: Any) -> ValueError:
    return ValueError(_fault(key, **values))
