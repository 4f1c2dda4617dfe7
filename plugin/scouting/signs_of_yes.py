"""Phrases of a yes, and answers of a word that are one."""

from __future__ import annotations

import re

from plugin.scouting.signs import JA_NO, signs

INTERESTED = [
    *signs(
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
        r"(?:受け|やっ|働い|挑戦し|参加し|話し|お話しし|お会いし|チャレンジし)てみたい(?!と(?:は|も)思い?ません)|(?:お|ご)?(?:話|時間)(?:を|が)?(?:いただき|頂き)たい|いいですね、|(?:話|お話)(?:を)?し(?:てみ)?たい",
        r"(?:お話|選考|面接|面談|ぜひ|このまま|手続き).{0,6}(?:進めて|進行して)(?:くだ|下さ|いただ|頂)|次の(?:ステップ|段階|選考)(?:に|へ).{0,6}進(?:み|め|ま)|まさに.{0,14}(?:探し|求め)|願ってもない|ありがたくお受け",
        r"(?:\d{1,2}[月/]\d{1,2}日?|平日|土日|来週|再来週|[月火水木金土日]曜日?|夜|午前|午後|夕方|\d時(?:以降)?).{0,24}(?:空いて(?:い|お)|都合が(?:良|よ|つき)|(?:なら|は|が|でしたら|であれば|も)(?:大丈夫|可能|対応可能|参加可能)です(?!か)|ok(?:です(?!か)|$|。))",
        r"お言葉に甘え|(?:伺う|聞く|うかがう|お聞きする)だけでも|(?:挑戦|チャレンジ)し(?:たい|ます)(?!か)",
        r"エントリー(?:し|させ|いた|致|を希望)|^(?:ぜひ|是非|はい|では)?、?お願いした[いく]",
        r"(?:zoom|オンライン|お?電話|teams|対面|\d{1,2}時|\d日|\d:\d\d|曜日?|夜|午前|午後|夕方|終日|[月火水木金土日]\))(?:頃|ごろ|以降|の夜|中)?(?:で|に|を|が)?(?:でしたら|であれば|なら|よければ|良ければ|も可能)?、?(?:で)?(?:よろしく)?お願い(?:し|いた|致)",
        r"日程(?:の)?調整.{0,8}(?:お願い|させ|でき|をし)|候補日.{0,6}(?:です|[::]|は以下|を)",
        after=JA_NO,
        before=r"(?:知人|友人|同僚|後輩)(?:が|に|の)[^。]{0,12}$",
    ),
    *signs(
        "interested",
        r"前向きに.{0,6}(?:検討|考え)|(?:ご連絡|連絡|ご返信|ご案内)(?:を)?お待ちして|(?:承知|了解)(?:し|いた|です)|よろしくお願い",
        weak=True,
        after=JA_NO,
    ),
    *signs(
        "interested",
        r"\b(?:very|definitely|really|quite|certainly|extremely|also|am|i'm|be|sounds|are|still)? ?\binterested\b",
        r"\b(?:i'd|i would|would|we'd) (?:\w+ ){0,2}(?:love|like|enjoy|welcome|appreciate) (?:\w+ ){0,5}(?:talk|chat|speak|hear|learn|discuss|meet|call|conversation|interview|know|connect|explore|apply|proceed|move|join|schedule|opportunity|find out|catch up)",
        r"\b(?:i'm|i am|i'd be|i would be|am|be|would be|very|more than) (?:(?!not\b|no\b|never\b)\w+ ){0,2}(?:happy|glad|keen|delighted|thrilled|excited|pleased|eager|up|open|willing|down) (?:to|for|about)\b",
        r"^(?:happy|glad|keen|delighted|open|up|down) (?:to|for)\b",
        r"\blet'?s (?:\w+ )?(?:talk|chat|speak|do (?:it|this|that)|schedule|set|connect|meet|arrange|go|have|find|discuss|book)",
        r"\bsounds (?:\w+ )?(?:great|good|interesting|exciting|perfect|amazing|wonderful|promising|like a (?:plan|great|good|fit))",
        r"\b(?:but|and|yet|still) (?:\w+ ){0,2}(?:open|happy|keen|willing|glad|curious) to\b|\b(?:could|can|would) you (?:please )?(?:suggest|propose|offer|give me|send(?: me| over)?|share) (?:\w+ ){0,3}(?:times?|slots?|dates?|days|calendar)\b",
        r"\b(?:my|some|here (?:is|are) (?:my|some)) (?:availability|available times|free slots)\b|\bi can (?:do|make) (?:mon|tue|wed|thu|fri|sat|sun|next|tomorrow|the \d|\d|any)|\b(?:mon|tues|wednes|thurs|fri)day (?:\w+ )?(?:works|is good|is fine|suits)\b|\bexactly what i(?:'ve| have|'m| am) (?:been )?(?:looking|after|hoping)\b|\b(?:i'm|i am) game\b|^go for it\b|^(?:i'm |i am )?(?:intrigued|keen)[.!,]|\bplease consider me\b|\blike to be considered\b|\bhappy to[.!]",
        r"\blet me know when\b|\b(?:would|'d) (?:really )?appreciate (?:a|the|an) (?:\w+ )?(?:call|chat|talk|conversation|interview|opportunity|meeting)\b",
        r"\bbook me in\b|\bput me down for\b|\bpencil me in\b",
        r"\b(?:would|'d) (?:like|love|be glad|be happy) to take you up on\b|\btake you up on (?:it|this|that|the|your)\b",
        r"\b(?:count me in|sign me up|i'm in[.!]*$|i accept|yes please|(?<!you )tell me more|works for me|i would say yes|it's a yes|a definite yes)",
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
    *signs(
        "interested",
        r"\b(?:look(?:ing)? forward to|great opportunity|intriguing|curious)\b",
        weak=True,
        before=r"(?:\bnot\b|n't|no longer)[^.]{0,20}$",
    ),
]

PLAINLY_YES = re.compile(
    r"ぜひ|是非|お願い|希望|参加|聞(?:き|い)|\b(?:yes|sure|definitely|absolutely|of course|interested|gladly|please)\b"
)
"""What makes an answer of a word or two a yes; 「はい」 or "ok" alone may only say that the mail was read."""

AFFIRMED = re.compile(
    r"^(?:(?:はい|ええ|yes|sure|ok)[、,. !]+)?(?:はい|ええ|(?:よろしく)?お願いします|お願いいたします|お願い致します|是非|ぜひ|ぜひ!|希望します|参加します|参加希望です|可能です|大丈夫です、?お願いします|話を?聞(?:き|いて)(?:たい|みたい)(?:です)?|ok(?:です)?|オーケーです|yes|sure|ok|okay|yep|yeah|y|definitely|absolutely|of course|interested|gladly|please(?: do)?)[。.!、~♪^_(笑)\s]*$"
)
