"""The names under which a field arrives: its own, or one that its form lists under `from`. Pure.

Objects within JSON are the names that an HTML form would send: `{"contact": {"email": …}}` is
`contact[email]`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from hotlist.capture import answers
from hotlist.capture.field_types import Options
from hotlist.events import sizes

MAX_DEPTH: Final = 8

_OF_OPTIONS: Final = frozenset("value label text name id key selected checked".split())
"""What objects that stand for one option have."""


def own_names(
    form: Mapping[str, Any], raw: Mapping[str, Any], ours: Collection[str]
) -> Mapping[str, Any]:
    """What was sent, each answer under its field's own name.

    A field's own name counts first, then those of `from` in their order: the first that says
    something. What another of them says too stays under that name. Of `choices`, of a boolean
    and of a consent all names count: some programs send each box under a name of its own. `ours`
    are the names of what is no field and is read as it is.
    """
    renamed = form.get("from", {})
    raw = _of_options(form["fields"], renamed, raw)
    if any(map(_has_names, raw.values())):
        wanted = {one for names in renamed.values() for one in names if "[" in one}
        raw = _flat(raw, {*ours, *(name for name in form["fields"] if name not in renamed)}, wanted)
    found = dict(raw)
    _read_boxes(form["fields"], renamed, found)
    for name, names in renamed.items():
        if name not in form["fields"] or form["fields"][name]["type"] in ("choices", "boolean"):
            _gather(found, name, names)
            continue
        for other in names:
            if other in found and not _says(found.get(name)):
                found[name] = found.pop(other)
        for other in names:
            if other in found and (found[other] == found.get(name) or not _says(found[other])):
                del found[other]
    return found


def _of_options(
    fields: Mapping[str, Any], renamed: Mapping[str, Iterable[str]], raw: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What was sent, options that are objects as their values, and `x$0`, `x$1` as those of `x`.

    `[{"value": "roof", "label": "Roof"}]` is what some programs send; ASP.NET numbers its boxes.
    """
    names = {
        sent: Options.of(spec)
        for name, spec in fields.items()
        if spec["type"] in ("choice", "choices")
        for sent in (name, *renamed.get(name, ()))
    }
    found: dict[str, Any] = {}
    for sent, value in raw.items():
        group, _, number = sent.rpartition("$")
        if sent in names and _has_names(value):
            offered = names[sent]
            found[sent] = (
                [_of_object(offered, one) for one in value]
                if isinstance(value, list)
                else _of_object(offered, value)
            )
        elif group in names and number.isdecimal() and _is_option(names[group], value):
            own = found.get(group, raw.get(group, []))
            found[group] = [*(own if isinstance(own, list) else [own]), value]
        else:
            found.setdefault(sent, value)
    return found


def _is_option(offered: Options, value: Any) -> bool:
    return isinstance(value, str) and offered.meant(value.strip()) is not None


def _of_object(offered: Options, one: Any) -> Any:
    """The option of `{"value": …, "label": …}`; anything else as it is."""
    if not isinstance(one, dict) or "value" in offered.named or not _OF_OPTIONS.issuperset(one):
        return one
    said = [one[name] for name in ("value", "label") if isinstance(one.get(name), str | int)]
    said = [str(text) for text in said if not isinstance(text, bool)]
    if "value" not in one or not said:
        return one
    return next((text for text in said if offered.meant(text) is not None), said[0])


def _gather(found: dict[str, Any], name: str, names: Iterable[str]) -> None:
    sent = [found.pop(other) for other in names if other in found]
    if sent:
        own = [found[name]] if name in found else []
        several = [one if isinstance(one, list) else [one] for one in (*own, *sent)]
        found[name] = [one for some in several for one in some]


def _read_boxes(
    fields: Mapping[str, Any], renamed: Mapping[str, Iterable[str]], found: dict[str, Any]
) -> None:
    """Make answers of boxes that are each called after an option: `topics[roof]` is ticked.

    A script sends them as an object, `{"roof": true, "walls": false}`. A box that says neither yes
    nor no stays what it is. Of a choice that is one alone, several boxes are none of its options.
    """
    names = {
        sent: spec
        for name, spec in fields.items()
        if spec["type"] in ("choice", "choices")
        for sent in (name, *renamed.get(name, ()))
    }
    taken = {*fields, *(sent for several in renamed.values() for sent in several)}
    for group, boxes in _boxes(names, taken, found).items():
        spec = names[group]
        options, offered = spec["options"], Options.of(spec)
        said = {box: _is_ticked(options, box, value) for box, value in boxes.items()}
        chosen: list[Any] = [box for box, is_ticked in said.items() if is_ticked]
        if not any(one is not None for one in said.values()) and boxes:
            if spec["type"] == "choice" or any(not one.isdecimal() for one in boxes):
                continue
            chosen = [*boxes.values()]  # a list with gaps, as PHP writes it
            said = dict.fromkeys(boxes, True)
        if isinstance(found.get(group), dict):
            del found[group]
        for box, value in boxes.items():
            found.pop(f"{group}[{box}]", None)
            if said[box] is None or not (said[box] or offered.meant(box)):
                found |= dict(_leaves(f"{group}[{box}]", value, 1))
        if len(chosen) > 1 and spec["type"] == "choice":
            found[group] = dict.fromkeys(chosen, True)
        elif chosen:
            own = found.get(group, [])
            found[group] = [*(own if isinstance(own, list) else [own]), *chosen]


def _boxes(
    names: Collection[str], taken: Collection[str], found: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The boxes of each of these names, by what they are called. A name that is taken is none."""
    boxes: dict[str, dict[str, Any]] = {}
    for sent, value in found.items():
        group, _, box = sent[:-1].rpartition("[") if sent[-1:] == "]" else ("", "", "")
        if sent in names and isinstance(value, dict):
            boxes.setdefault(sent, {}).update(value)
        elif group in names and sent not in taken:
            boxes.setdefault(group, {})[box] = value
    return boxes


def _is_ticked(options: Any, box: str, value: Any) -> bool | None:
    if not answers.is_written(box):
        return None
    said = answers.combined("boolean", value)
    label = options.get(box) if isinstance(options, Mapping) else None
    return False if said is None else answers.is_yes(said, [box, *answers.texts(label)])


def _says(value: Any) -> bool:
    return answers.combined("text", value) is not None


def _flat(
    raw: Mapping[str, Any], whole: Collection[str], wanted: Collection[str]
) -> dict[str, Any]:
    """The same without objects. One that stays `whole` gives only what has a name that is wanted.

    A consent's stays whole too.
    """
    heads = {one.partition("[")[0] for one in wanted}
    found: dict[str, Any] = {}
    for name, value in raw.items():
        is_whole = name in whole or name.startswith(("consent_", "consents["))
        if is_whole and name in heads and isinstance(value, dict):
            parts = {key: dict(_leaves(f"{name}[{key}]", one, 2)) for key, one in value.items()}
            taken = {key for key, part in parts.items() if not part.keys().isdisjoint(wanted)}
            for key in taken:
                found |= parts[key]
            if rest := {key: one for key, one in value.items() if key not in taken}:
                found.setdefault(name, rest)
        elif is_whole or not _has_names(value):
            found.setdefault(name, value)
        else:
            for inner, one in _leaves(name, value, 1):
                found.setdefault(inner, one)
    return found


def _has_names(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, dict) for one in value)
    return isinstance(value, dict)


def _leaves(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """What stands in an object, by name. Where a name gets too long, the rest stays together.

    So a long name that holds thousands of others is not written thousands of times.
    """
    if depth > MAX_DEPTH or len(name) > sizes.MAX_NAME or not _has_names(value):
        yield name, value
        return
    pairs = enumerate(value) if isinstance(value, list) else value.items()
    for key, inner in pairs:
        yield from _leaves(f"{name}[{key}]", inner, depth + 1)
