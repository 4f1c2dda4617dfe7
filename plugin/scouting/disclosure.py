"""How much a person is told of the employer, step by step: withheld, after their consent, full.

In-house the sender is the employer, and letters name it. An agency describes its client by industry and size until
somebody who said yes agreed to be introduced. Whatever may not be said yet is looked for in everything that leaves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.policy import Policy
from plugin.rows import ClientName, Connection, Employer, Entry, Mail, Requisition, Scout
from plugin.scouting.leaks import SHORTEST, folded, leaks
from plugin.scouting.legal import LetterRefused
from plugin.tasks import close_task
from plugin.work.jobs import owe

__all__ = [
    "AFTER_CONSENT",
    "FULL",
    "HELD",
    "KINDS",
    "WITHHELD",
    "Disclosure",
    "NameTooShort",
    "add_name",
    "consent",
    "leaks",
    "names_of",
    "refuse_leaks",
    "unsaid_to",
    "view_of",
]

HELD = "leak"
"""Why a mail waits that would have named an employer too early."""

WITHHELD, AFTER_CONSENT, FULL = "withheld", "after_consent", "full"
CONSENT_MISSING = "consent_missing"
"""Why a yes waits: the person has not agreed to be introduced to the client by name."""
KINDS = ("legal", "alias", "product", "department", "domain")


class NameTooShort(ValueError):
    """A name of one letter would be found in every text."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one person may be told of one requisition's employer at this moment.

    `names` are the employer's own, by language; `described` says it by industry and size. `secrets` may stand nowhere:
    empty once the employer is named.
    """

    stage: str
    names: Mapping[str, str]
    described: Mapping[str, str]
    secrets: tuple[str, ...]

    @property
    def named(self) -> bool:
        return self.stage != WITHHELD

    def company(self, language: str) -> str:
        """The employer as a letter of this stage may call it.

        Raises `LetterRefused` where it has no name, or no description, in this language.
        """
        if self.named:
            name = self.names.get(language, "")
            if not name.strip():
                raise LetterRefused("company_missing")
            return name
        if not self.secrets:
            raise LetterRefused("client_unnamed")
        described = self.described.get(language, "")
        if not described.strip():
            raise LetterRefused("client_undescribed")
        return described


def setting_of(session: Session, requisition: Requisition) -> str:
    """A requisition's own step of the ladder: `full` or `withheld`; an agency withholds unless told otherwise."""
    if requisition.disclosure:
        return requisition.disclosure
    return WITHHELD if session.get_one(Employer, requisition.employer_id).mode == "agency" else FULL


def view_of(session: Session, requisition: Requisition, scout: Scout | None) -> Disclosure:
    """What may be said of a requisition's employer to the person of `scout` (None: to anybody who was not asked yet)."""
    connection = session.get_one(Connection, requisition.connection_id)
    employer = session.get_one(Employer, requisition.employer_id)
    stage = setting_of(session, requisition)
    if stage == WITHHELD and scout is not None and scout.consented_at is not None:
        stage = AFTER_CONSENT
    # In-house and full, a letter is written without looking any further.
    rows = [] if employer.mode == "in_house" and stage != WITHHELD else names_of(session, requisition)
    policy = policy_of(connection)
    return Disclosure(
        stage=stage,
        names=_names(rows, policy, employer),
        described={"ja": requisition.client_ja, "en": requisition.client_en},
        secrets=tuple(_secrets(rows, policy, employer)) if stage == WITHHELD else (),
    )


def names_of(session: Session, requisition: Requisition) -> list[ClientName]:
    """Every spelling of a requisition's employer: its own, and those of the whole account."""
    return list(
        session.exec(
            select(ClientName)
            .where(
                col(ClientName.connection_id) == requisition.connection_id,
                or_(col(ClientName.requisition_id) == requisition.key, col(ClientName.requisition_id).is_(None)),
            )
            .order_by(col(ClientName.id))
        )
    )


def add_name(
    session: Session, connection: Connection, requisition: Requisition | None, kind: str, name: str, by: str
) -> bool:
    """Add one spelling; False when it is there already. Raises `NameTooShort`, ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"a name is one of {', '.join(KINDS)}, not {kind!r}")
    bare = folded(name)
    if len(bare) < SHORTEST:
        raise NameTooShort(name)
    there = session.exec(
        select(ClientName.id).where(
            col(ClientName.connection_id) == connection.key,
            col(ClientName.requisition_id) == (requisition.key if requisition is not None else None),
            col(ClientName.folded) == bare,
        )
    ).first()
    if there is not None:
        return False
    session.add(
        ClientName(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            requisition_id=requisition.key if requisition is not None else None,
            kind=kind,
            name=" ".join(name.split()),
            folded=bare,
            by=by,
            created_at=now_of(session),
        )
    )
    session.flush()
    return True


def consent(session: Session, scout: Scout, by: str, *, at: datetime | None = None) -> bool:
    """Record that somebody agreed to be introduced to the employer by name. `by` as events name actors. Twice is once."""
    if scout.consented_at is not None:
        return False
    scout.consented_at, scout.consent_by = at or now_of(session), by
    session.add(scout)
    record(session, scout.employer_id, "scout", scout.key, "consented", actor=by)
    session.flush()
    _introduce(session, scout, by)
    if not unsaid_to(session, session.get_one(Connection, scout.connection_id), scout.profile_id):
        _let_go(session, scout, by)
    return True


def _introduce(session: Session, scout: Scout, by: str) -> None:
    """Let a yes that waited for this consent into the client's ATS."""
    # `pipeline` asks this module what may be said, so the way back is taken only when it is walked.
    from plugin.pipeline import holding

    entry = session.exec(
        select(Entry)
        .where(col(Entry.scout_id) == scout.key, col(Entry.state) == "deciding", col(Entry.because) == CONSENT_MISSING)
        .with_for_update(key_share=True)
    ).first()
    if entry is not None:
        holding.let_go(session, entry, actor=by)


def _let_go(session: Session, scout: Scout, by: str) -> None:
    """Send the mails that waited because they name the employer."""
    for mail in session.exec(
        select(Mail).where(
            col(Mail.connection_id) == scout.connection_id,
            col(Mail.person) == scout.profile_id,
            col(Mail.state) == "held",
            col(Mail.answer) == HELD,
        )
    ).all():
        mail.state, mail.answer = "queued", ""
        session.add(mail)
        owe(
            session,
            "send_mail",
            f"{mail.key}:consented",
            employer_id=mail.employer_id,
            connection_id=mail.connection_id,
            payload={"mail_id": mail.key},
        )
        close_task(session, mail.employer_id, "mail_leak", str(mail.key), by=by)


def unsaid_to(session: Session, connection: Connection, profile_id: str) -> tuple[str, ...]:
    """Every name one person may not read yet, over all requisitions they were approached for.

    What they may read because of one requisition is no secret because of another.
    """
    secret: dict[str, str] = {}
    told: set[str] = set()
    for scout in session.exec(
        select(Scout).where(col(Scout.connection_id) == connection.key, col(Scout.profile_id) == profile_id)
    ):
        requisition = session.get_one(Requisition, scout.requisition_id)
        view = view_of(session, requisition, scout)
        if view.named:
            told |= {row.folded for row in names_of(session, requisition)}
        secret |= {folded(name): name for name in view.secrets}
    return tuple(name for bare, name in secret.items() if bare not in told)


def refuse_leaks(parts: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Raise `LetterRefused` when a secret name stands in any of the parts, saying in which."""
    found = leaks(parts, secrets) if secrets else []
    if found:
        raise LetterRefused("leak", "; ".join(found[:3]))


def _names(rows: Sequence[ClientName], policy: Policy, employer: Employer) -> dict[str, str]:
    legal = [row.name for row in rows if row.kind == "legal"]
    if employer.mode == "in_house" or not legal:
        return {"ja": policy.company_ja, "en": policy.company_en}
    japanese = [name for name in legal if _JAPANESE.search(name)]
    latin = [name for name in legal if not _JAPANESE.search(name)]
    return {"ja": (japanese or latin)[0], "en": (latin or japanese)[0]}


def _secrets(rows: Sequence[ClientName], policy: Policy, employer: Employer) -> list[str]:
    secrets = [row.name for row in rows]
    if employer.mode == "in_house":
        # The sender is the employer: what withholds its name may not show it as the sender either.
        domain = policy.from_address.rpartition("@")[2]
        secrets += [name for name in (policy.company_ja, policy.company_en, policy.legal.sender, domain) if name]
    return list(dict.fromkeys(secrets))


_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿㐀-䶿々]")
