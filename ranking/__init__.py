"""The judgement: requirement, guidance and profiles in; order, scores, evidence and market out.

Plain values in, plain values out; importing this package loads neither numpy nor chromadb. `values` has the types,
`requirement` reads a job description, `judge` scores (numpy), `store` keeps profiles (the one door to chromadb).
Nothing here knows the plugin.
"""

from ranking.values import (
    Calibrated,
    Dimension,
    EvidenceRow,
    Guidance,
    GuidanceUnit,
    LanguageNeed,
    Level,
    Pay,
    Profile,
    Quote,
    Requirement,
    Scored,
    Skill,
    Stated,
    Years,
)

__all__ = [
    "Calibrated",
    "Dimension",
    "EvidenceRow",
    "Guidance",
    "GuidanceUnit",
    "LanguageNeed",
    "Level",
    "Pay",
    "Profile",
    "Quote",
    "Requirement",
    "Scored",
    "Skill",
    "Stated",
    "Years",
]
