"""Whether every phrase has its Japanese: `python -m plugin.catalogues`, part of `make check`.

Reads the `_()` of all modules and templates and compares them with `locales/ja/*.po`: none may be missing or left over,
and the named placeholders of both languages must be the same. English is what stands in the code.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

HERE = Path(__file__).resolve().parent
CATALOGUES = HERE.parent / "locales" / "ja"
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_BARE = re.compile(r"%(?!\(\w+\)[sd]|%)")


@dataclass(frozen=True, slots=True)
class Used:
    """A phrase and the first place it stands in."""

    phrase: str
    where: str


def used_phrases(folder: Path = HERE) -> dict[str, Used]:
    """Every phrase of the service's modules and templates."""
    found: dict[str, Used] = {}
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts or path.suffix not in (".py", ".html"):
            continue
        phrases = _of_module(path) if path.suffix == ".py" else _of_template(path)
        for line, phrase in phrases:
            found.setdefault(phrase, Used(phrase, f"{path.relative_to(folder.parent)}:{line}"))
    return found


def _of_module(path: Path) -> Iterator[tuple[int, str]]:
    """`_("…")` and `phrases(locale)("…")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        says = node.func
        by_name = isinstance(says, ast.Name) and says.id == "_"
        at_once = isinstance(says, ast.Call) and isinstance(says.func, ast.Name) and says.func.id == "phrases"
        text = node.args[0]
        if (by_name or at_once) and isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield node.lineno, text.value


def _of_template(path: Path) -> Iterator[tuple[int, str]]:
    options = {"trimmed": "false", "silent": "false"}
    with path.open("rb") as file:
        for line, message, _comments, _context in extract("jinja2", file, keywords={"_": None}, options=options):
            phrase = message if isinstance(message, str) else message[0]
            if phrase:
                yield line, phrase


def translations(folder: Path = CATALOGUES) -> Iterator[tuple[str, str, str]]:
    """(file name, phrase, Japanese) of every entry; a fuzzy or obsolete one has no Japanese."""
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="ja", abort_invalid=True)
        for message in catalogue:
            if message.id:
                yield path.name, str(message.id), "" if message.fuzzy else str(message.string or "")
        for obsolete in catalogue.obsolete.values():
            yield path.name, str(obsolete.id), ""


def problems(used: dict[str, Used], known: list[tuple[str, str, str]]) -> list[str]:
    """One line for each thing that is wrong, in the order of the files."""
    found: list[str] = []
    first: dict[str, tuple[str, str]] = {}
    for file, phrase, japanese in known:
        if not japanese:
            found.append(f"{file}: no Japanese for {phrase!r}")
        elif phrase not in used:
            found.append(f"{file}: nobody says {phrase!r} any more; take it out")
        elif sorted(set(_PLACEHOLDER.findall(phrase))) != sorted(set(_PLACEHOLDER.findall(japanese))):
            found.append(f"{file}: the placeholders of {phrase!r} and {japanese!r} differ")
        elif _PLACEHOLDER.search(phrase) and _BARE.search(japanese):
            found.append(f"{file}: a bare % in {japanese!r}; write %%")
        if phrase in first and first[phrase][1] != japanese:
            # One language file wins over another by its name, which nobody would guess.
            found.append(f"{file}: {phrase!r} is said otherwise in {first[phrase][0]}")
        first.setdefault(phrase, (file, japanese))
    found += [f"{one.where}: no Japanese for {phrase!r}" for phrase, one in used.items() if phrase not in first]
    return found


def main() -> int:
    """Print what is wrong and return 1, or say how many phrases stand in both languages."""
    used = used_phrases()
    found = problems(used, list(translations()))
    for line in found:
        sys.stderr.write(line + "\n")
    if found:
        sys.stderr.write(f"{len(found)} to put right in locales/ja\n")
        return 1
    sys.stdout.write(f"{len(used)} phrases in both languages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
