"""What a sign is: a phrase people use when they answer a scout, what it speaks for, and what undoes it.

The phrases themselves, Japanese and English, are in `signs_of_yes`, `signs_of_no` and `signs_of_else`. Texts are folded first (NFKC, lower case, no spaces inside Japanese), so patterns are written plainly.
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


def signs(kind: Kind, *patterns: str, weak: bool = False, after: str = "", before: str = "") -> list[Sign]:
    """Make signs of one kind: `after` undoes them when it stands behind, `before` when in front."""
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
JA_NO = (
    r"たく(?:は)?(?:ありません|ございません|ない)|たいと?(?:は|も)?(?:思い|考え|存じ)(?:て(?:い|おり))?ません|(?:でき|出来)(?:ません|ない|ず|かね)"
    r"|難し|厳し|困難|叶(?:いません|わ)|かないません|いたしかね|致しかね|見送|辞退|(?<!ご)遠慮(?!なく)|ご遠慮(?!なく)|控え(?:させ|たい|ます)"
    r"|(?:あり|ござい|おり|い)ません(?!か)(?!でした)|(?:では|じゃ|が|も|は)ない(?:です|ので|ため|と|状況|。|$)|お断り|時間が(?:取れ|とれ)"
    r"|かった(?:の|です|な)|ところ(?:です|で|では)?(?:あり|ござい)?(?:ます)?が|のは(?:山々|やまやま)|気持ちは(?:あり|ある|ござい)"
)
JA_TIME = r"平日|土日|週末|祝日|午前|午後|日中|夜|夕方|朝|昼|今週|来週|再来週|明日|本日|今日|\d日|\d時|曜|月末|その(?:日|時間)|この(?:日|時間)"
JA_UNDONE = (
    r"^[^。]{0,12}(?:わけ|訳|つもり|もの|理由|意図)(?:で)?(?:は|も|が)?.{0,3}(?:あり|ござい|な)(?:ません|い|く)|^(?:し|いたし|致し)ません"
    r"|^(?![^。]{0,10}(?:いただ|頂|もらえ|よろし|宜し|構|かまわ|大丈夫))[^。]{0,14}(?:でしょうか|ですか|ますか|ましたか)"
)
JA_PAST = r"^でした|^(?:いま|おりま)せんでした|^かった"
