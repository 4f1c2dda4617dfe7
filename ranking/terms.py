"""The terms of the position: remote work, employment, trial period and visa."""

from __future__ import annotations

import re

from ranking.folding import Folded
from ranking.layout import Line, label_of
from ranking.values import Stated

_PRAISE = ("company", "process", "reason", "stack")

# ── remote work ──────────────────────────────────────────────────────────────────────────────────────────────────

_OFF = r"(?:不可|なし|無し|無$|無い|できません|できない|ありません|ございません|認めて(?:い|お)|行って(?:い|お)りません|対象外|対応(?:して(?:い|お)りません|不可)|ng)"
_DAYS_A = r"(?:\d|one|two|three|four|five|a few)"
_REMOTE: tuple[tuple[str, str], ...] = (
    (
        "none",
        r"(?:リモート|テレ|在宅)(?:ワーク|勤務)?(?:の?制度|での勤務)?\s*(?:は|も|:)?\s*(?:一切)?" + _OFF
        + r"|フル出社|原則(?:として)?出社|出社必須|毎日出社|全員(?:が)?出社|完全出社|週(?:5|五)日?(?:の)?出社|(?:テレワーク|リモート(?:ワーク)?|在宅(?:勤務)?)の対象(?:では|外)|\bno (?:remote|wfh|telework)\b|\bnot (?:a )?remote"
        r"|(?:remote(?: work(?:ing)?)?|telework|work(?:ing)? from home|wfh|home office)\s?(?:is |:)? ?(?:no\b|none\b|(?:not|isn't)\b (?:currently )?(?:possible|available|offered|allowed|permitted|an option))"
        r"|\bon-?site only\b|(?:fully|100%|completely|entirely) (?:on-?site|in[- ]office|in the office|office[- ]based)|(?:5|five) days (?:a week )?(?:in (?:the )?office|on-?site)|cannot be (?:done|performed) (?:remotely|from home)|no work(?:ing)?[- ]from[- ]home|(?:in the office|on-?site) every day|no home office|remote work(?:ing)? is not|based on-?site|commute to [^.]{3,30} (?:daily|every day|five days)|full[- ]time (?:in (?:the |our )?office|on-?site)",
    ),
    (
        "full",
        r"フル(?:リモート|在宅|テレワーク)(?!(?:は|勤務は|ワークは)?(?:不可|ではありません|できません))|(?:完全|100%)(?:リモート|在宅|テレワーク)|(?:リモート|在宅)(?:ワーク|勤務)?\s?[(:]?(?:フル|完全|100%)|全国どこ|オンライン完結|お住まいの(?:地域|場所|エリア)(?:は|を)?問|出社は(?:基本的に|原則)?(?:ありません|なし|ゼロ)|国内ならどこ|(?:勤務地|場所|居住地)(?:は|を)?(?:一切)?(?:不問|問(?:い|わ)|自由)|出社(?:は|の)?(?:不要|義務(?:は|も)?(?:なし|なく|ありません))|全員がリモート|(?:場所|勤務(?:先|地))\s?:\s?ご?自宅$|^ご?自宅(?:$|\()|\bremote[- ]only\b|(?:work|location|live|based|remote)[^.]{0,16}anywhere in japan|anywhere in japan \(?remote|(?:all|everyone|everybody)\b[^.]{0,20}\bworks? remotely"
        r"|\b(?:full(?:y)?|completely|entirely|100%)[ -](?:remote|distributed|work from home)\b|\bremote(?: ok)?[:,( -]+(?:fully|full|100%)|\b100% (?:remote|wfh)\b|\bremote[- ]first\b|work from anywhere|remote (?:from )?anywhere|remote within japan|\bremote,? ?\(?japan|(?:location|where|place of work): remote\b(?! (?:work )?(?:\d|up to))|\bremote (?:role|position|job)\b|\bhome-based\b|live anywhere|remote from day one|everyone works from home|from home full[- ]time|living anywhere|\bno office\b|nobody has to come in|場所はどこでも|no need to come (?:in|to the office)",
    ),
    (
        "partial",
        r"(?:リモート|テレ)(?:ワーク|勤務)?\s*(?:可|併用|あり|有|制度|中心|メイン|率|ok|週|月|との|と出社|も|を|:?\s*(?:可|有|あり|週|一部|月|相談|応相談))|(?:一部|部分|基本|原則|出社と|出社・)リモート|リモート(?:ワーク)?(?:・|/|と)(?:出社|オフィス)|(?<![ぁ-ん])リモートと(?:対面|出社|オフィス)|(?<![ぁ-ん])(?:リモートワーク|テレワーク)(?!関連|支援|商|ツール|事業|市場|向け|の(?:普及|導入))|在宅(?:勤務|ワーク)?(?:も|可|あり|制度|ok|週|月|は?週|を|:|と|です)?|ハイブリッド(?:勤務|ワーク|型)?(?!車|カー|クラウド|自動|イベント|人材|な|採用)|(?:週|月)\s*\d?\s*[~-]?\s*\d\s*(?:日|回)?(?:程度|まで|ほど|以上)?(?:の|は|だけ|のみ)?(?:出社|リモート|在宅|オフィス)|出社(?:頻度|回数|日数|日)?(?:は|:)\s?(?:週|月|年)|出社(?:頻度|回数|日数) ?(?:週|月|年)|(?:必要|随時)に?(?:応じて|時|な時)[^。]{0,4}出社|任意出社"
        r"|\bhybrid(?! cloud| car| vehicle| event| integration)\b|\bremote[- ](?:work|ok|friendly|possible|days?|option)|(?:days?|times?|x|once|twice|%) ?(?:(?:a|per|/|each|every) ?(?:week|month) )?(?:of )?(?:remote|wfh|from home|at home|in (?:the |our )?(?:\w+ )?office|on site)|\bwfh\b(?! (?:is )?not)|in[- ]office \d ?(?:x|days)|office \w+ days|(?:come|be) in(?:to the office)? (?:on|at least|"
        + _DAYS_A
        + r")\b|office attendance|(?:work(?:ing)?|days?) from home|from home (?:on|up to|one|two|once|\d)|remote: partial|partial(?:ly)? remote|(?:mix|combination|blend) of (?:home|remote|office)|自宅(?:で|での)(?:も)?(?:勤務|作業|仕事|業務|働)|home office (?:days?|possible|allowed|up to|\d|one|two)|fixed office days|days? (?:a week )?on-?site|on-?site (?:\d|one|two|three|four) days?|(?:one|two|three|four|\d) office days|% (?:in the office|remote)|days? to spend at home|home working|working at home|telework|flexible (?:on )?location|remote (?:up to|\d)|: remote|(?:/|\bor) remote\b(?! in| within| from|,)",
    ),
    ("none", r"\boffice[- ]based\b|[,;(] ?on[- ]?site\b(?! (?:one|two|three|\d))|\bin-office (?:role|position|job|only)|\b(?:an )?on-?site (?:role|position|work|job)|work is on[- ]?site|\bin[- ]person\b|^on[- ]?site\b|出社(?:勤務|です|となり)"),
)  # fmt: skip
_REMOTE_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _REMOTE]
_SELECTION = re.compile(r"面接|面談|選考|説明会|見学|interview|screening")
_ABOUT_REMOTE = re.compile(r"出社|リモート|在宅|テレワーク|remote|wfh")
_NOT_WORK = re.compile(
    r"リモート(?:ワーク|勤務)?(?:手当|アクセス|監視|センシング|保守|デスクトップ|会議|関連|支援|製品|商材)|テレワーク(?:手当|関連|支援|製品|商材)|在宅(?:訪問|医療|酸素|透析|介護|看護|手当|患者|ケア|療養)|work(?:ing)?[- ]from[- ]home (?:allowance|stipend|equipment|policy document)|remote (?:access|control|areas?|monitoring|sensing|teams?|support|allowance|desktop)"
)


def find_remote(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Read where the work is done: its own field first, then the place and terms, then any sentence about the work."""
    here = [ln for ln in lines if ln.section == "remote"]
    near = [ln for ln in lines if ln.section in ("place", "conditions", "hours", "employment", "pay", "title")]
    rest = [
        ln
        for ln in lines
        if ln not in here
        and ln not in near
        and ln.section not in ("must", "nice")
        and (ln.section not in _PRAISE or (ln.section == "process" and not _SELECTION.search(ln.text)))
    ]
    for group in (here, near, rest):
        found: list[tuple[int, Stated[str]]] = []
        for line in group:
            text = _NOT_WORK.sub(lambda m: " " * len(m.group()), line.text)
            label = label_of(folded, line)
            if line.section != "remote" and _ABOUT_REMOTE.search(label) and _own_field(folded, line, text):
                found.extend(_own_field(folded, line, text))
                continue
            for rank, (name, pattern) in enumerate(_REMOTE_PATTERNS):
                match = pattern.search(text)
                if match is not None:
                    quote = folded.quote(line.start + match.start(), line.start + match.end())
                    found.append((rank, Stated(name, quote)))
                    break
            else:
                if line.section == "remote" and not line.heading:
                    found.extend(_own_field(folded, line, text))
        if found:
            return min(found, key=lambda f: f[0])[1]
    return None


_FIELD = (
    (
        "none",
        re.compile(
            r"^(?:なし|不可|無|対象外|ng|できません|行って|ありません|いいえ|no\b|none\b|not (?:possible|available)|on-?site|office$|出社)"
        ),
    ),
    ("full", re.compile(r"^(?:フル|完全|全日|毎日|週5日?|fully|full\b|100%|anywhere)")),
    ("partial", re.compile(r"週|月|あり|可|相談|一部|days?|from home|yes\b|partial|office")),
)


def _own_field(folded: Folded, line: Line, text: str) -> list[tuple[int, Stated[str]]]:
    """「在宅勤務：週2回まで」: the label says what it is about, the value how much."""
    for name, pattern in _FIELD:
        match = pattern.search(text)
        if match is not None:
            return [(2, Stated(name, folded.quote(line.start, line.end)))]
    return []


# ── employment ───────────────────────────────────────────────────────────────────────────────────────────────────

_EMPLOYMENT = re.compile(
    r"(?P<freelance>業務委託(?!先|費|契約書|会社|で開発|の管理)|フリーランス|準委任|\bfreelance(?:r)?\b|independent contractor|gyomu[- ]itaku)"
    r"|(?P<temporary>派遣(?:社員|スタッフ|での就業)|【派遣】|紹介予定派遣|(?:登録型|常用型|無期雇用|人材)派遣(?!業|会社|サービス|事業)|^派遣(?!会社|先|業|法)|\btemp(?:orary)? (?:staff|position|assignment|role|employee|agency|work(?!s))\b|\bhaken\b|\btemp[- ]to[- ]perm|\bagency temp\b)"
    r"|(?P<part_time>アルバイト|パート(?:タイム|タイマー|さん|スタッフ|社員|・|$|職員|\)|\(|/|、)|\bpart[- ]time(?:r)?\b|非常勤)"
    r"|(?P<contract>契約社員|嘱託|有期(?:雇用|契約)|契約職員|準社員|期間の定め(?:が|の)?(?:あり|ある|有)|\bfixed[- ]term\b|\bcontract (?:employee|position|role|staff)\b|\b(?:\d+|one|two|three|six|twelve)[- ](?:month|year) (?:\w+ )?(?:contract|ftc)\b|任期(?:付|制|:|は)|\bftc\b|(?:^|: ?)contract(?:$| \()|\bkeiyaku)"
    r"|(?P<permanent>正社員(?!登用)|正職員|正規(?:雇用|社員|職員)|無期(?!限|転換)|期間の定めのない|期間の定め(?:は|が)?(?:なし|ありません|無)|\bpermanent\b|^perm\b|\bperm(?= |,|$)(?<!-perm)|\bseishain\b|\bregular (?:full[- ]time )?employ|\bindefinite|\b(?:unlimited|open-ended) (?:\w+ )?contract|\bfull[- ]time(?: employee| position| role|$|\b))"
)
# In the employment field alone these say enough.
_IN_FIELD = re.compile(
    r"(?P<freelance>請負|委託|outsourc)|(?P<temporary>派遣|\btemp\b)|(?P<permanent>^社員|^常勤)|(?P<contract>^contract)"
)
_ABOUT_IT = re.compile(r"契約|雇用|position|employment|contract")
_ALONE = re.compile(
    r"\W*(?:正社員|契約社員|派遣社員|人材派遣|業務委託|フリーランス|アルバイト|パート|嘱託(?:社員|職員)|part[- ]timer?|permanent|freelance)(?:募集|の募集)?\W*(?:wanted)?"
)
_TERM = re.compile(r"(?:契約|雇用)期間")
_FIXED = re.compile(r"^(?:有|あり|[\d一二三六]+ ?(?:年|ヶ月|か月|カ月))")
# Other people's contracts: staff to be led, customers, head counts.
_OTHERS = re.compile(
    r"(?!として)(?:スタッフ|社員|職員|さん)?(?:や|・|、|/)?[^。、]{0,8}?(?:の(?:労務|管理|教育|指導|育成|フォロー|シフト|採用|マネジメント|契約)|比率|割合|の[^、。]{1,10}と|向け|への|業界|会社|事業|\s?\d+ ?(?:名|人|%))|(?: staff| employees?)? ?(?:deposit|loan|(?:\w+ )?students|works\b)"
)
_OTHERS_AHEAD = re.compile(
    r"(?:manag|employ|train|supervis|recruit|hir|coach)(?:e|es|ing|s)? (?:\d+ |our |the )?$|\d+ $|connects? |従業員数?[:は]?\s?$"
)


def find_employment(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Read the kind of contract: its own field, the terms, then any other sentence about the position."""
    groups: tuple[tuple[str, ...], ...] = (
        ("employment",), ("title", "conditions", "trial", "pay", "hours", "grade", "remote", "place"), ("", "other", "reports", "visa", "benefits", "person", "duties")
    )  # fmt: skip
    for group in groups:
        for line in lines:
            if line.section not in group or (
                line.section == "duties" and not (line.heading or _ABOUT_IT.search(line.text))
            ):
                continue
            if line.heading and (group is not groups[2] or _ALONE.fullmatch(line.text) is None):
                continue  # 「業務委託」 alone on a line looks like a heading
            patterns = (_EMPLOYMENT, _IN_FIELD) if group is groups[0] else (_EMPLOYMENT,)
            for found in (m for pattern in patterns for m in pattern.finditer(line.text)):
                if (
                    found.lastgroup == "part_time"
                    and group is not groups[0]
                    and "社員" in line.text[found.start() : found.start() + 6]
                ):
                    continue
                after = line.text[found.end() : found.end() + 16]
                if re.match(r"(?:や|、)?[^。、]{0,6}(?:ではな|ではありません)", after):
                    continue
                if group is groups[2] and (_OTHERS.match(after) or _OTHERS_AHEAD.search(line.text[: found.start()])):
                    continue
                name = str(found.lastgroup)
                # "Full-time contract position": the contract is the news, the hours are not.
                if name == "permanent" and found.group().startswith("full"):
                    later = _EMPLOYMENT.finditer(line.text, found.end())
                    other = next((m for m in later if m.lastgroup in ("contract", "temporary")), None)
                    if other is not None:
                        found, name = other, str(other.lastgroup)
                return Stated(name, folded.quote(line.start + found.start(), line.start + found.end()))
    for line in lines:
        term = _FIXED.search(line.text)
        if term is not None and line.section == "employment" and _TERM.search(label_of(folded, line)):
            return Stated("contract", folded.quote(line.start + term.start(), line.start + term.end()))
    return None


# ── trial period ─────────────────────────────────────────────────────────────────────────────────────────────────

_COUNT = r"(?P<{0}>\d{{1,2}}(?:\.\d)?|[一二三四五六七八九十]|one|two|three|four|five|six|nine|twelve)"
_MONTH = r"(?:\s*\(\d+\))?\s*-?\s*(?P<{0}>ヶ月|か月|カ月|ヵ月|ケ月|箇月|months?|mths?|mos?\b|日|days?|weeks?|週)"
_HALF_A_YEAR = re.compile(r"(?:試用期間|probation)[^。.;]{0,14}?(?P<half>半年|half a year)")
_ANOTHER_TRIAL = re.compile(
    r"\bfree (?:\S+ )?trial|clinical trial|無料(?:体験|トライアル|お試し)|治験|臨床試験|トライアル期間"
)
_TRIAL = re.compile(
    rf"(?:試用期間|probation(?:ary)?|trial)[^。.;]{{0,22}}?{_COUNT.format('a')}{_MONTH.format('ua')}"
    rf"|{_COUNT.format('b')}{_MONTH.format('ub')}'?[^。.;]{{0,18}}?(?:試用|probation|trial)"
)
_TRIAL_ALONE = re.compile(rf"{_COUNT.format('a')}{_MONTH.format('ua')}")
_NUMBERS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "twelve": 12
}  # fmt: skip


def find_trial(folded: Folded, lines: list[Line]) -> Stated[float] | None:
    """Read the trial period in months; 「なし」 is none at all."""
    for line in lines:
        if _ANOTHER_TRIAL.search(line.text):
            continue
        half = _HALF_A_YEAR.search(label_of(folded, line) + line.text)
        if half is not None:
            return Stated(6.0, folded.quote(line.start, line.end))
        found = _TRIAL.search(line.text)
        if found is None and line.section == "trial" and not line.heading and line.labelled | (len(line.text) < 60):
            found = _TRIAL_ALONE.search(line.text)
        if found is None:
            continue
        groups = {name: value for name, value in found.groupdict().items() if value}
        number, unit = groups.get("a") or groups["b"], groups.get("ua") or groups["ub"]
        months = float(_NUMBERS[number]) if number in _NUMBERS else float(number)
        if unit.startswith(("日", "day", "週", "week")):
            months = round(months * (7 if unit[0] in "週w" else 1) / 15) / 2  # to half months
        if 0 < months <= 24:
            return Stated(months, folded.quote(line.start + found.start(), line.start + found.end()))
    return None


# ── visa ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_NO_VISA = re.compile(
    r"(?:ビザ|visa|在留資格)[^。.]{0,30}?(?:なし|不可|ありません|できません|行っておりません|いたしかねます|not (?:available|offered|provided|possible|be provided)|unavailable)"
    r"|(?:cannot|can't|can not|not able to|unable to|do(?:es)? not|don't|won't|will not) (?:currently )?(?:offer |provide |support )?(?:sponsor|visa)|\bno (?:\w+ (?:or|and) )?visa\b|就労に?制限の?(?:ない|なし)|without (?:visa )?sponsorship|valid (?:work(?:ing)? )?(?:visa|permit)|right to work in japan|(?:就労|在留)(?:資格|ビザ)[^。]{0,8}(?:お持ち|必要|必須|有する)|不要[^。]{0,4}ビザ"
)
_VISA = re.compile(
    r"(?:就労)?ビザ[^。]{0,14}?(?:サポート|支援|スポンサー|取得|手続|発給|お手伝い)(?!(?:支援|申請)?(?:サービス|事業|業務))|ビザ(?:申請|手続き?)[^。]{0,8}(?:代行|支援|負担)|visa (?:sponsorship|support|assistance)|sponsor(?:s|ed|ship)?(?: of| for)? (?:(?:your|a|the|work|working|for) ?)*(?:visas?|(?<=work )permits?)|help (?:you )?with (?:your |the |a )?(?:\w+ )?visa|relocation and visa|visas? (?:are |is )?(?:sponsored|supported|provided|covered)|take care of (?:your |the )?visa|在留資格[^。]{0,10}(?:支援|サポート|お手伝い)"
)


def find_visa(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Read whether the employer sponsors a visa, where the text speaks of it."""
    for name, pattern in (("not_sponsored", _NO_VISA), ("sponsored", _VISA)):
        for line in lines:
            found = pattern.search(line.text)
            if found is None and line.section == "visa" and not line.heading:
                no = re.search(r"^(?:no|not|none)\b|(?:なし|不可|無|ありません|できません)$", line.text)
                if (no is not None) == (name == "not_sponsored"):
                    return Stated(name, folded.quote(line.start, line.end))
            if found is not None and line.section not in ("company", "duties"):
                return Stated(name, folded.quote(line.start + found.start(), line.start + found.end()))
    return None
