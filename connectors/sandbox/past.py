"""People the sandbox has known for a while: applications of earlier years with jobs held and résumés. All invented."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox import people
from connectors.sandbox.jobs import Ats
from connectors.sandbox.store import Row, iso

# family, given, address, telephone, days since the last activity, jobs (company, title, start, end), résumé.
_PAST: tuple[tuple[str, str, str, str, int, tuple[tuple[str, str, str, str], ...], str], ...] = (
    (
        *("中村", "彩", "aya.nakamura@example.com", "090-0000-7001", 60),
        (("株式会社つばめペイ", "バックエンドエンジニア", "2019-04-01", ""),),
        "職務経歴書\n氏名：中村 彩\n性別：女\n■職務要約\n決済サービスのバックエンドエンジニアとして、GoとPostgreSQLでAPIの設計・開発に7年間従事。"
        "直近2年は4名のチームのリーダーを担当しています。\n■語学\n英語：TOEIC 840点\n",
    ),
    (
        *("小川", "翔", "sho.ogawa@example.com", "090-0000-7002", 500),
        (
            ("株式会社みなも物流", "法人営業", "2016-04-01", "2021-03-31"),
            ("例示商事株式会社", "営業マネージャー", "2021-04-01", ""),
        ),
        "職務経歴書\n氏名：小川 翔\n■職務要約\n物流業界の法人営業を10年担当しました。新規開拓を得意とし、直近は8名の営業チームを率いて予算を3年続けて達成しています。\n",
    ),
    (
        *("Garcia", "Elena", "elena.garcia@example.com", "+81 80-0000-7003", 900),
        (("Sample Robotics K.K.", "Data Engineer", "2018-09-01", ""),),
        "Elena Garcia\nSummary\nData engineer with 7 years of experience in building pipelines with Python, Spark and AWS for the"
        " manufacturing industry. I work with analysts and plant engineers in both languages.\nLanguages\nEnglish: fluent\nJapanese: JLPT N2\n",
    ),
    (
        *("石井", "誠", "makoto.ishii@example.com", "090-0000-7004", 200),
        (("株式会社れい", "経理", "2014-04-01", ""),),
        "",
    ),
)


def add_past_candidates(ats: Ats, job_id: int | None = None) -> list[Row]:
    """Add everybody; with a requisition they have applied there long ago and were turned down, the last is a prospect."""
    added: list[Row] = []
    now = ats.store.now()
    for position, (family, given, address, phone, days, jobs, resume) in enumerate(_PAST):
        row = people.create_candidate(
            ats,
            first_name=given,
            last_name=family,
            company=jobs[-1][0],
            title=jobs[-1][1],
            email_addresses=[{"value": address, "type": "personal"}],
            phone_numbers=[{"value": phone, "type": "mobile"}],
            last_activity_at=iso(now - timedelta(days=days)),
        )
        know_more(ats, row["id"], jobs, resume.encode(), "resume.txt")
        if job_id is not None:
            prospect = position == len(_PAST) - 1
            made = people.create_application(ats, candidate_id=row["id"], job_id=job_id, prospect=prospect)
            if not prospect:
                long_ago: datetime = now - timedelta(days=days + 20)
                ats.store.change(
                    "applications", made["id"], status="rejected", rejected_at=iso(long_ago), created_at=iso(long_ago)
                )
        added.append(row)
    return added


def know_more(ats: Ats, candidate_id: int, jobs: Any, resume: bytes, filename: str) -> None:
    """Put jobs held and a résumé to a person."""
    for company, title, start, end in jobs:
        ats.store.add(
            "candidate_employments",
            candidate_id=candidate_id,
            company_name=company,
            title=title,
            start_date=start,
            end_date=end or None,
            latest=not end,
        )
    if resume:
        content = base64.b64encode(resume).decode()
        ats.store.add("attachments", candidate_id=candidate_id, filename=filename, type="resume", content=content)
