"""A condition on a yes, compared with what the description states. What isn't understood is never "met"."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.conditions_met import compare, conditions_of
from ranking.values import Pay, Quote, Requirement, Stated

NOWHERE = Quote("", 0, 0)


def stated(value: Any, words: str = "", *, inferred: bool = False) -> Stated[Any]:
    return Stated(value, Quote(words, 0, len(words)), inferred)


ROLE = Requirement(
    language="ja",
    pay=stated(Pay(7_000_000, 10_000_000), "年収 700万円〜1,000万円"),
    place=stated("13", "東京都渋谷区"),
    remote=stated("partial", "一部リモート"),
    employment=stated("permanent", "正社員"),
)
REMOTE_ROLE = Requirement(
    language="en",
    pay=stated(Pay(8_000_000, None), "from JPY 8,000,000"),
    place=stated("27", "大阪市"),
    remote=stated("full", "fully remote"),
    employment=stated("freelance", "業務委託"),
    visa=stated("sponsored", "visa sponsorship"),
)
OFFICE_ROLE = Requirement(language="ja", remote=stated("none", "出社"), employment=stated("contract", "契約社員"))
SILENT = Requirement(language="ja")


@pytest.mark.parametrize(
    ("role", "condition", "verdict"),
    [
        # Pay, up to the top of the stated band.
        (ROLE, "年収800万円以上であれば、ぜひお話を伺いたいです。", "met"),
        (ROLE, "年収１，０００万円以上であればぜひお願いします。", "met"),
        (ROLE, "年収1千万以上でしたら検討したいです。", "met"),
        (ROLE, "最低でも年収900万は希望しますが、お話を伺いたいです。", "met"),
        (ROLE, "年収850以上であれば前向きに検討します。", "met"),
        (ROLE, "年収800万を下回らなければ、選考に進みたいです。", "met"),
        (ROLE, "年収800〜900万円であればお話を伺いたいです。", "met"),
        (ROLE, "年収1,200万円以上であればお話を伺いたいです。", "contradicted"),
        (ROLE, "希望年収は1500万円以上です。条件が合えばお話ししたいです。", "contradicted"),
        (ROLE, "年収900〜1,100万円でしたらお願いします。", "unknown"),
        (ROLE, "月給60万円以上であればお話を伺います。", "unknown"),
        (ROLE, "手取りで800万円以上ならお願いします。", "unknown"),
        (ROLE, "現年収以上であれば、ぜひお話を伺いたいです。", "unknown"),
        (ROLE, "現職は年収950万円ですが、900万円以上であればお話を伺いたいです。", "unknown"),
        (ROLE, "年収800万円以上で、賞与が別に出るのであればお願いします。", "unknown"),
        (ROLE, "年収800万円以上で、残業が月20時間以内であればお願いします。", "unknown"),
        (SILENT, "年収800万円以上であれば、ぜひお話を伺いたいです。", "unknown"),
        (ROLE, "年収800万円から1割アップであればお願いします。", "unknown"),
        (ROLE, "Interested if it pays 20% more than 8M JPY.", "unknown"),
        (ROLE, "年収800万円以上(税引き後)であればお願いします。", "unknown"),
        (ROLE, "年収800万円以上のマネージャー職であればお願いします。", "unknown"),
        (ROLE, "フルリモートでなければ難しいです。", "contradicted"),
        (ROLE, "I'd be happy to talk if the salary is at least 9 million yen.", "met"),
        (ROLE, "Interested as long as the base is JPY 8,500,000 or more.", "met"),
        (ROLE, "I would need a minimum of 12M JPY a year, but let's talk.", "contradicted"),
        (ROLE, "I'm interested if the package is above $120k.", "unknown"),
        (ROLE, "Yes, if the salary is at least 9M and the bonus is good.", "unknown"),
        (ROLE, "Happy to talk if the pay is the same as my current one.", "unknown"),
        (REMOTE_ROLE, "I'd love to talk if it pays at least 7.5 million yen.", "met"),
        (REMOTE_ROLE, "I'd love to talk if it pays at least 9 million yen.", "unknown"),
        # Remote work.
        (ROLE, "リモート勤務が可能であれば、ぜひお話を伺いたいです。", "met"),
        (ROLE, "一部リモートが可能でしたらお願いします。", "met"),
        (ROLE, "フルリモートであれば、ぜひお話を伺いたいです。", "contradicted"),
        (ROLE, "完全在宅が条件ですが、お話は伺いたいです。", "contradicted"),
        (ROLE, "リモートであればお願いしたいです。", "unknown"),
        (ROLE, "週3日以上リモートであれば、ぜひお願いします。", "unknown"),
        (REMOTE_ROLE, "フルリモートであれば、ぜひお話を伺いたいです。", "met"),
        (REMOTE_ROLE, "出社不要であればお話を伺いたいです。", "met"),
        (REMOTE_ROLE, "I'm interested if it is fully remote.", "met"),
        (REMOTE_ROLE, "Only interested if the role is 100% remote.", "met"),
        (REMOTE_ROLE, "I'd be interested, provided that remote work is possible.", "met"),
        (ROLE, "I'd be interested if it's hybrid.", "met"),
        (ROLE, "I'd be interested if it's fully remote.", "contradicted"),
        (OFFICE_ROLE, "リモート可であればお話を伺いたいです。", "contradicted"),
        (OFFICE_ROLE, "Happy to chat if I can work from home.", "contradicted"),
        (REMOTE_ROLE, "福岡からフルリモートで働けるのであれば、ぜひお願いします。", "unknown"),
        (REMOTE_ROLE, "フルリモートで副業も可能であれば、ぜひお話を伺いたいです。", "unknown"),
        (SILENT, "フルリモートであれば、ぜひお話を伺いたいです。", "unknown"),
        # Place.
        (ROLE, "勤務地が東京であればお話を伺いたいです。", "met"),
        (ROLE, "勤務地が都内でしたらぜひお願いします。", "met"),
        (ROLE, "東京または神奈川での勤務であればお話を伺いたいです。", "met"),
        (ROLE, "勤務地が首都圏であればお願いします。", "met"),
        (ROLE, "勤務地が渋谷であればお話を伺いたいです。", "met"),
        (ROLE, "勤務地が新宿であればお話を伺いたいです。", "unknown"),
        (ROLE, "勤務地が大阪であればお話を伺いたいです。", "contradicted"),
        (ROLE, "関西勤務であればお願いします。", "contradicted"),
        (ROLE, "東京以外であればお話を伺いたいです。", "unknown"),
        (ROLE, "勤務地が東京で転勤がなければ、ぜひお願いします。", "unknown"),
        (ROLE, "I'd like to talk if the office is in Tokyo.", "met"),
        (ROLE, "I'd like to talk if the position is based in Osaka.", "contradicted"),
        (ROLE, "東京23区内の勤務であればお話を伺いたいです。", "unknown"),
        (ROLE, "井の頭線沿線、東京の勤務であればお願いします。", "unknown"),
        # Contract and visa.
        (ROLE, "正社員であればお話を伺いたいです。", "met"),
        (ROLE, "派遣でなければお話を伺いたいです。", "met"),
        (ROLE, "業務委託であればお話を伺いたいです。", "contradicted"),
        (ROLE, "I'm interested if it's a permanent position.", "met"),
        (ROLE, "Interested if it is a freelance role.", "contradicted"),
        (ROLE, "I'd be glad to talk if it's full-time.", "met"),
        (OFFICE_ROLE, "正社員であればお話を伺いたいです。", "contradicted"),
        (OFFICE_ROLE, "契約社員でなければお話を伺いたいです。", "contradicted"),
        (REMOTE_ROLE, "Interested if visa sponsorship is offered.", "met"),
        (REMOTE_ROLE, "就労ビザのサポートがあれば、ぜひお話を伺いたいです。", "met"),
        (ROLE, "I'd be interested if you sponsor visas.", "unknown"),
        # Several at once: each must be met.
        (ROLE, "年収900万円以上で、リモート可であればお願いします。", "met"),
        (ROLE, "年収900万円以上で、フルリモートであればお願いします。", "contradicted"),
        (ROLE, "正社員で年収800万円以上でしたら、ぜひお話を伺いたいです。", "met"),
        (ROLE, "Yes, if the salary is at least 9M and it's a permanent position.", "met"),
        (ROLE, "Yes, if it is a permanent position and the work is meaningful.", "unknown"),
        (ROLE, "技術的に面白いお仕事で、年収800万円以上であればお願いします。", "unknown"),
        (ROLE, "チームの雰囲気が良ければ、年収800万円以上で検討します。", "unknown"),
        (ROLE, "ご縁があればお願いします。", "unknown"),
    ],
)
def test_a_condition_is_compared_with_what_is_stated(role: Requirement, condition: str, verdict: str) -> None:
    assert compare(condition, role).verdict == verdict


def test_what_was_computed_is_not_stated() -> None:
    monthly = Requirement(language="ja", pay=stated(Pay(7_000_000, 10_000_000), "月給 50万円", inferred=True))
    assert compare("年収800万円以上であればお願いします。", monthly).verdict == "unknown"


def test_every_condition_of_the_text_counts() -> None:
    own = "年収800万円以上であれば、ぜひお話を伺いたいです。\nまた、フルリモートが条件です。"
    first = "年収800万円以上であれば、ぜひお話を伺いたいです。"
    assert compare(first, ROLE).verdict == "met"
    assert compare(conditions_of(own, first), ROLE).verdict == "contradicted"


@given(
    st.sampled_from(["副業も可能で", "転勤がなく", "育休が取れて", "ストックオプションがあり", "残業が少なく"]),
    st.integers(300, 1000),
)
def test_a_further_wish_is_never_met_unread(wish: str, amount: int) -> None:
    assert compare(f"{wish}、年収{amount}万円以上であればお願いします。", ROLE).verdict != "met"


@given(st.integers(300, 3000))
def test_pay_is_met_up_to_the_top_of_the_band_and_no_further(amount: int) -> None:
    verdict = compare(f"年収{amount}万円以上であればお願いします。", ROLE).verdict
    assert verdict == ("met" if amount <= 1000 else "contradicted")


@given(st.text(max_size=200))
def test_any_text_is_compared_without_failing(text: str) -> None:
    assert compare(text, ROLE).verdict in ("met", "contradicted", "unknown")
    assert compare(text, SILENT).verdict == "unknown"
