"""How old what is known of a person is, and what that means for writing to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from plugin.i18n import phrases
from plugin.policy import Policy

Age = Literal["current", "old", "unconfirmed", "unknown"]


def age_of(as_of: datetime | None, policy: Policy, now: datetime) -> Age:
    """Say whether what was last known to be true at `as_of` is current, old (marked), or must be confirmed first."""
    if as_of is None:
        return "unknown"
    if now - as_of > timedelta(days=policy.profiles_confirm_after_days):
        return "unconfirmed"
    return "old" if now - as_of > timedelta(days=policy.profiles_old_after_days) else "current"


def age_text(as_of: datetime | None, policy: Policy, now: datetime, locale: str) -> str:
    """The mark an old profile carries, in the reader's language; "" for a current one."""
    _ = phrases(locale)
    age = age_of(as_of, policy, now)
    if age == "current":
        return ""
    if as_of is None:
        return _("age of this information unknown")
    month = f"{as_of:%Y-%m}"
    if age == "unconfirmed":
        return _("as of %(month)s, to be confirmed before anything is promised", month=month)
    return _("as of %(month)s", month=month)
