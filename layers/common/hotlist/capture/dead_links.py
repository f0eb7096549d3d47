"""Why a link of a mail leads nowhere: a page, or problem details for a program. Pure."""

from hotlist.capture import form_page, http, link_page
from hotlist.capture.http import Answer, Request
from hotlist.links import tokens
from hotlist.links.secret import KEPT
from hotlist.links.tokens import BadToken


def told(status: int, what: str, request: Request, who: form_page.Visitor) -> Answer:
    """An answer that says why, see `link_page.told`."""
    accept = request.headers.get("accept", "").lower()
    if "json" in accept and "text/html" not in accept:
        return http.problem(status, link_page.reason(what), None, None, **http.GUARDED)
    return http.page(status, link_page.told(what, who), form_page.policy())


def bad(request: Request, text: str, kind: str, newest: str) -> Answer:
    """404 for a text that is no token of ours; 410 if a key has signed it that is kept no more.

    `newest` is the id of the newest key.
    """
    who = link_page.reader(request.headers, "", None)
    if _is_of_a_past_key(text, newest):
        return told(410, f"gone_{kind}", request, who)
    return told(404, "bad", request, who)


def later(request: Request) -> Answer:
    """503, for a table or a secret that does not answer."""
    who = link_page.reader(request.headers, "", None)
    answer = told(503, "later", request, who)
    answer["headers"]["retry-after"] = "2"
    return answer


def not_taken(request: Request, allowed: str) -> Answer:
    """405: links take other methods."""
    who = link_page.reader(request.headers, "", None)
    answer = told(405, "bad", request, who)
    answer["headers"]["allow"] = allowed
    return answer


def _is_of_a_past_key(text: str, newest: str) -> bool:
    try:
        number = tokens.key_id_of(text)
    except BadToken:
        return False
    is_numbered = number.isdecimal() and newest.isdecimal()
    return is_numbered and int(number) <= int(newest) - KEPT  # a rotation has dropped it
