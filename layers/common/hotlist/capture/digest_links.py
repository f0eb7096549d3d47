"""Links of digests: a GET asks, a POST stops the digest of a salesperson or sends it again.

Not pure. No event is stored and no consent of a lead ends. What a link says is about one recipient.
"""

from collections.abc import Mapping
from typing import Any, Final

from hotlist.capture import form_page, http, link_page
from hotlist.capture.http import Answer
from hotlist.capture.link_events import Visit, pressed
from hotlist.capture.link_page import RESUME, STOP
from hotlist.config.load import load_config
from hotlist.runtime import metrics
from hotlist.runtime.clients import aws_client
from hotlist.store.deliveries import DeliveryStore

_TO_ITSELF: Final = {"redirect_url": ""}


class DigestLinks:
    """Answers links of digests, over the Deliveries table of this name."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._people = {one["id"]: one for one in load_config("sales")["recipients"]}
        self._deliveries: DeliveryStore | None = None

    def answer(self, visit: Visit) -> Answer | None:
        """The page, or None if the recipient is not in sales.yaml any more: they get no mail.

        A POST stops the digest, whatever its body says, but for the button that undoes it: a mail
        program says the words of RFC 8058, and an opt-out is never refused.
        """
        person = self._people.get(visit.token.recipient or "")
        if person is None:
            return None
        name, who = person["name"], visit.who
        if visit.request.method != "POST":
            return _page(link_page.digest(name, visit.asked, who))
        did = RESUME if pressed(visit.request) == RESUME else STOP
        self._switch(person, did, visit)
        return _page(link_page.digest_is(did, name, visit.asked, who))

    def _switch(self, person: Mapping[str, Any], did: str, visit: Visit) -> None:
        """Store it; the first word that stops a digest has an alarm, with the way to undo it."""
        if self._deliveries is None:
            self._deliveries = DeliveryStore(aws_client("dynamodb"), self._table)
        recipient = person["id"]
        if did == RESUME:
            self._deliveries.resume_digest(recipient)
        elif self._deliveries.stop_digest(recipient, visit.at):
            undo = f"hotlist sales digest on {recipient}"
            said = metrics.attention("digest stopped", recipient=recipient, undo=undo)
            print(said)  # noqa: T201 - Lambda's log


def _page(html: str) -> Answer:
    return http.page(200, html, form_page.policy(_TO_ITSELF))
