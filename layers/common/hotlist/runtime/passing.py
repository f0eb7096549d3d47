"""Which errors are final: everything else may pass, and the same work is tried again later.

Errors are told by type, code and status, never by their text. Final is what the same work would
run into again, whenever it is done: a request that its service can never take, and a mistake of
our own. What an operator can mend from outside, such as a missing right, a missing table or a
wrong clock, may pass: the work is still there when it is mended.
"""

from typing import Final

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from hotlist.runtime.limits import FoldTookTooLong

_OURS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    FoldTookTooLong,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""Mistakes of our own and data that nobody can read. KeyError is a LookupError, and what JSON and
Unicode cannot read is a ValueError."""

_BOTOCORE: Final = (
    exceptions.AliasConflictParameterError,
    exceptions.InvalidExpressionError,
    exceptions.InvalidHostLabelError,
    exceptions.MissingParametersError,
    exceptions.OperationNotPageableError,
    exceptions.PaginationError,
    exceptions.ParamValidationError,
    exceptions.RangeError,
    exceptions.UnknownClientMethodError,
    exceptions.UnknownKeyError,
    exceptions.UnknownParameterError,
)
"""Requests that botocore refuses to send."""

_CODES: Final = frozenset(
    {
        # any service
        "InvalidAction",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidQueryParameter",
        "MalformedQueryString",
        "MissingAction",
        "MissingParameter",
        "SerializationException",
        "UnknownOperationException",
        "ValidationError",
        "ValidationException",
        # DynamoDB
        "DuplicateItemException",
        "IdempotentParameterMismatchException",
        "InvalidExportTimeException",
        "InvalidRestoreTimeException",
        "ItemCollectionSizeLimitExceededException",
        # SQS
        "BatchEntryIdsNotDistinct",
        "BatchRequestTooLong",
        "EmptyBatchRequest",
        "InvalidAttributeName",
        "InvalidAttributeValue",
        "InvalidBatchEntryId",
        "InvalidIdFormat",
        "InvalidMessageContents",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
        "TooManyEntriesInBatchRequest",
        "UnsupportedOperation",
        # SES
        "AlreadyExistsException",
        "BadRequestException",
        "InvalidNextTokenException",
        "MessageRejected",
    }
)
"""Codes by which a service refuses a request for good."""

_SQS: Final = "AWS.SimpleQueueService."
"""What SQS puts before some of its codes."""

_TOO_LARGE: Final = 413
_TOO_MANY: Final = 429


def is_passing(error: Exception) -> bool:
    """Whether the same work may succeed later."""
    if isinstance(error, ClientError):
        return _answer_is_passing(code_of(error), status_of(error))
    if isinstance(error, BotoCoreError):  # some are a ValueError, too
        return not isinstance(error, _BOTOCORE)
    return not isinstance(error, _OURS)


def code_of(error: ClientError) -> str:
    """The code of a service's answer; empty if it has none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status of a service's answer; 0 if it is not known."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _answer_is_passing(code: str, status: int) -> bool:
    if status >= 500 or status == _TOO_MANY:
        return True
    return status != _TOO_LARGE and code.removeprefix(_SQS) not in _CODES
