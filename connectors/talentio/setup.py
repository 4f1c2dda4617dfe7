"""Checking a Talentio connection. There is nothing to create by API: the clicks are in `told`."""

from __future__ import annotations

from collections.abc import Callable

from connectors.base import ATSError, refusal
from connectors.records import Finding, Said
from connectors.talentio.shapes import TalentioCandidate, TalentioRequisition
from connectors.talentio.writes import Writes

TOKEN = Said("access token", "アクセストークン")


class SetUp(Writes):
    """Check a workspace."""

    def check(self) -> list[Finding]:
        """Try the token by reading; say what only a person can see."""
        reads: tuple[tuple[Said, Callable[[], object]], ...] = (
            (Said("requisitions (求人)", "求人"), lambda: self.api.page("requisitions", TalentioRequisition, 1)),
            (Said("candidates (候補者)", "候補者"), lambda: self.api.page("candidates", TalentioCandidate, 1)),
        )
        findings: list[Finding] = []
        for what, read in reads:
            try:
                read()
            except ATSError as problem:
                if problem.status in (401, None):
                    return [refusal(TOKEN, problem, _NEW_TOKEN)]
                todo = _RIGHTS if problem.status == 403 else _AGAIN
                findings.append(refusal(what, problem, todo))
            else:
                findings.append(Finding(what, ok=True, detail=Said("can be read", "読み取れます")))
        named = bool(self.managers)
        return [
            Finding(TOKEN, ok=True, detail=Said("is accepted", "有効です")),
            *findings,
            Finding(
                Said("hiring managers (option managers)", "採用責任者（managers）"),
                ok=named,
                detail=Said("named", "設定済み") if named else Said("none named", "未設定"),
                todo="" if named else _MANAGERS,
            ),
            Finding(
                Said("writing", "書き込み"),
                ok=True,
                detail=Said(
                    "cannot be tried without writing; candidates, tags and 補足 are written with the issuer's rights",
                    "書き込まずには確認できません。候補者・タグ・補足を、トークン発行者の権限で書き込みます",
                ),
            ),
        ]


_NEW_TOKEN = Said(
    "issue a new token under 各種設定 > 基本設定 > API設定 and give it to `kakuyaku connect`",
    "「各種設定 > 基本設定 > API設定」で新しいトークンを発行し、`kakuyaku connect` で入力してください",
)
_RIGHTS = Said(
    "issue the token as somebody whose workspace and role show these",
    "対象のワークスペースを閲覧できる権限のある方がトークンを発行してください",
)
_AGAIN = Said(
    "run the check again in a minute; write to Talentio's support if it stays",
    "1分後にもう一度確認してください。続く場合はTalentioのサポートにお問い合わせください",
)
_MANAGERS = Said(
    "Talentio doesn't say who manages a 求人: set the option managers (12=suzuki@example.com, *=kato@example.com), or name"
    " them on each requisition's page here",
    "Talentioからは求人の採用責任者が分かりません。managers（例：12=suzuki@example.com, *=kato@example.com）を設定するか、"
    "kakuyaku の求人の画面で指定してください",
)
