"""What the headings and labels of descriptions announce: which section of a posting begins, in both languages."""

from __future__ import annotations

import re
from functools import lru_cache

# Words that settle the matter wherever they stand in a heading: 「応募要件（WANT）」, "Must have / 必須".
_NICE = re.compile(
    r"歓迎|尚可|尚良|なお可|あれば|あると|望ましい|優遇|[活生]かせ|プラスになる|nice[ -]to[ -]ha|good[ -]to[ -]have|preferred|preferable|bonus (?:points|skills|if|qualif)|^bonus$"
    r"|\bpluse?s?\b|desir(?:able|ed)|\bideal(?:ly)?\b(?! candidate)|advantage|extra credit|appreciated|great if|optional|\bassets?\b|even better|would be (?:nice|great|good|helpful)|would (?:also )?help|^wants?$|\(want\)|/ ?want\b|\bwant ?(?:/|$)|^good$|^welcome$|it helps|would (?:also )?help|good to see|great to|nice if|we'd love|stand out|set you apart|favou?rabl|なお良い|良い(?:経験|スキル)|助かる|こうだったら|もっと嬉し|嬉しい|うれしい|活きる|役立つ|役に立つ|心強|ありがた|有利|強みに|歓迎|プラスアルファ|^さらに|\b(?:other|additional|extra) (?:qualif|skill|experience)|head start|\bwe(?:'d| would)(?: also)? (?!(?:like|love|want) to (?:hear|talk|speak|meet))(?:be )?\w+|thrilled|impress|happier|\+α|加点"
)
_MUST = re.compile(
    r"必須|必要(?:な(?:経験|スキル|資格|能力|条件|知識)|条件|要件|スキル|経験|資格$)|求める(?:スキル|経験|能力|要件|条件|資格|知識)"
    r"|\bmust(?:s|[ -]haves?)?\b|requirements?\b|qualifications?\b|\brequired\b|essentials?\b|\bminimum\b|what you(?:'ll|'d)?(?: will)? (?:need|bring|have)"
    r"|ないと困る|欠かせない|お持ちいただきたい|(?:経験|スキル|資格|知識)を(?:お持ちの|持つ)方|こんな(?:経験|スキル|資格)|(?:方|人)を(?:お待ち|探し|求め|募集)|what we(?:'re| are)? look|who we(?:'re| are) looking|who you are|^you(?:'ll)? (?:bring|have|need|are|should have)\b|your (?:profile|background|skills|experience)|^about you$|we expect|^(?:your |the |candidate |ideal )?profile$"
    r"|you should (?:have|apply|bring)|ideal candidate|successful (?:candidate|applicant)|right (?:person|candidate)|(?:want|love|like) to (?:hear from|talk to|speak to|speak with|meet)|(?:is|sounds? like|could) (?:this|that|it)?(?: ?be)? ?you\b|love this if|\bmandatory\b|\bcriteria|prerequisite|前提|想定しています|必要な[^、。]{1,8}|必要(?:ですか|でしょうか)|apply if|(?:we|you)(?:'ll)? need$|^need(?:ed|s)?$|what it takes|\bkey (?:skills|competenc)|who (?:can|should) apply|fit(?:s)? (?:the|this) (?:role|job)"
)
_UNNEEDED = re.compile(
    r"不要です|不問|必要(?:は|あり)ません|won't ask|なくて(?:も|大丈夫)|not (?:required|needed|a problem)|don't (?:need|worry)"
)
_NOT_ASKED = re.compile(
    r"^(?:不要|不問|必要のない|(?:な|無)くて(?:も|大丈夫|ok|いい|よい|良い)|not (?:required|needed|necessary)$|(?:you )?don't (?:need|worry)|not a problem|(?:what )?we (?:don't|won't|do not) (?:ask|need|require|expect)|no need)"
)

# The rest by how a heading begins; what follows the match may be a few characters only.
_OTHERS: tuple[tuple[str, str], ...] = (
    ("process", r"年収例|モデル年収|応募(?:方法|書類|先|手続|の流れ)|提出書類|必要書類"),
    ("person", r"求める人物|人物像|こんな(?:方|人)|(?:この仕事に)?向いている|personality|culture fit"),
    ("reports", r"所属長|(?:hiring |reporting |direct |line )?manager$|(?:your )?boss$|上司|上長|レポート(?:ライン|先)|報告(?:先|ライン)|直属|レポーティング|(?:you(?:'ll| will)? )?reports? to|reporting(?: line| to)?|line manager|your manager|supervisor"),
    ("reason", r"(?:募集|採用|求人)(?:の)?(?:背景|理由|経緯)|なぜ募集|増員・|(?:reason|background)(?: for)?\b|(?:hiring|recruit(?:ment|ing)|opening|vacancy) (?:reason|background)|why (?:we(?:'re| are)? )?(?:hir|recruit|need|this (?:job|role|position)|now|open)|vacancy"),
    ("visa", r"ビザ|就労(?:ビザ|資格)|在留|visa\b|work permit|sponsorship"),
    ("trial", r"試用(?:期間)?|probation|trial"),
    ("grade", r"役職|等級|グレード|職位|職級|クラス|grade|job level|level$|seniority|rank$"),
    ("must", r"応募(?:資格|条件|要件|の条件|の資格|について|に(?:あたって|際して)|できる|対象|いただける)|(?:募集|採用)(?:資格|条件|要件|対象)|対象(?:となる|者|$)|(?:最終|年齢・|資格・)?学歴(?!不問)|資格|要件|求める(?:もの|こと)|スキル|skills?\b|experience(?: and|$)|経験・|知識・|be |こちらをお持ち"),
    ("title", r"(?:募集)?職種|募集(?:職種|ポジション)|ポジション|求人(?:名|タイトル)|(?:job )?title|position(?! overview)|(?:the )?role$|job$|職名"),
    ("pay", r"(?:想定|予定|提示|参考|モデル)?(?:年収|給与|給料|年俸|月給|月収|報酬|単価)|賃金|お給料|(?:base |annual |monthly )?salary|compensation|pay\b|rate\b|annual (?:pay|income)|remuneration|年額|income|package|ote\b"),
    ("remote", r"リモート|在宅|テレワーク|働き方|勤務形態|勤務スタイル|work(?:ing)? (?:style|from home|arrangement|model)|remote"),
    ("place", r"(?:主な|予定)?(?:勤務|就業|就労)(?:地|場所|先|の場所|エリア)|働く場所|場所$|(?:配属|派遣)先|所在地|オフィス|拠点|エリア$|(?:work |job |office )?locations?\b|office$|work ?place|place(?: of work)?|based|where(?: you)?|site$"),
    ("employment", r"社員区分|雇用(?:形態|区分|条件)?|契約(?:形態|種別|期間)?$|採用形態|employment|contract(?: type)?$|job type|type$"),
    ("language", r"語学|言語|使用言語|語学力|languages?\b|日本語|英語|japanese|english"),
    ("duties", r"(?:お)?仕事(?:の)?(?:内容|概要)|(?:この)?仕事|(?:主な)?業務|職務|担当(?:業務|する)|具体的|お任せ|やること|ミッション|役割|(?:job|role) (?:description|summary|overview)|(?:key |main |your |principal |core )*(?:responsibilit|duties|tasks|accountabilit|mission)|what (?:you(?:'ll| will)|the (?:job|role)|you do)|about (?:the |this )?(?:role|job|position|opportunity)|the (?:job|role|position)|day to day|overview|you(?:'ll| will)$|in this role|入社後"),
    ("stack", r"開発環境|技術スタック|使用(?:技術|ツール|言語)|環境|利用(?:技術|ツール)|(?:our )?(?:tech(?:nology)?|technical) stack|development environment|our stack|tools"),
    ("hours", r"(?:勤務|就業|労働|営業)時間|時間帯|残業|シフト|休憩|(?:working |business )?hours|work schedule|schedule|勤務日|稼働"),
    ("benefits", r"福利厚生|休日|休暇|お休み|各種保険|(?:社会|加入)?保険|諸手当|手当|昇給|賞与|受動喫煙|社宅|寮|退職金|制度|benefits|perks|(?:what )?we offer|why join|holidays|leave\b|insurance|bonus\b|(?:your )?benefit"),
    ("conditions", r"(?:勤務|労働|募集|雇用|採用)?(?:条件|要項|概要)|待遇|処遇|(?:working |employment )?(?:conditions|terms)\b|offer\b|what you(?:'ll)? get|details|practical matters|reward|compensation"),
    ("company", r"会社|企業|事業(?:内容|概要|紹介)|私たち|当社|弊社|(?:法人|病院|施設|店舗|ブランド)(?:概要|紹介|について)|about\b|company|who we are|our (?:company|mission|story|client|team|values|culture|product)|the (?:client|company|team)|設立|創業|資本金|代表|従業員|社員|年商|売上|capital|founded|employees|headcount|division|department|部署|所属|(?:our )?values|社風|チーム|組織"),
    ("process", r"選考|応募|面接|面談|hiring process|interview|how to apply|process|selection|application|apply|備考|その他|補足|notice|ご応募|連絡先|contact|next steps|メッセージ|先輩|equal opportunity"),
)  # fmt: skip
_BEGINS = [(name, re.compile(pattern)) for name, pattern in _OTHERS]
ASIDE = frozenset(
    ("pay", "place", "employment", "remote", "hours", "benefits", "company", "process", "reason", "trial", "visa", "reports",
     "grade", "conditions")
)  # fmt: skip
DECORATION = " \u3000■◆●▼▽◇□○★☆♦◎▍▌◉※→#*【】《》<>[]〔〕「」()（）=_▪►◯◾◼▶.-―—|~!✅✔💼📍💰🔥:"
_BETWEEN_KANJI = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) +(?=[\u3040-\u30ff\u3400-\u9fff])")
_STATES = re.compile(
    r"(?:不可|(?<!尚)(?<!お)可|あり|有り?|なし|無し|ok|応相談|完備|支給|必須です)$|不問|未経験|第二新卒|ブランク|ターン|経験者(?:歓迎|優遇)"
)
_SENTENCE = re.compile(r"。|です|ます|ました|ません|\b(?:with|in|of|using)\b .*\b(?:experience|skills?)\b|\d{3}")
_GENERIC = re.compile(
    r"(?:以下|次|下記|応募|資格|要件|条件|スキル|経験|知識|求める|お持ち|だと|なお|さらに|技術|人材|こんな方|を|に|の|が|な|・|/|\(|\)|:|-|&|,|\s|it's|it|its|would|be|is|an?|the|our|your|some|skills?|experience|job|key|basic|technical|these|are|and|not|but|required|candidates?|who|about|role)*"
)
_PICTURES = re.compile(r"^[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\s]+")
_NUMBERED = re.compile(r"^(?:q\d{0,2}[.:]|\(?\d{1,2}(?:-\d{1,2}|[.)])|[①-⑳]|[a-z]\.)\s*")


@lru_cache(maxsize=4096)
def section_of(label: str, sure: bool = False) -> str | None:
    """Name the section a folded label or heading announces, None where it announces none.

    `sure`: the layout has shown it to be a heading (brackets, a list below it), so a word in its middle counts too.
    """
    bare = _PICTURES.sub("", label.strip(DECORATION)).strip(DECORATION)
    head = _NUMBERED.sub("", _BETWEEN_KANJI.sub("", bare)).strip(DECORATION + "?")
    if not head or len(head) > 48:
        return None
    if _NOT_ASKED.match(head) and not _NICE.search(head):
        return "unneeded"
    if (_SENTENCE.search(head) and not sure) or any(_STATES.search(part.strip()) for part in re.split(r"[/|]", head)):
        return None
    for name, pattern in (("nice", _NICE), ("must", _MUST)):
        found = pattern.search(head)
        if found and (sure or (_GENERIC.fullmatch(head[: found.start()]) and _short_tail(head[found.end() :]))):
            return name
    parts = re.split(r"[/／&]| and ", head)
    # 「業務内容 / Duties」 says it twice; what has three parts is a list itself
    for part in (head, *(p.strip(DECORATION) for p in parts[1:] if len(parts) == 2)):
        for name, pattern in _BEGINS:
            found = pattern.match(part)
            if found and (_short_tail(part[found.end() :]) or (sure and len(part) - found.end() <= 24)):
                return name
    return None


def announced(sentence: str) -> str | None:
    """Name what a whole sentence above a list announces, "nice" or "must"; None where it says neither.

    Unlike a heading it may be long: "It would be great if you also", 「次のような方は特に歓迎します」.
    """
    for name, pattern in (("unneeded", _UNNEEDED), ("nice", _NICE), ("must", _MUST)):
        if pattern.search(sentence):
            return name
    return None


def _short_tail(tail: str) -> bool:
    return len(tail) <= 14 and not re.search(r"[、,。\d]|\b(?:with|in|of|using|for|at)\b", tail)
