"""`hotlist outbox`: mails that could not be sent."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from hotlist_cli import outputs

QUEUE: Final = "OutboxQueueUrl"
DEAD_LETTERS: Final = "OutboxDeadLettersUrl"
_BATCH: Final = 10

app = typer.Typer(help="Mails that could not be sent.", rich_markup_mode="rich")


@app.callback()
def outbox() -> None:
    """Mails that could not be sent."""


@app.command()
def retry(
    stack: Annotated[str, typer.Option(help="name of the deployed stack")] = "hotlist",
    most: Annotated[int, typer.Option(min=1, help="how many to move at most")] = 1_000,
) -> None:
    """Move what waits in the dead-letter queue back into the queue of mails.

    Do so when the cause is gone. A mail that has been sent meanwhile is not sent again.

    It works on the account, region and endpoint of your AWS settings. For the local stack, set
    AWS_ENDPOINT_URL to the endpoint that `hotlist local up` prints, AWS_DEFAULT_REGION to
    eu-central-1, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to `local`.
    """
    import boto3  # noqa: PLC0415 - the other commands need none
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    err = Console(stderr=True, highlight=False)
    try:
        cloudformation = boto3.client("cloudformation")
        queue, dead_letters = outputs.of_stack(cloudformation, stack, QUEUE, DEAD_LETTERS)
        moved, refused = move(boto3.client("sqs"), dead_letters, queue, most)
    except (BotoCoreError, ClientError, outputs.NoOutput) as error:
        err.print(str(error), markup=False)
        raise typer.Exit(1) from error
    Console(highlight=False).print(f"{moved} mails moved")
    if refused:
        err.print(f"{refused} were refused by SQS and stay where they are", markup=False)
        raise typer.Exit(1)


def move(sqs: Any, dead_letters_url: str, queue_url: str, most: int) -> tuple[int, int]:
    """Move messages that were parked before now; how many, and how many SQS refused.

    Each is sent before it is deleted. So a message may come twice where this ends in between,
    and its delivery still once; none is lost.
    """
    started, moved, refused = datetime.now(UTC), 0, 0
    while moved + refused < most:
        messages = sqs.receive_message(
            QueueUrl=dead_letters_url,
            MaxNumberOfMessages=min(_BATCH, most - moved - refused),
            MessageSystemAttributeNames=["SentTimestamp"],
            VisibilityTimeout=60,
            WaitTimeSeconds=1,
        ).get("Messages", [])
        if not messages:
            break
        parked = [one for one in messages if _sent_at(one) <= started]
        if not parked:  # what comes now was parked again meanwhile
            break
        answer = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(place), "MessageBody": one["Body"]} for place, one in enumerate(parked)
            ],
        )
        done = {int(one["Id"]) for one in answer.get("Successful", ())}
        for place in done:
            sqs.delete_message(
                QueueUrl=dead_letters_url, ReceiptHandle=parked[place]["ReceiptHandle"]
            )
        moved += len(done)
        refused += len(parked) - len(done)
    return moved, refused


def _sent_at(message: dict[str, Any]) -> datetime:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return datetime.fromtimestamp(sent, UTC)
