"""MiniStack with stream records for what PartiQL inserts. Its own interpreter runs this file.

MiniStack's own INSERT stores the item and writes no record to the table's stream, unlike AWS. So
no page view would ever reach the score function here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.services import dynamodb

Answer = tuple[int, Any, Any]
"""The status of an answer, its headers and its body."""


def told(
    insert: Callable[[Any, Any], Answer], emit: Callable[..., None]
) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Answer]:
    """An insert that is told to the stream, if something was inserted."""

    def insert_and_tell(table: Mapping[str, Any], parsed: Mapping[str, Any]) -> Answer:
        answer = insert(table, parsed)
        if answer[0] == 200:
            item = parsed["item"]
            emit(table["TableName"], "INSERT", None, item["M"] if set(item) == {"M"} else item)
        return answer

    return insert_and_tell


if __name__ == "__main__":
    dynamodb._partiql_insert = told(dynamodb._partiql_insert, dynamodb._emit_stream_event)  # noqa: SLF001
    app.main()
