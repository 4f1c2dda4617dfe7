"""A stand-in for Odoo 19 Recruitment, built from what a running one answered and from its documentation.

Read `domains` (its searches), `rows` (its records), `wire` (its JSON-2 API). Below: its people, its automation rules, and
the webhooks those send. It knows fields, rules and methods that an integration like ours uses, and refuses others in Odoo's words.
"""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import Blueprint, Response, request

from connectors.sandbox.kit import Change, Form, Hook, Rung, StandIn, There
from connectors.sandbox.standins.odoo import wire
from connectors.sandbox.standins.odoo.domains import holds
from connectors.sandbox.standins.odoo.rows import Records, Row

DECIDED_AT = "x_kakuyaku_decided_at"
# What each model's webhook may carry, and what a change is called there.
MODEL_OF = {"job": "hr.job", "post": "hr.job", "person": "hr.applicant", "application": "hr.applicant"}
MODEL_OF |= {"form": "mail.activity", "meeting": "calendar.event"}


class OdooStandIn(StandIn):
    """A database with Recruitment and automation rules, its integration user and an administrator's key."""

    name: ClassVar[str] = "odoo"
    title: ClassVar[str] = "Odoo"
    confidential_jobs: ClassVar[bool] = False
    # hr.job and hr.applicant; a page is as long as it is asked for.
    lists: ClassVar[tuple[tuple[str, int], ...]] = (("requisitions", 500), ("people", 500))
    numeric_ids: ClassVar[bool] = True
    KEY: ClassVar[str] = "odoo-stand-in-key-of-the-integration-user"
    ADMIN_KEY: ClassVar[str] = "odoo-stand-in-key-of-an-administrator"
    DATABASE: ClassVar[str] = "ats"

    def __init__(self, **how: Any) -> None:
        self._applicant = ""
        self._rows = itertools.count(9001)
        self._fields: dict[str, int] = {}
        # Odoo sends a webhook once.
        super().__init__(**{"retry_after": (), **how})

    def _fill(self) -> None:
        super()._fill()
        self.records = Records(self.world, self.recruiter)

    def connection(self) -> dict[str, dict[str, str]]:
        credentials = {"api_key": self.KEY, "admin_key": self.ADMIN_KEY}
        return {"credentials": credentials, "options": {**self.hurry(), "database": self.DATABASE}}

    def new_id(self, kind: str) -> str:
        """Numbers; an applicant's is both the person's and the application's."""
        if kind == "application" and self._applicant:
            id, self._applicant = self._applicant, ""
            return id
        id = super().new_id(kind)
        if kind == "person":
            self._applicant = id
        return id

    def place(self, person_id: str, job_id: str, stage_id: str, *, by: str) -> None:
        self._applicant = person_id
        self.world.add_application(person_id, job_id, stage_id, by=by)

    def wire(self) -> Blueprint:
        return wire.blueprint(self)

    def is_write(self) -> bool:
        return request.path.rpartition("/")[2] not in wire.READING

    def refusal(self, status: int, words: str) -> Response:
        return wire.error(status, words)

    # The system's own records: fields, views, rules and their actions.

    def field_rows(self, domain: Sequence[Any]) -> list[Row]:
        """Every field of every model there is, known or manual, as far as a domain names them."""
        asked = {str(term[0]): term[2] for term in domain}
        wanted = asked["name"] if isinstance(asked["name"], list) else [asked["name"]]
        return [{"id": self._fields.setdefault(name, 100 + len(self._fields)), "name": name} for name in wanted]

    def create_plain(self, model: str, values: Row) -> int:
        id = next(self._rows)
        if model == "ir.model.fields":
            self.records.custom[values["name"]] = values["ttype"]
            return id
        table = self.records.plain.setdefault(model, {})
        if "name" in values and model in ("hr.applicant.category", "utm.source"):
            if any(row["name"].casefold() == values["name"].casefold() for row in table.values()):
                raise wire.Refused(422, "odoo.exceptions.ValidationError", "Tag name already exists!")
            id = len(table) + 1
        row = {"id": id, "active": True, **values}
        if model == "ir.actions.server":
            row.setdefault("webhook_url", False)
        if model == "ir.ui.view":
            row["arch_db"] = row["arch"]
        for _, _, action in row.pop("action_server_ids", ()):
            self.create_plain("ir.actions.server", {**action, "base_automation_id": id, "trigger": row["trigger"]})
        table[id] = row
        if model == "ir.actions.server" and row["state"] == "webhook":
            self._bell.add(Hook(str(id), row["webhook_url"], "", frozenset({str(id)})))
        return id

    def rewritten(self, model: str, row: Row) -> None:
        if model == "ir.ui.view":
            row["arch_db"] = row["arch"]
        for hook in self._bell.hooks:
            if model == "ir.actions.server" and hook.id == str(row["id"]):
                hook.url = row["webhook_url"]

    def point_webhooks(self, url: str, secret: str) -> None:
        """What an administrator clicks together by our documentation's list."""
        for name, model, trigger, only in CLICKED:
            fields = {"mail.activity": ("res_model", "res_id"), "calendar.event": ("applicant_id",)}.get(model, ())
            gone = trigger == "on_unlink"
            sent = () if gone else (*fields, "write_date")
            action = {"name": name, "state": "webhook", "webhook_url": f"{url}/{secret}", "sent": sent}
            domain = "[]" if gone else f"[{only}('write_uid', '!=', {self.bot.id})]"
            values = {"name": name, "model_id": wire.MODELS[model], "trigger": trigger, "filter_domain": domain}
            self.create_plain("base.automation", {**values, "action_server_ids": [[0, 0, action]]})

    # Ringing.

    def rings(self, change: Change) -> list[Rung]:
        """Every rule of the model whose domain the record is in; a body of the fields its action names."""
        if change.by:
            self.records.writers[change.kind, change.id] = int(change.by)
        model = MODEL_OF.get(change.kind)
        if model is None:
            return []
        id = int(change.facts.get("job_id", change.id))
        if change.kind == "application":
            id = int(self.world.applications[change.id].person_id)
        trigger = "on_unlink" if change.what in ("deleted", "merged") else "on_create_or_write"
        row = self.records.row(model, id) or {"id": id, "write_uid": self.records.writer(change.kind, change.id)}
        if change.by:
            row["write_uid"] = int(change.by)
        return [
            Rung(str(action["id"]), self._body(action, model, row))
            for action in list(self.records.plain.get("ir.actions.server", {}).values())
            if action["state"] == "webhook" and self._applies(action, model, trigger, row)
        ]

    def _applies(self, action: Row, model: str, trigger: str, row: Row) -> bool:
        rule = self.records.plain["base.automation"].get(action["base_automation_id"])
        if rule is None or rule["model_id"] != wire.MODELS[model] or rule["trigger"] != trigger:
            return False
        return holds(ast.literal_eval(rule["filter_domain"]), row)

    def _body(self, action: Row, model: str, row: Row) -> Row:
        # Set up through the API, its fields are numbers.
        ((_, _, numbers),) = action.get("webhook_field_ids", [[6, 0, []]])
        sent = action.get("sent") or [name for name, number in self._fields.items() if number in numbers]
        body: Row = {
            "_action": f"{action['name']}(#{action['id']})",
            "_id": row["id"],
            "_model": model,
            "id": row["id"],
        }
        for name in sorted(sent):
            if name in row:
                body[name] = row[name] if name != "write_date" else row[name].strftime("%Y-%m-%d %H:%M:%S.%f")
        return body

    def sign(self, hook: Hook, rung: Rung, event_id: str) -> tuple[str, Mapping[str, str], bytes]:
        """Nothing is signed; the address is all there is. Keys come sorted, Japanese escaped."""
        headers = {"User-Agent": "python-requests/2.34.2", "Accept": "*/*"}
        return hook.url, headers, json.dumps(rung.payload, sort_keys=True).encode()

    # People acting in Odoo's own pages.

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Complete the activity; where there is none open, edit the job's fields, as an officer may."""
        with self.world.whole():
            open_ones = [one for one in self._activities(requisition_id) if one.at is None]
            if open_ones and choice != "pending":
                words = f"承認 {line}" if choice == "approve" else "見送り"
                feedback = f"{words} {days}営業日" if days else words
                self.world.submit_form(open_ones[-1].id, {"feedback": feedback}, by=by or self.manager.id)
                self.world.jobs[requisition_id].extra["said"] = (choice, line)
                return
            self.edit_decision(requisition_id, choice, line, by=by, days=days)

    def edit_decision(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Edit the fields on the job's page. Odoo runs the rule that dates an edit, where there is one."""
        with self.world.whole():
            job = self.world.jobs[requisition_id]
            job.fields |= {"x_kakuyaku_decision": choice, "x_kakuyaku_line": line or False}
            if days:
                job.fields["x_kakuyaku_days"] = days
            actions = self.records.plain.get("ir.actions.server", {}).values()
            if any(action["state"] == "code" and DECIDED_AT in action["code"] for action in actions):
                job.fields[DECIDED_AT] = self.now()
            job.extra["said"] = (choice, line)
            self.world.changed("job", "updated", requisition_id, by=by or self.recruiter.id)

    def merge_people(self, old: str, into: str) -> None:
        """Odoo Community merges nobody: the duplicate is deleted."""
        self.delete_person(old)

    # Looking.

    def _activities(self, requisition_id: str) -> list[Form]:
        return [one for one in self.world.forms.values() if one.extra.get("job_id") == requisition_id]

    def asked(self, requisition_id: str) -> str:
        """What the activity asks about, if the fields agree."""
        stands = str(self.world.jobs[requisition_id].fields.get("x_kakuyaku_calibration") or "")
        asked = any(f"[{stands}]" in one.extra["summary"] for one in self._activities(requisition_id))
        return stands if asked else ""

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        stands: tuple[str, str] = self.world.jobs[requisition_id].extra.get("said", ("", ""))
        return stands

    def there(self, requisition_id: str) -> There:
        found = super().there(requisition_id)
        message = str(self.world.jobs[requisition_id].fields.get("x_kakuyaku_message") or "")
        notes = (*found.notes, message) if message else found.notes
        return There(notes, found.asked, found.choice, found.line, found.entries)


CLICKED = (
    ("kakuyaku: job", "hr.job", "on_create_or_write", ""),
    ("kakuyaku: job gone", "hr.job", "on_unlink", ""),
    ("kakuyaku: activity", "mail.activity", "on_create_or_write", "('res_model', '=', 'hr.job'), "),
    ("kakuyaku: applicant", "hr.applicant", "on_create_or_write", ""),
    ("kakuyaku: applicant gone", "hr.applicant", "on_unlink", ""),
    ("kakuyaku: meeting", "calendar.event", "on_create_or_write", "('applicant_id', '!=', False), "),
)
