"""template.yaml against the code, the README and what AWS has: whatever drifts fails here.

Its policies against the calls that are made: test_permissions.py.
"""

import re
from datetime import timedelta
from typing import Any, Final

import pytest

from cloudformation import ROOT, resources, template
from hotlist.capture.origins import normalise_origin
from hotlist.mail.queue import (
    AFTER_LEASE,
    QUOTA_WAIT,
)
from hotlist.rescore.queue import FIRST_WAIT, LONGEST_WAIT, PARKED_AFTER
from hotlist.runtime import settings
from hotlist.store.deliveries import LEASE
from hotlist.store.hours import SETTLED_AFTER
from hotlist.store.leads import INDEX
from hotlist.store.newcomers import CREATED_INDEX
from integration.permissions import as_list, role, short, statements

FUNCTIONS: Final = resources("AWS::Serverless::Function")
NAMES: Final = sorted(name.removesuffix("Function").lower() for name in FUNCTIONS)

SES_SECONDS: Final = 1 + 5  # to connect, and to read: docs/operations.md

FORCED_WILDCARDS: Final = {
    "*": {"dynamodb:ListStreams"},  # AWS has no narrower resource for it
    "FailureBucket": {"s3:PutObject"},  # the objects' names are Lambda's
    "RewardsBucket": {"s3:GetObject"},  # the objects' names are those of forms.yaml
    "ses": {
        "ses:SendEmail",
        "ses:SendRawEmail",
    },  # the sender's domain, and in the sandbox every recipient
}
"""Resources that have a wildcard, and the only actions that may be on them."""


def function(name: str) -> dict[str, Any]:
    return FUNCTIONS[f"{name.capitalize()}Function"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_allowed_but_by_action_and_arn(name: str) -> None:
    """SAM adds a managed policy on all logs to a role of its own making."""
    assert set(role(name)) == {"AssumeRolePolicyDocument", "Policies"}
    assert not {"Policies", "ManagedPolicyArns"} & set(function(name))


def test_no_wildcard_but_those_that_aws_forces() -> None:
    for name in NAMES:
        for statement in statements(name):
            assert not any("*" in action for action in as_list(statement["Action"]))
            for resource in as_list(statement["Resource"]):
                if "*" in str(resource):
                    actions = set(as_list(statement["Action"]))
                    assert actions <= FORCED_WILDCARDS[short(resource)]


def test_mail_is_sent_from_the_sender_alone() -> None:
    for name in ("digest", "notify"):
        (sending,) = [s for s in statements(name) if "ses:SendEmail" in s["Action"]]
        assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "Sender"}}}
        resources_ = [resource["Fn::Sub"] for resource in sending["Resource"]]
        assert any(r.endswith(":identity/*") for r in resources_)
        assert any(r.endswith(":configuration-set/${ConfigurationSet}") for r in resources_)


@pytest.mark.parametrize("name", NAMES)
def test_the_handler_exists_and_is_short(name: str) -> None:
    source = (ROOT / "functions" / name / "app.py").read_text("utf-8")
    assert function(name)["CodeUri"] == f"functions/{name}/"
    assert "\ndef handler(event: dict[str, Any], context: object)" in source
    assert source.count("\n") < 50
    assert [path.name for path in (ROOT / "functions" / name).glob("*.py")] == ["app.py"]


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_is_what_the_settings_read(name: str) -> None:
    given = set(function(name)["Environment"]["Variables"]) - {"POWERTOOLS_SERVICE_NAME"}
    everybody = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    wanted = getattr(settings, f"{name.capitalize()}Settings").names()
    assert given == {name.upper() for name in wanted} - everybody


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(settings.MissingSetting, match="EVENTS_TABLE is not set"):
        settings.CaptureSettings.load({"ALLOWED_ORIGINS": "https://x.example"})


def routes() -> set[tuple[str, str]]:
    """(method, path) of each route."""
    given = (event["Properties"] for event in FUNCTIONS["CaptureFunction"]["Events"].values())
    return {(one.get("Method", "ANY"), one.get("Path", "$default")) for one in given}


def test_routes_are_what_api_gateway_takes() -> None:
    part = re.compile(r"(\{[\w.-]+\+?\}|[a-zA-Z0-9._-]+)\Z")
    assert routes() == {
        ("POST", "/forms/{form}"),
        ("POST", "/events"),
        *(
            (method, f"/{kind}/{{token}}")
            for kind in ("confirm", "unsubscribe", "d", "answers")
            for method in ("GET", "POST")
        ),
        ("GET", "/o/{token}"),
        ("GET", "/c/{token}"),
        ("ANY", "$default"),
    }
    for _, path in routes():
        if path != "$default":
            assert all(part.match(one) for one in path.strip("/").split("/"))


def test_streams_are_read_with_the_retries_of_the_design() -> None:
    mappings = resources("AWS::Lambda::EventSourceMapping")
    streams = {n: m for n, m in mappings.items() if "StreamArn" in str(m["EventSourceArn"])}
    assert set(streams) == {"ScoreEventsMapping", "ScoreGatheredMapping", "NotifyAlertsMapping"}
    readers = [m for m in streams.values() if "EventsTable" in str(m["EventSourceArn"])]
    assert {str(m["FunctionName"]) for m in readers} == {
        str({"Ref": "ScoreFunction"}),
        str({"Ref": "ScoreGatheredAlias"}),
    }
    for mapping in streams.values():
        assert mapping["StartingPosition"] == "TRIM_HORIZON"
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["MaximumRecordAgeInSeconds"] == 20 * 3600
        assert mapping["MaximumRetryAttempts"] == -1
        assert "FailureBucket" in str(mapping["DestinationConfig"]["OnFailure"])
        assert mapping["FilterCriteria"]["Filters"]
    assert mappings["RescoreMapping"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_times_of_the_outbox_fit_each_other() -> None:
    queue = resources("AWS::SQS::Queue")["OutboxQueue"]
    dead = resources("AWS::SQS::Queue")["OutboxDeadLetters"]
    mapping = resources("AWS::Lambda::EventSourceMapping")["OutboxMapping"]
    timeout = FUNCTIONS["NotifyFunction"]["Timeout"]
    lease = template()["Parameters"]["MailLeaseSeconds"]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (
        5,
        ["ReportBatchItemFailures"],
    )
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    # Lambda asks for six times the timeout: a batch in hand never comes to another meanwhile.
    assert queue["VisibilityTimeout"] == 6 * timeout
    assert LEASE.total_seconds() == lease["Default"]
    # Whoever has claimed a mail has called SES, or is dead, before another may take it over.
    assert lease["MinValue"] > SES_SECONDS
    # Every wait counts as a receive: no letter runs out of them before it is parked by its age.
    waits = [FIRST_WAIT * 2**n for n in range(7)]
    assert waits[-1] < LONGEST_WAIT <= waits[-1] * 2
    assert sum(waits, LEASE) < PARKED_AFTER
    shortest = min(LONGEST_WAIT, LEASE + AFTER_LEASE, QUOTA_WAIT)
    assert len(waits) + PARKED_AFTER / shortest + 1 < queue["RedrivePolicy"]["maxReceiveCount"]
    longest = max(LONGEST_WAIT, QUOTA_WAIT, timedelta(seconds=lease["MaxValue"]) + AFTER_LEASE)
    retention = timedelta(seconds=queue["MessageRetentionPeriod"])
    assert retention == timedelta(days=4)
    assert PARKED_AFTER + longest + timedelta(seconds=queue["VisibilityTimeout"]) < retention
    assert longest < timedelta(hours=12)  # SQS hides a message no longer
    assert dead["MessageRetentionPeriod"] == 14 * 86_400
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {
        "Fn::GetAtt": ["OutboxDeadLetters", "Arn"]
    }
    # An hour's held mails are told of when no notify that runs can still hold one.
    assert timedelta(seconds=timeout) < SETTLED_AFTER


def test_tables_are_kept_and_guarded() -> None:
    for name, table in resources("AWS::DynamoDB::Table").items():
        whole = template()["Resources"][name]
        assert whole["DeletionPolicy"] == "RetainExceptOnCreate"
        assert whole["UpdateReplacePolicy"] == "Retain"
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table["SSESpecification"]["SSEEnabled"] is True
        assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
        assert "TableName" not in table
    tables = resources("AWS::DynamoDB::Table")
    assert tables["EventsTable"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert tables["LeadsTable"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_every_index_that_the_store_asks_for_exists() -> None:
    indexes = resources("AWS::DynamoDB::Table")["LeadsTable"]["GlobalSecondaryIndexes"]
    names = {index["IndexName"] for index in indexes}
    assert names == {INDEX, CREATED_INDEX}


def test_the_schedule_is_every_quarter_of_an_hour() -> None:
    schedule = FUNCTIONS["DigestFunction"]["Events"]["QuarterHour"]["Properties"]
    assert schedule["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["OmitName"] is True
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_a_flood_of_page_views_leaves_forms_their_share() -> None:
    """Each route has a bucket of its own; it holds as many requests as come into it in a second."""
    api = resources("AWS::Serverless::HttpApi")["Api"]
    forms, others = {"Ref": "FormsThrottleRate"}, {"Ref": "ThrottleRate"}
    assert api["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": others,
        "ThrottlingBurstLimit": others,
    }
    assert api["RouteSettings"] == {
        "POST /forms/{form}": {"ThrottlingRateLimit": forms, "ThrottlingBurstLimit": forms}
    }
    assert {tuple(key.split(" ")) for key in api["RouteSettings"]} < routes()
    for parameter in (forms, others):
        # Of a burst of more AWS would say that the account allows 5,000.
        assert template()["Parameters"][parameter["Ref"]]["MaxValue"] == 5_000


def test_captures_share_of_concurrency_is_optional_and_says_what_it_needs() -> None:
    parameter = template()["Parameters"]["CaptureConcurrency"]
    assert parameter["Default"] == 0
    assert "account limit above 100" in parameter["Description"]
    without = {"Fn::Equals": [{"Ref": "CaptureConcurrency"}, "0"]}
    assert template()["Conditions"]["HasCaptureConcurrency"] == {"Fn::Not": [without]}
    assert FUNCTIONS["CaptureFunction"]["ReservedConcurrentExecutions"] == {
        "Fn::If": [
            "HasCaptureConcurrency",
            {"Ref": "CaptureConcurrency"},
            {"Ref": "AWS::NoValue"},
        ]
    }
    assert not any(
        "ReservedConcurrentExecutions" in FUNCTIONS[n] for n in set(FUNCTIONS) - {"CaptureFunction"}
    )


def test_the_public_url_says_that_it_makes_no_domain() -> None:
    assert "it creates none" in template()["Parameters"]["PublicUrl"]["Description"]


def test_what_no_feature_uses_is_not_paid_for() -> None:
    text = str(template())
    assert "by_cart" not in text


def test_the_index_has_from_the_start_what_later_features_ask_it_for() -> None:
    """A projection cannot be changed: the index would have to be made anew."""
    indexes = resources("AWS::DynamoDB::Table")["LeadsTable"]["GlobalSecondaryIndexes"]
    projected = {one["IndexName"]: {*one["Projection"]["NonKeyAttributes"]} for one in indexes}
    assert projected == {
        "by_temperature_and_due": {"total", "owner", "channel", "hot_since"},
        "by_day": {"owner", "channel"},
    }


def test_the_access_log_keeps_the_route_and_never_the_path() -> None:
    log = resources("AWS::Serverless::HttpApi")["Api"]["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in log
    assert "path" not in log.lower()


def test_ses_tells_everything_that_notify_hears() -> None:
    (destination,) = resources("AWS::SES::ConfigurationSetEventDestination").values()
    wanted = {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"}
    assert set(destination["EventDestination"]["MatchingEventTypes"]) == wanted


README: Final = (ROOT / "README.md").read_text("utf-8")


def test_the_readme_has_the_parameters_and_their_defaults() -> None:
    table = README[README.index("| parameter | default") : README.index("## Paste the form")]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)
    parameters = template()["Parameters"]
    assert {name for name, _ in rows} == parameters.keys()
    for name, default in rows:
        if default.startswith("`"):
            assert default == f"`{parameters[name]['Default']}`", name


def test_a_deployment_says_first_what_of_the_account_is_too_small() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = makefile[makefile.index("\ndeploy:") :].split("\n\n", 1)[0]
    assert 0 < recipe.index("hotlist_cli account check\n") < recipe.index("sam deploy")
    steps = README[README.index("## Deploy it") :]
    first = steps[steps.index("1. ") : steps.index("2. ")]
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 1000" in first


def test_the_readme_has_the_routes_that_pages_post_to() -> None:
    shown = set(re.findall(r"^    ([A-Z]+) (/[\w/{}]+)", README, re.MULTILINE))
    links = {(method, path) for method, path in routes() if path.endswith("/{token}")}
    assert shown == routes() - links - {("ANY", "$default")}


def test_every_page_that_is_named_exists() -> None:
    files = [*ROOT.glob("*.md"), *ROOT.glob("config/*.yaml"), *ROOT.glob("docs/*.md")]
    for file in files:
        text = file.read_text("utf-8")
        for page in re.findall(r"\bdocs/[\w-]+\.\w+", text):
            assert (ROOT / page).exists(), (file, page)
        for page in re.findall(r"\]\(([\w./-]+\.(?:md|svg))(?:#[\w-]*)?\)", text):
            assert (file.parent / page).exists(), (file, page)


def test_what_is_bounded_in_time_and_number() -> None:
    assert template()["Globals"]["Function"]["Runtime"] == "python3.13"
    assert template()["Globals"]["Function"]["Architectures"] == ["arm64"]
    api = resources("AWS::Serverless::HttpApi")["Api"]
    assert api["CorsConfiguration"]["AllowOrigins"] == {"Ref": "AllowedOrigins"}
    assert api["CorsConfiguration"]["ExposeHeaders"] == ["retry-after"]  # hotlist.js waits so long
    (rule,) = resources("AWS::S3::Bucket")["FailureBucket"]["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 14)
    queue = resources("AWS::SQS::Queue")["FailureQueue"]
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    (group,) = resources("AWS::Logs::LogGroup").values()
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", sorted(resources("AWS::S3::Bucket")))
def test_a_bucket_is_private_encrypted_and_asked_by_tls_alone(name: str) -> None:
    bucket = resources("AWS::S3::Bucket")[name]
    assert "BucketName" not in bucket
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]
    policy = resources("AWS::S3::BucketPolicy")[f"{name}Policy"]
    assert policy["Bucket"] == {"Ref": name}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    whole = template()["Resources"][name]
    assert whole["DeletionPolicy"] == "RetainExceptOnCreate"


def test_what_visitors_get_belongs_to_the_bucket_and_never_expires() -> None:
    bucket = resources("AWS::S3::Bucket")["RewardsBucket"]
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "LifecycleConfiguration" not in bucket
    assert template()["Outputs"]["RewardsBucket"]["Value"] == {"Ref": "RewardsBucket"}


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("https://www.example.com", True),
        ("http://localhost:8080", True),
        ("https://www.example.com/", False),
        ("www.example.com", False),
        ("", False),
        (" https://www.example.com", True),  # CloudFormation takes the blanks away
        ("https://xn--w-uga1v8h.example", True),
        ("https://żółw.example", False),
        ("https://WWW.example.com", False),
        ("HTTPS://www.example.com", False),
        ("https://www.example.com:443", False),
        ("https://www.example.com:443 ", False),
        ("https://www.example.com:4433", True),
        ("http://www.example.com:80", False),
        ("https://www.example.com:80", True),
        ("http://www.example.com:443", True),
        ("http://[::1]:8080", True),
        ("https://*.example.com", False),
        ("https://www.example.com/shop", False),
        ("https://me@www.example.com", False),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(given: str, is_taken: bool) -> None:
    """API Gateway's CORS compares it letter by letter with what browsers send."""
    pattern = template()["Parameters"]["AllowedOrigins"]["AllowedPattern"]
    assert (re.fullmatch(pattern, given) is not None) == is_taken
    if is_taken:
        assert normalise_origin(given) == given.strip()


def test_the_readme_is_short() -> None:
    assert README.count("\n") < 200


def test_samconfig_gives_only_parameters_that_there_are() -> None:
    text = (ROOT / "samconfig.toml").read_text("utf-8")
    given = set(re.findall(r"(\w+)=", " ".join(re.findall(r'parameter_overrides = "(.*)"', text))))
    assert given <= template()["Parameters"].keys()
    needed = {n for n, p in template()["Parameters"].items() if "Default" not in p}
    assert needed <= given


def test_ses_rewrites_no_link_and_adds_no_picture() -> None:
    """It does both to the mails of a set of which somebody asks for opens or clicks."""
    for one in resources("AWS::SES::ConfigurationSetEventDestination").values():
        asked = {str(name).upper() for name in one["EventDestination"]["MatchingEventTypes"]}
        assert asked
        assert asked.isdisjoint({"OPEN", "CLICK"})
    for one in resources("AWS::SES::ConfigurationSet").values():
        assert "TrackingOptions" not in one
        assert "VdmOptions" not in one
