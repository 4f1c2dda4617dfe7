"""Candidates, their applications and what is written on them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Response, request

from connectors.sandbox.kit import Person, Placement, answer
from connectors.sandbox.standins.smartrecruiters.lists import Lists, Refused, iso


class People(Lists):
    """The Candidate and Message APIs."""

    def person(self, id: str) -> Person:
        found = self.world.people.get(id)
        if found is None or found.deleted:
            raise Refused(404, "Candidate not found")
        return found

    def placement(self, id: str, job_id: str) -> Placement:
        for one in self.world.of_person(self.person(id).id):
            if one.job_id == job_id:
                return one
        raise Refused(404, "Application not found")

    def search(self) -> dict[str, Any]:
        """Keyword search, one at a time. Those in no pipeline but a talent pool are not found (`extra["pool"]`)."""
        if not self.ats.searching.acquire(blocking=False):
            raise Refused(429, "Concurrent request limit exceeded")
        try:
            after, asked = self.updated_after(), request.args
            tags = {tag.casefold() for tag in asked.getlist("tag")}
            found: Iterable[Person] = [one for one in list(self.world.people.values()) if not one.deleted]
            found = [one for one in found if not one.extra.get("pool") and (after is None or one.updated_at > after)]
            if job_id := asked.get("jobId"):
                there = {one.person_id for one in self.world.on_job(job_id)}
                found = [one for one in found if one.id in there]
            if tags:
                found = [one for one in found if tags & {tag.casefold() for tag in one.tags}]
            if asked.get("q"):
                found = [one for one in found if matches(asked["q"], one)]
            listed = self.page(list(found))
            listed["content"] = [self.person_listed(one) for one in listed["content"]]
            return listed
        finally:
            self.ats.searching.release()

    def person_listed(self, one: Person) -> dict[str, Any]:
        places = [self.assignment(each) for each in self.world.of_person(one.id)]
        return {
            "id": one.id,
            "internal": False,
            "firstName": one.first_name,
            "lastName": one.last_name,
            "email": one.emails[0] if one.emails else None,
            "createdOn": iso(one.created_at),
            "updatedOn": iso(one.updated_at),
            "tags": one.tags,
            "primaryAssignment": places[0] if places else None,
            "secondaryAssignments": places[1:],
        }

    def person_whole(self, one: Person) -> dict[str, Any]:
        job = {"title": one.title, "company": one.company, "current": True}
        phone = one.phones[0] if one.phones else None
        experience = [job] if one.title or one.company else []
        return {**self.person_listed(one), "phoneNumber": phone, "experience": experience, "education": []}

    def assignment(self, one: Placement) -> dict[str, Any]:
        status, step = self.ats._status(one)
        return {"job": {"id": one.job_id}, "status": status, "subStatus": step or None}

    def add_candidate(self, job_id: str) -> Response:
        job, given = self.job(job_id), request.get_json()
        if not all(given.get(name) for name in ("firstName", "lastName", "email")):
            return answer({"message": "Bad request", "errors": [{"code": "X", "message": "email is required"}]}, 400)
        with self.world.whole():
            known = self.world.by_address(given["email"])
            now = (given.get("experience") or [{}])[0]
            person = known[0] if known else None
            if person is None:
                person = self.world.add_person(
                    given["firstName"],
                    given["lastName"],
                    emails=[given["email"]],
                    phones=[given["phoneNumber"]] if given.get("phoneNumber") else [],
                    company=now.get("company", ""),
                    title=now.get("title", ""),
                    by=self.ats.bot.id,
                )
            if any(one.job_id == job.id for one in self.world.of_person(person.id)):
                raise Refused(409, "Candidate is already assigned to the job")
            person.tags += [tag for tag in given.get("tags", []) if tag not in person.tags]
            person.extra.pop("pool", None)
            self.world.add_application(person.id, job.id, self.ats.start_status, by=self.ats.bot.id)
            self.ats.wrote("candidates")
        return answer(self.person_whole(person), 201)

    def add_tags(self, id: str) -> Response:
        person = self.person(id)
        with self.world.whole():
            person.tags += [tag for tag in request.get_json()["tags"] if tag not in person.tags]
            self.ats.wrote("tags")
            self.world.changed("person", "updated", person.id, by=self.ats.bot.id)
        return answer({"tags": person.tags}, 201)

    def application(self, id: str, job_id: str) -> dict[str, Any]:
        one = self.placement(id, job_id)
        pages = "https://www.smartrecruiters.com/app/people/applications"
        return {**self.assignment(one), "url": f"{pages}/{one.id}/profile"}

    def put_status(self, id: str, job_id: str) -> Response:
        one, given = self.placement(id, job_id), request.get_json()
        step = given.get("subStatus")
        stage_id = f"{given['status']}/{step}" if step else given["status"]
        if stage_id not in self.world.stages:
            raise Refused(400, "Status or sub-status does not exist")
        with self.world.whole():
            self.ats._put_status(one, stage_id, self.ats.bot.id)
            self.ats.wrote("status")
        return answer(None, 204)

    def history(self, id: str, job_id: str) -> dict[str, Any]:
        """Status and time; the reference names nobody who changed it."""
        return self.page(
            [
                {"changedOn": iso(each.at), "status": each.stage_id.partition("/")[0], "subStatus": None}
                for each in self.placement(id, job_id).history
            ]
        )

    def candidate_definitions(self) -> dict[str, Any]:
        known = self.ats.candidate_fields.items()
        return self.page([{"id": id, "label": label, "type": "TEXT"} for label, id in known])

    def candidate_properties(self, id: str, job_id: str) -> dict[str, Any]:
        standing = self.placement(id, job_id).fields
        return self.page(
            [
                {"id": self.ats.candidate_fields[label], "label": label, "type": "TEXT", "value": value}
                for label, value in standing.items()
            ]
        )

    def put_candidate_properties(self, id: str, job_id: str) -> Response:
        one, labels = self.placement(id, job_id), {id: label for label, id in self.ats.candidate_fields.items()}
        with self.world.whole():
            for given in request.get_json():
                label = labels.get(given["id"])
                if label is None:
                    raise Refused(400, "Candidate property does not exist")
                one.fields.pop(label, None)
                if "value" in given:
                    one.fields[label] = given["value"]
            self.ats.wrote("candidate_properties")
            self.world.changed("application", "updated", one.id, by=self.ats.bot.id)
        return answer(None, 204)

    def attachments(self, id: str, job_id: str) -> dict[str, Any]:
        files = self.world.files_on("application", self.placement(id, job_id).id)
        return self.page([{"id": one.id, "name": one.filename, "contentType": one.media_type} for one in files])

    def attach(self, id: str, job_id: str) -> Response:
        one, file = self.placement(id, job_id), request.files["file"]
        if request.form.get("attachmentType") not in ("GENERIC_FILE", "RESUME", "COVER_LETTER"):
            raise Refused(400, "attachmentType is invalid")
        made = self.world.add_file(("application", one.id), file.filename or "", file.read(), file.mimetype)
        self.ats.wrote("attachments")
        return answer({"id": made.id, "name": made.filename}, 201)

    # Messages.

    def messages(self) -> dict[str, Any]:
        person = self.person(request.args["candidateId"])
        notes = self.world.notes_on("person", person.id)
        return self.page([{"content": one.body, "createdOn": iso(one.at), "authorId": one.by} for one in notes])

    def share(self) -> Response:
        content = request.get_json()["content"]
        if not 1 <= len(content) <= 10_000:
            raise Refused(400, "content: length between 1 and 10000")
        tagged = re.search(r"#\[CANDIDATE:([^\]]+)\]", content)
        on = ("person", self.person(tagged[1]).id) if tagged else ("mention", "")
        made = self.world.add_note(on, content, by=self.ats.bot.id)
        self.ats.wrote("messages" if tagged else "mentions")
        return answer({"id": made.id, "shareRequired": False}, 201)


def matches(query: str, one: Person) -> bool:
    """Keywords as the help page has them: each by itself, in any field; in quotes, together and in order."""
    words = tokens(" ".join([one.first_name, one.last_name, *one.emails, one.company, one.title, *one.tags]))
    if query.startswith('"') and query.endswith('"'):
        wanted = tokens(query)
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
    return bool(set(tokens(query)) & set(words))


def tokens(text: str) -> list[str]:
    return [each for each in re.split(r"[^\w]+", text.casefold()) if each]
