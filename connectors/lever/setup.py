"""Connecting a Lever account: our two stages, webhooks by API, and a check of everything that must be in place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from connectors.base import ATSError, refusal
from connectors.lever.client import at
from connectors.lever.decisions import NEEDED
from connectors.lever.door import WEBHOOKS
from connectors.lever.shapes import LeverRequisition, LeverStage, LeverUser, LeverWebhook, Shape
from connectors.lever.writes import Writes
from connectors.records import Finding, Said, Subscribed, words_of

KEYS_PAGE = "Lever > Settings > Integrations and API > API Credentials"
LISTS = ("requisitions", "postings", "opportunities", "stages", "archive_reasons", "webhooks")
CREDENTIALS = Said("credentials", "認証情報")
ACTING = Said("acting user", "操作を行うユーザー")


class SetUp(Writes):
    """Set an account up and check it."""

    def set_up(self) -> list[Finding]:
        """Look for our stages. Lever's API can create none, so this changes nothing."""
        return list(self._stages())

    def _stages(self) -> Iterator[Finding]:
        standing = {stage.text.strip().casefold() for stage in self.lever.list("/stages", LeverStage)}
        for purpose in NEEDED:
            name = self.stage_names[purpose]
            what = Said(f"stage {name}", f"ステージ「{name}」")
            if name.casefold() in standing:
                yield Finding(what, ok=True, detail=Said("is there", "作成済み"))
                continue
            yield Finding(
                what,
                ok=False,
                detail=Said("is missing", "見つかりません"),
                todo=Said(
                    f"as Super Admin, add a pipeline stage named exactly “{name}” in Lever's settings (for all"
                    f" postings), or set the option stage_{purpose} to the name of yours",
                    f"Super Admin が Lever の設定で、名前を「{name}」としたステージ（全求人共通）を追加するか、"
                    f"オプション stage_{purpose} に貴社のステージ名を設定してください",
                ),
            )

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Create one webhook an event at `url`; one that is there is kept. Lever makes the secrets, one for each.

        https://hire.lever.co/developer/documentation#webhooks. `signatureToken` is shown once, when a webhook is made.
        """
        there = {hook.event for hook in self.lever.list("/webhooks", LeverWebhook) if hook.url == url}
        findings, secrets = [], []
        for event in WEBHOOKS:
            what = Said(f"webhook {event}", f"Webhook {event}")
            if event in there:
                kept = Said(
                    "is there; its signature token was shown when it was made",
                    "作成済み（署名トークンは作成時に一度だけ表示されます）",
                )
                findings.append(Finding(what, ok=True, detail=kept))
                continue
            try:
                token = _token(self.lever.write("POST", "/webhooks", body={"event": event, "url": url}))
            except ATSError as problem:
                # Not raised: the tokens of those made before this one would be lost with it.
                if problem.unknown:
                    self._take_back(event, url)
                findings.append(_refused(what, event, problem))
                continue
            secrets.append(token)
            findings.append(Finding(what, ok=True, detail=Said("created", "作成しました")))
        return Subscribed(tuple(findings), tuple(secrets))

    def _take_back(self, event: str, url: str) -> None:
        """Delete a webhook whose answer was lost and its token with it, so that the next `subscribe` makes it anew."""
        with contextlib.suppress(ATSError):
            for hook in list(self.lever.list("/webhooks", LeverWebhook)):
                if (hook.event, hook.url) == (event, url):
                    self.lever.write("DELETE", at("webhooks", hook.id))

    def check(self) -> list[Finding]:
        """Check key, permissions, acting user and stages by using them."""
        try:
            self.lever.page("/users", Shape)
        except ATSError as problem:
            todo = Said(
                f"compare the API key with {KEYS_PAGE}",
                f"APIキーを {KEYS_PAGE} と照合してください",
            )
            return [refusal(CREDENTIALS, problem, todo)]
        findings = [
            Finding(CREDENTIALS, ok=True, detail=Said("the key is taken", "APIキーは有効です")),
            *self._lists(),
        ]
        if all(finding.ok for finding in findings):
            findings += [*self._acting(), *self._stages()]
        return findings

    def _lists(self) -> Iterator[Finding]:
        for name in LISTS:
            what = Said(f"read {name}", f"読み取り {name}")
            filters = self._seen_by() if name in ("requisitions", "postings", "opportunities") else {}
            try:
                self.lever.page(f"/{name}", Shape, filters={**filters, "limit": "1"})
            except ATSError as problem:
                todo = Said(
                    f"tick {name} (and confidential data) on the key in {KEYS_PAGE}; without access to confidential"
                    " data set the option confidentiality to non-confidential",
                    f"{KEYS_PAGE} で、キーに {name}（および confidential データ）の権限を付けてください。付けない場合は"
                    "オプション confidentiality を non-confidential にしてください",
                )
                yield refusal(what, problem, todo)
            else:
                yield Finding(what, ok=True)

    def _acting(self) -> Iterator[Finding]:
        found = self.lever.one(at("users", self.perform_as or "-"), LeverUser)
        todo = Said(
            "set perform_as to the id of an active user of kakuyaku's own, who is nobody's hiring manager: what kakuyaku"
            " does is recorded under that name",
            "perform_as には、kakuyaku 専用の有効なユーザー（どの求人の採用責任者でもない人）のIDを設定してください。"
            "kakuyaku の操作はそのユーザー名で記録されます",
        )
        if found is None:
            yield Finding(ACTING, ok=False, detail=Said("is not shown to us", "見つかりません"), todo=todo)
        elif found.deactivated_at is not None:
            yield Finding(ACTING, ok=False, detail=Said("is deactivated", "無効化されています"), todo=todo)
        elif self._manages(found.id):
            detail = Said("is somebody's hiring manager", "採用責任者になっている求人があります")
            yield Finding(ACTING, ok=False, detail=detail, todo=todo)
        else:
            yield Finding(ACTING, ok=True, detail=Said("is active", "有効です"))

    def _manages(self, user_id: str) -> bool:
        """Whether a user is hiring manager of any of the first requisitions: what we do would look like theirs."""
        rows, _following = self.lever.page("/requisitions", LeverRequisition, filters=self._seen_by())
        return any(row.hiring_manager == user_id for row in rows)


def _refused(what: Said, event: str, problem: ATSError) -> Finding:
    """Interview events are in beta: an account without them is polled, hourly for open promises."""
    beta = event.startswith("interview")
    return Finding(
        what,
        ok=beta,
        detail=words_of(problem),
        todo=""
        if beta
        else Said(
            "give the key the webhooks permission, see that the address is https, and run connect again",
            "キーに webhooks の権限を付け、URLが https であることを確認して、connect をもう一度実行してください",
        ),
    )


def _token(data: object) -> str:
    configuration = data.get("configuration") if isinstance(data, dict) else None
    token = configuration.get("signatureToken") if isinstance(configuration, dict) else None
    if not isinstance(token, str) or not token:
        raise ATSError("Lever gave no signature token for the new webhook", unknown=True)
    return token
