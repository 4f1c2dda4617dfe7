"""Profiles as they come in: JSON lines met at the door, banned personal data stripped and counted, fields completed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ranking.facts import at_the_door, complete
from ranking.folding import fold
from ranking.levels import find_levels
from ranking.lexicon import lexicon
from ranking.places import LABELS, find_places
from ranking.protected import BANNED_KEYS, strip_banned
from ranking.values import Level, Profile

__all__ = ["LineError", "ProfilesRead", "at_the_door", "complete", "read_profiles", "strip_banned", "too_long"]

LONGEST_TEXT = 100_000  # characters of one person's text: a résumé of fifty pages


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with one line of a file, said to the person who wrote it."""

    line: int
    message: str


@dataclass(slots=True)
class ProfilesRead:
    profiles: list[Profile] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    stripped: Counter[str] = field(default_factory=Counter)


def read_profiles(lines: Iterable[str]) -> ProfilesRead:
    """Read profiles from JSON lines: `id` and `text`, every other field optional. Bad lines are set aside, not fatal.

    `skills` takes concept ids or words; levels take 0–5, a name ("business") or an exam ("N2", "TOEIC 850"); `place`
    a JIS X 0401 code or a name; pay is JPY a year. Banned personal data is removed and counted.
    """
    read = ProfilesRead()
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            profile, counts = _from_json(line)
        except ValueError as error:
            read.errors.append(LineError(number, str(error)))
            continue
        if profile.id in seen:
            read.errors.append(LineError(number, f'the id "{profile.id}" is taken already by line {seen[profile.id]}'))
            continue
        seen[profile.id] = number
        read.stripped += counts
        read.profiles.append(profile)
    return read


def too_long(text: str) -> str:
    """Say why a text is no one person's (a whole file in one field would hold up everybody behind it); "" if it may be."""
    if len(text) <= LONGEST_TEXT:
        return ""
    return f"the text has {len(text):,} characters, more than {LONGEST_TEXT:,}: leave what is about one person's work"


def check_id(profile_id: str) -> None:
    """Raise `ValueError` for an id the store can't keep."""
    if not profile_id or len(profile_id.encode("utf-8", "surrogatepass")) > 200:
        raise ValueError(f'the id "{profile_id[:40]}" is no id: use 1 to 200 bytes')
    if not profile_id.isprintable():
        raise ValueError(f"the id {profile_id!r} holds a control character: use printable characters")


def _from_json(line: str) -> tuple[Profile, Counter[str]]:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON ({error.msg} at character {error.pos + 1})") from error
    if not isinstance(data, dict):
        raise ValueError('a line must be one JSON object with "id" and "text"')
    identity, text = data.get("id"), data.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity.strip():
        raise ValueError('"id" is missing: give every profile an id of its own')
    check_id(identity.strip())
    if not isinstance(text, str) or not text.strip():
        raise ValueError('"text" is missing or empty: it holds what is known of the person')
    if why := too_long(text):
        raise ValueError(why)
    counts = Counter(BANNED_KEYS[key] for key in data if key in BANNED_KEYS)
    clean, more = strip_banned(text)
    headline, most = strip_banned(_word(data, "headline") or "")
    profile = Profile(
        id=identity.strip(),
        text=clean,
        revision=_whole(data, "revision") or 1,
        headline=headline,
        skills=_skills(data),
        japanese=_level(data, "japanese"),
        english=_level(data, "english"),
        years=_number(data, "years"),
        pay=_whole(data, "pay"),
        desired_pay=_whole(data, "desired_pay"),
        place=_place(data),
        contactable=_flag(data, "contactable"),
    )
    return profile, counts + more + most


def _word(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{key}" must be text, found {json.dumps(value, ensure_ascii=False)[:40]}')
    return value


def _number(data: dict[str, Any], key: str) -> float | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ValueError(f'"{key}" must be a number of 0 or more, found {json.dumps(value, ensure_ascii=False)[:40]}')
    return float(value)


def _whole(data: dict[str, Any], key: str) -> int | None:
    value = _number(data, key)
    return None if value is None else round(value)


def _flag(data: dict[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f'"{key}" must be true or false')
    return value


def _skills(data: dict[str, Any]) -> tuple[str, ...] | None:
    value = data.get("skills")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError('"skills" must be a list of words or concept ids')
    lex = lexicon()
    found: set[str] = set()
    for word in value:
        if word in lex.concepts:
            found.add(word)
        else:
            found.update(hit.concept.id for hit in lex.find(word))
    return tuple(sorted(found))


def _level(data: dict[str, Any], key: str) -> Level | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 5:
        return Level(value)
    if isinstance(value, str):
        if value.strip().upper() in Level.__members__:
            return Level[value.strip().upper()]
        named = "日本語" if key == "japanese" else "英語"
        found = [f for f in find_levels(fold(f"{named}: {value}").text) if f.language == key]
        if found:
            return max(f.level for f in found)
    raise ValueError(f'"{key}" must be 0 to 5, none to native, or an exam such as "N2" or "TOEIC 800"')


def _place(data: dict[str, Any]) -> str | None:
    value = _word(data, "place")
    if value is None or not value.strip():
        return None
    if value in LABELS:
        return value
    found = find_places(fold(value).text)
    if not found:
        raise ValueError(
            f'"place" names no prefecture or city we know: "{value[:40]}"; use a name or a code such as "13"'
        )
    return found[0].code
