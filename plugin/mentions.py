"""Whether a text speaks of a person: by name in any spelling we know, address or telephone number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from plugin.identity import Identity


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person can be recognised by, folded: width, case, blanks and small differences of form don't matter."""

    words: frozenset[str]
    digits: str = ""

    @classmethod
    def of(cls, identity: Identity) -> Marks:
        names = {identity.name, identity.kana, identity.romaji}
        for name in (identity.name, identity.romaji):
            parts = name.replace("\u3000", " ").split()
            names.add(" ".join(reversed(parts)))
        words = {_folded(name) for name in names} | {_folded(identity.email)}
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", identity.phone))
        # 090… and +81 90… are one number: its end is looked for.
        return cls(frozenset(word for word in words if len(word) >= 3), digits[-9:] if len(digits) >= 9 else "")

    def stand_in(self, text: str) -> bool:
        folded = _folded(text)
        if any(word in folded for word in self.words):
            return True
        return bool(self.digits) and self.digits in re.sub(r"(?<=\d)[^\w]{1,3}(?=\d)", "", folded)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
