"""Checking a HERP Hire connection. There is nothing to create by API: the clicks are in `told`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.base import ATSError, refusal
from connectors.herp.entries import Entries
from connectors.herp.shapes import HerpCandidacy, HerpRequisition, HerpUser
from connectors.records import Finding, Said

KEY = Said("API key", "APIキー")
AGAIN = Said(
    "run the check again in a minute; write to HERP's support if it stays",
    "1分後にもう一度確認してください。続く場合はHERPのサポートにお問い合わせください",
)


class SetUp(Entries):
    """Check an account."""

    def check(self) -> list[Finding]:
        """Try key and rights by reading; say what only a person can confirm."""
        reads: tuple[tuple[Said, Callable[[], object]], ...] = (
            (Said("members", "メンバー"), lambda: self.hire.page("users", HerpUser, 1)),
            (Said("requisitions (職種)", "職種"), lambda: self.hire.page("requisitions", HerpRequisition, 1)),
            (Said("candidacies (応募)", "応募"), lambda: self.hire.page("candidacies", HerpCandidacy, 1)),
        )
        findings: list[Finding] = []
        for what, read in reads:
            try:
                read()
            except ATSError as problem:
                if problem.status in (401, None):
                    return [refusal(KEY, problem, _NEW_KEY)]
                todo = _RIGHTS if problem.status == 403 else AGAIN
                findings.append(refusal(what, problem, todo))
            else:
                findings.append(Finding(what, ok=True, detail=Said("can be read", "読み取れます")))
        return [Finding(KEY, ok=True, detail=Said("is accepted", "有効です")), *findings, *self._confirmed()]

    def _confirmed(self) -> Iterator[Finding]:
        """What is unverified of HERP's API, and how it is answered for this account."""
        for what, on in zip(_UNVERIFIED, (self.creates, self.moves, self.authors_known), strict=True):
            detail = Said("confirmed: on", "確認済み：有効") if on else Said("off: done by a person", "無効：手作業")
            yield Finding(what, ok=True, detail=detail)


_NEW_KEY = Said(
    "let an administrator issue a new key (menu at the top right > API key) and give it to `kakuyaku connect`",
    "管理者が右上のメニュー「APIキー」で新しいキーを発行し、`kakuyaku connect` で入力してください",
)
_RIGHTS = Said(
    "issue the key as an administrator, with the right to read and write candidacies and to read members",
    "応募の閲覧・編集とメンバーの閲覧ができる権限で、管理者がAPIキーを発行してください",
)
_UNVERIFIED = (
    Said("candidacies are created by API (option create_candidacies)", "APIでの応募登録（create_candidacies）"),
    Said("steps are changed by API (option move_steps)", "APIでの選考ステップ変更（move_steps）"),
    Said("comments name their author (option comment_authors)", "コメントの投稿者の読み取り（comment_authors）"),
)
