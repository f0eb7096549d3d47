"""Sample leads of a list, and its page as a browser gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from card_views import ANNA, SALES
from hotlist.cards import list_page
from hotlist.cards.today import today, whose
from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import Contact, Listed, May, Stage, Temperature

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

WIDTHS: Final = (320, 390, 768, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
ADDRESS: Final = "http://list.test/lists/x"
LANGUAGES: Final = ("en", "pl", "de")
NOW: Final = datetime(2026, 3, 30, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
HOSTILE: Final = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
UNBROKEN: Final = "Donaudampfschifffahrtsgesellschaftskapitän" * 3


def a_lead(number: int, **changes: Any) -> Listed:
    is_hot = number < 4
    fields: dict[str, Any] = {
        "lead_id": f"email:{number:08}",
        "contact": Contact(
            ("Łukasz Żak", "Ada Lovelace", "Bo Ek", "Cem Öz", "Dörte Groß", "Eva")[number % 6],
            ("Śruby & Synowie sp. z o.o.", "Engines Ltd", None)[number % 3],
            f"person{number}@example.com",
            f"+4860010020{number % 10}" if number % 2 else None,
        ),
        "temperature": Temperature.HOT if is_hot else Temperature.WARM,
        "stage": (Stage.INTENT, Stage.CONSIDERATION, Stage.INTEREST)[number % 3],
        "total": 90 - 5 * number if is_hot else 45 - number,
        "folded_at": NOW - HOUR,
        "hot_since": NOW - 30 * HOUR if is_hot else None,
        "channel": ("paid_search", "referral", "direct")[number % 3],
        "owner": ("anna", "ben")[number % 2],
        "last_event_at": NOW - number * 7 * HOUR,
        "may": (May.BOTH, May.CALL, May.NEITHER)[number % 3],
    }
    return Listed(**(fields | changes))


def leads() -> list[Listed]:
    answered = SalesAnswer("1", "sales_meeting", NOW - 2 * HOUR, "ben")
    later = SalesAnswer("1", "sales_snoozed", NOW - 2 * HOUR, "anna", NOW + 60 * HOUR)
    made = [a_lead(number) for number in range(12)]
    made[2], made[7] = replace(made[2], answer=answered), replace(made[7], answer=later)
    bad = Contact(HOSTILE, UNBROKEN, f"{UNBROKEN.lower()}@example.com", "+48600100299")
    return [*made, a_lead(12, contact=bad, bounced=True, may=May.BOTH, owner=None)]


def page_of(language: str, found: list[Listed] | None = None) -> str:
    reader = replace(ANNA, language=language)
    made = today(leads() if found is None else found, SALES, whose(SALES, reader, NOW), NOW)
    return list_page.list_page(made, reader, NOW, lambda lead_id: f"/leads/{lead_id[-8:]}")


class Shown:
    """A page as a browser gets it, with its policy; it fetches nothing, and says nothing."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        self._html = self._policy = ""
        page.on("request", lambda sent: self.asked.append(sent.url))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("console", lambda said: self.said.append(said.text))
        page.on("pageerror", lambda error: self.said.append(error.message))
        page.route(ADDRESS, self._serve)

    def show(self, html: str, policy: str) -> Page:
        self._html, self._policy = html, policy
        self.page.goto(ADDRESS)
        return self.page

    def show_list(self, language: str = "en", **said: Any) -> Page:
        return self.show(page_of(language, **said), list_page.policy(language))

    def names(self) -> list[str]:
        return self.page.locator("tbody tr:visible th a").all_inner_texts()

    def _serve(self, route: Route) -> None:
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": self._policy,
        }
        route.fulfill(body=self._html, headers=headers)
