"""Connecting a Teamtailor account: our candidate fields, and a check of everything that must be in place."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import ATSError, refusal
from connectors.records import Finding, Said
from connectors.teamtailor import told
from connectors.teamtailor.decisions import TEXT
from connectors.teamtailor.door import WEBHOOKS
from connectors.teamtailor.entries import Entries
from connectors.teamtailor.shapes import Shape, TeamtailorCustomField

KEYS_PAGE = "Settings > Integrations > API keys"
CREDENTIALS = Said("API key", "API キー")
# What each list needs the Admin scope for.
LISTS = ("candidates", "job-applications", "custom-fields", "activities", "users")


class SetUp(Entries):
    """Set an account up and check it."""

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """What to click; `secret` is of no use: Teamtailor makes its own signature key."""
        return told.webhook_steps(url)

    def set_up(self) -> list[Finding]:
        """Create those of our candidate fields that are missing. Calling it twice changes nothing."""
        standing = {found.name.strip().casefold(): found for found in self._standing_fields()}
        findings = []
        for name in self.field_names.values():
            found = standing.get(name.casefold())
            is_new = found is None
            if found is None:
                attributes = {"name": name, "field-type": TEXT}
                body = {"type": "custom-fields", "attributes": attributes}
                found = self.api.create("custom-fields", TeamtailorCustomField, body)
            done = Said("created", "作成しました") if is_new else Said("is there", "作成済み")
            findings.append(_fit(name, found, done))
        self._field_ids = None
        return findings

    def check(self) -> list[Finding]:
        """Check key, scope, fields and the author of our notes by using them; name what only a person can see."""
        try:
            self.api.page("jobs", Shape, **{"filter[status]": "all"})
        except ATSError as problem:
            todo = Said(
                f"compare the key with {KEYS_PAGE}, and the API address with where your data is (EU or North America)",
                f"キーを {KEYS_PAGE} と、API の URL をデータの地域（EU・北米）と照合してください",
            )
            return [refusal(CREDENTIALS, problem, todo)]
        findings = [Finding(CREDENTIALS, ok=True), *self._scopes()]
        if all(finding.ok for finding in findings):
            findings += [*self._fields(), self._writer()]
        detail = Said(
            "cannot be seen by API; under Settings > Integrations > Webhooks there is one, signature version v2, with: "
            + ", ".join(WEBHOOKS),
            "APIからは確認できません。Settings > Integrations > Webhooks に、signature version v2 で次の Events の Webhook が"
            "あることを確かめてください：" + ", ".join(WEBHOOKS),
        )
        return [*findings, Finding(Said("webhook", "Webhook"), ok=True, detail=detail)]

    def _scopes(self) -> Iterator[Finding]:
        for name in LISTS:
            what = Said(f"reading {name}", f"{name} の読み取り")
            try:
                self.api.page(name, Shape)
            except ATSError as problem:
                todo = Said(
                    f"give the key the scope Admin with Read/Write under {KEYS_PAGE}",
                    f"{KEYS_PAGE} でキーのスコープを Admin・Read/Write にしてください",
                )
                if problem.status not in (401, 403, 404):
                    todo = Said(
                        "run the check again in a minute; write to Teamtailor support if it stays",
                        "少し待って再度確認し、続く場合は Teamtailor サポートへお問い合わせください",
                    )
                yield refusal(what, problem, todo)
            else:
                yield Finding(what, ok=True)

    def _fields(self) -> Iterator[Finding]:
        standing = {found.name.strip().casefold(): found for found in self._standing_fields()}
        for name in self.field_names.values():
            found = standing.get(name.casefold())
            if found is None:
                todo = Said("run connect again: it creates it", "connect をもう一度実行してください。作成されます")
                yield Finding(_field(name), ok=False, detail=Said("is missing", "ありません"), todo=todo)
            else:
                yield _fit(name, found, "")

    def _writer(self) -> Finding:
        what = Said("author of our notes", "メモの作成者")
        try:
            self._author_id()
        except ATSError as problem:
            todo = Said(
                "run connect again with the mail address of a user in Teamtailor",
                "connect をもう一度実行し、Teamtailor ユーザーのメールアドレスを入力してください",
            )
            return refusal(what, problem, todo)
        return Finding(what, ok=True)


def _field(name: str) -> Said:
    return Said(f"candidate field {name}", f"候補者の項目 {name}")


def _fit(name: str, found: TeamtailorCustomField, detail: Said | str) -> Finding:
    if found.field_type == TEXT:
        return Finding(_field(name), ok=True, detail=detail)
    return Finding(
        _field(name),
        ok=False,
        detail=Said(f"is a {found.field_type}, not {TEXT}", f"種類が {TEXT} ではなく {found.field_type} です"),
        todo=Said(
            "rename or remove it under Settings > Custom fields and run connect again",
            "Settings > Custom fields で名前を変えるか削除し、connect をもう一度実行してください",
        ),
    )
