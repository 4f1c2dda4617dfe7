"""What a fresh sandbox holds: an invented company, three colleagues and a service account, reasons and sources."""

from __future__ import annotations

from connectors.sandbox.store import Store

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 a toy's key, printed on its own pages
COMPANY = "青葉クラウド株式会社 / Aoba Cloud Inc."

SERVICE_USER = 4_000_000_100
RECRUITER = 4_000_000_101
MANAGER = 4_000_000_102
OTHER_MANAGER = 4_000_000_103

PEOPLE = (
    (SERVICE_USER, "Integration", "Service User", "integration@example.com", True, "service"),
    (RECRUITER, "美咲", "佐藤", "misaki.sato@example.com", True, "recruiter"),
    (MANAGER, "健一", "鈴木", "kenichi.suzuki@example.com", False, "manager"),
    (OTHER_MANAGER, "直子", "高橋", "naoko.takahashi@example.com", False, "manager"),
)
STAGES = ("Application Review / 応募書類確認", "カジュアル面談", "一次面接", "最終面接", "Offer / オファー")
INTERVIEWS = {
    "カジュアル面談": "カジュアル面談",
    "一次面接": "一次面接（採用責任者）",
    "最終面接": "最終面接",
}
REASONS = (
    ("経験・スキルの不足 / Skills", "WE_REJECTED_THEM"),
    ("条件の不一致 / Terms", "WE_REJECTED_THEM"),
    ("本人より辞退 / Withdrew", "THEY_REJECTED_US"),
    ("その他 / Other", "NONE_SPECIFIED"),
)
SOURCES = ("リファラル / Referral", "求人サイト / Job board", "スカウト / Scout")
GUIDANCE_KEY = "screening_guidance"

# Fields only a requisition's hiring manager edits in the pages, as an administrator would have arranged it. The API's
# own account may still set them.
MANAGER_ONLY = (
    "kakuyaku_decision",
    "kakuyaku_line",
    "kakuyaku_meeting",
    "kakuyaku_days",
    "kakuyaku_specification",
)


def fill(store: Store) -> None:
    """Seed an empty store; one that holds users already is left as it is."""
    if store.rows("users"):
        return
    with store.whole():
        for id, first, last, email, admin, role in PEOPLE:
            japanese = role != "service"
            store.add(
                "users",
                id=id,
                name=f"{last} {first}" if japanese else f"{first} {last}",
                first_name=first,
                last_name=last,
                primary_email=email,
                site_admin=admin,
                deactivated=False,
                role=role,
            )
        store.add(
            "custom_fields",
            name="Screening guidance / 選考の観点",
            name_key=GUIDANCE_KEY,
            field_type="job",
            value_type="long_text",
            description="What matters beyond the description. 募集要項に書ききれない選考の観点。",
            private=False,
            required=False,
            require_approval=False,
            api_only=False,
            active=True,
            sort_order=0,
            expose_in_job_board_api=False,
        )
        for name, kind in REASONS:
            store.add("rejection_reasons", name=name, type=kind)
        for name in SOURCES:
            store.add("sources", name=name, type="OTHER")
        store.set("manager_only", list(MANAGER_ONLY))
