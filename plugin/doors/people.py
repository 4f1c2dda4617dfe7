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
        found = self.known.get(profile_id)
        return person_name(found) if found is not None else _("a person erased meanwhile")

    def email(self, profile_id: str) -> str:
        found = self.known.get(profile_id)
        return found.email if found is not None else ""

    def work(self, profile_id: str) -> str:
        """Where they work, in a few words."""
        found = self.known.get(profile_id)
        return " / ".join(part for part in (found.company, found.title) if part) if found is not None else ""


def person_name(identity: Identity) -> str:
    """As they write it, with the romaji before it for whoever reads English."""
    if page.locale() == "en" and identity.romaji and identity.romaji != identity.name:
        return f"{identity.romaji} ({identity.name})"
    return identity.name or _("a person without a name")
