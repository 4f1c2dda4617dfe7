"""Lever's requisitions and postings: what a requisition is about stands on its postings."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Job, Post
from connectors.sandbox.standins.lever.shown import HIRED, REFUSED, Wrong, code_of, millis, ms
from connectors.sandbox.standins.lever.wire import Wire


class Jobs(Wire):
    """Requisitions, postings, and what the account has once."""

    def _job(self, id: str) -> Job:
        job = self.world.jobs.get(id)
        if job is None or job.deleted:
            raise Wrong(404, "ResourceNotFound", "Requisition not found")
        return job

    def _confidential(self, is_so: bool) -> bool:
        """Whether the `confidentiality` filter lets something through; without it only what is not."""
        asked = request.args.get("confidentiality", "non-confidential")
        return asked == "all" or is_so == (asked == "confidential")

    def _requisitions(self) -> Response:
        asked = request.args
        rows = [
            job
            for job in self.world.jobs.values()
            if not job.deleted
            and self._confidential(job.confidential)
            and ("requisition_code" not in asked or asked["requisition_code"] == code_of(job))
            and ("status" not in asked or asked["status"] == job.status)
            and ("created_at_start" not in asked or ms(job.created_at) >= int(asked["created_at_start"]))
        ]
        return self._listed(rows, self._requisition)

    def _requisition(self, job: Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "createdAt": millis(job.created_at),
            "updatedAt": millis(job.updated_at),
            "closedAt": millis(job.closed_at),
            "confidentiality": "confidential" if job.confidential else "non-confidential",
            "status": job.status,
            "name": job.title,
            "requisitionCode": code_of(job),
            "headcountTotal": 1,
            "hiringManager": next(iter(job.manager_ids), None),
            "owner": next(iter(job.recruiter_ids), None),
            "internalNotes": job.notes,
            "compensationBand": job.extra.get("compensationBand"),
            "approval": {"steps": []},
            "postings": [post.id for post in job.posts],
            "customFields": job.fields,
        }

    def _post(self, id: str) -> tuple[Job, Post]:
        for job in self.world.jobs.values():
            for post in job.posts:
                if post.id == id:
                    return job, post
        raise Wrong(404, "ResourceNotFound", "Posting not found")

    def _postings(self) -> Response:
        start = int(request.args.get("updated_at_start") or 0)
        rows = [
            (job, post)
            for job in self.world.jobs.values()
            if self._confidential(job.confidential)
            for post in job.posts
            if ms(post.updated_at) >= start
        ]
        return self._listed(rows, lambda row: self._posting(*row))

    def _posting(self, job: Job, post: Post) -> dict[str, Any]:
        state = "draft"
        if post.live:
            state = "internal" if post.internal else "published"
        return {
            "id": post.id,
            "text": post.title,
            "state": state if job.status != "closed" else "closed",
            "distributionChannels": ["public", "internal"],
            "owner": next(iter(job.recruiter_ids), None),
            "hiringManager": next(iter(job.manager_ids), None),
            "content": {
                "description": re.sub(r"<[^>]+>", "", post.content),
                "descriptionHtml": post.content,
                "lists": [],
                "closing": "",
                "closingHtml": "",
            },
            "confidentiality": "confidential" if job.confidential else "non-confidential",
            "reqCode": code_of(job),
            "requisitionCodes": [code_of(job)],
            "createdAt": millis(post.created_at),
            "updatedAt": millis(post.updated_at),
        }

    def _reasons(self) -> Response:
        hired = {"id": HIRED, "text": "Hired", "status": "active", "type": "hired"}
        refused = {"id": REFUSED, "text": "Underqualified", "status": "active", "type": "non-hired"}
        return self._listed([hired, refused])
