"""A real Odoo 19 and the people in it: what a story asks of a stand-in, asked of the thing itself.

Every act is a call with the key of whoever would click it: the officer saves forms as the web client does (`web_save`),
the manager, who is an interviewer and nothing more, completes activities. Looking is the administrator's.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors.base import ATSError
from connectors.odoo import Odoo
from connectors.sandbox.kit import Colleague, EntryThere, There


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose keys there are: the integration user's, an officer's, an interviewer's, an administrator's."""

    bot: str
    officer: str
    interviewer: str
    admin: str

    @classmethod
    def read(cls, text: str) -> Keys:
        """From JSON as `users.py` of the setting-up writes it: {"bot": {"key": …}, …}."""
        given = json.loads(text)
        return cls(**{name: str(given[name]["key"]) for name in cls.__slots__})


class RealOdoo:
    """A counterpart that is a running Odoo with Recruitment. `close` takes away what was made."""

    name: ClassVar[str] = "odoo"
    title: ClassVar[str] = "Odoo"
    can_decide: ClassVar[bool] = True
    rings_at_all: ClassVar[bool] = True

    def __init__(self, url: str, keys: Keys, *, tidy: bool = True) -> None:
        self.url, self._keys, self._tidy = url, keys, tidy
        self.manager = self._colleague(keys.interviewer, "manager")
        self.recruiter = self.other_manager = self._colleague(keys.officer, "recruiter")
        self.jobs: list[int] = []
        self._rung: list[str] = []

    def call(self, key: str, model: str, method: str, **named: Any) -> Any:
        """POST /json/2/<model>/<method>; raises LookupError with Odoo's own sentence."""
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=60)
        headers = {"Authorization": f"bearer {key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/json/2/{model}/{method}", json.dumps(named), headers)
            answered = connection.getresponse()
            data = json.loads(answered.read())
        finally:
            connection.close()
        if answered.status >= 300:
            raise LookupError(f"{model}.{method}: {data.get('message')}")
        return data

    def _search(self, model: str, domain: list[Any], *fields: str, order: str = "id") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            self._keys.admin,
            model,
            "search_read",
            domain=domain,
            fields=list(fields),
            order=order,
            context={"active_test": False},
        )
        return found

    def _colleague(self, key: str, role: str) -> Colleague:
        id = self.call(key, "res.users", "context_get")["uid"]
        (row,) = self._search("res.users", [["id", "=", id]], "name", "email")
        return Colleague(str(id), row["name"], row["email"], role)

    def up(self) -> bool:
        """Whether it answers at all."""
        try:
            self.call(self._keys.bot, "res.users", "context_get")
        except (OSError, HTTPException, ValueError, LookupError):
            return False
        return True

    def connection(self) -> dict[str, dict[str, str]]:
        credentials = {"api_key": self._keys.bot, "admin_key": self._keys.admin}
        return {
            "credentials": credentials,
            "options": {"api_base": self.url, "rate_calls": "1000000", "rate_seconds": "1"},
        }

    def point_webhooks(self, url: str, secret: str) -> None:
        """By the product's own set-up, with the administrator's key."""
        given = self.connection()
        ats = Odoo(credentials=given["credentials"], options=given["options"], secrets=[secret])
        try:
            failed = [finding.what for finding in ats.subscribe(url, secret).findings if not finding.ok]
        finally:
            ats.close()
        if failed:
            raise ATSError(f"rules that couldn't be created: {failed}", permanent=True)
        self._rung.append(url)

    def lose_webhooks(self, *, lost: bool = True) -> None:
        """Switch our rules off: what happens meanwhile rings nobody, as when our door can't be reached."""
        ids = [row["id"] for row in self._rules()]
        self.call(self._keys.admin, "base.automation", "write", ids=ids, vals={"active": not lost})

    def _rules(self) -> list[dict[str, Any]]:
        actions = self._search("ir.actions.server", [["state", "=", "webhook"]], "webhook_url", "base_automation_id")
        ours = [one for one in actions if any(one["webhook_url"].startswith(f"{url}/") for url in self._rung)]
        return [{"id": one["base_automation_id"][0]} for one in ours if one["base_automation_id"]]

    # What an officer does.

    def create_requisition(
        self,
        *,
        title: str,
        description: str = "",
        status: str = "open",
        confidential: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> str:
        text = description if "<" in description else "".join(f"<p>{line}</p>" for line in description.splitlines())
        values = {
            "name": title,
            "description": text,
            "no_of_recruitment": 0 if status == "draft" else 1,
            "user_id": int(self.recruiter.id),
            "interviewer_ids": [[6, 0, [int(self.manager.id)]]],
            **(fields or {}),
        }
        id = self._save("hr.job", [], values)
        self.jobs.append(id)
        return str(id)

    def _save(self, model: str, ids: list[int], values: dict[str, Any]) -> int:
        """Save a form as the web client does."""
        saved = self.call(self._keys.officer, model, "web_save", ids=ids, vals=values, specification={"id": {}})
        return int(saved[0]["id"])

    def edit_requisition(self, requisition_id: str, *, title: str = "", description: str = "") -> None:
        given = {"name": title, "description": description}
        self._save("hr.job", [int(requisition_id)], {name: value for name, value in given.items() if value})

    def close_requisition(self, requisition_id: str) -> None:
        self.call(self._keys.officer, "hr.job", "action_archive", ids=[int(requisition_id)])

    def reopen_requisition(self, requisition_id: str) -> None:
        self.call(self._keys.officer, "hr.job", "action_unarchive", ids=[int(requisition_id)])

    def delete_requisition(self, requisition_id: str) -> None:
        self.call(self._keys.officer, "hr.job", "unlink", ids=[int(requisition_id)])

    def edit_decision(self, requisition_id: str, choice: str, line: str = "", *, days: str = "") -> None:
        values = {"x_kakuyaku_decision": choice, "x_kakuyaku_line": line}
        if days:
            values["x_kakuyaku_days"] = days
        self._save("hr.job", [int(requisition_id)], values)

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        return str(self._save("hr.applicant", [], {"partner_name": f"{last_name} {first_name}", "email_from": email}))

    def merge_people(self, old: str, into: str) -> None:
        self.delete_person(old)

    def delete_person(self, person_id: str) -> None:
        self.call(self._keys.officer, "hr.applicant", "unlink", ids=[int(person_id)])

    def plan_interview(self, application_id: str, starts_at: datetime, *, by: str = "", name: str = "面接") -> str:
        (user,) = self._search("res.users", [["id", "=", int(by or self.manager.id)]], "partner_id")
        values = {
            "name": name,
            "start": _moment(starts_at),
            "stop": _moment(starts_at + timedelta(hours=1)),
            "applicant_id": int(application_id),
            "partner_ids": [[6, 0, [user["partner_id"][0]]]],
        }
        return str(self._save("calendar.event", [], values))

    def set_interview(self, interview_id: str, status: str) -> None:
        """Odoo's calendar has no "held": time passes. A cancelled meeting is archived."""
        if status == "cancelled":
            self.call(self._keys.officer, "calendar.event", "action_archive", ids=[int(interview_id)])

    # What the manager does, with no more rights than an interviewer.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        words = f"承認 {line}" if choice == "approve" else "見送り"
        feedback = f"{words} {days}営業日" if days else words
        mine = self.call(
            self._keys.interviewer,
            "mail.activity",
            "search_read",
            domain=[["res_model", "=", "hr.job"], ["res_id", "=", int(requisition_id)]],
            fields=["summary"],
        )
        if not mine:
            raise LookupError("the manager has no activity on this job")
        self.call(self._keys.interviewer, "mail.activity", "action_feedback", ids=[mine[-1]["id"]], feedback=feedback)

    # Looking.

    def activities(self, requisition_id: str) -> list[dict[str, Any]]:
        domain = [["res_model", "=", "hr.job"], ["res_id", "=", int(requisition_id)]]
        return self._search("mail.activity", domain, "summary", "feedback", "active", "write_uid")

    def there(self, requisition_id: str) -> There:
        (job,) = self._search(
            "hr.job",
            [["id", "=", int(requisition_id)]],
            *("x_kakuyaku_calibration", "x_kakuyaku_message", "x_kakuyaku_decision", "x_kakuyaku_line"),
        )
        stands = str(job["x_kakuyaku_calibration"] or "")
        asked = any(f"[{stands}]" in str(one["summary"]) for one in self.activities(requisition_id))
        people = self._search(
            "hr.applicant", [["job_id", "=", int(requisition_id)]], *("email_from", "stage_id", "active", "categ_ids")
        )
        return There(
            notes=(*self._notes("hr.job", int(requisition_id)), str(job["x_kakuyaku_message"] or "")),
            asked=stands if asked else "",
            choice=str(job["x_kakuyaku_decision"] or ""),
            line=str(job["x_kakuyaku_line"] or ""),
            entries=tuple(self._entry(one) for one in people),
        )

    def _entry(self, one: dict[str, Any]) -> EntryThere:
        id = int(one["id"])
        tags = self._search("hr.applicant.category", [["id", "in", one["categ_ids"]]], "name")
        files = self._search("ir.attachment", [["res_model", "=", "hr.applicant"], ["res_id", "=", id]], "name")
        return EntryThere(
            application_id=str(id),
            person_id=str(id),
            stage=one["stage_id"][1] if one["stage_id"] else "",
            status="active" if one["active"] else "rejected",
            emails=(one["email_from"],) if one["email_from"] else (),
            notes=tuple(self._notes("hr.applicant", id)),
            tags=tuple(tag["name"] for tag in tags),
            files=tuple(file["name"] for file in files),
        )

    def _notes(self, model: str, id: int) -> list[str]:
        domain = [["model", "=", model], ["res_id", "=", id], ["message_type", "=", "comment"]]
        bodies = [str(row["body"]) for row in self._search("mail.message", domain, "body")]
        return [html.unescape(re.sub(r"<br\s*/?>", "\n", body)) for body in bodies]

    def mails_to_applicants(self) -> int:
        """How many mails Odoo itself wrote to applicants: none of ours should set one off."""
        return len(self._search("mail.mail", [["model", "=", "hr.applicant"]], "id"))

    def writes(self) -> dict[str, int]:
        raise NotImplementedError("a real Odoo counts no writes")

    def misbehave(self, kind: str, **how: Any) -> None:
        raise NotImplementedError("a real Odoo misbehaves by itself")

    def behave(self) -> None:
        """It behaves."""

    def close(self) -> None:
        """Take away jobs, applicants, meetings and rules that this one made."""
        if not (self._tidy and self.up()):
            return
        admin = self._keys.admin
        people = [row["id"] for row in self._search("hr.applicant", [["job_id", "in", self.jobs]])] if self.jobs else []
        meetings = [row["id"] for row in self._search("calendar.event", [["applicant_id", "in", people]])]
        rules = [row["id"] for row in self._rules()]
        for model, ids in (
            ("base.automation", rules),
            ("calendar.event", meetings),
            ("hr.applicant", people),
            ("hr.job", self.jobs),
        ):
            if ids:
                self.call(admin, model, "unlink", ids=ids)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
