"""Runs all of Hotlist on this machine: the deployed template, a mailbox, the landing page."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from hotlist_cli import rewards
from hotlist_cli.local import build, routes, site
from hotlist_cli.local.deployed import Deployed
from hotlist_cli.local.feedback import Feedback
from hotlist_cli.local.lambda_api import LambdaApi
from hotlist_cli.local.mailbox import Account, Mailbox
from hotlist_cli.local.mailserver import MailServer
from hotlist_cli.local.ministack import MiniStack
from hotlist_cli.local.pump import Pump
from hotlist_cli.local.serving import Server

SENDER: Final = "hotlist@example.com"
"""The sender of mails here. The mailbox treats its domain as verified."""

_PLATFORM: Final = ("START ", "END ", "REPORT ")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports to use. 0 is any free port. A port that is taken is replaced by a free one."""

    site: int = 0
    inbox: int = 0
    api: int = 0


class Stack:
    """A running stack. The end of its `with` block ends every process and removes its folder.

    Two stacks never share a port or a folder. `config` is a folder to use instead of the project's
    `config/`. `mails` is a folder in which the mails stay; if it is None, they are in the run's own
    folder and go with it. `parameters` are values for those of the template that have a default.
    Without `scheduled` there are no schedules: only requests and streams start functions. With
    `noting` each invocation of a function is noted in the file `invocations`.
    """

    def __init__(
        self,
        tools: build.Tools,
        *,
        config: Path | None = None,
        mails: Path | None = None,
        ports: Ports = Ports(),
        scheduled: bool = False,
        noting: bool = False,
        parameters: Mapping[str, str] = {},
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        tools.check()
        self._progress = progress
        self._given = parameters
        self._noting = noting
        self._closing = ExitStack()
        try:
            self._start(tools, config, mails, ports)
            if not scheduled:
                self._forget_schedules()
        except BaseException:
            self._closing.close()
            raise

    def _start(
        self, tools: build.Tools, config: Path | None, mails: Path | None, ports: Ports
    ) -> None:
        began = time.monotonic()
        self.scratch = Path(tempfile.mkdtemp(prefix="hotlist-"))
        self._closing.callback(shutil.rmtree, self.scratch, ignore_errors=True)
        self.invocations = self.scratch / "invocations.jsonl"
        self.mailbox = Mailbox(mails or self.scratch / "mails", Account())
        inbox = self._closing.enter_context(MailServer(self.mailbox, ports.inbox))
        front, functions = site.Front(), LambdaApi()
        api = self._closing.enter_context(Server("api", front.answer, ports.api))
        lambda_api = self._closing.enter_context(Server("Lambda", functions.answer))
        pages = site.pages(tools.root / "web", api.url)
        landing = self._closing.enter_context(Server("landing page", pages, ports.site))
        self.inbox_url, self.api_url, self.site_url = inbox.url, api.url, landing.url

        self._progress("building the template")
        built = build.build(tools, config)
        self._progress("starting MiniStack")
        self.ministack = self._closing.enter_context(
            MiniStack(
                tools.stack_python,
                self.scratch,
                mail_endpoint=inbox.url,
                lambda_endpoint=lambda_api.url,
                invocations=self.invocations if self._noting else None,
            )
        )
        self._progress("deploying the template")
        build.deploy(tools, self.ministack, built, self.scratch, self._parameters())
        self.deployed = Deployed.read(self.ministack, build.STACK_NAME)
        named = rewards.files_of(config or tools.root / "config")
        for _ in rewards.pushed(self.client("s3"), self.name("RewardsBucket"), named):
            pass
        self.mailbox.account = Account(
            identities={SENDER.rpartition("@")[2]},
            configuration_sets=set(self.deployed.of_type("AWS::SES::ConfigurationSet").values()),
        )
        front.open(self.ministack, routes.make(self.ministack, self.deployed), landing.url)
        self.pump = Pump(self.ministack)
        self._closing.callback(self.pump.stop)
        functions.open(self.ministack, self.pump)
        self.feedback = Feedback(self.ministack, self.mailbox)
        self._closing.callback(self.feedback.stop)
        self._progress(f"ready after {time.monotonic() - began:.1f} s")

    def _parameters(self) -> dict[str, str]:
        """The template's parameters without a default value, or with another value here."""
        return {
            "Stage": "local",
            "Sender": SENDER,
            "AlarmEmail": SENDER,
            "AllowedOrigins": self.site_url,
            "PublicUrl": self.api_url,
            "GatherSeconds": "1",
            **self._given,
        }

    def _forget_schedules(self) -> None:
        for name in self.deployed.of_type("AWS::Scheduler::Schedule").values():
            self.client("scheduler").delete_schedule(Name=name)

    def client(self, service: str) -> Any:
        """A boto3 client of a service of this stack."""
        return self.ministack.client(service)

    def name(self, logical_id: str) -> str:
        """The physical name of a resource of the template: `EventsTable`, `FailureQueue`."""
        return self.deployed.names[logical_id]

    def logs(self) -> list[str]:
        """The lines that the functions have logged so far, without those of the platform."""
        logs = self.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        pages = (
            page
            for group in groups
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        )
        lines = [event["message"].rstrip() for page in pages for event in page["events"]]
        return [line for line in lines if not line.startswith(_PLATFORM)]

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
