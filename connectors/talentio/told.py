"""What Talentio is told to people as: the clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.records import Approval, Ask, Rate, Said

# https://developers.talentio.com (1.1.2); the help page still says 1,000 (1.0.0): then set rate_calls.
RATE = Rate(5000, 3600.0)

PREPARING: tuple[Said, ...] = (
    Said(
        "In Talentio: 各種設定 > 基本設定 > API設定, issue an access token. It is shown once and sees the workspace of whoever"
        " issues it.",
        "Talentioの「各種設定 > 基本設定 > API設定」で、アクセストークンを発行してください。表示は一度だけで、発行者のワークスペースの"
        "範囲が対象です。",
    ),
    Said(
        "Have the mail addresses of the hiring managers at hand: Talentio's API doesn't say who manages a 求人.",
        "採用責任者のメールアドレスをご用意ください。TalentioのAPIからは、求人の採用責任者が分かりません。",
    ),
)

ASKS: tuple[Ask, ...] = (
    Ask("access_token", Said("Access token", "アクセストークン"), secret=True),
    Ask(
        "managers",
        Said(
            "hiring managers: 求人 id=mail address, by comma; * for every other 求人",
            "採用責任者：求人ID=メールアドレス。カンマ区切り、* はそのほかすべての求人",
        ),
        kind="option",
        default="",
    ),
)

APPROVAL = Approval(
    Said(
        "the link in the manager's own mailbox: a 求人 has no place for a decision in Talentio's API",
        "採用責任者のメールに届くリンク。TalentioのAPIには、求人に判断を記録する場所がありません",
    ),
    "acting_link",
)

_POLLED = Said("Talentio sends no webhooks, it is polled", "TalentioにWebhookはないため、定期的に読み取ります")
_NO_PLACE = Said(
    "a 求人 cannot be written to and takes no notes by API; the manager's mail and our page show it",
    "求人はAPIで変更・コメントできません。採用責任者へのメールと kakuyaku の画面で示します",
)

EMPTY: Mapping[str, Said] = {
    "verify": _POLLED,
    "parse": _POLLED,
    "event_key": _POLLED,
    "answer": _POLLED,
    "test_event": _POLLED,
    "webhook_steps": _POLLED,
    "subscribe": _POLLED,
    "set_up": Said("nothing has to be created", "作成が必要なものはありません"),
    "postings": Said("a 求人 has one description, read with it", "募集要項は求人に1つで、求人とともに読み取ります"),
    "past_candidates": Said(
        "Talentio's API gives no résumés; import them as files",
        "TalentioのAPIでは職務経歴書を取得できません。ファイルで取り込めます",
    ),
    "resume": Said("Talentio's API gives no files", "TalentioのAPIではファイルを取得できません"),
    "read_decision": _NO_PLACE,
    "post_shortlist": _NO_PLACE,
    "post_approval_request": _NO_PLACE,
    "post_message": _NO_PLACE,
    "attach": Said(
        "no call for files is documented; they stay here",
        "ファイルを添付する公開された機能がないため、kakuyaku に保存します",
    ),
}
