"""What a sheet of working conditions must hold, and how it reaches a candidate."""

from __future__ import annotations

from datetime import date

import pytest

from plugin.scouting import conditions_sheet
from plugin.scouting.working_conditions import FIELDS, Known, Sheet, gaps

FULL = {
    "employer": "株式会社みほん",
    "contract": "permanent",
    "trial": "3か月（条件の変更なし）",
    "job": "決済基盤の開発",
    "job_change": "会社の定める業務",
    "place": "東京都渋谷区",
    "place_change": "会社の定める場所",
    "hours": "9:30〜18:30",
    "breaks": "60分",
    "overtime": "あり（月平均20時間）",
    "holidays": "完全週休2日制",
    "pay": "年収 700万円〜1,000万円",
    "insurance": "健康保険、厚生年金、雇用保険、労災保険",
    "smoking": "屋内禁煙",
}


def known(**values: str) -> dict[str, Known]:
    return {name: Known(value) for name, value in values.items()}


def test_a_full_sheet_has_no_gap_and_a_fixed_term_needs_its_limits() -> None:
    assert gaps(known(**FULL)) == ()
    fixed = {**FULL, "contract": "fixed_term"}
    assert gaps(known(**fixed)) == ("term", "renewal", "renewal_cap")
    assert gaps(known(**fixed, term="1年", renewal="あり", renewal_cap="2回まで")) == ()


def test_fixed_overtime_is_stated_whole_or_not_at_all() -> None:
    assert gaps(known(**FULL, fixed_overtime_hours="45")) == ("fixed_overtime_amount",)
    assert gaps(known(**FULL, fixed_overtime_amount="80000")) == ("fixed_overtime_hours",)
    assert gaps(known(**FULL, fixed_overtime_hours="0")) == ()


@pytest.mark.parametrize("field", sorted(FULL))
def test_each_missing_field_is_a_gap_by_name(field: str) -> None:
    rest = {name: value for name, value in FULL.items() if name != field}
    assert field in gaps(known(**rest))


def test_every_field_has_a_name_in_both_languages() -> None:
    for field in FIELDS:
        assert conditions_sheet.label(field, "ja") != conditions_sheet.label(field, "en")


def test_the_attached_sheet_says_what_is_open_and_loads_nothing() -> None:
    some = {name: value for name, value in FULL.items() if name not in ("smoking", "breaks")}
    sheet = Sheet(known(**{**some, "job_change": "<script>"}), date(2026, 11, 20), 1)
    for language, later, day in (
        ("ja", "現在確認中です", "2026年11月20日(金)現在"),
        ("en", "Not settled yet", "20 Nov 2026"),
    ):
        rows = conditions_sheet.lines(sheet, language)
        file = conditions_sheet.attachment(rows, role="Backend Engineer", sheet=sheet, locale=language)
        page = file.content.decode()
        assert file.media_type == "text/html"
        assert page.count(later) == 2
        assert day in page
        assert "&lt;script&gt;" in page and "<script" not in page
        assert not any(loader in page for loader in ("src=", "href=", "url(", "http"))
        assert "みほん" not in file.filename


def test_a_withheld_employer_is_described_on_the_sheet() -> None:
    sheet = Sheet(known(**FULL), date(2026, 11, 20), 1)
    values = [value for _label, value in conditions_sheet.lines(sheet, "ja", employer="都内のSaaS企業")]
    assert "都内のSaaS企業" in values and "株式会社みほん" not in values
