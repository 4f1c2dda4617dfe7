"""One thing a profile is held against, and the units that description and guidance both make."""

from __future__ import annotations

from dataclasses import dataclass

from ranking.values import Level, Quote

LANGUAGES = {"japanese": ("日本語", "Japanese"), "english": ("英語", "English")}
LEVELS_JA = ("なし", "初級", "日常会話", "ビジネス", "流暢", "ネイティブ")


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing a profile is held against.

    `kind`: concept, role, level, years, language, phrase, similarity, avoid. `concepts` are alternatives. `binding`:
    a quoted contradiction caps the total. `phrase` is the text of a phrase or similarity unit, and the
    work that years are to be spent near.
    """

    key: str
    dimension: str
    kind: str
    label_ja: str
    label_en: str
    weight: float = 1.0
    concepts: tuple[str, ...] = ()
    level: int = 0
    years: float = 0.0
    binding: bool = False
    phrase: str = ""
    quote: Quote | None = None
    maximum: int = 0


def language_unit(language: str, level: int, required: bool, weight: float, quote: Quote | None) -> Unit:
    """Ask for a language at a level or better; `required` makes a quoted lower level a contradiction."""
    ja, en = LANGUAGES[language]
    return Unit(
        f"language:{language}", "language", "language", f"{ja}（{LEVELS_JA[level]}以上）",
        f"{en} ({Level(level).name.lower()} or better)", weight=weight, level=level, binding=required, quote=quote,
    )  # fmt: skip


def years_unit(key: str, years: float, weight: float, binding: bool) -> Unit:
    """Ask for years of experience or more."""
    return Unit(
        key, "experience", "years", f"経験{years:g}年以上", f"{years:g}+ years of experience",
        weight=weight, years=years, binding=binding,
    )  # fmt: skip
