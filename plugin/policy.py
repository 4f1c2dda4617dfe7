"""What one connection (one ATS account) does by default: a frozen value stored as JSON in its row."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LegalBlock(BaseModel):
    """What every letter must state. A letter is refused while one of these is empty."""

    model_config = ConfigDict(frozen=True)

    sender: str = ""  # the organisation, as its law wants it named
    postal_address: str = ""
    contact: str = ""  # where complaints and questions go: a mail address or telephone number
    licence: str = ""  # 有料職業紹介許可番号, agencies
    entrusted_by: str = ""  # 委託元: whose recruiting an operator does
    entrusted_to: str = ""  # 委託先: the operator, as its law wants it named
    entrustment_basis: str = ""  # 委託募集: the permission or notification it rests on (職業安定法 Art. 36)


class Policy(BaseModel):
    """Defaults of one connection. Every field is shown by `kakuyaku connect` and on the recruiter's page."""

    model_config = ConfigDict(frozen=True)

    locale: Literal["ja", "en"] = "ja"  # of staff who have none of their own
    zone: str = "Asia/Tokyo"
    closures: tuple[date, ...] = ()  # company holidays beside the national ones
    inclusive: bool = True  # the line itself counts
    kind: Literal["interview", "casual"] = "interview"
    selection: bool = True
    screening: Literal["none", "preparation_only"] = "none"
    interviewer_title: str = ""  # empty: the hiring manager (採用責任者)
    days: int = Field(5, ge=1, le=30)
    reply_days: int = Field(14, ge=4, le=90)  # the reply deadline, from the day of commitment
    last_days: int = Field(3, ge=0, le=30)  # no committed letter in the last days before it
    max_people: int = Field(20, ge=1, le=1000)
    format: Literal["online", "onsite", "either"] = "online"
    minutes: int = Field(45, ge=10, le=240)
    floor: int = Field(40, ge=0, le=100)
    grace_seconds: int = Field(1800, ge=0)
    recall_seconds: int = Field(600, ge=0)
    quiet_hours: bool = True  # no letters at night, on weekends and holidays
    from_hour: int = Field(9, ge=6, le=12)  # in the reader's zone
    to_hour: int = Field(19, ge=13, le=22)
    monday_from: int = Field(9, ge=6, le=13)  # on Mondays not before
    obon_quiet: bool = True  # 13 to 16 August
    year_end_quiet: bool = True  # 29 December to 3 January
    auto_release: bool = False
    masked: bool = True  # R12
    confidential_posts: bool = False
    entry_kind: Literal["prospect", "casual", "application"] = "application"
    entry_stage: str = ""  # name of the stage a yes enters at; empty: the first
    per_minute: int = Field(30, ge=1)  # letters one mailbox sends
    per_domain_per_minute: int = Field(15, ge=1)  # of these, to one domain
    first_day_letters: int = Field(
        50, ge=0
    )  # a new mailbox begins with so many, half as many again each day; 0: no ramp
    most_a_day: int = Field(1000, ge=1)
    interviews_per_week: int = Field(
        5, ge=1, le=100
    )  # a manager's, where they gave no times: what letters are weighed against
    replacing: bool = True  # who falls out at sending makes room for the next best
    follow_up_after_days: int = Field(0, ge=0, le=60)  # one reminder to who has not answered; 0: none
    remind_candidates: bool = True  # of their meeting, from the morning of the day before
    promise_in_subject: bool = False  # 「書類選考なし・面接確約」 in the subject where the commitment holds both
    fatigue_days: int = Field(30, ge=0)  # no second scout to a person of any role within
    ownership_days: int = Field(365, ge=0)
    rejected_days: int = Field(180, ge=0)  # "recently rejected there"
    profiles_old_after_days: int = Field(365, ge=1)  # what is known of somebody is marked as old
    profiles_confirm_after_days: int = Field(730, ge=1)  # nothing is promised to them until it is confirmed
    applicants_consent_from: date | None = None  # whoever entered the ATS since agreed to hear of other positions
    applicants_consent_tag: str = ""  # or carries this tag there; neither: they are ranked but not written to
    from_name: str = ""
    from_address: str = ""  # a mailbox of this connection; replies come to its plus addresses
    bounce_address: str = ""
    legal: LegalBlock = LegalBlock()
    company_ja: str = ""
    company_en: str = ""
    market_source: str = ""  # the store is a declared market of this name; empty: it is one's own data (R10)
    reply_rate: float = Field(0.03, gt=0, le=1)  # assumed share of promised letters that are answered with a yes
    kept_rate_floor: float = Field(
        0.8, ge=0, le=1
    )  # kept more rarely, a manager's promise stands in no new letter; 0: off
    owner_addresses: tuple[str, ...] = ()  # who sees every manager's kept promises and may review them
    data_request_days: int = Field(14, ge=1, le=30)  # to answer who asks for their data to be shown or deleted
    candidate_page_days: int = Field(180, ge=30, le=730)  # a candidate's page opens this long after their last letter
    calendar_hosts: tuple[str, ...] = ()  # hosts whose calendar feeds may be read beside the known ones
    scheduling_hosts: tuple[str, ...] = ()  # hosts of scheduling pages that may be linked beside the known ones
    retention_days: dict[str, int] = {}  # by contact basis or source: people are erased this long after last known true
    test_address: str = ""  # dry run: every letter goes here instead
