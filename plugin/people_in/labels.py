"""What 履歴書 and application forms print beside, or above, what somebody fills in."""

from __future__ import annotations

WHO = r"氏\s*名|お?名\s*前|ふりがな|フリガナ|現?\s*住\s*所|居住地|連絡先|電話(?:番号)?|携帯(?:電話)?(?:番号)?|e-?mail|メール(?:アドレス)?|最寄り?駅"
"""Labels of who somebody is."""

BANNED = (
    r"生年月日|誕生日|(?:満)?年齢|性別|国籍|本籍地?|出生地|出身地|配偶者(?:の有無)?|扶養(?:家族|義務)?(?:数|人数|の有無)?|家族構成|家族状況|婚姻(?:状況)?|結婚歴"
    r"|宗教|信仰|信条|支持政党|労働組合\S{0,8}|組合(?:加入|歴)|健康状態|既往歴|病歴|障害者?手帳|(?:顔)?写真|住宅状況|家庭環境|生活環境|資産状況"
)
"""Labels of what must not decide about anybody (R9); `ranking.protected` knows what to do with them."""

ENGLISH = r"name|gender|sex|date of birth|birth ?date|nationality|citizenship|address|phone|age|marital status|religion"

WORK = r"職種|役職|会社名|勤務先|所属|部署|業種|期間|希望年収|現?年収|希望勤務地|雇用形態"
"""Labels of work that stand in forms; in prose they are words like others."""
