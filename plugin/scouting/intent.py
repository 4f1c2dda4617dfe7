"""What a reply says: a careful rule set for Japanese and English, with the words that decided.

It would rather ask a person than guess: `doubtful` means nobody acts before one has looked. An opt-out or a refusal is
never read as a yes, and a yes with a condition on the job (pay, place, contract) is for the recruiter first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from plugin.scouting.conditions_said import SCHEDULING, condition_in
from plugin.scouting.headers import reads_automatic, reads_away
from plugin.scouting.second_thoughts import second_thoughts
from plugin.scouting.signs import Sign
from plugin.scouting.signs_of_else import COME_BACK, COURTESY, LATER, NEGATED, QUESTION, REFERRAL, RESCHEDULE, VIA_AGENT
from plugin.scouting.signs_of_no import DECLINED, OFFERED, OPT_OUT, REFUSED, STOPPED, WITHDRAW
from plugin.scouting.signs_of_yes import AFFIRMED, INTERESTED, PLAINLY_YES
from plugin.scouting.time_named import day_named
from plugin.scouting.topics import data_wish, reason_of, topic_of

INTENTS = (
    "interested",
    "question",
    "later",
    "declined",
    "opt_out",
    "auto_reply",
    "bounce",
    "withdraw",
    "reschedule",
    "referral",
    "via_agent",
    "unclear",
)

TOPICS = ("employer_name", "document_screening", "by_phone", "pay", "remote", "source_of_address", "other")
"""What a question asks."""

REASONS = ("not_looking", "satisfied", "pay", "place", "role", "timing", "company", "process", "other")
"""Why somebody declines."""


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
REFUSING = ("declined", "withdraw")
_BUT = re.compile(r"(?:が|けど|けれども?|ものの|一方)、|\bbut\b|\bhowever\b|\bthough\b|;")
_BUT_FIRST = re.compile(r"(?:ただ|しかし|でも|とはいえ|それでも)|(?:but|however|that said|still|yet)\b")
_EARLIER = re.compile(
    r"(?:先日|先週|昨日|先ほど|前回|先般).{0,24}(?:面接|面談|日程|応募|お?返事|返信|承諾|お?受け|調整|お?約束)(?:を|に|の|し|いた|ご|希望|の件)|\bi (?:said yes|agreed|had agreed|accepted|confirmed)\b.{0,30}\b(?:but|last|earlier|before|yesterday)\b"
)
_TIME = re.compile(
    r"\d月|[かヶカケヵ箇]月|年|春|夏|秋|冬|来月|来週|今月|来期|半年|明け|落ち着|終わ(?:っ|り|れ)|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|spring|summer|autumn|fall|winter|q\d|days?|weeks?|months?|quarters?|years?|holidays|christmas)"
)
_ON_MEETING = re.compile(
    SCHEDULING.pattern
    + r"|面談|面接|お話|説明|お目に|日程|よろしいでしょうか|\b(?:talk|chat|call|meet|speak|next steps?|time|slot|when)\b"
)
MOST_TEXT, MOST_SENTENCE, MOST_SENTENCES = 20_000, 1_000, 1_000
"""Characters read of somebody's own words, and of one sentence, and how many of those: longer is no answer."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a text says. `words`: the phrases that decided, as folded. `because`: why it is doubtful, "" when it isn't.

    `opt_out` holds whatever `kind` says: a wish not to be written to counts beside anything else. `condition` quotes the
    condition somebody put on a yes. `asks`: a question stands beside it. `topic` of a question, `reason` of a refusal,
    `when` of "later" (None: no date said). `erasure`: they ask for their data to be shown or deleted.
    """

    kind: str
    words: tuple[str, ...] = ()
    doubtful: bool = False
    because: str = ""
    opt_out: bool = False
    condition: str = ""
    asks: bool = False
    topic: str = ""
    when: date | None = None
    reason: str = ""
    erasure: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    weak: bool
    place: int
    words: str


UNCLEAR = Intent("unclear", doubtful=True, because="unclear")


def read_intent(text: str, today: date | None = None) -> Intent:
    """Read somebody's own words, quotes cut, in Japanese or English: people mix them. `today`: the day the mail came."""
    text = text[:MOST_TEXT]
    said = sentences(text)
    if len(said) > MOST_SENTENCES:
        return Intent("unclear", doubtful=True, because="too_long")
    if not said:
        return Intent("unclear", doubtful=True, because="nothing_left")
    plain = [one for one in said if not COURTESY.search(one)]
    if len(plain) <= 2:
        short = _short(plain)
        if short is not None:
            return replace(short, reason=reason_of(plain, said)) if short.kind == "declined" else short
    found = [hit for place, one in enumerate(said) for hit in _found(one, place)]
    return _complete(_decide(said, found, automatic=reads_automatic(text), away=reads_away(text)), said, found, today)


def _complete(read: Intent, said: list[str], found: list[_Found], today: date | None) -> Intent:
    """Add what stands beside the intent: what a question asks, when later is, why no, whether it is about their data."""
    about_data = data_wish(said)
    if about_data and read.kind == "unclear":
        # A letter to whoever keeps data needs no other word: deletion ends the writing, disclosure is to be answered.
        kind = "opt_out" if about_data == "delete" else "question"
        read = Intent(kind, read.words, opt_out=kind == "opt_out", asks=kind == "question")
    elif about_data == "delete" and read.kind == "interested":
        read = replace(read, doubtful=True, because=read.because or "mixed")
    asking = [said[place] for place in sorted({hit.place // 1000 for hit in found if hit.kind == "question"})]
    refusing = [said[place] for place in sorted({hit.place // 1000 for hit in found if hit.kind in REFUSING})]
    about = topic_of(asking, said) if read.asks or read.kind == "question" else ""
    if about == "other" and read.kind != "question" and all(_ON_MEETING.search(one) for one in asking):
        about = ""  # 「木曜日はいかがでしょうか」 beside a yes asks nothing that stands in the description
    when = None
    if read.kind == "later" and today is not None:
        putting_off = [said[place] for place in sorted({hit.place // 1000 for hit in found if hit.kind == "later"})]
        when = day_named(putting_off, today) or day_named(said, today)
    reason = reason_of(refusing, said) if read.kind in REFUSING else ""
    return replace(read, topic=about, when=when, reason=reason, erasure=bool(about_data))


def differs(one: Intent, other: Intent) -> bool:
    """Would reading these two as one text have led somewhere else? Only clear words count."""
    loud = ("interested", "declined", "opt_out", "withdraw")
    return other.kind in loud and other.kind != one.kind and other.because != "weak"


def sentences(text: str) -> list[str]:
    """Split into folded sentences, joining lines that a mail program wrapped."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'").replace("`", "'")
    folded = re.sub(r"[ \t\u3000]+", " ", folded)
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", folded):
        joined, above = "", ""
        for line in (piece.strip() for piece in paragraph.split("\n")):
            if not line:
                continue
            glue = "" if not joined or _japanese(joined[-1]) or _japanese(line[0]) else " "
            # "unsubscribe" on a line of its own, then Japanese: nobody's mail program wrapped that.
            switched = bool(joined) and len(above) < 30 and _japanese(joined[-1]) != _japanese(line[0])
            # A short line, a list or a greeting ends where it ends.
            own_line = bool(re.match(r"^[・\-*•◆■□●○①-⑳\d]", line)) or bool(
                re.search(r"(?:様|さん|御中|です|ます|ました|ません|[,、]|[::])$", joined)
                and not re.search(r"[、]$", joined)
            )
            joined += ("\n" if (own_line or switched) and joined else glue) + line
            above = line
        for piece in re.split(r"(?<=[。!?])\s*|(?<=\.)\s+|\n+", joined):
            if piece and piece.strip(" 。.!?、,"):
                closed = _close_up(piece.strip())
                found.extend(closed[start : start + MOST_SENTENCE] for start in range(0, len(closed), MOST_SENTENCE))
    return found


def _close_up(sentence: str) -> str:
    return re.sub(r"(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])", "", sentence)


def _japanese(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def _short(plain: list[str]) -> Intent | None:
    """An answer of a word or two."""
    if not plain:
        return None
    if all(STOPPED.match(one) for one in plain):
        return Intent("opt_out", tuple(plain), opt_out=True)
    if len(plain) == 1 and AFFIRMED.match(plain[0]):
        because = "" if PLAINLY_YES.search(plain[0]) else "short"
        return Intent("interested", (plain[0],), bool(because), because)
    if len(plain) == 1 and REFUSED.match(plain[0]):
        return Intent("declined", (plain[0],))
    return None


def _found(sentence: str, place: int) -> list[_Found]:
    hits: list[_Found] = []
    offered = OFFERED.search(sentence) is not None
    for sign in SIGNS:
        if offered and sign.kind == "opt_out":
            continue
        for match in sign.pattern.finditer(sentence):
            if not _undone(sign, sentence, match):
                hits.append(_Found(sign.kind, sign.weak, place * 1000 + match.start(), match.group().strip()))
                break
    return hits


def _undone(sign: Sign, sentence: str, match: re.Match[str]) -> bool:
    after, before = sentence[match.end() :], sentence[: match.start()]
    # "… のですが、…" ends what a refusal at the end of the sentence could undo only when something new begins there.
    if sign.unless_after is not None and (
        sign.unless_after.search(after) or (sign.kind == "interested" and sign.unless_after.search(match.group()))
    ):
        return True
    # "I wasn't looking, but I'd love to hear more": what stands before the turn says nothing about what follows it.
    before = re.split(r"\bbut\b|\bhowever\b|\bthough\b|;", before)[-1]
    return sign.unless_before is not None and bool(sign.unless_before.search(before))


def _decide(said: list[str], found: list[_Found], *, automatic: bool, away: bool) -> Intent:
    def of(kind: str, *, weak: bool | None = None) -> list[_Found]:
        return [hit for hit in found if hit.kind == kind and (weak is None or hit.weak == weak)]

    def intent(kind: str, *hits: _Found, because: str = "", opt_out: bool = False) -> Intent:
        words = tuple(dict.fromkeys(hit.words for hit in sorted(hits, key=lambda h: h.place)))
        return Intent(kind, words, bool(because), because, opt_out, asks=bool(of("question")))

    yes, no, stop = of("interested", weak=False), of("declined", weak=False), of("opt_out")
    soft_no, later, soft_later = of("declined", weak=True), of("later", weak=False), of("later", weak=True)
    withdrawn, moved, others, asked = of("withdraw"), of("reschedule"), of("referral"), of("question")
    agent = of("via_agent")
    # A time that is named and not to come back at says nothing: "I stopped there in May".
    soft_later = [*soft_later, *(hit for hit in later if not COME_BACK.search(said[hit.place // 1000]))]
    later = [hit for hit in later if hit not in soft_later]
    negated = "negated" if of("negated") else ""

    if stop:
        return intent("opt_out", *stop, because="mixed" if yes else negated, opt_out=True)
    if (automatic or away) and not (no or withdrawn):
        if not automatic and later:
            return intent("later", *later, because="automatic")
        return intent("auto_reply", because="mixed" if yes else "")
    if withdrawn:
        return intent("withdraw", *withdrawn, because="mixed" if yes and not _together(yes, withdrawn) else negated)
    if agent and not no:
        return intent("via_agent", *agent)
    if others:
        return intent("referral", *others, because="mixed" if yes and not no else "")
    if no and not moved and _EARLIER.search(" ".join(said)):
        return intent("withdraw", *no, because="mixed" if yes and not _together(yes, no) else negated)
    if no:
        # "Another time, perhaps" beside a no is politeness; a time that is named is meant.
        if any(_TIME.search(said[hit.place // 1000]) for hit in later):
            return intent("later", *no, *later, because="mixed" if yes else "")
        if negated:
            return intent("unclear", *no, because=negated)
        # A yes before the no is how people refuse politely; one after it may be what they mean.
        late = bool(yes) and max(hit.place for hit in yes) > max(hit.place for hit in no)
        return intent("declined", *no, because="mixed" if late else "")
    if moved:
        return intent("reschedule", *moved)
    if later and soft_no:
        return intent("later", *later, because="mixed" if yes else "")
    if yes and later and _together(yes, later):
        return intent("later", *yes, *later, because="mixed")
    if yes:
        # Words of regret beside a yes: perhaps the yes is only politeness.
        because = negated or ("mixed" if _regrets(said, soft_no, yes) or second_thoughts(said, _spans(yes)) else "")
        condition = condition_in(said)
        # Another doubt comes first: a condition that is met clears its own doubt only.
        read = intent("interested", *yes, because=because or ("condition" if condition else ""))
        return replace(read, condition=condition)
    if soft_no:
        decided = [hit for hit in soft_no if not re.match(r"申し?訳|残念|unfortunately|i'm afraid", hit.words)]
        if decided:
            return intent("unclear" if negated else "declined", *decided, because=negated)
        return intent("unclear", *soft_no, because="weak")
    if later:
        return intent("later", *later)
    if asked:
        return intent("question", *asked)
    if any(not re.match(r"検討|考え", hit.words) for hit in soft_later):
        return intent("later", *soft_later, because="weak")
    weak_yes = of("interested", weak=True)
    return intent("unclear", *weak_yes, *soft_later, because="weak" if weak_yes or soft_later else "unclear")


def _spans(found: list[_Found]) -> list[tuple[int, int, int]]:
    return [(hit.place // 1000, hit.place % 1000, hit.place % 1000 + len(hit.words)) for hit in found]


def _regrets(said: list[str], soft_no: list[_Found], yes: list[_Found]) -> bool:
    """Words of a soft no beside a yes, but for those the yes answers: 「満足していますが、面談をお願いします」."""
    return any(
        not re.match(r"申し?訳", hit.words)
        and not SCHEDULING.search(said[hit.place // 1000])
        # Not thinking of a change stays beside the yes: they may want to talk, and no interview.
        and (hit.words.startswith("転職") or "looking" in hit.words or not any(_turned(said, hit, one) for one in yes))
        for hit in soft_no
    )


def _turned(said: list[str], before: _Found, after: _Found) -> bool:
    """Is there a turn ("but", 「が、」) between these two of one sentence, or between neighbouring ones?"""
    place, start = divmod(before.place, 1000)
    other, end = divmod(after.place, 1000)
    if other == place:
        return start < end and bool(_BUT.search(said[place][start:end]))
    return other == place + 1 and bool(_BUT_FIRST.match(said[other]))


def _together(one: list[_Found], other: list[_Found]) -> bool:
    return bool({hit.place // 1000 for hit in one} & {hit.place // 1000 for hit in other})
