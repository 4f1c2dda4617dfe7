"""What Odoo is told to people as: questions, clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.records import Approval, Ask, Rate, Said

ASKS: tuple[Ask, ...] = (
    Ask("api_base", Said("Address of your Odoo", "Odoo のアドレス（https://…）"), kind="option"),
    Ask(
        "database",
        Said("Database (empty: the only one at this address)", "データベース名（空欄：このアドレスに1つだけの場合）"),
        kind="option",
        default="",
    ),
    Ask("api_key", Said("API key of the integration user", "連携用ユーザーの API キー"), secret=True),
    Ask(
        "admin_key",
        Said(
            "API key of an administrator, for setting up alone (empty: you click instead)",
            "管理者の API キー（設定時のみ使用。空欄：手作業で設定）",
        ),
        secret=True,
        default="",
    ),
)

PREPARING: tuple[Said, ...] = (
    Said(
        "Odoo 19 or later with the apps Recruitment (hr_recruitment) and Automation Rules (base_automation). On Odoo's own"
        " cloud the API needs the Custom plan.",
        "Odoo 19 以降で、アプリ「採用」（hr_recruitment）と「オートメーションルール」（base_automation）が必要です。"
        "Odoo のクラウドでは、API の利用に Custom プランが必要です。",
    ),
    Said(
        "Settings > Users: create a user for kakuyaku alone, role Recruitment: Administrator, nothing else.",
        "「設定 > ユーザー」で kakuyaku 専用のユーザーを作成し、「採用：管理者」の権限だけを付けてください。",
    ),
    Said(
        "As that user: Preferences > Account security > New API key. It expires (at most three months unless the group"
        " allows more): note the date, `doctor` says when it no longer works.",
        "そのユーザーで「設定 > アカウントのセキュリティ > 新しい API キー」を作成してください。キーには期限があります"
        "（グループの設定で延長できます）。失効すると `doctor` でわかります。",
    ),
    Said(
        "As an administrator make a key of one day as well: it creates our fields, their page and the webhooks. Take it"
        " away afterwards by answering with nothing.",
        "管理者でも1日だけ有効なキーを作成してください。項目・画面・Webhook の作成に使います。設定後は空欄で答え直して取り除いてください。",
    ),
    Said(
        "On every job: put the hiring manager first among the Interviewers.",
        "各求人の「面接官」の先頭に採用責任者を設定してください。",
    ),
)

HEARS = Said(
    "jobs, activities, applicants and meetings by automation rules; each rings once and never again, so all are swept too",
    "求人・活動・応募者・面接予定をオートメーションルールで通知（再送なし。すべて定期的な読み取りでも補完）",
)
APPROVAL = Approval(
    Said(
        "an activity on the job, assigned to its first interviewer, who completes it with the line as feedback (75,"
        " approve 75, decline): Odoo says who did. Fields of the job, for officers: Odoo says not who edited them, so"
        " the manager confirms by mail",
        "求人の先頭の面接官に割り当てた「活動」を、フィードバックに面接確約ライン（75、承認 75、見送り など）を書いて完了。"
        "実行した人を Odoo が記録します。採用担当者は求人の項目でも設定できますが、編集した人は分からないためメールで確認します",
    ),
    "verified",
)
# Odoo publishes no number for its API. Its cloud asks for moderation in its acceptable use policy, a server of one's own
# takes what it can; this is our own cautious guess.
RATE = Rate(60, 60.0, published=False)

EMPTY: Mapping[str, Said] = {
    "postings": Said(
        "a job's own description is its posting; it is read with the job",
        "求人票は求人の説明欄そのもので、求人と一緒に読み取ります",
    ),
    "past_candidates": Said(
        "Odoo keeps no employment history, and does not say who applied themselves; bring people in by file",
        "職歴の記録がなく、本人の応募かどうかも記録されないため、ファイルで取り込んでください",
    ),
    "resume": Said(
        "past candidates are brought in by file, their résumés with them",
        "過去の候補者と同じく、ファイルで取り込みます",
    ),
}
