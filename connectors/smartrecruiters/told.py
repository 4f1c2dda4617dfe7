"""What SmartRecruiters is told to people as: clicks, findings, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.base import ATSError, refusal
from connectors.records import Approval, Ask, Finding, Rate, Said

# https://dev.smartrecruiters.com/customer-api/authentication/access-scopes; users, messages and interviews by analogy
SCOPES = (
    *("jobs_read", "jobs_manage", "candidates_read", "candidates_manage", "configuration_read", "configuration_manage"),
    *("users_read", "messages_write", "interviews_read", "webhooks_read", "webhooks_manage"),
)
FIELDS_PAGE = "Settings / Admin > Job Fields"
CANDIDATE_FIELDS_PAGE = "Settings / Admin > Candidate Fields"
KEYS_PAGE = "Settings / Admin > Credential Manager"

ASKS: tuple[Ask, ...] = (
    Ask(
        "api_key",
        Said("API key (X-SmartToken; empty: an OAuth client instead)", "APIキー（X-SmartToken。空欄: OAuthを使う）"),
        secret=True,
        default="",
    ),
    Ask(
        "client_id",
        Said("OAuth client id (with an API key: empty)", "OAuth の client id（APIキーの場合は空欄）"),
        default="",
    ),
    Ask(
        "client_secret",
        Said("OAuth client secret (with an API key: empty)", "OAuth の client secret（APIキーの場合は空欄）"),
        secret=True,
        default="",
    ),
    Ask(
        "approval_by",
        Said(
            "Where managers decide: fields (job fields) or application (a calibration person)",
            "採用責任者が判断する場所：fields（求人の項目）または application（すり合わせ用の候補者）",
        ),
        kind="option",
        default="fields",
    ),
)

PREPARING: tuple[Said, ...] = (
    Said(
        "Sign in to SmartRecruiters as an administrator.",
        "SmartRecruiters に管理者としてサインインしてください。",
    ),
    Said(
        f"{KEYS_PAGE}: create an API key for kakuyaku alone (or an OAuth client with the scopes {', '.join(SCOPES)})."
        " Reading messages on people needs an administrator's key.",
        f"{KEYS_PAGE} で、kakuyaku 専用のAPIキー（または次のscopeを持つOAuthクライアント：{', '.join(SCOPES)}）を作成して"
        "ください。候補者へのメッセージの読み取りには管理者権限のキーが必要です。",
    ),
    Said(
        f"{FIELDS_PAGE} > Add Field, type Free Text, category Job Field, not required, visible, three times:"
        " kakuyaku calibration, kakuyaku line, kakuyaku days. (The single-select ones are created by kakuyaku.)",
        f"{FIELDS_PAGE} > Add Field で、種類 Free Text、区分 Job Field、必須なし、表示ありの項目を3つ作成してください："
        "kakuyaku calibration、kakuyaku line、kakuyaku days（選択式の項目は kakuyaku が作成します）。",
    ),
    Said(
        "If jobs need approval: an edit of a job field may ask for it anew. Then choose approval_by = application, and"
        f" create instead, under {CANDIDATE_FIELDS_PAGE}, two text fields: kakuyaku calibration, kakuyaku line.",
        "求人に承認フローを設定している場合、求人の項目の編集で再承認が必要になることがあります。そのときは approval_by を"
        f" application にし、代わりに {CANDIDATE_FIELDS_PAGE} でテキスト項目を2つ（kakuyaku calibration、kakuyaku line）"
        "作成してください。",
    ),
    Said(
        "Have `kakuyaku serve` running: SmartRecruiters rings our address while the webhook is activated.",
        "Webhookの有効化の際に SmartRecruiters がこちらのURLへ確認を送るため、`kakuyaku serve` を起動しておいてください。",
    ),
)

HEARS = Said(
    "jobs, job ads, hiring teams, applications and candidates by webhook; interviews where the account rings for them",
    "求人・求人広告・採用チーム・応募・候補者（Webhook）。面接は通知のあるアカウントのみ",
)
APPROVAL = Approval(
    Said(
        "job fields of ours (decision, line), or by option the status of a calibration person. Neither says who acted",
        "求人の項目（判断・面接確約ライン）。設定により、すり合わせ用候補者のステータス。どちらも操作した人は分かりません",
    ),
    "recorded",
)
RATE = Rate(10, 1.0)

EMPTY: Mapping[str, Said] = {
    "past_candidates": Said(
        "the list of people does not say who applied themselves, so nobody is taken from it as an applicant",
        "候補者の一覧では本人の応募かどうかが分からないため、過去応募者としては取り込みません",
    ),
    "resume": Said(
        "résumés are not read, because past candidates are not taken in",
        "過去応募者を取り込まないため、履歴書・職務経歴書は読み取りません",
    ),
}

CREDENTIALS = Said("credentials", "認証情報")
_WEBHOOK = Said("webhook", "Webhook")


def credentials_good() -> Finding:
    return Finding(CREDENTIALS, ok=True, detail=Said("jobs could be read", "求人を読み取れました"))


def refused(problem: ATSError) -> Finding:
    todo = Said(
        f"compare the key (or OAuth client) with {KEYS_PAGE}; its user must be active",
        f"キー（またはOAuthクライアント）を {KEYS_PAGE} と照合してください。そのユーザーが有効である必要があります",
    )
    return refusal(CREDENTIALS, problem, todo)


def scope(name: str) -> Said:
    return Said(f"scope {name}", f"scope {name}")


def scope_missing(name: str, problem: ATSError) -> Finding:
    todo = Said(f"give the credential {name} in {KEYS_PAGE}", f"{KEYS_PAGE} で認証情報に {name} を付与してください")
    if problem.status not in (401, 403, 404):
        todo = Said(
            "run the check again in a minute; write to SmartRecruiters support if it stays",
            "1分ほどおいてもう一度確認してください。解消しない場合は SmartRecruiters のサポートへお問い合わせください",
        )
    return refusal(scope(name), problem, todo)


def _field(label: str) -> Said:
    return Said(f"job field {label}", f"求人の項目 {label}")


def field_there(label: str, added: Sequence[str]) -> Finding:
    values = ", ".join(added)
    there = (
        Said(f"added values: {values}", f"選択肢を追加しました：{values}") if added else Said("is there", "あります")
    )
    return Finding(_field(label), ok=True, detail=there)


def field_missing(label: str, *, free_text: bool, needed: bool) -> Finding:
    if not needed:
        # Days, meeting and specification have defaults of the connection's own.
        detail = Said("is missing; the connection's default is used", "ありません。接続の既定値を使います")
        return Finding(_field(label), ok=True, detail=detail)
    todo = (
        Said(
            f"{FIELDS_PAGE} > Add Field: {label}, Free Text, Job Field, not required, visible",
            f"{FIELDS_PAGE} > Add Field で {label}（Free Text、Job Field、必須なし、表示あり）を作成してください",
        )
        if free_text
        else Said("run connect again: it creates it", "もう一度 connect を実行すると作成されます")
    )
    return Finding(_field(label), ok=False, detail=Said("is missing", "ありません"), todo=todo)


def field_lacks(label: str, values: Sequence[str]) -> Finding:
    named = ", ".join(values)
    return Finding(
        _field(label),
        ok=False,
        detail=Said(f"lacks the values {named}", f"選択肢が足りません：{named}"),
        todo=Said("run connect again: it adds them", "もう一度 connect を実行すると追加されます"),
    )


def field_required(label: str) -> Finding:
    return Finding(
        _field(label),
        ok=False,
        detail=Said(
            "is required: jobs could not be saved without it", "必須になっています（未入力だと求人を保存できません）"
        ),
        todo=Said(f"make it optional under {FIELDS_PAGE}", f"{FIELDS_PAGE} で必須を外してください"),
    )


def candidate_field_missing(label: str) -> Finding:
    return Finding(
        Said(f"candidate field {label}", f"候補者の項目 {label}"),
        ok=False,
        detail=Said("is missing", "ありません"),
        todo=Said(
            f"{CANDIDATE_FIELDS_PAGE}: create it as text, not required",
            f"{CANDIDATE_FIELDS_PAGE} で、テキスト・必須なしの項目として作成してください",
        ),
    )


def subscribed() -> Finding:
    return Finding(_WEBHOOK, ok=True, detail=Said("created and active", "作成し、有効になりました"))


def subscription_there() -> Finding:
    return Finding(_WEBHOOK, ok=True, detail=Said("is there and active", "有効です"))


def subscription_lacks(events: Sequence[str]) -> Finding:
    named = ", ".join(events)
    return Finding(
        _WEBHOOK,
        ok=False,
        detail=Said(f"does not ring for: {named}", f"通知されないイベントがあります：{named}"),
        todo=Said(
            "delete the subscription in SmartRecruiters and run connect again",
            "SmartRecruiters でそのWebhookを削除し、もう一度 connect を実行してください",
        ),
    )


def no_subscription() -> Finding:
    return Finding(
        _WEBHOOK,
        ok=False,
        detail=Said("none is active", "有効なWebhookがありません"),
        todo=Said(
            "run connect again while `kakuyaku serve` is running",
            "`kakuyaku serve` を起動した状態で、もう一度 connect を実行してください",
        ),
    )


def not_activated(words: str) -> Finding:
    return Finding(
        _WEBHOOK,
        ok=False,
        detail=words,
        todo=Said(
            "our address must be reachable by https with a certificate that is publicly trusted, and `kakuyaku serve`"
            " running; then run connect again",
            "こちらのURLへ、公的に信頼された証明書のhttpsで外部から届くこと、`kakuyaku serve` が起動していることを確認し、"
            "もう一度 connect を実行してください",
        ),
    )


def cannot_be_tried() -> Finding:
    named = ", ".join(each for each in SCOPES if each.endswith(("_manage", "_write")))
    return Finding(
        Said("write scopes", "書き込み用のscope"),
        ok=True,
        detail=Said(
            f"cannot be tried without writing; see that the credential has {named}",
            f"書き込まずには確認できません。認証情報に {named} があることをご確認ください",
        ),
    )
