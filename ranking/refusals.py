"""What guidance may not go by: protected attributes are refused with the reason, the law where it is sure, a rewrite.

A refused wish is shown and never used (R9). The rewrite says by role and experience what the wish may have been after;
nobody but the manager applies it. Where the law has an exception (young people for a long career, positive action, a
disability quota) the wish is for HR to examine and publish as such, and still nothing to rank by.

Laws named here: 労働施策総合推進法 9条 (age, exceptions in 施行規則 1条の3), 男女雇用機会均等法 5条 (gender), 8条 (positive action),
職業安定法 5条の5 with its guideline (origin, race, family, religion, beliefs, union and the like are not to be collected),
障害者雇用促進法 34条 (disability), 43条 (quota).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ranking.folding import fold

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("age", r"(?:[2-6]0|[二三四五六]十)代(?:前半|後半|半ば)?(?:まで|以下|以上|限定)?|若い(?!会社|企業|組織|チーム)|若手|若年|若者(?!向け|文化|市場)|年配|年齢|アラサー|アラフォー|ミドル層|シニア層(?!向け|市場)|高齢者?(?!者?向け|者?福祉|者?介護|化)|(?:満)?\d{2}\s*[歳才](?:まで|以下|以上|未満)?|新卒(?:のみ|限定|だけ)|定年|フレッシュな|\byoung(?:er|ster|sters)?\b(?! (?:company|startup|team|brand|business|organi))|\byouth(?:ful)?\b|\b(?:under|over|below|above) (?:the age of )?[2-6]\d\b(?! ?(?:million|m\b|k\b|%|people|employees|staff|members|years?|yrs?|percent))|\b(?:early|mid|late)?[- ]?(?:20|30|40|50|60)s\b|\bin (?:his|her|their) (?:early |mid |late )?(?:twenties|thirties|forties|fifties|20s|30s|40s|50s)\b|\b(?:twenties|thirties|forties|fifties)\b|\b(?:too )?old(?:er)? (?:people|candidates|than|workers|persons?)\b|\bage[ds]?\b|\byears old\b|\bdigital natives?\b|\bmillennials?\b|\bgen[- ]?z\b|\b(?:recent|fresh|new) graduates? only\b|\bmiddle[- ]aged\b|[2-6]0\s代|\d{2}\s*さい(?:まで|以下|以上|未満)|アラ[2-6]0|(?:昭和|平成|令和)生まれ|(?:19|20)\d\d年(?:以降|以前|代)?(?:の)?生まれ|生年月日|(?:ゆとり|z)世代(?!向け|の(?:顧客|消費者|ユーザー))|同[世年]代(?!向け)|(?:年下|年上)(?!の(?:部下|メンバー))|若々し|わかい(?:人|方|ひと)|わかて|中高年(?!向け)|熟年|働き盛り|お[じば]さん|おっさん|\b(?:twenty|thirty|forty|fifty|sixty)[- ]?somethings?\b|\b(?:under|over|below|above) (?:twenty|thirty|forty|fifty|sixty)\b(?! (?:million|percent|people|employees|staff|members|years?))|\bborn (?:after|before|in|since) (?:the )?(?:19|20)\d\d|\belderly\b(?! care)|\bsenior citizens?\b|\bretirees?\b|\bpensioners?\b"),
    ("gender", r"男性(?!向け|用|ファッション)|女性(?!向け|用|誌|ファッション|活躍|管理職)|男子|女子|女の(?:子|人|方)|男の(?:子|人|方)|主婦|主夫|ママ(?!ゾン)|紳士(?!服)|ジェンダー|性別|性的指向|性自認|lgbtq?|\b(?:fe)?males?\b|\bwom[ae]n\b(?!'s (?:fashion|wear|apparel|health))|\bm[ae]n\b(?!'s (?:fashion|wear|apparel|grooming))|\bgirls?\b|\bguys?\b|\bgentlem[ae]n\b|\blad(?:y|ies)\b|\bgender\b|\b(?:gay|lesbian|transgender)\b|女\s性|男\s性|じょせい(?!きん)|ジョセイ(?!キン)|だんせい|ダンセイ|おんな(?!じ)|オンナ|おとこ|オトコ|(?<!彼)(?<!少)(?<!長)(?<!次)[女男](?=が|を|は|限定|のみ|希望|だけ)|[男女]手(?=が|を)|イクメン|\bboys?\b"),
    ("nationality", r"[国外]国?籍|外国人(?!の?(?:採用|雇用|観光|患者|顧客|お客様|留学生|スタッフの|社員の|材))|外人|日本人(?!の?(?:顧客|お客様|スタッフ|メンバー|向け|コミュニティ))|日本国民|中国人|韓国人|ベトナム人|インド人|アメリカ人|欧米人|アジア人|白人|黒人|人種|民族|ハーフ(?!タイム)|帰化|在日|\bforeigners?\b|\bnationalit(?:y|ies)\b|\bcitizenship\b|\b(?:japanese|foreign) (?:nationals?|citizens?)\b|\bjapanese only\b|\bjapanese (?:people|person|candidates?|men|women)\b|\bnative[- ]born\b|\brace\b(?! condition)|\bethnic|\b(?:chinese|korean|american|indian|vietnamese|western|asian) (?:people|persons?|candidates|nationals?)\b|\bwesterners?\b|(?:外国|日本|中国|韓国|台湾|インド|ベトナム|フィリピン|ネパール|アメリカ|欧米|アジア)(?:の方|の人)(?![と々へ向式針法言面策角位事材口件気物数]|に(?:対|向け)|を相手)|(?:外国|日本|中国|韓国|台湾|インド|ベトナム|フィリピン|ネパール|アメリカ|欧米)(?:出身|籍)|(?:にほん|にっぽん|がいこく|ちゅうごく|かんこく)じん|がいじん|(?:ニホン|ニッポン|ガイコク|チュウゴク|カンコク)ジン|ガイジン|\bgaijin\b|\bforeign (?:applicants?|candidates?|people)\b|\bcountry of origin\b|\bcaucasians?\b|\basians\b|\b(?:white|black) (?:people|persons?|candidates?)\b"),
    ("family", r"独身|既婚|未婚|離婚|バツイチ|子持ち|(?:お子(?:さ[んま])?|子供|子ども|子)(?:さん)?(?:の|が|は)?(?:い(?:ない|る)|いな|小さ|おら)|(?:子供|子ども|お子さん)(?!向け|服|用|の教育|教育|たち|英語|食堂)|育児中|子育て(?!支援|世代向け|アプリ)|妊娠(?!検査)|妊婦|結婚(?!相談|式|情報)|出産|家庭持ち|家族構成|扶養|シングルマザー|介護中|\bmarried\b|\bunmarried\b|\bdivorced\b|\bmarital\b|\bsingle (?:people|person|candidates|men|women|parents?|mothers?)\b|\b(?:no|without|with|have|has|having|small|young) (?:\w+ )?(?:children|kids)\b|\bchild(?:ren)? at home\b|\bpregnan|\bmothers?\b(?! tongue|board)|\bfathers?\b|\bparents?\b(?! (?:company|compan))|\bfamily (?:status|obligations|situation|plans?)\b|どくしん|ドクシン|ひとり親(?!支援|家庭支援)|片親|母子家庭(?!支援)|父子家庭(?!支援)|[産育]休(?:の)?(?:取得)?(?:の)?(?:予定|可能性)|\bchildless\b|\bwith (?:a )?famil(?:y|ies)\b|\b(?:no|without|planning) (?:maternity|paternity|parental) leave\b"),
    ("religion", r"宗教|信仰|信者|創価|イスラム教|キリスト教|仏教|ムスリム|\breligio|\bchristians?\b|\bmuslims?\b|\bbuddhists?\b|\bjewish\b|\bhindus?\b|しゅうきょう|シュウキョウ|クリスチャン|\bchurch[- ]?go(?:ing|ers?)\b"),
    ("belief", r"政治思想|支持政党|思想信条|信条|人生観|右翼|左翼|\bpolitical (?:views?|part(?:y|ies)|beliefs?)|(?:共産|自民|公明|民主|維新)党(?:員|支持)"),
    ("union", r"(?:労働組合|労組|組合)(?:員|活動|に(?:加入|入))|\bunion (?:members?|activ|organi[sz])"),
    ("health", r"障害者(?!雇用|福祉|支援)|障がい(?!者?雇用|者?福祉|者?支援)|障害(?:を|の)(?:持つ|ある)|持病|健康な|健康状態|体力(?:の|が|に)|病歴|既往|病気(?:が|の|を|に)|うつ病?|メンタル(?:が|の|に)(?:強|弱|不調)|車椅子|血液型|\bdisabled\b|\bdisabilit|\bhealthy (?:people|candidates?|person|individual)\b|\bgood health\b|\bsick(?:ness|ly)?\b|\bmental illness|\bphysically (?:fit|strong)\b|\bwheelchair|障碍者?(?!雇用|福祉|支援)|しょうがい(?:しゃ|のある|を持)|\bhandicapped\b"),
    ("looks", r"容姿|美人|美男|イケメン|見た目|ルックス|顔写真|身長|体重|清潔感のある顔|\bgood[- ]looking\b|\bhandsome\b|\bpretty\b(?! (?:good|much|strong|well|important))|\battractive (?:people|candidates?|person|appearance)\b|\bappearance\b|\bphotos? (?:of|required|needed)\b|\b(?:tall|slim)\b|高?長身|高身長"),
    ("origin", r"本籍|出生地|(?<!企業)(?<!会社)出身地|家柄|家業|部落|同和|生い立ち|実家|親の職業|両親|\bplace of birth\b|\bbirthplace\b|\bfamily background\b|\bsocial class\b"),
)  # fmt: skip
_COMPILED = tuple((code, re.compile(pattern)) for code, pattern in _PATTERNS)
_LAWFUL = {
    "age": re.compile(
        r"長期(?:勤続|的な)?[^。]{0,12}キャリア(?:形成|アップ)|例外事由|[3三]号の?[イロハニ]|定年(?:を|が)[^。]{0,8}上限|技能(?:・ノウハウ)?の?継承|労働基準法[^。]{0,8}年齢|\blong[- ]term career (?:development|formation)\b|\blawful exception|\bstatutory (?:age )?exception"
    ),
    "gender": re.compile(
        r"ポジティブ・?アクション|均等法8条|女性(?:労働者)?の割合が(?:[4四]割|40)|\bpositive action\b|\baffirmative action\b"
    ),
    "health": re.compile(
        r"障[害がい]{1,2}者?(?:雇用)?枠|障[害がい]{1,2}者?の?法定雇用|法定雇用率|\bdisability (?:quota|employment)\b|\bstatutory employment (?:rate|quota)\b"
    ),
}
_QUOTA = re.compile(r"障[害がい]{1,2}者?(?:雇用)?枠|法定雇用率|\bdisability (?:quota|employment)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """A protected attribute in folded text. `lawful`: the words claim an exception, so it is HR's question."""

    code: str
    start: int
    end: int
    lawful: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a wish is not used, and how it could be said instead. `law_*` is "" where no provision is named for sure."""

    code: str
    reason_ja: str
    reason_en: str
    law_ja: str
    law_en: str
    rewrite_ja: str
    rewrite_en: str
    hr_ja: str = ""
    hr_en: str = ""


def find_protected(text: str) -> list[Found]:
    """Find protected attributes in one folded sentence, in its order, overlaps once (the longer one stands)."""
    found = [
        Found(code, m.start(), m.end(), code in _LAWFUL and _LAWFUL[code].search(text) is not None)
        for code, pattern in _COMPILED
        for m in pattern.finditer(text)
    ]
    found.extend(Found("health", m.start(), m.end(), True) for m in _QUOTA.finditer(text))
    return list(_apart(sorted(found, key=lambda f: (f.start, -f.end))))


def without_protected(words: str) -> str:
    """What is left of a stretch of text when the words that name a protected attribute are taken out."""
    folded = fold(words)
    for one in reversed(find_protected(folded.text)):
        words = words[: folded.starts[one.start]] + " " + words[folded.ends[one.end - 1] :]
    return " ".join(words.split())


def _apart(found: list[Found]) -> Iterator[Found]:
    end = 0
    for one in found:
        if one.start >= end:
            yield one
            end = one.end


_JUNIOR = re.compile(
    r"若|20|二十|新卒|フレッシュ|young|youth|under|graduate|millennial|gen|digital|energetic|まで|以下|未満"
)
_OLDER = re.compile(r"年配|シニア|ミドル|[456]0|[四五六]十|高齢|old|middle|forties|fifties|以上")

_REASONS: dict[str, tuple[str, str, str, str]] = {
    "age": (
        "年齢は選考の基準にできません。募集・採用では年齢にかかわりなく均等な機会を与える義務があります。",
        "Age can't be a criterion: recruitment must give everybody an equal chance whatever their age.",
        "労働施策総合推進法第9条",
        "Labour Policy Comprehensive Promotion Act, art. 9",
    ),
    "gender": (
        "性別は選考の基準にできません。募集・採用では性別にかかわりなく均等な機会を与える義務があります。",
        "Gender can't be a criterion: recruitment must give everybody an equal chance whatever their gender.",
        "男女雇用機会均等法第5条",
        "Equal Employment Opportunity Act, art. 5",
    ),
    "nationality": (
        "国籍・人種は選考の基準にできません。業務に必要な語学力や就労資格の有無で判断してください。",
        "Nationality and race can't be criteria; what counts is the language the work needs and the right to work.",
        "職業安定法第5条の5に基づく指針（人種・民族等）",
        "Employment Security Act, art. 5-5, and its guideline (race, ethnicity and the like)",
    ),
    "family": (
        "家族・婚姻・妊娠・育児の状況は、適性と能力に関係がないため収集も選考への利用もできません。",
        "Family, marriage, pregnancy and children say nothing of ability and may be neither collected nor used.",
        "職業安定法第5条の5に基づく指針",
        "Employment Security Act, art. 5-5, and its guideline",
    ),
    "religion": (
        "宗教は本来自由であるべき事項であり、収集も選考への利用もできません。",
        "Religion is a person's own matter and may be neither collected nor used.",
        "職業安定法第5条の5に基づく指針",
        "Employment Security Act, art. 5-5, and its guideline",
    ),
    "belief": (
        "思想・信条は本来自由であるべき事項であり、収集も選考への利用もできません。",
        "Beliefs and politics are a person's own matter and may be neither collected nor used.",
        "職業安定法第5条の5に基づく指針",
        "Employment Security Act, art. 5-5, and its guideline",
    ),
    "union": (
        "労働組合への加入や活動は、収集も選考への利用もできません。",
        "Union membership and activity may be neither collected nor used.",
        "職業安定法第5条の5に基づく指針",
        "Employment Security Act, art. 5-5, and its guideline",
    ),
    "health": (
        "障害・健康状態は選考の基準にできません。必要な業務と、提供できる合理的配慮で考えてください。",
        "Disability and health can't be criteria; think of the tasks and of the accommodation you can offer.",
        "障害者雇用促進法第34条（障害について）",
        "Act on Employment Promotion of Persons with Disabilities, art. 34 (on disability)",
    ),
    "looks": (
        "容姿や写真は適性・能力と関係がないため、選考の基準にできません。",
        "Looks and photographs say nothing of ability and can't be criteria.",
        "",
        "",
    ),
    "origin": (
        "本籍・出身・家柄など本人に責任のない事項は、収集も選考への利用もできません。",
        "Birthplace, descent and family background may be neither collected nor used.",
        "職業安定法第5条の5に基づく指針",
        "Employment Security Act, art. 5-5, and its guideline",
    ),
}
_REWRITES: dict[str, tuple[str, str]] = {
    "age:junior": (
        "「経験は浅くてもよく、実務経験10年程度までのメンバークラスの役割です」のように、役割と経験で書いてください。",
        "Say it by role and experience: “open to people early in their career; a member-level role, up to about 10 years of experience”.",
    ),
    "age:older": (
        "「実務経験15年以上、またはチームを率いた経験のある方」のように、役割と経験で書いてください。",
        "Say it by role and experience: “15 or more years of experience, or has led a team”.",
    ),
    "age": (
        "「実務経験3〜10年」のように、役割と経験年数で書いてください。",
        "Say it by role and experience: “3 to 10 years of experience in the role”.",
    ),
    "gender": (
        "「対面での折衝経験3年以上」のように、担う役割と必要な経験で書いてください。",
        "Say what the role does and what it needs: “3 or more years of experience with customers face to face”.",
    ),
    "nationality": (
        "「日本語：ビジネスレベル」「海外拠点との業務経験」のように、必要な語学力と経験で書いてください。",
        "Say which language and experience the work needs: “business-level Japanese”, “has worked with overseas offices”.",
    ),
    "family": (
        "「月2回程度の宿泊出張あり」のように、役割の条件を示し、その経験の有無で書いてください。",
        "State what the role involves and the experience it needs: “overnight travel about twice a month”.",
    ),
    "religion": (
        "「土日勤務が月2回あるシフトの役割」のように、役割の条件と必要な経験で書いてください。",
        "State what the role involves and the experience it needs: “shift work, two weekends a month”.",
    ),
    "belief": (
        "「公共分野の案件経験」のように、担う役割と必要な経験で書いてください。",
        "State the role and the experience it needs: “projects in the public sector”.",
    ),
    "union": (
        "「労使協議に関わった人事の実務経験」のように、担う役割と必要な経験で書いてください。",
        "State the role and the experience it needs: “HR experience in labour relations”.",
    ),
    "health": (
        "「20kg程度の荷物を扱う倉庫業務の経験」のように、担う業務と必要な経験で書いてください。",
        "State the task and the experience it needs: “warehouse work with loads of about 20 kg”.",
    ),
    "looks": (
        "「法人顧客への対面提案の経験2年以上」のように、担う役割と必要な経験で書いてください。",
        "State the role and the experience it needs: “2 or more years of experience presenting to corporate customers”.",
    ),
    "origin": (
        "「九州エリアの営業経験」のように、担う地域・役割と必要な経験で書いてください。",
        "State the area, the role and the experience it needs: “sales experience in the Kyushu area”.",
    ),
}
_HR: dict[str, tuple[str, str]] = {
    "age": (
        "例外事由（施行規則第1条の3、例：3号のイ 長期勤続によるキャリア形成）に当たるかは人事に確認し、求人票に理由を示してください。ここでは並び順に使いません。",
        "Ask HR whether a statutory exception applies (Enforcement Ordinance art. 1-3, e.g. item 3(a), long-term career) and state it in the posting. It is not used for the order.",
    ),
    "gender": (
        "ポジティブ・アクション（均等法第8条）に当たるかは人事に確認してください。ここでは並び順に使いません。",
        "Ask HR whether positive action (Equal Employment Opportunity Act, art. 8) applies. It is not used for the order.",
    ),
    "health": (
        "障害者雇用枠での募集は人事に確認し、専用の求人として扱ってください。ここでは並び順に使いません。",
        "Ask HR about recruiting within the disability quota, as a posting of its own. It is not used for the order.",
    ),
}
CODES = tuple(_REASONS)


def refusal_of(code: str, words: str, *, lawful: bool = False) -> Refusal:
    """Say why the words are refused and how to say it by role and experience. Raises `KeyError` for no such code."""
    reason_ja, reason_en, law_ja, law_en = _REASONS[code]
    kind = code
    if code == "age":
        said = words.lower()
        kind = "age:older" if _OLDER.search(said) and not _JUNIOR.search(said) else "age"
        kind = "age:junior" if _JUNIOR.search(said) else kind
    rewrite_ja, rewrite_en = _REWRITES[kind]
    hr_ja, hr_en = _HR.get(code, ("", "")) if lawful else ("", "")
    return Refusal(code, reason_ja, reason_en, law_ja, law_en, rewrite_ja, rewrite_en, hr_ja, hr_en)
