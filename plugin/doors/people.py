"""Who people are, for pages that may say so: many at once, those erased as what is left of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from plugin.doors import page
from plugin.doors.page import translate as _
from plugin.identity import Identity, identities


class Names:
    """Names of the people of one page, read in a few queries."""

    def __init__(self, db: Session, employer_id: int, profile_ids: Iterable[str]) -> None:
        wanted = sorted(set(profile_ids))
        self.known: dict[str, Identity] = identities(db, page.work().vault, employer_id, wanted) if wanted else {}

    def name(self, profile_id: str) -> str:
        """As they write it, with the romaji beside it for whoever reads English."""
        found = self.known.get(profile_id)
        if found is None:
            return _("a person erased meanwhile")
        if page.locale() == "en" and found.romaji and found.romaji != found.name:
            return f"{found.romaji} ({found.name})"
        return found.name or _("a person without a name")

    def email(self, profile_id: str) -> str:
        found = self.known.get(profile_id)
        return found.email if found is not None else ""

    def work(self, profile_id: str) -> str:
        """Where they work, in a few words."""
        found = self.known.get(profile_id)
        return " / ".join(part for part in (found.company, found.title) if part) if found is not None else ""
