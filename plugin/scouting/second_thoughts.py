"""What beside a yes makes it one for a person: a turn, a denial, an if-only, somebody else who might like it.

"Any engineer would be thrilled by this. I am not that engineer." must not be heard by half. A rule set never knows every
way of saying no, so a yes is acted on only where nothing else of that kind is said; a denial that clears the way
(「問題ございません」), or one about days and hours or a résumé, doesn't count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plugin.scouting.conditions_said import SCHEDULING

_TURN_JA = re.compile(
    r"(?<=[たすいんだ])(?:が|けれども?|けど|ものの|のに|一方で?)(?:、|(?=[^、。]{4}))|(?:^|、)(?:ただ|但し|ただし|しかし|とはいえ|でも|残念|あいにく|生憎)"
)
_TURN_EN = re.compile(
    r"\b(?:but|however|though|although|that said|having said that|unfortunately|sadly|alas|only|except|until|unless)\b"
)
_DENIED_JA = re.compile(
    r"ません|(?:[がはもじく]|では|でも|られ|でき|出来|[らわかたまさばがなせし])ない|なかった|できず|出来ず|かねます|かねる|難し|厳し|無理|不安|心配|迷(?:って|い|惑)|違います|違う|困(?:り|る|って)|人違い|間違|諦め|断念|残念|やめ"
)
_DENIED_EN = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|nor|neither|hardly|barely|cannot|unable|impossible|less|without|rather|instead|wrong|refuse|doubt|stop|remove[ds]?|unsubscribe|delete|alone)\b|n't\b"
)
_FLATLY_NO_EN = re.compile(
    r"\bno (?:interviews?|interest|jobs?|calls?|more)\b|\bnot (?:interested|for me|me)\b|\b(?:don't|do not) (?:\w+ )?(?:want|contact|write|schedule|set up|apply)\b"
)
"""Never only about hours, whatever day is named beside it."""

_IF_ONLY = re.compile(
    r"(?:本音|山々|やまやま|気持ち(?:は|も)|(?:前職|以前|昔|当時|若|\d年前|友人|知人|同僚|後輩|家族|妻|夫)(?:の私)?(?:なら|だったら|であれば)|と言われ|と書|ほかの方|他の方|別の方|人はいる|方はいる|(?:し|受け|伺っ|答え)たと(?:思|存))"
    r"|\b(?:if i (?:were|was|had|could)|were i|used to|would have|could have|should have|had you|years? ago|wish|someone|somebody|anyone|everyone|anybody|somebody else|other (?:people|candidates|person)|people who|younger|in your dreams|yeah,? right|whatever|as if|supposed to|pretend|ever be|before i (?:decide|commit|answer|say|agree))\b|\bwho'?d\b"
)
_RHETORIC = re.compile(
    r"^(?:(?:and|so|but) )?(?:why (?:would|should|do|are|is)|what makes|how come|do i|am i|did i|would i|who says)\b"
)
_CLEARS = re.compile(
    r"(?:問題|差し支え|支障|異存|抵抗|迷い|心配|気兼ね|不満|異論|希望)(?:は|も|が)?(?:特に|全く|まったく|何も)?(?:あり|ござい|な)|(?:でしょうか|ませんか|ますか|ですか|[?])\s*$|不要|申し?訳|恐れ入|恐縮|すみません|すいません|お手数|とんでもな|かもしれ|構いません|かまいません|間違いな|に違いな|他ならな|履歴書|職務経歴書|書類|職歴|経歴書|ポートフォリオ|急いで|急ぎでは|まだ決めて|わけでは|だけでなく|なければ|なくても|ないでしょうか|少なくな|かと思|遅くな|拙|やむを得"
    r"|\b(?:can't wait|couldn't agree|couldn't be (?:more|happier)|no (?:problem|worries|issues?|objections?|preference|rush|doubt|matter|hurry|need)|(?:don't|do not|doesn't|does not|wouldn't) (?:mind|worry|hesitate|need|matter|bother me)|not a problem|why not|if not|whether or not|or not|not only|not in a (?:hurry|rush)|nothing (?:to lose|against)|resume|résumé|cv|portfolio|more or less|no later than|not sure (?:which|what|when|if|whether|about)|rather (?:soon|quickly)|would rather (?:do|have|talk|speak|meet)|instead of (?:video|a call|phone|email))\b|[?]\s*$"
)
_HOURS_EN = re.compile(
    r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?s?\b|\b(?:today|tomorrow|tonight|week(?:day|end)?s?|mornings?|afternoons?|evenings?|noon|lunch\w*|o'clock|jst|calendar|schedule|slots?|times?|dates?|video|camera|zoom|teams|call)\b|\b\d{1,2}(?::\d\d)? ?(?:am|pm)?\b"
)
_GOES_ON = re.compile(
    r"幸い|お願い|よろしく|宜しく|楽しみ|嬉し|うれし|大変ありがた|いかが|ご?検討くだ|可能です|大丈夫です(?!が)|と申します|でおり|参加|伺|お話"
)


def second_thoughts(said: Sequence[str], yes: Sequence[tuple[int, int, int]]) -> bool:
    """Is there a reason not to act on this yes alone? `yes`: (sentence, start, end) of every word of it."""
    places = {place for place, _, _ in yes}
    for place in sorted(places):
        sentence = said[place]
        last = max(end for where, _, end in yes if where == place)
        if _IF_ONLY.search(sentence) or _RHETORIC.match(sentence) or _denied_en(sentence):
            return True
        first = min(start for where, start, _ in yes if where == place)
        if _DENIED_JA.search(sentence, first) and not _cleared(sentence):
            return True
        turn = _TURN_JA.search(sentence, max(last - 2, 0))
        if turn is not None and not _harmless(sentence[turn.end() :]):
            return True
    # What was said before the yes is what it answers to; what is said after may take it back.
    return any(
        _denied_en(said[place]) or (_DENIED_JA.search(said[place]) and not _cleared(said[place]))
        for place in range(min(places), len(said))
        if place not in places
    )


def _denied_en(sentence: str) -> bool:
    if _FLATLY_NO_EN.search(sentence):
        return True
    match = _DENIED_EN.search(sentence)
    if match is None or _cleared(sentence):
        return False
    # "I wasn't looking, but I'd love to hear more": the yes after the turn is the answer.
    turn = _TURN_EN.search(sentence, match.end())
    return (
        turn is None or turn.group() in ("until", "unless", "except") or bool(_DENIED_EN.search(sentence, turn.end()))
    )


def _cleared(sentence: str) -> bool:
    return bool(_CLEARS.search(sentence) or SCHEDULING.search(sentence) or _HOURS_EN.search(sentence))


def _harmless(rest: str) -> bool:
    """Does what follows a turn leave the yes standing?"""
    if not rest.strip(" 。.!、"):
        return True
    if _DENIED_JA.search(rest):
        return _cleared(rest)
    return bool(_cleared(rest) or _GOES_ON.search(rest))
