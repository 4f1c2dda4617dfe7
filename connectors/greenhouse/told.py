"""What Greenhouse is told to people as: the clicks before connecting, how approval works, why something is not done."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.greenhouse.setup import LISTS, WRITE_SCOPES
from connectors.records import Approval, Rate, Said

# https://harvestdocs.greenhouse.io/docs/authentication
SCOPES = tuple(f"harvest:{name}:list" for name in LISTS) + tuple(f"harvest:{name}" for name in WRITE_SCOPES)

PREPARING: tuple[Said, ...] = (
    Said(
        "Sign in to Greenhouse as a Site Admin who may use the Dev Center.",
        "Greenhouse に、Dev Center を利用できる Site Admin としてサインインしてください。",
    ),
    Said(
        "Configure > Dev Center > API Credentials > Harvest V3 (OAuth): create a credential for kakuyaku alone (a new"
        " token revokes the one before, so one credential serves one kakuyaku).",
        "Configure > Dev Center > API Credentials > Harvest V3 (OAuth) で、kakuyaku 専用の認証情報を作成してください"
        "（新しいトークンを発行すると前のトークンは無効になるため、1つの認証情報は1つの kakuyaku だけで使います）。",
    ),
    Said(
        f"Tick these scopes, no others are used: {', '.join(SCOPES)}",
        f"次のscopeにチェックを入れてください（ほかは使いません）：{', '.join(SCOPES)}",
    ),
    Said(
        "Greenhouse shows client id and client secret; they are asked for here.",
        "Greenhouse に表示される client id と client secret を、このあと入力します。",
    ),
)

HEARS = Said(
    "jobs, job posts, candidates and applications by webhook; interviews are polled",
    "求人・求人票・候補者・応募はWebhook、面接は定期的な読み取り",
)
APPROVAL = Approval(
    Said(
        "custom fields of the job: decision, line, meeting, days. Greenhouse does not say who edited them. By option the"
        " job's own approval flow, which does (verified)",
        "求人のカスタム項目（判断・面接確約ライン・内容・営業日数）。編集した人は Greenhouse から分かりません。設定により、"
        "承認者が分かる標準の求人承認フロー（確認済み）",
    ),
    "recorded",
)
# The guide's example has a window of 30 seconds and 75 calls; the real limit stands in X-RateLimit-Limit and differs by
# credential (https://harvestdocs.greenhouse.io/docs/api-rate-limiting).
RATE = Rate(75, 30.0, published=False)

EMPTY: Mapping[str, Said] = {
    "subscribe": Said(
        "Greenhouse has no documented API to create webhooks; `connect` prints the clicks",
        "Webhookを作成する公開APIがないため、`connect` が操作手順を表示します",
    ),
}
