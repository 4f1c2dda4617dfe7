"""Replies people have decided, as test cases: the mail made anew with invented people in it, and what it was decided to be.

What we know of the person, their employers, our colleagues and our names is replaced by name; addresses, numbers, links,
companies and names that stand where names stand are replaced by pattern. A reply in which something known is still
found afterwards is left out. Patterns can't know every name: whoever exports reads each case before it leaves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.identity import Identity, identity_of
from plugin.rows import ClientName, Connection, Mail, Profile, Reply, Scout, Staff
from plugin.scouting.facts import has_japanese
from plugin.scouting.matching import letter_of
from plugin.scouting.mime import parse
from plugin.scouting.post import raw_of
from plugin.sealing import Erased, Vault

COLUMNS = ("file", "letter", "intent", "person", "topic", "when", "reason", "erasure")
"""The columns of `labels.tsv` (`tests/fixtures/replies/README.md`)."""

PERSON_JA, PERSON_EN, COMPANY_JA, COMPANY_EN = "見本", "Taro Mihon", "株式会社みほん", "Mihon Inc."
ADDRESS, OURS, LINK, PHONE = "person@example.com", "scout@example.com", "https://example.com/page", "03-0000-0000"


@dataclass(frozen=True, slots=True)
class Case:
    """One decided reply. `letter` is the mail it answers, None where its text is gone."""

    name: str
    mail: bytes
    letter: bytes | None
    label: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A decided reply that makes no case: `why` is erased, no_words or still_named."""

    reply_id: int
    why: str


def cases(session: Session, vault: Vault, connection: Connection) -> Iterator[Case | LeftOut]:
    """Every reply of a connection that a colleague decided, oldest first."""
    decided = select(Reply).where(
        col(Reply.connection_id) == connection.key,
        col(Reply.state) == "decided",
        col(Reply.decided_by).startswith("staff:"),
        col(Reply.medium) == "mail",
    )
    ours = _ours(session, connection)
    for number, reply in enumerate(session.exec(decided.order_by(col(Reply.id))), 1):
        yield _case(session, vault, reply, number, ours)


def _case(session: Session, vault: Vault, reply: Reply, number: int, ours: dict[str, str]) -> Case | LeftOut:
    if reply.sealed_full is None:
        return LeftOut(reply.key, "no_words")
    scout = session.get(Scout, reply.scout_id) if reply.scout_id is not None else None
    try:
        full = vault.open_for(session, reply.employer_id, reply.person, reply.sealed_full)
        identity = _identity(session, vault, scout)
    except Erased:
        return LeftOut(reply.key, "erased")
    known = {**ours, **_theirs(identity, str(full.get("name", "")), str(full.get("from", "")))}
    subject, text = scrub(str(full.get("subject", "")), known), scrub(str(full.get("text", "")), known)
    sent = letter_of(session, scout) if scout is not None else None
    letter = _letter(session, vault, sent, known)
    if not text.strip():
        return LeftOut(reply.key, "no_words")
    if still_named(f"{subject}\n{text}", known) or (letter is not None and still_named(letter[1], known)):
        return LeftOut(reply.key, "still_named")
    language = "ja" if has_japanese(text) else "en"
    name = f"{number:03}_{language}_{reply.intent}.eml"
    letter_name = f"letter_{number:03}.eml" if letter is not None else "-"
    mail = _mail(
        ADDRESS, OURS, subject, text, reply.received_at.strftime("%a, %d %b %Y %H:%M:%S +0000"), f"case{number}"
    )
    label = (
        name,
        letter_name,
        reply.intent,
        "yes",
        reply.topic or "-",
        reply.later_on.isoformat() if reply.later_on is not None else "-",
        reply.reason or "-",
        "yes" if reply.wants_erasure else "-",
    )
    return Case(name, mail, _mail(OURS, ADDRESS, *letter, "", f"letter{number}") if letter is not None else None, label)


def _mail(sender: str, to: str, subject: str, text: str, date: str, id: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, " ".join(subject.split())
    if date:
        mail["Date"] = date
    mail["Message-ID"] = f"<{id}@example.com>"
    mail.set_content(text, charset="utf-8", cte="base64")
    return mail.as_bytes()


def _letter(session: Session, vault: Vault, sent: Mail | None, known: dict[str, str]) -> tuple[str, str] | None:
    """(subject, text) of the letter that was answered, scrubbed likewise."""
    if sent is None or sent.sealed is None:
        return None
    try:
        mail = parse(raw_of(session, vault, sent))
    except Erased:
        return None
    return scrub(mail.subject, known), scrub(mail.text, known)


# Names we know.


def _identity(session: Session, vault: Vault, scout: Scout | None) -> Identity | None:
    if scout is None:
        return None
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    return identity_of(session, vault, profile) if profile is not None else None


def _theirs(identity: Identity | None, sender_name: str, sender: str) -> dict[str, str]:
    """What names the person, and what stands in its place."""
    known = {sender: ADDRESS}
    names = [sender_name]
    if identity is not None:
        names += [identity.name, identity.kana, identity.romaji, identity.family_name, identity.given_name]
        known |= {identity.email: ADDRESS, identity.phone: PHONE}
        known |= {
            employer: COMPANY_JA if has_japanese(employer) else COMPANY_EN
            for employer in (identity.company, *identity.employers)
        }
    for name in names:
        parts = [name, *re.split(r"[\s\u3000・,]+", name)]
        known |= {part: PERSON_JA if has_japanese(part) else PERSON_EN for part in parts}
    return {word: place for word, place in known.items() if _telling(word)}


def _ours(session: Session, connection: Connection) -> dict[str, str]:
    """What names us: companies, clients, colleagues, addresses."""
    policy = policy_of(connection)
    companies = [policy.company_ja, policy.company_en, policy.legal.sender, policy.from_name, connection.name]
    companies += session.exec(select(ClientName.name).where(col(ClientName.connection_id) == connection.key)).all()
    known = {name: COMPANY_JA if has_japanese(name) else COMPANY_EN for name in companies}
    known |= dict.fromkeys((policy.from_address, policy.bounce_address), OURS)
    known |= {policy.legal.postal_address: "見本県見本市1-2-3", policy.legal.contact: OURS}
    for staff in session.exec(select(Staff).where(col(Staff.connection_id) == connection.key)):
        known[staff.email] = OURS
        for part in (staff.name, *re.split(r"[\s\u3000・,]+", staff.name)):
            known[part] = "担当" if has_japanese(part) else "Recruiter"
    return {word: place for word, place in known.items() if _telling(word)}


def _telling(word: str) -> bool:
    """Whether a word names anybody: a single letter, or a syllable of two, stands in every text."""
    return len(word) >= (1 if re.fullmatch(r"[\u3400-\u9fff々]+", word) else 3)


# Replacing.

_HONOUR = "様|さん|氏|殿|先生|君"
_NOBODY = re.compile(r"(?:担当者?|皆|客|各位?|方|者|奥|達|部長|課長|社長|人事|企業|関係者)$")
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}"), ADDRESS),
    (re.compile(r"(?:https?://|www\.)[^\s<>\"'）)」』]+"), LINK),
    (re.compile(r"(?<![\d\-])〒?\d{3}-\d{4}(?![\d\-])[^\n]*"), "〒100-0000 見本県見本市1-2-3"),
    (re.compile(r"(?:\+?\d{1,3}[-\s.]?)?\(?0?\d{1,4}\)?[-\s.]\d{1,4}[-\s.]\d{3,4}(?!\d)"), PHONE),
    (re.compile(r"(?<!\d)0\d{9,10}(?!\d)"), PHONE),
    (re.compile(r"(?:株式会社|有限会社|合同会社|一般社団法人|医療法人)[^\s、。,（）()「」]{1,20}?(?=[のをにはがでと、。\s（）()「」]|$)"), COMPANY_JA),
    (re.compile(r"[一-龠ァ-ヶーA-Za-z0-9・&＆]{1,20}(?:株式会社|有限会社|合同会社)"), COMPANY_JA),
    (re.compile(r"\b[A-Z][\w&.\-]*(?: [A-Z][\w&.\-]*){0,3},? (?:Inc|Ltd|LLC|K\.K|Corp|Co)\b\.?(?:, Ltd\.?)?"), COMPANY_EN),
    (re.compile(r"(?<=の)[一-龠々]{1,4}(?=(?:です|と申します|でございます))"), PERSON_JA),
    (re.compile(r"[一-龠々ァ-ヶー]{1,6}[ \u3000]?[一-龠々ァ-ヶー]{0,6}(?=と申します|と言います|といいます)"), PERSON_JA),
    (re.compile(r"(?<=[Mm]y name is )[A-Z][\w'\-]*(?: [A-Z][\w'\-]*){0,2}"), PERSON_EN),
    (re.compile(r"(?<=\b[Tt]his is )[A-Z][\w'\-]*(?: [A-Z][\w'\-]*){0,2}"), PERSON_EN),
    (re.compile(r"(?:(?<=Dear )|(?<=Hi )|(?<=Hello )|(?<=Mr\. )|(?<=Ms\. ))[A-Z][\w'\-]*(?:[ \-][A-Z][\w'\-]*){0,2}"), PERSON_EN),
    (re.compile(r"(?m)(?<=regards,\n)[^\n]{2,40}$|(?<=Regards,\n)[^\n]{2,40}$|(?<=Best,\n)[^\n]{2,40}$|(?<=Thanks,\n)[^\n]{2,40}$|(?<=Sincerely,\n)[^\n]{2,40}$|(?<=Cheers,\n)[^\n]{2,40}$"), PERSON_EN),
)  # fmt: skip


_SPOKEN_TO = re.compile(rf"[一-龠々ァ-ヶー]{{1,6}}(?:[ \u3000][一-龠々ァ-ヶーぁ-ん]{{1,6}})?(?=\s?(?:{_HONOUR}))")


_IN_LATIN = re.compile(rf"{PERSON_JA}\s*[(（][A-Za-zÀ-ž' ,.\-]{{2,40}}[)）]")
"""A name as people repeat it in brackets, in Latin letters."""


def scrub(text: str, known: dict[str, str]) -> str:
    """A text with everything known, and everything that looks like it names somebody, replaced by inventions."""
    text = unicodedata.normalize("NFC", text)
    for word in sorted(known, key=len, reverse=True):
        text = _spelled(word).sub(known[word], text)
    for pattern, place in _PATTERNS:
        text = pattern.sub(place, text)
    text = _SPOKEN_TO.sub(lambda found: found[0] if _NOBODY.search(found[0]) else PERSON_JA, text)
    return _IN_LATIN.sub(PERSON_JA, text)


def still_named(text: str, known: Iterable[str]) -> bool:
    """Whether something known is still found, however it is spaced or widened."""
    folded = _bare(text)
    invented = {_bare(word) for word in (PERSON_JA, PERSON_EN, COMPANY_JA, COMPANY_EN, ADDRESS, OURS, PHONE, "担当")}
    for one in invented:
        folded = folded.replace(one, "\n")
    return any((bare := _bare(word)) and bare not in invented and bare in folded for word in known)


def _spelled(word: str) -> re.Pattern[str]:
    """A word however it is spaced; letters in either case, and not within a longer word."""
    letters = [re.escape(character) for character in word if not character.isspace()]
    inside = r"[\s\u3000]*".join(letters)
    return re.compile(rf"(?<![A-Za-z]){inside}(?![A-Za-z])" if word.isascii() else inside, re.IGNORECASE)


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
