"""How a person is written into Chroma's metadata and read back: scalars, two arrays, no word a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.columns import UNKNOWN, Row
from ranking.facts import Facts
from ranking.lexicon import lexicon
from ranking.values import Level, Profile

_HEADLINE = 80


def to_metadata(facts: Facts, row: Row, number: int) -> dict[str, Any]:
    """Write the metadata of one person. Absent values are None, which removes what an earlier upsert left.

    `skills` and `denied` are left out of new records when empty (Chroma refuses empty arrays), hence None too.
    """
    profile = facts.profile
    return {
        "number": number,
        "revision": profile.revision,
        "headline": None,  # stands beside the text; what an earlier version wrote is removed
        "skills": list(profile.skills) if profile.skills else None,
        "denied": list(facts.denied) or None,
        "quoted": row.signals,
        "japanese": None if row.japanese == UNKNOWN else row.japanese,
        "english": None if row.english == UNKNOWN else row.english,
        "years": None if row.years == UNKNOWN else row.years,
        "open_since": None if row.open_since == UNKNOWN else row.open_since,
        "pay": profile.pay,
        "desired_pay": profile.desired_pay,
        "place": profile.place,
        "contactable": profile.contactable,
    }


def to_row(profile_id: str, metadata: Mapping[str, Any], vector: NDArray[np.float32]) -> Row:
    """Read a row of the index back from Chroma."""
    denied = tuple(metadata.get("denied") or ())
    return Row(
        id=profile_id,
        revision=int(metadata["revision"]),
        concepts=lexicon().expand(metadata.get("skills") or ()),
        denied=denied,
        signals=int(metadata["quoted"]),
        japanese=int(metadata.get("japanese", UNKNOWN)),
        english=int(metadata.get("english", UNKNOWN)),
        years=float(metadata.get("years", UNKNOWN)),
        open_since=int(metadata.get("open_since", UNKNOWN)),
        desired_pay=int(metadata.get("desired_pay", UNKNOWN)),
        place=str(metadata.get("place", "")),
        contactable=bool(metadata["contactable"]),
        vector=np.rint(vector).astype(np.int8),
    )


def shown_headline(facts: Facts) -> str:
    """Return the line a person is shown with."""
    return facts.profile.headline[:_HEADLINE]


def to_profile(profile_id: str, metadata: Mapping[str, Any], text: str, headline: str) -> Profile:
    """Read a completed profile back."""
    japanese, english = metadata.get("japanese"), metadata.get("english")
    return Profile(
        id=profile_id,
        text=text,
        revision=int(metadata["revision"]),
        headline=headline,
        skills=tuple(metadata.get("skills") or ()),
        japanese=None if japanese is None else Level(int(japanese)),
        english=None if english is None else Level(int(english)),
        years=metadata.get("years"),
        pay=metadata.get("pay"),
        desired_pay=metadata.get("desired_pay"),
        place=metadata.get("place"),
        contactable=bool(metadata["contactable"]),
    )
