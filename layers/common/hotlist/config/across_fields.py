"""What the fields of a form ask of one another: names, and the answers of others. For the build."""

from collections.abc import Iterator, Mapping
from typing import Any

from hotlist.capture.answers import plain_name
from hotlist.config.field_answers import wrong_condition
from hotlist.config.field_schema import sent_as
from hotlist.config.findings import Finding, Positions
from hotlist.events import vocabulary


def claimed(name: str, form: Mapping[str, Any], positions: Positions) -> Iterator[Finding]:
    """Names in `from` that are not only this field's."""
    ours = vocabulary.RESERVED | vocabulary.ENVELOPE
    taken = {field: f"the field {field!r}" for field in form["fields"]}
    if "honeypot" in form:
        taken[form["honeypot"]] = "the honeypot"
    for field, spec in form["fields"].items():
        for place, given in enumerate(spec.get("from", ())):
            path = (name, "fields", field, "from", place)
            names = set(sent_as(given))
            if names & ours or any(one.startswith(("consent_", "consents[")) for one in names):
                message = (
                    f"Hotlist itself reads what is sent as {given!r}; leave it out, or let the "
                    "page send another name"
                )
                yield positions.finding(path, message, "reserved")
                continue
            meant = {*names, plain_name(given)}  # what is sent so without a field of its own
            others = {taken[one] for one in meant if one in taken} - {f"the field {field!r}"}
            if others:
                message = f"{given!r} is a name of {min(others)} already; leave it out of one"
                yield positions.finding(path, message, "twice")
            taken |= dict.fromkeys(names, f"the field {field!r}")


def impossible(name: str, form: Mapping[str, Any], positions: Positions) -> Iterator[Finding]:
    """What `required: {if: …}` asks of fields that there are not, or of answers they never have."""
    fields = form["fields"]
    for field, spec in fields.items():
        asked = spec["required"]["if"] if isinstance(spec["required"], dict) else {}
        for other, values in asked.items():
            path = (name, "fields", field, "required", "if", other)
            if other not in fields or other == field:
                known = ", ".join(one for one in fields if one != field) or "no other"
                message = f"the form has no other field {other!r}; it has {known}"
                yield positions.finding(path, message, "unknown-field")
                continue
            for place, value in enumerate(values):
                if wrong := wrong_condition(fields[other], value, form["default_region"]):
                    kind = fields[other]["type"]
                    message = f"the field {other!r} has the type {kind}: {value!r} {wrong}"
                    yield positions.finding((*path, place), message, "never")
