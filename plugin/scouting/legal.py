"""What the law wants in every letter: who sends it, from where, whence the address, how to refuse it.

特定電子メール法 Art. 4 and its ordinance: sender's name, postal address, a contact for complaints, that refusal is
possible and where. 職業安定法 and 個人情報保護法 want the origin of personal data understood by the person.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from plugin.i18n import phrases, say_date
from plugin.policy import LegalBlock


class LetterRefused(Exception):
    """A letter may not be written like this. `code` says why, `detail` what was found; `text(locale)` is for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail

    def text(self, locale: str) -> str:
        """One sentence: what is wrong and what to do."""
        _ = phrases(locale)
        detail = self.detail
        texts = {
            "legal_missing": _(
                "The letter lacks what the law requires (%(detail)s). Set it with `kakuyaku connect`.", detail=detail
            ),
            "sender_missing": _("The connection has no sender address. Set one with `kakuyaku connect`."),
            "company_missing": _(
                "The connection has no company name in this language. Set it with `kakuyaku connect`."
            ),
            "origin_unknown": _("It is not known where this address came from, so this person is not written to."),
            "nothing_to_say": _("Nothing in this person's profile can be quoted as the reason for writing."),
            "promise_wording": _(
                "The text sounds like a promise (“%(detail)s”). Promises come only from the manager's commitment:"
                " please reword the paragraph or the job title.",
                detail=detail,
            ),
            "promise_missing": _("A letter of the committed kind needs a commitment, and there is none."),
            "promise_uncalled": _("A standard letter carries no commitment."),
        }
        return texts[self.code]


def missing(legal: LegalBlock, *, agency: bool = False) -> list[str]:
    """The names of what is not filled in, in the order of the form; empty when a letter may be sent."""
    wanted = ["sender", "postal_address", "contact"] + (["licence"] if agency else [])
    return [name for name in wanted if not str(getattr(legal, name)).strip()]


def legal_block(
    legal: LegalBlock,
    *,
    basis: str,
    basis_at: datetime | None,
    zone: str,
    language: str,
    refuse_url: str,
    agency: bool = False,
) -> str:
    """The block at the foot of a letter. Raises `LetterRefused` while something the law wants is missing."""
    gaps = missing(legal, agency=agency)
    if gaps:
        raise LetterRefused("legal_missing", ", ".join(gaps))
    licence = phrases(language)("Licence: %(licence)s", licence=_line(legal.licence))
    text = _source(language) % {
        "sender": _line(legal.sender),
        "licence": licence if legal.licence.strip() else "",
        "postal_address": _line(legal.postal_address),
        "contact": _line(legal.contact),
        "origin": origin(basis, basis_at, zone, language),
        "refuse_url": refuse_url,
    }
    return re.sub(r"\n{2,}(?=住所|Postal)", "\n", text).strip()


def origin(basis: str, basis_at: datetime | None, zone: str, language: str) -> str:
    """Where the address came from, as the person remembers it. Raises `LetterRefused` when nobody knows."""
    _ = phrases(language)
    texts = {
        "own_applicant": _("you gave it to us when you applied, and agreed to hear from us about other positions"),
        "agency_registrant": _("you gave it to us when you registered with our placement service"),
        "business_card": _("it stands on the business card you gave us"),
        "referral": _("it was passed on to us with your consent by the person who introduced you"),
        "written_notice": _("you told us in writing that we may contact you there"),
    }
    if basis not in texts:
        raise LetterRefused("origin_unknown")
    if basis_at is None:
        return _("%(origin)s.", origin=texts[basis])
    day = say_date(basis_at.astimezone(ZoneInfo(zone)).date(), language)
    return _("%(origin)s (%(day)s).", origin=texts[basis], day=day)


def _line(text: str) -> str:
    return " ".join(text.split())


@cache
def _source(language: str) -> str:
    return files("locales").joinpath(language, "letters", "legal.txt").read_text(encoding="utf-8")
