"""Whatever is sent, the API answers as docs/openapi.yaml says: requests made from the document."""

import copy
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
import schemathesis
import schemathesis.openapi
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig

import declared
from declared import document
from gateway import Gateway
from hotlist.config.forms_schema import compile_forms
from integration.link_rows import EXPIRED, GOOD
from integration.meter import _inserted, takes_insert_statements
from integration.stages.capture import Api
from integration.stages.links import download
from integration.stages.links import forms as mailing_forms

CASES: Final = int(os.environ.get("HOTLIST_API_CASES", "500"))
"""How many random requests are made, beside the fixed ones for each parameter and field."""

ORIGIN: Final = "https://www.example.com"
FORMS: Final = """
late: {opens: 2999-01-01T00:00:00Z, fields: {email: {type: email}}}
over: {closes: 2020-01-01T00:00:00Z, fields: {email: {type: email}}}
every:
  files: refuse
  honeypot: hp_confirm
  thanks: {en: Thank you., pl: Dziękujemy.}
  fields:
    email: {type: email, from: ["contact[email]", Email]}
    phone: {type: phone}
    size: {type: choice, options: {s: Small, l: {en: Large, pl: Duże}}}
    topics: {type: choices, options: [roof, walls], min: 1}
    rooms: {type: integer, min: 1, max: 9}
    area: {type: decimal}
    day: {type: date}
    agreed: {type: boolean, required: true}
    page: {type: url}
    plan: {type: hidden}
    message: {type: message, required: {if: {size: [l]}}}
  consents:
    email: {version: "1", text: {en: You may write., pl: Możecie pisać.}}
"""

SWITCHED_OFF: Final = {
    # A form takes whatever is sent beside its fields. A value of another type says nothing, and
    # refuses nothing.
    "negative_data_rejection",
    # The fields of a form are not in the document: what it allows may miss a required one.
    "positive_data_acceptance",
    # The document has no required header on a route that capture answers.
    "missing_required_header",
    # The document has GET and OPTIONS to say that they are refused; it holds `Allow` to be POST.
    "allow_header_conformance",
    # What is stored is no resource with an address: nothing is read, and nothing is deleted.
    "use_after_free",
    "ensure_resource_availability",
    # Nobody logs in.
    "ignored_auth",
    "object_level_authorization",
}

RIGHT: Final[dict[str, Any]] = {
    "email": "ada@example.org",
    "name": "Ada",
    "message": "Hi",
    "agreed": "on",
    "phone": "+48 600 100 200",
    "size": "l",
    "topics": ["roof"],
    "rooms": 7,
    "area": 12.5,
    "day": "2026-03-31",
    "page": "https://www.example.com/",
    "plan": "pro",
    "hp_confirm": "",
    "role": "owner",
    "company": "Engines",
    "company_size": 12,
    "consent_email": "yes",
    "budget": "a lot",
}
"""A good value of each field of these forms, and of one that none has."""

HARD: Final = [
    *("", " ", None, [], {}, True, 10**30, -1, "1,250", "tak", "on", ["roof", "walls"]),
    *("\u0000", "\u202e", "<script>", "=1+1", "ą" * 3_000, "x@example.com\r\nBcc: y@example.com"),
    *({"email": "ada@example.org"}, {"a": {"b": [1]}}, [{"a": 1}], "аda@example.org"),
]


def asked() -> dict[str, Any]:
    """The document, with what these forms ask for: else nearly every form would be unknown."""
    raw = copy.deepcopy(document())
    parameters, schemas = raw["components"]["parameters"], raw["components"]["schemas"]
    parameters["Form"]["schema"] = {"enum": ["every", "contact", "ebook", "late", "over", "none"]}
    parameters["Origin"]["schema"] = {"enum": [ORIGIN, "null", "https://elsewhere.example"]}
    parameters["Test"]["schema"] = {"enum": ["1", "0", ""]}
    tokens = [path.rpartition("/")[2] for path in (*GOOD.values(), *EXPIRED.values(), download())]
    parameters["Token"]["schema"] = {"enum": [*tokens, "x"]}
    for name in ("Submission", "PlainSubmission"):
        schemas[name]["properties"] = {**schemas[name].get("properties", {}), **fields()}
        schemas[name]["required"] = ["email", "name", "message", "agreed"]
    return raw


def fields() -> dict[str, Any]:
    """What is tried for each field: what is right, what is known to be hard, and anything."""
    named = dict.fromkeys(("Email", "contact[email]", "contact"), "ada@example.org")
    return {
        name: {"anyOf": [*[{"const": value}] * 3, {"enum": HARD}, {}], "examples": [value]}
        for name, value in {**RIGHT, **named}.items()
    }


class Served:
    """Hands requests to the application of the test that runs."""

    application: Any = None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.application(environ, start)
        return answer


served = Served()
CONFIG: Final = SchemathesisConfig.from_dict(
    {
        # 503 is declared: it says that nothing is stored.
        "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]}}
        | {name: {"enabled": False} for name in SWITCHED_OFF}
    }
)
schema = schemathesis.openapi.from_dict(asked(), config=CONFIG)
schema.app = served


class Table:
    """What stands between capture and its table: it counts, and is in trouble when told to be."""

    def __init__(self, api: Api, dynamodb: Any) -> None:
        self.trouble = ""
        self.requests = 0
        self.statuses: Counter[str] = Counter()
        self.stored: set[str] = set()
        made = {**mailing_forms(api), **compile_forms(FORMS)}
        api.app.capture._forms = made
        api.app.client.meta.events.register("provide-client-params.dynamodb", self._asked)
        takes_insert_statements(api.app.client, dynamodb)
        served.application = Gateway(api.app.handler, [ORIGIN], self._seen)

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.trouble:
            raise ClientError({"Error": {"Code": self.trouble, "Message": ""}}, model.name)
        items = [params["Item"]] if "Item" in params else map(_inserted, params["Statements"])
        self.stored |= {item["event_key"]["S"].partition("#")[2] for item in items}

    def _seen(self, event: dict[str, Any], answer: dict[str, Any]) -> None:
        self.requests += 1
        self.statuses[f"{event['routeKey']} {answer['statusCode']}"] += 1
        declared.check(event, answer)
        if "json" in answer["headers"].get("content-type", ""):
            said = json.loads(answer["body"])
            for one in [said, *said.get("results", [])]:
                if one.get("status") in (None, "stored", "duplicate"):
                    assert "results" in one or one["event_id"] in self.stored


@pytest.fixture
def table(api: Api, dynamodb: Any) -> Iterator[Table]:
    table = Table(api, dynamodb)
    yield table
    counts = dict(sorted(table.statuses.items()))
    print(f"{table.requests} requests: {counts}")  # noqa: T201 - the figures, with -s


ACCEPTED: Final = ("*/*", "application/json", "text/html,*/*;q=0.8")


def of(cases: int) -> settings:
    return settings(
        max_examples=cases,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


posted = schema.include(method="POST")
others = schema.exclude(method="POST")


@posted.parametrize()
@of(max(CASES // 2, 1))
def test_what_is_posted(case: schemathesis.Case[Any], table: Table) -> None:
    number = zlib.crc32(repr(case.body).encode("utf-8", "replace"))  # the same for the same case
    if number % 2:
        mend(case, number)
    table.trouble = "ThrottlingException" if number % 7 == 0 else ""
    case.call_and_validate(headers={"Accept": ACCEPTED[number % len(ACCEPTED)]})


def mend(case: schemathesis.Case[Any], number: int) -> None:
    """Make a case right but for one field: else nearly none would be stored."""
    if case.path_parameters and isinstance(case.body, dict):
        case.path_parameters["form"] = ("every", "contact", "ebook")[number % 3]
        odd = sorted(RIGHT)[number % len(RIGHT)]
        case.body |= {name: value for name, value in RIGHT.items() if name != odd}
        case.headers.pop("Origin", None)


@others.parametrize()
@of(20)
def test_what_is_not_posted(case: schemathesis.Case[Any], table: Table) -> None:
    assume((case.path_parameters or {}).get("elsewhere") != "events")  # another operation's path
    case.call_and_validate()


def test_every_check_is_used_or_switched_off_by_name() -> None:
    assert set(CHECKS.get_all_names()) >= SWITCHED_OFF
