"""Phrases of everything between a yes and a no: later, another day, another person, through an agent, a question."""

from __future__ import annotations

import re

from plugin.scouting.signs import signs

LATER = [
    *signs(
        "later",
        r"(?:来年|来春|来夏|来秋|来冬|半年|\d+(?:か|ヶ|カ|ケ|ヵ|箇)月|[一二三四五六]か月|数(?:か|ヶ|カ)月|(?<!\d)\d{1,2}月(?!\d)|来月|再来月|年明け|年度末|年度明け|年度が(?:替|変|明)\w{1,3}|来期|来年度|今期|春|夏|秋|冬|ボーナス|賞与|産休|育休|プロジェクト|案件|繁忙期|落ち着).{0,16}(?:以降|後|頃|ころ|ごろ|になれば|になったら|終わ|過ぎ|明け|たら|れば|まで|に).{0,30}(?:連絡|声(?:が|を|掛|か)|お話|話を|改めて|あらため|検討|相談|お願い|考え|可能|伺)",
        r"(?:年度が(?:替|変|明)|年が明け|来年|来月|\d月|春|夏|秋|冬)[^。]{0,10}(?:から|以降|後)でも(?:よろし|良い|いい|大丈夫|可能|構)",
        r"(?:来年|来月|来春|次回|今度|春|夏|秋|冬|\d月)(?:に|の.{1,6}に)?、?また.{0,6}(?:お願い|連絡|よろしく|声|お話)|(?<![時分])(?:以降|から|後|頃)(?:で(?:あれば|したら)|なら|に)(?:は)?、?(?:動け|可能|お話|検討|考え|対応)",
        r"(?:時期|タイミング|機会)を(?:改め|見て|あらため)|改めて(?:こちらから|私から|当方から|ご)?.{0,4}(?:連絡|相談|返信|返事|お返事)(?:いた|致|し(?:ます|たい)|させ|さしあげ|差し上げ)",
        r"(?:少し|もう少し|しばらく|少々|今しばらく)(?:の間|、)?(?:考え|検討|時間|お時間|待|お待ち|先)",
        r"(?:その(?:頃|ころ|時期)|(?<!りましたら、)(?<!あれば、)その(?:時|とき|際|節|折)|時期が来|落ち着いたら|落ち着きましたら).{0,30}(?:ご?連絡|声(?:が|を|掛|か)|募集|お話|検討|相談|(?<!よろしく)お願い)",
        r"(?:その|少し)(?:前|後|あと)に.{0,10}(?:また|改めて)|また(?:お?話せ|お話しでき|お話させ|ご?連絡させ)",
        r"(?:後日|いずれ|のちほど|後ほど).{0,14}(?:連絡|返信|返事|お話|相談|お願い|検討)",
        after=r"^[^。]{0,30}(?:オフィス|まで(?:に)?の(?:経験|実績))",
    ),
    *signs(
        "later",
        r"(?:今は|いまは|現時点|現在は|今すぐ|すぐに|すぐ(?:の|には)|直近|当面|しばらく).{0,24}(?:難し|動け|予定|忙し|厳し|控え|(?:でき|出来)(?:な|ません)|時間が取れ|考えて)",
        r"様子を見|また(?:の)?(?:改めて|別の機会|機会|いつか|今度|ご縁|の機会|タイミング)|検討(?:し|いた|させ|中)|考え(?:させて|てみ|たい(?:と|です))",
        weak=True,
    ),
    *signs(
        "later",
        r"\b(?:next (?:year|quarter|spring|summer|fall|autumn|winter|month)|in (?:a few|several|a couple of|about \w+|two|three|four|five|six|nine|twelve|\d+) (?:months?|years?)|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:after|until|from) (?:january|february|march|april|may|june|july|august|september|october|november|december|new year|the new year|my (?:\w+ )?(?:bonus|leave|project|wedding|move|visa|vesting|probation)|the (?:holidays|summer|project)))",
        r"\b(?:follow up|check back|circle back|touch base|reach (?:back )?out (?:to me )?(?:again|later|in)|get back (?:to you|in touch|to me)|contact me (?:again|later|in)|try (?:me )?again|ping me|write (?:to )?me again|come back to (?:you|me)|revisit|pick (?:this|it|things) (?:back )?up (?:again|later|in|then|after)|(?:pick|take) (?:this|it) up again|let me think|think (?:about|it over|on) (?:it|this)|need (?:some |more |a bit of )?time)\b",
        r"\b(?:tied up|unavailable|not available|booked(?: up)?|swamped|slammed|busy|away|committed|under contract|on (?:a |an )?(?:contract|project|assignment)) (?:\w+ ){0,3}(?:until|till|through)\b",
        r"\b(?:maybe|perhaps) later\b|\blater (?:this|in the|next) year\b|\b(?:maybe|perhaps) (?:another|some other) time\b",
    ),
    *signs(
        "later",
        r"\bnot (?:right )?now\b|\bnot at (?:the|this) (?:moment|time|point|stage)\b|\b(?:at the moment|for now|currently)\b|\b(?:bad|not the right|wrong|not a good) (?:time|timing)\b|\btiming (?:isn't|is not)\b|\bkeep (?:in touch|me in mind|my (?:details|cv|resume|profile))\b|\bin (?:the )?future\b|\btoo (?:busy|soon|early)\b|\bbusy (?:right now|until|at|with|these)\b",
        weak=True,
    ),
]

COME_BACK = re.compile(
    r"でも(?:よろし|良い|いい|大丈夫|構)|連絡|声(?:が|を|掛|か)|改め|あらため|相談|お話|話を|検討|返事|返信|考え|可能|お願い|\b(?:again|back|revisit|follow|touch|contact|reach|talk|chat|discuss|open to|consider|available|free|catch|ping|try|better|maybe|perhaps|could|would be|pick)\b"
)
"""What turns a time somebody names into one to come back at: "I start elsewhere in January" names none."""

RESCHEDULE = [
    *signs(
        "reschedule",
        r"(?:仕事|用事|予定|出張|会議|用件|夜勤|シフト|急用|法事|通院)が入(?:って(?:しま|いま)|り(?:まし|そう))",
        r"(?:時間|開始|面接|面談|お約束|\d分)(?:を|の)?.{0,10}(?:遅ら|遅く|早め|早く|ずら|延ば|のば|後ろに|繰り下げ|繰り上げ).{0,8}(?:いただ|頂|もら|くだ|でき|ほし)|(?:面接|面談)日(?:時)?(?:を|の)?.{0,8}(?:変え|変更)|(?:別|他|ほか)の?(?:日程|日時|時間)(?:を|に|で|へ|が)(?!も)",
        r"(?:その日|当日|明日|明後日|本日|今日|\d日)(?:は|が|の)?.{0,12}(?:都合が(?:悪|つか|合わ)|(?:仕事|用事|予定|出張|会議|用件)が入(?:っ|り)|出られなく|行けなく|参加できなく).{0,40}(?:お願い|変更|別|延期|ずら|調整|日を|以降)",
        r"(?:日程|日時|面談|面接|お?時間|予定|お約束|ミーティング).{0,22}(?:変更|延期|リスケ|ずら|再調整|別の日|別日|振り?替|組み直|後ろ倒し|前倒し)|リスケ|(?:体調|急用|急な|急遽|都合).{0,22}(?:別の?日|延期|変更|日を改め|再調整)",
    ),
    *signs(
        "reschedule",
        r"\b(?:can|could) we do (?:it|this|that) (?!.{0,24}\b(?:phone|video|zoom|teams|email|chat)\b).{0,24}\binstead\b|\b(?:change|shift|adjust) the (?:time|date|day|slot|start)\b|\b(?:the|that|this|my)? ?(?:time|slot|date|day|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow)(?: (?:time|slot|call))? (?:doesn't|does not|no longer|won't) works?\b|\bstart (?:\w+ ){0,3}later\b|\bpush (?:it|this|that|our \w+) (?:back|out)\b|\bmove our (?:conversation|talk|chat|call)\b",
        r"\breschedul\w*|\b(?:move|push|postpone|shift|delay) (?:the|our|my|it|this|tomorrow's) ?(?:\w+ )?(?:interview|meeting|call|chat|appointment|back|to)\b|\bpostpone\b|\b(?:can't|cannot|can not|unable to|won't be able to|not be able to) (?:make (?:it|the|our|tomorrow)|attend|join (?:the|our|tomorrow))|\b(?:find|pick|choose|suggest|propose|arrange|need) (?:\w+ )?(?:another|a different|a new|some other) (?:time|day|date|slot)\b|\bsomething (?:has )?(?:came|come) up\b",
    ),
]

REFERRAL = [
    *signs(
        "referral",
        r"(?:知人|知り合い|友人|同僚|元同僚|同期|後輩|先輩|部下|教え子|仲間|主人|妻|夫|弟|妹|知り合いの\w{1,6}|兄|姉|息子|娘|いとこ|友達|探して(?:い|お)?る(?:人|者|方)).{0,30}(?:紹介(?:し|でき|いた|さ|可能)|ご紹介|推薦|いかがでしょう|興味|関心|合い(?:そう|ます)|適任|向いて|探して|声(?:を|が)?(?:かけ|掛け)|共有(?:し|いた|さ)|転送|伝え(?:て|ま)|(?:看護師|エンジニア|営業|経験者|デザイナー)(?:が|の者が)(?:おり|います))",
        r"本人に(?:伝え|話し|聞い)|(?:詳しい|適任の?|向いている|ふさわしい)(?:人|者|方).{0,14}(?:知って|紹介|い(?:ます|る)|おり)|(?:代わり|かわり)に.{0,14}紹介|(?:どなたか|ほかの?方|他の?方|適任の?方|優秀な(?:方|人|者)).{0,14}紹介(?:でき|し|いた|さ)",
    ),
    *signs(
        "referral",
        r"\b(?:colleague|friend|coworker|co-worker|former (?:colleague|manager|teammate)|someone|somebody|acquaintance|flatmate|roommate|neighbou?r|buddy|peer|teammate|husband|wife|partner|sister|brother|son|daughter|cousin)\b.{0,70}\b(?:interested|might|suits?|(?:good|great|better|perfect|right) (?:fit|match|person|candidate)|be (?:great|perfect|good|ideal|suitable)|recommend|refer|looking|introduc\w*|open to|in touch|touch with|instead)\b",
        r"\bi (?:mentioned|told|showed|sent|gave|passed|forwarded) (?:it|this|your \w+)(?: on)? to (?!you\b)",
        r"\bshared (?:this|it|your \w+) with (?:a |some |my |the |people)",
        r"\b(?:i can|i could|happy to|let me|i'd|i would|i'll|may i|can i) (?:\w+ ){0,2}(?:refer|recommend|introduce)\b|\bpass (?:it|this|that|your \w+|the \w+) (?:on|along) to\b|\b(?:forward(?:ed|ing)?) (?:it|this|that|your \w+|me)\b.{0,30}\b(?:to|by|from)\b",
        before=r"(?:recommended|referred) by[^.]{0,10}$",
    ),
]

VIA_AGENT = [
    *signs(
        "via_agent",
        r"(?:エージェント|紹介会社|人材会社).{0,40}(?:ご?連絡|お?問い?合わ?せ|やり取り|やりとり|調整|お?話).{0,10}(?:くだ|下さ|いただ|頂|願|ほし|お願い)|(?:エージェント|紹介会社|担当者).{0,30}(?:を|が)(?:ご?連絡)?窓口|(?:担当)?エージェントを(?:ご)?紹介|(?:窓口|連絡先|対応).{0,20}一本化|代わりに.{0,10}(?:返信|お?返事|回答|ご?連絡|メール)(?:し|いた|致|させ|差し)|(?:別|他|ほか)の(?:エージェント|紹介会社|人材会社|媒体).{0,14}(?:応募|推薦|紹介|選考|打診)",
        r"^(?:人材紹介|人材会社|エージェント|紹介会社|転職エージェント).{0,14}の.{1,10}(?:です|と申します|でございます)|(?:に|を)(?:通|介)して(?:の)?(?:ご)?(?:連絡|応募)(?:を|に)(?:お願い|して|させ)",
        r"(?:エージェント|人材紹介(?:会社)?|紹介会社|担当者?|代理人?|秘書|事務所|マネージャー|弊社営業|営業担当|窓口).{0,6}(?:経由|を?通(?:して|じて|し)|を介し)",
        r"(?:エージェント|人材紹介会社|紹介会社|弊社(?:の)?(?:担当|営業)(?:者)?|(?:弊社|当社)の?窓口)(?:の方)?(?:に|まで|へ|から|宛(?:て)?に).{0,24}(?:ご?連絡|お?問い?合わ?せ|ご?相談|お?話|お願い|任せ|一任|返信|回答|転送|申し)",
        r"(?:エージェント|人材紹介会社|紹介会社|転職支援会社|代理人|秘書|事務所|マネージャー)(?:さん)?に.{0,10}(?:任せ|一任|依頼|お願い(?:して|し)|登録し)",
        r"(?:本人|ご?本人様?|.{1,8}(?:さん|様|氏|さま)?)(?:に|の)(?:代わ(?:り|って)|かわ(?:り|って))|(?:代理|代行|代筆)(?:で|として|にて|の者|ながら).{0,14}(?:ご?連絡|ご?返信|返信|回答|申し|失礼|お返事)|(?:の)(?:代理人?|秘書|マネージャー|担当エージェント|アシスタント|妻|夫|家族|母|父)(?:の.{1,8})?(?:です|でございます|をして(?:い|お)|と申します|より(?:ご)?連絡)",
        r"(?:弊社|当社|私ども)(?:にて|で|が|の).{0,14}(?:転職(?:支援|活動)|サポート|支援|ご?登録|(?:ご)?担当|所属|お預かり).{0,14}(?:して(?:い|お)り|させ|いただ|頂|しております|の(?:者|方)|候補者)|(?:転職支援|転職サポート|キャリア支援)を(?:担当|させて|お手伝い)",
        before=r"(?:御社|貴社)の?[^。]{0,6}$",
        after=r"^[^。]{0,20}(?:ではな(?:く|い)|せず|なし(?:で|に)|しないで|は(?:使って|利用して|通して|介して|挟)|使わ|利用(?:して(?:い|お))?(?:ません|ない|りません)|おりません)",
    ),
    *signs(
        "via_agent",
        r"\b(?:through|via|by way of) (?:my|our|an|the) (?:\w+ ){0,2}(?:agent|recruiter|agency|representative|rep|headhunter|assistant|manager|recruitment \w+|consultant)\b",
        r"\b(?:contact|speak (?:to|with)|talk to|go through|get in touch with|write to|liaise with|reach(?: out to)?|deal with|refer to|e-?mail|call) (?:my|our) (?:\w+ ){0,2}(?:agent|recruiter|agency|representative|headhunter|assistant|manager|office|consultant|account \w+)\b",
        r"\b(?:on|in) (?:his|her|their|\w+'s?|behalf of)? ?behalf\b|\bon behalf of\b|\bi(?:'m| am)? (?:currently )?(?:represent(?:ing)?)\b(?! the \w+ team)|\brepresented by\b|\brepresent(?:s|ing)? me\b|\b(?:this is|i(?:'m| am)) (?:\w+ ){0,3}(?:\w+'s|his|her|their) (?:\w+ )?(?:agent|assistant|recruiter|representative|manager|secretary|consultant|wife|husband|partner)\b",
        r"\b(?:send|forward|direct|address|pass|submit)\b.{0,24}\bto (?:my|our) (?:\w+ )?(?:agent|recruiter|agency|representative|headhunter|assistant)\b|\b(?:replying|answering|writing|responding) for (?!a\b|the\b|more\b|this\b|you\b)\w+|\basked me to (?:answer|reply|respond|write|get back)\b|\bsubmitted (?:to (?:you|your \w+) )?(?:by|through|via) (?:an?|my|the|another)\b|\bas (?:her|his|their) (?:\w+ )?(?:assistant|agent|secretary|representative|manager)\b|\bhandles? (?:this|these|it|all|everything|my \w+)(?: \w+){0,2} for me\b",
        r"\bmy (?:\w+ )?(?:agent|recruiter|agency|representative|headhunter|assistant)\b.{0,40}\b(?:handles?|will (?:be in touch|contact|reach|get|reply|handle|arrange|take)|takes? care|is handling|copied|cc'?e?d|in cc|deals?|manages?|arranges?|can (?:help|arrange|speak))\b|\b(?:copied|cc'?e?d|adding|looped? in|copying) (?:in )?my (?:\w+ )?(?:agent|recruiter|agency|representative|assistant)\b|\b(?:our|my) (?:candidate|client)\b.{0,60}\b(?:interested|available|forwarded|asked|would|is)\b",
        before=r"\b(?:not|never|without|rather than|instead of|don't|do not|no longer)\b[^.]{0,16}$",
    ),
]

QUESTION = [
    *signs(
        "question",
        r"(?:でしょうか|ですか|ますか|ませんか|のか|いかが|でしたか|ましたか)[。?!\s]*$|[?]\s*$",
        r"(?:について|に関して|を|が|も)(?:もう少し|詳しく|事前に|先に|まず)?知りたい",
        r"(?:教えて|お教え|ご教示|ご教授|お聞かせ|確認(?:させて|したい|です)|お尋ね|質問(?:が|です|させ|を)).{0,14}(?:くだ|下さ|いただ|頂|したい|です|ます|幸い|願|が)",
        r"[?]\s*$|\b(?:could|can|would) you (?:\w+ )?(?:tell|explain|clarify|share|confirm|let me know|provide|elaborate)\b|\b(?:i have|i had) (?:a|some|a few|one|two|several) questions?\b|\b(?:wondering|curious) (?:if|whether|about|how|what)\b",
    ),
]

NEGATED = [
    *signs(
        "negated",
        r"(?:興味|関心|嫌|面談|面接|応募|お断り|辞退|不満|話)[^、。]{0,16}わけで(?:は|も)(?:な|あり|ござ)|ないとは言|なくはな|(?:お断り|辞退|見送|停止).{0,10}(?:つもり|予定|必要)は(?:あり|ござい|な)|(?:停止|削除).{0,8}希望(?:し|いた).{0,6}せん",
        r"\bnot that i'm not\b|\bwouldn't say (?:i'm|i am|no)\b|\b(?:can't|cannot) say no\b|\b(?:don't|do not) (?:remove|unsubscribe|delete|take) (?:me|my)\b|\bit's not that\b",
    ),
]

COURTESY = re.compile(
    r"お世話になっ|ご?連絡(?:を)?(?:いただ|頂|くださ|下さ)?.{0,8}(?:ありがと|有難|御礼|感謝)|お返事が遅|返信が遅|と申します|(?:様|さん|御中|殿|先生)[。、,]?$|^(?:dear|hi|hello|hey)\b|thank(?:s| you) (?:so much |very much )?(?:for|again)|(?:best|kind|warm) regards|^(?:regards|sincerely|best|cheers|thanks|thank you)[,.!]?$|ありがとうございます[。!]*$|よろしくお願い(?:し|いた|致|申).{0,8}$|(?:突然|急)の(?:ご)?連絡"
)
