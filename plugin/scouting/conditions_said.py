"""The condition somebody puts on their yes: on the job itself (pay, place, remote work), not on the time to meet."""

from __future__ import annotations

import re

from plugin.scouting.signs import JA_TIME

CONDITION = re.compile(
    r"でも?(?:よ|良|宜し)ければ|であれば|ならば|なら(?!な|び|ず|い)|でしたら|の場合(?:は|に|のみ)|条件(?:で|が|次第|に)|次第で|限りは|に限り|前提で|必須|以上(?:を|で|は|が|の)|最低|希望(?:し|です|して|いた|は)|下回|ほしい|欲しい"
    r"|\b(?:if|as long as|provided|providing|on condition|assuming|depending on|unless|so long as|contingent|require|requires|need|needs|must|minimum|at least|only (?:consider|accept|interested)|has to be|would have to be|expecting|expectation)\b"
)
TOPIC = re.compile(
    r"オンコール|夜勤|シフト|常勤|パート|アルバイト|時間外|リモート|在宅|出社|テレワーク|年収|給与|給料|報酬|月給|時給|賃金|待遇|勤務地|転勤|残業|みなし|契約社員|業務委託|正社員|派遣|副業|フレックス|時短|ビザ|就労|休日|福利|役職|ポジション|英語(?:力|不|を使)|通勤|引っ?越|万円|百万|年俸"
    r"|\b(?:remote(?:ly)?|salary|pay|paid|compensation|visa|sponsor\w*|relocat\w*|contract|part[- ]time|full[- ]time|hybrid|office|onsite|on-site|overtime|jpy|yen|package|equity|bonus|freelance|budget|permanent|side (?:job|project|business)|million|[\d.]+ ?[mk]\b)"
)
POLITE = re.compile(
    r"(?:差し支え|問題|ご迷惑で|お邪魔で|支障)(?:が|は)?な(?:ければ|いよう)|よろしければ|宜しければ|(?:^|、|もし(?:も)?)可能(?:であれば|でしたら|なら)|もし(?:可能|ご都合)|お時間(?:を)?(?:いただけ|頂け)|私で(?:よ|良)(?:ければ|けれ)|私(?:なんか|など)?で(?:あれば|も)"
    r"|\bif (?:possible|that works|that's ok(?:ay)?|that suits|you(?:'d| would)? (?:like|have time|are free|prefer)|it works|convenient|okay|needed|you need|there is|there are|time permits)\b"
)
SCHEDULING = re.compile(JA_TIME + r"|オンライン|時間帯|zoom|teams|meet|電話|日程|候補|ご都合")
"""A condition on time of day or medium is how people arrange to meet, not a condition on the job."""


def without_courtesy(sentence: str) -> str:
    """A sentence without 「可能であれば」 and the like; 「リモートが可能であれば」 is no courtesy."""
    return POLITE.sub(
        lambda found: found.group() if sentence[: found.start()].endswith(("が", "も", "は")) else "", sentence
    )


def condition_in(sentences: list[str]) -> str:
    """The first sentence that makes a condition on the job, "" when none does."""
    return next((one for one in sentences if _conditional(one)), "")


def _conditional(sentence: str) -> bool:
    """A condition on the job itself: 「フルリモートであれば」, "if the salary is …"."""
    if re.search(r"[?]\s*$|でしょうか|ますか|ですか", sentence) and not re.search(
        r"であれば|なら|でしたら|\bif\b", sentence
    ):
        return False
    bare = without_courtesy(sentence)
    for match in CONDITION.finditer(bare):
        near = bare[max(0, match.start() - 30) : match.end() + 40]
        topic = TOPIC.search(near)
        if topic and not (
            SCHEDULING.search(near)
            and not re.search(
                r"年収|給|報酬|万円|リモート|在宅|業務委託|契約|正社員|派遣|副業|出社|オンコール|パート|常勤|salary|remote|contract|part[- ]time",
                near,
            )
        ):
            return True
    return False
