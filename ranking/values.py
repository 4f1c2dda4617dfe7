"""The values that cross the border of `ranking`: frozen, plain Python, JSON in and out.

Pay is JPY a year everywhere. Levels are one ordinal scale for every language. Offsets count characters of the text as
it was handed in (never of a normalised copy), so that `text[start:end] == quote` always holds.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Level(IntEnum):
    """How well a language is spoken. Our own table (no public standard maps all of these; see `requirement`)."""

    NONE = 0
    BASIC = 1
    CONVERSATIONAL = 2
    BUSINESS = 3
    FLUENT = 4
    NATIVE = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Words as they stand in a text. `text[start:end] == words` by construction."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stated(Generic[T]):
    """A value with the words it was read from. `inferred` when the words imply it rather than say it."""

    value: T
    quote: Quote
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Skill:
    """A thing a description asks for: a concept of the lexicon, or the raw phrase where the lexicon knows none.

    `any_of` names further concepts that serve as well ("Go or Java").
    """

    concept: str  # concept id, or "" for a raw phrase
    label_ja: str
    label_en: str
    any_of: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Skill:
        return cls(data["concept"], data["label_ja"], data["label_en"], tuple(data.get("any_of", ())))


@dataclass(frozen=True, slots=True)
class LanguageNeed:
    level: Level
    required: bool


@dataclass(frozen=True, slots=True)
class Pay:
    """JPY a year; either end may be open. Where a base is stated, `low` and `high` are the base.

    `ote`: base and commission at target. `fixed_overtime_hours`: hours a month already paid for in the figure.
    `bonus_months`: months of bonus the text states (counted in `low` and `high` where they come from a monthly figure).
    """

    low: int | None
    high: int | None
    ote: int | None = None
    fixed_overtime_hours: float | None = None
    bonus_months: float | None = None


@dataclass(frozen=True, slots=True)
class Years:
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a job description asks, each field with its quote. What is not stated is absent, never guessed."""

    language: str  # "ja" or "en": the description's own
    title: Stated[str] | None = None
    must: tuple[Stated[Skill], ...] = ()
    nice: tuple[Stated[Skill], ...] = ()
    years: Stated[Years] | None = None
    japanese: Stated[LanguageNeed] | None = None
    english: Stated[LanguageNeed] | None = None
    pay: Stated[Pay] | None = None
    place: Stated[str] | None = None  # prefecture code "13" (JIS X 0401), "" never
    remote: Stated[str] | None = None  # "none", "partial", "full"
    employment: Stated[str] | None = None  # "permanent", "contract", "part_time", "temporary", "freelance"
    seniority: Stated[str] | None = None  # "junior", "senior", "lead", "manager", "director", "executive"
    grade: Stated[str] | None = None  # the words: 課長クラス, G4
    reports_to: Stated[str] | None = None
    reason: Stated[str] | None = None  # of the opening: "growth", "replacement", "new"
    trial_months: Stated[float] | None = None
    visa: Stated[str] | None = None  # "sponsored", "not_sponsored"
    parser_version: int = 1
    proposed_by: str = ""  # the language model that proposed some of what is inferred; "" where none did

    def substance(self) -> dict[str, Any]:
        """The values alone: what enters the score or is stated in a letter (R3). Quotes and versions are not substance.

        Grade, reporting line, reason, trial period, visa, overtime and target earnings are shown, and make nothing stale.
        """

        def plain(stated: Stated[Any] | None) -> Any:
            if stated is None:
                return None
            value = stated.value
            return value if isinstance(value, str) else asdict(value)

        return {
            "title": plain(self.title),
            "must": sorted((plain(s) for s in self.must), key=str),
            "nice": sorted((plain(s) for s in self.nice), key=str),
            "years": plain(self.years),
            "japanese": plain(self.japanese),
            "english": plain(self.english),
            "pay": None if self.pay is None else {"low": self.pay.value.low, "high": self.pay.value.high},
            "place": plain(self.place),
            "remote": plain(self.remote),
            "employment": plain(self.employment),
            # Absent rather than None, so that requirements read before the field was there keep their hash.
            **({} if self.seniority is None else {"seniority": self.seniority.value}),
        }

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the substance: layout and boilerplate don't change it."""
        return digest(self.substance())

    @property
    def parses(self) -> bool:
        """Whether there is enough to calibrate on: a title or at least one skill."""
        return self.title is not None or bool(self.must) or bool(self.nice)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Requirement:
        def stated(raw: Any, make: Any) -> Any:
            if raw is None:
                return None
            return Stated(make(raw["value"]), Quote(**raw["quote"]), raw["inferred"])

        def need(v: Any) -> LanguageNeed:
            return LanguageNeed(Level(v["level"]), v["required"])

        return cls(
            language=data["language"],
            title=stated(data["title"], str),
            must=tuple(stated(s, Skill.from_json) for s in data["must"]),
            nice=tuple(stated(s, Skill.from_json) for s in data["nice"]),
            years=stated(data["years"], lambda v: Years(**v)),
            japanese=stated(data["japanese"], need),
            english=stated(data["english"], need),
            pay=stated(data["pay"], lambda v: Pay(**v)),
            place=stated(data["place"], str),
            remote=stated(data["remote"], str),
            employment=stated(data["employment"], str),
            # Rows of parser version 1 lack these.
            seniority=stated(data.get("seniority"), str),
            grade=stated(data.get("grade"), str),
            reports_to=stated(data.get("reports_to"), str),
            reason=stated(data.get("reason"), str),
            trial_months=stated(data.get("trial_months"), float),
            visa=stated(data.get("visa"), str),
            parser_version=data["parser_version"],
            proposed_by=data.get("proposed_by", ""),
        )


@dataclass(frozen=True, slots=True)
class GuidanceUnit:
    """One thing the manager said.

    `polarity`: must, prefer, relax, avoid; loose (coloured by likeness, bounded) or unused (understood as a wish, but
    nothing the score can count). `skill.concept` may be "language:english:3" or "years:5"; `skill.any_of` are
    alternatives. `refused` is the code of a protected attribute (R9), `ask_hr` that a lawful exception is claimed.
    `proposed_by`: the language model that read it so, "" for our own reading.
    """

    polarity: str
    skill: Skill
    quote: Quote
    refused: str = ""
    ask_hr: bool = False
    proposed_by: str = ""


@dataclass(frozen=True, slots=True)
class Guidance:
    """The manager's free text, as understood."""

    text: str
    units: tuple[GuidanceUnit, ...] = ()

    @property
    def hash(self) -> str:
        return digest(self.text.strip())


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as the judgement sees them: no name, no contact. Structured fields are optional, read from `text`
    where absent; `None` is unknown. `contactable` is the plugin's flag, counted, never scored."""

    id: str
    text: str
    revision: int = 1
    headline: str = ""
    skills: tuple[str, ...] | None = None  # concept ids
    japanese: Level | None = None
    english: Level | None = None
    years: float | None = None
    pay: int | None = None
    desired_pay: int | None = None
    place: str | None = None  # JIS X 0401 prefecture code
    contactable: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One unit of the requirement (or guidance) against one profile.

    `status`: met, related, not_found, contradicted, similarity. `points` of `maximum`: a dimension's points are the sum
    of its rows. `profile` is None unless the words stand in the profile's text.
    """

    unit: str
    label_ja: str
    label_en: str
    status: str
    points: float
    maximum: float
    description: Quote | None = None
    profile: Quote | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Dimension:
    """must, role, experience, language, nice. Dimensions the description doesn't state are absent."""

    name: str
    points: float
    maximum: float
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """One person's score with everything that makes it up. `capped`: a quoted contradiction of a must (R8)."""

    profile_id: str
    revision: int
    score: int
    dimensions: tuple[Dimension, ...]
    capped: bool = False
    without_language: int = 0
    without_guidance: int | None = None

    @property
    def evidence_hash(self) -> str:
        return digest([self.profile_id, self.score, [asdict(d) for d in self.dimensions]])


PAY_WITHIN, PAY_UNKNOWN, PAY_BEYOND = range(3)
"""Where a person's desired pay lies: within the stated band (or no band is stated), not known, above its upper end."""


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Everyone with one score, packed: ids in UTF-8 joined by newlines, in no order; revisions as little-endian int32."""

    score: int
    count: int
    ids: bytes
    revisions: bytes

    def people(self) -> Iterator[tuple[str, int]]:
        """Yield (profile id, revision), unpacked, in the order they lie in."""
        revisions = struct.unpack(f"<{self.count}i", self.revisions)
        yield from zip(self.ids.decode().split("\n"), revisions, strict=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people have this score, by where their desired pay lies (PAY_…) and the contactable flag."""

    score: int
    pay: int
    contactable: bool
    count: int


@dataclass(frozen=True, slots=True)
class LanguageTally:
    """How many viable people have this level of one language and want this pay.

    `score`: with the language dimension left out. `level` −1 is unknown. `basis`: "stated" (the profile says it),
    "written" (inferred: the profile is written in that language), "" where unknown. `pay_band`: desired pay in millions of
    JPY (floor; 50 and more are 50), −1 unknown.
    """

    score: int
    level: int
    basis: str
    pay_band: int
    count: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """How far counts may be off where a second reading changes points: only `read` people were read again.

    Nine in ten of them moved by `low` to `high` points; counts of people are by the first reading.
    """

    read: int
    low: int
    high: int

    def between(self, counts: Mapping[int, int], line: int) -> tuple[int, int]:
        """Give the interval for how many stand at or above a line. `counts`: people by score."""
        return (
            sum(count for score, count in counts.items() if score + self.low >= line),
            sum(count for score, count in counts.items() if score + self.high >= line),
        )


@dataclass(frozen=True, slots=True)
class Market:
    """Everyone within reach of the place (or whose place is unknown), whatever they want to earn, from the floor up.

    `people` by score as written; `languages` ("japanese", "english") by the score without the language dimension;
    `places`: (score without language, prefecture code or "", count); `universe`, `within_reach` are the denominators.
    """

    floor: int
    universe: int
    within_reach: int
    people: tuple[Tally, ...]
    languages: Mapping[str, tuple[LanguageTally, ...]]
    places: tuple[tuple[int, str, int], ...]
    estimate: Estimate | None = None  # None: counts are exact

    def to_json(self) -> dict[str, Any]:
        return {
            "floor": self.floor,
            "universe": self.universe,
            "within_reach": self.within_reach,
            "people": [list(_row(t)) for t in self.people],
            "languages": {name: [list(_row(t)) for t in tallies] for name, tallies in self.languages.items()},
            "places": [list(place) for place in self.places],
            **({"estimate": asdict(self.estimate)} if self.estimate else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Market:
        return cls(
            data["floor"],
            data["universe"],
            data["within_reach"],
            tuple(Tally(*row) for row in data["people"]),
            {name: tuple(LanguageTally(*row) for row in rows) for name, rows in data["languages"].items()},
            tuple((score, place, count) for score, place, count in data["places"]),
            Estimate(**data["estimate"]) if "estimate" in data else None,
        )


@dataclass(frozen=True, slots=True)
class Specification:
    """One way to write the requirement that the supply could serve.

    `kind`: as_written, language_eased, pay_moved, must_eased. `changes`: requirement field → its new value as in
    `Requirement.to_json()` (the `value`, for lists the whole list), None removes it; empty for as_written. `about`: what is
    eased, for people ("japanese", a skill's concept or words, "pay"). `people`: as in `Market.people`, scored (and paid) as
    changed. `gained`: (profile id, score as changed, score as written), best first, at most 50: those on or above the
    proposed line and within pay (or unknown) as changed, and not so as written.
    """

    kind: str
    changes: Mapping[str, Any]
    about: str
    people: tuple[Tally, ...]
    gained: tuple[tuple[str, int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "changes": dict(self.changes),
            "about": self.about,
            "people": [list(_row(t)) for t in self.people],
            "gained": [list(one) for one in self.gained],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Specification:
        return cls(
            data["kind"],
            data["changes"],
            data["about"],
            tuple(Tally(*row) for row in data["people"]),
            tuple((one, changed, written) for one, changed, written in data["gained"]),
        )


def _row(tally: Tally | LanguageTally) -> tuple[Any, ...]:
    return tuple(getattr(tally, name) for name in tally.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One immutable run. `groups`: everyone considered at or above the floor, best score first; empty in a preview.

    With a second reading (`table.estimate`) the groups hold those read again, who alone have a score to promise on.
    """

    score_version: str
    store_revision: int
    universe: int  # profiles in the store
    considered: int  # of them past the filters (pay, place)
    proposed_line: int
    shortlist: tuple[Scored, ...]
    floor: int = 40
    groups: tuple[ScoreGroup, ...] = ()
    table: Market | None = None
    specifications: tuple[Specification, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def digest(value: object) -> str:
    """SHA-256 (hex) over canonical JSON."""
    raw = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(raw.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"not plain: {value!r}")
