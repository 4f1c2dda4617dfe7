"""An invented, bilingual world of people for demos, benchmarks and the frozen tables. Nobody in it exists.

Companies carry 架空 or "Fictional" in their name, addresses end in example.jp or example.com, telephone numbers lie in
ranges no one is given. The same seed writes the same people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from ranking.lexicon import lexicon
from ranking.places import LABELS
from ranking.values import Level, Profile

CONTACT_BASES = ("own_applicant", "agency_registrant", "business_card", "referral", "written_notice", "none")
_BASIS_WEIGHTS = (38, 22, 10, 8, 6, 16)
_PLACES = ("13", "14", "11", "12", "27", "28", "26", "23", "40", "01", "04", "34", "22", "33", "17", "47")
_PLACE_WEIGHTS = (40, 12, 7, 6, 11, 4, 3, 7, 4, 2, 1.5, 1, 1, 0.5, 0.5, 0.5)
_EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
_THIS_YEAR = 2026


@dataclass(frozen=True, slots=True)
class GeneratedPerson:
    """A profile and what the plugin keeps about the person. `kana` is empty where a name has none."""

    profile: Profile
    name: str
    kana: str
    romaji: str
    email: str
    phone: str
    company: str
    title: str
    contact_basis: str
    basis_at: datetime | None
    language: str
    family: str


@dataclass(frozen=True, slots=True)
class Family:
    """A line of work: its roles, skills, industries, usual pay (万円 at five years) and typical duties."""

    id: str
    weight: int
    roles: tuple[str, ...]
    core: tuple[str, ...]
    other: tuple[str, ...]
    industries: tuple[str, ...]
    pay: int
    duties_ja: tuple[str, ...]
    duties_en: tuple[str, ...]


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Load the lines of work. Raises `ValueError` when one names a concept the lexicon doesn't have."""
    known = lexicon().concepts
    rows = (files("ranking") / "data" / "universe" / "families.tsv").read_text(encoding="utf-8").splitlines()[1:]
    loaded: list[Family] = []
    for row in rows:
        name, weight, roles, core, other, industries, pay, ja, en = row.split("\t")
        lists = [tuple(cell.split(",")) for cell in (roles, core, other, industries)]
        unknown = [c for cells in lists for c in cells if c not in known]
        if unknown:
            raise ValueError(f"families.tsv, {name}: the lexicon doesn't have {', '.join(unknown)}")
        duties = (tuple(ja.split("|")), tuple(en.split("|")))
        loaded.append(Family(name, int(weight), lists[0], lists[1], lists[2], lists[3], int(pay), *duties))
    return tuple(loaded)


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    rows = (files("ranking") / "data" / "universe" / "names.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {kind: tuple(values.split("|")) for kind, values in (row.split("\t") for row in rows)}


def generate(n: int, seed: int) -> Iterator[GeneratedPerson]:
    """Write `n` people, about 60 % of them in Japanese. Each depends on the seed and its own number alone."""
    for number in range(1, n + 1):
        yield person(number, seed)


def person(number: int, seed: int) -> GeneratedPerson:
    """Write the person with this number."""
    draw = random.Random(f"kakuyaku/{seed}/{number}")  # noqa: S311 invented people need no secrecy
    return _Writer(draw, number).write()


class _Writer:
    """Draws one person's career and puts it into words."""

    def __init__(self, draw: random.Random, number: int) -> None:
        self.draw = draw
        self.number = number
        self.ja = draw.random() < 0.6
        lines = families()
        self.family = draw.choices(lines, weights=[f.weight for f in lines])[0]
        self.years = min(32, max(1, round(draw.gammavariate(2.4, 3.6))))

    def write(self) -> GeneratedPerson:
        draw = self.draw
        name, kana, romaji = self._name()
        skills, denied = self._skills()
        japanese, english = self._levels()
        role = draw.choice(self.family.roles)
        pay = self._pay()
        desired = round(pay * draw.uniform(1.0, 1.25) / 10) * 10
        place = draw.choices(_PLACES, weights=_PLACE_WEIGHTS)[0]
        says_pay, says_desired, says_place = draw.random() < 0.7, draw.random() < 0.6, draw.random() < 0.85
        companies = [self._company() for _ in range(1 + (self.years > 3) + (self.years > 8 and draw.random() < 0.7))]
        write = self._japanese if self.ja else self._english
        text, title = write(
            role, skills, denied, japanese, english, companies, pay if says_pay else None, desired if says_desired else None,
            place if says_place else None,
        )  # fmt: skip
        basis = draw.choices(CONTACT_BASES, weights=_BASIS_WEIGHTS)[0]
        contactable = basis != "none"
        structured = draw.random() < 0.5  # half of a real store is structured, half is nothing but text
        profile = Profile(
            id=f"u{self.number:06d}",
            text=text,
            headline=title,
            japanese=japanese[0] if structured and japanese else None,
            english=english[0] if structured and english else None,
            years=float(self.years) if structured else None,
            pay=pay * 10_000 if structured and says_pay else None,
            desired_pay=desired * 10_000 if structured and says_desired else None,
            place=place if structured and says_place else None,
            contactable=contactable,
        )
        host = draw.choice(("example.jp", "example.com"))
        handle = "".join(c for c in romaji.lower().replace(" ", ".") if c.isascii() and (c.isalnum() or c == "."))
        return GeneratedPerson(
            profile=profile,
            name=name,
            kana=kana,
            romaji=romaji,
            email=f"{handle}.{self.number}@{host}",
            phone=f"070-0000-{draw.randrange(10_000):04d}",
            company=companies[-1],
            title=title,
            contact_basis=basis,
            basis_at=_EPOCH - timedelta(days=draw.randrange(5, 900)) if contactable else None,
            language="ja" if self.ja else "en",
            family=self.family.id,
        )

    def _name(self) -> tuple[str, str, str]:
        names, draw = _names(), self.draw
        if self.ja or draw.random() < 0.35:
            family, family_kana, family_romaji = draw.choice(names["family"]).split(" ")
            given, given_kana, given_romaji = draw.choice(names["given"]).split(" ")
            return f"{family} {given}", f"{family_kana} {given_kana}", f"{given_romaji} {family_romaji}"
        romaji = f"{draw.choice(names['western_given'])} {draw.choice(names['western_family'])}"
        return romaji, "", romaji

    def _company(self) -> str:
        names, draw = _names(), self.draw
        if self.ja:
            return f"株式会社{draw.choice(names['company_ja'])}{draw.choice(names['company_tail'])}"
        return f"{draw.choice(names['company_en'])} {draw.choice(names['company_tail_en'])} K.K."

    def _skills(self) -> tuple[list[str], list[str]]:
        draw, family = self.draw, self.family
        depth = min(1.0, 0.35 + self.years / 16)
        core = draw.sample(family.core, max(2, round(len(family.core) * draw.uniform(0.3, 0.55) * (0.7 + depth / 2))))
        other = draw.sample(family.other, round(len(family.other) * draw.uniform(0.1, 0.45) * depth))
        denied = [c for c in family.core if c not in core] if draw.random() < 0.06 else []
        implied = set(lexicon().expand([*core, *other]))
        return [*core, *other], [c for c in denied if c not in implied][:1]

    def _levels(self) -> tuple[tuple[Level, str] | None, tuple[Level, str] | None]:
        draw = self.draw
        if self.ja:
            japanese = (Level.NATIVE, draw.choice(("ネイティブ", "母国語"))) if draw.random() < 0.6 else None
            english_choices: tuple[tuple[Level, str] | None, ...] = (
                (Level.BASIC, "TOEIC 520点"), (Level.CONVERSATIONAL, "TOEIC 680点"), (Level.CONVERSATIONAL, "日常会話レベル"),
                (Level.BUSINESS, "ビジネスレベル"), (Level.BUSINESS, "TOEIC 830点"), (Level.FLUENT, "TOEIC 940点"), None,
            )  # fmt: skip
            return japanese, draw.choices(english_choices, weights=(12, 12, 14, 11, 8, 5, 38))[0]
        english: tuple[Level, str] | None = draw.choices(
            ((Level.NATIVE, "native"), (Level.FLUENT, "fluent"), (Level.BUSINESS, "business level"), None),
            weights=(38, 30, 20, 12),
        )[0]
        japanese_choices: tuple[tuple[Level, str] | None, ...] = (
            (Level.BASIC, "JLPT N4"), (Level.CONVERSATIONAL, "JLPT N3"), (Level.CONVERSATIONAL, "conversational"),
            (Level.BUSINESS, "JLPT N2"), (Level.BUSINESS, "business level"), (Level.FLUENT, "JLPT N1"), (Level.NATIVE, "native"), None,
        )  # fmt: skip
        return draw.choices(japanese_choices, weights=(9, 12, 10, 17, 10, 16, 12, 14))[0], english

    def _pay(self) -> int:
        growth = 0.72 + 0.062 * min(self.years, 20) - 0.0011 * min(self.years, 20) ** 2
        return round(self.family.pay * growth * self.draw.lognormvariate(0, 0.16) / 10) * 10

    def _title(self, role: str) -> str:
        concept = lexicon().concepts[role]
        if self.ja:
            return concept.label_ja
        base = concept.label_en
        base = (
            base if base.isupper() else " ".join(w if w.isupper() else w[:1].upper() + w[1:] for w in base.split(" "))
        )
        senior = self.years >= 8 and self.draw.random() < 0.5 and "anager" not in base
        return f"Senior {base}" if senior else base

    def _word(self, concept: str) -> str:
        """Say a concept as people do: one of its forms in the language of the text."""
        entry = lexicon().concepts[concept]
        if self.draw.random() < 0.7:
            return entry.label_ja if self.ja else entry.label_en
        usable = [f for f in entry.forms if f.isascii() != self.ja and len(f) > 1]
        return self.draw.choice(usable) if usable else (entry.label_ja if self.ja else entry.label_en)

    def _japanese(
        self, role: str, skills: list[str], denied: list[str], japanese: tuple[Level, str] | None,
        english: tuple[Level, str] | None, companies: list[str], pay: int | None, desired: int | None, place: str | None,
    ) -> tuple[str, str]:  # fmt: skip
        draw, family = self.draw, self.family
        title = self._title(role)
        industry = lexicon().concepts[draw.choice(family.industries)].label_ja
        words = [self._word(s) for s in skills]
        half = max(1, len(words) // 2)
        lines = [
            "職務経歴書",
            f"【要約】{industry}を中心に、{title}として通算{self.years}年の経験があります。"
            f"{'、'.join(words[:half])}を強みとしています。",
            "【職務経歴】",
        ]
        for i, (company, (begin, end)) in enumerate(zip(companies, self._spans(len(companies)), strict=True)):
            lines.append(f"{begin}年4月～{f'{end}年3月' if end else '現在'}　{company}")
            lines.append(f"・{family.duties_ja[(i + self.number) % len(family.duties_ja)]}。")
            share = words[half + i :: len(companies)]
            if share:
                lines.append(f"・{'、'.join(share)}に携わりました。")
            if i == len(companies) - 1 and self.years >= 7 and draw.random() < 0.5:
                lines.append(f"・{draw.randrange(3, 15)}名のチームのリーダーを務めました。")
        lines.append("【自己PR】" + draw.choice(_SELF_JA))
        lines.extend(f"{lexicon().concepts[c].label_ja}の実務経験はありません。" for c in denied)
        spoken = [f"日本語：{japanese[1]}"] if japanese else []
        if english:
            spoken.append(f"英語：{english[1]}")
        if spoken:
            lines.append("【語学】" + "　".join(spoken))
        terms = [f"現在年収：{pay}万円"] if pay else []
        if desired:
            terms.append(f"希望年収：{desired}万円")
        if place:
            terms.append(f"居住地：{LABELS[place][0]}")
        if terms:
            lines.append("【条件】" + "　".join(terms))
        return "\n".join(lines), title

    def _english(
        self, role: str, skills: list[str], denied: list[str], japanese: tuple[Level, str] | None,
        english: tuple[Level, str] | None, companies: list[str], pay: int | None, desired: int | None, place: str | None,
    ) -> tuple[str, str]:  # fmt: skip
        draw, family = self.draw, self.family
        title = self._title(role)
        industry = lexicon().concepts[draw.choice(family.industries)].label_en
        words = [self._word(s) for s in skills]
        half = max(1, len(words) // 2)
        lines = [
            title,
            f"Summary: {self.years} years of experience as {title}, mostly in {industry}. Strengths: {', '.join(words[:half])}.",
            "Experience",
        ]
        for i, (company, (begin, end)) in enumerate(zip(companies, self._spans(len(companies)), strict=True)):
            lines.append(f"{begin} - {end or 'present'}: {company}")
            lines.append(f"- {family.duties_en[(i + self.number) % len(family.duties_en)]}")
            share = words[half + i :: len(companies)]
            if share:
                lines.append(f"- Worked with {', '.join(share)}")
            if i == len(companies) - 1 and self.years >= 7 and draw.random() < 0.5:
                lines.append(f"- Led a team of {draw.randrange(3, 15)}")
        lines.append("About me: " + draw.choice(_SELF_EN))
        lines.extend(f"No experience with {lexicon().concepts[c].label_en}." for c in denied)
        spoken = [f"English: {english[1]}"] if english else []
        if japanese:
            spoken.append(f"Japanese: {japanese[1]}")
        if spoken:
            lines.append("Languages - " + "; ".join(spoken))
        terms = [f"Current salary: JPY {pay / 100:g}M"] if pay else []
        if desired:
            terms.append(f"Desired salary: JPY {desired / 100:g}M")
        if place:
            terms.append(f"Lives in {LABELS[place][1]}")
        lines.extend(terms)
        return "\n".join(lines), title

    def _spans(self, jobs: int) -> list[tuple[int, int | None]]:
        """Share the years out over the jobs, the last one running."""
        start = _THIS_YEAR - self.years
        cuts = sorted(self.draw.sample(range(start + 1, _THIS_YEAR + 1), min(jobs - 1, self.years)))
        while len(cuts) < jobs - 1:
            cuts.append(_THIS_YEAR)
        edges = [start, *cuts]
        return [(edge, edges[i + 1] if i + 1 < jobs else None) for i, edge in enumerate(edges)]


_SELF_JA = (
    "関係者の話をよく聞き、着実に進めることを大切にしています。",
    "数字で状況を把握し、早めに手を打つことを心がけています。",
    "新しい分野でも自分で調べ、まず試すことで成果につなげてきました。",
    "周囲と情報を共有し、チームで結果を出すことにやりがいを感じます。",
    "現場に足を運び、困りごとを自分の目で確かめるようにしています。",
)
_SELF_EN = (
    "I listen first, agree on the goal and deliver steadily.",
    "I look at the numbers early and act before things get late.",
    "I learn new fields by trying things out myself.",
    "I enjoy sharing what I know and winning as a team.",
    "I visit the people who have the problem and see for myself.",
)
