"""The position itself: its title, how senior it is, its grade and whom it reports to."""

from __future__ import annotations

import re

from ranking.folding import Folded
from ranking.layout import Line
from ranking.lexicon import lexicon
from ranking.places import find_places
from ranking.sections import section_of
from ranking.values import Stated

_ROLE = re.compile(
    r"エンジニア|プログラマ|担当|スタッフ|マネージャ|マネジャ|営業|部長|課長|係長|室長|所長|店長|工場長|センター長|事務|コンサルタント|デザイナー|プランナー|ディレクター|プロデューサー|アナリスト|リクルーター|マーケター|スペシャリスト|アシスタント"
    r"|サイエンティスト|リーダー|アーキテクト|カウンセル|秘書|経理|人事|法務|財務|総務|薬剤師|看護師|[技療護計税理]士|弁護士|司書|医師|講師|教員|研究(?:員|職|開発)|技術職|総合職|職$|長$|[師士]$|ヘルプデスク|バイヤー|オペレーター|セールス|pm\b|sre\b|cto\b|cfo\b|ceo\b|coo\b|経営企画|企画"
    r"|\b(?:engineer|developer|programmer|manager|designer|analyst|counsel|specialist|director|officer|partner|executive|liaison|controller|buyer|scientist|consultant|recruiter|architect|administrator|assistant|accountant|nurse|coordinator|associate|representative|planner|technician|supervisor|strategist|researcher|writer|editor|producer|lead|head of \w+|chef|concierge|pharmacist|lawyer|paralegal|secretary|trainer|teacher|operator|auditor|marketer|generalist|sales|intern|advisor|adviser|expert|owner|support)s?\b"
)
_LOOKING = re.compile(
    r"(?:looking for|hiring|seeking|recruiting|searching for|in need of|(?:want|need)s? to hire)\s+(?:an?\s+|our\s+(?:(?:next|first|new)\s+)?|the\s+|one\s+|someone as an?\s+)?(?:(?:experienced|talented|skilled|motivated|new)\s+)?(?P<title>[^.,!:;\n]{3,60}?)(?=\s+(?:to|who|for|with|in|at|that|on|as|following|based|-)\s|\s*[.,!:;\n(]|$)"
)
_WANTED = re.compile(
    r"(?P<title>[^\s。、,「」として]{2,30}?)(?:\([^)]*\))?\s*(?:を|の)(?:新たに|積極)?(?P<count>[一二三四五\d]名)?(?:募集|採用|探して|お探し|お迎え|求めて)"
)
_CALLED = re.compile(r"(?P<title>[^。!?、]{2,36}?)(?:大|急|積極)?募集(?:中)?!")
_ENGAGED = re.compile(
    r"(?:(?P<title>[^。、]{2,40}?)として、|as (?:an? |our (?:new |next )?|the )?(?P<role>[^.,。]{3,50}?),? you\b)"
)
_COMPANY = re.compile(
    r"株式会社|合同会社|有限会社|(?:医療|社団|財団|学校|福祉)法人|クリニック|病院|\bk\.?k\.?(?:\W|$)|\binc\b|\bltd\b|\bllc\b|company|studio|resort|hotel\b|\bgroup\b|holdings|confidential|http|@"
)
_SLOGAN = re.compile(r"^(?:【[^】]*】|\[[^\]]*\]|《[^》]*》|<[^>]*>|★[^★]*★|\\[^/]*/|＼[^／]*／)\s*")
_CUT = re.compile(
    r"\s*(?:[|｜★☆@]|/(?![a-z]{1,2}(?![a-z]))| [-–] |\s-\s|募集(?:要項|中)?[!！。(]?|[◆◇♪■●]|(?:の)?求人|を募集|,? +(?:wanted|needed|required)\b|として)"
)
_ASIDES = re.compile(r"\s*(?:\([^()]*\)?|（[^（）]*）?|<[^<>]*>?|【[^】]*】?)\s*")


def find_title(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Find the role's name: its own field, else the opening line that names a role, else the sentence that seeks one."""
    for line in _title_lines(lines):
        if len(line.text) <= 80 and not re.search(r"。|です|ます", line.text):
            return _named(folded, line.text, line.start, inferred=False)
    opening = [ln for ln in lines if ln.row <= _opening_rows(lines)]
    for line in opening:
        called = _CALLED.match(line.text)
        if called is not None and _ends_in_role(called.group("title")):
            return _named(folded, called.group("title"), line.start + called.start("title"), inferred=False)
        if (
            line.listed
            or len(line.text) > 90
            or re.search(r"。|(?:です|ます)$|[.!?]$", line.text)
            or line.section in ("pay", "place")
        ):
            continue
        if line.section in ("must", "nice") and not line.heading:
            continue
        if _WANTED.search(line.text) is not None and line.text.rstrip(")").count("探し"):
            continue  # a sentence, though it has no full stop
        if _LOOKING.search(line.text) is None and (at := _last_of_several(folded, line)):
            return _named(folded, line.text[at:], line.start + at, inferred=False)
        if _LOOKING.search(line.text) is None and _role_in(_bare_of_company(line.text)):
            return _named(folded, line.text, line.start, inferred=False)
    for line in lines:
        for pattern in (_LOOKING, _WANTED):
            for found in pattern.finditer(line.text):
                counted = "count" in found.groupdict() and found.group("count")
                if (counted or _role_in(found.group("title"))) and line.section not in ("company", "process"):
                    return _named(folded, found.group("title"), line.start + found.start("title"), inferred=True)
    for line in lines:
        engaged = _ENGAGED.match(line.text) if line.section in ("title", "duties") else None
        name = None if engaged is None else "title" if engaged.group("title") else "role"
        if engaged is not None and name is not None and _ends_in_role(engaged.group(name)):
            return _named(folded, engaged.group(name), line.start + engaged.start(name), inferred=True)
    head = lines[0] if lines and lines[0].section in ("", "other") and len(lines[0].text) <= 60 else None
    if (
        head is not None
        and not re.search(r"[。.!?]", head.text)
        and not _COMPANY.search(head.text)
        and not section_of(head.text)
    ):
        return _named(folded, head.text, head.start, inferred=True)
    return None


def _title_lines(lines: list[Line]) -> list[Line]:
    found = []
    for i, line in enumerate(lines):
        if line.section == "title" and not line.heading and (line.labelled or (i and lines[i - 1].heading)):
            found.append(line)
    return found


def _opening_rows(lines: list[Line]) -> int:
    """How far the opening reaches: six lines, or up to the first list or long run of prose."""
    rows = list(dict.fromkeys(ln.row for ln in lines if not ln.listed))
    return rows[min(5, len(rows) - 1)] if rows else -1


def _ends_in_role(words: str) -> bool:
    bare = _ASIDES.sub("", words).strip()
    return any(found.end() in (len(bare), len(bare.rstrip("ー"))) for found in _ROLE.finditer(bare))


def _last_of_several(folded: Folded, line: Line) -> int:
    """Where a role begins that stands behind an employer and a wide blank: 「保育園「森」　主任保育士」; 0 for none."""
    wide = [
        i for i, c in enumerate(line.text) if c == " " and folded.original[folded.starts[line.start + i]] == "\u3000"
    ]
    if not wide:
        return 0
    before, last = line.text[: wide[-1]], line.text[wide[-1] + 1 :]
    bare = _CUT.split(_ASIDES.sub("", last))[0].strip()
    behind = _ASIDES.sub("", before).rstrip()
    already = any(found.end() == len(behind) for found in _ROLE.finditer(behind))
    named = 4 <= len(bare) <= 24 and _ends_in_role(bare)  # 「品質保証　課長」: a rank alone names no role
    return wide[-1] + 1 if named and not already else 0


def _role_in(text: str) -> bool:
    return _ROLE.search(text) is not None or any(h.concept.kind == "role" for h in lexicon().find(text))


def _bare_of_company(text: str) -> str:
    """A line without the company it names, "" where nothing else is left."""
    if not _COMPANY.search(text) or _CUT.search(text) or "【" in text:
        return text
    return text[: text.index(",")] if "," in text and not _COMPANY.search(text[: text.index(",")]) else ""


def _named(folded: Folded, text: str, at: int, *, inferred: bool) -> Stated[str]:
    """Cut slogans, companies, places and bracketed asides off a title."""
    start, end = 0, len(text)
    while (slogan := _SLOGAN.match(text, start, end)) is not None and slogan.end() < end:
        inside = text[slogan.start() + 1 : slogan.end()].rstrip(" 】]》>★")
        if _role_in(inside) and not _role_in(text[slogan.end() : end]):
            start, end = slogan.start() + 1, slogan.start() + 1 + len(inside)
            break
        follows = re.split(r"[/◆★!(|]", text[slogan.end() : end], maxsplit=1)[0].strip()
        ends = [found.end() for found in _ROLE.finditer(follows)]
        if _role_in(inside) and len(inside) <= 30 and "正社員" not in inside and len(follows) not in ends:
            start, end = slogan.start() + 1, slogan.start() + 1 + len(inside)
            break
        start = slogan.end()
    for bar in re.finditer(r"[★|｜]", text[:end]):
        if bar.start() > start and not _role_in(text[start : bar.start()]) and _role_in(text[bar.end() : end]):
            start = bar.end()
    for cut in _CUT.finditer(text, start, end):
        if cut.start() > start and _role_in(text[start : cut.start()]):
            end = cut.start()
            break
    aside = _ASIDES.search(text, start, end)
    if aside is not None and aside.start() > start:
        end = aside.start()
    comma = text.rfind(",", start, end)
    if comma > start:
        rest = text[comma + 1 : end].strip()
        somewhere = find_places(rest)
        if _COMPANY.search(rest) or rest in ("japan", "apac", "tokyo") or (somewhere and somewhere[0].start == 0):
            end = comma
    pictures = re.match(r"[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\s]+", text[start:end])
    if pictures is not None and pictures.end() < end - start:
        start += pictures.end()
    marks = " #*■◆●▼▍【】[]-=|:・\"'「」!！★☆◎"
    while start < end - 1 and text[start] in marks:
        start += 1
    while end > start + 1 and text[end - 1] in marks:
        end -= 1
    quote = folded.quote(at + start, at + end)
    return Stated(" ".join(quote.words.split()), quote, inferred)


# ── how senior ───────────────────────────────────────────────────────────────────────────────────────────────────

_RANKS: tuple[tuple[str, str], ...] = (
    ("executive", r"役員(?!報酬|会)|取締役(?!会)|(?:代表|副)?社長|\bc[efomtipsdhr]o\b|\bchief (?:\w+ ){1,2}officer|\bvp(?:oe|op|om)?\b|vice president|representative director|(?<!vice )(?<!the )(?<!country )\bpresident\b|最高\w{2,4}責任者"),
    ("director", r"(?:本|事業)?部長(?!候補)|(?<!art )(?<!creative )\bdirector\b|\bhead of\b"),
    (
        "manager",
        r"課長(?!候補|代理)|次長|室長|所長|センター長|支店長|店長(?!候補)|工場長|園長|師長|管理職|(?<!プロダクト)(?<!プロジェクト)(?<!アカウント)(?<!サクセス)(?<!プログラム)(?<!コミュニティ)(?<!ブランド)(?<!ケア)(?<!ライン)(?<!パートナー)(?<!アライアンス)(?<!イベント)(?<!コンテンツ)(?<!デリバリー)マネー?ジャー?(?!ー?候補)"
        r"|(?<!product )(?<!project )(?<!program )(?<!programme )(?<!account )(?<!success )(?<!community )(?<!brand )(?<!relationship )(?<!case )(?<!portfolio )(?<!category )(?<!key )(?<!product marketing )(?<!partner )(?<!alliance )(?<!alliances )(?<!channel )(?<!event )(?<!campaign )(?<!delivery )(?<!release )(?<!change )(?<!content )(?<!revenue )(?<!territory sales )(?<!case )(?<!care )(?<!property )(?<!territory )\bmanager\b(?! candidate)",
    ),
    ("lead", r"リーダー(?!候補|シップ)|主任|係長|テックリード|(?<!ソート)リード(?!ナーチャ|ジェネ)(?=エンジニア|デザイナー|級|クラス|$)|^lead\b(?! generation| nurtur)|\b(?:team|shift|group|section|squad|line|floor) leader\b|\b(?:tech|team) lead\b|\blead$|\blead (?=\w+ ?(?:engineer|scientist|designer|developer|analyst|consultant))"),
    ("senior", r"シニア(?!向け|層|世代|住宅|ケア|施設|レジデンス|事業)|上級|\bsenior\b|\bsr\b|\bprincipal\b"),
    ("junior", r"ジュニア|\bjunior\b|\bjr\b|\bentry[- ]level\b|新卒"),
)  # fmt: skip
_RANK_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _RANKS]
# Somebody else's rank inside a title: the secretary of an executive, the assistant to the CEO.
_OTHERS_RANK = re.compile(
    r"(?:役員|社長|取締役|重役|代表|部長|院長)(?:付き?|の)?(?:秘書|アシスタント)|(?:\bexecutive )?(?:assistant|secretary|advisor|aide|liaison|chief of staff) to (?:the |our )?[a-z &]+|\bexecutive (?:assistant|secretary|office)|\w+'s (?:secretary|assistant|office)|\b(?:ceo|cfo|coo|cto) (?:office|staff)|(?:ceo|cfo|coo|cto|社長)室"
)
_NO_GRADE = re.compile(r"なし|ありません|特になし|未定|応相談|none|n/?a$|tbd")


def find_seniority(folded: Folded, lines: list[Line], title: Stated[str] | None) -> Stated[str] | None:
    """Read the rank from a stated 役職 or grade, else from the title with its asides; "Product Manager" names a role."""
    for line in lines:
        if line.section == "grade" and not line.heading:
            for name, pattern in _RANK_PATTERNS:
                found = pattern.search(line.text)
                if found is not None and not _NO_GRADE.search(line.text):
                    return Stated(name, folded.quote(line.start + found.start(), line.start + found.end()))
            break
    rows = [line for line in lines if title is not None and line.start <= _folded_at(folded, title) < line.end]
    rows += [ln for ln in _title_lines(lines) if ln not in rows and not re.search(r"。|です|ます", ln.text)]
    for name, pattern in _RANK_PATTERNS:
        for line in rows:
            text = line.text
            if len(text) > 90:  # prose: the title's own words alone
                at = _folded_at(folded, title) - line.start if title is not None else 0
                text = " " * at + text[max(0, at) : at + len(title.value)] if title is not None and at >= 0 else ""
            text = _OTHERS_RANK.sub(lambda m: " " * len(m.group()), text)
            found = pattern.search(text)
            if found is not None:
                return Stated(name, folded.quote(line.start + found.start(), line.start + found.end()))
    return None


def _folded_at(folded: Folded, stated: Stated[str]) -> int:
    if isinstance(folded.starts, range):
        return stated.quote.start
    return next((i for i, s in enumerate(folded.starts) if s >= stated.quote.start), 0)


def find_grade(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Read the grade in its own words: 「課長クラス」, "G4"."""
    for line in lines:
        if line.section == "grade" and not line.heading:
            if _NO_GRADE.search(line.text) or len(line.text) > 30:
                return None
            quote = folded.quote(line.start, line.end)
            return Stated(quote.words.rstrip("。."), quote)
    return None


# ── whom it reports to ───────────────────────────────────────────────────────────────────────────────────────────

_STOP_EN = r"(?=,? (?:with|who|you|and (?:works?|working|leading|lead|managing|supporting|owning|be|will|you|manag|support|own)|in a|based|on a|every|each|for the)\b|[.;\n(]|$|, (?:ms|mr|haruka|who|leading|managing|this|the role)\b)"
_REPORTS_EN = re.compile(
    rf"\b(?<!financial )(?<!regulatory )(?<!submit )(?<!reports )(?:report(?:s|ing)?|accountable)(?: directly| line)?(?: in| into)?,? ?(?:in)?to:?\s+(?:[a-z]+, (?=our |the ))?(?:the |our |a )?(?P<who>[a-z][^.;\n(]*?){_STOP_EN}"
    rf"|\byour (?:line |direct )?(?:manager|boss|supervisor) (?:will be|is),? (?:the |our )?(?P<who2>[^.;,\n(]+)"
    r"|\b(?:have|with) (?:the |our )(?P<who7>[^.;,\n(]+?) as your (?:line |direct )?(?:manager|boss|supervisor)"
    rf"|\b(?:work(?:ing)?|works) (?:directly )?(?:under|for) (?:the |our )(?P<who3>[a-z][^.;\n(]*?){_STOP_EN}"
    rf"|\b(?:you(?:'ll| will)? answer|solid(?: reporting)? line|answerable) to (?:the |our )?(?P<who4>[a-z][^.;\n(]*?){_STOP_EN}"
    r"|^report(?:s|ing)(?: to| line)\s?[-–—]\s?(?P<who5>[a-z][^.;\n(]+)"
    r"|\b(?:a|your|the) manager, (?:our |the )(?P<who6>[^.;,\n(]+)"
)
_RANK_JA = r"(?:長|役|責任者|マネー?ジャー|リーダー|ディレクター|代表|主任)"
_REPORTS_JA = re.compile(
    rf"(?P<who>[^\s。、,:()「」]{{2,24}}?|head of \w+|(?:vp|director|head) [a-z ]{{2,20}})(?:に|へ)(?:直接|週に一度|毎週)?(?:の)?(?:報告|レポート)(?:して|し|いただ|する|を)"
    r"|(?P<who2>[^\s。、,:()「」]{2,24}?)(?:の|が)?(?:直下|直属|直轄|配下)(?:です|と|の|で|に|。|$)"
    r"|(?:上司|上長|レポート先|報告先)は、?(?P<who3>[^。、,()]{2,24}?)(?:です|になります|となります|が務め|。|$)"
    rf"|(?P<who4>[^\s。、,:()「」]{{1,20}}?{_RANK_JA})(?:の(?:もと|下)で|の指[示揮]の?(?:もと|下)|への(?:報告|レポート)(?:と|に)?な|が(?:直属の)?(?:上司|上長)(?:です|と|に))"
    r"|レポート(?:ライン|先)/(?P<who5>[^。、,()]{2,24}?)$"
)
_NO_SUPERIOR = re.compile(
    r"(?:us|you|regulators?|auditors?|senior leadership|management|stakeholders|hq|headquarters|customers?|clients?|work)\b"
    r"|(?!.*\b(?:chief|head|director|manager|vp|svp|evp|vice|president|lead|leader|officer|counsel|c[a-z]{1,2}o|partner|principal|dean|owner|founder|supervisor|treasurer|controller|chair|chef|physician|doctor|nurse|editor|superintendent|secretary|gm|md|team)\b)"
    r"|board of directors"
)
_UNSETTLED = re.compile(r"未定|応相談|tbd|to be (?:decided|confirmed)")
_ACTIVITY = re.compile(r"^,? (?:every|each|on a \w+ basis|quarterly|monthly|weekly)")
_NO_RANK = re.compile(
    r"(?!.*(?:長|役|責任者|マネー?ジャー|リーダー|ディレクター|代表|主任|head|vp|director|manager|c[etfomi]o))"
    r"|.*(?:部下|距離|経営会議)"
)
_EN_TITLE_JA = re.compile(
    r"(?P<who>(?:head of|vp of|director of|vp|chief) [a-z ]+?|c[etfomi]o)(?:の[^\s、。に]{1,6})?に(?:直接|週に一度|毎週)?(?:の)?(?:報告|レポート)"
    r"|(?P<who2>[一-龠]{0,6}(?:(?:head of|vp of|director of|vp|chief) [a-z ]+?|c[etfomi]o))の?(?:直下|直属|直轄|配下|のもとで)"
)


def find_reports_to(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Find whom the role reports to: its own field, else the sentence that says so."""
    for line in lines:
        if line.section == "reports" and not line.heading and not _UNSETTLED.match(line.text):
            border = re.search(r"[(。;]|, with\b| with a dotted|\.$|、", line.text)
            stop = border.start() if border and border.start() > 1 else len(line.text)
            said = re.search(
                r"\s*に(?:直接|週に一度|毎週)?(?:の)?(?:報告|レポート)|\s*(?:です|となります|になります)$",
                line.text[:stop],
            )
            stop = said.start() if said and said.start() > 1 else stop
            quote = folded.quote(line.start, line.start + stop)
            return Stated(" ".join(quote.words.split()), quote)
    for line in lines:
        for pattern in (_REPORTS_EN, _EN_TITLE_JA, _REPORTS_JA):
            found = pattern.search(line.text)
            if found is None:
                continue
            name = next(n for n, v in found.groupdict().items() if v)
            words = found.group(name)
            if _ACTIVITY.match(line.text[found.end(name) :]):
                continue
            if (_NO_SUPERIOR if pattern is _REPORTS_EN else _NO_RANK).match(words):
                continue
            start, end = found.start(name), found.end(name)
            person = re.search(r", [a-z]+$", words)  # "to our CTO, Haruka"
            if pattern is _REPORTS_EN and person and "japan" not in words and not _ROLE.search(person.group()):
                end -= len(person.group())
            quote = folded.quote(line.start + start, line.start + end)
            return Stated(" ".join(quote.words.split()), quote)
    return None
