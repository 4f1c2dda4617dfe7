"""The phrases people use when they answer a scout, in Japanese and English: what each speaks for, and what undoes it.

Data for `intent`. Texts are folded first (NFKC, lower case, no spaces inside Japanese), so patterns are written plainly.
`weak` speaks only where nothing stronger does. `unless_before` and `unless_after` look at the same sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "interested",
    "declined",
    "opt_out",
    "later",
    "question",
    "withdraw",
    "reschedule",
    "referral",
    "via_agent",
    "negated",
]


@dataclass(frozen=True, slots=True)
class Sign:
    """One pattern. `unless_after` is looked for behind the match, `unless_before` in front of it."""

    kind: Kind
    pattern: re.Pattern[str]
    weak: bool = False
    unless_after: re.Pattern[str] | None = None
    unless_before: re.Pattern[str] | None = None


def _signs(kind: Kind, *patterns: str, weak: bool = False, after: str = "", before: str = "") -> list[Sign]:
    # ASCII: "unsubscribeしてください" holds the word too, no space stands between the scripts.
    return [
        Sign(
            kind,
            re.compile(pattern, re.ASCII),
            weak,
            re.compile(after, re.ASCII) if after else None,
            re.compile(before, re.ASCII) if before else None,
        )
        for pattern in patterns
    ]


# Japanese says no at the end: whatever was offered before it is undone.
_JA_NO = (
    r"たく(?:は)?(?:ありません|ございません|ない)|たいと?(?:は|も)?(?:思い|考え|存じ)(?:て(?:い|おり))?ません|(?:でき|出来)(?:ません|ない|ず|かね)"
    r"|難し|厳し|困難|叶(?:いません|わ)|かないません|いたしかね|致しかね|見送|辞退|(?<!ご)遠慮(?!なく)|ご遠慮(?!なく)|控え(?:させ|たい|ます)"
    r"|(?:あり|ござい|おり|い)ません(?!か)(?!でした)|(?:では|じゃ|が|も|は)ない(?:です|ので|ため|と|状況|。|$)|お断り|時間が(?:取れ|とれ)"
    r"|かった(?:の|です|な)|ところ(?:です|で|では)?(?:あり|ござい)?(?:ます)?が|のは(?:山々|やまやま)|気持ちは(?:あり|ある|ござい)"
)
JA_TIME = r"平日|土日|週末|祝日|午前|午後|日中|夜|夕方|朝|昼|今週|来週|再来週|明日|本日|今日|\d日|\d時|曜|月末|その(?:日|時間)|この(?:日|時間)"
_JA_UNDONE = (
    r"^[^。]{0,12}(?:わけ|訳|つもり|もの|理由|意図)(?:で)?(?:は|も|が)?.{0,3}(?:あり|ござい|な)(?:ません|い|く)|^(?:し|いたし|致し)ません"
    r"|^[^。]{0,14}(?:でしょうか|ですか|ますか|ましたか)"
)
_JA_PAST = r"^でした|^(?:いま|おりま)せんでした|^かった"

INTERESTED = [
    *_signs(
        "interested",
        r"(?:お話|話|ご?説明|詳細|詳し[いく]|内容|続き|ご?状況).{0,16}(?:伺|うかが|窺|聞|聴|きか|きけ|お聞き).{0,12}(?:たい|たく|れば|たら|せて|幸い|存じ|お願い|思[いう]|ますと|ると|ます(?:。|$|!)|よろし)",
        r"(?:お話|話|お話し)(?:を|は|など)?.{0,10}(?:お聞かせ|聞かせて|お聞き|伺わせて|伺う|聞く).{0,6}(?:くだ|下さ|いただ|頂|こと(?:は|が)?(?:でき(?:ます|れば|る)|可能|叶))",
        r"(?:伺|聞)(?:え|け)(?:れば|たら|ますと|ると)(?:幸い|嬉し|うれし|と(?:思|存)|あり|助か|大変)",
        r"(?:ぜひ|是非).{0,40}(?:お願い|伺|うかが|聞[いかけ]|お会い|お目にかか|参加|面談|面接|お話|話を|話(?:したい|させ)|進め|受け(?:たい|させ)|調整|応募|前向き)",
        r"(?:面談|面接|お話の(?:場|機会|お時間)|お打ち?合わ?せ|ミーティング|通話).{0,16}(?:希望(?:し|いた|致|です|させ)|お願い(?:し|いた|致|でき|出来|申)|参加(?:し|させ|いた|でき|希望)|受け(?:たい|させ|ます|いた)|設定(?:し|いた|を|頂)|進めて|調整|組ん|楽しみ|ご?相談(?:させ|した|でき))",
        r"(?:面談|面接|お話し?|お目にかかる|ご?説明|お会いする)(?:の)?(?:機会|お?時間|場)(?:を|が)?.{0,6}(?:頂戴|いただ|頂|設けて|もらえ|お願い|欲し|ほし|作って)",
        r"(?:興味|関心)(?:が|は|を|も)?.{0,10}(?:あり(?:ます|まし)|ある|ござい(?:ます|まし)|持(?:ち|って|た|ってお)|抱|湧[いき]|惹|引か|深い)|興味津々|興味深[いく]",
        r"応募(?:し(?:たい|ます|たく)|いたします|致します|させて(?:いただ|頂|くだ)|を(?:希望|検討し)|(?:し)?たい)",
        r"選考.{0,8}(?:進(?:め|みたい|ませ)|参加|受け(?:たい|させ)|希望|お願い)",
        r"お会い(?:し(?:たい|たく|て)|でき(?:れば|る|ましたら|たら|ますと)|出来)|お目にかか(?:り(?:たい|たく)|れ(?:れば|たら))",
        r"(?:喜んで|よろこんで).{0,20}(?:お|参加|伺|受け|対応|させ)|お受け(?:し(?:ます|たい|たく)|いたします|致します|させて)",
        r"(?:話|お話)だけでも(?!.*(?:難し|でき(?:ません|ない)))|(?:話|お話)(?:を|が)?(?:し(?:たい|てみたい)|できれば|させて(?:いただ|頂|くだ))",
        r"お(?:話|話し|会い|目通り|打ち合わせ)(?:を)?させて(?:いただ|頂|くだ|下さ)|お時間(?:を|が)?.{0,6}(?:いただけ|頂け|頂戴でき)|(?:面談|面接|ミーティング|日程|午前|午後|\d時|\d日|曜).{0,20}お願いでき",
        r"(?:以下|下記|次)の(?:日程|日時|候補|時間|いずれ).{0,20}(?:お願い|可能|いかが|都合|空|希望|調整)|(?:日程|候補日?|日時)(?:を|は|に(?:つ|関)).{0,14}(?:お送り|以下|下記|調整(?:お願い|させ|を)|ご提示|挙げ|ご?連絡(?:くだ|いただ|を)|お知らせ(?:くだ|いただ)|教えて(?:くだ|いただ))",
        r"(?:面談|面接|参加|ご?対応|お話し?|お打ち?合わ?せ|通話)(?:は|が|に|も|することが|することは)?、?.{0,3}(?:可能です(?!か)|可能でございます|(?:でき|出来)(?:ます(?!か|で)|れば|たら)|(?:さ)せて(?:くだ|下さ|いただ|頂)|いたします(?!か)|致します(?!か)|したい(?:です|と|。|$)|したく|進めて(?:くだ|いただ|頂))",
        r"エントリー(?:し|させ|いた|致|を希望)|^(?:ぜひ|是非|はい|では)?、?お願いした[いく]",
        r"(?:zoom|オンライン|お?電話|teams|対面|\d{1,2}時|\d日|\d:\d\d|曜日?|夜|午前|午後|夕方|終日|[月火水木金土日]\))(?:頃|ごろ|以降|の夜|中)?(?:で|に|を|が)?(?:でしたら|であれば|なら|よければ|良ければ|も可能)?、?(?:で)?(?:よろしく)?お願い(?:し|いた|致)",
        r"日程(?:の)?調整.{0,8}(?:お願い|させ|でき|をし)|候補日.{0,6}(?:です|[::]|は以下|を)",
        after=_JA_NO,
        before=r"(?:知人|友人|同僚|後輩)(?:が|に|の)[^。]{0,12}$",
    ),
    *_signs(
        "interested",
        r"前向きに.{0,6}(?:検討|考え)|(?:ご連絡|連絡|ご返信|ご案内)(?:を)?お待ちして|(?:承知|了解)(?:し|いた|です)|よろしくお願い",
        weak=True,
        after=_JA_NO,
    ),
    *_signs(
        "interested",
        r"\b(?:very|definitely|really|quite|certainly|extremely|also|am|i'm|be|sounds|are|still)? ?\binterested\b",
        r"\b(?:i'd|i would|would|we'd) (?:\w+ ){0,2}(?:love|like|enjoy|welcome|appreciate) (?:\w+ ){0,5}(?:talk|chat|speak|hear|learn|discuss|meet|call|conversation|interview|know|connect|explore|apply|proceed|move|join|schedule|opportunity|find out|catch up)",
        r"\b(?:i'm|i am|i'd be|i would be|am|be|would be|very|more than) (?:(?!not\b|no\b|never\b)\w+ ){0,2}(?:happy|glad|keen|delighted|thrilled|excited|pleased|eager|up|open|willing|down) (?:to|for|about)\b",
        r"^(?:happy|glad|keen|delighted|open|up|down) (?:to|for)\b",
        r"\blet'?s (?:\w+ )?(?:talk|chat|speak|do (?:it|this|that)|schedule|set|connect|meet|arrange|go|have|find|discuss|book)",
        r"\bsounds (?:\w+ )?(?:great|good|interesting|exciting|perfect|amazing|wonderful|promising|like a (?:plan|great|good|fit))",
        r"\bbook me in\b|\bput me down for\b|\bpencil me in\b",
        r"\b(?:would|'d) (?:like|love|be glad|be happy) to take you up on\b|\btake you up on (?:it|this|that|the|your)\b",
        r"\b(?:count me in|sign me up|i'm in\b|i accept|yes please|tell me more|works for me|i would say yes|it's a yes|a definite yes)",
        r"^(?:hi|hello|dear|thanks|thank you)?[^.]{0,30}?\b(?:yes|sure|absolutely|definitely|certainly|of course|gladly)\b[,.! ]",
        r"\bplease (?:\w+ )?(?:go ahead|proceed|book|schedule|set up|send (?:me )?(?:over )?(?:a |an |some |the )?(?:calendar|invite|available|times|slots|more|details|information|further)|share (?:more|the|some|your|a few) )",
        r"\b(?:can|could|shall|should|may) (?:we|you|i) (?:\w+ )?(?:talk|chat|schedule|set up|meet|speak|arrange|book|set something)\b",
        r"\b(?:i'm|i am|i'd be|i would be) (?:\w+ )?(?:available|free) (?:on|at|any|from|next|this|after|between|tomorrow|for|most|to|in the|mon|tue|wed|thu|fri)",
        r"\b(?:want|wish|would like|'d like|hope) to (?:\w+ )?(?:apply|hear more|learn more|know more|talk|chat|discuss|meet|speak|proceed|find out more|have a (?:chat|talk|call))",
        r"\bup my (?:alley|street)\b|\bwhen (?:would|is|could|can|are|works|do|shall|should)\b.{0,25}\b(?:good time|talk|chat|speak|meet|free|available|call)\b",
        r"\b(?:would|could) be (?:great|lovely|nice|good|wonderful|perfect) to (?:\w+ )?(?:talk|chat|speak|hear|learn|discuss|meet|connect)",
        after=r"^[^.]{0,40}?(?:,? but\b|\bhowever\b|\bunfortunately\b).*(?:not|n't|cannot|pass|decline|no\b|accepted|unable|stay|committed)|^ (?:in|to) (?:hear|know) how you got|^ (?:in|about|to (?:hear|know|learn)) (?:not|why|how (?:you|my|did)|where (?:you|my)|what (?:data|information)|getting off|being)\b|^ me (?:out|into)\b",
        before=r"(?:\bnot\b|n't\b|no longer|never|\bnor\b|wasn|\bwas\b|\bwere\b|\bhad\b|if you(?:'re| are)|anyone|\bwho\b|someone|somebody|colleague|friend|else|unable|unless you|lost|\bhe\b|\bshe\b|\bthey\b|\bless\b|without|neither|hardly|wish i|\bany \w+|\bpeople\b|\bmany\b)[^.]{0,28}$",
    ),
    *_signs(
        "interested",
        r"\b(?:look(?:ing)? forward to|great opportunity|intriguing|curious)\b",
        weak=True,
        before=r"(?:\bnot\b|n't|no longer)[^.]{0,20}$",
    ),
]

DECLINED = [
    *_signs(
        "declined",
        r"辞退|お断り|断らせ|断りさせ|見送(?:ら|り|る|っ|ろ|させ)|(?<!ご)遠慮(?:させ|し(?:ます|たい|てお|たく)|いた|致|申)|ご遠慮(?:申|さ|いた|致|した)",
        r"(?:興味|関心)(?:は|が|も|を)?.{0,8}(?:ありません|ございません|ない|無い|持てません|持って(?:い|おり)ません|わきません|湧きません|なく|ない)",
        r"(?:希望|志向|キャリア|条件|経験|スキル|方向性|専門)(?:に|と|が|とは|条件).{0,12}(?:合わ|合いま?せん|合って(?:い|お)(?:ま|り|な)|異な|沿わ|違[いう]|マッチし|かけ離れ|ず(?:れ|て))",
        r"(?:他社|別の?(?:会社|企業)|他の?(?:会社|企業)|既に|すでに|次の(?:会社|職場)|転職先|新しい(?:会社|職場)).{0,18}(?:内定|決ま(?:り|っ)|決め|入社(?:し|が|する|予定)|承諾|オファー.{0,3}受)",
        r"魅力(?:を|は|が)?(?:あまり)?感じ(?:ません|られ|ない|なか)|(?:する|離れる|働く|動く|移る|変わる|変える|辞める|受ける|応募|転職|続ける)(?:の|する)?(?:つもり|予定|気|意思|意志|意向|考え)(?:は|が|も)?(?:一切|全く|まったく|今のところ|現在)?(?:ありません|ございません|ない|なく)",
        r"(?:やり|働き|変え|移り|受け|応募し|転職し|関わり|戻り|離れ|辞め)たく(?:は)?(?:ない|ありません)|なかったこと(?:に|で|と)|またの機会に(?:お願い|させて|ぜひ|$|。)|縁が(?:な|無)かった",
        r"(?:別の?|他の?)(?:会社|職場|ところ|病院|施設)(?:で|に)(?:働|勤め|就|入)|(?:働き|勤め)始め|定職に就|就職(?:し(?:まし|た)|が決)|(?:開業|独立|起業)(?:し(?:まし|た|て)|いたし)",
        r"(?:期待|要望|希望|意向)に(?:は)?(?:沿|添|応え|お応え).{0,8}(?:ない|ず|ません|かね)|見合わせ(?:ます|させ|たい|たく|て(?:いただ|頂|おき))",
        r"(?:今回|この度|こちら|お話|スカウト|ご提案|お誘い).{0,14}(?:結構です|大丈夫です|やめて|やめ(?:ます|ておき)|なしで|パス(?:し|で|させ))|^(?:いえ|いいえ)?、?結構です|(?:が|けど|けれど|ので|ため)、?(?:今回は|もう)?結構です(?!ので|から|が|よ)",
        r"やめて?(?:お|と)きます|お気持ちだけ|ご縁がなかった|(?:別|他|よそ)(?:の|で)?(?:ところ|所|社).{0,8}(?:決ま|決め)|(?:もう|既に|すでに|次が|次は|他に|他で|よそに|別に).{0,8}決ま(?:り|っ)",
        r"^(?:今のところ|今は|現在は?|特に|うちは|もう)?、?(?:不要(?:です|。|$)|必要(?:ありません|ございません|ない)|間に合って(?:い|お)?(?:ます|り))|(?:私|自分)(?:に|と)は?.{0,8}合わない|(?:に|とは)合わ(?:なさそう|ないと(?:思|考|感))",
        r"応募(?:は|を|する(?:つもり|予定|意思|考え)は).{0,10}(?:しません|いたしません|控え|ありません|ございません|考えて(?:い|お)(?:ない|りません|ません))",
        r"お?受け(?:する(?:こと)?)?(?:は|が)?.{0,6}(?:(?:でき|出来)(?:ません|ない|かね)|いたしかね|致しかね|難し|しかね)",
        r"お(?:役に立て|力になれ|応え(?:でき|する(?:こと)?(?:は|が)?(?:でき|出来)?))(?:そうに)?(?:は|も)?(?:あり)?(?:ません|ない|ず|かね|そうにな|難し)",
        after=_JA_UNDONE,
        before=r"もし[^。]{0,20}$",
    ),
    *_signs(
        "declined",
        r"(?:お話|ご?提案|転職|面談|面接|お誘い|参加|伺う|ご?希望|進める|お受け|応募|お会い).{0,18}(?:難し[いく]|厳し[いく]|困難|(?:でき|出来)(?:ません|かね)|いたしかね|致しかね|叶いません)",
        after=_JA_UNDONE,
        before=rf"(?:{JA_TIME})[^。]{{0,24}}$",
    ),
    *_signs(
        "declined",
        r"転職(?:活動)?(?:は|を|する|の|自体)?.{0,14}(?:考え|検討|希望|予定|意思|つもり|意向|気持ち|気).{0,8}(?:ません(?!か)|ない|無い|なく|ございません)",
        r"(?:転職|仕事|会社|職場|職)(?:は|を|が)?.{0,8}(?:変え|変わ|移|辞め)る?(?:気|つもり|予定|考え)(?:は|も)?(?:ありません|ございません|ない)",
        r"(?:正社員|転職|フルタイム|常勤|移籍)(?:は|を|も|自体)?.{0,10}考え(?:て(?:い|お)?)?(?:りません|ません|ない|られません)|(?:体調|療養|入院|闘病|介護).{0,20}(?:働け|でき|難し|休(?:職|業|んで))",
        r"(?:引っ?越|転居|通勤|出社|夜勤|転職|異動|上京|働|勤務|残業|移|離れ|動|辞め|変え)[^。、]{0,8}(?:でき|出来|られ|け|え|せ|れ)(?:ません|ない(?:です|ので|ため|状況|と思|$|。))",
        r"(?:難しい|厳しい|無理)(?:です|状況です|と(?:思|存)[いじ]ます|かと)[。.!]*$",
        r"転職活動.{0,12}(?:終(?:え|わ|了)|して(?:い|お)(?:ない|りません|ません)|休止|止め|やめ|しておらず)",
        r"(?:現職|今の(?:会社|職場|仕事|環境)|現在の(?:会社|職場|仕事|職|環境)).{0,18}(?:満足|続け|留ま|残(?:る|り)|集中|やりがい|離れ(?:る|られ)|頑張|専念)",
        r"(?:求職|職探し|仕事を?探し|転職活動)(?:は|を)?(?:して|行って)?(?:い|お)(?:りません|ない|ません)|定年|今の会社に(?:いる|いたい|骨)|通勤(?:が|は|に)(?:遠|難|大変|厳し)|遠(?:いの|すぎ)",
        r"(?:転職|入社|異動)したばかり|(?:今|いま|現在).{0,14}(?:余裕|時間|ゆとり)(?:が|は)?(?:ありません|ございません|ない|取れ)",
        r"申し?訳(?:ありません|ございません|ない)(?:の)?(?:です)?が|残念(?:ながら|です)|ご縁が(?:なかった|ありません)",
        weak=True,
        after=_JA_PAST + r"|^[^。]{0,10}わけで(?:は|も)",
        before=r"積極的(?:に|な)[^。]{0,16}$",
    ),
    *_signs(
        "declined",
        r"\b(?:i'm|i am|am|be|really|just|currently|that)? ?not (?:\w+ ){0,2}interested\b|\bno interest\b|\bisn't (?:of )?interest|\bnot of interest",
        r"\b(?:decline|declining)\b|\b(?:i'll|i will|i'd|i would|have to|going to|must|need to|like to|gonna|i|to) (?:\w+ )?pass\b(?! (?:it|this|that|your \w+|the \w+)? ?(?:on|along) to)(?! (?:it|this|that|your) (?!time|round|one|chance|offer|opportunity))",
        r"\bnot going anywhere\b|\bstay(?:ing)? put\b|\bcount me out\b|\bgive (?:it|this|that) a miss\b|\bprefer not to\b|^(?:i'm )?(?:sorry|apologies),? (?:but )?(?:i )?(?:can't|cannot|no)[.!]?$|\bfound something else\b|\b(?:have|got) (?:just )?(?:a|another) new (?:job|role|position)\b|\bsigned (?:a|my) (?:new )?(?:contract|offer)\b|\bdeal ?-?breaker\b",
        r"\b(?:consider|find|ask|try|look for|pick|choose) (?:other|another|someone else|somebody else|different)\b|\b(?:it|this|that|which)(?: just)? (?:isn't|is not|'s not|wasn't) (?:\w+ )?(?:what i|something i|the kind|tempting|enough|appealing|attractive)\b|\bnot what i\b",
        r"\b(?:don't|do not|lack) (?:\w+ )?(?:have )?the (?:right |necessary |required )?(?:background|skills?|skillset|experience|qualifications?)\b|\b(?:over|under)qualified\b|\bgo(?:ing)? through (?:another|a|yet)\b.{0,20}\b(?:process|round|interviews?)\b",
        r"\ball set\b|^(?:thanks,? |thank you,? )?(?:but )?(?:i'm|i am) (?:good|fine|okay)(?: for now| as i am)?,? ?(?:thanks|thank you)?[.!]?$|\brespectfully,? no\b|[,;] (?:so )?no[.!]?$|\bretired\b",
        r"\b(?:don't|do not|not sure) (?:\w+ )?(?:think|feel|believe|see) (?:that )?(?:this|it|i|that|the \w+|myself|your \w+)(?:'s|'m| is| am| would be|'d be| are)? (?:really |quite )?(?:a|an|the|as|right|for)\b",
        r"\bno (?:current |immediate )?(?:plans|intention|desire|wish|reason) (?:to|of) (?:\w+ )?(?:leav|mov|chang|switch|look|go)",
        r"\bno,? thank(?:s| you)\b|\bthanks,? but no\b|\bthank you,? but no\b|\bhard pass\b|^(?:it's |that's )?(?:a )?no(?:[.,!]|$| for me)",
        r"\bnot (?:quite )?(?:a|the|my) (?:\w+ )?(?:fit|match|role|opportunity|job|position|thing|cup)\b|\bnot (?:right )?for me\b|\b(?:isn't|is not|wouldn't be|won't be) (?:quite |really |going to be )?(?:for me|right for me|(?:a |the |my )?(?:\w+ )?(?:fit|match|role|opportunity|job|position|move|step)\b)",
        r"\b(?:signed|gone|going|signing) with (?:another|a different|somebody|someone)\b|\b(?:accepted|signed|taken|took|started|joined|starting|start|accepting) (?:an?|another|a new|my new|the)(?: \w+){0,3} (?:offer|position|role|job|company)\b|\bfound (?:a|another)(?: \w+)? (?:job|role|position)\b",
        r"\b(?:doesn't|does not|don't|do not) (?:really |quite )?(?:fit|match|suit|align|appeal|meet my)|\b(?:have to|must|will|going to|i'll|i'd|i|to|but) say no\b(?! to no)|\b(?:a|it's|is) no from (?:me|my side)\b|\b(?:answer|reply) is (?:a |still |sadly |unfortunately )?no\b|\bto be a no\b|\bturn(?:ing)? (?:this|it|you|the \w+) down\b|\brather not\b",
        r"\b(?:won't|will not|would not|wouldn't|not going to|not planning to|don't intend to|not be) (?:be )?(?:\w+ )?(?:apply|applying|pursue|pursuing|relocat(?:e|ing)|mov(?:e|ing) (?:forward|to|house|abroad)|leav(?:e|ing)|chang(?:e|ing) jobs?|join(?:ing)?|proceed|proceeding|taking|take (?:this|it|part)|interview|able to (?:proceed|take|accept|pursue))",
        r"\bnot (?:be )?(?:able to|in a position to) (?:take|move|proceed|pursue|accept|join|commit|relocate|change|leave|consider)",
        r"\bnot (?:really |currently )?open to (?!.{0,30}\bbut\b)",
        r"\b(?:don't|do not|won't|wouldn't) (?:want|wish|like|care|intend|plan|need) to (?:\w+ )?(?:proceed|apply|talk|chat|interview|change|leave|move|pursue|continue|meet|work|join|be considered|start|switch|go back)",
        after=r"^[^.]{0,10}\?",
        before=r"(?:can't|cannot|couldn't|not that|isn't that|wouldn't say|hard to|don't want to|never)[^.]{0,16}$",
    ),
    *_signs(
        "declined",
        r"\b(?:i'm|i am|am|are|is|we're|not|currently) (?:\w+ )?not (?:currently |really )?(?:looking|considering|exploring|open to|in the market|seeking|searching|planning|job)",
        r"\bnot (?:currently |really )?(?:looking|considering|in the (?:job )?market|seeking|searching|thinking (?:of|about) (?:chang|leav|mov))",
        r"\b(?:happy|content|satisfied|settled|comfortable) (?:where i am|(?:in|with|at) (?:my|the) (?:current|present|new|job|role))|\bhappy where i\b",
        r"\b(?:stay|staying|remain|stick|committed) (?:where|at|in|with|to) (?:i|my|the)\b|\bunfortunately\b|\bi'm afraid\b|\bi regret\b|\bi'm sorry,? but\b|\bwould have loved\b|\bwish i could\b|\bnot ready\b",
        r"\bi (?:can't|cannot|won't|couldn't|am unable to|'m unable to) (?:\w+ )?(?:commute|relocate|move|change|work|leave|travel|switch)\b|\bbelow (?:my|what i)\b|\bpay cut\b|\bcareer break\b|\bnot at this (?:time|point|stage|moment)\b|\b(?:not|isn't|bad|wrong) (?:the |a )?(?:right |good )?tim(?:e|ing) for (?:me|us)\b|\b(?:don't|do not|no longer) (?:\w+ )?(?:code|program|practi[sc]e)\b",
        r"\btoo (?:far|low|junior|senior|small|little|long a)\b|\b(?:this|it|that|which|role|job|position) (?:really )?(?:won't|doesn't|wouldn't|will not|does not|would not) work\b|\b(?:don't|do not|no longer) (?:do|work (?:in|as|with|on)) .{0,30}\b(?:any ?more|any longer|these days)\b|\bno longer (?:do|work)\b",
        r"\b(?:can't|cannot|can not|unable to) (?:\w+ )?(?:proceed|take|accept|pursue|commit|consider|move)",
        weak=True,
        before=r"\b(?:was|were|wasn)\b[^.]{0,12}$",
        after=r"^[^.]{0,10}\?",
    ),
]

OPT_OUT = [
    *_signs(
        "opt_out",
        r"(?:配信|送信|メール|スカウト|連絡|案内|通知)(?:の|を|は)?(?:配信|送信|送付)?(?:の|を|は)?(?:停止|解除|中止|止めて|やめて|ストップ)",
        r"(?:今後|以後|以降|今後一切|二度と|もう|これ以上|一切).{0,22}(?:連絡|メール|送(?:信|付|ら|って)|案内|スカウト|配信|お誘い|コンタクト).{0,22}(?:不要|お?控え|ご?遠慮|しない|(?:さ)?れない|やめ|止め|ご容赦|いただかなくて|頂かなくて|しなくて|結構|なさらない|ご無用|いりません|要りません|断|停止|来ない|ないで)",
        r"(?:スカウト|勧誘|メール|営業|ご?連絡|お誘い|案内).{0,6}(?:は|も|を)?(?:今後|一切|全て|すべて|以後)(?:は)?.{0,8}(?:お断り|断って)|(?:今後|一切|以後).{0,16}(?:お断り|断らせ)|(?:勧誘|営業|スカウト|メール|連絡)(?:は|を|も)?お?(?:やめて|止めて|やめ|止め)(?:くだ|下さ|ほし|欲し|いただ|頂)",
        r"(?:連絡|メール|スカウト|案内)(?:は|も|を)?(?:、)?(?:今後|一切|もう|二度と|これ以上).{0,14}(?:不要|お?控え|ご?遠慮|しない|やめ|止め|ないで|いりません|要りません|結構)",
        r"(?:連絡|メール|スカウト|ご?案内)(?:を|は|も)?(?:送(?:ら|って(?:こ|来))|し(?:て(?:こ|来))?|寄こさ|よこさ|いただか|頂か)ないで",
        r"(?:連絡|メール|スカウト|案内)(?:は|も)?(?:不要です|いりません|要りません|必要ありません|お?控えください|お?控え(?:いただ|頂|願|下さ)|ご遠慮(?:くだ|下さ|いただ|願|頂))",
        r"(?:リスト|名簿|データベース|登録|宛先|対象|連絡先).{0,10}(?:から)?(?:削除|外し|除外|消し|抹消|解除)",
        r"(?:個人情報|私の(?:情報|データ|連絡先|アドレス|メールアドレス)|アドレス|(?:登録|プロフィール)(?:情報)?).{0,14}(?:削除|消去|消して|抹消|破棄)",
        r"送(?:ら|付し|信し)ないよう|送(?:る|信する)な(?:。|!|$)|送(?:って(?:くる|来る)?|る|信する)(?:の|こと)(?:は|を)?(?:お?やめ|止め|控え|ご?遠慮)|(?:配信|ご?案内|ご?連絡|メール|スカウト)(?:は|を|も)?(?:今後)?希望(?:し(?:ません|ない|て(?:い|お)(?:りません|ません|ない))|いたしません|致しません)",
        r"受信(?:を)?(?:拒否|停止)|迷惑(?:メール)?(?:です|なので|として|に感じ)|退会(?:し(?:たい|ます|て)|を|希望|手続|させ|処理|$|。)|購読(?:を)?(?:解除|停止)",
        after=r"^[^。]{0,12}(?:希望(?:し|いた)?(?:て(?:い|おり))?(?:ま|し)せん|(?:する)?(?:必要|つもり|予定)は(?:あり|ござい|な))|^[^。]{0,6}しないで(?:くだ|下さ|ほし)|^[」』]?(?:とは|と|なんて)?(?:書|言|申|返信)(?:き|い|し)?(?:はし)?ま?せん",
        before=r"(?:電話|会社|職場|勤務(?:時間|先)?中?|仕事中|平日|日中|夜間|深夜|早朝|sms|ショートメール|line|土日|休日|実家|自宅|現職|上司)(?:で|へ|に|宛て?|から)?(?:の|は)?(?:お|ご)?$",
    ),
    *_signs(
        "opt_out",
        r"^(?:can|could|would|will) you (?:please |just )?stop\b[^.]{0,12}$|^please stop[.!]*$|\bleave me alone\b|\bunsubscribe\b|\bopt(?:ing)?[ -]?out\b|\b(?:remove|delete|take|erase) (?:me|my (?:\w+ )?(?:name|e-?mail|address|data|details|information|profile|contact|record|account|cv|resume)s?)\b(?: (?:off|from|out))?(?! out for)",
        r"\b(?:stop|quit|cease) (?:\w+ )?(?:e-?mail|mail|contact|send|messag|spam|writ|bother|reach|approach)\w*",
        r"\b(?:do not|don't|never|not to|please not|would not|wouldn't|rather you (?:didn't|did not)) (?:\w+ )?(?:e-?mail|contact|write|message|send|reach out|mail|approach|bother)(?:ing)?\b(?: to)? ?(?:me|us|again|any|this|anymore|these)",
        r"\bno (?:more|further) (?:\w+ )?(?:e-?mails?|mails?|messages?|contact|communications?|outreach)\b|\bno longer (?:wish|want) to (?:receive|be contacted|hear)|\b(?:don't|do not) (?:wish|want) to (?:receive|be contacted|hear from you|get)",
        r"\b(?:off|from) your (?:\w+ )?(?:list|database|mailing)|\bthis is spam\b|\bmark(?:ed|ing)? (?:this |you )?as spam\b|\bgdpr\b.{0,60}\b(?:eras|delet|object)",
        after=r"^ ?(?:\w+ ){0,4}(?:at (?:work|my (?:work|office|job|company|desk))|by (?:phone|text|telephone)|on (?:linkedin|weekends?|my)|before|during|until|till|at this (?:address|number|mail)|in the (?:mornings?|evenings?)|after \d|to this address)\b",
        before=r"(?:don't|do not|please don't|not want to|needn't|no need to|rather not|nearly|almost|tempted|was going to)[^.]{0,24}$|\bif you (?:want|wish|would like) to[^.]{0,12}$|\bto[^.]{0,2}$(?<=click here to )",
    ),
]

LATER = [
    *_signs(
        "later",
        r"(?:来年|来春|来夏|来秋|来冬|半年|\d+(?:か|ヶ|カ|ケ|ヵ|箇)月|[一二三四五六]か月|数(?:か|ヶ|カ)月|(?<!\d)\d{1,2}月(?!\d)|来月|再来月|年明け|年度末|年度明け|年度が(?:替|変|明)\w{1,3}|来期|来年度|今期|春|夏|秋|冬|ボーナス|賞与|産休|育休|プロジェクト|案件|繁忙期|落ち着).{0,16}(?:以降|後|頃|ころ|ごろ|になれば|になったら|終わ|過ぎ|明け|たら|れば|まで|に).{0,30}(?:連絡|声(?:が|を|掛|か)|お話|話を|改めて|あらため|検討|相談|お願い|考え|可能|伺)",
        r"(?:年度が(?:替|変|明)|年が明け|来年|来月|\d月|春|夏|秋|冬)[^。]{0,10}(?:から|以降|後)でも(?:よろし|良い|いい|大丈夫|可能|構)",
        r"(?:来年|来月|来春|次回|今度|春|夏|秋|冬|\d月)(?:に|の.{1,6}に)?、?また.{0,6}(?:お願い|連絡|よろしく|声|お話)|(?:以降|から|後|頃)(?:で(?:あれば|したら)|なら|に)(?:は)?、?(?:動け|可能|お話|検討|考え|対応)",
        r"(?:時期|タイミング|機会)を(?:改め|見て|あらため)|改めて(?:こちらから|私から|当方から|ご)?.{0,4}(?:連絡|相談|返信|返事|お返事)(?:いた|致|し(?:ます|たい)|させ|さしあげ|差し上げ)",
        r"(?:少し|もう少し|しばらく|少々|今しばらく)(?:の間|、)?(?:考え|検討|時間|お時間|待|お待ち|先)",
        r"(?:その(?:頃|ころ|時|とき|際|節|折)|時期が来|落ち着いたら|落ち着きましたら).{0,30}(?:ご?連絡|声(?:が|を|掛|か)|募集|お話|検討|相談|お願い)",
        r"(?:後日|いずれ|のちほど|後ほど).{0,14}(?:連絡|返信|返事|お話|相談|お願い|検討)",
        after=r"^[^。]{0,30}(?:オフィス|まで(?:に)?の(?:経験|実績))",
    ),
    *_signs(
        "later",
        r"(?:今は|いまは|現時点|現在は|今すぐ|すぐに|すぐ(?:の|には)|直近|当面|しばらく).{0,24}(?:難し|動け|予定|忙し|厳し|控え|(?:でき|出来)(?:な|ません)|時間が取れ|考えて)",
        r"様子を見|また(?:の)?(?:改めて|別の機会|機会|いつか|今度|ご縁|の機会|タイミング)|検討(?:し|いた|させ|中)|考え(?:させて|てみ|たい(?:と|です))",
        weak=True,
    ),
    *_signs(
        "later",
        r"\b(?:next (?:year|quarter|spring|summer|fall|autumn|winter|month)|in (?:a few|several|a couple of|about \w+|two|three|four|five|six|nine|twelve|\d+) (?:months?|years?)|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:after|until|from) (?:january|february|march|april|may|june|july|august|september|october|november|december|new year|the new year|my (?:\w+ )?(?:bonus|leave|project|wedding|move|visa|vesting|probation)|the (?:holidays|summer|project)))",
        r"\b(?:follow up|check back|circle back|touch base|reach (?:back )?out (?:to me )?(?:again|later|in)|get back (?:to you|in touch|to me)|contact me (?:again|later|in)|try (?:me )?again|ping me|write (?:to )?me again|come back to (?:you|me)|revisit|pick (?:this|it|things) (?:back )?up (?:again|later|in|then|after)|(?:pick|take) (?:this|it) up again|let me think|think (?:about|it over|on) (?:it|this)|need (?:some |more |a bit of )?time)\b",
        r"\b(?:tied up|unavailable|not available|booked(?: up)?|swamped|slammed|busy|away|committed|under contract|on (?:a |an )?(?:contract|project|assignment)) (?:\w+ ){0,3}(?:until|till|through)\b",
        r"\b(?:maybe|perhaps) later\b|\blater (?:this|in the|next) year\b|\b(?:maybe|perhaps) (?:another|some other) time\b",
    ),
    *_signs(
        "later",
        r"\bnot (?:right )?now\b|\bnot at (?:the|this) (?:moment|time|point|stage)\b|\b(?:at the moment|for now|currently)\b|\b(?:bad|not the right|wrong|not a good) (?:time|timing)\b|\btiming (?:isn't|is not)\b|\bkeep (?:in touch|me in mind|my (?:details|cv|resume|profile))\b|\bin (?:the )?future\b|\btoo (?:busy|soon|early)\b|\bbusy (?:right now|until|at|with|these)\b",
        weak=True,
    ),
]

WITHDRAW = [
    *_signs(
        "withdraw",
        r"取り?下げ|キャンセル(?:さ|し|を|で|いた|と)|取り?消(?:し|さ|す)|撤回|取りやめ|取り止め|白紙に",
        r"一度.{0,20}(?:受け|お願い|希望|申し込み?|応募|承諾|返事|返信)(?:を|は)?(?:いた|し)?(?:しました|ました|した|た)(?:が|けど|けれど|ものの|の(?:です|に)).{0,40}(?:辞退|お断り|見送|遠慮させ)",
        r"(?:先日|先ほど|前回|先週|昨日|一度は).{0,50}(?:が|けれど|けど|ものの|もの、).{0,50}(?:辞退|お断り|見送|遠慮させ)",
        r"(?:面談|面接|選考|応募).{0,6}(?:後|の結果|を受け).{0,30}辞退|(?:内定|選考|今後の選考).{0,6}(?:を|は|の)?辞退|家庭の事情.{0,20}辞退",
    ),
    *_signs(
        "withdraw",
        r"\bwithdraw(?:ing|n)?\b|\bno longer (?:\w+ )?(?:interested|available|pursuing|considering|looking)\b|\bchanged my mind\b|\b(?:cancel|call off) (?:the|our|my|this|tomorrow|next)|\btake (?:myself|my name) out of\b|\bretract\b|\bdecided not to (?:proceed|continue|go|move)",
        before=r"(?:not|n't)[^.]{0,10}$",
    ),
]

RESCHEDULE = [
    *_signs(
        "reschedule",
        r"(?:時間|開始|面接|面談|お約束|\d分)(?:を|の)?.{0,10}(?:遅ら|遅く|早め|早く).{0,8}(?:いただ|頂|もら|くだ|でき|ほし)|(?:面接|面談)日(?:時)?(?:を|の)?.{0,8}(?:変え|変更)|(?:別|他|ほか)の?(?:日程|日時|時間)(?:を|に|で|へ|が)(?!も)",
        r"(?:その日|当日|明日|明後日|本日|今日|\d日)(?:は|が|の)?.{0,12}(?:都合が(?:悪|つか|合わ)|(?:仕事|用事|予定|出張|会議|用件)が入(?:っ|り)|出られなく|行けなく|参加できなく).{0,40}(?:お願い|変更|別|延期|ずら|調整|日を|以降)",
        r"(?:日程|日時|面談|面接|お?時間|予定|お約束|ミーティング).{0,22}(?:変更|延期|リスケ|ずら|再調整|別の日|別日|振り?替|組み直|後ろ倒し|前倒し)|リスケ|(?:体調|急用|急な|急遽|都合).{0,22}(?:別の?日|延期|変更|日を改め|再調整)",
    ),
    *_signs(
        "reschedule",
        r"\b(?:can|could) we do (?:it|this|that) (?!.{0,24}\b(?:phone|video|zoom|teams|email|chat)\b).{0,24}\binstead\b|\b(?:change|shift|adjust) the (?:time|date|day|slot|start)\b|\b(?:the|that|this|my) (?:time|slot|date|day) (?:doesn't|does not|no longer|won't) works?\b|\bstart (?:\w+ ){0,3}later\b|\bpush (?:it|this|that|our \w+) (?:back|out)\b|\bmove our (?:conversation|talk|chat|call)\b",
        r"\breschedul\w*|\b(?:move|push|postpone|shift|delay) (?:the|our|my|it|this|tomorrow's) ?(?:\w+ )?(?:interview|meeting|call|chat|appointment|back|to)\b|\bpostpone\b|\b(?:can't|cannot|can not|unable to|won't be able to|not be able to) (?:make (?:it|the|our|tomorrow)|attend|join (?:the|our|tomorrow))|\b(?:find|pick|choose|suggest|propose|arrange|need) (?:\w+ )?(?:another|a different|a new|some other) (?:time|day|date|slot)\b|\bsomething (?:has )?(?:came|come) up\b",
    ),
]

REFERRAL = [
    *_signs(
        "referral",
        r"(?:知人|知り合い|友人|同僚|元同僚|同期|後輩|先輩|部下|教え子|仲間|主人|妻|夫|弟|妹|兄|姉|息子|娘|いとこ|友達|探して(?:い|お)?る(?:人|者|方)).{0,30}(?:紹介(?:し|でき|いた|さ|可能)|ご紹介|推薦|いかが|興味|関心|合い(?:そう|ます)|適任|向いて|共有|転送|伝え|おり|いる)",
        r"本人に(?:伝え|話し|聞い)|(?:詳しい|適任の?|向いている|ふさわしい)(?:人|者|方).{0,14}(?:知って|紹介|い(?:ます|る)|おり)|(?:代わり|かわり)に.{0,14}紹介|(?:どなたか|ほかの?方|他の?方|適任の?方|優秀な(?:方|人|者)).{0,14}紹介(?:でき|し|いた|さ)",
    ),
    *_signs(
        "referral",
        r"\b(?:colleague|friend|coworker|co-worker|former (?:colleague|manager|teammate)|someone|somebody|acquaintance|buddy|peer|teammate|husband|wife|partner|sister|brother|son|daughter|cousin)\b.{0,70}\b(?:interested|suit|fit|perfect|recommend|refer|looking|introduc\w*|good|great|open to|touch|instead)\b",
        r"\bshared (?:this|it|your \w+) with (?:a |some |my |the |people)",
        r"\b(?:i can|i could|happy to|let me|i'd|i would|i'll|may i|can i) (?:\w+ ){0,2}(?:refer|recommend|introduce)\b|\bpass (?:it|this|that|your \w+|the \w+) (?:on|along) to\b|\b(?:forward(?:ed|ing)?) (?:it|this|that|your \w+|me)\b.{0,30}\b(?:to|by|from)\b",
        before=r"(?:recommended|referred) by[^.]{0,10}$",
    ),
]

VIA_AGENT = [
    *_signs(
        "via_agent",
        r"(?:担当)?エージェントを(?:ご)?紹介|(?:窓口|連絡先|対応).{0,20}一本化|代わりに.{0,10}(?:返信|お?返事|回答|ご?連絡|メール)(?:し|いた|致|させ|差し)|(?:別|他|ほか)の(?:エージェント|紹介会社|人材会社|媒体).{0,14}(?:応募|推薦|紹介|選考|打診)",
        r"^(?:人材紹介|人材会社|エージェント|紹介会社|転職エージェント).{0,14}の.{1,10}(?:です|と申します|でございます)|(?:に|を)(?:通|介)して(?:の)?(?:ご)?(?:連絡|応募)(?:を|に)(?:お願い|して|させ)",
        r"(?:エージェント|人材紹介(?:会社)?|紹介会社|担当者?|代理人?|秘書|事務所|マネージャー|弊社営業|営業担当|窓口).{0,6}(?:経由|を?通(?:して|じて|し)|を介し)",
        r"(?:エージェント|人材紹介会社|紹介会社|弊社(?:の)?(?:担当|営業)(?:者)?|(?:弊社|当社)の?窓口)(?:の方)?(?:に|まで|へ|から|宛(?:て)?に).{0,24}(?:ご?連絡|お?問い?合わ?せ|ご?相談|お?話|お願い|任せ|一任|返信|回答|転送|申し)",
        r"(?:エージェント|人材紹介会社|紹介会社|転職支援会社|代理人|秘書|事務所|マネージャー)(?:さん)?に.{0,10}(?:任せ|一任|依頼|お願い(?:して|し)|登録し)",
        r"(?:本人|ご?本人様?|.{1,8}(?:さん|様|氏|さま)?)(?:に|の)(?:代わ(?:り|って)|かわ(?:り|って))|(?:代理|代行|代筆)(?:で|として|にて|の者|ながら).{0,14}(?:ご?連絡|ご?返信|返信|回答|申し|失礼|お返事)|(?:の)(?:代理人?|秘書|マネージャー|担当エージェント|アシスタント|妻|夫|家族|母|父)(?:の.{1,8})?(?:です|でございます|をして(?:い|お)|と申します|より(?:ご)?連絡)",
        r"(?:弊社|当社|私ども)(?:にて|で|が|の).{0,14}(?:転職(?:支援|活動)|サポート|支援|ご?登録|(?:ご)?担当|所属|お預かり).{0,14}(?:して(?:い|お)り|させ|いただ|頂|しております|の(?:者|方)|候補者)|(?:転職支援|転職サポート|キャリア支援)を(?:担当|させて|お手伝い)",
        before=r"(?:御社|貴社)の?[^。]{0,6}$",
        after=r"^[^。]{0,20}(?:ではな(?:く|い)|せず|なし(?:で|に)|しないで|は(?:使って|利用して|通して|介して|挟)|使わ|利用(?:して(?:い|お))?(?:ません|ない|りません)|おりません)",
    ),
    *_signs(
        "via_agent",
        r"\b(?:through|via|by way of) (?:my|our|an|the) (?:\w+ ){0,2}(?:agent|recruiter|agency|representative|rep|headhunter|assistant|manager|recruitment \w+|consultant)\b",
        r"\b(?:contact|speak (?:to|with)|talk to|go through|get in touch with|write to|liaise with|reach(?: out to)?|deal with|refer to|e-?mail|call) (?:my|our) (?:\w+ ){0,2}(?:agent|recruiter|agency|representative|headhunter|assistant|manager|office|consultant|account \w+)\b",
        r"\b(?:on|in) (?:his|her|their|\w+'s?|behalf of)? ?behalf\b|\bon behalf of\b|\bi(?:'m| am)? (?:currently )?(?:represent(?:ing)?)\b(?! the \w+ team)|\brepresented by\b|\b(?:this is|i(?:'m| am)) (?:\w+ ){0,3}(?:\w+'s|his|her|their) (?:\w+ )?(?:agent|assistant|recruiter|representative|manager|secretary|consultant|wife|husband|partner)\b",
        r"\b(?:send|forward|direct|address|pass|submit)\b.{0,24}\bto (?:my|our) (?:\w+ )?(?:agent|recruiter|agency|representative|headhunter|assistant)\b|\b(?:replying|answering|writing|responding) for (?!a\b|the\b|more\b|this\b|you\b)\w+|\basked me to (?:answer|reply|respond|write|get back)\b|\bsubmitted (?:to (?:you|your \w+) )?(?:by|through|via) (?:an?|my|the|another)\b|\bhandles? (?:this|these|it|all|everything|my \w+)(?: \w+){0,2} for me\b",
        r"\bmy (?:\w+ )?(?:agent|recruiter|agency|representative|headhunter|assistant)\b.{0,40}\b(?:handles?|will (?:be in touch|contact|reach|get|reply|handle|arrange|take)|takes? care|is handling|copied|cc'?e?d|in cc|deals?|manages?|arranges?|can (?:help|arrange|speak))\b|\b(?:copied|cc'?e?d|adding|looped? in|copying) (?:in )?my (?:\w+ )?(?:agent|recruiter|agency|representative|assistant)\b|\b(?:our|my) (?:candidate|client)\b.{0,60}\b(?:interested|available|forwarded|asked|would|is)\b",
        before=r"\b(?:not|never|without|rather than|instead of|don't|do not|no longer)\b[^.]{0,16}$",
    ),
]

QUESTION = [
    *_signs(
        "question",
        r"(?:でしょうか|ですか|ますか|ませんか|のか|いかが|でしたか|ましたか)[。?!\s]*$|[?]\s*$",
        r"(?:について|に関して|を|が|も)(?:もう少し|詳しく|事前に|先に|まず)?知りたい",
        r"(?:教えて|お教え|ご教示|ご教授|お聞かせ|確認(?:させて|したい|です)|お尋ね|質問(?:が|です|させ|を)).{0,14}(?:くだ|下さ|いただ|頂|したい|です|ます|幸い|願|が)",
        r"[?]\s*$|\b(?:could|can|would) you (?:\w+ )?(?:tell|explain|clarify|share|confirm|let me know|provide|elaborate)\b|\b(?:i have|i had) (?:a|some|a few|one|two|several) questions?\b|\b(?:wondering|curious) (?:if|whether|about|how|what)\b",
    ),
]

NEGATED = [
    *_signs(
        "negated",
        r"わけで(?:は|も)(?:な|あり)|ないとは言|なくはな|(?:お断り|辞退|見送|停止).{0,10}(?:つもり|予定|必要)は(?:あり|ござい|な)|(?:停止|削除).{0,8}希望(?:し|いた).{0,6}せん",
        r"\bnot that i'm not\b|\bwouldn't say (?:i'm|i am|no)\b|\b(?:can't|cannot) say no\b|\b(?:don't|do not) (?:remove|unsubscribe|delete|take) (?:me|my)\b|\bit's not that\b",
    ),
]

SIGNS: tuple[Sign, ...] = (
    *INTERESTED,
    *DECLINED,
    *OPT_OUT,
    *LATER,
    *WITHDRAW,
    *RESCHEDULE,
    *REFERRAL,
    *VIA_AGENT,
    *QUESTION,
    *NEGATED,
)

OFFERED = re.compile(
    r"(?:希望されない|ご希望でない|希望しない|不要の|停止をご?希望の|ご不要な)(?:場合|方|際)|(?:リンク|ページ|url)(?:から|より|にて|で).{0,14}(?:手続|停止|解除)|ご返信でも承り|とご返信ください"
    r"|(?:停止|解除|退会)(?:手続き?)?は(?:こちら|下記|以下)|心当たり(?:の|が)な|誤って(?:受信|届)|\bintended recipient|\breceived this (?:e-?mail|message) (?:in error|by mistake)|\bif you (?:do not|don't|no longer|would (?:not like|prefer not)|wish to (?:stop|unsub)|want to (?:stop|unsub))|\bunsubscribe (?:here|at|using|by clicking|via|link|from this list)|\breply with the word|\bto (?:unsubscribe|opt out|be removed),? (?:please )?(?:click|use|visit|go|reply|follow)"
)
"""How mailers tell others to opt out: whoever writes this offers a way, and doesn't ask for one."""

AFFIRMED = re.compile(
    r"^(?:(?:はい|ええ|yes|sure|ok)[、,. !]+)?(?:はい|ええ|(?:よろしく)?お願いします|お願いいたします|お願い致します|是非|ぜひ|ぜひ!|希望します|参加します|参加希望です|可能です|大丈夫です、?お願いします|話を?聞(?:き|いて)(?:たい|みたい)(?:です)?|ok(?:です)?|オーケーです|yes|sure|ok|okay|yep|yeah|y|definitely|absolutely|of course|interested|gladly|please(?: do)?)[。.!、~♪^_(笑)\s]*$"
)
COME_BACK = re.compile(
    r"でも(?:よろし|良い|いい|大丈夫|構)|連絡|声(?:が|を|掛|か)|改め|あらため|相談|お話|話を|検討|返事|返信|考え|可能|お願い|\b(?:again|back|revisit|follow|touch|contact|reach|talk|chat|discuss|open to|consider|available|free|catch|ping|try|better|maybe|perhaps|could|would be|pick)\b"
)
"""What turns a time somebody names into one to come back at: "I start elsewhere in January" names none."""

PLAINLY_YES = re.compile(
    r"ぜひ|是非|お願い|希望|参加|聞(?:き|い)|\b(?:yes|sure|definitely|absolutely|of course|interested|gladly|please)\b"
)
"""What makes an answer of a word or two a yes; 「はい」 or "ok" alone may only say that the mail was read."""

REFUSED = re.compile(
    r"^(?:いいえ|いえ|結構です|不要です|no|nope|nah|no thanks|not interested|パスで|無理です|ng)[。.!、\s]*$"
)
STOPPED = re.compile(
    r"^(?:配信停止|送信停止|停止|解除|ストップ|配信停止希望|不要|退会|unsubscribe|stop|remove|opt ?out|cancel|cease)[。.!、\s]*$"
)
COURTESY = re.compile(
    r"お世話になっ|ご?連絡(?:を)?(?:いただ|頂|くださ|下さ)?.{0,8}(?:ありがと|有難|御礼|感謝)|お返事が遅|返信が遅|と申します|(?:様|さん|御中|殿|先生)[。、,]?$|^(?:dear|hi|hello|hey)\b|thank(?:s| you) (?:so much |very much )?(?:for|again)|(?:best|kind|warm) regards|^(?:regards|sincerely|best|cheers|thanks|thank you)[,.!]?$|ありがとうございます[。!]*$|よろしくお願い(?:し|いた|致|申).{0,8}$|(?:突然|急)の(?:ご)?連絡"
)
