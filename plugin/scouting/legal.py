"""What the law wants in every letter: who sends it, from where, whence the address, how to refuse it.

特定電子メール法 Art. 4 and its ordinance: sender's name, postal address, a contact for complaints, that refusal is
possible and where. 職業安定法 and 個人情報保護法 want the origin of personal data understood by the person.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from plugin.i18n import phrases, say_date
from plugin.policy import LegalBlock
from plugin.scouting.leaks import say_found
from plugin.scouting.voices import AGENCY, IN_HOUSE, OPERATOR


class LetterRefused(Exception):
    """A letter may not be written like this. `code` says why, `detail` what was found; `text(locale)` is for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail

    def text(self, locale: str) -> str:
        """One sentence: what is wrong and what to do."""
        _ = phrases(locale)
        detail = say_found(self.detail, locale) if self.code == "leak" else self.detail
        texts = {
            "legal_missing": _(
                "The letter lacks what the law requires (%(detail)s). Set it with `kakuyaku connect`.", detail=detail
            ),
            "entrustment_missing": _(
                "An operator may only write with the employer, the operator and the basis of the entrusted recruitment"
                " (委託募集) stated; missing: %(detail)s. Set it with `kakuyaku connect`.",
                detail=detail,
            ),
            "page_missing": _("The letter has no link to the person's own page. Set KAKUYAKU_PUBLIC_URL."),
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
            "date_wording": _(
                "The text names a date or a deadline (“%(detail)s”). Dates in a letter come only from the commitment and"
                " the description: please leave it out.",
                detail=detail,
            ),
            "kind_wording": _(
                "The text calls the meeting something else than the commitment does (“%(detail)s”). What kind of meeting"
                " it is stands in the letter already: please leave it out.",
                detail=detail,
            ),
            "leak": _(
                "The employer's name must not be told yet, and it stands here: %(detail)s. Reword that part, or let the"
                " requisition's page say that the employer may be named.",
                detail=detail,
            ),
            "client_unnamed": _(
                "The employer is withheld, and none of its names is entered that could be looked for. Enter them on the"
                " requisition's page first."
            ),
            "client_undescribed": _(
                "The employer is withheld, and there is no description of it in this language. Write one by industry and"
                " size on the requisition's page."
            ),
            "promise_missing": _("A letter of the committed kind needs a commitment, and there is none."),
            "name_missing": _("The name to address this person by is unknown, so they are not written to."),
            "promise_uncalled": _("A standard letter carries no commitment."),
        }
        return texts[self.code]


def missing(legal: LegalBlock, *, voice: str = IN_HOUSE) -> list[str]:
    """The names of what is not filled in, in the order of the form; empty when a letter in this voice may be sent."""
    wanted = ["sender", "postal_address", "contact", *_OF_VOICE.get(voice, ())]
    return [name for name in wanted if not str(getattr(legal, name)).strip()]


_ENTRUSTMENT = ("entrusted_by", "entrusted_to", "entrustment_basis")
_OF_VOICE = {AGENCY: ("licence",), OPERATOR: _ENTRUSTMENT}


def legal_block(
    legal: LegalBlock,
    *,
    basis: str,
    basis_at: datetime | None,
    zone: str,
    language: str,
    refuse_url: str,
    voice: str = IN_HOUSE,
    company: str = "",
) -> str:
    """The block at the foot of a letter. Raises `LetterRefused` while something the law wants is missing.

    An agency states its licence and that `company` is the employer (職業安定法 Art. 32-13); an operator states who
    entrusted whom with the recruiting and on what basis (Art. 36). Without `refuse_url` the letter is refused by
    answering it.
    """
    gaps = missing(legal, voice=voice)
    if gaps:
        entrustment = [name for name in gaps if name in _ENTRUSTMENT]
        raise LetterRefused("entrustment_missing" if entrustment == gaps else "legal_missing", ", ".join(gaps))
    values = {name: _line(getattr(legal, name)) for name in _STATED}
    values |= {
        "origin": origin(basis, basis_at, zone, language),
        "refuse_url": refuse_url,
        "company": _line(company),
    }
    text = _source(language, voice)
    if not refuse_url:
        page, reply = _BY_REPLY_ALONE[language]
        text = text.replace(page, reply)
    return (text % values).strip()


_BY_REPLY_ALONE = {
    "ja": ("次のページからお手続きいただくか、本メールに", "本メールに"),
    "en": ("use the page below or reply with", "reply with"),
}
"""Where nobody outside reaches our pages (`Settings.pull_only`), the answer alone refuses (特定電子メール法 Art. 4: an address suffices)."""

_STATED = ("sender", "postal_address", "contact", "licence", *_ENTRUSTMENT)


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
def _source(language: str, voice: str) -> str:
    return files("locales").joinpath(language, "letters", f"legal_{voice}.txt").read_text(encoding="utf-8")
