"""Jobs: what they say, their fields, team and note."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Job, Post, answer
from connectors.sandbox.standins.smartrecruiters.lists import Lists, Refused, iso

JOB_STATUSES = {
    "draft": ("CREATED", "NOT_PUBLISHED"),
    "open": ("SOURCING", "PUBLIC"),
    "closed": ("FILLED", "NOT_PUBLISHED"),
}


class Jobs(Lists):
    """The Job API."""

    def jobs(self) -> dict[str, Any]:
        after = self.updated_after()
        found = [
            one
            for one in list(self.world.jobs.values())
            if not one.deleted and (after is None or one.updated_at > after)
        ]
        listed = self.page(found)
        listed["content"] = [self.job_listed(one) for one in listed["content"]]
        return listed

    def job_listed(self, one: Job) -> dict[str, Any]:
        status, posting = JOB_STATUSES[one.status]
        return {
            "id": one.id,
            "title": one.title,
            "refNumber": f"REF{one.id[:4].upper()}",
            "createdOn": iso(one.created_at),
            "updatedOn": iso(one.updated_at),
            "status": status,
            "postingStatus": "PRIVATE" if one.confidential else posting,
            "actions": {"details": {"url": f"{self.ats.url}/jobs/{one.id}", "method": "GET"}},
        }

    def job_whole(self, one: Job) -> dict[str, Any]:
        properties = []
        for label, value in one.fields.items():
            id, values = self.ats.job_fields.get(label, (label, None))
            value_id = next((each for each, shown in (values or {}).items() if shown == value), "")
            properties.append({"id": id, "label": label, "value": {"id": value_id or None, "label": str(value)}})
        ad = self.sections(one.posts[0]) if one.posts else {"sections": {}}
        return {**self.job_listed(one), "template": False, "jobAd": ad, "properties": properties}

    def sections(self, post: Post) -> dict[str, Any]:
        return {"sections": {"jobDescription": {"title": "仕事内容", "text": post.content}, "qualifications": None}}

    def job_ads(self, job_id: str) -> dict[str, Any]:
        return self.page(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "language": {"code": "ja", "label": "Japanese"},
                    "jobAd": self.sections(one),
                    "createdOn": iso(one.created_at),
                    "updatedOn": iso(one.updated_at),
                    "postingStatus": "PUBLISHED" if one.live else "NOT_PUBLISHED",
                    "visibility": "INTERNAL" if one.internal else "PUBLIC",
                    "default": number == 0,
                }
                for number, one in enumerate(self.job(job_id).posts)
            ]
        )

    def patch_job(self, job_id: str) -> Response:
        """JSON Patch of properties; one that doesn't exist is ignored, as documented."""
        job, known = self.job(job_id), {id: label for label, (id, _) in self.ats.job_fields.items()}
        with self.world.whole():
            for operation in request.get_json():
                if operation["op"] != "add" or operation["path"] != "/properties/-":
                    raise Refused(400, "Unsupported operation")
                label, value = known.get(operation["value"]["id"]), operation["value"]["value"]
                if label is None:
                    continue
                values = self.ats.job_fields[label][1]
                if value.get("id") == "null":
                    job.fields.pop(label, None)
                elif values is None:
                    job.fields[label] = value["label"]
                elif value.get("id") in values:
                    job.fields[label] = values[value["id"]]
                else:
                    raise Refused(400, f"Value of {label} does not exist")
            self.ats.wrote("job_properties")
            self.world.changed("job", "updated", job.id, by=self.ats.bot.id)
        return answer(None, 204)

    def hiring_team(self, job_id: str) -> dict[str, Any]:
        job = self.job(job_id)
        members = [{"id": id, "role": "HIRING_MANAGER"} for id in job.manager_ids]
        return self.page([*members, *({"id": id, "role": "RECRUITER"} for id in job.recruiter_ids)])

    def note_of(self, job_id: str) -> str:
        return "".join(one.body for one in self.world.notes_on("job", self.job(job_id).id))

    def put_note(self, job_id: str) -> Response:
        content = request.get_json()["content"]
        with self.world.whole():
            standing = self.world.notes_on("job", self.job(job_id).id)
            if standing:
                standing[0].body = content
            else:
                self.world.add_note(("job", job_id), content, by=self.ats.bot.id)
            self.ats.wrote("job_note")
        return answer(None, 204)
