"""What in a text sounds like a promise of a meeting, a selection step skipped or a job (R1).

A promise comes from the commitment's row alone. Where in doubt it rings: a false alarm costs a rewording, a miss costs
the manager's word. Read next: `handwriting`, which looks at what people type.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache

# Japanese is looked at with all spaces taken out, English with them made single.

_MEET_JA = r"(?:面接|面談|お目にかか|お会い|会い|会わせ|カジュアル|ミーティング|選考|採用|内定|オファー|通過|合格|入社|雇用|お話|お時間|機会)"
_SURE_JA = r"(?:約束|やくそく|ヤクソク|ほしょう|ホショウ|カナラズ|保証|保障|必ず|かならず|絶対|確実|間違いなく|まちがいなく|確定|無条件|コミット|請け合|請合|誓|もれなく|漏れなく|全員)"
_ALWAYS_JA = (
    r"確約|かくやく|カクヤク",
    r"お約束(?:し|いた|致|でき|出来|申|です|の上|のうえ)",
    r"(?:特別|優先|優遇|無試験)(?:な|の)?(?:選考|面接|面談|ルート|枠)",
    r"優先的に[^。、]{0,10}(?:面接|面談|選考|案内|お会い|お話|ご紹介|招待)",
    r"内定(?:に)?(?:直結|確実|確定|保証)|内定が?(?:前提|出ます)",
    r"内定(?:を|は)?[^。、]{0,6}(?:お出し|出し(?:ます|ました)|差し上げ|さしあげ|お渡し)",
    r"(?:面接官|採用責任者|責任者|社長|役員)が[^。、]{0,12}(?:お待ち|待って)(?:して)?(?:い|おり)",
    r"(?:採用|面接|面談)枠(?:を|は)[^。、]{0,8}(?:確保|ご?用意|押さえ|空け)",
    r"スキップ(?:選考|面接)|(?:選考|書類|フロー|ステップ|段階|プロセス)[^。、]{0,10}(?:省略|スキップ|飛ば|割愛|短縮|免除)",
    r"(?:履歴書|職務経歴書|応募書類)(?:は|も|の(?:ご?提出))?(?:が|は)?(?:不要|なしで|無しで|いりません|要りません)",
    r"書類(?:選考|審査)[^。、]{0,6}(?:実施|行って|行なって)(?:して)?(?:おりません|いません)",
    r"直接[、,]?(?:の)?(?:社長|役員|最終|代表)(?:との)?(?:面接|面談)",
    r"(?:最終|役員|社長|二次|２次|2次)(?:面接|面談|選考)(?:から|より|に直行|へ直行|スタート)",
    r"(?:面接|面談|選考)(?:の)?(?:回数)?(?:は|を)?(?:免除|パス|スキップ|通過済|合格済)",
    r"(?:書類|書面|一次|社内|事前)?(?:選考|審査|スクリーニング)(?:は|を|も|が|の)?(?:なし|無し|無く|なく|免除|不要|省略|省き|せず|いたしません|致しません|しません|行いません|行わず|ありません|ございません|スキップ|パス|飛ばし)",
    r"(?:面接|面談|ミーティング)(?:の(?:機会|お?時間|場))?(?:を|は|が)?[^。、]{0,10}?(?:実施|設定|セット|用意|行|確保|組|設け|さしあげ|差し上げ|お受け|受け付け)[^。、]{0,8}?(?:ます(?!か)|ました|済み|ております)",
    r"(?:面接|面談|選考)(?:の場)?(?:に|へ|まで|から)も?(?:すぐ|直接|そのまま)?の?(?:進(?:め|ん|み|む|まれ)|ご?案内|ご?招待|お招き|お?通し|直行|スタート|開始|始[めま])",
    r"書類(?:選考|審査)?(?:は|を|も|に)?(?:すでに|既に)?(?:通過|合格|パス)",
    r"お会い(?:し|いたし|致し|申し上げ)ます(?!か)|お会いする(?:ことになって|予定)",
    r"(?:面接|面談)(?:の)?日程(?:を|は|の)?[^。、]{0,6}?(?:お送り|送付|送り|ご連絡|ご案内|確定|お知らせ)[^。、]{0,6}?ます(?!か)",
    r"(?:\d+|[一二三四五六七八九十]+)(?:営業日|日|週間)(?:以内|中)[^。]{0,30}" + _MEET_JA,
    _MEET_JA + r"[^。]{0,30}(?:\d+|[一二三四五六七八九十]+)(?:営業日|日|週間)(?:以内|中)",
)
_MEET_EN = r"\b(?:interview\w*|meet|meeting\w*|conversation\w*|talk|speak|call|chat|offer\w*|hire\w*|employ\w*|screening|next round)\b"
_SURE_EN = r"\b(?:promis\w*|guarant\w*|assur\w*|pledg\w*|commit\w*|certain\w*|definite\w*|undoubtedly|without fail|no matter what|ensur\w*|vouch\w*|secured|reserved|warrant\w*|swear|give you (?:my|our) word|you have (?:my|our) word)\b"
_ALWAYS_EN = (
    r"\bfast[- ]?track\w*|\bpriority (?:interview|access|screening|treatment|consideration)\b|\bvip (?:interview|route|treatment)\b",
    r"\b(?:already|automatically) (?:through|past|passed|cleared|selected|shortlisted for (?:an? )?interview|accepted|approved|hired|in the final)\b",
    r"\b(?:have|has|'ve|’ve) (?:already )?(?:passed|cleared|made it (?:through|past))\b[^.]{0,25}\b(?:screen\w*|selection|round|stage|review|test|cv|resume|résumé)",
    r"\b(?:straight|directly|direct|right|jump|go) (?:in)?to (?:the |an? |our )?(?:final|last|second|onsite|on-site|ceo|offer|executive)\b",
    r"\b(?:skip\w*|bypass\w*|waiv\w*|forgo\w*) (?:\w+ ){0,3}(?:screen\w*|selection|interview|round|stage|step|test|review)s?\b",
    r"\b(?:offer|job|position|place|seat|slot|spot|interview|meeting|call) (?:is |are )?(?:\w+ )?(?:guaranteed|assured|secured|reserved|promised|yours|certain)\b",
    r"\b(?:guaranteed|assured|certain|promised) (?:\w+ )?(?:offer|job|position|place|slot|spot|interview|meeting|call|reply|answer)\b",
    r"\b(?:screen\w*|selection|review|stage|round|interview)s? (?:\w+ ){0,2}(?:is|are|was|will be|has been|have been) (?:waived|skipped|dropped|omitted|bypassed|unnecessary|not (?:needed|required))\b",
    r"\bget you (?:\w+ )?in front of\b|\bskip[- ]the[- ](?:line|queue)\b|\bjump the queue\b|\bfront of the (?:line|queue)\b",
    r"\bwe (?:hereby )?(?:promise|guarantee|pledge|vow|swear)\b(?! (?:nothing|no\b))",
    r"\bwe(?: will|'ll|’ll| shall| are going to)\b[^.]{0,25}\b(?:interview|meet|see|hire|employ)\b(?! (?:if|whether|how|what|which))",
    r"\b(?:will|'ll|’ll|shall|are going to)\b(?: \w+){0,3} (?:be interviewed|be hired|(?:get|have|receive|be given|be offered) (?:an?|the|your) (?:\w+ )?(?:interview|meeting|offer))\b",
    r"\b(?:interview|meeting)\b[^.]{0,20}\b(?:will take place|will be held|is yours|is confirmed|has been (?:arranged|scheduled|booked|set))",
    r"\b(?:no|without|skip\w*|waiv\w*|bypass\w*) (?:any |the |a |our )?(?:(?:cv|cvs|resume|résumé|document|documents|paper|initial|usual) ){0,2}(?:screen\w*|selection|review|stage|round|check)\b",
    r"\byou(?: will|'ll|’ll| are going to| shall)\b[^.]{0,25}\b(?:meet|be meeting|(?:speak|talk) (?:to|with))\b",
    r"\b(?:interview|meeting)\b[^.]{0,15}\b(?:awaits|waits|is waiting|is ready|is set|is booked)\b",
    r"\byou(?:'ve|’ve| have)? (?:got |already )?(?:have )?(?:an?|your) (?:\w+ )?(?:interview|meeting)\b",
    r"\b(?:through|straight|directly|right) (?:in)?to (?:the |an? |your |our )?(?:\w+ )?(?:interview|round)",
    r"\bwithin (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|a|the|few|\s)+(?:business |working |calendar )?(?:day|week|hour)s?\b[^.]*"
    + _MEET_EN,
    _MEET_EN
    + r"[^.]*\bwithin (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|a|the|few|\s)+(?:business |working |calendar )?(?:day|week|hour)s?\b",
)

# Words that hold one of the above and mean something else: what somebody works in, an insurance, a kind of hiring.
_HARMLESS = re.compile(
    r"品質保証|信用保証|債務保証|製品保証|延長保証|保証会社|保証人|保証書|性能保証|情報保障|社会保障|最低保証|"
    r"確定(?:拠出|給付|申告|日付)|雇用(?:保険|形態|契約|期間)|労災保険|必ずしも|絶対(?:評価|値|参照|パス)|"
    r"(?:中途|新卒|キャリア|経験者)採用|採用(?:広報|担当|チーム|責任者|人事|部|課|グループ|業務|計画|実績|管理)|"
    r"機会損失|(?:事業|販売|商談|学習|成長|研修)機会|コミット(?:ログ|メント|メッセージ|履歴|数)|"
    r"quality assurance|assurance (?:engineer|team|process)\w*|committed team|committed to quality|commit (?:log|message|history)\w*"
)

# Signs a word can be taken apart with while people still read it.
_BETWEEN = re.compile(r"[\s・‐-―−_/|*~^`'\"“”‘’「」『』【】()\[\]{}<>〈〉《》=+#.,…:;\\-]+")

# Cyrillic and Greek letters that look like Latin ones, lower case; and what looks like a hyphen.
_LOOKALIKES = str.maketrans("аеорсухіѕјкмнтвԁɡοανικρτυ‐‑‒–−", "aeopcyxisjkmhtbdgoavikptu-----")


def promises_in(text: str) -> list[str]:
    """What in a text sounds like the promise of a meeting, a selection step skipped or a job; empty when nothing does.

    Full-width, spaced, wrapped, dotted or zero-width-split spellings are seen through, markup and mixed languages too.
    """
    found: list[str] = []
    for layer in dict.fromkeys((text, _without_markup(text))):
        for paragraph in re.split(r"\n\s*\n", plain(layer)):
            found += _of_paragraph(paragraph)
    return list(dict.fromkeys(found))


def plain(text: str) -> str:
    """A text as it is looked at: NFKC, lower case, without characters nobody sees."""
    visible = unicodedata.normalize("NFKC", text)
    return "".join(
        char for char in visible if unicodedata.category(char) not in ("Cf", "Mn", "Cc") or char in "\n\t\r\u3099\u309a"
    ).casefold()


def _without_markup(text: str) -> str:
    return html.unescape(re.sub(r"<[^<>]{0,200}>", "", html.unescape(text)))


@lru_cache(maxsize=256)  # all letters of a batch share most of their paragraphs
def _of_paragraph(paragraph: str) -> tuple[str, ...]:
    found: list[str] = []
    squeezed = "".join(paragraph.split())
    for sentence in re.split(r"[。!?！？]", squeezed):
        sentence = _HARMLESS.sub("＿", sentence)
        found += _hits(sentence, _ja())
        found += _hits(_BETWEEN.sub("", sentence), _taken_apart())
    # Letters of two scripts side by side are two words.
    spaced = re.sub(rf"(?<=[a-z0-9])(?=[{_CJK}])|(?<=[{_CJK}])(?=[a-z0-9])", " ", paragraph.translate(_LOOKALIKES))
    for sentence in re.split(r"[.。!?](?:\s|$)|。", " ".join(spaced.split())):
        sentence = _HARMLESS.sub("_", sentence)
        found += _hits(sentence, _en())
        found += _hits(sentence, _mixed())
    return tuple(found)


_CJK = "ぁ-ヿ㐀-鿿々"


def _hits(sentence: str, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    return [match[0][:80] for pattern in patterns if (match := pattern.search(sentence))]


@cache
def _ja() -> tuple[re.Pattern[str], ...]:
    both = (f"{_SURE_JA}[^。]*{_MEET_JA}", f"{_MEET_JA}[^。]*{_SURE_JA}")
    return tuple(re.compile(pattern) for pattern in (*_ALWAYS_JA, *both))


@cache
def _taken_apart() -> tuple[re.Pattern[str], ...]:
    """What rings even when signs stand between its letters: only what is short and means nothing else."""
    return tuple(
        re.compile(pattern)
        for pattern in (_ALWAYS_JA[0], r"(?:面接|面談|お会い)[^。、]{0,6}(?:約束|保証)", r"書類選考(?:免除|なし|不要)")
    )


@cache
def _en() -> tuple[re.Pattern[str], ...]:
    both = (f"{_SURE_EN}.*{_MEET_EN}", f"{_MEET_EN}.*{_SURE_EN}")
    return tuple(re.compile(pattern) for pattern in (*_ALWAYS_EN, *both))


@cache
def _mixed() -> tuple[re.Pattern[str], ...]:
    """A sentence begun in one language and ended in the other."""
    return tuple(
        re.compile(pattern)
        for pattern in (
            f"{_SURE_EN}.{{0,40}}{_MEET_JA}",
            f"{_MEET_JA}.{{0,40}}{_SURE_EN}",
            f"{_SURE_JA}.{{0,40}}{_MEET_EN}",
            f"{_MEET_EN}.{{0,40}}{_SURE_JA}",
        )
    )
