"""`/json/2/<model>/<method>` as Odoo 19 answers it: named arguments in, what the method returns out.

Errors have Odoo's five keys, a traceback in `debug` always among them. Models of the system (fields, views, rules) are an
administrator's; the integration user hears 403 there.
"""

from __future__ import annotations

import base64
import html
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from connectors.sandbox.kit import answer
from connectors.sandbox.standins.odoo.domains import BadDomain, holds, names, plain
from connectors.sandbox.standins.odoo.rows import Row, shown

if TYPE_CHECKING:
    from connectors.sandbox.standins.odoo import OdooStandIn

ADMINISTRATORS = {"ir.model", "ir.model.fields", "ir.ui.view", "base.automation", "ir.actions.server"}
READING = {"search_read", "read", "fields_get", "context_get", "get_view", "has_access"}
MODELS = {"hr.job": 101, "hr.applicant": 102, "mail.activity": 103, "calendar.event": 104}
PLAIN = {"hr.applicant.category", "utm.source", *ADMINISTRATORS}


class Refused(Exception):
    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name = status, name


def error(status: int, message: str, name: str = "odoo.exceptions.UserError") -> Response:
    debug = f'Traceback (most recent call last):\n  File "/odoo/http.py", line 2273\n{name}: {message}'
    body = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": debug}
    return answer(body, status)


def blueprint(there: OdooStandIn) -> Blueprint:
    wire = Blueprint("odoo", __name__)

    @wire.post("/json/2/<model>/<method>")
    def call(model: str, method: str) -> Response:
        key = request.headers.get("Authorization", "").removeprefix("bearer ")
        if key not in (there.KEY, there.ADMIN_KEY):
            return error(401, "Invalid apikey", "werkzeug.exceptions.Unauthorized")
        if request.headers.get("X-Odoo-Database", there.DATABASE) != there.DATABASE:
            return error(404, "Database not found", "werkzeug.exceptions.NotFound")
        named = request.get_json(silent=True)
        if not isinstance(named, dict):
            return error(400, "could not parse the body as json", "werkzeug.exceptions.BadRequest")
        try:
            with there.world.whole():
                if key != there.ADMIN_KEY and model in ADMINISTRATORS:
                    raise Refused(403, "odoo.exceptions.AccessError", f"You are not allowed to access {model} records.")
                return answer(Calls(there, there.bot.id).run(model, method, named))
        except Refused as refused:
            return error(refused.status, str(refused), refused.name)
        except BadDomain as bad:
            return error(500, str(bad), "builtins.ValueError")

    return wire


def missing(model: str, id: int) -> Refused:
    words = f"Record does not exist or has been deleted.\n(Record: {model}({id},), User: 5)"
    return Refused(404, "odoo.exceptions.MissingError", words)


class Calls:
    """The methods there are, acting as `uid`."""

    def __init__(self, there: OdooStandIn, uid: str) -> None:
        self.there, self.uid, self.records, self.world = there, uid, there.records, there.world

    def run(self, model: str, method: str, named: Row) -> Any:
        made: dict[str, Callable[..., Any]] = {
            "search_read": self.search_read,
            "has_access": lambda model, ids, operation: True,
            "context_get": lambda model: {"lang": "en_US", "tz": False, "uid": int(self.uid)},
            "fields_get": self.fields_get,
            "get_view": self.get_view,
            "create": self.create,
            "write": self.write,
            "unlink": self.unlink,
            "message_post": self.message_post,
            "activity_schedule": self.activity_schedule,
        }
        if method not in made:
            words = f"The method '{model}.{method}' does not exist"
            raise Refused(404, "werkzeug.exceptions.NotFound", words)
        try:
            return made[method](model, **named)
        except TypeError as wrong:
            raise Refused(500, "builtins.TypeError", str(wrong)) from wrong

    # Reading.

    def search_read(
        self,
        model: str,
        domain: Sequence[Any] = (),
        fields: Sequence[str] = (),
        order: str = "id",
        limit: int = 0,
        context: Row | None = None,
    ) -> list[Row]:
        if model == "ir.model":
            rows: list[Row] = [{"id": id, "model": name} for name, id in MODELS.items()]
            return [row for row in rows if holds(domain, row)]
        if model == "ir.model.fields" and ["model", "in", []] not in list(domain):
            return [shown(row, fields) for row in self.there.field_rows(domain)]
        if not fields:
            raise Refused(403, "odoo.exceptions.AccessError", "You do not have enough rights to access hr.employee")
        hides = (context or {}).get("active_test", True) is not False and "active" not in set(names(domain))
        found: list[Row] = []
        for id in self._narrowed(model, domain):
            row = self.records.row(model, id)
            if row is None or (hides and not row.get("active", True)) or not holds(domain, row):
                continue
            unknown = [name for name in fields if name not in row]
            if unknown:
                raise BadDomain(f"Invalid field '{unknown[0]}' on '{model}'")
            found.append(shown(row, [name for name in fields if name != "id"]))
            if limit and len(found) == limit and order == "id":
                break
        return found

    def _narrowed(self, model: str, domain: Sequence[Any]) -> Sequence[int]:
        """Ids worth looking at, as an index would give them."""
        ids = self.records.ids(model)
        if not plain(domain):
            return ids
        for field, operator, value in domain:
            if field == "id" and operator in ("=", "in"):
                return sorted(value) if operator == "in" else [value]
            if model == "hr.applicant" and (field, operator) == ("email_normalized", "=") and value:
                return sorted(int(one.id) for one in self.world.by_address(value))
            if model == "hr.applicant" and (field, operator) == ("job_id", "=") and value:
                return sorted(int(one.person_id) for one in self.world.on_job(str(value)))
        after = max((term[2] for term in domain if term[0] == "id" and term[1] == ">"), default=0)
        return ids[bisect_right(ids, after) :]

    def fields_get(self, model: str, attributes: Sequence[str]) -> Row:
        return {"name": {"type": "char"}, **{name: {"type": kind} for name, kind in self.records.custom.items()}}

    def get_view(self, model: str, view_type: str) -> Row:
        views = self.records.plain.get("ir.ui.view", {}).values()
        return {"id": 589, "arch": "<form>" + "".join(row["arch_db"] for row in views) + "</form>"}

    def _existing(self, model: str, ids: Sequence[int]) -> Row:
        row = self.records.row(model, ids[0]) if ids else None
        if row is None:
            raise missing(model, ids[0] if ids else 0)
        return row

    # Writing.

    def create(self, model: str, vals_list: Sequence[Row], context: Row | None = None) -> list[int]:
        (values,) = vals_list
        self.there.wrote(f"{model} create")
        if model == "hr.applicant":
            return [self._applicant(values)]
        if model == "ir.attachment":
            content = base64.b64decode(values["datas"], validate=True)
            on = ("person", str(values["res_id"]))
            self._existing(values["res_model"], [values["res_id"]])
            return [int(self.world.add_file(on, values["name"], content, values["mimetype"]).id)]
        if model in PLAIN:
            return [self.there.create_plain(model, values)]
        raise Refused(403, "odoo.exceptions.AccessError", f"You are not allowed to create {model} records.")

    def _applicant(self, values: Row) -> int:
        last, _, first = str(values["partner_name"]).partition(" ")
        emails = [values["email_from"]] if values.get("email_from") else []
        phones = [values["partner_phone"]] if values.get("partner_phone") else []
        person = self.world.add_person(first, last, emails=emails, phones=phones, by=self.uid)
        person.extra["source_id"] = values.get("source_id", False)
        self._place(person.id, values)
        return int(person.id)

    def _place(self, person_id: str, values: Row) -> None:
        first = min(self.world.stages.values(), key=lambda stage: stage.order).id
        self.there.place(person_id, str(values["job_id"]), str(values.get("stage_id") or first), by=self.uid)

    def write(self, model: str, ids: Sequence[int], vals: Row, context: Row | None = None) -> bool:
        row, id = self._existing(model, ids), str(ids[0])
        self.there.wrote(f"{model} write")
        if model == "hr.job":
            unknown = [name for name in vals if name not in self.records.custom]
            if unknown:
                raise BadDomain(f"Invalid field '{unknown[0]}' on 'hr.job'")
            self.world.jobs[id].fields.update(vals)
            self.world.changed("job", "updated", id, by=self.uid)
        elif model == "hr.applicant":
            for command, tag in vals.get("categ_ids", ()):
                assert command == 4
                self.world.people[id].tags.append(self.records.plain["hr.applicant.category"][tag]["name"])
                self.world.changed("person", "updated", id, by=self.uid)
            if "job_id" in vals:
                self._place(id, vals)
            elif "stage_id" in vals:
                if str(vals["stage_id"]) not in self.world.stages:
                    raise missing("hr.recruitment.stage", vals["stage_id"])
                self.world.move(self.world.of_person(id)[0].id, str(vals["stage_id"]), by=self.uid)
        elif model in PLAIN:
            row.update(vals)
            self.there.rewritten(model, row)
        return True

    def unlink(self, model: str, ids: Sequence[int]) -> bool:
        self._existing(model, ids)
        self.there.wrote(f"{model} unlink")
        assert model == "mail.activity"
        del self.world.forms[str(ids[0])]
        return True

    def message_post(
        self,
        model: str,
        ids: Sequence[int],
        body: str = "",
        message_type: str = "notification",
        subtype_xmlid: str = "",
        body_is_html: bool = False,
    ) -> list[int]:
        self._existing(model, ids)
        self.there.wrote(f"{model} message_post")
        on = ("job" if model == "hr.job" else "person", str(ids[0]))
        # A plain text is escaped, its line ends stay what they are: one line to whoever reads it.
        text = body if body_is_html else f"<p>{html.escape(body, quote=False)}</p>"
        return [int(self.world.add_note(on, text.replace("<br/>", "<br>"), by=self.uid).id)]

    def activity_schedule(
        self,
        model: str,
        ids: Sequence[int],
        act_type_xmlid: str = "",
        summary: str = "",
        note: str = "",
        user_id: int = 0,
    ) -> list[int]:
        self._existing(model, ids)
        self.there.wrote("mail.activity create")
        extra = {"summary": summary, "note": note, "user_id": user_id or self.uid, "create_uid": self.uid}
        return [int(self.world.add_form("", self.uid, job_id=str(ids[0]), **extra).id)]
