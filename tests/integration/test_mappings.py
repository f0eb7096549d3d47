"""The quarter-hour run sees a mapping that is disabled or gone, and says so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloudformation import resources
from hotlist.runtime.failures import RunFailed
from hotlist.runtime.mappings import AT_WORK
from hotlist.runtime.settings import MappingSettings
from integration.permissions import short, statements
from integration.stages.digest import ANNAS_HOUR, Digest

METRIC = "MappingsDisabled"


@pytest.fixture
def states(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Lambda says of mappings, by their names in the template, instead of the truth."""
    said: dict[str, str] = {}
    answered = digest.app.functions.get_event_source_mapping
    names = {getattr(digest.app.settings, name): name for name in MappingSettings.names()}

    class Lambda:
        def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803 - AWS's
            state = said.get(names[UUID])
            if state is not None and state.endswith("Exception"):
                raise ClientError({"Error": {"Code": state}}, "GetEventSourceMapping")
            return {"State": state} if state else answered(UUID=UUID)

    monkeypatch.setattr(digest.app, "functions", Lambda())
    return said


def metrics(captured: str) -> Iterator[dict[str, Any]]:
    for line in captured.splitlines():
        if METRIC in line and "_aws" in line:
            yield json.loads(line)


def test_all_that_the_template_has_are_asked_for() -> None:
    """And the run may ask for no other."""
    names = {name.title().replace("_", "") for name in MappingSettings.names()}
    assert names == set(resources("AWS::Lambda::EventSourceMapping"))
    (asking,) = [s for s in statements("digest") if "GetEventSourceMapping" in str(s["Action"])]
    assert {short(resource) for resource in asking["Resource"]} == names


def test_a_run_counts_none_while_all_are_at_work(
    digest: Digest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "digest")
    digest.run(ANNAS_HOUR)
    (metric,) = metrics(capsys.readouterr().out)
    assert metric[METRIC] == [0]
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert metric["service"] == "digest"


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        *((state, 0) for state in sorted(AT_WORK)),
        ("Disabling", 1),
        ("Disabled", 1),
        ("Deleting", 1),
        ("ResourceNotFoundException", 1),
    ],
)
def test_each_state_counts(
    state: str,
    counted: int,
    digest: Digest,
    states: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new stack's mappings are being created."""
    states["outbox_mapping"] = state
    digest.run(ANNAS_HOUR)
    (metric,) = metrics(capsys.readouterr().out)
    assert metric[METRIC] == [counted]


def test_the_log_names_those_that_are_disabled(
    digest: Digest, states: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    states |= {"score_gathered_mapping": "Disabled", "rescore_mapping": "Disabled"}
    digest.run(ANNAS_HOUR)
    (record,) = [one for one in caplog.records if one.message == "disabled mappings"]
    assert record.__dict__["mappings"] == ["score_gathered_mapping", "rescore_mapping"]


def test_a_run_that_may_not_ask_fails_after_its_mails(
    digest: Digest, states: dict[str, str]
) -> None:
    digest.lead("ada@example.org", ANNAS_HOUR)
    states["outbox_mapping"] = "AccessDeniedException"
    with pytest.raises(RunFailed, match="work=mappings: ClientError AccessDeniedException"):
        digest.run(ANNAS_HOUR)
    assert digest.ses.sent
