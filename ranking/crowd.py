"""A crowd of millions for benchmarks: columns, concepts and vectors drawn directly, and anybody's text on demand.

Nobody in it exists. Person number n is drawn with the CHUNK of 8,192 people around them, from the seed and the chunk's
number alone, so that any part of the crowd can be made again. The text says what the columns say; the vector is the sum
of the vectors of the text's parts, close to but not the same as the vector of the whole text (encoding four million
texts takes most of an hour; its speed is measured apart).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ranking.columns import BLOCK, UNKNOWN_16, Block, Postings
from ranking.encoder import DIMENSIONS, encode, tables
from ranking.facts import ENGLISH_QUOTED, JAPANESE_QUOTED, WRITTEN_ENGLISH, WRITTEN_JAPANESE, YEARS_QUOTED
from ranking.lexicon import lexicon
from ranking.places import LABELS
from ranking.universe import Family, families
from ranking.values import Level, Profile

CHUNK = 8_192
LARGEST = 99_999_999
_THIS_YEAR = 2026
_JAPANESE_SHARE = 0.6
_PLACES = (13, 14, 11, 12, 27, 28, 26, 23, 40, 1, 4, 34, 22, 33, 17, 47)
_PLACE_WEIGHTS = (40, 12, 7, 6, 11, 4, 3, 7, 4, 2, 1.5, 1, 1, 0.5, 0.5, 0.5)
_LEVELS: dict[tuple[str, str], tuple[tuple[Level | None, str, float], ...]] = {
    ("ja", "japanese"): ((Level.NATIVE, "母国語", 0.6), (None, "", 0.4)),
    ("ja", "english"): (
        (Level.BASIC, "TOEIC 520点", 12),
        (Level.CONVERSATIONAL, "TOEIC 680点", 26),
        (Level.BUSINESS, "TOEIC 830点", 19),
        (Level.FLUENT, "TOEIC 940点", 5),
        (None, "", 38),
    ),
    ("en", "english"): (
        (Level.NATIVE, "native", 38),
        (Level.FLUENT, "fluent", 30),
        (Level.BUSINESS, "business level", 20),
        (None, "", 12),
    ),
    ("en", "japanese"): (
        (Level.BASIC, "JLPT N4", 9),
        (Level.CONVERSATIONAL, "JLPT N3", 22),
        (Level.BUSINESS, "JLPT N2", 27),
        (Level.FLUENT, "JLPT N1", 16),
        (Level.NATIVE, "native", 12),
        (None, "", 14),
    ),
}


@dataclass(frozen=True, slots=True)
class _Trade:
    """One line of work in one language: the pieces a text is put together from.

    Pieces lie in this order: roles, industries, core skills, other skills, duties, leading a team. `concepts` (pieces,
    concepts of the trade) says which concepts a piece's words bring along; `vectors` (pieces, DIMENSIONS).
    """

    family: Family
    language: str
    words: tuple[str, ...]
    borders: tuple[int, int, int, int, int]  # where industries, core, other, duties, leading begin
    names: tuple[str, ...]
    concepts: NDArray[np.float32]
    vectors: NDArray[np.float32]
    deniable: NDArray[np.bool_]  # core skills whose name is understood standing alone ("C" is not)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What was drawn for CHUNK people. `pieces[row]`: numbers of the pieces of `trades[trade[row]]`."""

    trade: NDArray[np.int64]
    years: NDArray[np.int64]
    pieces: dict[int, tuple[NDArray[np.int64], NDArray[np.bool_]]]  # trade → rows, (rows, pieces)
    denied: NDArray[np.int64]  # core skill number, −1 none
    japanese: NDArray[np.int64]  # place in the language's table of levels
    english: NDArray[np.int64]
    pay: NDArray[np.int64]  # 万円; 0 not said
    desired: NDArray[np.int64]
    place: NDArray[np.int64]  # 0 not said
    contactable: NDArray[np.bool_]


class Crowd:
    """`size` people of one seed. `blocks()` is everybody, `profile(id)` one of them with their text."""

    def __init__(self, size: int, seed: int = 1) -> None:
        if not 0 < size <= LARGEST:
            raise ValueError(f"a crowd has 1 to {LARGEST:,} people")
        self.size, self.seed = size, seed
        self._chunks = lru_cache(maxsize=64)(self._draw)

    def blocks(self) -> Iterator[Block]:
        """Draw everybody, BLOCK people at a time."""
        return self.blocks_from(0)

    def blocks_from(self, block: int) -> Iterator[Block]:
        """Draw everybody from that block on."""
        for start in range(block * BLOCK, self.size, BLOCK):
            yield self._block(start, min(BLOCK, self.size - start))

    def profile(self, profile_id: str) -> Profile:
        """Write one person's profile: text and the fields the columns hold. Raises `KeyError` for an id that isn't theirs."""
        number = int(profile_id[1:]) if profile_id[:1] == "c" and profile_id[1:].isdigit() else -1
        if not 0 <= number < self.size:
            raise KeyError(profile_id)
        text, headline = self._write(number)
        chunk, row = self._chunks(number // CHUNK), number % CHUNK
        return Profile(id=profile_id, text=text, headline=headline, contactable=bool(chunk.contactable[row]))

    def unquantised(self, block: int) -> NDArray[np.float32]:
        """Return the vectors of a block before they are quantised: length one, (people, DIMENSIONS)."""
        start = block * BLOCK
        size = min(BLOCK, self.size - start)
        vectors = np.zeros((-(-size // CHUNK) * CHUNK, DIMENSIONS), np.float32)
        for at in range(0, size, CHUNK):
            for one, (rows, pieces) in self._chunks((start + at) // CHUNK).pieces.items():
                total = pieces.astype(np.float32) @ _trades()[one].vectors
                vectors[rows + at] = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
        return vectors[:size]

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _draw(self, number: int) -> _Chunk:
        draw = np.random.Generator(np.random.Philox(key=[self.seed, number]))
        lines = families()
        weights = np.cumsum([family.weight for family in lines], dtype=np.float64)
        family = np.searchsorted(weights, draw.random(CHUNK) * weights[-1], side="right")
        english_text = draw.random(CHUNK) >= _JAPANESE_SHARE
        trade = family * 2 + english_text
        years = np.clip(np.rint(draw.gamma(2.4, 3.6, CHUNK)), 1, 32).astype(np.int64)
        capped = np.minimum(years, 20)
        base = np.array([line.pay for line in lines])[family]
        growth = 0.72 + 0.062 * capped - 0.0011 * capped**2
        pay = (np.rint(base * growth * draw.lognormal(0, 0.16, CHUNK) / 10) * 10).astype(np.int64)
        desired = (np.rint(pay * draw.uniform(1.0, 1.25, CHUNK) / 10) * 10).astype(np.int64)
        shares = np.cumsum(_PLACE_WEIGHTS)
        place = np.array(_PLACES)[np.searchsorted(shares, draw.random(CHUNK) * shares[-1], side="right")]
        pay = np.where(draw.random(CHUNK) < 0.7, pay, 0)
        desired = np.where(draw.random(CHUNK) < 0.6, desired, 0)
        place = np.where(draw.random(CHUNK) < 0.85, place, 0)
        levels = {
            language: np.where(
                english_text,
                _pick(draw.random(CHUNK), [share for _, _, share in _LEVELS["en", language]]),
                _pick(draw.random(CHUNK), [share for _, _, share in _LEVELS["ja", language]]),
            )
            for language in ("japanese", "english")
        }
        contactable = draw.random(CHUNK) < 0.84
        says_no = draw.random(CHUNK) < 0.06
        denied = np.full(CHUNK, -1, np.int64)
        pieces = {}
        for one in np.unique(trade):
            rows = np.flatnonzero(trade == one)
            has = _pieces(draw, _trades()[one], years[rows])
            pieces[int(one)] = (rows, has)
            denied[rows] = np.where(says_no[rows], _missing_core(_trades()[one], has), -1)
        return _Chunk(
            trade, years, pieces, denied, levels["japanese"], levels["english"], pay, desired, place, contactable
        )

    def _block(self, start: int, size: int) -> Block:
        numbers = _concept_numbers()
        chunks = [self._chunks((start + at) // CHUNK) for at in range(0, size, CHUNK)]
        vectors = np.zeros((len(chunks) * CHUNK, DIMENSIONS), np.int8)
        has: list[NDArray[np.int64]] = []
        denies: list[NDArray[np.int64]] = []
        for at, chunk in enumerate(chunks):
            for one, (rows, pieces) in chunk.pieces.items():
                trade = _trades()[one]
                inside = pieces.astype(np.float32)
                place = rows + at * CHUNK
                vectors[place] = _quantised(inside @ trade.vectors)
                present = (inside @ trade.concepts) > 0
                of_trade = np.array([numbers[name] for name in trade.names], np.int64)
                row, column = np.nonzero(present)
                has.append(of_trade[column] * BLOCK + place[row])
                core = np.array([numbers[c] for c in trade.family.core], np.int64)
                no = np.flatnonzero(chunk.denied[rows] >= 0)
                denies.append(core[chunk.denied[rows][no]] * BLOCK + place[no])
        joined = {
            name: np.concatenate([getattr(chunk, name) for chunk in chunks])[:size]
            for name in ("trade", "years", "japanese", "english", "desired", "place", "contactable")
        }
        in_english = (joined["trade"] % 2).astype(np.bool_)
        japanese, english = (
            np.where(
                in_english, _codes("en", language)[joined[language]], _codes("ja", language)[joined[language]]
            ).astype(np.uint8)
            for language in ("japanese", "english")
        )
        signals = (
            YEARS_QUOTED
            + np.where(japanese > 0, JAPANESE_QUOTED, 0)
            + np.where(english > 0, ENGLISH_QUOTED, 0)
            + np.where(in_english, WRITTEN_ENGLISH, WRITTEN_JAPANESE)
        )
        return Block(
            ids=np.array([f"c{n:08d}".encode() for n in range(start, start + size)], dtype="S9"),
            revisions=np.ones(size, np.int32),
            signals=signals.astype(np.uint8),
            japanese=japanese,
            english=english,
            months=(joined["years"] * 12).astype(np.uint16),
            open_since=np.zeros(size, np.uint16),
            desired_pay=np.where(joined["desired"] > 0, joined["desired"], UNKNOWN_16).astype(np.uint16),
            places=joined["place"].astype(np.uint8),
            contactable=joined["contactable"].astype(np.uint8),
            vectors=vectors[:size],
            postings=_postings(np.concatenate(has), size),
            denials=_postings(np.concatenate(denies), size),
        )

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, number: int) -> tuple[str, str]:
        chunk, row = self._chunks(number // CHUNK), number % CHUNK
        trade = _trades()[int(chunk.trade[row])]
        rows, pieces = chunk.pieces[int(chunk.trade[row])]
        has = np.flatnonzero(pieces[int(np.searchsorted(rows, row))])
        industries, core, _other, duties, leading = trade.borders
        title = trade.words[next(p for p in has if p < industries)]
        industry = trade.words[next(p for p in has if industries <= p < core)]
        skills = [trade.words[p] for p in has if core <= p < duties]
        done = [trade.words[p] for p in has if duties <= p < leading]
        led = trade.words[leading] if leading in has else ""
        denied = lexicon().concepts[trade.family.core[chunk.denied[row]]] if chunk.denied[row] >= 0 else None
        levels = {
            language: _LEVELS[trade.language, language][int(getattr(chunk, language)[row])][1]
            for language in ("japanese", "english")
        }
        years, pay, desired = int(chunk.years[row]), int(chunk.pay[row]), int(chunk.desired[row])
        place = LABELS[f"{int(chunk.place[row]):02d}"] if chunk.place[row] else None
        half = max(1, len(skills) // 2)
        if trade.language == "ja":
            lines = [
                "職務経歴書",
                f"【要約】{industry}を中心に、{title}として通算{years}年の経験があります。{'、'.join(skills[:half])}を強みとしています。",
                "【職務経歴】",
                f"{_THIS_YEAR - years}年4月～現在　株式会社架空商会",
                *(f"・{duty}。" for duty in done),
                f"・{'、'.join(skills[half:])}に携わりました。" if skills[half:] else "",
                f"・{led}" if led else "",
                "【自己PR】関係者の話をよく聞き、数字で状況を把握して、着実に進めることを大切にしています。",
                f"{denied.label_ja}の実務経験はありません。" if denied else "",
                "【語学】" + "　".join(
                    f"{name}：{words}" for name, words in (("日本語", levels["japanese"]), ("英語", levels["english"])) if words
                ) if any(levels.values()) else "",
                "【条件】" + "　".join(
                    part for part in (
                        f"現在年収：{pay}万円" if pay else "", f"希望年収：{desired}万円" if desired else "",
                        f"居住地：{place[0]}" if place else "",
                    ) if part
                ) if pay or desired or place else "",
            ]  # fmt: skip
        else:
            lines = [
                title,
                f"Summary: {years} years of experience as {title}, mostly in {industry}, from the first talk with those who own the "
                "result to the day it is handed over, and for the time after that. "
                f"The strengths my teams have counted on are {', '.join(skills[:half])}, which is what I was asked for most.",
                "Experience",
                f"{_THIS_YEAR - years} - present: Fictional Trading K.K.",
                *(f"- {duty}" for duty in done),
                f"- Worked with {', '.join(skills[half:])}" if skills[half:] else "",
                f"- {led}" if led else "",
                "About me: I listen first, agree on the goal with the people who have the problem and deliver what we agreed on.",
                f"No experience with {denied.label_en}." if denied else "",
                "Languages - " + "; ".join(
                    f"{name}: {words}" for name, words in (("English", levels["english"]), ("Japanese", levels["japanese"])) if words
                ) if any(levels.values()) else "",
                f"Current salary: JPY {pay / 100:g}M" if pay else "",
                f"Desired salary: JPY {desired / 100:g}M" if desired else "",
                f"Lives in {place[1]}" if place else "",
            ]  # fmt: skip
        return "\n".join(line for line in lines if line), title


# ── the trades ───────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _trades() -> tuple[_Trade, ...]:
    """Every line of work in Japanese and English, alternating."""
    return tuple(_trade(family, language) for family in families() for language in ("ja", "en"))


def _trade(family: Family, language: str) -> _Trade:
    lex = lexicon()

    def label(concept: str) -> str:
        return lex.concepts[concept].label_ja if language == "ja" else lex.concepts[concept].label_en

    duties = family.duties_ja if language == "ja" else family.duties_en
    leading = "8名のチームのリーダーを務めました。" if language == "ja" else "Led a team of 8"
    named = (*family.roles, *family.industries, *family.core, *family.other)
    words = (*(label(concept) for concept in named), *duties, leading)
    borders = np.cumsum([len(family.roles), len(family.industries), len(family.core), len(family.other), len(duties)])
    found = [
        set(lex.expand([*(hit.concept.id for hit in lex.find(word)), *named[at : at + 1]]))
        for at, word in enumerate(words)
    ]
    names = tuple(sorted(set().union(*found)))
    concepts = np.array([[name in brought for name in names] for brought in found], np.float32)
    vectors = np.stack([encode(word, brought) for word, brought in zip(words, found, strict=True)]).astype(np.float32)
    deniable = np.array([any(hit.concept.id == core for hit in lex.find(label(core))) for core in family.core])
    first, second, third, fourth, fifth = (int(border) for border in borders)
    return _Trade(family, language, words, (first, second, third, fourth, fifth), names, concepts, vectors, deniable)


@lru_cache(maxsize=1)
def _concept_numbers() -> dict[str, int]:
    names = sorted({name for trade in _trades() for name in (*trade.names, *trade.family.core)})
    return {name: number for number, name in enumerate(names)}


def _pieces(draw: np.random.Generator, trade: _Trade, years: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Draw which pieces each of these people's texts has; as `ranking.universe` draws them, one at a time there."""
    industries, core, other, duties, leading = trade.borders
    people = len(years)
    has = np.zeros((people, len(trade.words)), np.bool_)
    everyone = np.arange(people)
    has[everyone, draw.integers(0, industries, people)] = True
    has[everyone, draw.integers(industries, core, people)] = True
    depth = np.minimum(1.0, 0.35 + years / 16)
    wanted = np.maximum(2, np.rint((other - core) * draw.uniform(0.3, 0.55, people) * (0.7 + depth / 2)))
    has[:, core:other] = _subset(draw, people, other - core, wanted)
    wanted = np.rint((duties - other) * draw.uniform(0.1, 0.45, people) * depth)
    has[:, other:duties] = _subset(draw, people, duties - other, wanted)
    has[:, duties:leading] = _subset(draw, people, leading - duties, np.minimum(1 + (years > 3) + (years > 8), 3))
    has[:, leading] = (years >= 7) & (draw.random(people) < 0.5)
    return has


def _subset(draw: np.random.Generator, people: int, size: int, wanted: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Choose `wanted` of `size` things for each person."""
    order = np.argsort(draw.random((people, size)), axis=1)
    chosen = np.zeros((people, size), np.bool_)
    np.put_along_axis(chosen, order, np.arange(size) < wanted[:, None], axis=1)
    return chosen


def _missing_core(trade: _Trade, has: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each person the first core skill their text doesn't bring along, −1 if it brings them all."""
    column = {name: at for at, name in enumerate(trade.names)}
    present = (has.astype(np.float32) @ trade.concepts)[:, [column[c] for c in trade.family.core]] > 0
    missing = ~present & trade.deniable
    return np.where(missing.any(axis=1), np.argmax(missing, axis=1), -1)


def _pick(drawn: NDArray[np.float64], shares: list[float]) -> NDArray[np.int64]:
    edges = np.cumsum(shares)
    picked: NDArray[np.int64] = np.searchsorted(edges, drawn * edges[-1], side="right")
    return picked


def _codes(text: str, language: str) -> NDArray[np.int64]:
    """Codes by place in the table; as long as the longest table, because np.where looks both languages up."""
    codes = [0 if level is None else int(level) + 1 for level, _, _ in _LEVELS[text, language]]
    return np.array(codes + [0] * (max(map(len, _LEVELS.values())) - len(codes)))


def _quantised(total: NDArray[np.float32]) -> NDArray[np.int8]:
    """Bring every row to length one and to int8, as `encoder.quantise` does one at a time."""
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit = total / np.where(length > 0, length, 1.0)
    return np.clip(np.rint(unit * (127.0 / tables().scale)), -127, 127).astype(np.int8)


def _postings(keys: NDArray[np.int64], size: int) -> Postings:
    """Lay (concept × BLOCK + row) keys out as postings."""
    keys = np.sort(keys[keys % BLOCK < size])
    numbers = _concept_numbers()
    offsets = np.searchsorted(keys, np.arange(len(numbers) + 1) * BLOCK).astype(np.uint32)
    return Postings(dict(numbers), offsets, (keys % BLOCK).astype(np.uint16))
