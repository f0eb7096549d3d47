"""Starts MiniStack: CloudFormation, Lambda, DynamoDB, SQS and more, on this machine's loopback."""

import http.client
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from hotlist_cli.local.guard import Guarded

REGION: Final = "eu-central-1"
ACCOUNT: Final = "000000000000"
HOST: Final = "127.0.0.1"
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
_MAIN: Final = Path(__file__).with_name("with_streams.py")
_START_SECONDS: Final = 30.0
_TRIES: Final = 3


class NotStarted(RuntimeError):
    """MiniStack did not start. The message has the end of its log."""


class MiniStack:
    """A running MiniStack, with clients for its services."""

    def __init__(
        self,
        python: Path,
        scratch: Path,
        *,
        mail_endpoint: str,
        lambda_endpoint: str,
        invocations: Path | None = None,
    ) -> None:
        """Start it with the interpreter of its own environment.

        `scratch` is the run's folder: state, temporary files and the log are there.
        `mail_endpoint` is the URL that the functions use as SES, `lambda_endpoint` as Lambda.
        `invocations` is a file in which each invocation of a function is noted.

        :raises NotStarted: after several tries.
        """
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.log = scratch / "ministack.log"
        self._noting = {} if invocations is None else {"HOTLIST_INVOCATIONS": str(invocations)}
        for _ in range(_TRIES):
            self.port = free_port()
            self._process = self._start(python, scratch, mail_endpoint, lambda_endpoint)
            if self._answers():
                return
            self._process.stop()
        raise NotStarted(f"MiniStack did not start:\n{tail(self.log)}")

    def _start(
        self, python: Path, scratch: Path, mail_endpoint: str, lambda_endpoint: str
    ) -> Guarded:
        temporary = scratch / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        # The functions inherit this environment, so nothing of the user's own is in it.
        env = {
            **CREDENTIALS,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TMPDIR": str(temporary),
            "STATE_DIR": str(scratch / "state"),
            "S3_DATA_DIR": str(scratch / "s3"),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "IOT_MTLS_ENABLED": "0",  # it would listen on all interfaces
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_ENDPOINT_URL_SESV2": mail_endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": lambda_endpoint,
            **self._noting,
        }
        with self.log.open("ab") as log:
            return Guarded([python, "-P", _MAIN], env=env, cwd=scratch, log=log, scratch=scratch)

    def _answers(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.returncode is None:
            connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
            try:
                connection.request("GET", "/_ministack/ready")
                if connection.getresponse().status == 200:
                    return True
            except OSError:
                time.sleep(0.02)
            finally:
                connection.close()
        return False

    @property
    def endpoint(self) -> str:
        """The `endpoint_url` for AWS clients."""
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def client(self, service: str) -> Any:
        """The boto3 client of a service. All threads share it."""
        with self._lock:  # to make clients is not thread-safe, to use them is
            if service not in self._clients:
                self._clients[service] = boto3.session.Session(
                    aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                    region_name=REGION,
                ).client(
                    service,
                    endpoint_url=self.endpoint,
                    config=Config(
                        retries={"total_max_attempts": 2},
                        read_timeout=930,  # longer than a function may take
                        max_pool_connections=32,
                        s3={"addressing_style": "path"},
                    ),
                )
            return self._clients[service]

    def stop(self) -> None:
        """End MiniStack and the processes of the functions."""
        self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A loopback port that is free now. Another process may take it first, so be ready to retry."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log file, to show why something failed."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
