"""What Lever is told to people as: what is asked, the clicks before connecting, how approval works, what is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.lever.decisions import APPROVED, REVIEW, STAGES
from connectors.records import Approval, Ask, Rate, Said

ASKS: tuple[Ask, ...] = (
    Ask("api_key", Said("API key", "APIキー"), secret=True),
    Ask(
        "perform_as",
        Said(
            "Id of the Lever user kakuyaku acts as (its own user, nobody's hiring manager)",
            "kakuyaku が操作に使う Lever ユーザーのID（専用のユーザー。採用責任者ではない人）",
        ),
        kind="option",
    ),
)
PREPARING: tuple[Said, ...] = (
    Said(
        "Sign in to Lever as a Super Admin. Requisitions must be in use (LeverTRM Enterprise or Advanced HR).",
        "Lever に Super Admin としてサインインしてください。Requisition 機能（LeverTRM Enterprise または Advanced HR）が必要です。",
    ),
    Said(
        "Settings > Integrations and API > API Credentials: generate a key. Read: users, requisitions, postings,"
        " opportunities, contacts, stages, archive reasons, notes, interviews, files, resumes, tags, webhooks. Write:"
        " opportunities, notes, files, webhooks. Allow confidential data, or set the option confidentiality to"
        " non-confidential.",
        "Settings > Integrations and API > API Credentials で APIキーを発行してください。読み取り：users, requisitions,"
        " postings, opportunities, contacts, stages, archive reasons, notes, interviews, files, resumes, tags, webhooks。"
        "書き込み：opportunities, notes, files, webhooks。confidential データも許可してください（許可しない場合はオプション"
        " confidentiality を non-confidential に）。",
    ),
    Said(
        "Settings > Users: make a user for kakuyaku and copy its id from the address of its page.",
        "Settings > Users で kakuyaku 用のユーザーを作成し、そのページのURLからIDを控えてください。",
    ),
    Said(
        f"Settings: add two pipeline stages, “{STAGES[REVIEW]}” and “{STAGES[APPROVED]}”. They appear on every posting;"
        " only kakuyaku's own card is ever put there.",
        f"Settings で、ステージ「{STAGES[REVIEW]}」と「{STAGES[APPROVED]}」を追加してください。全求人に表示されますが、"
        "kakuyaku のカードだけが入ります。",
    ),
)
HEARS = Said(
    "candidacies, interviews and people by webhook; Lever rings for no requisition, posting or note: they are polled",
    "応募・面接・人はWebhook。求人・求人票・メモの通知は Lever にないため、定期的に読み取り",
)
APPROVAL = Approval(
    Said(
        f"a calibration opportunity (not a person) on the posting: the manager moves it to “{STAGES[APPROVED]}” after"
        " writing another line as a note if they want one, or archives it to decline. Lever says who moved it, not who"
        " archived it",
        f"求人に置いた確認用カード（応募者ではありません）を、採用責任者が「{STAGES[APPROVED]}」へ移動（別のラインは事前にメモへ）、"
        "見送りはアーカイブ。移動した人は Lever の記録から分かり、アーカイブした人は分かりません",
    ),
    "verified",
)
# 10 requests a second steadily, bursts of 20: https://hire.lever.co/developer/documentation#rate-limits
RATE = Rate(10, 1.0)

GLOSSARY: Mapping[str, str] = {
    "Requisition": "requisition",
    "JobPosting": "posting",
    "HiringManager": "hiring manager",
    "Recruiter": "owner",
    "Candidate": "contact",
    "Application": "opportunity",
    "Prospect": "lead",
    "Stage": "stage",
    "Interview": "interview",
    "Interviewer": "interviewer",
    "Scorecard": "feedback form",
    "Rejection": "archive (archive reason)",
    "Offer": "offer",
    "Note on a requisition": "note on the calibration opportunity",
    "Note on a person": "note",
    "Decision": "stage of the calibration opportunity",
    "Tag": "tag",
    "Attachment": "file",
}
EMPTY: Mapping[str, Said] = {}
