"""The closed lists of events: types, which route may send which type, flags, reserved names."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

SPAM: Final = "spam"
BOT: Final = "bot"
INTERNAL: Final = "internal"
PREFETCH: Final = "prefetch"
"""The flag of a link that a mail program or scanner has followed before anybody read the mail."""

FLAGS: Final = frozenset({SPAM, BOT, INTERNAL, PREFETCH})
MACHINES: Final = frozenset({BOT, PREFETCH})
"""What such an event says, no person has done."""

TEST: Final = "hotlist_test"
"""The property of a test submission: somebody has tried a form that is in use."""


class Route(StrEnum):
    """The way by which an event came in. It decides which types are allowed."""

    FORM = "form"
    BEACON = "events"
    SERVER = "server"
    LINK = "link"
    SES = "ses"
    OPERATOR = "operator"


class Lane(StrEnum):
    """How soon an event is scored: at once, or together with what else comes soon."""

    NOW = "now"
    GATHERED = "gathered"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CUSTOM: Final = re.compile(r"custom:[a-z0-9_]{1,64}\Z")

_FORM_TYPES: Final = _names(
    "form_submitted contact_requested demo_requested webinar_registered trial_started "
    "meeting_booked"
)
BEACON_TYPES: Final = _names(
    "session_started page_viewed page_engaged ad_clicked element_clicked form_error "
    "cart_updated consent_withdrawn"
)
_LINK_TYPES: Final = _names(
    "email_opened email_clicked file_downloaded reward_claimed unsubscribed consent_given "
    "consent_withdrawn profiling_objected sales_contacted sales_meeting sales_won sales_rejected "
    "sales_snoozed sales_undone"
)
_SES_TYPES: Final = frozenset({"email_delivered", "email_bounced", "email_complained"})
_SERVER_TYPES: Final = frozenset(
    {"order_completed", "cart_abandoned", "webinar_attended", "meeting_booked"}
)
OPERATOR_TYPES: Final = _names(
    "score_adjusted score_reset score_suspended score_resumed event_reclassified "
    "lead_moved lead_imported lead_erased"
)
TYPES: Final = (
    _FORM_TYPES | BEACON_TYPES | _LINK_TYPES | _SES_TYPES | _SERVER_TYPES | OPERATOR_TYPES
)
"""Every named type. Beside them there is `custom:<name>`."""

ROUTE_TYPES: Final[Mapping[Route, frozenset[str]]] = {
    Route.FORM: _FORM_TYPES,
    Route.BEACON: BEACON_TYPES,
    Route.LINK: _LINK_TYPES,
    Route.SES: _SES_TYPES,
    Route.SERVER: _SERVER_TYPES | _SES_TYPES | _FORM_TYPES | BEACON_TYPES | _LINK_TYPES,
    Route.OPERATOR: OPERATOR_TYPES,
}
_CUSTOM_ROUTES: Final = frozenset({Route.FORM, Route.BEACON, Route.SERVER})

_NOT_ACTIVITY: Final = _names(
    "email_delivered email_bounced email_complained unsubscribed consent_withdrawn "
    "profiling_objected cart_abandoned event_reclassified"
)

# Events of these types sort after all others if they came by a signed link, from a server, from
# SES or from an operator. So no flood of other events can hide them.
_KEPT_APART: Final = _names(
    "unsubscribed consent_given consent_withdrawn profiling_objected reward_claimed email_bounced "
    "email_complained sales_contacted sales_meeting sales_won sales_rejected sales_snoozed "
    "sales_undone score_adjusted score_reset score_suspended score_resumed event_reclassified "
    "lead_moved"
)
# What comes in bursts. Of a form and of an operator, everything is scored at once.
_GATHERED: Final = _names(
    "session_started page_viewed page_engaged ad_clicked element_clicked email_opened "
    "email_clicked email_delivered"
)
_GATHERING: Final = frozenset({Route.SERVER, Route.LINK, Route.SES})

_UNSIGNED: Final = frozenset({Route.FORM, Route.BEACON})

RESERVED: Final = _names(
    "form hotlist_test page_url page_path page_title session_id consents pending_consents extra "
    "kiosk language user_agent origin source medium campaign term content gclid gbraid wbraid "
    "fbclid msclkid ttclid li_fat_id referrer landing_page"
)
"""Properties that Hotlist itself gives to events. No field of a form may have such a name."""

ENVELOPE: Final = _names("visitor_id event_id sent_at occurred_at consents")
"""What a page sends beside the answers to a form. No field may have such a name either."""

DERIVED: Final = _names(
    "email_domain email_class email_confirmed phone_country has_phone channel first_touch "
    "last_touch orders order_value stage suspended"
)
"""Facts that follow from events. A form cannot set them."""

CHANNELS: Final = _names(
    "paid_search organic_search paid_social organic_social paid_video organic_video paid_shopping "
    "organic_shopping paid_other display email affiliate referral sms audio push other direct"
)
"""The channels by which somebody may come: all that the classifier says, and nothing else."""


def is_type(name: str) -> bool:
    """Whether `name` is an event type: one of `TYPES` or `custom:<name>`."""
    return name in TYPES or _CUSTOM.match(name) is not None


def may_send(route: Route, event_type: str) -> bool:
    """Whether events of this type may come in by this route."""
    if event_type in ROUTE_TYPES[route]:
        return True
    return route in _CUSTOM_ROUTES and _CUSTOM.match(event_type) is not None


def is_activity(event_type: str) -> bool:
    """Whether the lead did something: not a mail system, sales or an operator."""
    if event_type in _NOT_ACTIVITY:
        return False
    return not event_type.startswith(("sales_", "lead_", "score_"))


def lane(route: Route, event_type: str) -> Lane:
    """How soon an event of this type and route is scored.

    :raises ValueError: if it is no event type; what has no lane is not stored.
    """
    if not is_type(event_type):
        raise ValueError(f"{event_type!r} is no event type, so it has no lane")
    if route is Route.BEACON:
        return Lane.GATHERED
    if route in _GATHERING and (event_type in _GATHERED or event_type not in TYPES):
        return Lane.GATHERED
    return Lane.NOW


def is_kept_apart(route: Route, event_type: str) -> bool:
    """Whether events of this type and route have the class `k#`, which sorts after `e#`."""
    return event_type in _KEPT_APART and route not in _UNSIGNED
