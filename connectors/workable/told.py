"""What Workable is told to people as: what is asked, the clicks before connecting, how approval works, what is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.records import Approval, Ask, Rate, Said
from connectors.workable.decisions import APPROVED, REVIEW, STAGES

ASKS: tuple[Ask, ...] = (
    Ask("api_token", Said("API access token of the account", "アカウントの APIアクセストークン"), secret=True),
    Ask(
        "subdomain",
        Said(
            "The account's subdomain (https://<subdomain>.workable.com)",
            "アカウントのサブドメイン（https://<subdomain>.workable.com）",
        ),
        kind="option",
    ),
    Ask(
        "member_id",
        Said(
            "Id of the member kakuyaku acts as (its own, nobody's hiring manager; `doctor` lists them)",
            "kakuyaku が操作に使うメンバーのID（専用のメンバー。採用責任者ではない人。`doctor` で一覧できます）",
        ),
        kind="option",
    ),
)
PREPARING: tuple[Said, ...] = (
    Said("Sign in to Workable as an administrator.", "Workable に管理者としてサインインしてください。"),
    Said(
        "Settings > Integrations > Apps > API access tokens: generate a token with the scopes r_jobs, r_candidates,"
        " w_candidates (and w_comments, and r_requisitions if you use the hiring plan).",
        "Settings > Integrations > Apps > API access tokens で、r_jobs, r_candidates, w_candidates（および w_comments、"
        "採用計画を使う場合は r_requisitions）の権限を付けたトークンを発行してください。",
    ),
    Said(
        "Invite a member for kakuyaku (Settings > Team members): moves and comments are recorded under that name.",
        "kakuyaku 用のメンバーを招待してください（Settings > Team members）。移動とコメントはその名前で記録されます。",
    ),
    Said(
        f"Settings > Recruiting > Pipelines: add two stages, “{STAGES[REVIEW]}” and “{STAGES[APPROVED]}”, to every"
        " pipeline used. Only kakuyaku's own card is ever put there.",
        f"Settings > Recruiting > Pipelines で、使用するすべてのパイプラインにステージ「{STAGES[REVIEW]}」と"
        f"「{STAGES[APPROVED]}」を追加してください。kakuyaku のカードだけが入ります。",
    ),
)
HEARS = Said(
    "candidates made, moved, disqualified, hired or deleted by webhook; jobs, comments and events are polled",
    "候補者の作成・移動・不合格・採用・削除はWebhook。求人・コメント・予定は定期的に読み取り",
)
APPROVAL = Approval(
    Said(
        f"a calibration candidate (not a person) on the job: the manager moves it to “{STAGES[APPROVED]}” after"
        " commenting another line if they want one, or disqualifies it to decline. Its timeline says who did",
        f"求人に置いた確認用カード（応募者ではありません）を、採用責任者が「{STAGES[APPROVED]}」へ移動（別のラインは事前にコメントへ）、"
        "見送りは Disqualify。操作した人は Workable の履歴から分かります",
    ),
    "verified",
)
# Account tokens: https://workable.readme.io/reference/rate-limits
RATE = Rate(10, 10.0)

GLOSSARY: Mapping[str, str] = {
    "Requisition": "job",
    "JobPosting": "job (its full description)",
    "HiringManager": "hiring manager (collaboration role)",
    "Recruiter": "recruiting admin",
    "Candidate": "candidate",
    "Application": "candidate (one per job)",
    "Prospect": "sourced candidate",
    "Stage": "stage",
    "Interview": "event",
    "Interviewer": "member",
    "Scorecard": "evaluation",
    "Rejection": "disqualification",
    "Offer": "offer",
    "Note on a requisition": "comment on the calibration candidate",
    "Note on a person": "comment",
    "Decision": "stage of the calibration candidate",
    "Tag": "tag",
    "Attachment": "attachment of a comment",
}
EMPTY: Mapping[str, Said] = {}
