"""A decision as it is said on a timeline: our question, and the first answers people give to it in comments.

A comment decides only if it says nothing else: 「75」, "approve 75", 承認, 見送り. Anything longer is talk between
colleagues and is left alone. The question names its calibration, so that asking again resets the decision in the same
write; HERP's comments can neither be edited nor deleted by API.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from connectors import replies
from connectors.herp.shapes import HerpTimelineComment
from connectors.herp.translate import EPOCH
from connectors.records import Choice, Decision, User

_MARK = r"\[kakuyaku (?:(?P<what>asks|says)|shows)(?: (?P<of>[\w-]+))?\]"
_QUOTED = re.compile(_MARK)
_OURS = re.compile(_MARK + r"\s*\Z")  # our mark is a comment's last line; somebody who quotes it writes below

_QUOTES = "「」『』\"'“”()（）[]。．.!！、,:："
_APPROVE = r"approved?|承認(?:します|しました|する)?"
_DECLINE = r"declined?|見送り(?:ます|ました|とします)?|見送る|却下(?:します)?|否認(?:します)?"
_TAKE_BACK = (
    r"pending|undo|withdrawn?|取り?消し(?:ます)?|取消(?:します)?|撤回(?:します)?|保留(?:します|にします)?|未決定|未定"
)
_NUMBER = r"[0-9]{1,3}|[〇零一二三四五六七八九十百]{1,5}"
_LINE = rf"(?P<line>(?:{_NUMBER})\s*(?:点|points?|pts?|pt)?)(?:以上)?(?:で|にします|です)?"
_DECISION = re.compile(
    rf"(?:(?P<approve>{_APPROVE})|(?P<decline>{_DECLINE})|(?P<back>{_TAKE_BACK}))?\s*(?:{_LINE})?"
    rf"\s*(?P<after>{_APPROVE})?",
    re.IGNORECASE,
)
# Starts as an approval with something like a line, and is none: the manager must hear that it was not understood.
_MEANT = re.compile(rf"(?:{_APPROVE})[\s:：]*(?P<line>\S.{{0,11}})", re.IGNORECASE)


def asking(calibration: str) -> str:
    return f"[kakuyaku asks {calibration}]"


def showing(ref: str) -> str:
    return f"[kakuyaku shows {ref}]"


SAYING = "[kakuyaku says]"


def is_ours(comment: HerpTimelineComment) -> bool:
    return _OURS.search(comment.body) is not None


def in_order(comments: Sequence[HerpTimelineComment]) -> list[HerpTimelineComment]:
    """Oldest first, whichever way they were listed. Times are whole seconds: what is left is the order listed."""
    if comments and (comments[0].createdAt or EPOCH) > (comments[-1].createdAt or EPOCH):
        comments = comments[::-1]
    return sorted(comments, key=lambda one: one.createdAt or EPOCH)


def read(comments: Sequence[HerpTimelineComment], users: Mapping[str, User] | None = None) -> Decision:
    """What stands: the last deciding comment after our last question. `users` by id where authors are believed."""
    calibration, choice, line, specification = "", Choice.PENDING, "", ""
    said: HerpTimelineComment | None = None
    for comment in in_order(comments):
        ours = _OURS.search(comment.body)
        if ours is not None:
            if ours["what"] == "asks":
                calibration, choice, line, said = ours["of"] or "", Choice.PENDING, "", None
                specification = ""
            continue
        meant = words(comment.body) if calibration else None
        if meant is not None:
            choice, line = meant
            said = comment
        elif calibration:
            specification = replies.read(comment.body).specification or specification
    actor = None
    if said is not None and said.createdBy and users is not None:
        # Somebody who is no member any more is still somebody else than the manager.
        actor = users.get(said.createdBy) or User(said.createdBy, "", "", active=False)
    return Decision(
        calibration=calibration,
        choice=choice,
        line=line,
        specification=specification,
        actor=actor,
        at=said.createdAt if said is not None else None,
    )


def words(body: str) -> tuple[Choice, str] | None:
    """Read one comment; None for talk."""
    text = _bare(body)
    if not text:
        return None
    found = _DECISION.fullmatch(text)
    if found is None:
        meant = _MEANT.fullmatch(text)
        return (Choice.UNREADABLE, meant["line"].strip()) if meant and re.search(r"\d", meant["line"]) else None
    line = (found["line"] or "").strip()
    if found["decline"] or found["back"]:
        if found["after"] or line:
            return Choice.UNREADABLE, line
        return (Choice.DECLINED if found["decline"] else Choice.PENDING), ""
    return Choice.APPROVED, line


def _bare(body: str) -> str:
    """A comment without what it quotes of ours, names it mentions, quotation marks and full stops, in half-width."""
    quoted = list(_QUOTED.finditer(body))
    body = body[quoted[-1].end() :] if quoted else body
    lines = [line for line in unicodedata.normalize("NFKC", body).splitlines() if not line.lstrip().startswith(">")]
    text = re.sub(r"@\S+", " ", " ".join(lines))
    return " ".join(text.translate({ord(sign): " " for sign in _QUOTES}).split())
