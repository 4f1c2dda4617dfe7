"""What a clause of guidance wants of the things it names: must, prefer, relax or avoid, in Japanese and English.

The cues are tried in order and the first that is found decides, so that 「必須ではない」 is read before 「必須」 and
「以外は不要」 before 「不要」. Negations that take themselves back (「ないわけではない」, "not optional") come first of all.
"""

from __future__ import annotations

import re

_NOT = r"(?:\bnot\b|n't\b|\bnever\b)"
_CONCESSION_EN = r"(?:required|necessary|needed|(?:a |an )?must\b|essential|mandatory|important|crucial|critical|relevant|deal[- ]?breaker)"

_TAKEN_BACK = re.compile(
    r"ない(?:という)?わけでは(?:ない|ありません|なく)|なくは(?:ない|ありません)|ないことは(?:ない|ありません)"
)
_CUES: tuple[tuple[str, str], ...] = (
    # What sounds like a refusal or a concession and is the opposite of one.
    ("must", rf"{_NOT} (?:\w+ )?(?:optional|negotiable)\b|\bnon-negotiable\b"),
    ("relax", rf"{_NOT} (?:\w+ )?(?:exclude|avoid|rule out|reject|filter out|dismiss|hold it against|count against)|(?:除外|排除|敬遠)し(?:ない|なく)|避け(?:ない|なく)|除か(?:ない|なく)|外さ(?:ない|なく)"),
    ("must", r"以外(?:の|は)?[^、。]{0,16}(?:不要|(?<![a-z])ng(?![a-z])|不可|対象外|お断り|除|いらない|要らない|見送)|だけで(?:いい|よい)|に限(?:る|り|定)|のみで(?:お願い|す)|\b(?:hard|difficult|impossible|tough|can't|cannot|won't|struggle)\b.*\bwithout\b|\bwithout\b.*\b(?:hard|difficult|impossible|tough|can't|cannot|won't|struggle|not work|no use)\b|\bnothing but\b"),
    # Concessions.
    ("relax", r"必須では(?:ない|ありません|なく)|必要(?:は|では|とは|も)?(?:ない|ありません|なし|し(?:ない|ません))|不問|不要|問わ(?:ない|ず|れ)|問いません|(?:なくて|無くて|なしで|未経験で|ゼロで|できなくて)(?:も|問題|構|かま|ok|よい|いい|可|大丈夫|結構|十分|差し支え)|未経験(?:可|ok|歓迎)|でも(?:可|ok|構|かま|よい|良い|いい|結構|大丈夫)(?!か)|(?:程度|レベル|くらい|ぐらい|会話|級|年|初級|中級)で(?:構|かま|十分|ok|よい|良い|いい|可|大丈夫|結構)|こだわら(?:ない|ず|なく)|こだわりません|(?:いら|要ら)ない|(?:いり|要り)ません|求め(?:ない|ません|ず)|妥協|緩和|緩め|目をつぶ|気にし(?:ない|ません)|関係(?:ない|ありません|なく)|(?:入社後|後から|あとから)[^、。]{0,12}(?:覚え|習得|学|教え|身につ|キャッチアップ)|優先度は低|二の次|後回し|無視して|目をつむ"),
    ("relax", rf"{_NOT} (?:\w+ ){{0,2}}?{_CONCESSION_EN}|{_NOT} (?:\w+ )?(?:need|matter|care|insist|require|mind|bother)\b|\boptional\b|\bunnecessary\b|\birrelevant\b|\bno need\b|\bno (?:[\w.#+-]+ ){{1,3}}(?:required|needed|necessary)\b|\b(?:can|could|may) (?:do|live|manage|work) without\b|\b(?:ok|okay|fine|happy) without\b|\bwaive|\bflexible (?:on|about|with)\b|\b(?:can|could|will|may) (?:be )?(?:learn|learned|learnt|taught|trained|pick(?:ed)? up)\b|\brelax(?:ed)?\b|\bdrop (?:the|our)\b|\b(?:is|are|would be|will be) (?:enough|sufficient|fine)\b|\bsuffices?\b|\blower priority\b|\bless important\b|\bignore\b|\bdisregard\b|\bforget about\b"),
    # What is not wanted.
    ("avoid", r"除く|除いて|除外|以外|(?<![a-z])ng(?![a-z])|不可|避け|対象外|やめて|外して|お断り|遠慮|ではない(?:人|方)|は(?:望まない|求めていない|ちょっと)|合わない|合いません|敬遠|見送|控え"),
    ("avoid", rf"\bavoid|\bexclud|\bexcept\b|\bother than\b|\b(?:anyone|anybody|anything|everyone|everybody|all) but\b|\b(?:nobody|no one|none)\b|{_NOT} (?:\w+ )?(?:from|interested in|looking for|want|send|like|suitable|a (?:good )?fit)|^\s*not (?!only|just|nec)|\brather not\b|\bno (?:more )?(?=(?:[\w/.+#-]+ ){{0,3}}(?:people|candidates|profiles|backgrounds?|developers|engineers|types?|folks|applicants|from)\b)|\bunsuitable\b|\b(?:tend|seem|likely) not to\b|\bskip\b|\bleave out\b|\bkeep out\b|\bturn[- ]?offs?\b|\bred flags?\b|\bsteer clear\b|\bstay away\b|\bpass on\b|\brule out\b|\bdislike\b"),
    # What is needed.
    ("must", r"必須|必要|必ず|マスト|絶対|欠かせない|ないと(?:困|難|だめ|ダメ|厳|いけ|苦)|なければ(?:なら|困|難|いけ|厳)|最低(?:限|でも)|条件です|不可欠|前提|\bmust\b|\brequire[ds]?\b|\bessential\b|\bmandatory\b|\bneeds? to\b|\bneed(?:ed|s)?\b|\bhave to\b|\bhas to\b|\bcritical\b|\bcrucial\b|\bindispensable\b|\bonly\b(?! if)"),
    # What is welcome.
    ("prefer", r"歓迎|優先|重視|重点|あれば|あると|尚可|なお可|望ましい|望む|望みます|希望|嬉しい|うれしい|有難|ありがた|助か|評価|プラス|欲しい|ほしい|たい(?:です)?(?:$|[、。が])|強い|得意|厚め|求め|期待|理想|優遇|経験者|経験のある|経験がある|だと(?:いい|良い|よい|安心)|越したことはない|越したことはありません|(?<![でも])がいい|が良い|がよい|\bprefer|\bideal|\bplus\b|\bnice\b|\bvalue\b|\bprioriti[sz]e|\bbonus\b|\bfavou?r|\bstrong\b|\b(?:would|'d) (?:like|love|want)\b|\bweigh|\bmore weight\b|\bimportant\b|\bmatters?\b|\blooking for\b|\bfocus on\b|\bwelcome\b|\bemphasi|\bwant\b|\blike\b|\badvantage|\bdesirable\b|\bhelpful\b|\bdo(?:es)? well\b|\bhelps\b|\bappreciat"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _CUES)
_WEAK_CONCESSION = re.compile(
    rf"必須では|マストでは|{_NOT} (?:\w+ ){{0,2}}?(?:(?:a |an )?must\b|mandatory|required|essential)"
)
_COMPARED_JA = re.compile(r"よりも?(?![良よ]い|多|長|高|深|以)")
_COMPARED_EN = re.compile(r"\b(?:rather than|more than|over|instead of|than)\b")
_COMPARES_EN = re.compile(r"\bmore\b|\bprefer|\brather\b|\bfavou?r|\bbefore\b|\bpriorit|\binstead\b|\bbetter\b")


def polarity_of(clause: str) -> str:
    """Name what a folded clause wants: must, prefer, relax, avoid; "" when it doesn't say."""
    clause = _TAKEN_BACK.sub("", clause)
    return next((name for name, pattern in _PATTERNS if pattern.search(clause)), "")


def without_cues(clause: str) -> str:
    """Take the words out that only say how something counts; what is left is what counts."""
    for _, pattern in _PATTERNS:
        clause = pattern.sub(" ", clause)
    return clause


def is_weak_concession(clause: str) -> bool:
    """Whether a clause only says that a thing is no must: after "nice to have" it takes nothing back."""
    return _WEAK_CONCESSION.search(clause) is not None


def comparison_in(clause: str, *, japanese: bool) -> tuple[int, bool] | None:
    """Find where a clause weighs one thing against another.

    Returns the folded offset of the word between the two and whether the lesser one stands before it (「AよりB」) or
    after it ("B rather than A"); None when nothing is compared.
    """
    if japanese:
        found = _COMPARED_JA.search(clause)
        return (found.start(), True) if found else None
    found = _COMPARED_EN.search(clause)
    if found is None or not _COMPARES_EN.search(clause):
        return None
    return found.start(), False
