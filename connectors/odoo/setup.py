"""Setting an Odoo up with an administrator's key: our fields, their page on the job's form, the rule that dates an edit.

The integration user is no administrator, and needn't become one: `admin_key` is used here alone, and what is to be clicked
without it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.base import ATSError, refusal
from connectors.odoo import fields
from connectors.odoo.entries import Entries
from connectors.odoo.json2 import Json2
from connectors.odoo.shapes import HrRecruitmentStage, MailActivity
from connectors.records import Finding, Said

VIEW = "kakuyaku.hr.job.form"
DATING = "kakuyaku: decision edited"
# Run by Odoo in whatever user's name edits a decision field.
DATING_CODE = f"records.write({{'{fields.DECIDED_AT}': datetime.datetime.now()}})"

CREDENTIALS = Said("credentials", "認証情報")
ADMINISTRATOR = Said("administrator's key", "管理者のキー")
SET_UP_AGAIN = Said(
    "run connect again with an administrator's key (admin_key); or create it under Settings > Technical as docs/odoo.md lists",
    "管理者のキー（admin_key）を入力してもう一度 connect を実行するか、docs/odoo.ja.md の一覧に従って「設定 > 技術」で作成してください",
)


class SetUp(Entries):
    """Set a database up and check it. `admin` is a session with the administrator's key, else with our own."""

    admin: Json2

    def set_up(self) -> list[Finding]:
        """Create those of our fields, view and rule that are missing. Calling it twice changes nothing."""
        try:
            model_id = self.model_ids(["hr.job"])["hr.job"]
        except ATSError as problem:
            if problem.status != 403:
                raise
            return [self._no_administrator(), *self._fields()]
        standing = self._types()
        for field in fields.FIELDS:
            if field.name not in standing:
                self.admin.create("ir.model.fields", fields.creation(field, model_id))
        self._ensure_view()
        self._ensure_dating(model_id)
        made = {field.name for field in fields.FIELDS} - set(standing)
        return [*self._fields(made), self._view_finding(), self._dating_finding()]

    def _no_administrator(self) -> Finding:
        return Finding(
            ADMINISTRATOR,
            ok=True,
            detail=Said(
                "none given: fields, their page and the rules can't be created from here",
                "未入力のため、項目・画面・ルールをここから作成できません",
            ),
        )

    def model_ids(self, models: Sequence[str]) -> dict[str, int]:
        """The numbers Odoo gave its models; an administrator's to read."""
        found = self.admin.call(
            "ir.model", "search_read", domain=[["model", "in", list(models)]], fields=["model"], order="id"
        )
        return {str(one["model"]): int(one["id"]) for one in _rows(found)}

    def field_ids(self, model: str, names: Sequence[str]) -> list[int]:
        if not names:
            return []
        domain = [["model", "=", model], ["name", "in", list(names)]]
        return [int(one["id"]) for one in self.found("ir.model.fields", domain)]

    def found(self, model: str, domain: Sequence[Any], names: Sequence[str] = ("id",)) -> list[dict[str, Any]]:
        """Rows of an administrator's model, archived ones as well."""
        found = self.admin.call(
            model,
            "search_read",
            domain=list(domain),
            fields=list(names),
            order="id",
            context={"active_test": False},
        )
        return _rows(found)

    def _ensure_view(self) -> None:
        arch = fields.form_page()
        standing = self.found("ir.ui.view", [["name", "=", VIEW]], ["arch_db", "active"])
        if not standing:
            whole = self.admin.call("hr.job", "get_view", view_type="form")
            values = {"name": VIEW, "model": "hr.job", "inherit_id": int(whole["id"]), "arch": arch, "type": "form"}
            self.admin.create("ir.ui.view", values)
        elif "".join(str(standing[0]["arch_db"]).split()) != "".join(arch.split()):
            self.admin.write("ir.ui.view", standing[0]["id"], {"arch": arch})

    def _view_finding(self) -> Finding:
        what = Said(f"page “{fields.PAGE}” on the job's form", f"求人フォームの「{fields.PAGE}」タブ")
        shown = f'name="{fields.DECISION}"' in str(self.odoo.call("hr.job", "get_view", view_type="form"))
        return Finding(what, ok=shown, todo="" if shown else SET_UP_AGAIN)

    def _ensure_dating(self, model_id: int) -> None:
        if self.found("base.automation", [["name", "=", DATING]]):
            return
        action = {
            "name": DATING,
            "model_id": model_id,
            "state": "code",
            "code": DATING_CODE,
            "usage": "base_automation",
        }
        self.admin.create(
            "base.automation",
            {
                "name": DATING,
                "model_id": model_id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [[6, 0, self.field_ids("hr.job", fields.DECIDING)]],
                "filter_domain": f"[('write_uid', '!=', {self.own_id()}), ('{fields.CALIBRATION}', '!=', False)]",
                "action_server_ids": [[0, 0, action]],
            },
        )

    def _dating_finding(self) -> Finding:
        standing = self.found("base.automation", [["name", "=", DATING]], ["active"])
        on = bool(standing) and bool(standing[0]["active"])
        what = Said(f"rule “{DATING}”", f"ルール「{DATING}」")
        return Finding(what, ok=on, todo="" if on else SET_UP_AGAIN)

    def _types(self) -> dict[str, str]:
        """Our fields as they stand on jobs: type by name. Readable by everybody who may see jobs."""
        found = self.odoo.call("hr.job", "fields_get", attributes=["type"])
        return {name: str(each.get("type")) for name, each in found.items() if name.startswith(fields.PREFIX)}

    def _fields(self, made: frozenset[str] | set[str] = frozenset()) -> Iterator[Finding]:
        standing = self._types()
        for field in fields.FIELDS:
            what = Said(f"field {field.name}", f"項目 {field.name}")
            there = standing.get(field.name)
            if there is None:
                yield Finding(what, ok=False, detail=Said("is missing", "ありません"), todo=SET_UP_AGAIN)
            elif there != field.ttype:
                detail = Said(f"is of type {there}, not {field.ttype}", f"型が {there} です（正しくは {field.ttype}）")
                todo = Said(
                    "delete it under Settings > Technical > Fields and run connect again",
                    "「設定 > 技術 > 項目」で削除し、もう一度 connect を実行してください",
                )
                yield Finding(what, ok=False, detail=detail, todo=todo)
            else:
                yield Finding(
                    what,
                    ok=True,
                    detail=Said("created", "作成しました") if field.name in made else Said("is there", "あります"),
                )

    # Checking, with our own key.

    def check(self) -> list[Finding]:
        """Check key, rights, fields and stages by using them; name what only an administrator can see."""
        try:
            self._own_id = None
            who = self.users([self.own_id()])[self.own_id()]
        except (ATSError, KeyError) as problem:
            todo = Said(
                "make a new key in Odoo: the integration user's Preferences > Account security (keys of people who are"
                " no administrators expire)",
                "Odoo で連携用ユーザーの「設定 > アカウントのセキュリティ」から新しい API キーを作成してください（管理者以外のキーには期限があります）",
            )
            return [refusal(CREDENTIALS, problem, todo)]
        findings = [Finding(CREDENTIALS, ok=True, detail=Said(f"a key of {who.name}", f"{who.name} さんのキーです"))]
        findings += self._rights()
        findings += self._fields()
        findings += self._templates()
        if not self.credentials.get("admin_key"):
            findings.append(
                Finding(
                    Said("automation rules", "オートメーションルール"),
                    ok=True,
                    detail=Said(
                        "only an administrator sees them: Settings > Technical > Automation Rules, those named kakuyaku",
                        "管理者だけが確認できます：「設定 > 技術 > オートメーションルール」の kakuyaku で始まるルール",
                    ),
                )
            )
        return findings

    def _rights(self) -> Iterator[Finding]:
        """Whether our user may do what is needed, as Odoo itself says (`has_access`)."""
        todo = Said(
            "give the integration user the role Recruitment: Administrator (Settings > Users)",
            "「設定 > ユーザー」で連携用ユーザーに「採用：管理者」の権限を付けてください",
        )
        for model, operation in _NEEDED:
            what = Said(f"may {operation} {model}", f"{model} の {operation} 権限")
            # Asked of no record: what the groups allow (Odoo 18 and later; check_access_rights before).
            may = self.odoo.call(model, "has_access", ids=[], operation=operation)
            yield Finding(what, ok=bool(may), todo="" if may else todo)

    def _templates(self) -> Iterator[Finding]:
        """Stages that mail whoever is moved there. Entering somebody is quiet; moving them is not."""
        found = list(self.odoo.all(HrRecruitmentStage, [["template_id", "!=", False]]))
        if found:
            names = "、".join(one.name for one in found)
            yield Finding(
                Said("mails by stages", "ステージからの自動メール"),
                ok=True,
                detail=Said(
                    f"Odoo mails an applicant who is moved to: {names}. Ours enter without that mail",
                    f"次のステージに移すと Odoo が応募者へメールを送ります：{names}（kakuyaku が登録するときは送られません）",
                ),
            )


_NEEDED = (
    *(("hr.job", "read"), ("hr.job", "write"), ("hr.applicant", "read"), ("hr.applicant", "create")),
    *(("hr.applicant", "write"), ("hr.recruitment.stage", "read"), ("hr.applicant.category", "create")),
    *((MailActivity.MODEL, "create"), ("calendar.event", "read"), ("ir.attachment", "create")),
)


def _rows(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list):
        raise ATSError("Odoo answered a search with something that is not a list")
    return found
