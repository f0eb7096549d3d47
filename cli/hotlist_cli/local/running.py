"""Where the stack of `hotlist local up` is found while it runs, by the other commands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).resolve().parents[3] / ".local" / "running.json"


class NothingRuns(LookupError):
    """No stack runs on this machine."""


@contextmanager
def noted(**addresses: str) -> Iterator[None]:
    """Note the addresses of a stack for as long as it runs. The newest stack is the one noted."""
    file, text = _FILE, json.dumps(addresses)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    try:
        yield
    finally:
        if file.exists() and file.read_text("utf-8") == text:
            file.unlink()


def addresses() -> dict[str, str]:
    """`aws` and `mails`. :raises NothingRuns: if no stack has noted them."""
    try:
        found: dict[str, str] = json.loads(_FILE.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NothingRuns("no stack runs on this machine: start one with `make up`") from error
    return found


def client(service: str) -> Any:
    """A client of the stack that runs on this machine. Its mails go into its inbox."""
    import boto3  # noqa: PLC0415 - most commands need none

    from hotlist_cli.local.ministack import CREDENTIALS, REGION  # noqa: PLC0415 - the same

    where = addresses()
    return boto3.client(
        service,
        endpoint_url=where["mails" if service == "sesv2" else "aws"],
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
