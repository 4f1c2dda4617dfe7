"""What Ashby is told to people as: the clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.ashby.decisions import FORM
from connectors.ashby.door import WEBHOOKS
from connectors.choices import APPROVE, DECLINE
from connectors.records import Approval, Ask, Rate, Said

ASKS: tuple[Ask, ...] = (
    Ask("api_key", Said("API key", "API キー"), secret=True),
    Ask(
        "approval_interview",
        Said(
            "Title of the interview whose feedback form carries the decision",
            "判断を入力するフィードバックフォームを持つ Interview の名前",
        ),
        kind="option",
        default="kakuyaku",
    ),
    Ask(
        "role_manager",
        Said("Title of the hiring team role of hiring managers", "採用責任者の Hiring team role の名前"),
        kind="option",
        default="Hiring Manager",
    ),
)

# https://developers.ashbyhq.com/reference/authentication: what each call we make asks for.
PERMISSIONS: Mapping[str, str] = {
    "jobsRead": "job.list",
    "candidatesRead": "candidate.list",
    "candidatesWrite": "",
    "interviewsRead": "interview.list",
    "hiringProcessMetadataRead": "customField.list",
    "hiringProcessMetadataWrite": "",
    "organizationRead": "user.list",
    "apiKeysRead": "",
    "apiKeysWrite": "",
}

PREPARING: tuple[Said, ...] = (
    Said(
        "Sign in to Ashby as an Organization Admin.",
        "Ashby に Organization Admin としてサインインしてください。",
    ),
    Said(
        "Admin > Integrations > API Keys: create a key for kakuyaku with these permissions, no others are used: "
        + ", ".join(PERMISSIONS)
        + ". Leave confidential jobs and private fields off unless confidential jobs are to be calibrated.",
        "Admin > Integrations > API Keys で kakuyaku 用のキーを作成し、次の権限を付けてください（ほかは使いません）："
        + "、".join(PERMISSIONS)
        + "。非公開求人も対象にする場合を除き、confidential jobs と private fields の許可は付けないでください。",
    ),
    Said(
        "Admin > Feedback forms: create a form “kakuyaku” with a select “Decision / 判断” (required; options"
        f" “{APPROVE}” and “{DECLINE}”), a short text or number “Line / 面接確約ライン”, and, if you like,"
        " “Business days / 営業日数”. The form is recognised by these titles.",
        "Admin > Feedback forms で「kakuyaku」というフォームを作成してください。項目は、選択式の「Decision / 判断」"
        f"（必須。選択肢は「{APPROVE}」と「{DECLINE}」）、短文または数値の「Line / 面接確約ライン」、必要に応じて"
        "「Business days / 営業日数」です。フォームはこの項目名で見分けます。",
    ),
    Said(
        "Admin > Interviews: create a shared interview “kakuyaku” that uses this form and requests feedback.",
        "Admin > Interviews で、このフォームを使いフィードバックを依頼する共有 Interview「kakuyaku」を作成してください。",
    ),
)

HEARS = Said(
    "jobs, job postings, applications, interviews, merged and deleted candidates by webhook; decisions are polled",
    "求人・求人票・応募・面接・候補者の統合と削除はWebhook、判断は定期的な読み取り",
)
APPROVAL = Approval(
    Said(
        "a feedback form on a calibration candidate of the job. Ashby says who submitted it",
        "求人に置いた要件すり合わせ用の候補者へのフィードバックフォーム。提出した人は Ashby から分かります",
    ),
    "verified",
)
# Ashby publishes no general limit (15 a minute for reports, which we don't ask for): one a second, sixty at once.
RATE = Rate(60, 60.0, published=False)

EMPTY: Mapping[str, Said] = {}

GLOSSARY: Mapping[str, str] = {
    "Requisition": "job",
    "JobPosting": "job posting",
    "HiringManager": "hiring team member with the role Hiring Manager",
    "Recruiter": "hiring team member with the role Recruiter",
    "Candidate": "candidate",
    "Application": "application",
    "Prospect": "application with the status Lead",
    "Stage": "interview stage",
    "Interview": "interview event of an interview schedule",
    "Interviewer": "interviewer",
    "Scorecard": "feedback (application feedback)",
    "Rejection": "archived application (archive reason)",
    "Offer": "offer",
    "Note on a requisition": "note on the calibration candidate",
    "Note on a person": "note",
    "Decision": "feedback form on the calibration candidate",
    "Tag": "candidate tag",
    "Attachment": "candidate file",
}

NEW_WEBHOOK = "Admin > Integrations > Webhooks > New"


def webhook_steps(url: str) -> list[Said]:
    """Where to click for webhooks that the API would not create. The secret is shown by whoever calls this."""
    return [
        Said(
            f"{NEW_WEBHOOK}, once for each of these types: {', '.join(WEBHOOKS)}",
            f"{NEW_WEBHOOK} で、次の種類ごとに1つずつ作成してください：{', '.join(WEBHOOKS)}",
        ),
        Said(f"Request URL: {url}", f"Request URL：{url}"),
    ]


def form_titles(purposes: tuple[str, ...] = ("decision", "line")) -> str:
    return ", ".join(" / ".join(sorted(FORM[purpose])) for purpose in purposes)
