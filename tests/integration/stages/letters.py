"""Letters in the OutboxQueue, and an SES that refuses them."""

from integration.stages.notify import EVERYBODY, MOST, Notify


def refuse(notify: Notify, code: str, status: int, *addresses: str) -> None:
    notify.ses.refuse = dict.fromkeys(addresses or EVERYBODY, (code, status))


# --- caps ---------------------------------------------------------------------------------


def fill(notify: Notify, kind: str, *recipients: str) -> None:
    """Take every place of this hour."""
    for recipient in recipients or ("anna", "ben"):
        for number in range(MOST):
            notify.app.consumer.hours.take_place(recipient, kind, f"other{number}", notify.now)
