"""How well Japanese and English are asked for or spoken: one ordinal scale for what people write.

The table is our own; no public standard maps JLPT, TOEIC and 「ビジネスレベル」 onto each other. JLPT N1 is FLUENT,
N2 BUSINESS, N3 CONVERSATIONAL, N4 and N5 BASIC; TOEIC 900, 730, 600 and 470 open FLUENT, BUSINESS, CONVERSATIONAL
and BASIC.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise

from ranking.values import Level

_ANCHORS = re.compile(
    r"(?P<japanese>日本語能力試験|日本語検定|日本語|和文|japanese|nihongo|jlpt)"
    r"|(?P<english>英語|英会話|英文|english)"
    r"|(?P<other>中国語|韓国語|スペイン語|フランス語|ドイツ語|ベトナム語|ポルトガル語|タイ語|語学力(?!\W{0,2}(?:英語|日本語))|"
    r"\b(?:chinese|mandarin|korean|spanish|french|german|vietnamese|portuguese|thai)\b)"
)
# Words that contain a language's name but say nothing of speaking it.
_NOT_ANCHORS = re.compile(
    r"japanese (?:market|compan|law|client|customer|gaap|tax|labou?r|food|cuisine|account|bank|enterprise|office|subsidiar"
    r"|government|regulat|manufactur|business culture|yen|residen|visa|user|team|corporat|national)"
    r"|日本語教師|日本語版|英語版|日本語サイト|英語教材|英語教育"
)
_LEVELS: tuple[tuple[Level, str], ...] = (
    (
        Level.NATIVE,
        r"(?<!near-)(?<!near )(?:ネイティブ(?!に近い|アプリ|コード|広告)(?:レベル|並み|相当|級)?)|母国語|母語(?:話者)?"
        r"|(?<!cloud )(?<!cloud-)(?<!react )(?<!near-)(?<!near )\bnative(?: or bilingual)?(?:[- ]level|[- ]speaker)?(?! app| code| ad|script)"
        r"|\bmother[- ]tongue|\bfirst language\b",
    ),
    (
        Level.FLUENT,
        r"\bnear[- ]native\b|ビジネス上級|ネイティブに近い|バイリンガル(?=レベル|の|相当)|流暢|流ちょう|堪能|上級|\bfluent\b|\bfluently\b|\bfluency\b|\badvanced\b|full professional(?: proficiency)?",
    ),
    (
        Level.BUSINESS,
        r"ビジネスレベル|ビジネス(?:英)?会話|(?:商談|会議|交渉|実務|業務)(?:が?できる)?レベル|(?:問題|支障)なく(?:使え|業務|コミュニケーション|働)|ビジネス英語|ビジネス日本語|ビジネス(?:初級以上|中級)|中上級|ビジネスで(?:使用|活用|通用)|会議(?:や商談)?(?:が|の)(?:可能|進行|できる)|商談が?(?:可能|できる)"
        r"|業務(?:上|で)(?:支障|使用|問題)(?:が?ない|している)?|ビジネス(?=[\s)」、。/]|$)"
        r"|\bbusiness(?:[- ]level| proficien(?:t|cy)|[- ]fluent)?(?=[\s,.;:)/]|$)"
        r"|\bprofessional[- ]level|\bprofessional(?= (?:english|japanese))|professional (?:working )?proficiency|working (?:proficiency|knowledge of (?=(?:english|japanese)(?! law| lab| gaap| tax| reg)))|\bproficient\b|\bproficiency\b|\bupper[- ]intermediate\b",
    ),
    (
        Level.CONVERSATIONAL,
        r"日常会話(?:レベル|程度)?|会話レベル|(?:簡単|簡易)な(?:日常|英|日本語)?会話|中(?:級)?[~-]上級|中級|読み書き(?:程度|レベル|が?可能|ができる)?|(?:が|を)?(?:読める|読み取れる|読解)|read(?:ing)? and writ(?:e|ing)|\breading (?:and|or) writing|\bconversational(?:[- ]level)?\b|\bintermediate\b|\bdaily[- ]conversation(?:al)?\b|\breading(?:[- ]level)?(?= english| japanese)",
    ),
    (
        Level.BASIC,
        r"初級|初(?:級)?[~-]中級|基礎(?:レベル)?|挨拶(?:が?できる)?程度|片言|カタコト|初歩|簡単な(?=英語|日本語)(?!(?:日本語|英語)(?:での?|の)?会話)|\bbasic\b|\bbeginner\b|\belementary\b",
    ),
)
_WORDS = re.compile("|".join(f"(?P<l{int(level)}>{pattern})" for level, pattern in _LEVELS))
_JLPT = re.compile(r"(?<![a-z0-9])n([1-5])(?![0-9a-z])(?:レベル|合格|取得|相当|以上)?")
_JAPANESE_EXAM = re.compile(r"(?:日本語検定|日本語能力(?:検定)?試験|jlpt)\s*([1-4])級")
_JLPT_LEVEL = {"1": Level.FLUENT, "2": Level.BUSINESS, "3": Level.CONVERSATIONAL, "4": Level.BASIC, "5": Level.BASIC}
_EXAM_LEVEL = {"1": Level.FLUENT, "2": Level.BUSINESS, "3": Level.CONVERSATIONAL, "4": Level.BASIC}
# J.TEST and BJT as their own bands say: A and J1 are FLUENT, B and J2 BUSINESS, C and J3 CONVERSATIONAL.
_JTEST = re.compile(r"j\.?\s?test\W{0,4}(?:level |grade |レベル)?(特a|準?[a-f])(?![a-z])")
_BJT = re.compile(r"bjt(?:ビジネス日本語能力テスト)?\W{0,4}(?:level |レベル|で)?(?:(j[1-5])\+?|(\d{3}))")
_CEFR = re.compile(r"(?:cefr\W{0,4}(?:level )?|(?:english|英語)\W{0,3}(?:level )?)(a1|a2|b1|b2|c1|c2)(?![a-z0-9])")
_BANDS = {
    "特a": Level.FLUENT, "a": Level.FLUENT, "準a": Level.FLUENT, "b": Level.BUSINESS, "準b": Level.BUSINESS, "c": Level.CONVERSATIONAL,
    "j1": Level.FLUENT, "j2": Level.BUSINESS, "j3": Level.CONVERSATIONAL,
    "c2": Level.FLUENT, "c1": Level.FLUENT, "b2": Level.BUSINESS, "b1": Level.CONVERSATIONAL,
}  # fmt: skip
_BJT_POINTS = ((420, Level.FLUENT), (320, Level.BUSINESS), (200, Level.CONVERSATIONAL))
_TOEIC = re.compile(r"toeic\D{0,12}?(\d{3})\s*点?")
_BILINGUAL = re.compile(
    r"日英バイリンガル|\bbilingual\b[^.\n]{0,12}\b(?:japanese|english)\b[^.\n]{1,8}\b(?:japanese|english)\b"
    r"|\b(?:japanese|english)\b[^.\n]{1,3}\b(?:japanese|english)\b[ -]bilingual\b"
)
# "Excellent written and spoken English", "good command of Japanese": the adjective grades the language it leads to.
_GRADED = re.compile(
    r"\b(?:(?P<high>excellent|outstanding|superb|exceptional)|(?P<good>strong|good|solid|sound)|(?P<some>some|fair|passable|simple))"
    r"(?:[ ,/&]+(?:business|written|spoken|verbal|oral|and|command|knowledge|of|communication|skills?|in|both|the|language))*"
    r" (?P<first>english|japanese)\b(?! (?:market|compan|client|customer|team|colleague))(?:(?: and |/| & )(?P<second>english|japanese)\b)?"
)
_EIKEN = re.compile(r"(?:英検|実用英語技能検定)\s*(準?[1-3])級")
_EIKEN_LEVEL = {
    "1": Level.FLUENT,
    "準1": Level.BUSINESS,
    "2": Level.CONVERSATIONAL,
    "準2": Level.BASIC,
    "3": Level.BASIC,
}
_NEGATED = r"(?:not (?:required|needed|necessary|a must|mandatory)|optional|unnecessary|none\b)"
_NOT_NEEDED = re.compile(
    r"(?P<ja>日本語|英語|語学)(?:力|能力|スキル|の?レベル)?(?:は|に?関する経験は|は一切)?[::\s]*(?:特に)?(?:不問|不要|必要(?:は|が)?(?:ありません|ございません|ない)|必要なし|必須では(?:ありません|ない)|求め(?:ません|て(?:い|お))|問いません|なしでも|使用しません|使いません|使用なし)"
    r"|(?P<ja2>日本語|英語)(?:が|は|を)?(?:でき|話せ|わから|使え|苦手)[^。、\n]{0,4}(?:ても|でも)"
    r"|(?P<en3>jlpt) (?:certificates?|level|qualification)?s? ?(?:is|are) not (?:needed|required|necessary)"
    r"|(?P<en4>japanese|english)(?: language)?(?: skills?| ability| proficiency)?(?: is| are)? (?:useful|helpful|nice|welcome|a plus)[^.;]{0,12} not (?:needed|required|necessary|a must)"
    r"|(?P<any>\bno language requirements?)|\bno (?P<en6>japanese|english)(?: language)? requirement"
    r"|\bno (?P<en>japanese|english)(?: language)?(?: skills?| ability| proficiency| knowledge)?(?: is| are)? (?:required|needed|necessary)"
    r"|(?P<en2>japanese|english)(?: language)?(?: skills?| ability| proficiency| level| knowledge)?(?: is| are|:)? "
    + _NEGATED
    + r"|(?:don't|do not|needn't|no need to|not required to)(?: need| have)?(?: to)? (?:be able to )?(?:speak|know|use|understand) (?P<en5>japanese|english)"
)
_NONE = re.compile(
    r"不可|話せません|話せない|できません|\bnone\b|\bno ability\b|\bcannot\b|\bdon't speak\b|\bdo not speak\b"
)
_NAMED_BY = {"英語": ("english",), "english": ("english",), "語学": ("english",)}
_BREAK = re.compile(r"[、,;/|・]|\band\b|と|および|及び")
_JOINED = re.compile(r" ?(?:and|&|/|・|と|および|及び|、) ?")
_HARD_BREAK = re.compile(r"[。\n]|\. ")
_REACH = 30  # folded characters between a language and its level


@dataclass(frozen=True, slots=True)
class LevelFound:
    """A level of one language; the folded offsets span the language's name and the words for the level."""

    language: str  # "japanese" or "english"
    level: Level
    start: int
    end: int
    inferred: bool = False


_LINE = re.compile(r"[^\n]+")
_CUE = re.compile(
    r"語|英|japanese|english|nihongo|jlpt|toeic|j\.?\s?test|bjt|cefr|(?<![a-z0-9])n[1-5](?![0-9a-z])|和文"
)


# What somebody does in a language tells the level where no word for it does: meetings want more than mails.
_NAMES = {
    "japanese": (re.compile(r"(?:日本語|和文)(?:力|能力|スキル)?(?=[でをのにが(、・])"), re.compile(r"\b(?:in|using|of|use) (?:both )?(?:english (?:and|or) )?(?P<at>japanese)\b(?! (?:law|labou?r|tax|gaap|regulat|market|compan|account|business|custom|consum|employ|food|cultur))|\bspeak(?:ing)? (?P<said>japanese)\b|\b(?P<fit>japanese)(?= (?:good enough|sufficient|strong enough|enough|skills? (?:to|for)|for|to)\b)|\b(?P<doc>japanese)(?= (?:[a-z]+ )?(?:documents?|texts?|e-?mails?|manuals?|specifications?)\b)")),
    "english": (re.compile(r"(?:英語|英文)(?:力|能力|スキル)?(?=[でをのにが(、・メ]|仕様書|資料|書類|文書|マニュアル|論文|レター)"), re.compile(r"\b(?:in|using|of|use) (?:both )?(?:japanese (?:and|or) )?(?P<at>english)\b|\bspeak(?:ing)? (?P<said>english)\b|\b(?P<fit>english)(?= (?:good enough|sufficient|strong enough|enough|skills? (?:to|for)|for|to)\b)|\b(?P<doc>english)(?= (?:[a-z]+ )?(?:documents?|texts?|e-?mails?|manuals?|specifications?)\b)")),
}  # fmt: skip
_SPOKEN = re.compile(
    r"会議|打ち?合わ?せ|ミーティング|商談|交渉|折衝|プレゼン|議論|ディスカッション|ファシリテ|電話|討議|面談|説明(?!書)|提案"
    r"|\bmeetings?\b|\bnegotiat|\bpresent(?:ing|ations?)?\b|\bdiscuss|\bcalls?\b|\binterview|\bfacilitat|\bworkshops?\b|\btrain(?:ing)?\b|\bpitch|\blecture"
)
_WRITTEN = re.compile(
    r"メール|チャット|接客|会話|読み|読む|読め|読解|文書|文献|資料|ドキュメント|書類|仕様書|論文|マニュアル"
    r"|\bread(?:ing)?\b|\bwrit(?:e|ing)\b|\be-?mails?\b|\bdocument|\bcorrespond|\bchats?\b|\bmanuals?\b|\breports?\b|\beveryday\b|\bconversations?\b"
)
_DEALING = re.compile(
    r"コミュニケーション|やり取り|やりとり|対応|業務|実務|仕事|勤務|使用|使っ|使う|使い|用い|活用|調整|説明|連携|折り合い|ビジネス"
    r"|\bcommunicat|\bwork(?:ing)?\b|\boperat|\bbusiness\b|\bliais|\bcollaborat|\bexplain|\bcustomers?\b|\bcolleagues?\b|\binteract|\bconverse"
)
_WEAK = re.compile(r"簡単な|簡易な|片言|simple|basic")
_WORKING_LANGUAGE = re.compile(r"\benglish is (?:our|the) (?:only |main )?(?:working|company|common) language")
_OUR_OWN = re.compile(r"\bwe (?:all )?(?:work|meet|speak)\b|held in")
_CLAUSE = re.compile(r"[^。.;\n()]+(?:\([^()\n]*\)?(?=$|[。.;\n]))?|[^。.;\n()]+")


def levels_by_use(text: str) -> list[LevelFound]:
    """Infer levels from what is to be done in a language: 「英語での会議」 BUSINESS, "read documents in Japanese" CONVERSATIONAL.

    For what a posting asks, where it names no level outright; a career's own sentences say less.
    """
    found = [LevelFound("english", Level.BUSINESS, m.start(), m.end(), True) for m in _WORKING_LANGUAGE.finditer(text)]
    for clause in _CLAUSE.finditer(text):
        words = clause.group()
        for language, names in _NAMES.items():
            name = next((m for pattern in names if (m := pattern.search(words)) is not None), None)
            if name is None or _OUR_OWN.search(words):
                continue
            first, last = name.span()
            level, task = Level.BUSINESS, _SPOKEN.search(words)
            if task is None:
                level, task = Level.CONVERSATIONAL, _WRITTEN.search(words)
            if task is None:
                level, task = Level.BUSINESS, _DEALING.search(words)
            if task is None or (name.group().startswith(("英文", "和文")) and level is not Level.CONVERSATIONAL):
                continue
            if _WEAK.search(words):
                level = min(level, Level.CONVERSATIONAL)
            at = clause.start()
            found.append(LevelFound(language, level, at + min(first, task.start()), at + max(last, task.end()), True))
    return found


def find_levels(text: str) -> list[LevelFound]:
    """Find language levels in folded text (one or many lines), in the order of the text."""
    found: list[LevelFound] = []
    for line in _LINE.finditer(text):
        if _CUE.search(line.group()):
            at = line.start()
            found.extend(replace(f, start=f.start + at, end=f.end + at) for f in _in_line(line.group()))
    return found


def _in_line(text: str) -> list[LevelFound]:
    found: list[LevelFound] = []
    taken: list[tuple[int, int]] = []
    for match in _NOT_NEEDED.finditer(text):
        name = next(g for g in match.groups() if g)
        languages = _NAMED_BY.get(name, ("japanese",))
        found.extend(LevelFound(language, Level.NONE, match.start(), match.end()) for language in languages)
        taken.append(match.span())
    blocked = [m.span() for m in _NOT_ANCHORS.finditer(text)]
    anchors = [
        (str(m.lastgroup), m.start(), m.end())
        for m in _ANCHORS.finditer(text)
        if not _inside(m.start(), blocked) and not _inside(m.start(), taken)
    ]
    for language, level, start, end in _self_anchored(text):
        around = _around(anchors, start, end)
        close = [a for a in around if a[0] == language and _distance(text, a, start, end) is not None]
        first, last = start, end
        if close:
            closest = min(close, key=lambda a: _distance(text, a, start, end) or 0)
            first, last = min(start, closest[1]), max(end, closest[2])
        found.append(LevelFound(language, level, first, last))
    words = [(m, m.start(), m.end()) for m in _WORDS.finditer(text)] if anchors else []
    # 「読み書き、会話ともにビジネスレベル」: what is done, then how well.
    words = [w for i, w in enumerate(words) if w[0].group() != "読み書き" or i + 1 == len(words)]
    for match, start, end in words:
        if _inside(start, taken):
            continue
        around = _around(anchors, start, end)
        near_by = [(d, a) for a in around if (d := _distance(text, a, start, end)) is not None]
        if not near_by:
            continue
        _, (language, a_start, a_end) = min(near_by, key=lambda pair: (pair[0], pair[1][1] > start))
        if language == "other":
            continue
        level = Level(int(str(match.lastgroup)[1:]))
        found.append(LevelFound(language, level, min(start, a_start), max(end, a_end)))
    # "Fluent Japanese and English": what is said of a pair is said of both.
    named = {f.language for f in found}
    for one, other in pairwise(anchors):
        if _JOINED.fullmatch(text[one[2] : other[1]]) is None or "other" in (one[0], other[0]):
            continue
        for near, far in ((one, other), (other, one)):
            if far[0] not in named and near[0] in named:
                of_both = next(f for f in found if f.language == near[0])
                found.append(
                    replace(of_both, language=far[0], start=min(of_both.start, one[1]), end=max(of_both.end, other[2]))
                )
    # An adjective is vague: a level or certificate beside it says which is meant.
    named = {f.language for f in found}
    for m in _BILINGUAL.finditer(text):
        found.extend(LevelFound(n, Level.FLUENT, m.start(), m.end()) for n in ("japanese", "english") if n not in named)
    for m in _GRADED.finditer(text):
        level = Level.FLUENT if m["high"] else Level.BUSINESS if m["good"] else Level.BASIC
        for name in (m["first"], m["second"]):
            if name and name not in named:
                found.append(LevelFound(name, level, m.start(), m.end()))
    return sorted(found, key=lambda f: (f.start, f.end))


def _self_anchored(text: str) -> list[tuple[str, Level, int, int]]:
    found = [("japanese", _JLPT_LEVEL[m.group(1)], m.start(), m.end()) for m in _JLPT.finditer(text)]
    for m in _JAPANESE_EXAM.finditer(text):
        found.append(("japanese", _EXAM_LEVEL[m.group(1)], m.start(), m.end()))
    for m in _JTEST.finditer(text):
        found.append(("japanese", _BANDS.get(m.group(1), Level.BASIC), m.start(), m.end()))
    for m in _BJT.finditer(text):
        points = int(m.group(2) or 0)
        by_points = next((level for floor, level in _BJT_POINTS if points >= floor), Level.BASIC)
        found.append(("japanese", by_points if points else _BANDS.get(m.group(1), Level.BASIC), m.start(), m.end()))
    for m in _CEFR.finditer(text):
        near = text[max(0, m.start() - 40) : m.end() + 10]
        language = (
            "japanese" if re.search("日本語|japanese", near) and not re.search("英語|english", near) else "english"
        )
        found.append((language, _BANDS.get(m.group(1), Level.BASIC), m.start(), m.end()))
    for m in _TOEIC.finditer(text):
        found.append(("english", toeic_level(int(m.group(1))), m.start(), m.end()))
    for m in _EIKEN.finditer(text):
        found.append(("english", _EIKEN_LEVEL.get(m.group(1), Level.BASIC), m.start(), m.end()))
    return found


def toeic_level(points: int) -> Level:
    """Place a TOEIC L&R score on the scale."""
    for floor, level in ((900, Level.FLUENT), (730, Level.BUSINESS), (600, Level.CONVERSATIONAL)):
        if points >= floor:
            return level
    return Level.BASIC


def _around(anchors: list[tuple[str, int, int]], start: int, end: int) -> list[tuple[str, int, int]]:
    """The anchors no further than any reach; without looking at all of a line that names languages a thousand times."""
    first = bisect_left(anchors, start - 4 * _REACH, key=lambda a: a[1])
    return anchors[first : bisect_right(anchors, end + 4 * _REACH, key=lambda a: a[1])]


def _distance(text: str, anchor: tuple[str, int, int], start: int, end: int) -> int | None:
    """How far a level stands from a language, separators counted extra; None when another line or sentence."""
    _, a_start, a_end = anchor
    if a_start < end and start < a_end:
        return 0
    between = text[a_end:start] if a_end <= start else text[end:a_start]
    # "English: able to lead calls with headquarters (business level)": a label reaches to its line's end.
    reach = 3 * _REACH if a_start < 3 and text[a_end : a_end + 1] == ":" else _REACH
    if len(between) > reach or _HARD_BREAK.search(between):
        return None
    # English says "business-level Japanese": a level before its language is as near as one after it.
    return len(between) + 12 * len(_BREAK.findall(between)) + (4 if a_start > end and ":" in between else 0)


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def says_none(clause: str) -> bool:
    """Whether a clause about a language says it isn't spoken at all."""
    return _NONE.search(clause) is not None
