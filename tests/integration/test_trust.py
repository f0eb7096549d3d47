"""Whom the clients of AWS trust, over TLS on loopback.

The server has AWS's names, and a certificate of an authority that only the whole bundle has.
"""

import ast
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from bench import certificates, servers
from botocore.exceptions import ClientError, NoRegionError, SSLError

from cloudformation import ROOT
from hotlist.runtime import trust
from hotlist.runtime.clients import PATIENCE, aws_client
from hotlist.runtime.settings import MissingSetting
from hotlist.store.client import open_client
from hotlist_cli import roots

PACKAGE = ROOT / "layers/common/hotlist"
AWS = ("dynamodb.eu-central-1.amazonaws.com", "email.eu-central-1.amazonaws.com")
MAIL = {"FromEmailAddress": "a@example.com", "Content": {"Raw": {"Data": b"x"}}}


@pytest.fixture(autouse=True)
def amazons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The file of Amazon's roots, as it is in the layer."""
    file = tmp_path / "amazon.pem"
    file.write_text(roots.amazons(Path(certifi.where()).read_text("utf-8")), "utf-8")
    monkeypatch.setattr(trust, "ROOTS", str(file))
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Hotlist/dev")
    for variable in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):  # this machine may have its own
        monkeypatch.delenv(variable, raising=False)
    return str(file)


def bundle_of(client: Any) -> object:
    """The bundle of a client; True is the whole one."""
    return client._endpoint.http_session._verify


# --- the choice -------------------------------------------------------------------------------


@pytest.mark.parametrize("service", sorted(PATIENCE))
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "ap-southeast-5", "il-central-1"])
def test_aws_is_trusted_by_its_own_roots(
    service: str, region: str, amazons: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    assert bundle_of(aws_client(service)) == amazons


@pytest.mark.parametrize(
    "region",
    ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "moon-1"],
)
def test_another_partition_has_the_whole_bundle(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    assert bundle_of(aws_client("dynamodb")) is True


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_bundle_that_somebody_names_is_taken(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/opt/ours.pem")
    assert bundle_of(aws_client("dynamodb")) == "/opt/ours.pem"


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:8000",
        "https://127.0.0.1",
        "https://dynamodb.example.com",
        "https://amazonaws.com.example.com/",
        "https://amazonaws.example.com",
        "https://xamazonaws.com",
        "https://dynamodb.cn-north-1.amazonaws.com.cn",
        "https://example.com/dynamodb.eu-central-1.amazonaws.com",
    ],
)
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"])
def test_whoever_is_not_aws_has_the_whole_bundle(
    variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, url)
    assert bundle_of(aws_client("dynamodb")) is True


@pytest.mark.parametrize(
    "url",
    [
        "https://vpce-0123.dynamodb.eu-central-1.vpce.amazonaws.com",
        "https://dynamodb.eu-central-1.api.aws",
        "https://DynamoDB.eu-central-1.AmazonAWS.com:443/",
    ],
)
def test_another_address_of_aws_is_trusted_by_its_roots(
    url: str, amazons: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    assert bundle_of(aws_client("dynamodb")) == amazons


def test_without_a_region_botocore_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(NoRegionError):
        aws_client("dynamodb")


def test_without_the_file_the_bundle_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "ROOTS", "/nowhere/amazon.pem")
    assert bundle_of(aws_client("dynamodb")) is True


def test_a_function_that_cannot_count_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE")
    with pytest.raises(MissingSetting, match="POWERTOOLS_METRICS_NAMESPACE"):
        aws_client("dynamodb")


def test_nobody_else_knows_the_roots_or_opens_a_connection() -> None:
    """So a call to anybody but AWS cannot have them: there is no other call."""
    network = {
        *("ssl", "socket", "http", "requests", "urllib3", "httpx", "aiohttp", "smtplib", "ftplib"),
        *("urllib.request", "botocore.httpsession", "hotlist.runtime.trust"),
    }
    found: dict[str, set[str]] = {}
    for file in [*PACKAGE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        imported = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.module
                imported |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
        if used := {one for one in network if imported & {one, *_inside(one, imported)}}:
            found[file.name] = used
    assert found == {
        "clients.py": {"hotlist.runtime.trust"},
        "trust.py": {"ssl", "botocore.httpsession"},
    }


def _inside(package: str, imported: set[str]) -> set[str]:
    return {name for name in imported if name.startswith(f"{package}.")}


def test_only_the_choice_and_the_build_name_the_file() -> None:
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    named = {file.name for file in files if re.search(r"amazon\.pem|\bROOTS\b", file.read_text())}
    assert named == {"trust.py"}


# --- a certificate of another authority -------------------------------------------------------


class Aws:
    """A server with AWS's names, and what it was asked; `whole` is the whole bundle."""

    def __init__(self, stub: servers.Stub, whole: Path, authority: bytes) -> None:
        self.stub, self._whole, self._authority = stub, whole, authority
        self.pauses: list[float] = []

    def is_vouched_for(self) -> None:
        """From now on the whole bundle has the authority."""
        self._whole.write_bytes(self._whole.read_bytes() + self._authority)


@pytest.fixture
def aws_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    certificates.make(tmp_path, *AWS)
    whole = tmp_path / "whole.pem"
    whole.write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setattr("botocore.httpsession.where", lambda: str(whole))
    authority = (tmp_path / certificates.AUTHORITY).read_bytes()
    with servers.dynamodb(certificates.server(tmp_path)) as stub:
        aws = Aws(stub, whole, authority)
        aws.pauses = lead_to(int(stub.url.rpartition(":")[2]), monkeypatch)
        yield aws


def lead_to(port: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lead AWS's names to a port on loopback. The pauses between attempts, which are left out."""
    resolve, pauses = socket.getaddrinfo, list[float]()

    def on_loopback(host: Any, _: Any, *rest: Any) -> Any:
        assert host.endswith(".amazonaws.com")
        return resolve("127.0.0.1", port, *rest)

    monkeypatch.setattr("socket.getaddrinfo", on_loopback)
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    return pauses


def attempts(client: Any) -> list[str]:
    """The attempts that a client makes from now on. It is stopped before it goes on for ever."""
    made: list[str] = []

    def note(request: Any, **_: Any) -> None:
        made.append(request.url)
        if len(made) > 20:
            raise RuntimeError("more than 20 attempts")

    client.meta.events.register("before-send", note)
    return made


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_call_is_tried_again_with_the_whole_bundle_and_counted(
    aws_by_tls: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws_by_tls.is_vouched_for()
    client = aws_client("dynamodb")
    made = attempts(client)
    client.put_item(TableName="events", Item={})
    assert len(made) == 2
    assert aws_by_tls.pauses == [0]
    assert aws_by_tls.stub.operations == ["PutItem"]
    (line,) = counted(capsys)
    about = line.pop("_aws")
    assert line == {"aws": "dynamodb", "UnknownRoot": 1}
    assert about["CloudWatchMetrics"] == [
        {
            "Namespace": "Hotlist/dev",
            "Dimensions": [[]],
            "Metrics": [{"Name": "UnknownRoot", "Unit": "Count"}],
        }
    ]
    client.put_item(TableName="events", Item={})
    assert len(made) == 3
    assert aws_by_tls.stub.connections == 1
    assert counted(capsys) == []


def test_the_new_session_waits_no_longer_than_the_old(aws_by_tls: Aws) -> None:
    aws_by_tls.is_vouched_for()
    client = aws_client("dynamodb")
    before = client._endpoint.http_session
    client.put_item(TableName="events", Item={})
    after = client._endpoint.http_session
    assert bundle_of(client) is True
    for told in ("connect_timeout", "read_timeout"):
        assert getattr(after._timeout, told) == getattr(before._timeout, told)
    assert after._max_pool_connections == before._max_pool_connections


def test_a_start_meets_it_before_the_first_request_does(
    aws_by_tls: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws_by_tls.is_vouched_for()
    client = open_client("events")
    assert len(counted(capsys)) == 1
    made = attempts(client)
    client.put_item(TableName="events", Item={})
    assert len(made) == 1
    assert aws_by_tls.stub.operations == ["PutItem", "PutItem"]
    assert aws_by_tls.stub.connections == 1


def test_a_mail_that_was_never_sent_is_sent_once(
    aws_by_tls: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    """SES's client makes one attempt, since a lost answer may have been a mail. Here none left."""
    aws_by_tls.is_vouched_for()
    client = aws_client("sesv2")
    made = attempts(client)
    client.send_email(**MAIL)
    assert len(made) == 2
    assert len(aws_by_tls.stub.operations) == 1
    assert [line["aws"] for line in counted(capsys)] == ["sesv2"]


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("dynamodb", lambda client: client.put_item(TableName="events", Item={})),
        ("sesv2", lambda client: client.send_email(**MAIL)),
    ],
)
def test_a_certificate_that_nobody_vouches_for_ends_the_call(
    service: str, call: Any, aws_by_tls: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    client = aws_client(service)
    made = attempts(client)
    for calls in (1, 2):
        with pytest.raises(SSLError):
            call(client)
        assert len(made) <= calls * (PATIENCE[service].attempts + 1)
    assert len(counted(capsys)) == 1
    assert aws_by_tls.stub.operations == []


def test_calls_that_meet_it_at_once_all_get_through(
    aws_by_tls: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws_by_tls.is_vouched_for()
    client = aws_client("dynamodb")
    together, failed = threading.Barrier(6), []

    def put() -> None:
        together.wait(timeout=30)
        try:
            client.put_item(TableName="events", Item={})
        except (SSLError, ClientError) as error:
            failed.append(error)

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert len(aws_by_tls.stub.operations) == 6
    assert len(counted(capsys)) == 1


def test_another_failure_of_tls_changes_no_trust(
    amazons: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here the server speaks no TLS at all."""
    with servers.dynamodb() as plain:
        lead_to(int(plain.url.rpartition(":")[2]), monkeypatch)
        client = aws_client("dynamodb")
        made = attempts(client)
        with pytest.raises(SSLError):
            client.put_item(TableName="events", Item={})
    assert len(made) == PATIENCE["dynamodb"].attempts
    assert bundle_of(client) == amazons
    assert counted(capsys) == []


def test_amazons_own_certificate_is_never_counted(
    amazons: str, aws_by_tls: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The store has the authority: the call gets through at once, on Amazon's roots."""
    authority = (tmp_path / certificates.AUTHORITY).read_bytes()
    Path(amazons).write_bytes(Path(amazons).read_bytes() + authority)
    client = aws_client("dynamodb")
    made = attempts(client)
    client.put_item(TableName="events", Item={})
    assert len(made) == 1
    assert bundle_of(client) == amazons
    assert counted(capsys) == []
