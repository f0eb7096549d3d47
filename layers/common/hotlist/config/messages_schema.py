"""The check of a file of `config/messages/`: errors of forms in another language. For the build."""

import re
from collections.abc import Mapping
from typing import Any, Final

from hotlist.capture.form_texts import TEXTS
from hotlist.config.findings import BadConfig, Finding, nearest
from hotlist.config.yaml import parse_yaml

_NAME: Final = re.compile(r"(?:.*/)?[a-z]{2,3}\.yaml\Z", re.DOTALL)
_PUT_IN: Final = re.compile(r"\{([^{}]*)\}")
_MOST: Final = 500


def compile_messages(text: str, file: str) -> dict[str, str]:
    """The texts of errors of one language, by name. :raises BadConfig: if anything is wrong.

    What a file leaves out is said as Hotlist says it in this language, else in English.
    """
    source, positions = parse_yaml(text, file)
    if not _NAME.match(file):
        message = "this file is called by its language of ISO 639, as in cs.yaml; rename it"
        raise BadConfig([positions.finding((), message)])
    if not isinstance(source, Mapping):
        message = 'this is a map of names to texts, as in required: "Vyplňte toto pole."'
        raise BadConfig([positions.finding((), message)])
    wrong: list[Finding] = []
    for name, said in source.items():
        if name not in TEXTS["en"]:
            near = nearest(str(name), TEXTS["en"])
            hint = f"did you mean {near}?" if near else f"there are {', '.join(TEXTS['en'])}"
            message = f"there is no such error; {hint}"
            wrong.append(positions.finding((name,), message, "unknown-key"))
        elif reason := _wrong(name, said):
            wrong.append(positions.finding((name,), reason))
    if wrong:
        raise BadConfig(wrong)
    return dict(source)


def _wrong(name: str, said: Any) -> str | None:
    if not isinstance(said, str) or not said.strip():
        return "this is a text; write it in quotes"
    if len(said) > _MOST:
        return f"this text is longer than {_MOST} characters; write less"
    known = set(_PUT_IN.findall(TEXTS["en"][name]))
    unknown = sorted(set(_PUT_IN.findall(said)) - known)
    if unknown:
        there = (
            f"it has {', '.join(f'{{{one}}}' for one in sorted(known))}" if known else "it has none"
        )
        return f"nothing is put in for {{{unknown[0]}}}; {there}"
    return None
