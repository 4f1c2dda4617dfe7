"""The automation rules that ring for us: "Send Webhook Notification" to our address, the secret at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.base import ATSError
from connectors.odoo import fields
from connectors.odoo.door import GONE
from connectors.odoo.setup import SetUp
from connectors.records import Finding, Said, Subscribed


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `sent`: fields in the body beside id and model; one a group may not read would be refused (422).

    `when`: fields whose change rings. Without them every recomputation does, six times for a new job, and whoever saves
    waits for each.
    """

    name: str
    model: str
    trigger: str
    label: Said
    sent: tuple[str, ...] = ()
    only: str = ""
    when: tuple[str, ...] = ()


# write_date makes each body say one thing once; a creation may ring more than once all the same.
RULES: tuple[Rule, ...] = (
    Rule(
        "kakuyaku: job",
        "hr.job",
        "on_create_or_write",
        Said("jobs", "求人"),
        ("write_date",),
        when=(
            *("name", "description", "active", "no_of_recruitment", "user_id", "interviewer_ids"),
            *fields.DECIDING,
        ),
    ),
    Rule(f"kakuyaku: job {GONE}", "hr.job", "on_unlink", Said("deleted jobs", "削除された求人")),
    Rule(
        "kakuyaku: activity",
        "mail.activity",
        "on_create_or_write",
        Said("activities on jobs", "求人の活動"),
        ("res_model", "res_id", "write_date"),
        "('res_model', '=', 'hr.job')",
        ("active", "feedback"),
    ),
    Rule(
        "kakuyaku: applicant",
        "hr.applicant",
        "on_create_or_write",
        Said("applicants", "応募者"),
        ("write_date",),
        when=("partner_name", "email_from", "job_id", "stage_id", "active", "refuse_reason_id"),
    ),
    Rule(f"kakuyaku: applicant {GONE}", "hr.applicant", "on_unlink", Said("deleted applicants", "削除された応募者")),
    Rule(
        "kakuyaku: meeting",
        "calendar.event",
        "on_create_or_write",
        Said("meetings of applicants", "応募者との面接予定"),
        ("applicant_id", "write_date"),
        "('applicant_id', '!=', False)",
        ("start", "stop", "active", "applicant_id", "partner_ids"),
    ),
)
TRIGGERS = {
    "on_create_or_write": Said("On create and edit", "作成・編集時"),
    "on_unlink": Said("On deletion", "削除時"),
}


class Rules(SetUp):
    """Tell Odoo where to ring."""

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Create the rules that ring at `url`, or give those that do the newest secret. Twice changes nothing.

        They are known by their address, so that several connections may share a database. Without an administrator's key
        nothing is done, and `webhook_steps` has the clicks.
        """
        address = f"{url.rstrip('/')}/{secret}"
        try:
            standing = self._standing(url)
            models = self.model_ids(sorted({rule.model for rule in RULES}))
        except ATSError as problem:
            if problem.status != 403:
                raise
            detail = Said(
                "our key is no administrator's: create the rules by the clicks below",
                "管理者のキーではないため、下の手順でルールを作成してください",
            )
            return Subscribed((Finding(Said("automation rules", "オートメーションルール"), ok=True, detail=detail),))
        findings = []
        for rule in RULES:
            action = standing.get(rule.name)
            done = Said("is there", "あります")
            if action is None:
                self._create(rule, models[rule.model], address)
                done = Said("created", "作成しました")
            elif action[1] != address:
                self.admin.write("ir.actions.server", action[0], {"webhook_url": address})
                done = Said("rings with the new secret", "新しいシークレットに更新しました")
            findings.append(Finding(Said(f"rule “{rule.name}”", f"ルール「{rule.name}」"), ok=True, detail=done))
        return Subscribed(tuple(findings))

    def _standing(self, url: str) -> dict[str, tuple[int, str]]:
        """Our actions that ring at this address, whatever the secret: id and whole address by name."""
        domain = [["state", "=", "webhook"], ["webhook_url", "=like", _literally(url.rstrip("/")) + "/%"]]
        rows = self.found("ir.actions.server", domain, ["name", "webhook_url", "base_automation_id"])
        return {
            str(row["name"]): (int(row["id"]), str(row["webhook_url"])) for row in rows if row["base_automation_id"]
        }

    def _create(self, rule: Rule, model_id: int, address: str) -> None:
        action = {
            "name": rule.name,
            "model_id": model_id,
            "state": "webhook",
            "usage": "base_automation",
            "webhook_url": address,
            "webhook_field_ids": [[6, 0, self.field_ids(rule.model, ("id", *rule.sent))]],
        }
        values = {
            "name": rule.name,
            "model_id": model_id,
            "trigger": rule.trigger,
            "trigger_field_ids": [[6, 0, self.field_ids(rule.model, rule.when)]],
            "filter_domain": self._domain(rule),
            "action_server_ids": [[0, 0, action]],
        }
        self.admin.create("base.automation", values)

    def _domain(self, rule: Rule) -> str:
        """What we write ourselves doesn't ring. A deletion always does: nothing says who deletes, only who wrote last."""
        ours = [] if rule.trigger == "on_unlink" else [f"('write_uid', '!=', {self.own_id()})"]
        terms = [*([rule.only] if rule.only else []), *ours]
        return f"[{', '.join(terms)}]"

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """The clicks for an administrator; none where their key was given and `subscribe` did it all."""
        if self.credentials.get("admin_key"):
            return []
        return [
            Said(
                "Settings > Technical > Automation > Automation Rules (developer mode): New, once for each of these:",
                "開発者モードで「設定 > 技術 > オートメーション > オートメーションルール」を開き、次のルールを1つずつ作成してください。",
            ),
            *_each(RULES),
            Said(
                "Apply on: the condition above and, except on deletion, “Last Updated by is not” the integration user",
                "適用対象：上記の条件と（削除時のルールを除き）「最終更新者 が 連携用ユーザー でない」",
            ),
            Said(
                "Actions To Do: Add an action > Send Webhook Notification, named like the rule, with the fields above",
                "アクション：「Webhook 通知を送信」を追加し、名前をルールと同じにして、上記の項目を選択",
            ),
            Said(f"URL: {url.rstrip('/')}/{secret}", f"URL：{url.rstrip('/')}/{secret}"),
        ]


def _each(rules: Sequence[Rule]) -> list[Said]:
    steps = []
    for rule in rules:
        trigger = TRIGGERS[rule.trigger]
        sent = ", ".join(("id", *rule.sent))
        only = f" [{rule.only}]" if rule.only else ""
        only += f" ({', '.join(rule.when)})" if rule.when else ""
        steps.append(
            Said(
                f"  {rule.name}: model {rule.model}, {trigger}{only}; fields {sent}",
                f"  {rule.name}：モデル {rule.model}、{trigger.ja}{only}、項目 {sent}",
            )
        )
    return steps


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
