"""A letter cut to the length a service takes, without cutting what must be said.

The promise, the legal block and how to refuse are never shortened. The courtesies go first (a letter of its own, with
every fact), then facts about the role, from the last, then facts about the person, down to one of each; a letter that
still doesn't fit is refused, so that a person shortens their own paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plugin.i18n import phrases
from plugin.scouting.compiler import BY_HAND, Letter, Parts, compile_letter
from plugin.scouting.facts import chosen
from plugin.scouting.legal import LetterRefused
from plugin.scouting.media import NAMES
from plugin.scouting.post import as_html
from plugin.settings import Settings


@dataclass(frozen=True, slots=True)
class Cut:
    """A letter that fits, and how many facts were left out for it. `brief`: in fewer words."""

    letter: Letter
    most: int
    left_out: int
    brief: bool = False

    @property
    def length(self) -> int:
        """Characters, as services count them (line ends are one)."""
        return len(self.letter.text)


class TooLong(LetterRefused):
    """A letter does not fit even with one fact of each kind."""

    def __init__(self, medium: str, length: int, most: int) -> None:
        super().__init__("too_long", f"{medium} {length}>{most}")
        self.medium, self.length, self.most = medium, length, most

    def text(self, locale: str) -> str:
        """One sentence: what is wrong and what to do."""
        return phrases(locale)(
            "%(medium)s takes %(most)s characters, and this letter needs %(length)s. Shorten or remove your own paragraph;"
            " what the law wants, the promise and the way to refuse stay.",
            medium=NAMES[self.medium],
            most=self.most,
            length=self.length,
        )


def limit_of(settings: Settings, medium: str) -> int:
    """Most characters of a letter there. Raises KeyError for a medium without a limit."""
    limits = dict(each.strip().split("=") for each in settings.by_hand_limits.split(","))
    return int(limits[medium]) if medium in limits else int(_DEFAULTS[medium])


_DEFAULTS = dict(each.split("=") for each in str(Settings.model_fields["by_hand_limits"].default).split(","))


def cut(parts: Parts, medium: str, most: int) -> Cut:
    """The longest version that fits. Raises `TooLong`, and whatever the compiler refuses."""
    shortest = 0
    for left_out, shorter in _shorter(parts):
        letter = _in_words_of(compile_letter(shorter))
        if len(letter.text) <= most:
            return Cut(letter, most, left_out, shorter.occasion == BY_HAND)
        shortest = len(letter.text)
    raise TooLong(medium, shortest, most)


def _in_words_of(letter: Letter) -> Letter:
    """The letter where it speaks of itself as a mail: there it is a message."""
    text = letter.text
    for mail, message in _SAID[letter.language]:
        text = text.replace(mail, message)
    return replace(letter, text=text, html=as_html(text))


_SAID = {
    "ja": (("本メール", "本メッセージ"),),
    "en": (("reply to this email", "reply to this message"), ("instead of by email", "instead of replying")),
}


def _shorter(parts: Parts) -> Iterator[tuple[int, Parts]]:
    """The letter's parts with how many facts are left out: whole, then in fewer words, then with one fact less each time."""
    yield 0, parts
    brief = replace(parts, occasion=BY_HAND)
    yield 0, brief
    lines, facts = parts.role.lines, chosen(parts.facts, parts.language)
    left_out = 0
    for count in range(len(lines) - 1, 0, -1):
        left_out += 1
        yield left_out, replace(brief, role=replace(parts.role, lines=lines[:count]))
    role = replace(parts.role, lines=lines[:1])
    for count in range(len(facts) - 1, 0, -1):
        left_out += 1
        yield left_out, replace(brief, role=role, facts=facts[:count])
