"""What may pass and what is final: every error of botocore and of the services has its place."""

import inspect
import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.session import Session

import hotlist
from hotlist.runtime.passing import is_passing

FINAL_OF_BOTOCORE = set(
    """AliasConflictParameterError InvalidExpressionError InvalidHostLabelError
    MissingParametersError OperationNotPageableError PaginationError ParamValidationError
    RangeError UnknownClientMethodError UnknownKeyError UnknownParameterError""".split()
)
PASSING_OF_BOTOCORE = set(
    """ApiVersionNotFoundError AwsChunkedWrapperError BaseEndpointResolverError BotoCoreError
    CapacityNotAvailableError ChecksumError ClientError ConfigNotFound ConfigParseError
    ConnectTimeoutError ConnectionClosedError ConnectionError CredentialRetrievalError
    DataNotFoundError EndpointConnectionError EndpointProviderError EndpointResolutionError
    EndpointVariantError EventStreamError FlexibleChecksumError HTTPClientError
    ImminentRemovalWarning IncompleteReadError InfiniteLoopConfigError InvalidChecksumConfigError
    InvalidConfigError InvalidDNSNameError InvalidDefaultsMode
    InvalidEndpointConfigurationError InvalidEndpointDiscoveryConfigurationError
    InvalidIMDSEndpointError InvalidIMDSEndpointModeError InvalidMaxRetryAttemptsError
    InvalidProxiesConfigError InvalidRegionError InvalidRetryConfigurationError
    InvalidRetryModeError InvalidS3AddressingStyleError
    InvalidS3UsEast1RegionalEndpointConfigError InvalidSTSRegionalEndpointsConfigError
    LoginAuthorizationCodeError LoginError LoginInsufficientPermissions LoginRefreshRequired
    LoginTokenLoadError MD5UnavailableError MetadataRetrievalError MissingDependencyException
    MissingServiceIdError NoAuthTokenError NoCredentialsError NoRegionError
    PartialCredentialsError ProfileNotFound ProxyConnectionError ReadTimeoutError
    RefreshWithMFAUnsupportedError ResponseStreamingError SSLError SSOError SSOTokenLoadError
    ServiceNotInRegionError StubAssertionError StubResponseError TokenRetrievalError
    UnStubbedResponseError UnauthorizedSSOTokenError UndefinedModelAttributeError
    UnknownCredentialError UnknownEndpointError UnknownEndpointResolutionBuiltInName
    UnknownFIPSEndpointError UnknownRegionError UnknownServiceError UnknownServiceStyle
    UnknownSignatureVersionError UnknownTokenProviderError UnseekableStreamError
    UnsupportedOutpostResourceError UnsupportedS3AccesspointConfigurationError
    UnsupportedS3ArnError UnsupportedS3ConfigurationError UnsupportedS3ControlArnError
    UnsupportedS3ControlConfigurationError UnsupportedServiceProtocolsError
    UnsupportedSignatureVersionError UnsupportedTLSVersionWarning ValidationError WaiterConfigError
    WaiterError""".split()
)

# By service: the codes that are final, then those that may pass.
CODES: dict[str, tuple[str, str]] = {
    "dynamodb": (
        """DuplicateItemException IdempotentParameterMismatchException InvalidExportTimeException
        InvalidRestoreTimeException ItemCollectionSizeLimitExceededException""",
        """BackupInUseException BackupNotFoundException ConditionalCheckFailedException
        ContinuousBackupsUnavailableException ExportConflictException ExportNotFoundException
        GlobalTableAlreadyExistsException GlobalTableNotFoundException ImportConflictException
        ImportNotFoundException IndexNotFoundException InternalServerError LimitExceededException
        PointInTimeRecoveryUnavailableException PolicyNotFoundException
        ProvisionedThroughputExceededException ReplicaAlreadyExistsException
        ReplicaNotFoundException ReplicatedWriteConflictException RequestLimitExceeded
        ResourceInUseException ResourceNotFoundException TableAlreadyExistsException
        TableInUseException TableNotFoundException ThrottlingException
        TransactionCanceledException TransactionConflictException TransactionInProgressException""",
    ),
    "sqs": (
        """BatchEntryIdsNotDistinct BatchRequestTooLong EmptyBatchRequest InvalidAttributeName
        InvalidAttributeValue InvalidBatchEntryId InvalidIdFormat InvalidMessageContents
        MessageNotInflight ReceiptHandleIsInvalid TooManyEntriesInBatchRequest
        UnsupportedOperation""",
        """InvalidAddress InvalidSecurity KmsAccessDenied KmsDisabled KmsInvalidKeyUsage
        KmsInvalidState KmsNotFound KmsOptInRequired KmsThrottled OverLimit PurgeQueueInProgress
        QueueDeletedRecently QueueDoesNotExist QueueNameExists RequestThrottled
        ResourceNotFoundException""",
    ),
    "sesv2": (
        "AlreadyExistsException BadRequestException InvalidNextTokenException MessageRejected",
        """AccountSuspendedException ConcurrentModificationException ConflictException
        InternalServiceErrorException LimitExceededException MailFromDomainNotVerifiedException
        NotFoundException SendingPausedException TooManyRequestsException""",
    ),
}
COMMON_FINAL = """InvalidAction InvalidParameterCombination InvalidParameterValue
    InvalidQueryParameter MalformedQueryString MissingAction MissingParameter
    SerializationException UnknownOperationException ValidationError ValidationException"""
COMMON_PASSING = """AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException
    IncompleteSignature IncompleteSignatureException InternalFailure InvalidClientTokenId
    InvalidSignatureException MissingAuthenticationToken MissingAuthenticationTokenException
    NotAuthorized OptInRequired RequestExpired RequestTimeTooSkewed RequestTimeout
    ServiceUnavailable SignatureDoesNotMatch SlowDown Throttling ThrottledException
    TooManyRequests UnauthorizedOperation UnrecognizedClientException"""


def answered(code: str, status: int = 400) -> ClientError:
    said = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, "Operation")


def bare(error: type[Exception]) -> Exception:
    """An instance that needs none of its arguments."""
    made: Exception = error.__new__(error)
    if isinstance(made, ClientError):
        made.response = {}
    return made


def of_botocore() -> dict[str, type[Exception]]:
    return {
        name: found
        for name, found in vars(exceptions).items()
        if inspect.isclass(found) and issubclass(found, Exception)
    }


def test_every_error_of_botocore_has_its_place() -> None:
    assert not FINAL_OF_BOTOCORE & PASSING_OF_BOTOCORE
    assert of_botocore().keys() == FINAL_OF_BOTOCORE | PASSING_OF_BOTOCORE


@pytest.mark.parametrize("name", sorted(of_botocore()))
def test_what_botocore_raises_may_pass_unless_it_refuses_the_request(name: str) -> None:
    assert is_passing(bare(of_botocore()[name])) is (name in PASSING_OF_BOTOCORE)


@pytest.mark.parametrize("service", sorted(CODES))
def test_every_error_of_a_service_has_its_place(service: str) -> None:
    final, passing = (set(names.split()) for names in CODES[service])
    shapes = {shape.name for shape in Session().get_service_model(service).error_shapes}
    assert not final & passing
    assert shapes == final | passing


def codes() -> Iterator[tuple[str, bool]]:
    for final, passing in [*CODES.values(), (COMMON_FINAL, COMMON_PASSING)]:
        yield from ((code, False) for code in final.split())
        yield from ((code, True) for code in passing.split())


@pytest.mark.parametrize(("code", "passes"), sorted(codes()))
def test_a_service_is_asked_again_unless_it_refuses_the_request(code: str, passes: bool) -> None:
    assert is_passing(answered(code)) is passes
    assert is_passing(answered(f"AWS.SimpleQueueService.{code}")) is passes


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_by_its_status_any_code_may_pass(status: int) -> None:
    for code, _ in codes():
        assert is_passing(answered(code, status))


@pytest.mark.parametrize("status", [0, 301, 400, 401, 403, 404, 408, 409, 418])
def test_a_code_that_nobody_knows_may_pass(status: int) -> None:
    assert is_passing(answered("NewException", status))


def test_what_is_too_large_is_too_large_again() -> None:
    assert not is_passing(answered("RequestEntityTooLarge", 413))


def test_an_answer_without_a_code_or_a_status_may_pass() -> None:
    assert is_passing(ClientError({}, "Operation"))


def unreadable() -> Exception:
    try:
        b"\xff".decode()
    except UnicodeDecodeError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        TypeError(),
        ValueError(),
        KeyError("occurred_at"),
        IndexError(),
        AttributeError(),
        NameError(),
        ZeroDivisionError(),
        AssertionError(),
        RecursionError(),
        NotImplementedError(),
        json.JSONDecodeError("", "", 0),
        unreadable(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_our_own_mistakes_are_final(error: Exception) -> None:
    assert not is_passing(error)


@pytest.mark.parametrize(
    "error",
    [OSError(), ConnectionResetError(), TimeoutError(), MemoryError(), EOFError(), Exception()],
    ids=lambda error: type(error).__name__,
)
def test_what_is_not_surely_final_may_pass(error: Exception) -> None:
    assert is_passing(error)


def ours() -> dict[str, type[Exception]]:
    """Every exception that the package defines."""
    found = {}
    for module in walk_packages(hotlist.__path__, "hotlist."):
        for name, value in vars(import_module(module.name)).items():
            is_error = inspect.isclass(value) and issubclass(value, Exception)
            if is_error and value.__module__.startswith("hotlist."):
                found[name] = value
    return found


OURS_THAT_MAY_PASS = set(
    "BadSecret Conflict InFlight MessageToCome NotMailed NotQueued NotReached OutcomeUnknown "
    "OutOfTime ReadsThrottled".split()
)
OURS_OF_NO_RECORD = {"BadFields", "NoPlace", "Refused", "RunFailed", "Unreadable"}
"""Answers to a caller, and the end of a run: none of them comes to a batch."""


@pytest.mark.parametrize("name", sorted(ours().keys() - OURS_OF_NO_RECORD))
def test_each_of_our_exceptions_is_final_or_named_here(name: str) -> None:
    error: Any = ours()[name]
    assert is_passing(error.__new__(error)) is (name in OURS_THAT_MAY_PASS)


def test_our_exceptions_are_those_of_the_package() -> None:
    assert ours().keys() >= OURS_THAT_MAY_PASS | OURS_OF_NO_RECORD | {"FoldTookTooLong"}
