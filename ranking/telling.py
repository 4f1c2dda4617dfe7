"""The facts of a fit in words: the same facts, quotes and numbers in the same order, in Japanese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ranking.summary import Cited, FitFacts, Point, Question


@dataclass(frozen=True, slots=True)
class Section:
    """One paragraph. `key`: who, score, why, contradicted, unknown, inferred, guidance, ask."""

    key: str
    text: str


_BANDS = {
    "very_strong": ("非常によく合っています", "very strong match"),
    "strong": ("よく合っています", "strong match"),
    "partial": ("部分的に合っています", "partial match"),
    "weak": ("合う点は少なめです", "weak match"),
}
_STATUSES = {
    "met": ("確認できました", "found"),
    "related": ("近い経験があります", "related experience"),
    "not_found": ("記載が見つかりません", "not found in the profile"),
    "contradicted": ("要件と食い違う記載があります", "contradicted"),
    "similarity": ("近さで評価", "judged by likeness"),
}
_POLARITIES = {
    "must": ("必須", "must"),
    "prefer": ("歓迎", "welcome"),
    "relax": ("緩和", "relaxed"),
    "avoid": ("避けたい", "to avoid"),
    "loose": ("参考程度", "used loosely"),
    "unused": ("点数に反映できず", "not countable"),
}
_ASKED = {
    "unknown": ("{what}：プロフィールに記載がありません。実務でのご経験と担った役割を伺う", "{what}: not found in the profile. What have they done, and in which role?"),
    "related": ("{what}：近い経験{words}があります。そのまま生かせるかを伺う", "{what}: related experience {words}. How far does it carry over?"),
    "inferred": ("{what}：{words}からの推定です。実際の水準を伺う", "{what}: inferred from {words}. What is the actual level?"),
    "contradicted": ("{what}：{words}との記載があります。現在の状況を伺う", "{what}: the profile says {words}. How do things stand today?"),
}  # fmt: skip


def tell(facts: FitFacts, locale: str) -> tuple[Section, ...]:
    """Say the facts in Japanese ("ja") or English; sections with nothing to say are left out."""
    ja = locale == "ja"
    sections = [
        ("who", facts.headline and (f"人物像：{facts.headline}" if ja else f"Who: {facts.headline}")),
        ("score", _score(facts, ja)),
        ("why", _why(facts, ja)),
        ("contradicted", _contradicted(facts, ja)),
        ("unknown", _unknown(facts, ja)),
        ("inferred", _inferred(facts, ja)),
        ("guidance", _guidance(facts, ja)),
        ("ask", _ask(facts.questions, ja)),
    ]
    return tuple(Section(key, text) for key, text in sections if text)


def number(value: float) -> str:
    """Write points with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _score(facts: FitFacts, ja: bool) -> str:
    band = _BANDS[facts.band][0 if ja else 1]
    text = f"適合度：{facts.score}点。{band}。" if ja else f"Fit: {facts.score} points, {band}."
    if facts.line is None:
        return text + ("面接確約ラインは未設定です。" if ja else " No interview line is set yet.")
    gap = abs(facts.score - facts.line)
    if ja:
        border = "以上" if facts.inclusive else "超"
        name = "提案ライン" if facts.proposed else "面接確約ライン"
        where = f"{name}を満たしています" if facts.side == "above" else f"{name}に届いていません"
        return text + f"{where}（ライン{facts.line}点{border}、差{gap}点）。"
    border = "or more" if facts.inclusive else "exceeded"
    name = "proposed line" if facts.proposed else "interview line"
    return text + f" {facts.side.capitalize()} the {name} (line {facts.line} {border}, {gap} apart)."


def _why(facts: FitFacts, ja: bool) -> str:
    earned = _list([_earned(point, ja) for point in facts.decisive], ja)
    lost = _list([_gone(point, ja) for point in facts.lost], ja) if facts.side != "above" else ""
    parts: list[str] = []
    if earned:
        parts.append(f"評価できる点：{earned}。" if ja else f"What counts for them: {earned}.")
    if lost:
        parts.append(f"点が伸びなかった点：{lost}。" if ja else f"What kept the score down: {lost}.")
    return ("" if ja else " ").join(parts)


def _earned(point: Point, ja: bool) -> str:
    share = f"{number(point.points)}/{number(point.maximum)}"
    words = _quoted(point, ja)
    if ja:
        return f"{point.label_ja}{words}（{share}点）"
    return f"{point.label_en}{' ' if words else ''}{words} ({share})"


def _gone(point: Point, ja: bool) -> str:
    share = f"{number(point.points)}/{number(point.maximum)}"
    status = _STATUSES[point.status][0 if ja else 1]
    return f"{point.label_ja}（{share}点、{status}）" if ja else f"{point.label_en} ({share}, {status})"


def _contradicted(facts: FitFacts, ja: bool) -> str:
    if not facts.contradicted:
        return ""
    what = _list([_with_words(point, ja) for point in facts.contradicted], ja)
    text = f"食い違う記載：{what}。" if ja else f"Contradicted: {what}."
    if facts.capped:
        text += (
            "必須条件と食い違うため、上限の49点までとしています。"
            if ja
            else " As a must is contradicted, the score stops at 49."
        )
    return text


def _unknown(facts: FitFacts, ja: bool) -> str:
    if not facts.unknown:
        return ""
    what = _list([point.label_ja if ja else point.label_en for point in facts.unknown], ja)
    if ja:
        more = f"ほか{facts.more_unknown}件" if facts.more_unknown else ""
        return f"不明な点：{what}{more}。プロフィールに見つからないだけで、経験がないとは限りません。"
    more = f" and {facts.more_unknown} more" if facts.more_unknown else ""
    return f"Unknown: {what}{more}. Not found in the profile, which doesn't mean not there."


def _inferred(facts: FitFacts, ja: bool) -> str:
    if not facts.inferred:
        return ""
    what = _list([_with_words(point, ja) for point in facts.inferred], ja)
    return f"推定した点：{what}から読み取りました。" if ja else f"Inferred: {what}."


def _guidance(facts: FitFacts, ja: bool) -> str:
    if not facts.guidance:
        return ""
    what = _list([_cited(unit, ja) for unit in facts.guidance], ja)
    if ja:
        more = f"ほか{facts.more_guidance}件" if facts.more_guidance else ""
        effect = (
            ""
            if facts.without_guidance is None
            else f"反映前は{facts.without_guidance}点、反映後は{facts.score}点です。"
        )
        return f"選考の観点：{what}{more}。{effect}"
    more = f" and {facts.more_guidance} more" if facts.more_guidance else ""
    effect = (
        "" if facts.without_guidance is None else f" Without it {facts.without_guidance}, with it {facts.score} points."
    )
    return f"The manager's criteria: {what}{more}.{effect}"


def _cited(unit: Cited, ja: bool) -> str:
    side = 0 if ja else 1
    label, polarity = (unit.label_ja, unit.label_en)[side], _POLARITIES[unit.polarity][side]
    effect = ""
    if unit.status and not (unit.polarity == "avoid" and unit.status == "not_found"):
        points = f"{number(unit.points)}点" if ja else f"{number(unit.points)} points"
        status = _STATUSES[unit.status][side]
        if unit.polarity == "avoid":
            status = "該当する記載あり" if ja else "found"
        effect = f"、{status}、{points}" if ja else f", {status}, {points}"
    elif unit.polarity == "avoid":
        effect = "、該当なし" if ja else ", not found"
    return f"{label}（{polarity}{effect}）" if ja else f"{label} ({polarity}{effect})"


def _ask(questions: tuple[Question, ...], ja: bool) -> str:
    if not questions:
        return ""
    lines = []
    for question in questions:
        point = question.point
        template = _ASKED[question.about][0 if ja else 1]
        lines.append(template.format(what=point.label_ja if ja else point.label_en, words=_quoted(point, ja)))
    return ("面接で確認したいこと：" if ja else "To ask: ") + ("／" if ja else " ").join(lines) + ("。" if ja else "")


def _with_words(point: Point, ja: bool) -> str:
    words = _quoted(point, ja)
    if ja:
        return f"{point.label_ja}{words}"
    return f"{point.label_en}{' ' if words else ''}{words}"


def _quoted(point: Point, ja: bool) -> str:
    if not point.words:
        return ""
    words = point.words + ("…" if point.cut else "")
    return f"「{words}」" if ja else f"“{words}”"


def _list(parts: list[str], ja: bool) -> str:
    return ("、" if ja else "; ").join(parts)


def in_short(facts: FitFacts, locale: str) -> str:
    """Say in one line what a list of people has room for: the guidance's effect and what to ask first."""
    ja = locale == "ja"
    parts = []
    if facts.without_guidance is not None:
        before = facts.without_guidance
        parts.append(f"観点反映前は{before}点" if ja else f"{before} points without the criteria")
    asked = [(q.point.label_ja if ja else q.point.label_en) for q in facts.questions]
    if asked:
        what = _list(asked, ja)
        parts.append(f"面接で確認：{what}" if ja else f"to ask: {what}")
    return ("／" if ja else "; ").join(parts)
