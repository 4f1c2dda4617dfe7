"""Who may be written to, and why not (R5). Codes in, codes out; `reason_text` says them to people.

Everything here reads rows only, for twenty people or for thousands in a few queries. What the ATS alone knows (somebody is
in process there, or was turned down lately) is brought into `Restriction` rows by `known_there`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.identity import Identity, identities
from plugin.people import CONTACT_BASES
from plugin.people_in.ages import age_of
from plugin.policy import Policy
from plugin.rows import Connection, Entry, Profile, Requisition, Restriction, Scout
from plugin.scouting import lookalikes, off_limits, ownership
from plugin.scouting.media import reachable_by
from plugin.scouting.suppression import hashes_of, suppressed_hashes
from plugin.sealing import Vault

CODES = (
    "gone",
    "no_basis",
    "no_address",
    "suppressed",
    "in_process",
    "recently_rejected",
    "do_not_contact",
    "introduced",
    "referred",
    "off_limits",
    "workplace_address",
    "language_unknown",
    "name_unknown",
    "already_written",
    "fatigue",
    "changed_since",
    "not_confirmed",
    "possible_duplicate",
    "test_address",
)
LEFT = ("sending", "sent", "unknown")  # states of a scout that has, or may have, left
_GIVEN_BY_THEMSELVES = ("own_applicant", "agency_registrant", "written_notice")


def may_write_to(
    session: Session,
    vault: Vault,
    *,
    connection: Connection,
    requisition: Requisition,
    profile: Profile,
    now: datetime,
    revision: int | None = None,
    scout_id: int | None = None,
    promised: bool = True,
) -> list[str]:
    """Say why this person must not be written to; empty when they may be. See `reachable`."""
    found = reachable(
        session,
        vault,
        connection=connection,
        requisition=requisition,
        profile_ids=[profile.profile_id],
        now=now,
        revisions=None if revision is None else {profile.profile_id: revision},
        but_scouts=() if scout_id is None else (scout_id,),
        promised=promised,
    )
    return found[profile.profile_id]


def reachable(
    session: Session,
    vault: Vault,
    *,
    connection: Connection,
    requisition: Requisition,
    profile_ids: Sequence[str],
    now: datetime,
    revisions: Mapping[str, int] | None = None,
    but_scouts: Sequence[int] = (),
    promised: bool = True,
) -> dict[str, list[str]]:
    """For each person the codes of what forbids writing, in the order of `CODES`; empty lists are people who may be.

    `revisions` are those of the calibration: who has changed since is not written to. `but_scouts` leaves out letters
    that are being sent right now, so that they don't forbid themselves. `promised`: the letter carries a promise, which
    nobody gets of whom what is known is older than the connection allows until somebody confirms it.
    """
    employer_id, policy = connection.employer_id, policy_of(connection)
    companies = off_limits.standing(session, employer_id, now)
    result: dict[str, list[str]] = {}
    for ids in _chunks(profile_ids):
        profiles = {
            row.profile_id: row
            for row in session.exec(
                select(Profile)
                .where(col(Profile.employer_id) == employer_id, col(Profile.profile_id).in_(ids))
                .execution_options(populate_existing=True)
            )
        }
        people = identities(session, vault, employer_id, list(profiles))
        twins = lookalikes.twins(session, employer_id, ids)
        known = _known(session, connection, requisition, profiles, twins, policy, now, but_scouts)
        stopped = _said_stop(session, vault, employer_id, people, policy)
        for profile_id in ids:
            profile, person = profiles.get(profile_id), people.get(profile_id)
            if profile is None or person is None:
                result[profile_id] = ["gone"]
                continue
            codes = _of_person(profile, person, policy) | known.of(profile_id)
            for twin in twins.get(profile_id, ()):
                codes |= known.of(twin)
            if profile_id in stopped:
                codes.add("suppressed")
            if companies.of(person) is not None:
                codes.add("off_limits")
            if revisions is not None and revisions.get(profile_id, profile.revision) != profile.revision:
                codes.add("changed_since")
            if promised and age_of(profile.as_of or profile.created_at, policy, now) == "unconfirmed":
                codes.add("not_confirmed")
            result[profile_id] = [code for code in CODES if code in codes]
    return result


def reason_text(code: str, locale: str) -> str:
    """Why somebody is not written to, for the reader. Unknown codes come back as they are."""
    _ = phrases(locale)
    texts = {
        "gone": _("no longer in the store"),
        "no_basis": _("no basis for contacting them"),
        "no_address": _("no mail address known"),
        "suppressed": _("asked not to be written to, or their mailbox refuses mail"),
        "in_process": _("already in process with you"),
        "recently_rejected": _("turned down recently"),
        "do_not_contact": _("marked “do not contact” in the ATS"),
        "introduced": _("introduced by an agency whose claim still runs"),
        "referred": _("referred by a colleague, whose referral comes first"),
        "off_limits": _("their company or they themselves are off limits"),
        "workplace_address": _("only a workplace mailbox is known, not given for this purpose"),
        "language_unknown": _("the language to write in is unknown"),
        "name_unknown": _("the name to address them by is unknown"),
        "already_written": _("was written to about this position before"),
        "fatigue": _("was written to about another position recently"),
        "changed_since": _("their profile changed after the calibration"),
        "not_confirmed": _("what is known of them is too old to promise anything on; have it confirmed first"),
        "possible_duplicate": _("may be somebody who is known already; a person must look first"),
        "test_address": _("the address is one of your own"),
    }
    return texts.get(code, code)


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows beside the profile say of the people of one chunk, and of other records of theirs."""

    suppressed: set[str]  # profile ids
    restrictions: Mapping[str, set[str]]
    claims: Mapping[str, set[str]]
    scouts: Mapping[str, set[str]]
    entered: Mapping[str, str]
    doubted: set[str]

    def of(self, id: str) -> set[str]:
        codes = set(self.restrictions.get(id, ())) | self.scouts.get(id, set()) | self.claims.get(id, set())
        if id in self.suppressed:
            codes.add("suppressed")
        if id in self.entered:
            codes.add(self.entered[id])
        if id in self.doubted:
            codes.add("possible_duplicate")
        return codes


def _known(
    session: Session,
    connection: Connection,
    requisition: Requisition,
    profiles: Mapping[str, Profile],
    twins: Mapping[str, set[str]],
    policy: Policy,
    now: datetime,
    but_scouts: Sequence[int],
) -> _Known:
    employer_id = connection.employer_id
    others = sorted({id for found in twins.values() for id in found} - set(profiles))
    ids = [*profiles, *others]
    hashes = {id: row.email_hash for id, row in profiles.items()}
    if others:
        rows = session.exec(
            select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.profile_id).in_(others))
        )
        hashes |= {row.profile_id: row.email_hash for row in rows}
    said_stop = suppressed_hashes(session, employer_id, hashes.values(), sender=policy.from_address)
    return _Known(
        suppressed={id for id, digest in hashes.items() if digest and digest in said_stop},
        restrictions=_restrictions(session, employer_id, policy, ids, now),
        claims=ownership.claims(session, connection, ids, now),
        scouts=_written_to(session, employer_id, requisition, ids, policy, now, but_scouts),
        entered=_entered(session, employer_id, ids),
        doubted=lookalikes.waiting(session, employer_id, ids),
    )


def _said_stop(
    session: Session, vault: Vault, employer_id: int, people: Mapping[str, Identity], policy: Policy
) -> set[str]:
    """Who said stop in a service they are written to by hand in: it holds for their mailbox, too."""
    hashes = {id: hashes_of(vault, employer_id, person) for id, person in people.items() if reachable_by(person)}
    found = suppressed_hashes(session, employer_id, set().union(*hashes.values()), sender=policy.from_address)
    return {id for id, digests in hashes.items() if digests & found}


def _of_person(profile: Profile, person: Identity, policy: Policy) -> set[str]:
    codes: set[str] = set()
    address = person.email.strip()
    if profile.contact_basis not in CONTACT_BASES:
        codes.add("no_basis")
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", address):
        codes.add("no_address")
    elif profile.contact_basis not in _GIVEN_BY_THEMSELVES and is_workplace(address, person):
        codes.add("workplace_address")
    if profile.language not in ("ja", "en"):
        codes.add("language_unknown")
    if not addressee(person, profile.language):
        codes.add("name_unknown")
    own = {each.casefold() for each in (policy.from_address, policy.bounce_address, policy.test_address) if each}
    if address.casefold() in own:
        codes.add("test_address")
    return codes


def addressee(person: Identity, language: str) -> str:
    """The name a letter opens with: 姓 in Japanese, the full name in English; "" where it isn't known."""
    if language == "en":
        return (person.romaji or person.name).strip()
    return person.family_name.strip()


# Second-level domains of the JP registry that only organisations hold; .ne.jp (providers) and general ones are no sign.
_ORGANISATIONS = re.compile(r"\.(?:co|or|go|ac|ed|lg|gr)\.jp$")
_MAILBOXES = frozenset({"yahoo.co.jp", "ymail.co.jp", "excite.co.jp", "nifty.com", "infoseek.jp", "livedoor.com"})


def is_workplace(address: str, person: Identity) -> bool:
    """Whether an address is a mailbox at work: an organisation's domain, or one named like the person's employer."""
    domain = address.rpartition("@")[2].casefold()
    if domain in _MAILBOXES:
        return False
    if _ORGANISATIONS.search(domain):
        return True
    words = re.findall(r"[a-z0-9]{4,}", person.company.casefold())
    labels = domain.split(".")[:-1]
    return any(word in label for word in words for label in labels)


def _restrictions(
    session: Session, employer_id: int, policy: Policy, ids: Sequence[str], now: datetime
) -> dict[str, set[str]]:
    rows = session.exec(
        select(Restriction).where(col(Restriction.employer_id) == employer_id, col(Restriction.profile_id).in_(ids))
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        ends = row.expires_at
        if ends is None and row.kind == "rejected":
            ends = row.created_at + timedelta(days=policy.rejected_days)
        if row.kind in _RESTRICTED and (ends is None or ends > now):
            found.setdefault(row.profile_id, set()).add(_RESTRICTED[row.kind])
    return found


_RESTRICTED = {
    "off_limits": "off_limits",
    "in_process": "in_process",
    "rejected": "recently_rejected",
    "do_not_contact": "do_not_contact",
}


def _written_to(
    session: Session,
    employer_id: int,
    requisition: Requisition,
    ids: Sequence[str],
    policy: Policy,
    now: datetime,
    but: Sequence[int],
) -> dict[str, set[str]]:
    """Who was written to: about this position ever, about any other within the connection's fatigue window."""
    since = now - timedelta(days=policy.fatigue_days)
    rows = session.exec(
        select(Scout).where(
            col(Scout.employer_id) == employer_id,
            col(Scout.profile_id).in_(ids),
            col(Scout.state).in_([*LEFT, "refused"]),
        )
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.id in but:
            continue
        if row.requisition_id == requisition.id:
            found.setdefault(row.profile_id, set()).add("already_written")
        elif row.state != "refused" and (row.sent_at is None or row.sent_at > since):
            # What is being sent, or may have been, has no time of acceptance: it counts as now.
            found.setdefault(row.profile_id, set()).add("fatigue")
    return found


def _entered(session: Session, employer_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Who said yes to us and is on the way in, or waits for somebody to say whether the ATS knows them already."""
    rows = session.exec(
        select(Entry).where(
            col(Entry.employer_id) == employer_id, col(Entry.profile_id).in_(ids), col(Entry.state) != "closed"
        )
    )
    return {row.profile_id: "possible_duplicate" if row.state == "deciding" else "in_process" for row in rows}


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), 400):
        yield wanted[start : start + 400]
