"""What a question is about, why somebody says no, and whether they ask for their own data to be shown or deleted.

Read from folded sentences (`intent.sentences`). The first topic that is met wins, so the order says what matters most:
who is asking at all, and where the address came from, before pay and place.
"""

from __future__ import annotations

import re
from typing import Literal

_TOPIC_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(words))
    for topic, words in (
        (
            "source_of_address",
            r"(?:アドレス|連絡先|個人情報|私の(?:情報|こと|名前|経歴|データ|プロフィール)|メール(?:が|を)|経歴|プロフィール).{0,24}(?:どこ|どちら|どの(?:よう|媒体|サイト)|どうやって|入手|取得|経緯|知っ|お知り|ご存[じ知]|出所|出どころ|ご?覧になっ|登録した覚え)"
            r"|(?:どこ|どちら|どの(?:よう|媒体|サイト|経路)|どうやって|どういった(?:経緯|経路)|どのサービス).{0,24}(?:アドレス|連絡先|個人情報|私の(?:情報|こと|名前|経歴|データ|プロフィール)|知っ|お知り|入手|取得)"
            r"|(?:なぜ|何故|なんで|どうして).{0,12}(?:私|わたし|当方|小生|メール|連絡|アドレス|ご?存[じ知])|登録した(?:覚え|記憶)"
            r"|\b(?:where|how) (?:did|do|have|had) you (?:\w+ )?(?:get|got|find|found|obtain|come (?:by|across)|acquire|have|learn|know|hear)\b.{0,20}\b(?:my|me|about me)\b|\bhow (?:did )?you (?:got|get|found|find|obtained) (?:my|me|hold of)\b|\b(?:source|origin) of (?:my|this|the) (?:\w+ )?(?:address|e-?mail|data|contact|details|information|profile)|\bwhy (?:me\b|(?:are|did) you (?:\w+ )?(?:contact|writ|e-?mail|reach))|\bwho gave you my|\bwhere (?:is|are|does) my (?:\w+ )?(?:address|e-?mail|data|details|contact|name) (?:\w+ )?(?:from|come)|\bwhere my (?:\w+ )?(?:address|e-?mail|data|details|contact|name)\b",
        ),
        (
            "employer_name",
            r"(?:会社|企業|クライアント|雇用主|募集元|求人元|採用(?:企業|元)|法人|店舗|就業先|勤務先)(?:様)?(?:の)?(?:名|お名前|名前)|社名|御?社名|(?:どちら|どこ|どの|何という|なんという|どういった)の?(?:会社|企業|クライアント|お店|法人)|(?:会社|企業|クライアント|募集(?:企業|元))(?:様)?(?:は|が|って).{0,6}(?:どこ|どちら|どなた|何という)"
            r"|\b(?:which|what) (?:\w+ )?(?:company|employer|client|firm|organi[sz]ation|startup|business)\b(?! (?:size|culture|stage|laptop|car|policy|benefits))|\bname of (?:the|your|this) (?:\w+ )?(?:company|employer|client|firm|organi[sz]ation|business)|\b(?:company|employer|client)(?:'s)? name\b|\bwho (?:is|'s|are) (?:the|your|this) (?:\w+ )?(?:company|employer|client|firm|business)\b|\bwho(?:'s| is)? (?:is )?(?:hiring|the hiring company)\b|\bwho would i be working for\b|\bwho (?:\w+ )?(?:company|employer|client) is\b",
        ),
        (
            "document_screening",
            r"書類(?:選考|審査|の提出|は|を|が|提出|って|等|など)|応募書類|提出書類|(?:履歴書|職務経歴書|職歴書|経歴書|レジュメ|ポートフォリオ)"
            r"|\b(?:resume|résumé|cv|c\.v\.|cover letter|portfolio|paperwork|documents?|screening|application form)\b",
        ),
        (
            "remote",
            r"リモート|在宅|テレワーク|出社|フルリモ|ハイブリッド勤務|勤務形態.{0,8}(?:オンライン|自宅)|地方(?:在住|から)|遠隔"
            r"|\bremote(?:ly)?\b|\bwork(?:ing)? from (?:home|abroad|anywhere)\b|\bwfh\b|\bhybrid\b|\bdays? (?:a|per|each) week (?:\w+ )?(?:in|at) (?:the )?office|\b(?:in|at|to|from) the (?:\w+ )?office\b|\bonsite\b|\bon-site\b|\boffice (?:days|attendance|presence)\b|\bcome (?:in)?to the office\b",
        ),
        (
            "pay",
            r"年収|給与|給料|報酬|月給|時給|賞与|ボーナス|年俸|賃金|待遇|オファー(?:金額|額)|想定.{0,4}(?:金額|額)|レンジ|みなし残業|固定残業|残業代|ストックオプション|インセンティブ|単価"
            r"|\bsalary\b|\bpay\b|\bpaid\b|\bcompensation\b|\bcomp\b|\bpackage\b|\bbonus\b|\bequity\b|\bstock options?\b|\brsus?\b|\b(?:pay|salary|budget) (?:range|band)\b|\bbudget\b|\bbase\b|\bwage\b|\bhow much\b|\bday rate\b|\bremuneration\b",
        ),
        (
            "by_phone",
            r"(?:お?電話|通話|テレビ電話|ビデオ通話|オンライン|zoom|teams|google ?meet|対面|web|ウェブ|チャット|line).{0,22}(?:でしょうか|ですか|ますか|可能|でき|出来|いかが|よろし|良い|大丈夫|お願い|希望|のみ|でも|参加)"
            r"|(?:面談|面接|お話).{0,12}(?:対面|オンライン|電話|形式|方法)"
            r"|\b(?:by|over the|via|on the|a|quick|phone|video) (?:phone|telephone|video|call)\b|\bphone (?:call|interview|screen|number)\b|\bvideo (?:call|interview)\b|\bin person\b|\bface[- ]to[- ]face\b|\b(?:zoom|teams|google meet|skype|online)\b",
        ),
    )
)

_ERASURE = re.compile(
    r"(?:個人(?:情報|データ)|私の(?:情報|データ|履歴|経歴|プロフィール|職歴)|保有(?:個人)?(?:データ|情報)|登録(?:情報|内容|データ|されている(?:情報|データ))|データ(?:ベース)?|プロフィール(?:情報)?|履歴書|職務経歴書|(?:御社|貴社).{0,6}(?:情報|データ)|情報|アカウント|(?:いただ|頂)いた情報).{0,22}(?:削除|消去|消して|抹消|破棄|廃棄|利用停止|利用を(?:停止|やめ|止め)|開示|第三者(?:への)?提供.{0,4}停止)"
    r"|(?:削除|消去|開示|利用停止)(?:の)?請求|忘れられる権利|保有個人データ|個人情報保護法"
    r"|\b(?:delete|erase|remove|destroy|purge|wipe|expunge)\b (?:\w+ ){0,5}(?:data|information|details|records?|profile|cv|resume|account|files?)\b|\b(?:deletion|erasure|removal) of (?:\w+ ){0,3}(?:data|information|details|records?|profile)\b|\bright (?:to be forgotten|to erasure|of access|of erasure)\b|\bsubject access request\b|\bdsar\b|\b(?:remove|delete|take|erase) me (?:\w+ ){0,2}(?:from|off|out of) (?:\w+ ){0,2}(?:database|databases|systems?|records|files)\b"
    r"|\b(?:what|which|any) (?:\w+ )?(?:data|information|details|records) (?:\w+ ){0,3}(?:you|your company) (?:\w+ )?(?:hold|have|keep|store|process|collected)\b|\bcopy of (?:all )?(?:of )?(?:my|the) (?:\w+ )?(?:data|information|records|file)\b|\bdisclose\b.{0,30}\b(?:data|information)\b"
)
_ERASURE_UNDONE = re.compile(
    r"(?:削除|消去|開示|停止)(?:し(?:な|てほしくな)|(?:する)?(?:必要|つもり|予定)は|は(?:不要|しなくて|結構)|を?希望(?:し|いた)(?:ま|て)|済)|(?:don't|do not|no need to|needn't) (?:\w+ )?(?:delete|erase|remove)"
)
_DELETING = re.compile(
    r"削除|消去|消して|抹消|破棄|廃棄|停止|やめ|止め|忘れ|delet|eras|remov|destroy|purge|wipe|expunge|take me|forgotten"
)
_WANTED = re.compile(r"希望(?:し(?:ます|たい)|いたします|致します)")

_REASON_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words))
    for reason, words in (
        (
            "other",
            r"(?:他社|別の?(?:会社|企業)|他の?(?:会社|企業)|既に|すでに|もう次|次(?:の(?:会社|職場)|が)|転職先|新しい(?:会社|職場)|別(?:の)?(?:ところ|所)).{0,18}(?:内定|決ま(?:り|っ)|決め|入社|承諾|オファー|勤め)|独立(?:し|する|を)|起業|フリーランス(?:として|に|で)|進学|留学"
            r"|\b(?:accepted|signed|took|taken|started|joined|starting|accepting)\b (?:\w+ ){0,5}(?:offer|position|role|job|company|contract)\b|\bfound (?:a|another)(?: \w+)? (?:job|role|position)\b|\bstart(?:ing|ed)? (?:my own|a company|a business)\b|\bgoing freelance\b|\bback to (?:school|university)\b",
        ),
        (
            "process",
            r"選考(?:フロー|プロセス|回数|過程|方法|の(?:進め方|長さ|流れ))|面接(?:の)?回数|課題(?:提出|選考)|適性検査|webテスト|コーディング(?:テスト|試験)|一斉(?:送信|配信)|テンプレ|コピペ|定型文|使い回し|スカウト(?:メール|文)?の(?:文面|内容|書き方|送り方)|勧誘|文面が"
            r"|\b(?:interview|hiring|selection|application|recruiting|recruitment) process\b|\bimpersonal\b|\bbulk\b|\bspam\b|\brounds? of interviews?\b|\b(?:take[- ]home|coding (?:test|challenge)|whiteboard)\b|\b(?:template|mass|generic|copy[- ]paste|automated) ?(?:e?-?mails?|messages?|mailing)?\b",
        ),
        (
            "pay",
            r"年収|給与|給料|報酬|待遇|年俸|賃金|手取り|金額|収入|オファー額|単価|(?:給|条件)面|希望条件|賞与|\bsalary\b|\bpay\b|\bcompensation\b|\bpackage\b|\bremuneration\b|\bunderpaid\b|\bpays\b|\bbudget\b|\bmoney\b|\b(?:day )?rate\b|\bpay cut\b",
        ),
        (
            "place",
            r"転居|引っ?越|転勤|勤務地|通勤|出社|リモート|在宅|上京|遠方|遠い|地方|地元|東京(?:へ|に|勤務|での)|関西|海外|場所|距離|単身赴任|在住|住んで|暮らして|帰郷|実家|uターン|フルリモ|\brelocat\w*|\bcommut\w*|\bremote\w*|\bon-?site\b|\boffice\b|\blocation\b|\blocated\b|\bbased in\b|\bmov(?:e|ing) (?:to|back|abroad|away|overseas)\b|\bhybrid\b|\blive in\b|\babroad\b|\boverseas\b|\btoo far\b|\bcommute\b|\bvisa\b",
        ),
        (
            "company",
            r"(?:御社|貴社|会社)の?(?:規模|事業|風土|評判|社風|文化|将来|経営|理念|方針|製品|サービス|業績|口コミ)|業界(?:が|に|は|を|へ|から)|業種|事業(?:内容|領域|分野)|口コミ|評判|社風|スタートアップ|ベンチャー|大企業|競合|取引先|クライアント企業|(?:御社|貴社)(?:とは|は|で働|に(?:は|対)|が)|\b(?:company|corporate|your) (?:culture|size|reputation|values|business|product|reviews)\b|\bindustry\b|\bsector\b|\bstartups?\b|\bstart-ups?\b|\bglassdoor\b|\breviews\b|\b(?:your|the|this) company\b|\bbig compan\w+|\bcompetitor\b|\bgambling\b|\bcrypto\b",
        ),
        (
            "satisfied",
            r"満足|やりがい|(?:現職|今の(?:会社|職場|仕事|環境)|現在の(?:会社|職場|仕事|職|環境)|いまの(?:会社|職場|仕事)).{0,22}(?:続け|留ま|残(?:る|り)|集中|充実|離れ|頑張|専念|注力|楽し|気に入|貢献|いる|いたい|骨)|居心地"
            r"|\b(?:happy|content|satisfied|settled|comfortable|enjoy\w*|love|loving|thriving)\b.{0,24}\b(?:where i|current|present|my (?:job|role|work|team|company|employer)|here\b|at \w+)|\b(?:stay|staying|remain|stick)\w* (?:\w+ )?(?:where|at|in|with|put)\b|\bcommitted to (?:my|the)\b|\bhappy where\b",
        ),
        (
            "timing",
            r"時期|タイミング|今は|いまは|忙し|繁忙|多忙|立て込|バタバタ|(?:入社|転職|異動|昇進)したばかり|(?:入社|転職)(?:から|して)?(?:まだ|間もな)|育休|産休|妊娠|出産|介護|余裕|プロジェクト(?:が|の(?:途中|最中|佳境)|に(?:集中|専念)|を(?:抜|離))|手が離せ|家庭の(?:事情|都合)|体調|療養"
            r"|\b(?:timing|too busy|very busy|busy with|just (?:started|joined|moved|changed)|recently (?:started|joined|moved)|only (?:just )?(?:started|joined)|not the right time|bad time|wrong time|maternity|paternity|parental leave|mid-project|new baby|pregnan\w*|family reasons)\b",
        ),
        (
            "role",
            r"(?:志向|方向性|職種|業務内容|仕事内容|仕事の内容|スキル|経験|専門(?:性|分野)?|ポジション|役割|技術(?:スタック)?|キャリア(?:プラン|の方向)?|分野|領域|職務|やりたい|マネジメント|バックエンド|フロントエンド|開発|未経験|求め(?:る|られ)).{0,24}(?:合わ|合いま?せん|合って(?:い|お)|異な|沿わ|違[いう]|マッチし|ずれ|離れ|足り|不足|ありません|ない|外れ|希望し|興味|厳し|難し|なく|離れ|移り)|手を動かし"
            r"|\b(?:not|isn't|doesn't|don't|no longer|less|rather than|instead of|away from|outside|beyond|under|over)\b(?! in a position).{0,34}\b(?:fit|match|role|position|skills?|skillset|stack|experience|career|direction|management|hands-on|individual contributor|field|expertise|background|qualified|backend|frontend|engineering|coding|python|java|level)\b|\b(?:too (?:junior|senior)|overqualified|underqualified|different direction|step (?:back|down)|career path|lateral move)\b|\b(?:focus(?:ing|ed)? on|specializ\w+|prefer|looking for|want(?: to)?) (?:\w+ ){0,4}(?:management|frontend|backend|data|design|research|hands-on|product|leadership|infrastructure)\b",
        ),
        (
            "not_looking",
            r"求職|職探し|転職(?:活動)?(?:は|を|する|の|自体|先を)?.{0,18}(?:考え|検討|希望|予定|意思|つもり|意向|気持ち|気|探し|して|終(?:え|わ|了)|休止|止め|やめ|控え)|(?:転職|仕事|会社|職場|職)(?:は|を|が)?.{0,8}(?:変え|変わ|移|辞め)る?(?:気|つもり|予定|考え)|仕事を探して|動くつもり"
            r"|\bnot (?:\w+ ){0,3}(?:looking|considering|exploring|open to|in the market|seeking|searching|planning|job[- ]hunting|thinking (?:of|about))\b|\bno (?:plans|intention|desire) (?:to|of)\b|\b(?:don't|do not) (?:\w+ )?(?:plan|intend|want|wish) to (?:\w+ )?(?:change|leave|move|switch)\b|\b(?:aren't|isn't|am not|'m not) looking\b",
        ),
    )
)
_CAUSE = re.compile(
    r"(?:ため|ので|ことから|理由|事情|都合)|\b(?:because|since|as i|due to|reason|given (?:that|my)|owing)\b"
)
_COURTEOUS = re.compile(r"ありがと|有難|光栄|感謝|thank|appreciat|flatter|honou?red", re.IGNORECASE)


def _tells(sentence: str) -> bool:
    """Is there more in this sentence than thanks?"""
    return not _COURTEOUS.search(sentence) or bool(re.search(r"\bbut\b|\bhowever\b|が、|けど", sentence))


def topic_of(asking: list[str], beside: list[str]) -> str:
    """What a question is about: read in the asking sentences, else in those around them; `other` when nothing fits."""
    for sentences in (asking, beside):
        for topic, words in _TOPIC_WORDS:
            if any(words.search(sentence) for sentence in sentences):
                return topic
    return "other"


def reason_of(refusing: list[str], all_said: list[str]) -> str:
    """Why somebody says no, "" when they don't say. The refusing sentences count first, thanks last."""
    plain = [sentence for sentence in all_said if sentence not in refusing and _tells(sentence)]
    for sentences in (refusing, plain):
        for reason, words in _REASON_WORDS:
            if any(words.search(sentence) for sentence in sentences):
                return reason
    return "other" if any(_CAUSE.search(sentence) for sentence in (*refusing, *plain)) else ""


def data_wish(sentences: list[str]) -> Literal["", "delete", "show"]:
    """Does somebody ask that what is held about them be deleted (or no longer used), or shown to them?"""
    for sentence in sentences:
        if _ERASURE.search(sentence) and (not _ERASURE_UNDONE.search(sentence) or _WANTED.search(sentence)):
            return "delete" if _DELETING.search(sentence) else "show"
    return ""
