"""Where one thing asked ends and the next begins, and which of a line's words are worth keeping as a phrase."""

from __future__ import annotations

import re

_TOP = re.compile(r";| / |。")
_PROSE = re.compile(
    r";|。|と、|のは、|ほか、|に加え(?:て)?、|(?<=いて)、|(?<=あり)、|(?<=つつ)、|(?<=持ち)、|(?<=こと)、|(?<=持ちで)、|(?<=[有でえせ]し)、|(?<=でき)、|(?<=しく)、|(?<=ので)、|(?<=方)、(?!または|もしくは|あるいは)|(?<=経験)、(?=[^、]*(?:経験|知識|スキル|資格|力))|, as (?:would|is|are|does) |,? (?:and|or) (?=(?:have|has|are|can|know|you)\b)|, (?=(?:have|has|can|know|speak|enjoy)\b)|, (?:and )?(?=(?:an?|the|at least|strong|solid|good|proven|excellent)\b )|, and you |, and so |, (?=(?:as well as|plus)\b)"
)
_COMMAS = re.compile(
    r"、|,(?!\d{3})|\band\b|\bor\b|または|もしくは|及び|および|あるいは|/(?!\d)|(?<=[a-z])・(?=[a-z])|(?<=[力性])[とや](?=[^、。とや]{2,14}[力性])"
)
_VERBAL = re.compile(r"[をがはにへて]|で$|での|による|として|(?:ます|です)$")
_LANGUAGE_FIRST = re.compile(
    r"^(?:[-*・]\s*)?(?:(?:you )?(?:can |able to )?(?:speak|read|write|understand)(?:ing)?(?: and \w+)? (?:some |a little |good |fluent |basic )*(?=japanese|english))?(?:some (?=japanese|english))?(?:(?:good|strong|excellent|very good|solid|near)[- ])?(?:(?:native|fluent|fluency|business|conversational|basic|professional|daily|bilingual|advanced|intermediate|upper)\b[^,;]{0,32}\b(?:japanese|english)\b"
    r"|(?:japanese|english)\b(?=:| at| \(|$| -| language| skills?| is| are| only| for| good| level| proficien|,| and (?:english|japanese)| or| not| useful)|jlpt\b|toeic\b|(?:日本語|英語|英会話|日英)(?!教|版|圏|サイト|教材)|ビジネス(?:レベル)?の?(?:英語|日本語)|n[1-5](?:\b|以上|レベル|相当))"
)
_NO_LANGUAGE = re.compile(r"^no (?:japanese|english)\b")
_IN_LANGUAGE = re.compile(
    r"^(?:and )?(?:the |you )?(?:ability|able|comfortable|confident|can|could) (?:to )?(?:[\w-]+ ){1,5}in (?:both |either )?(?:japanese|english)\b"
    r"|^[^、。]{0,16}(?:英語|日本語)で(?:行|でき|こな|対応|やり|の?(?:会議|メール|会話|コミュニケーション|やり))"
)
_YEARS = re.compile(
    r"(?:at least |minimum(?: of)? |over |more than )?(?:\d{1,2}(?:\s*(?:-|~|to)\s*\d{1,2})?|one|two|three|four|five|six|seven|eight|nine|ten)\s*\+?\s*(?:or more )?(?:years?|yrs?)'?(?:\s*\+)?(?: or more| or longer| minimum)?(?: of)?"
    r"|[\d一二三四五六七八九十]{1,3}\s*(?:[~-]\s*\d{1,2}\s*)?(?:年間?|ヶ年)(?:以上|程度|ほど|~)?"
)
# A member of an enumeration may be long where it ends in what is asked: 「App Storeへのリリース経験」.
_CLOSES = re.compile(r"(?:経験|知識|スキル|資格|能力|免許|理解|実績|以上|開発|運用|構築|導入|分析)(?:\([^()]*\))?$")
_GOES_ON = re.compile(r"\s*(?:for|with|to|in|at|on|by|from|how|who|without|when|where|why)\b")
_EMPTY = re.compile(
    r"上記|下記|以下|次|実務|業務|ご?経験|年数|者|方|以上|程度|目安|必ず|お持ち|いただきたい|業界|会社|企業|分野|領域|出身|知見|知識|また|なお|さらに|加えて|特に|など|設計|開発|運用|構築|実施|作成|導入|企画|推進|応募資格|必要|歓迎|の|が|を|と|ある|お持ち|[\s、,・:()/.\-~+]"
    r"|\b(?:experience|professional|working|relevant|industry|hands-on|work|of|in|the|a|an|and|or|with|any|some|similar|etc|role|roles|position|company|background|knowledge|sector|field)\b"
)
# Who may apply at all, not what is asked: 「ブランクのある方も歓迎」, 「U・Iターン歓迎」.
_EVERYBODY = re.compile(
    r"ブランク(?:の|が|ok|可|あり)|未経験(?:者|の方|から|ok|可|歓迎|でも)|第二新卒(?:者|の方|も|歓迎)|[ui]・?[ij]?ターン|学歴不問|経験不問"
)
_LEAD = re.compile(
    r"^(?:(?:(?:上記|これら|それ)(?:に加え(?:て)?|のほか)|加えて|また(?!は)|さらに|なお|そして)、?|[\s・\-*→:]|【[^】]{1,12}】|\[[^\]]{1,12}\])+"
)
_TAIL = re.compile(
    r"(?:\s|[。.、,;:]|\([^()]*(?:年|year|yrs)[^()]*\)|(?:をお持ち|の?ある|がある|をもつ|を持つ|を有する|お持ち)(?:の)?(?:方|人)?|(?<=[あるきいる])方|の方|(?:の方)?(?:に限(?:らせ|り)[^、。]{0,12}|を(?:求めて|募集して)[^、。]{0,6}|は(?:必須|優遇|歓迎)[^、。]{0,6}))+$"
)


def parts_of(text: str, *, listed: bool) -> list[tuple[int, int]]:
    """Cut folded text where one thing asked ends and the next begins.

    A list item is cut at semicolons only. Other text is cut at commas too where it is an enumeration of short names; text
    that is no enumeration comes back whole.
    """
    if listed:
        return _cut(text, _TOP)
    whole = _cut(text, _PROSE)
    found: list[tuple[int, int]] = []
    for start, end in whole:
        # "Ten or more years in accounting or finance": the first "or" joins no names.
        flat = _YEARS.sub(lambda m: "x" * len(m.group()), text[start:end])
        members = [(start + a, start + b) for a, b in _cut(flat, _COMMAS)]
        short = [_is_name(flat[a - start : b - start]) for a, b in members[:-1]]
        # "readable code and for the people who will read it": what begins with a preposition is no thing of its own
        going_on = any(_GOES_ON.match(flat[a - start : b - start]) for a, b in members[1:])
        found.extend(members if len(members) > 1 and all(short) and not going_on else [(start, end)])
    return found


def _cut(text: str, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Cut at separators outside brackets; parts without a letter are left out."""
    borders = [0]
    for found in separator.finditer(text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            borders += [found.start(), found.end()]
    borders.append(len(text))
    pairs = zip(borders[::2], borders[1::2], strict=True)
    return [(a, b) for a, b in pairs if any(map(str.isalnum, text[a:b]))]


def _is_name(words: str) -> bool:
    words = words.strip()
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", words):
        if _CLOSES.search(words):
            return True
        return len(words) <= 22 and not _VERBAL.search(words)
    return len([word for word in words.split() if any(map(str.isalnum, word))]) <= 4


def is_about_languages(text: str) -> bool:
    """Whether a point asks for Japanese or English alone, which have fields of their own."""
    return any(pattern.match(text.strip()) for pattern in (_LANGUAGE_FIRST, _NO_LANGUAGE, _IN_LANGUAGE))


def cleaned(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow a phrase to what it names: labels in brackets, years and 「をお持ちの方」 go. Offsets in `text`."""
    lead = _LEAD.match(text[start:end])
    if lead is not None and lead.end() < end - start:
        start += lead.end()
    tail = _TAIL.search(text[start:end])
    if tail is not None and tail.start() > 0:
        end = start + tail.start()
    return start, min(end, start + 80)


_DEGREE = re.compile(
    r"\bdegree\b|\bbachelor|\bmaster'?s\b|\bmsc\b|\bph\.?d\b|大卒|高卒|院卒|専門卒|短大卒|学士|修士|博士|高専|大学(?:院)?(?:を|卒)|学部(?:を)?卒|専攻|(?:学|系)[^、。]{0,6}卒"
)


def degree_in(text: str) -> tuple[int, int] | None:
    """Find a degree asked for; the fields of study beside it are part of it, not things of their own."""
    found = _DEGREE.search(text)
    return found.span() if found else None


def says_nothing(words: str) -> bool:
    """Whether a phrase is only years, "experience" and the like: no thing of its own."""
    if _EVERYBODY.search(words):
        return True
    return len(_EMPTY.sub("", _YEARS.sub("", words))) < 2 and words.strip() not in ("c", "r")
