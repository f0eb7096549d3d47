"""Which time zones configuration may name, and what one costs that a function does not have."""

import zoneinfo
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.config.sales_schema import compile_sales
from hotlist.config.zones import time_zone, time_zones
from hotlist.sales import team
from hotlist.scoring.check.scoring_file import check_scoring

OF_SOME_MACHINES = (
    "localtime",
    "posixrules",
    "posix/Europe/Warsaw",
    "right/Europe/Warsaw",
    "Factory",
    "europe/warsaw",
    "Europe//Warsaw",
    "Europe/Warsaw ",
    "Europe",
    "tzdata.zi",
    "zone.tab",
    "/etc/localtime",
    "../UTC",
    "",
    "a\0b",
    "x" * 300,
)


@pytest.mark.parametrize("name", OF_SOME_MACHINES)
def test_a_file_of_some_machines_is_no_time_zone(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone; (write one like|did you mean)"):
        time_zone(name)


def test_a_zone_in_other_letters_is_told() -> None:
    with pytest.raises(ValueError, match="did you mean 'Europe/Warsaw'"):
        time_zone("europe/warsaw")


@pytest.mark.parametrize("name", ["UTC", "Europe/Warsaw", "Asia/Kathmandu", "US/Eastern", "GB"])
def test_each_zone_of_iana_is_one(name: str) -> None:
    assert time_zone(name) == name
    assert ZoneInfo(name).key == name


def test_this_machine_has_each() -> None:
    assert len(time_zones()) > 500
    assert time_zones() <= zoneinfo.available_timezones()


@pytest.mark.parametrize("name", ["posixrules", "right/Europe/Warsaw", "tzdata.zi"])
def test_each_file_of_the_configuration_asks_for_zones_of_iana(name: str) -> None:
    with pytest.raises(BadConfig, match="not a time zone"):
        compile_sales(f"recipients: [{{id: a, name: A, email: a@example.com, timezone: {name}}}]")
    found = check_scoring(f"timezone: {name}\n").findings
    assert "timezone" in {one.path for one in found if "not a time zone" in one.message}
    reward = f"reward: {{title: A talk, invitation: {{zone: {name}}}}}"
    with pytest.raises(BadConfig, match="not a time zone"):
        compile_forms(f"f: {{fields: {{email: {{type: email}}}}, {reward}}}")


@pytest.fixture
def without_kathmandu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose zones are older than those of the build."""

    def zone(name: str) -> ZoneInfo:
        if name == "Asia/Kathmandu":
            raise zoneinfo.ZoneInfoNotFoundError(name)
        return ZoneInfo(name)

    monkeypatch.setattr(team, "ZoneInfo", zone)


def test_a_zone_that_a_function_does_not_have_costs_others_nothing(
    without_kathmandu: None,
) -> None:
    sales = team.from_checked(
        compile_sales(
            """
recipients:
  - {id: a, name: A, email: a@example.com, timezone: Asia/Kathmandu,
     absence: [{from: 2026-03-02, to: 2026-03-02, stand_in: b}]}
  - {id: b, name: B, email: b@example.com, timezone: Europe/London}
owners: [{owner: a}]
"""
        )
    )
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert [one.id for one in sales.whom("owner", "a", now, ())] == ["b"]
    assert sales.owned("b", now) == {"a", "b"}
    assert sales.due_day(sales.recipients[1], datetime(2026, 3, 2, 8, tzinfo=UTC)) == "2026-03-02"
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        sales.due_day(sales.recipients[0], now)
