"""MiniStack: CloudFormation, Lambda, DynamoDB, SQS and the rest on this machine's loopback."""

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
    """MiniStack did not come up; the message has the end of its log."""


class MiniStack:
    """A running MiniStack and clients for its services."""

    def __init__(self, python: Path, scratch: Path, *, mail_endpoint: str) -> None:
        """Start it with the interpreter of its own environment.

        `scratch` is the run's folder: state, temporary files and the log are kept there.
        `mail_endpoint` is what the functions get as SES. :raises NotStarted:
        """
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.log = scratch / "ministack.log"
        for _ in range(_TRIES):
            self.port = free_port()
            self._process = self._start(python, scratch, mail_endpoint)
            if self._answers():
                return
            self._process.stop()
        raise NotStarted(f"MiniStack did not start:\n{tail(self.log)}")

    def _start(self, python: Path, scratch: Path, mail_endpoint: str) -> Guarded:
        temporary = scratch / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        # The functions inherit this environment, so it is made from nothing.
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
            "IOT_MTLS_ENABLED": "0",  # would listen on all interfaces
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_ENDPOINT_URL_SESV2": mail_endpoint,
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
        """What AWS clients take as `endpoint_url`."""
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def client(self, service: str) -> Any:
        """A boto3 client of a service, one for all threads."""
        with self._lock:  # making clients is not thread-safe, using them is
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
        """End it and the functions' processes."""
        self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A loopback port that is free now. Another may take it first: be ready to try again."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 30) -> str:
    """The end of a log file, to show why something failed."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
