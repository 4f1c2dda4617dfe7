"""Pages, dates and refusals, as every call has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request

from connectors.sandbox.kit import Job

if TYPE_CHECKING:
    from connectors.sandbox.standins.smartrecruiters.account import SmartRecruitersStandIn


class Refused(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Lists:
    """What the calls share; `ats` is the account they are made to."""

    def __init__(self, ats: SmartRecruitersStandIn) -> None:
        self.ats, self.world = ats, ats.world

    def page(self, rows: list[Any]) -> dict[str, Any]:
        """A page of a list; the page id is opaque: here, where the next page starts."""
        limit = min(int(request.args.get("limit", "10")), 100)
        given = request.args.get("pageId", "")
        if given and not re.fullmatch(r"p[0-9a-f]+", given):
            raise Refused(400, "Invalid pageId")
        start = int(given[1:], 16) if given else 0
        body: dict[str, Any] = {"limit": limit, "totalFound": len(rows), "content": rows[start : start + limit]}
        if start + limit < len(rows):
            body["nextPageId"] = f"p{start + limit:x}"
        return body

    def updated_after(self) -> datetime | None:
        given = request.args.get("updatedAfter")
        return datetime.fromisoformat(given.replace("Z", "+00:00")) if given else None

    def job(self, id: str) -> Job:
        found = self.world.jobs.get(id)
        if found is None or found.deleted:
            raise Refused(404, "Job not found")
        return found


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
