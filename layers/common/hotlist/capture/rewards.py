"""The files of rewards: whether one is in the bucket, and an address of it for five minutes.

The client of S3 is made at the first link to a file, and costs no other request anything.
"""

from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.runtime.clients import aws_client

GOOD_FOR: Final = 300
"""Seconds for which an address of a file holds."""

_ABSENT: Final = frozenset({403, 404})
"""What S3 says of a file that is not there. It says 403 to whoever may not list the bucket."""


class Rewards:
    """The bucket of files."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def address(self, key: str, name: str) -> str | None:
        """An address that gives the file under its own name; None if it is not there (yet).

        If S3 does not answer, it is there as far as anybody knows: the address says the rest.
        """
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in _ABSENT:
                return None
        except BotoCoreError:
            pass
        wanted = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": disposition(name),
        }
        url: str = self._client.generate_presigned_url(
            "get_object", Params=wanted, ExpiresIn=GOOD_FOR
        )
        return url

    @cached_property
    def _client(self) -> Any:
        return aws_client("s3")


def disposition(name: str) -> str:
    """The Content-Disposition that saves a file under this name, whatever stands in it."""
    plain = "".join(one if one.isascii() and one.isprintable() else "_" for one in name)
    plain = plain.replace("\\", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
