"""Workable's jobs, their teams and stages, and the hiring plan."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Job, answer
from connectors.sandbox.standins.workable.shown import STATES, Wrong, at, member_shown, moved, plan_id, time_of
from connectors.sandbox.standins.workable.wire import Wire


class Jobs(Wire):
    """`plan`: the hiring plan, None for an account without one."""

    plan: list[dict[str, Any]] | None = None
    _kinds: dict[str, str]

    def _job(self, code: str) -> Job:
        job = self.world.jobs.get(code)
        if job is None or job.deleted:
            raise Wrong(404, "Not found")
        return job

    def _jobs(self) -> Response:
        after = time_of(request.args.get("updated_after"))

        def rows() -> list[Job]:
            return [job for job in self.world.jobs.values() if not job.deleted and moved(job) >= after]

        return self._listed("jobs", rows, lambda job: str(job.id), self._job_shown)

    def _job_shown(self, job: Job, whole: bool = False) -> dict[str, Any]:
        text = "\n".join(post.content for post in job.posts[:1])
        more = {"full_description": text, "description": text, "employment_type": "Full-time"} if whole else {}
        return {
            "id": plan_id(job),
            "title": job.title,
            "full_title": f"{job.title} - {plan_id(job)}",
            "shortcode": job.id,
            "code": f"REQ-{job.id[:6]}",
            "state": STATES.get(job.status, job.status),
            "sample": bool(job.extra.get("sample")),
            "confidential": job.confidential,
            "department": None,
            "url": f"https://stand-in.workable.com/jobs/{job.id}",
            "salary": job.extra.get("salary"),
            "created_at": at(job.created_at),
            "updated_at": at(moved(job)),
            **more,
        }

    def _job_members(self, code: str) -> Response:
        job = self._job(code)
        ids = [*job.manager_ids, *job.recruiter_ids, self.bot.id]
        return answer({"members": [member_shown(self.world.colleagues[id]) for id in dict.fromkeys(ids)]})

    def _stages(self, job_id: str) -> Response:
        rows = [
            {
                "id": 5272000 + one.order,
                "slug": one.id,
                "name": one.name,
                "kind": self._kinds.get(one.id, "interview"),
                "position": one.order,
            }
            for one in self.world.stages_of(job_id)
        ]
        return answer({"stages": rows})

    def _requisitions(self) -> Response:
        if self.plan is None:
            return answer({"error": "Forbidden"}, 403)
        after, job_id = time_of(request.args.get("updated_after")), request.args.get("job_id")
        rows = [
            {name: value for name, value in line.items() if name != "updated_at"}
            for line in self.plan
            if line["updated_at"] >= after and job_id in (None, line["job"]["id"])
        ]
        return answer({"requisitions": rows})
