"""Read the hiring manager's free text: which things are a must, preferred, relaxed or to be avoided.

Words that name a protected attribute become refused units with the reason (R9): they are shown, never used, and what
else their clause says is read without them. A wish the lexicon knows nothing of is "loose": it colours the likeness
within a bound. What is to be relaxed or avoided and isn't known is "unused": likeness is blind to negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ranking.folding import Folded, fold
from ranking.levels import LevelFound, find_levels
from ranking.lexicon import Hit, lexicon
from ranking.money import kanji_number
from ranking.polarity import comparison_in, is_weak_concession, polarity_of, without_cues
from ranking.refusals import find_protected
from ranking.values import Guidance, GuidanceUnit, Skill

_SENTENCES = re.compile(r"[。．\n;!?]+|\.(?=\s|$)")
_CLAUSES = re.compile(
    r"、|,\s|,(?=[^\d])|(?<=[すいんだた])が(?=[^、。])"
    r"|(?<!anyone )(?<!anybody )(?<!anything )(?<!everyone )(?<!everybody )(?<!nothing )(?<!all )\bbut\b"
    r"|\bhowever\b|\bwhile\b|\bwhereas\b|\b(?:al)?though\b|ただし|けれども?|一方で?|/"
)
_CONTRAST = re.compile(r"が、?$|but$|however|while|whereas|though|ただし|けれど|一方")
_COURTESY = re.compile(
    r"(?:どうぞ|何卒)?(?:よろしく|宜しく)(?:お願い(?:いた|致)?(?:します|申し上げます)?)?|お願い(?:いた|致)?し(?:ます|たい(?:です)?)|お世話になって(?:おり|い)ます|お疲れ様です|ありがとうございます|こんにちは|以上です|以上$|ください"
    r"|\bplease\b|\bthank(?:s| you)\b(?: (?:very|so) much| a lot| in advance)?|\b(?:best|kind) regards\b|\bhello\b|\bhi\b(?: all| team)?|\bcheers\b"
)
_FILLER = re.compile(r"[\s、。,.:;!?・()（）「」\"'-]+")
_ALTERNATIVE = re.compile(r"^\s*(?:か|または|又は|もしくは|若しくは|あるいは|or|、|,)\s*(?:or\s*)?$")
_ALTERNATIVE_WORD = re.compile(r"か$|または|又は|もしくは|若しくは|あるいは|or")
_YEARS = re.compile(
    r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})\s*年(?!\d|収|俸|商|度|齢|後|前|生|目)(?:間|くらい|ぐらい|程度|ほど)*(?P<most>以内|以下|未満|まで(?!に))?"
    r"|(?P<cap>less than |under |up to |at most |no more than |maximum (?:of )?)?\b(?P<en>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)\+?(?:\s*(?:-|~|to)\s*\d{1,2})?[- ](?:years?|yrs?)\b(?! old)"
)
_NOT_EXPERIENCE = re.compile(r"創業|設立|周年|保証|契約|勤続|old\b|ago\b|contract|founded|warranty|degree")
_EXPERIENCE = re.compile(
    r"経験年数|社会人経験|実務経験(?:の長さ|年数)|年数|years? of experience|length of experience|seniority"
)
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20,
}  # fmt: skip
LANGUAGE_LABELS = {"japanese": ("日本語", "Japanese"), "english": ("英語", "English")}
LEVEL_LABELS = (
    ("なし", "none"),
    ("初級", "basic"),
    ("日常会話", "conversational"),
    ("ビジネス", "business"),
    ("流暢", "fluent"),
    ("ネイティブ", "native"),
)
_LANGUAGE = re.compile(r"(?P<ja>日本語|japanese)|(?P<en>英語|english)")
_NOT_SPOKEN = re.compile(
    r"japanese (?:market|compan|law|client|customer|gaap|tax|bank|enterprise|government|manufactur|style)"
    r"|english (?:version|site|market)|英語版|日本語版"
)
_CERTIFICATE = re.compile(
    r"([\u4e00-\u9fff\u30a1-\u30faー]{2,8}?|[a-z]{3,})(?:の|系の| )?(?:資格|検定|有資格|qualifications?\b|certificates?\b|certifications?\b|licen[sc]es?\b)"
)
_LEAST_LOOSE = 4  # characters a clause must leave to mean anything


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch of a sentence with one wish. `contrasted`: what stands before it ended in "but"."""

    part: Folded
    polarity: str
    contrasted: bool = False


def read_guidance(text: str) -> Guidance:
    """Read guidance in Japanese or English into units, in the order of the text."""
    folded = fold(text)
    units: list[GuidanceUnit] = []
    start = 0
    for boundary in [*_SENTENCES.finditer(folded.text), None]:
        end = boundary.start() if boundary else len(folded.text)
        if folded.text[start:end].strip():
            units.extend(_sentence(folded.part(start, end)))
        start = boundary.end() if boundary else end
    return Guidance(text, tuple(_once(units)))


def _sentence(sentence: Folded) -> list[GuidanceUnit]:
    refused = find_protected(sentence.text)
    if any(one.lawful for one in refused):
        # An exception claimed is the whole sentence's matter, and HR's: nothing of it is ranked by.
        code = next(one.code for one in refused if one.lawful)
        quote = sentence.quote(0, len(sentence.text))
        return [GuidanceUnit("prefer", Skill("", quote.words, quote.words), quote, code, ask_hr=True)]
    units = [
        GuidanceUnit("prefer", Skill("", quote.words, quote.words), quote, one.code)
        for one in refused
        for quote in [sentence.quote(one.start, one.end)]
    ]
    blanked = _blank(sentence, [(one.start, one.end) for one in refused])
    polite = [m.span() for m in _COURTESY.finditer(blanked.text)]
    said: list[GuidanceUnit] = []
    for clause in _clauses(_blank(blanked, polite)):
        found = _clause(clause, loosely=not refused)
        if not found and clause.contrasted and said:
            said = _taken_back(said, clause)
        said.extend(found)
    return sorted([*units, *said], key=lambda unit: unit.quote.start)


def _blank(folded: Folded, spans: list[tuple[int, int]]) -> Folded:
    text = folded.text
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return replace(folded, text=text)


def _clauses(sentence: Folded) -> list[_Clause]:
    """Split a sentence; a clause that doesn't say what it wants takes it from its neighbours."""
    spans: list[tuple[int, int, bool]] = []
    at, contrasted = 0, False
    for m in _CLAUSES.finditer(sentence.text):
        spans.append((at, m.start(), contrasted))
        before = sentence.text[max(0, m.start() - 1) : m.start()]
        contrasted = _CONTRAST.search(m.group() if m.group() != "、" else before + m.group()) is not None
        at = m.end()
    spans.append((at, len(sentence.text), contrasted))
    spans = [span for span in spans if sentence.text[span[0] : span[1]].strip()]
    own = [polarity_of(sentence.text[a:b]) for a, b, _ in spans]
    japanese = re.search(r"[\u3040-\u30ff]", sentence.text) is not None
    clauses: list[_Clause] = []
    for i, (a, b, after_but) in enumerate(spans):
        # Japanese says what it thinks of a list at its end, English at its beginning.
        ahead, behind = [*range(i, len(spans))], [*range(i, -1, -1)]
        order = [*ahead, *behind] if japanese else [*behind, *ahead]
        polarity = next((own[j] for j in order if own[j]), "")
        part = sentence.part(a, b)
        compared = comparison_in(part.text, japanese=japanese)
        if compared is None:
            clauses.append(_Clause(part, polarity, after_but))
            continue
        middle, lesser_first = compared
        wanted = polarity if polarity in ("must", "prefer") else "prefer"
        pair = ("relax", wanted) if lesser_first else (wanted, "relax")
        clauses.append(_Clause(part.part(0, middle), pair[0], after_but))
        clauses.append(_Clause(part.part(middle, len(part.text)), pair[1]))
    return clauses


def _taken_back(said: list[GuidanceUnit], clause: _Clause) -> list[GuidanceUnit]:
    """Let "…, but not needed" speak of what stands before it; "but no must" takes nothing back from a wish."""
    last = said[-1]
    if not clause.polarity or (is_weak_concession(clause.part.text) and last.polarity == "prefer"):
        return said
    if last.polarity == "loose":
        return [*said[:-1], replace(last, polarity="unused")] if clause.polarity in ("relax", "avoid") else said
    return [replace(u, polarity=clause.polarity) if u.polarity == last.polarity else u for u in said]


def _clause(clause: _Clause, *, loosely: bool) -> list[GuidanceUnit]:
    part, polarity = clause.part, clause.polarity
    units = [*_languages(part, polarity), *_years(part, polarity)]
    hits = [hit for hit in lexicon().find(part, about_skills=True) if not _inside(hit, units)]
    units.extend(_concepts(part, hits, polarity or "prefer"))
    if not any(hit.concept.kind == "certificate" for hit in hits):
        units.extend(_certificates(part, polarity or "prefer"))
    if loosely and _says_more(part, units, polarity):
        quote = part.quote(0, len(part.text))
        kind = "unused" if polarity in ("relax", "avoid") else "loose"
        units.append(GuidanceUnit(kind, Skill("", quote.words, quote.words), quote))
    return sorted(units, key=lambda unit: unit.quote.start)


def _says_more(part: Folded, units: list[GuidanceUnit], polarity: str) -> bool:
    """Whether words worth their likeness are left: all of a clause nothing was found in, much of one that only names."""
    left = _FILLER.sub("", part.text)
    if units:
        told = sum(len(unit.quote.words) for unit in units)
        return not polarity and len(left) - told >= (40 if left.isascii() else 16)
    if polarity:  # "not needed" says how something counts and not what
        left = _FILLER.sub("", without_cues(part.text))
    return len(left) >= (2 if left.isascii() else 1) * _LEAST_LOOSE


def _inside(hit: Hit, units: list[GuidanceUnit]) -> bool:
    return any(unit.quote.start <= hit.quote.start and hit.quote.end <= unit.quote.end for unit in units)


def _concepts(part: Folded, hits: list[Hit], polarity: str) -> Iterator[GuidanceUnit]:
    """Name the concepts of a clause; what stands between 「か」 or "or" is one wish with alternatives."""
    i = 0
    while i < len(hits):
        j = i
        while (
            polarity in ("must", "prefer")
            and j + 1 < len(hits)
            and _ALTERNATIVE.match(part.text[hits[j].end : hits[j + 1].start])
        ):
            j += 1
        group = hits[i : j + 1]
        between = part.text[group[-2].end : group[-1].start] if len(group) > 1 else ""
        if len(group) > 1 and _ALTERNATIVE_WORD.search(between.strip()):
            first, rest = group[0].concept, group[1:]
            skill = Skill(
                first.id,
                "または".join(hit.concept.label_ja for hit in group),
                " or ".join(hit.concept.label_en for hit in group),
                tuple(dict.fromkeys(hit.concept.id for hit in rest if hit.concept.id != first.id)),
            )
            yield GuidanceUnit(polarity, skill, part.quote(group[0].start, group[-1].end))
        else:
            for hit in group:
                yield GuidanceUnit(polarity, hit.concept.skill, hit.quote)
        i = j + 1


def _certificates(part: Folded, polarity: str) -> Iterator[GuidanceUnit]:
    """Read 「簿記の資格」 as any of the certificates whose names hold the word."""
    for m in _CERTIFICATE.finditer(part.text):
        word = m.group(1)
        named = [
            concept
            for concept in lexicon().concepts.values()
            if concept.kind == "certificate" and any(word in fold(form).text for form in concept.forms)
        ]
        if named:
            quote = part.quote(m.start(), m.end())
            others = tuple(concept.id for concept in named[1:])
            yield GuidanceUnit(polarity, Skill(named[0].id, quote.words, quote.words, others), quote)


def _years(part: Folded, polarity: str) -> Iterator[GuidanceUnit]:
    """Read years of experience; an upper bound on them is nothing the score counts."""
    text = part.text
    for m in _YEARS.finditer(text):
        about = text[max(0, m.start() - 12) : m.end() + 12]
        if _NOT_EXPERIENCE.search(about):
            continue
        written = m.group("n") or m.group("en")
        number = float(_WORDS.get(written, 0)) or float(written if written.isdigit() else kanji_number(written))
        if not 0 < number <= 45:
            continue
        quote = part.quote(m.start(), m.end())
        if m.group("most") or m.group("cap"):
            yield GuidanceUnit("unused", Skill("", quote.words, quote.words), quote)
        elif polarity != "avoid":
            wanted = polarity or "prefer"
            skill = Skill(f"years:{number:g}", f"経験{number:g}年以上", f"{number:g}+ years of experience")
            yield GuidanceUnit(wanted, skill, quote)
        return
    found = _EXPERIENCE.search(text)
    if found is not None and polarity == "relax":
        quote = part.quote(found.start(), found.end())
        yield GuidanceUnit("relax", Skill("years:0", "経験年数", "years of experience"), quote)


def _languages(part: Folded, polarity: str) -> Iterator[GuidanceUnit]:
    text = part.text
    levels: dict[str, LevelFound] = {f.language: f for f in find_levels(text)}
    not_spoken = [m.start() for m in _NOT_SPOKEN.finditer(text)]
    for m in _LANGUAGE.finditer(text):
        language = "japanese" if m.group("ja") else "english"
        if m.start() in not_spoken:
            continue
        found = levels.pop(language, None)
        if found is None and not polarity:
            continue
        yield _language(part, language, found, polarity, m.span())
    for language, found in levels.items():  # "N1", "TOEIC 800": the language isn't named
        yield _language(part, language, found, polarity, (found.start, found.end))


def _language(
    part: Folded, language: str, found: LevelFound | None, polarity: str, named: tuple[int, int]
) -> GuidanceUnit:
    none_needed = found is not None and found.level == 0
    kind = "relax" if none_needed else polarity or "prefer"
    # "Not needed" takes the language off; "conversational is enough" lowers it to that.
    level = int(found.level) if found else (0 if kind == "relax" else 3)
    label_ja, label_en = LANGUAGE_LABELS[language]
    ja, en = LEVEL_LABELS[level]
    skill = (
        Skill(f"language:{language}:{level}", label_ja, label_en)
        if level == 0
        else Skill(f"language:{language}:{level}", f"{label_ja}（{ja}）", f"{label_en} ({en})")
    )
    return GuidanceUnit(kind, skill, part.quote(*((found.start, found.end) if found else named)))


def _once(units: list[GuidanceUnit]) -> Iterator[GuidanceUnit]:
    """Keep a thing said twice once; the last word on it counts, where it first stands."""
    last: dict[tuple[str, str], GuidanceUnit] = {_key(unit): unit for unit in units}
    for key in dict.fromkeys(_key(unit) for unit in units):
        yield last[key]


def _key(unit: GuidanceUnit) -> tuple[str, str]:
    subject = unit.skill.concept.rpartition(":")[0] or unit.skill.concept or unit.skill.label_ja
    return subject + "|".join(unit.skill.any_of), unit.refused
