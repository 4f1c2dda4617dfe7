"""Read the hiring manager's free text: which things are a must, preferred, relaxed or to be avoided.

Words that name a protected attribute become refused units with the reason (R9): they are shown, never used. A clause
the lexicon knows nothing of is "loose": it colours the similarity only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ranking.folding import Folded, fold
from ranking.levels import find_levels
from ranking.lexicon import lexicon
from ranking.values import Guidance, GuidanceUnit, Skill

_REFUSED: tuple[tuple[str, str], ...] = (
    ("age", r"[2-6]0代|若い|若手|若者|年配|年齢|シニア層|高齢|\d{2}\s*歳|新卒のみ|\byoung(?:er)?\b|\bunder \d{2}\b(?! ?(?:million|m\b|k\b))|\bin (?:his|her|their) (?:20|30|40|50)s\b|\b(?:20|30|40|50)s\b|\bold(?:er)? (?:people|candidates|than)\b|\bage[ds]?\b|\bdigital natives?\b|\brecent graduates only\b"),
    ("gender", r"男性|女性|男子|女子|女の子|主婦|主夫|ママ|紳士|\b(?:fe)?males?\b|\bwom[ae]n\b|\bm[ae]n\b|\bgirls?\b|\bguys?\b|\bgentlem[ae]n\b|\blad(?:y|ies)\b"),
    ("nationality", r"国籍|外国人|外人|日本人(?!の?(?:顧客|お客様|スタッフ|メンバー))|中国人|韓国人|欧米人|白人|黒人|人種|\bforeigners?\b|\bnationalit(?:y|ies)\b|\bjapanese nationals?\b|\bjapanese only\b|\brace\b|\bethnic|\b(?:chinese|korean|american|indian) (?:people|candidates)\b"),
    ("family", r"独身|既婚|未婚|子持ち|子供|子ども|育児中|妊娠|結婚|出産|家庭持ち|\bmarried\b|\bunmarried\b|\bsingle (?:people|person|candidates|men|women)\b|\bchildren\b|\bkids\b|\bpregnan|\bmothers?\b|\bfathers?\b|\bparents?\b"),
    ("religion", r"宗教|信仰|信者|政治思想|支持政党|\breligio|\bchristian|\bmuslim|\bbuddhist|\bpolitical (?:views|party)"),
    ("union", r"労働組合員|組合活動|\bunion members?"),
    ("health", r"障害者|障がい|持病|健康な|病歴|\bdisabled\b|\bdisabilit|\bhealthy\b"),
    ("looks", r"容姿|美人|イケメン|見た目|顔写真|\bgood[- ]looking\b|\battractive (?:people|candidates|person)\b|\bphoto"),
    ("origin", r"本籍|出身地|家柄|\bplace of birth\b"),
)  # fmt: skip
_CUES: tuple[tuple[str, str], ...] = (
    ("must", r"以外は?(?:すべて|全て)?(?:不要|ng|不可|対象外|お断り|除|いらない|見送)|だけで(?:いい|よい)|のみで|\bonly\b(?! if)|\bnothing but\b"),
    ("relax", r"必須では(?:ない|ありません|なく)|不問|不要|問わ(?:ない|ず|れ)|問いません|なくて(?:も|OK)|無くて(?:も|OK)|こだわら(?:ない|ず|なく)|こだわりません|いらない|要りません|要らない|妥協|緩和|緩め|目をつぶ|\bnot (?:be )?(?:a |an )?(?:required|necessary|needed|must|essential|mandatory|important)\b|\b(?:don't|do not|doesn't|does not|no) need\b|\boptional\b|\b(?:doesn't|does not|don't|do not) (?:matter|care|insist|require)\b|\bno \w+(?: \w+)? (?:required|needed|necessary)\b|\bwaive|\bflexible (?:on|about)\b|\bcan be (?:learn|taught|trained)|\brelax\b|\bdrop the\b"),
    ("avoid", r"除く|除いて|除外|以外|ng\b|不可|避け|対象外|やめて|外して|お断り|遠慮|ではない(?:人|方)|は(?:望まない|求めていない|ちょっと)|合わない|\bavoid|\bexclud|\bexcept\b|\bother than\b|\bnot (?:from|interested in|looking for|want)|\b(?:don't|do not) (?:want|send|like)\b|\bno (?:more )?(?=\w+ (?:people|candidates|profiles|backgrounds?))|\bunsuitable|\brather not\b|\bnot suitable\b"),
    ("must", r"必須|必要|マスト|絶対|欠かせない|ないと(?:困|難|だめ|ダメ|厳)|なければ(?:ならない|困)|最低限|条件です|\bmust\b|\brequire[ds]?\b|\bessential\b|\bmandatory\b|\bnon-negotiable\b|\bneeds? to\b|\bneed\b|\bhave to\b|\bhas to\b|\bcritical\b"),
    ("prefer", r"歓迎|優先|重視|あれば|あると|尚可|望ましい|嬉しい|うれしい|評価|プラス|欲しい|ほしい|強い|得意|厚め|求め|期待|理想|優遇|経験者|経験のある|経験がある|がいい|が良い|がよい|\bprefer|\bideal|\bplus\b|\bnice\b|\bvalue\b|\bprioriti[sz]e|\bbonus\b|\bfavou?r|\bstrong\b|\bwould (?:like|love)\b|\bweigh|\bmore weight\b|\bimportant\b|\bmatters?\b|\blooking for\b|\bfocus on\b|\bwelcome\b|\bemphasi|\bwant\b|\blike\b"),
)  # fmt: skip
_REFUSED_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _REFUSED]
_CUE_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _CUES]
_SENTENCES = re.compile(r"[。．\n;!?]+|\.(?=\s|$)")
_CLAUSES = re.compile(r"、|,\s|,(?=[^\d])|(?<=が)、|\bbut\b|\bhowever\b|\bwhile\b|ただし|けれど|一方で?|/")
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


def read_guidance(text: str) -> Guidance:
    """Read guidance in Japanese or English into units, in the order of the text."""
    folded = fold(text)
    units: list[GuidanceUnit] = []
    start = 0
    for boundary in [*_SENTENCES.finditer(folded.text), None]:
        end = boundary.start() if boundary else len(folded.text)
        if folded.text[start:end].strip():
            units.extend(_sentence(folded, start, end))
        start = boundary.end() if boundary else end
    return Guidance(text, tuple(_once(units)))


def _sentence(folded: Folded, start: int, end: int) -> Iterator[GuidanceUnit]:
    spans = _split(folded.text, start, end)
    polarities = [_polarity(folded.text[a:b]) for a, b in spans]
    japanese = re.search(r"[\u3040-\u30ff]", folded.text[start:end]) is not None
    for i, (a, b) in enumerate(spans):
        # Japanese says what it thinks of a list at its end, English at its beginning.
        order = (
            [*range(i, len(spans)), *range(i - 1, -1, -1)]
            if japanese
            else [*range(i, -1, -1), *range(i + 1, len(spans))]
        )
        polarity = next((polarities[j] for j in order if polarities[j]), "")
        yield from _clause(folded, a, b, polarity)


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = start
    for m in _CLAUSES.finditer(text, start, end):
        spans.append((at, m.start()))
        at = m.end()
    spans.append((at, end))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _polarity(clause: str) -> str:
    return next((name for name, pattern in _CUE_PATTERNS if pattern.search(clause)), "")


def _clause(folded: Folded, start: int, end: int, polarity: str) -> Iterator[GuidanceUnit]:
    clause = folded.text[start:end]
    for reason, pattern in _REFUSED_PATTERNS:
        found = pattern.search(clause)
        if found is not None:
            quote = folded.quote(start + found.start(), start + found.end())
            yield GuidanceUnit(polarity or "prefer", Skill("", quote.words, quote.words), quote, reason)
            return
    languages = list(_languages(folded, start, end, polarity))
    yield from languages
    hits = lexicon().find(folded.part(start, end), about_skills=True)
    for hit in hits:
        yield GuidanceUnit(polarity or "prefer", hit.concept.skill, hit.quote)
    if not hits and not languages and len(clause.strip()) >= 4:
        quote = folded.quote(start, end)
        yield GuidanceUnit("loose", Skill("", quote.words, quote.words), quote)


def _languages(folded: Folded, start: int, end: int, polarity: str) -> Iterator[GuidanceUnit]:
    clause = folded.text[start:end]
    levels = {f.language: f for f in find_levels(clause)}
    for m in _LANGUAGE.finditer(clause):
        language = "japanese" if m.group("ja") else "english"
        if language in levels and levels[language].start > m.end():
            continue
        found = levels.get(language)
        if found is None and not polarity:
            continue
        level = int(found.level) if found else 3
        label_ja, label_en = LANGUAGE_LABELS[language]
        kind = "relax" if found is not None and level == 0 else polarity or "prefer"
        ja, en = LEVEL_LABELS[level]
        skill = (
            Skill(f"language:{language}:{level}", label_ja, label_en)
            if kind == "relax"
            else Skill(f"language:{language}:{level}", f"{label_ja}（{ja}）", f"{label_en} ({en})")
        )
        quote = folded.quote(start + (found.start if found else m.start()), start + (found.end if found else m.end()))
        yield GuidanceUnit(kind, skill, quote)


def _once(units: list[GuidanceUnit]) -> Iterator[GuidanceUnit]:
    seen: set[tuple[str, str]] = set()
    for unit in units:
        key = (unit.skill.concept or unit.skill.label_ja, unit.refused)
        if key not in seen:
            seen.add(key)
            yield unit
