"""Phrases of a no, of a wish not to be written to, and of an earlier yes taken back."""

from __future__ import annotations

import re

from plugin.scouting.signs import JA_PAST, JA_TIME, JA_UNDONE, signs

DECLINED = [
    *signs(
        "declined",
        r"辞退|お断り|断らせ|断りさせ|見送(?:ら|り|る|っ|ろ|させ)|(?<!ご)遠慮(?:させ|し(?:ます|たい|てお|たく)|いた|致|申)|ご遠慮(?:申|さ|いた|致|した)",
        r"(?:興味|関心)(?:は|が|も|を)?.{0,8}(?:ありません|ございません|ない|無い|持てません|持って(?:い|おり)ません|わきません|湧きません|なく|ない)",
        r"(?:希望|志向|キャリア|条件|経験|スキル|方向性|専門)(?:に|と|が|とは|条件).{0,12}(?:合わ|合いま?せん|合って(?:い|お)(?:ま|り|な)|異な|沿わ|違[いう]|マッチし|かけ離れ|ず(?:れ|て))",
        r"(?:他社|別の?(?:会社|企業)|他の?(?:会社|企業)|既に|すでに|次の(?:会社|職場)|転職先|新しい(?:会社|職場)).{0,18}(?:内定|決ま(?:り|っ)|決め|入社(?:し|が|する|予定)|承諾|オファー.{0,3}受)",
        r"魅力(?:を|は|が)?(?:あまり)?感じ(?:ません|られ|ない|なか)|(?:する|離れる|働く|動く|移る|変わる|変える|辞める|受ける|応募|転職|続ける)(?:の|する)?(?:つもり|予定|気|意思|意志|意向|考え)(?:は|が|も)?(?:一切|全く|まったく|今のところ|現在)?(?:ありません|ございません|ない|なく)",
        r"(?:やり|働き|変え|移り|受け|応募し|転職し|関わり|戻り|離れ|辞め)たく(?:は)?(?:ない|ありません)|(?:他|ほか|別)の方(?:に|へ|を)(?:お願い|お声|お探し|当たって|あたって|お譲り)|なかったこと(?:に|で|と)|どころでは(?:なく|あり|ござい|ない)|今回は.{0,20}失礼(?:いたし|させ|し)ます|ご放念(?:くだ|下さ|いただ)|またの機会に(?:お願い|させて|ぜひ|$|。)|縁が(?:な|無)かった",
        r"(?:別の?|他の?)(?:会社|職場|ところ|病院|施設)(?:で|に)(?:働|勤め|就|入)|(?:働き|勤め)始め|定職に就|就職(?:し(?:まし|た)|が決)|(?:開業|独立|起業)(?:し(?:まし|た|て)|いたし)",
        r"(?:期待|要望|希望|意向)に(?:は)?(?:沿|添|応え|お応え).{0,8}(?:ない|ず|ません|かね)|見合わせ(?:ます|させ|たい|たく|て(?:いただ|頂|おき))",
        r"(?:今回|この度|こちら|お話|スカウト|ご提案|お誘い).{0,14}(?:結構です|大丈夫です|やめて|やめ(?:ます|ておき)|なしで|パス(?:し|で|させ))|^(?:いえ|いいえ)?、?結構です|(?:が|けど|けれど|ので|ため)、?(?:今回は|もう)?結構です(?!ので|から|が|よ)",
        r"やめて?(?:お|と)きます|お気持ちだけ|ご縁がなかった|(?:別|他|よそ)(?:の|で)?(?:ところ|所|社).{0,8}(?:決ま|決め)|(?:もう|既に|すでに|次が|次は|他に|他で|よそに|別に).{0,8}決ま(?:り|っ)",
        r"^(?:今のところ|今は|現在は?|特に|うちは|もう)?、?(?:不要(?:です|。|$)|必要(?:ありません|ございません|ない)|間に合って(?:い|お)?(?:ます(?!か)|り))|(?:私|自分)(?:に|と)は?.{0,8}合わない|(?:に|とは)合わ(?:なさそう|ないと(?:思|考|感))",
        r"(?:応募|参加|エントリー)(?:はし|し|いたし|致し)ません|応募(?:は|を|する(?:つもり|予定|意思|考え)は).{0,10}(?:しません|せず|しない|いたしません|控え|ありません|ございません|考えて(?:い|お)(?:ない|りません|ません))",
        r"お?受け(?:する(?:こと)?)?(?:は|が)?.{0,6}(?:(?:でき|出来)(?:ません|ない|かね)|いたしかね|致しかね|難し|しかね)",
        r"お(?:役に立て|力になれ|応え(?:でき|する(?:こと)?(?:は|が)?(?:でき|出来)?))(?:そうに)?(?:は|も)?(?:あり)?(?:ません|ない|ず|かね|そうにな|難し)",
        after=JA_UNDONE,
        before=r"もし[^。]{0,20}$",
    ),
    *signs(
        "declined",
        r"(?:お話|ご?提案|転職|面談|面接|お誘い|参加|伺う|ご?希望|進める|お受け|応募|お会い).{0,18}(?:難し[いく]|厳し[いく]|困難|(?:でき|出来)(?:ません|かね)|いたしかね|致しかね|叶いません)",
        after=JA_UNDONE,
        before=rf"(?:{JA_TIME})[^。]{{0,24}}$",
    ),
    *signs(
        "declined",
        r"転職(?:活動)?(?:は|を|する|の|自体)?.{0,14}(?:考え|検討|希望|予定|意思|つもり|意向|気持ち|気).{0,8}(?:ません(?!か)|ない|無い|なく|ございません)",
        r"(?:転職|仕事|会社|職場|職)(?:は|を|が)?.{0,8}(?:変え|変わ|移|辞め)る?(?:気|つもり|予定|考え)(?:は|も)?(?:ありません|ございません|ない)",
        r"(?:正社員|転職|フルタイム|常勤|移籍)(?:は|を|も|自体)?.{0,10}考え(?:て(?:い|お)?)?(?:りません|ません|ない|られません)|もう少し.{0,14}(?:頑張|経験を積|続け)|(?:家庭|家族|子育て|学業|勉強|現職|今の仕事)を優先|(?:今|現在|いま)の(?:会社|職場|仕事|チーム|環境).{0,24}(?:積み|学び|成長|続けた|やり(?:切|きり|遂げ|残))|(?:体調|療養|入院|闘病|介護).{0,20}(?:働け|でき|難し|休(?:職|業|んで))",
        r"(?:引っ?越|転居|通勤|出社|夜勤|転職|異動|上京|働|勤務|残業|移|離れ|動|辞め|変え)[^。、]{0,8}(?:でき|出来|られ|け|え|せ|れ)(?:ません|ない(?:です|ので|ため|状況|と思|$|。))",
        r"(?:難しい|厳しい|無理)(?:です|状況です|と(?:思|存)[いじ]ます|かと)[。.!]*$",
        r"転職活動.{0,12}(?:終(?:え|わ|了)|して(?:い|お)(?:ない|りません|ません)|休止|止め|やめ|しておらず)",
        r"(?:現職|今の(?:会社|職場|仕事|環境)|現在の(?:会社|職場|仕事|職|環境)).{0,18}(?:満足|続け|留ま|残(?:る|り)|集中|やりがい|離れ(?:る|られ)|頑張|専念)",
        r"(?:求職|職探し|仕事を?探し|転職活動)(?:は|を)?(?:して|行って)?(?:い|お)(?:りません|ない|ません)|定年|今の会社に(?:いる|いたい|骨)|通勤(?:が|は|に)(?:遠|難|大変|厳し)|遠(?:いの|すぎ)",
        r"(?:転職|入社|異動)したばかり|(?:今|いま|現在).{0,14}(?:余裕|時間|ゆとり)(?:が|は)?(?:ありません|ございません|ない|取れ)",
        r"申し?訳(?:ありません|ございません|ない)(?:の)?(?:です)?が|残念(?:ながら|です)|ご縁が(?:なかった|ありません)",
        weak=True,
        after=JA_PAST + r"|^[^。]{0,10}わけで(?:は|も)",
        before=r"積極的(?:に|な)[^。]{0,16}$",
    ),
    *signs(
        "declined",
        r"\b(?:i'm|i am|am|be|really|just|currently|that)? ?not (?:\w+ ){0,2}interested\b|\bno interest\b|\bisn't (?:of )?interest|\bnot of interest",
        r"\b(?:decline|declining)\b|\b(?:i'll|i will|i'd|i would|have to|going to|must|need to|like to|gonna|i|to) (?:\w+ )?pass\b(?! (?:it|this|that|your \w+|the \w+)? ?(?:on|along) to)(?! (?:it|this|that|your) (?!time|round|one|chance|offer|opportunity))",
        r"\bnot going anywhere\b|\bstay(?:ing)? put\b|\bcount me out\b|\bgive (?:it|this|that) a miss\b|\bprefer not to\b|^(?:i'm )?(?:sorry|apologies),? (?:but )?(?:i )?(?:can't|cannot|no)[.!]?$|\bfound something else\b|\b(?:have|got) (?:just )?(?:a|another) new (?:job|role|position)\b|\bsigned (?:a|my) (?:new )?(?:contract|offer)\b|\bdeal ?-?breaker\b",
        r"\b(?:consider|find|ask|try|look for|pick|choose|on) (?:someone else|somebody else|someone local|(?:other|another|different) (?:candidates?|persons?|people|engineers?|applicants?|designers?|nurses?))\b|\bnot the right (?:step|move|direction|path)\b|\b(?:isn't|is not|not) something (?:i|we)\b|\bbut no[.!]?$|\b(?:it|this|that|which)(?: just)? (?:isn't|is not|'s not|wasn't) (?:\w+ )?(?:what i|something i|the kind|tempting|enough|appealing|attractive)\b|\bnot what i\b",
        r"\b(?:don't|do not|lack) (?:\w+ )?(?:have )?the (?:right |necessary |required )?(?:background|skills?|skillset|experience|qualifications?)\b|\b(?:over|under)qualified\b|\bgo(?:ing)? through (?:another|a|yet)\b.{0,20}\b(?:process|round|interviews?)\b",
        r"\ball set\b|^(?:thanks,? |thank you,? )?(?:but )?(?:i'm|i am) (?:good|fine|okay)(?: for now| as i am)?,? ?(?:thanks|thank you)?[.!]?$|\brespectfully,? no\b|[,;] (?:so )?no[.!]?$|\bretired\b",
        r"\b(?:only|exclusively) (?:\w+ )?(?:consider|considering|look at|looking at|interested in|take|accept)\b|\bsettled (?:here|there|in)\b",
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
    *signs(
        "declined",
        r"\b(?:i'm|i am|am|are|is|we're|not|currently) (?:\w+ )?not (?:currently |really )?(?:looking|considering|exploring|open to|in the market|seeking|searching|planning|job)",
        r"\bnot (?:currently |really )?(?:looking|considering|in the (?:job )?market|seeking|searching|thinking (?:of|about) (?:chang|leav|mov))",
        r"\b(?:happy|content|satisfied|settled|comfortable) (?:where i am|(?:in|with|at) (?:my|the) (?:current|present|new|job|role))|\bhappy where i\b",
        r"\b(?:stay|staying|remain|stick|committed) (?:where|at|in|with|to) (?:i|my|the)\b|\bunfortunately\b|\bi'm afraid\b|\bi regret\b|\bi'm sorry,? but\b|\bwould have loved\b|\bwish i could\b|\bnot ready\b",
        r"\bi (?:can't|cannot|won't|couldn't|am unable to|'m unable to) (?:\w+ )?(?:commute|relocate|move|change|work|leave|travel|switch)\b|\bbelow (?:my|what i)\b|\b(?:good|best of) luck (?:with (?:the|your)|finding|filling|in (?:the|your)|on (?:the|your))\b|\bhope you find\b|\bsit this one out\b|\bfocus(?:ing|ed)? on my (?:current|family|studies|own|kids|health|present)\b|\bstick(?:ing)? with my\b|\bnot ready to (?:move|leave|change)\b|\bkeep doing what i\b|\bpay cut\b|\bcareer break\b|\bnot at this (?:time|point|stage|moment)\b|\b(?:not|isn't|bad|wrong) (?:the |a )?(?:right |good )?tim(?:e|ing) for (?:me|us)\b|\b(?:don't|do not|no longer) (?:\w+ )?(?:code|program|practi[sc]e)\b",
        r"\btoo (?:far|low|junior|senior|small|little|long a)\b|\b(?:this|it|that|which|role|job|position) (?:really )?(?:won't|doesn't|wouldn't|will not|does not|would not) work\b|\b(?:don't|do not|no longer) (?:do|work (?:in|as|with|on)) .{0,30}\b(?:any ?more|any longer|these days)\b|\bno longer (?:do|work)\b",
        r"\b(?:can't|cannot|can not|unable to) (?:\w+ )?(?:proceed|take|accept|pursue|commit|consider|move)",
        weak=True,
        before=r"\b(?:was|were|wasn)\b[^.]{0,12}$",
        after=r"^[^.]{0,10}\?",
    ),
]

OPT_OUT = [
    *signs(
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
        r"受信(?:を)?(?:拒否|停止)(?:しま|いたし|致し|させて|を?希望)|(?<!ご)(?<!御)迷惑(?:メール)?(?:です|なので|に感じ|として(?:報告|通報|処理|登録)(?!され))|退会(?:し(?:たい|ます|て)|を|希望|手続|させ|処理|$|。)|購読(?:を)?(?:解除|停止)",
        after=r"^[^。]{0,12}(?:希望(?:し|いた)?(?:て(?:い|おり))?(?:ま|し)せん|(?:する)?(?:必要|つもり|予定)は(?:あり|ござい|な))|^[^。]{0,6}しないで(?:くだ|下さ|ほし)|^[」』]?(?:とは|と|なんて)?(?:書|言|申|返信)(?:き|い|し)?(?:はし)?ま?せん",
        before=r"(?:折り返し|返信|返事|ご?確認|この件|本件|本メール|このメール|お礼|御礼|結果)(?:へ)?(?:の|に(?:対|関|つ)[^。]{1,6})(?:ご|お)?$|(?:それまで|当面|しばらく|\d月まで)(?:は|の|の間)?、?(?:ご|お)?$|(?:電話|会社|職場|勤務(?:時間|先)?中?|仕事中|平日|日中|夜間|深夜|早朝|sms|ショートメール|line|土日|休日|実家|自宅|現職|上司)(?:で|へ|に|宛て?|から)?(?:の|は)?(?:お|ご)?$",
    ),
    *signs(
        "opt_out",
        r"\b(?:don't|do not|never|stop|quit) (?:\w+ )?send(?:ing)? (?:me )?(?:\w+ ){0,3}(?:mails?|e-?mails?|messages?|offers?|jobs?|anything|stuff|things)\b",
        r"^(?:can|could|would|will) you (?:please |just )?stop\b[^.]{0,12}$|^please stop[.!]*$|\bleave me alone\b|\brefrain from (?:\w+ )?(?:contact|e-?mail|writ|send|messag)|\b(?:lose|forget|scrap|bin) my (?:\w+ )?(?:e-?mail|address|number|details|name)\b|\bunsubscribe\b|\bopt(?:ing)?[ -]?out\b|\b(?:remove|delete|take|erase) (?:me|my (?:(?!last|previous|first|earlier|other)\w+ )?(?:name|e-?mail|address|data|details|information|profile|contact|record|account|cv|resume)s?)\b(?: (?:off|from|out))?(?! out for)",
        r"\b(?:stop|quit|cease) (?:\w+ )?(?:e-?mail|mail|contact|send|messag|spam|writ|bother|reach|approach)\w*",
        r"\b(?:do not|don't|never|not to|please not|would not|wouldn't|rather you (?:didn't|did not)) (?:\w+ )?(?:e-?mail|contact|write|message|send|reach out|mail|approach|bother)(?:ing)?\b(?: to)? ?(?:me|us|again|any|this|anymore|these)",
        r"\bno (?:more|further) (?:\w+ )?(?:e-?mails?|mails?|messages?|contact|communications?|outreach)\b|\bno longer (?:wish|want) to (?:receive|be contacted|hear)|\b(?:don't|do not) (?:wish|want) to (?:receive|be contacted|hear from you|get)",
        r"\b(?:off|(?:remov\w+|delet\w+|tak\w+|eras\w+|drop\w*|unsubscrib\w+)\b.{0,30}\bfrom) your (?:\w+ )?(?:list|database|mailing)|\bthis is spam\b|\b(?:i'll|i will|i|i've|i have|i'm|am|be) (?:\w+ )?(?:mark|report|flag)(?:ed|ing)? (?:this |you |it |your \w+ )?as spam\b|\bgdpr\b.{0,60}\b(?:eras|delet|object)",
        after=r"^ ?(?:\w+ ){0,4}(?:at (?:work|my (?:work|office|job|company|desk))|by (?:phone|text|telephone)|on (?:linkedin|weekends?|my)|before|during|until|till|at this (?:address|number|mail)|in the (?:mornings?|evenings?)|after \d|to this address(?! any| again))\b",
        before=r"(?:don't|do not|please don't|not want to|needn't|no need to|rather not|nearly|almost|tempted|was going to)[^.]{0,24}$|\bif you (?:want|wish|would like) to[^.]{0,12}$|\bto[^.]{0,2}$(?<=click here to )",
    ),
]

WITHDRAW = [
    *signs(
        "withdraw",
        r"取り?下げ|キャンセル(?:さ|し|を|で|いた|と)|取り?消(?:し|さ|す)|撤回|取りやめ|取り止め|白紙に",
        r"一度.{0,20}(?:受け|お願い|希望|申し込み?|応募|承諾|返事|返信)(?:を|は)?(?:いた|し)?(?:しました|ました|した|た)(?:が|けど|けれど|ものの|の(?:です|に)).{0,40}(?:辞退|お断り|見送|遠慮させ)",
        r"(?:先日|先ほど|前回|先週|昨日|一度は).{0,50}(?:が|けれど|けど|ものの|もの、).{0,50}(?:辞退|お断り|見送|遠慮させ)",
        r"(?:面談|面接|選考|応募).{0,6}(?:後|の結果|を受け).{0,30}辞退|(?:内定|選考|今後の選考).{0,6}(?:を|は|の)?辞退|家庭の事情.{0,20}辞退",
    ),
    *signs(
        "withdraw",
        r"\bwithdraw(?:ing|n)?\b|\bno longer (?:\w+ )?(?:interested|available|pursuing|considering|looking)\b|\bchanged my mind\b|\bpull(?:ing)? out of\b|\b(?:cancel|call off) (?:the|our|my|this|it|that|everything|tomorrow|next)\b|\b(?:can't|cannot|won't|not) (?:be able to |able to )?(?:go ahead|proceed|continue) with (?:the|our|my) (?:interview|meeting|call|process)\b|\btake (?:myself|my name) out of\b|\bretract\b|\bdecided not to (?:proceed|continue|go|move)",
        before=r"(?:not|n't)[^.]{0,10}$",
    ),
]

OFFERED = re.compile(
    r"(?:希望されない|ご希望でない|希望しない|不要の|停止をご?希望の|ご不要な)(?:場合|方|際)|(?:リンク|ページ|url)(?:から|より|にて|で).{0,14}(?:手続|停止|解除)|ご返信でも承り|とご返信ください"
    r"|(?:停止|解除|退会)(?:手続き?)?は(?:こちら|下記|以下)|心当たり(?:の|が)な|誤って(?:受信|届)|\bintended recipient|\breceived this (?:e-?mail|message) (?:in error|by mistake)|\bif you (?:do not|don't|no longer|would (?:not like|prefer not)|wish to (?:stop|unsub)|want to (?:stop|unsub))|\bunsubscribe (?:here|at|using|by clicking|via|link|from this list)|\breply with the word|\bto (?:unsubscribe|opt out|be removed),? (?:please )?(?:click|use|visit|go|reply|follow)"
)
"""How mailers tell others to opt out: whoever writes this offers a way, and doesn't ask for one."""

REFUSED = re.compile(
    r"^(?:いいえ|いえ|結構です|不要です|no|nope|nah|no thanks|not interested|パスで|無理です|ng)[。.!、\s]*$"
)

STOPPED = re.compile(
    r"^(?:配信停止|送信停止|停止|解除|ストップ|配信停止希望|不要|退会|unsubscribe|stop|remove|opt ?out|cancel|cease)[。.!、\s]*$"
)
