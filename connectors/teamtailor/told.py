"""What Teamtailor is told to people as: the clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.records import Approval, Ask, Rate, Said
from connectors.teamtailor.door import WEBHOOKS
from connectors.teamtailor.jsonapi import API_BASE

ASKS: tuple[Ask, ...] = (
    Ask("api_key", Said("API key (Admin, read/write)", "API キー（Admin、Read/Write）"), secret=True),
    Ask(
        "user_email",
        Said(
            "Mail address of the Teamtailor user our notes are written as",
            "メモの作成者とする Teamtailor ユーザーのメールアドレス",
        ),
        kind="option",
    ),
    Ask(
        "api_base",
        Said(
            "API address (North America: https://api.na.teamtailor.com)",
            "API の URL（北米: https://api.na.teamtailor.com）",
        ),
        kind="option",
        default=API_BASE,
    ),
)

PREPARING: tuple[Said, ...] = (
    Said(
        "Write to support@teamtailor.com and ask for the Webhooks feature of your company account, if you don't have it.",
        "Webhook 機能がまだ有効でなければ、support@teamtailor.com に連絡し、会社アカウントで有効にしてもらってください。",
    ),
    Said(
        "Settings > Integrations > API keys: create a key with the scope Admin and Read/Write.",
        "Settings > Integrations > API keys で、スコープ Admin・Read/Write のキーを作成してください。",
    ),
    Said(
        "See that no trigger of your jobs' inbox mails or moves everybody who enters it, or exclude the tag"
        " kakuyaku-calibration there: a move out of the inbox is read as an approval.",
        "受信箱（Inbox）に入った人へ自動でメールを送る・自動で移動させるトリガーがある場合は、タグ kakuyaku-calibration を"
        "対象から外してください。Inbox からの移動は承認とみなされます。",
    ),
)

HEARS = Said(
    "jobs, candidates and job applications by webhook (never tried again); fields are polled",
    "求人・候補者・応募はWebhook（再送なし）、項目は定期的な読み取り",
)
APPROVAL = Approval(
    Said(
        "a calibration candidate of the job, moved out of the inbox or rejected; the line in a candidate field."
        " Teamtailor does not say who moved it",
        "求人に置いた要件すり合わせ用の候補者の移動・不採用と、候補者の項目（面接確約ライン）。"
        "移した人は Teamtailor から分かりません",
    ),
    "recorded",
)
# Fifty in ten seconds is what others report; the documentation names headers, no numbers.
RATE = Rate(50, 10.0, published=False)

EMPTY: Mapping[str, Said] = {
    "subscribe": Said(
        "Teamtailor has no documented API to create webhooks; `connect` prints the clicks",
        "Webhookを作成する公開APIがないため、`connect` が操作手順を表示します",
    ),
    "postings": Said(
        "a job in Teamtailor is its own ad: the text is read with it",
        "Teamtailor の求人は求人票を兼ねるため、本文は求人とともに読み取ります",
    ),
    "interviews": Said(
        "its public API documents no meetings with a time: a person says whether an interview took place",
        "公開APIに日時付きの面接がないため、面接の実施は人が記録します",
    ),
    "attach": Said(
        "Teamtailor fetches a file only from a public address, and a candidate's papers are put on none",
        "Teamtailor は公開URLからしかファイルを取り込めず、候補者の書類を公開URLに置くことはしません",
    ),
}

GLOSSARY: Mapping[str, str] = {
    "Requisition": "job",
    "JobPosting": "job",
    "HiringManager": "user of the job's team with the role hiring manager",
    "Recruiter": "user (recruiter) of the job",
    "Candidate": "candidate",
    "Application": "job application",
    "Prospect": "sourced candidate",
    "Stage": "stage",
    "Interview": "interview",
    "Interviewer": "user",
    "Scorecard": "interview (scorecard)",
    "Rejection": "rejected job application (reject reason)",
    "Offer": "job offer",
    "Note on a requisition": "note on the calibration candidate",
    "Note on a person": "note",
    "Decision": "stage of the calibration candidate, custom field value",
    "Tag": "tag",
    "Attachment": "upload",
}


def webhook_steps(url: str) -> list[Said]:
    return [
        Said(
            f"Settings > Integrations > Webhooks > Add webhook; Webhook URL: {url}",
            f"Settings > Integrations > Webhooks > Add webhook。Webhook URL：{url}",
        ),
        Said(f"Events: {', '.join(WEBHOOKS)}", f"Events：{', '.join(WEBHOOKS)}"),
        Said(
            "Signature version: v2. Save, and copy the signature key Teamtailor shows.",
            "Signature version は v2 にして保存し、表示された signature key をコピーしてください。",
        ),
        Said(
            "Run `kakuyaku connect teamtailor` again and paste that key as the webhook secret; until then its deliveries"
            " are refused and changes come by the sweep.",
            "`kakuyaku connect teamtailor` をもう一度実行し、その key を Webhook の secret として入力してください。"
            "それまで通知は受け付けず、変更は定期読み取りで取得します。",
        ),
    ]
