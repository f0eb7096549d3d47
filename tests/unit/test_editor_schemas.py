"""The schemas beside config/*.yaml are those of the build, and have its keywords and no others."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.config.field_schema import FieldSpec
from hotlist.config.findings import BadConfig, path_text, to_json
from hotlist.config.forms_schema import Form, compile_forms
from hotlist.config.mail_to_leads_schema import (
    Consent,
    FormMails,
    InvitationSpec,
    MailWords,
    OrganizerSpec,
    ReceiptSpec,
    RewardSpec,
)
from hotlist.config.sales_schema import compile_sales
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check import readers, report, rule_schema, schema
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist_cli import schemas

CONFIG: Final = Path(__file__).parents[2] / "config"
MADE: Final = schemas.schemas()
NAMES: Final = sorted(MADE)
KINDS: Final[Mapping[str, Any]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float, Decimal),
    "boolean": bool,
    "null": type(None),
}


def wrong(node: Any, value: Any, root: Any) -> Iterator[str]:
    """What a schema refuses of a value: as much of JSON Schema as these use."""
    if "$ref" in node:
        yield from wrong(root["$defs"][node["$ref"].rpartition("/")[2]], value, root)
    if "anyOf" in node and all(any(wrong(one, value, root)) for one in node["anyOf"]):
        yield f"{value!r} is none of these"
    kinds = node.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(
        isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))
        for kind in kinds
    ):
        yield f"{value!r} is no {kinds}"
        return
    if value not in node.get("enum", [value]) or value != node.get("const", value):
        yield f"{value!r} is another value"
    if isinstance(value, str) and not (
        re.search(node.get("pattern", ""), value) and len(value) >= node.get("minLength", 0)
    ):
        yield f"{value!r} is another text"
    if isinstance(value, list):
        if len(value) < node.get("minItems", 0):
            yield "too few"
        for one in value:
            yield from wrong(node.get("items", {}), one, root)
    if isinstance(value, dict):
        yield from (f"{name} is missing" for name in node.get("required", ()) if name not in value)
        for name, one in value.items():
            yield from wrong(node.get("propertyNames", {}), name, root)
            yield from wrong(_of(node, name), one, root)


def _of(node: Any, name: str) -> Any:
    if name in node.get("properties", {}):
        return node["properties"][name]
    for pattern, one in node.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return one
    more = node.get("additionalProperties", True)
    return more if isinstance(more, dict) else {} if more else {"enum": []}


def faults(name: str, text: str) -> list[str]:
    return [*wrong(MADE[name], parse_yaml(text, name)[0], MADE[name])]


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_build_makes_of_it_now(name: str) -> None:
    written = (CONFIG / f"{name}.schema.json").read_text("utf-8")
    assert written == schemas.as_text(MADE[name]), "run make schemas"


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_file_names_its_schema_and_fits_it(name: str) -> None:
    text = (CONFIG / f"{name}.yaml").read_text("utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={name}.schema.json\n")
    assert (CONFIG / f"{name}.schema.json").exists()
    assert faults(name, text) == []


FORMS = """
f:
  type: custom:asked
  honeypot: hp_confirm
  redirect_url: {en: 'https://x.example/', pl: 'https://x.example/pl'}
  opens: 2026-03-01T00:00:00+01:00
  closes: 2026-04-01T00:00:00+02:00
  closed: Gone.
  tell: team
  thanks: {en: Thanks, pl: Dzięki}
  kiosk: true
  fields:
    email: {type: email, from: your-email, label: {en: Mail}, help: Yours}
    size: {type: choice, options: {small: Small, large: {en: Large}}, required: true}
    budget: {type: decimal, min: 0.5, max: 10}
    day: {type: date, min: 2026-01-01}
    why: {type: text, required: {if: {size: [large], budget: [1.5]}}, from: [a, 'b[c]']}
  consents:
    email: {version: "1", text: {en: News?, pl: N?}, confirm: true}
  receipt: {subject: {en: Here, pl: Oto}, text: {en: Here, pl: Oto}}
  reward: {file: a/b.pdf, name: c.pdf, title: {en: B, pl: B}, deliver: mail}
  mail:
    confirm: {subject: {en: B, pl: B}, text: {en: B, pl: B}}
    reward: {button: {en: B, pl: B}, note: {en: B, pl: B}}
g:
  fields: {email: {type: email}}
  reward:
    title: B
    invitation:
      uid: b-1
      sequence: 1
      starts: 2026-12-10T11:00
      ends: 2026-12-10T12:00
      zone: Europe/Warsaw
      place: Hall
      summary: Talk
      description: Long
      organizer: {name: Ann, email: a@example.org}
h:
  fields: {email: {type: email}}
  reward: {title: B, video: 'https://x.example/'}
"""
SALES = """
recipients:
  - {id: anna, name: Anna, email: a@example.org, weekdays: [mon], digest: "07:30", language: pl}
  - id: ben
    name: Ben
    email: b@example.org
    holidays: {country: DE, region: BY, dates: [2026-12-24]}
    quiet_hours: {from: "20:00", to: "07:00", weekends: true}
    absence:
      - {from: 2026-12-01, to: 2026-12-14, stand_in: anna}
      - {from: 2027-01-01, to: 2027-01-02}
    on_empty: weekly
    list: own
    top: 20
    csv: true
on_empty: send
fallback: anna
tell: team
caps: {message: 30}
teams: {north: {members: [anna, {id: ben, weight: 2}]}}
territories: {south: {country: [PL]}}
owners: [{name: first, when: {territory: south}, owner: anna}, {team: north}]
alert_on_rule_change: true
company: {name: Roofs, address: 1 High Street, reply_to: a@example.org}
"""


def test_what_the_build_takes_the_schemas_take() -> None:
    compile_forms(FORMS)
    compile_sales(SALES)
    assert faults("forms", FORMS) == []
    assert faults("sales", SALES) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("forms", "kiosk: true", "kiosk: 'yes'"),
        ("forms", "tell: team", "tell: boss"),
        ("forms", "kiosk:", "kioks:"),
        ("forms", "type: decimal", "type: dezimal"),
        ("forms", "help: Yours", "hlep: Yours"),
        ("forms", "{en: Thanks", "{english: Thanks"),
        ("forms", "from: your-email", "from: []"),
        ("forms", "{if:", "{when:"),
        ("forms", "'https://x.example/'", "'javascript:x'"),
        ("forms", "confirm: true}", "confirm: 'yes'}"),
        ("forms", "confirm: true}", "required: true}"),
        ("forms", "deliver: mail", "deliver: post"),
        ("forms", "video: 'https:", "video: 'http:"),
        ("forms", "starts: 2026-12-10T11:00", "starts: 10.12.2026"),
        ("forms", "zone: Europe", "zoen: Europe"),
        ("forms", "      zone: Europe/Warsaw\n", ""),
        ("forms", "button: {en", "buton: {en"),
        ("sales", "address: 1 High Street, ", ""),
        ("sales", "weekdays: [mon]", "weekdays: [monday]"),
        ("sales", "id: anna, ", ""),
        ("sales", "on_empty: send", "on_empty: never"),
        ("sales", "country: DE", "country: Germany"),
        ("sales", '"20:00"', '"24:00"'),
        ("sales", "from: 2026-12-01", "from: 1.12.2026"),
        ("sales", "to: 2026-12-14", "until: 2026-12-14"),
        ("sales", "list: own", "list: none"),
        ("sales", "csv: true", "csv: yes"),
        ("sales", "tell: team", "tell: boss"),
        ("sales", "message: 30", "mesage: 30"),
        ("sales", "weight: 2", "wieght: 2"),
        ("sales", "members:", "member:"),
        ("sales", "{team: north}", "{team: 5}"),
        ("sales", "when: {territory", "where: {territory"),
    ],
)
def test_a_mistake_of_shape_is_found_in_the_editor_and_by_the_build(
    name: str, old: str, new: str
) -> None:
    text = {"forms": FORMS, "sales": SALES}[name]
    assert old in text
    assert faults(name, text.replace(old, new, 1))
    build: Any = {"forms": compile_forms, "sales": compile_sales}[name]
    with pytest.raises(BadConfig):
        build(text.replace(old, new, 1))


def test_the_schema_of_forms_has_the_keywords_of_the_models() -> None:
    found = MADE["forms"]["$defs"]
    mails = (ReceiptSpec, MailWords, FormMails, RewardSpec, InvitationSpec, OrganizerSpec)
    for model in (Form, FieldSpec, Consent, *mails):
        names = {field.alias or name for name, field in model.model_fields.items()}
        assert set(found[model.__name__]["properties"]) == names


RULES = """
timezone: Europe/Warsaw
retention: 396d
temperature: {warm: 20, hot: {fit: 5, total: 40}, rearm: 20%}
grades: {A: 60}
segments:
  - {id: big, lead: {size: [large]}, temperature: {hot: 30}, grades: {A: 5}, suspended: false}
groups: {fit: {max: 40, min: 0}, engagement: {decay: {half_life: 30d, floor: 1}, weight: 50%}, e: }
total: {min: 0, max: 100}
domains: {own: [example.com]}
stages: {intent: [{event: demo_requested, where: {plan: [pro]}}]}
ignore: [{event: page_viewed, where: {page_path: ["/jobs"]}}]
rules:
  - {id: a, event: [page_viewed], award: {every: 3, within: session}, points: 1, title: {en: A},
     unless: {event: demo_requested, within: 3d, same: page_path}, decay: {lose: 1, every: 7d}}
  - {id: b, event: page_viewed, first_of: [{points: 2, where: {plan: [pro]}}], lasts: none}
  - {id: c, inactive: 30d, score: [{numeric: [">", 30]}], points: -5, group: engagement}
  - {id: d, lead: {size: [large]}, points: 5, active_from: 2026-01-01, active_until: 2026-12-31}
  - {id: e, lead: {size: [small]}, override: cold}
  - {id: f, inactive: 10d, first_of: [{points: -1, score: [{numeric: [">", 3]}]}]}
  - {id: g, first_of: [{points: 1, lead: {size: [large]}}], group: fit}
"""


def test_the_schema_of_rules_has_the_keywords_of_the_readers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, set[str]] = {}

    read = report.read_mapping

    def noting(rep: Any, path: Any, value: Any, readers: Any, required: Any = ()) -> Any:
        place = re.sub(r"\[\d+\]", "[]", ".".join(map(_part, path)).replace(".[", "["))
        asked.setdefault(_place(place), set()).update(readers)
        return read(rep, path, value, readers, required)

    for module in (schema, rule_schema, readers):
        monkeypatch.setattr(module, "read_mapping", noting)
    checked = check_scoring(RULES, "scoring.yaml")
    assert not checked.has_errors, checked.findings
    assert faults("scoring", RULES) == []
    assert len(asked) > 10
    for place, known in asked.items():
        assert set(_keywords(place)) == known, place


def _part(part: object) -> str:
    return f"[{part}]" if isinstance(part, int) else str(part)


def _place(place: str) -> str:
    """Names of the file's own stand for any."""
    return re.sub(r"^(groups|stages)\.\w+", r"\1.*", place)


def _keywords(place: str) -> Iterator[str]:
    nodes = [MADE["scoring"]]
    for part in filter(None, re.split(r"\.|(?=\[\])", place)):
        nodes = [
            found
            for one in _spread(nodes)
            for found in ([one.get("items")] if part == "[]" else [*_inner(one, part)])
            if found
        ]
    for one in _spread(nodes):
        yield from one.get("properties", {})


def _inner(node: Any, part: str) -> Iterator[Any]:
    if part == "*":
        yield from [*node.get("properties", {}).values(), node.get("additionalProperties")]
    else:
        yield node.get("properties", {}).get(part)


def _spread(nodes: list[Any]) -> list[Any]:
    found = []
    for node in nodes:
        if not isinstance(node, dict):
            continue
        if "$ref" in node:
            found += _spread([MADE["scoring"]["$defs"][node["$ref"].rpartition("/")[2]]])
        elif "anyOf" in node:
            found += _spread(node["anyOf"])
        else:
            found.append(node)
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 5", "pionts: 5"),
        ("temperature: {warm", "temperatur: {warm"),
        ("event: page_viewed, first_of", "event: page_seen, first_of"),
        ("override: cold", "override: cool"),
        ("{every: 3, within", "{evry: 3, within"),
        ("half_life: 30d", "halflife: 30d"),
        ("{id: b, ", "{"),
        ("intent: [{event", "intend: [{event"),
    ],
)
def test_a_mistake_of_shape_in_rules_is_found_in_the_editor_and_by_the_build(
    old: str, new: str
) -> None:
    assert old in RULES
    text = RULES.replace(old, new, 1)
    assert faults("scoring", text)
    assert check_scoring(text, "scoring.yaml").has_errors


@pytest.mark.parametrize("name", ["forms", "sales"])
def test_a_keyword_without_a_value_is_wrong_in_an_editor_too(name: str) -> None:
    text = {
        "sales": "recipients: [{id: a, name: A, email: a@example.com}]\nfallback:\n",
        "forms": "f: {fields: {email: {type: email}}, honeypot: }\n",
    }[name]
    assert faults(name, text) == ["None is no ['string']"]
    assert faults(name, text.replace("fallback:", "fallback: a").replace(": }", ": x}")) == []


def keywords(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in entries:
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(one, dict | list):
            yield from keywords(one, (*path, key))


@pytest.mark.parametrize("path", list(keywords(parse_yaml(FORMS, "")[0])), ids=path_text)
def test_the_build_refuses_a_keyword_of_forms_without_a_value(path: tuple[Any, ...]) -> None:
    source = parse_yaml(FORMS, "")[0]
    inner = source
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None
    with pytest.raises(BadConfig) as error:
        compile_forms(to_json(source))
    found = [one.path for one in error.value.findings if "nothing stands after" in one.message]
    assert found == [path_text(path)]
