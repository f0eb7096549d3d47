"""`hotlist rewards`: each file that forms.yaml names is uploaded once, and none is overwritten."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from hotlist_cli import rewards
from hotlist_cli.__main__ import main
from integration.stages.stacks import Stacks

FORMS: Final = """\
guide:
  fields: {email: {type: email}}
  reward: {file: rewards/guide.pdf, title: Guide}
list:
  fields: {email: {type: email}}
  reward: {file: a list.csv, title: List}
talk:
  fields: {email: {type: email}}
  reward: {video: "https://video.example/1", title: Talk}
none:
  fields: {email: {type: email}}
"""
GUIDE: Final = b"%PDF-1.7 guide"
SUM: Final = hashlib.sha256(GUIDE).hexdigest()
KEY: Final = f"rewards/guide/{SUM}"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rewards").mkdir()
    (tmp_path / "forms.yaml").write_text(FORMS, "utf-8")
    (tmp_path / "rewards/guide.pdf").write_bytes(GUIDE)
    (tmp_path / "a list.csv").write_bytes(b"a,b\n")
    return tmp_path


class Missing(Stacks):
    """A CloudFormation without any stack, and what it says then."""

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        message = f"Stack with id {StackName} does not exist"
        said: Any = {"Error": {"Code": "ValidationError", "Message": message}}
        raise ClientError(said, "DescribeStacks")


@pytest.fixture
def asked(rewards_bucket: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the command asks for: services, and what the stage says of them."""
    found: list[Any] = []
    stacks = {name: {"RewardsBucket": rewards_bucket} for name in ("hotlist", "mine", "hotlist-p")}

    def client(service: str, said: Mapping[str, str]) -> Any:
        found.append((service, dict(said)))
        if service == "cloudformation":
            return Stacks({**stacks, "old": {}})
        return boto3.client("s3")

    monkeypatch.setattr(rewards, "client", client)
    return found


@pytest.fixture
def run(asked: list[Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_(*arguments: str) -> tuple[int, str, str]:
        status = main(["rewards", *arguments, "--config", str(folder)])
        return status, *capsys.readouterr()

    return run_


@pytest.fixture
def s3(aws: None) -> Any:
    return boto3.client("s3")


def keys(s3: Any, bucket: str) -> set[str]:
    return {one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}


def test_files_are_uploaded_with_type_and_sum_and_not_again(
    run: Run, s3: Any, rewards_bucket: str, folder: Path
) -> None:
    status, out, err = run("push")
    assert (status, err) == (0, "")
    assert [line.rsplit("  ", 1)[1] for line in out.splitlines()] == ["uploaded"] * 2
    found = s3.get_object(Bucket=rewards_bucket, Key=KEY, ChecksumMode="ENABLED")
    assert found["Body"].read() == GUIDE
    assert found["ContentType"] == "application/pdf"
    assert found["ChecksumSHA256"] == base64.b64encode(bytes.fromhex(SUM)).decode()
    assert len(keys(s3, rewards_bucket)) == 2
    written = {key: modified(s3, rewards_bucket, key) for key in keys(s3, rewards_bucket)}
    _, out, _ = run("push")
    assert [line.rsplit("  ", 1)[1] for line in out.splitlines()] == ["is there"] * 2
    assert {key: modified(s3, rewards_bucket, key) for key in written} == written


def modified(s3: Any, bucket: str, key: str) -> Any:
    return s3.head_object(Bucket=bucket, Key=key)["LastModified"]


def test_another_file_is_another_object_and_the_old_one_stays(
    run: Run, s3: Any, rewards_bucket: str, folder: Path
) -> None:
    run("push")
    (folder / "rewards/guide.pdf").write_bytes(b"%PDF-1.7 second edition")
    run("push")
    assert len(keys(s3, rewards_bucket)) == 3
    status, out, _ = run("list")
    assert status == 0
    assert f"{KEY[:40]}" in out
    assert out.count("no longer named") == 1


def test_an_object_with_other_contents_is_uploaded_again(
    run: Run, s3: Any, rewards_bucket: str
) -> None:
    s3.put_object(Bucket=rewards_bucket, Key=KEY, Body=b"half of it")
    assert run("list")[0] == 1
    _, out, _ = run("push")
    assert out.splitlines()[0].endswith("uploaded")
    assert s3.get_object(Bucket=rewards_bucket, Key=KEY)["Body"].read() == GUIDE


def test_the_list_says_what_is_missing(run: Run) -> None:
    status, out, _ = run("list")
    assert status == 1
    assert out.splitlines()[0].startswith("guide  ")
    assert out.count("missing: run `hotlist rewards push`") == 2
    run("push")
    assert run("list")[0] == 0


def test_a_stage_names_stack_region_and_profile(
    run: Run, asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samconfig.toml").write_text(
        '[prod.global.parameters]\nstack_name = "hotlist-p"\nregion = "eu-west-1"\n'
        '[prod.deploy.parameters]\nprofile = "live"\nconfirm_changeset = true\n'
    )
    assert run("push", "--stage", "prod")[0] == 0
    said = {"stack_name": "hotlist-p", "region": "eu-west-1", "profile": "live"}
    assert asked == [("s3", said), ("cloudformation", said)]
    status, _, err = run("push", "--stage", "test")
    assert (status, "no section 'test'" in err) == (1, True)


def test_the_stages_of_the_project_are_read() -> None:
    file = Path(__file__).parents[2] / "samconfig.toml"
    assert rewards.of_stage("default", file)["stack_name"] == "hotlist"
    assert rewards.of_stage("prod", file)["stack_name"] == "hotlist-prod"


def test_a_stack_of_an_older_version_is_told(run: Run) -> None:
    status, out, err = run("push", "--stack", "old")
    assert (status, out) == (1, "")
    assert err == "the stack old has no RewardsBucket: deploy it again\n"


def test_a_stack_that_is_not_there_is_an_error_unless_that_may_be(
    run: Run, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    assert run("push", "--stack", "old", "--if-deployed")[0] == 0
    monkeypatch.setattr(
        rewards, "client", lambda service, _: Missing({}) if service != "s3" else s3
    )
    status, out, err = run("push", "--if-deployed")
    assert (status, err) == (0, "")
    assert "nothing is uploaded" in out
    status, _, err = run("push")
    assert status == 1
    assert "does not exist" in err


def test_without_files_nobody_asks_aws(run: Run, asked: list[Any], folder: Path) -> None:
    (folder / "forms.yaml").write_text(FORMS.partition("talk:")[2].replace("\n  ", "\nt:\n  ", 1))
    assert run("push") == (0, "forms.yaml names no file.\n", "")
    assert asked == []


def test_a_mistake_is_said_with_its_place_before_anything_is_uploaded(
    run: Run, asked: list[Any], folder: Path
) -> None:
    (folder / "a list.csv").unlink()
    status, out, err = run("push")
    assert (status, out) == (1, "")
    assert "forms.yaml:6:12: list.reward.file: there is no file" in err
    assert asked == []


def test_the_sum_of_the_hash_is_sent_along(folder: Path, s3: Any, rewards_bucket: str) -> None:
    """Somebody may save the file in between. S3 refuses it by this sum; moto does not."""
    sent: list[Mapping[str, Any]] = []
    s3.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: sent.append(params)
    )
    files = rewards.files_of(folder)
    (folder / "rewards/guide.pdf").write_bytes(b"%PDF-1.7 being saved")
    list(rewards.pushed(s3, rewards_bucket, files))
    assert sent[0]["ChecksumSHA256"] == base64.b64encode(bytes.fromhex(SUM)).decode()
