"""Connecting a Greenhouse account: our fields, and a check of everything that must be in place."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import ATSError, refusal
from connectors.greenhouse import fields
from connectors.greenhouse.entries import Entries
from connectors.greenhouse.shapes import (
    GreenhouseCustomField,
    GreenhouseCustomFieldOption,
    GreenhouseUser,
    Shape,
)
from connectors.records import Finding, Said

LISTS = (
    *("jobs", "job_posts", "job_hiring_managers", "job_owners", "job_notes", "job_interview_stages"),
    *("job_interviews", "users", "custom_fields", "custom_field_options", "candidates", "candidate_tags"),
    *("applied_candidate_tags", "applications", "application_stages", "notes", "attachments", "sources"),
    *("interviews", "interviewers"),
)
WRITE_SCOPES = (
    *("jobs:update", "job_notes:create", "custom_fields:create", "custom_field_options:create"),
    *("candidates:create", "applications:create", "applications:move", "applications:convert_to_candidate"),
    *("notes:create", "candidate_tags:create", "applied_candidate_tags:create", "attachments:create"),
)
# Only where the option `approval_flow` is set.
FLOW_LISTS = ("approval_flows", "approver_groups", "approvers")
FLOW_SCOPES = tuple(f"approval_flows:{verb}" for verb in ("create", "request_approvals", "replace_approver_groups"))
CREDENTIALS_PAGE = "Greenhouse > Configure > Dev Center > API Credentials"
CREDENTIALS = Said("credentials", "認証情報")
CHANGE_IT = Said(
    "change it under Configure > Custom Options > Jobs", "Configure > Custom Options > Jobs で直してください"
)


class SetUp(Entries):
    """Set an account up and check it."""

    def set_up(self) -> list[Finding]:
        """Create those of our job fields that are missing, and missing options. Calling it twice changes nothing."""
        standing = self._standing_fields()
        missing = [field for field in fields.of(self.options) if self.field_keys[field.purpose] not in standing]
        for field in missing:
            self._create_field(field)
        now = self._standing_fields() if missing else standing
        return [self._ensure(field, now, field in missing) for field in fields.of(self.options)]

    def _create_field(self, field: fields.Field) -> None:
        body = fields.creation(field, self.field_keys[field.purpose])
        try:
            # `api_only` keeps people from editing what is ours; not every account has it.
            self.harvest.create("custom_fields", {**body, "api_only": True} if field.ours else body)
        except ATSError as problem:
            if not (field.ours and problem.status == 422 and "api_only" in str(problem)):
                raise
            self.harvest.create("custom_fields", body)

    def _ensure(self, field: fields.Field, standing: dict[str, GreenhouseCustomField], is_new: bool) -> Finding:
        key = self.field_keys[field.purpose]
        what = _field(key)
        found = standing.get(key)
        if found is None:
            name = fields.creation(field, key)["name"]
            return Finding(
                what,
                ok=False,
                detail=Said(
                    "created, but Greenhouse gave it another key", "作成しましたが、Greenhouse が別のキーを付けました"
                ),
                todo=Said(
                    f"look up the key of {name!r} under Custom Options and set field_{field.purpose} to it",
                    f"Custom Options で {name!r} のキーを調べ、field_{field.purpose} に設定してください",
                ),
            )
        wrong = _unfit(field, found)
        if wrong:
            return Finding(what, ok=False, detail=wrong, todo=CHANGE_IT)
        have = self._options(found.id) if field.options else set()
        lacking = [name for name in field.options if name not in have]
        for order, name in enumerate(lacking, start=len(field.options)):
            self.harvest.create(
                "custom_field_options", {"custom_field_id": found.id, "name": name, "sort_order": order}
            )
        if is_new:
            return Finding(what, ok=True, detail=Said("created", "作成しました"))
        if lacking:
            added = ", ".join(lacking)
            return Finding(what, ok=True, detail=Said(f"added options: {added}", f"選択肢を追加しました：{added}"))
        return Finding(what, ok=True, detail=Said("is there", "作成済み"))

    def _standing_fields(self) -> dict[str, GreenhouseCustomField]:
        found = self.harvest.list("custom_fields", GreenhouseCustomField, field_type="job")
        return {one.name_key: one for one in found}

    def _options(self, field_id: int) -> set[str]:
        found = self.harvest.list_by(
            "custom_field_options", GreenhouseCustomFieldOption, "custom_field_ids", [field_id]
        )
        return {one.name for one in found}

    def check(self) -> list[Finding]:
        """Check credentials, scopes and fields by using them; name what only a person can see."""
        try:
            self.harvest.sign_in(failed=self.tokens.current())
        except ATSError as problem:
            todo = Said(
                f"compare client id, secret and user id with {CREDENTIALS_PAGE} (Harvest V3, OAuth)",
                f"client id、client secret、ユーザーIDを {CREDENTIALS_PAGE}（Harvest V3, OAuth）と照合してください",
            )
            return [refusal(CREDENTIALS, problem, todo)]
        findings = [
            Finding(CREDENTIALS, ok=True, detail=Said("a token was issued", "トークンを取得できました")),
            *self._scopes(),
        ]
        readable = {finding.what for finding in findings if finding.ok}
        if "scope harvest:users:list" in readable:
            findings.extend(self._acting_user())
        if "scope harvest:custom_fields:list" in readable:
            findings.extend(self._fields())
        scopes = (*WRITE_SCOPES, *(FLOW_SCOPES if self.flow_kind else ()))
        writing, ringing = ", ".join(f"harvest:{scope}" for scope in scopes), ", ".join(self.webhooks())
        findings.append(
            Finding(
                Said("write scopes", "書き込み用のscope"),
                ok=True,
                detail=Said(
                    f"cannot be tried without writing; see that these are ticked: {writing}",
                    f"書き込まずには確認できません。次のscopeにチェックがあることをご確認ください：{writing}",
                ),
            )
        )
        findings.append(
            Finding(
                Said("webhooks", "Webhook"),
                ok=True,
                detail=Said(
                    f"cannot be seen by API; under Configure > Dev Center > Web Hooks there is one for each of: {ringing}"
                    " (same address, same secret, none disabled)",
                    "APIでは確認できません。Configure > Dev Center > Web Hooks に、次のイベントごとに1つずつあることを"
                    f"ご確認ください：{ringing}（URLとSecret keyは共通、無効になっていないこと）",
                ),
            )
        )
        return findings

    def _scopes(self) -> Iterator[Finding]:
        for name in (*LISTS, *(FLOW_LISTS if self.flow_kind else ())):
            scope = Said(f"scope harvest:{name}:list", f"scope harvest:{name}:list")
            try:
                next(self.harvest.list(name, Shape, per_page="1"), None)
            except ATSError as problem:
                todo = Said(
                    f"tick harvest:{name}:list on the credential in {CREDENTIALS_PAGE}",
                    f"{CREDENTIALS_PAGE} の認証情報で harvest:{name}:list にチェックを入れてください",
                )
                if problem.status not in (401, 403, 404):
                    todo = Said(
                        "run the check again in a minute; write to Greenhouse support if it stays",
                        "1分ほどおいてもう一度確認してください。解消しない場合は Greenhouse のサポートへお問い合わせください",
                    )
                yield refusal(scope, problem, todo)
            else:
                yield Finding(scope, ok=True)

    def _acting_user(self) -> Iterator[Finding]:
        subject = self.credentials.get("sub", "")
        what = Said("acting user", "操作を行うユーザー")
        if not subject:
            own = Said("the credential's own service account", "認証情報自身のサービスアカウントです")
            yield Finding(what, ok=True, detail=own)
            return
        found = self.harvest.one("users", GreenhouseUser, subject)
        if found is None:
            todo = Said(
                f"set sub to the id of an active Site Admin in {CREDENTIALS_PAGE}",
                f"{CREDENTIALS_PAGE} で、sub に有効な Site Admin のIDを設定してください",
            )
            yield Finding(what, ok=False, detail=Said("is not shown to us", "見つかりません"), todo=todo)
        elif found.deactivated or not found.site_admin:
            deactivated = Said("is deactivated", "無効化されています")
            no_admin = Said("is no Site Admin, so lists stay empty", "Site Admin ではないため、一覧が空になります")
            todo = Said("choose an active Site Admin as sub", "sub には有効な Site Admin を指定してください")
            yield Finding(what, ok=False, detail=deactivated if found.deactivated else no_admin, todo=todo)
        else:
            detail = Said(
                "is an active Site Admin; confidential jobs stay hidden unless added to their hiring team",
                "有効な Site Admin です（非公開の求人は、採用チームに加えられたものだけ見えます）",
            )
            yield Finding(what, ok=True, detail=detail)

    def _fields(self) -> Iterator[Finding]:
        standing = self._standing_fields()
        for field in fields.of(self.options):
            key = self.field_keys[field.purpose]
            found = standing.get(key)
            if found is None:
                todo = Said("run connect again: it creates it", "もう一度 connect を実行すると作成されます")
                yield Finding(_field(key), ok=False, detail=Said("is missing", "ありません"), todo=todo)
                continue
            wrong = _unfit(field, found)
            have = self._options(found.id) if field.options and not wrong else set(field.options)
            missing = [name for name in field.options if name not in have]
            if missing:
                lacking = ", ".join(missing)
                wrong = Said(f"lacks the options {lacking}", f"選択肢 {lacking} が足りません")
            yield Finding(_field(key), ok=not wrong, detail=wrong, todo=CHANGE_IT if wrong else "")


def _field(key: str) -> Said:
    return Said(f"field {key}", f"項目 {key}")


def _unfit(field: fields.Field, found: GreenhouseCustomField) -> Said:
    """Say what is wrong with a field of ours that somebody changed."""
    if found.active is False:
        return Said("is switched off", "無効になっています")
    if found.value_type != field.value_type:
        return Said(
            f"is a {found.value_type} field, not {field.value_type}",
            f"{found.value_type} 型です（{field.value_type} 型である必要があります）",
        )
    if found.require_approval:
        return Said(
            "requires approval: every edit would re-run the job's own approval",
            "承認が必要な設定です（編集のたびに求人の承認がやり直しになります）",
        )
    if found.required:
        return Said(
            "is required: jobs could not be saved without it",
            "必須項目になっています（入力しないと求人を保存できなくなります）",
        )
    return Said("", "")
