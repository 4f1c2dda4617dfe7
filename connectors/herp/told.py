"""What HERP Hire is told to people as: the clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.records import Approval, Ask, Rate, Said

# https://public-api.herp.cloud/hire/public/doc: 100 requests a minute for the whole tenant.
RATE = Rate(100, 60.0)

PREPARING: tuple[Said, ...] = (
    Said(
        "Apply for the HERP Hire API with the form on HERP's help page (paid plans, no extra fee, one or two business"
        " days).",
        "HERPのヘルプページ「HERP Hire API」の申請フォームから利用を申請してください（有料プラン、追加料金なし、1〜2営業日）。",
    ),
    Said(
        "As an administrator: menu at the top right > API key > issue one for kakuyaku. It is asked for here.",
        "管理者で、右上のメニュー「APIキー」から kakuyaku 用のキーを発行してください。このあと入力します。",
    ),
    Said(
        "For each 職種 to be asked about in HERP: register a candidacy named “要件すり合わせ kakuyaku” on it, and add the"
        " hiring manager as its 担当者. Without one the manager is asked by mail alone.",
        "HERPの中で確認したい職種ごとに、「要件すり合わせ kakuyaku」という名前の応募を登録し、担当者に採用責任者を追加して"
        "ください。ない場合、採用責任者にはメールだけでお尋ねします。",
    ),
)

ASKS: tuple[Ask, ...] = (
    Ask("api_key", Said("API key", "APIキー"), secret=True),
    Ask(
        "recruiters",
        Said(
            "recruiters: mail addresses or member ids (U-…), by comma",
            "採用担当者のメールアドレスまたはユーザーID（U-…）。カンマ区切り",
        ),
        kind="option",
        default="",
    ),
    Ask(
        "description_fields",
        Said(
            "fields of a 職種 its description stands in, by comma (HERP does not document them)",
            "募集要項が入っている職種の項目名。カンマ区切り（HERPの公開資料に記載がないため）",
        ),
        kind="option",
        default="description",
    ),
    Ask(
        "create_candidacies",
        Said(
            "may candidacies be created by API? yes once HERP has confirmed it to you, else a person registers them",
            "APIで応募を登録しますか。HERPに確認できた場合のみ yes（それ以外は手作業で登録）",
        ),
        kind="option",
        default="no",
    ),
)

APPROVAL = Approval(
    Said(
        "a comment on a calibration candidacy: 「75」, 承認, 見送り, approve 75. Whether HERP names a comment's author to"
        " us is not confirmed, so the manager confirms by mail",
        "要件すり合わせ用の応募へのコメント（「75」「承認」「見送り」）。投稿者をAPIで確認できるか未確認のため、採用責任者が"
        "メールで確定します",
    ),
    "recorded",
)

_POLLED = Said("HERP sends no webhooks, it is polled", "HERPにWebhookはないため、定期的に読み取ります")
_NOT_SEEN = Said("no call of HERP's API for this is documented", "HERPのAPIに該当する公開された機能がありません")

EMPTY: Mapping[str, Said] = {
    "verify": _POLLED,
    "parse": _POLLED,
    "event_key": _POLLED,
    "answer": _POLLED,
    "test_event": _POLLED,
    "webhook_steps": _POLLED,
    "subscribe": _POLLED,
    "set_up": Said(
        "HERP's API creates no fields; the calibration candidacy is registered by hand",
        "HERPのAPIで作成できる項目はありません。要件すり合わせ用の応募は手作業で登録します",
    ),
    "postings": Said("a 職種 has one description, read with it", "募集要項は職種に1つで、職種とともに読み取ります"),
    "past_candidates": Said(
        "HERP's API gives no résumés; import them as files",
        "HERPのAPIでは職務経歴書を取得できません。ファイルで取り込めます",
    ),
    "resume": _NOT_SEEN,
    "tag": _NOT_SEEN,
    "attach": _NOT_SEEN,
}
