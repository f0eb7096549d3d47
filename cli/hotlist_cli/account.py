"""`hotlist account check`: what of the AWS account is too small for Hotlist."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import typer
from rich.console import Console

ENOUGH_AT_ONCE: Final = 1_000
"""How many functions an account should run at once. Older accounts may; a new one may run ten."""

ENOUGH_MAILS: Final = 1_000
"""How many mails SES should take in a day."""

_RAISE: Final = (
    "aws service-quotas request-service-quota-increase --service-code lambda"
    f" --quota-code L-B99A9384 --desired-value {ENOUGH_AT_ONCE}"
)

app = typer.Typer(help="The AWS account.", rich_markup_mode="rich")


@app.callback()
def account() -> None:
    """The AWS account."""


@app.command()
def check() -> None:
    """Say which limits of the AWS account are too small. This is advice: it stops nothing.

    It asks Lambda and SES in the account and region of your AWS settings. Without the rights
    lambda:GetAccountSettings and ses:GetAccount it says what it could not see.
    """
    out = Console(highlight=False, soft_wrap=True)
    for line in advice(_client):
        out.print(line, markup=False)


def advice(client: Callable[[str], Any]) -> Iterator[str]:
    """What is too small, line by line; or that nothing is. `client` makes a service's client."""
    for service, look in (("lambda", _functions), ("sesv2", _mail)):
        yield from _asked(client, service, look)


def _asked(
    client: Callable[[str], Any], service: str, look: Callable[[Any], Iterator[str]]
) -> Iterator[str]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - the same

    name = {"lambda": "Lambda", "sesv2": "SES"}[service]
    try:
        found = list(look(client(service)))
    except (BotoCoreError, ClientError) as error:
        yield f"{name}: the account's limits could not be read, so nobody checked them. {error}"
    else:
        yield from (f"{name}: {line}" for line in found)


def _functions(client: Any) -> Iterator[str]:
    limit = client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit >= ENOUGH_AT_ONCE:
        yield f"runs up to {limit} functions at once. That is enough."
        return
    yield (
        f"runs {limit} functions at once in this account and region, for all that is in it."
        " Hotlist works, but in a rush requests are turned away."
        f" Ask for {ENOUGH_AT_ONCE}: {_RAISE}"
    )
    if limit <= 100:
        yield "takes no CaptureConcurrency above 0 before the limit is above 100."


def _mail(client: Any) -> Iterator[str]:
    found = client.get_account()
    if not found.get("SendingEnabled", True):
        yield "sending is paused for this account, so no mail leaves. Read the SES console."
    if not found.get("ProductionAccessEnabled", False):
        yield (
            "is in the sandbox, so it mails verified addresses only. Ask for production access in"
            " the SES console, or verify the address of each salesperson."
        )
    most = found.get("SendQuota", {}).get("Max24HourSend", 0)
    if 0 <= most < ENOUGH_MAILS:  # -1 has no limit
        yield f"takes {most:.0f} mails in 24 hours. {ENOUGH_MAILS} should do: ask for more."
    elif found.get("ProductionAccessEnabled", False):
        yield "mails everybody. That is enough."


def _client(service: str) -> Any:
    import boto3  # noqa: PLC0415 - the other commands need none
    from botocore.config import Config  # noqa: PLC0415

    patience = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})
    return boto3.client(service, config=patience)
