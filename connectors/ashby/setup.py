"""Connecting an Ashby account: our fields, the webhooks, and a check of everything that must be in place."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.ashby import fields, told
from connectors.ashby.decisions import path_of
from connectors.ashby.door import WEBHOOKS
from connectors.ashby.entries import Entries
from connectors.ashby.rpc import Refused
from connectors.ashby.shapes import (
    AshbyApiKey,
    AshbyCustomField,
    AshbyFeedbackForm,
    AshbyWebhook,
    Shape,
)
from connectors.base import ATSError, refusal
from connectors.records import Finding, Said, Subscribed

KEYS_PAGE = "Admin > Integrations > API Keys"
HOOKS_PAGE = "Admin > Integrations > Webhooks"
CREDENTIALS = Said("API key", "API キー")
CONNECT_AGAIN = Said("run connect again: it creates it", "connect をもう一度実行してください。作成されます")


class SetUp(Entries):
    """Set an account up and check it."""

    # Webhooks.

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        return [
            *told.webhook_steps(url),
            Said(f"Secret Token: {secret}", f"Secret Token：{secret}"),
            Said(
                "Save each. Ashby calls the address at once, and switches the webhook off if it hears an error.",
                "それぞれ保存してください。Ashby はその場でこのURLを呼び出し、エラーが返ると Webhook を無効にします。",
            ),
        ]

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Create one webhook per type: https://developers.ashbyhq.com/reference/webhookcreate.

        There is no list of them, and the same type and address twice is refused: that is how one that is there
        already is known. Its secret can't be seen or changed here. Our door must be open: Ashby rings it at once.
        """
        return Subscribed(tuple(self._subscribe(webhook_type, url, secret) for webhook_type in WEBHOOKS))

    def _subscribe(self, webhook_type: str, url: str, secret: str) -> Finding:
        what = Said(f"webhook {webhook_type}", f"Webhook {webhook_type}")
        body = {"webhookType": webhook_type, "requestUrl": url, "secretToken": secret}
        try:
            made = self.rpc.one("webhook.create", AshbyWebhook, body, write=True)
        except Refused as refused:
            said = f"{refused.code} {refused}".casefold()
            if "duplicate" in said or "already" in said or "exists" in said:
                return Finding(
                    what,
                    ok=True,
                    detail=Said(
                        f"is there; if its Secret Token is another, change it under {HOOKS_PAGE}",
                        f"作成済み。Secret Token が異なる場合は {HOOKS_PAGE} で変更してください",
                    ),
                )
            # Not every type is documented for the API (jobCreate, jobUpdate); in the pages all are.
            return Finding(what, ok=False, detail=str(refused), todo=_by_hand(webhook_type))
        except ATSError as problem:
            if problem.status not in (400, 403, 422):
                raise
            return refusal(what, problem, _by_hand(webhook_type))
        if made.enabled is False:
            return Finding(
                what,
                ok=False,
                detail=Said(
                    "created, but switched off: our address did not answer", "作成しましたが、応答がなく無効です"
                ),
                todo=Said(
                    f"see that Ashby reaches our address, then switch it on under {HOOKS_PAGE}",
                    f"Ashby からこのURLへ届くことを確かめ、{HOOKS_PAGE} で有効にしてください",
                ),
            )
        return Finding(what, ok=True, detail=Said("created", "作成しました"))

    # Fields.

    def set_up(self) -> list[Finding]:
        """Create those of our job fields that are missing. Calling it twice changes nothing."""
        standing = self._standing_fields()
        findings = []
        for field in fields.FIELDS:
            title = self.field_titles[field.purpose]
            is_new = title not in standing
            if is_new:
                body = fields.creation(field, title)
                standing[title] = self.rpc.one("customField.create", AshbyCustomField, body, write=True)
            wrong = _unfit(field, standing[title])
            done = Said("created", "作成しました") if is_new else Said("is there", "作成済み")
            findings.append(Finding(_field(title), ok=not wrong, detail=wrong or done, todo=_change() if wrong else ""))
        self._field_ids = {title: found.id for title, found in standing.items()}
        return [*findings, *self._approval_form()]

    # Check.

    def check(self) -> list[Finding]:
        """Check key, permissions, fields and the approval form by using them; name what only a person can see."""
        try:
            self.rpc.page("job.list", Shape, limit=1)
        except ATSError as problem:
            if problem.status in (401, None) or (problem.status == 403 and "permission" not in str(problem)):
                todo = Said(
                    f"compare the key with {KEYS_PAGE}; a key is shown once, so make a new one if in doubt",
                    f"キーを {KEYS_PAGE} と照合してください。キーは一度しか表示されないため、不明なら作り直してください",
                )
                return [refusal(CREDENTIALS, problem, todo)]
        findings = [Finding(CREDENTIALS, ok=True), *self._permissions()]
        if all(finding.ok for finding in findings):
            findings += [*self._fields(), *self._approval_form()]
        findings.append(
            Finding(
                Said("webhooks", "Webhook"),
                ok=True,
                detail=Said(
                    f"cannot be listed by API; under {HOOKS_PAGE} there is one, enabled, for each of: "
                    + ", ".join(WEBHOOKS),
                    f"APIからは一覧できません。{HOOKS_PAGE} に、次の種類ごとに有効な Webhook が1つずつあることを確かめてください："
                    + ", ".join(WEBHOOKS),
                ),
            )
        )
        return findings

    def _permissions(self) -> Iterator[Finding]:
        """Try what can be read; what is for writing is taken from the key's own list, where we may read that."""
        for permission, verb in told.PERMISSIONS.items():
            if not verb:
                continue
            what = Said(f"permission {permission}", f"権限 {permission}")
            try:
                self.rpc.page(verb, Shape, limit=1)
            except ATSError as problem:
                todo = Said(f"tick it on the key under {KEYS_PAGE}", f"{KEYS_PAGE} でキーに付けてください")
                if problem.status not in (200, 401, 403, 404):
                    todo = Said(
                        "run the check again in a minute; write to Ashby support if it stays",
                        "少し待って再度確認し、続く場合は Ashby サポートへお問い合わせください",
                    )
                yield refusal(what, problem, todo)
            else:
                yield Finding(what, ok=True)
        yield self._scopes()

    def _scopes(self) -> Finding:
        what = Said("permissions for writing", "書き込みの権限")
        wanted = ", ".join(name for name in told.PERMISSIONS if name.endswith("Write"))
        try:
            key = self.rpc.one("apiKey.info", AshbyApiKey, {})
        except ATSError:
            return Finding(
                what,
                ok=True,
                detail=Said(
                    f"cannot be seen without apiKeysRead; see that these are ticked: {wanted}",
                    f"apiKeysRead がないため確認できません。次の権限を確かめてください：{wanted}",
                ),
            )
        return Finding(
            what,
            ok=True,
            detail=Said(
                f"the key “{key.title}” has {', '.join(key.scopes) or 'none listed'}; needed: {wanted}",
                f"キー「{key.title}」の権限：{', '.join(key.scopes) or 'なし'}。必要なもの：{wanted}",
            ),
        )

    def _fields(self) -> Iterator[Finding]:
        standing = self._standing_fields()
        for field in fields.FIELDS:
            title = self.field_titles[field.purpose]
            found = standing.get(title)
            if found is None:
                yield Finding(_field(title), ok=False, detail=Said("is missing", "ありません"), todo=CONNECT_AGAIN)
                continue
            wrong = _unfit(field, found)
            yield Finding(_field(title), ok=not wrong, detail=wrong, todo=_change() if wrong else "")

    def _approval_form(self) -> Iterator[Finding]:
        """The interview and its form can't be made by API: see that a person has."""
        title = self.approval_interview
        what = Said(f"interview “{title}” with the approval form", f"判断フォームを持つ Interview「{title}」")
        interview = self._approval_interview()
        if interview is None:
            todo = told.PREPARING[-1]
            yield Finding(what, ok=False, detail=Said("is missing", "ありません"), todo=todo)
            return
        form = self.rpc.find(
            "feedbackFormDefinition.info",
            AshbyFeedbackForm,
            {"feedbackFormDefinitionId": interview.feedback_form_definition_id},
        )
        definition = form.form_definition if form else None
        lacking = tuple(purpose for purpose in ("decision", "line") if not path_of(definition, purpose))
        if lacking:
            names = told.form_titles(lacking)
            detail = Said(f"its form has no field titled {names}", f"フォームに項目 {names} がありません")
            yield Finding(what, ok=False, detail=detail, todo=told.PREPARING[-2])
        elif not interview.is_feedback_requested:
            detail = Said("does not request feedback", "フィードバックを依頼する設定になっていません")
            yield Finding(what, ok=False, detail=detail, todo=told.PREPARING[-1])
        else:
            yield Finding(what, ok=True, detail=Said("is there", "作成済み"))


def _field(title: str) -> Said:
    return Said(f"job field {title}", f"求人の項目 {title}")


def _change() -> Said:
    return Said(
        "change it under Admin > Custom Fields > Jobs, or archive it and run connect again",
        "Admin > Custom Fields > Jobs で直すか、アーカイブしてから connect をもう一度実行してください",
    )


def _by_hand(webhook_type: str) -> Said:
    return Said(
        f"create it by hand: {told.NEW_WEBHOOK}, type {webhook_type}, with the same address and Secret Token",
        f"手で作成してください：{told.NEW_WEBHOOK}、種類 {webhook_type}、同じURLと Secret Token",
    )


def _unfit(field: fields.Field, found: AshbyCustomField) -> Said | str:
    """Say what is wrong with a field of ours that somebody changed."""
    if found.field_type != field.field_type:
        return Said(
            f"is a {found.field_type} field, not {field.field_type}",
            f"種類が {field.field_type} ではなく {found.field_type} です",
        )
    if found.is_required:
        return Said(
            "is required: jobs could not be saved without it", "必須になっています。入力がないと求人を保存できません"
        )
    return ""
