"""What every page needs: the reader's language, times as read in Japan, texts in and out of HTML."""

from __future__ import annotations

import html as html_words
import re
from datetime import UTC, datetime, timedelta, timezone

from flask import request
from markupsafe import escape

from connectors.sandbox.phrases import LANGUAGES, phrase

JAPAN = timezone(timedelta(hours=9))
LANGUAGE_COOKIE = "sandbox_language"


def language() -> str:
    """The reader's language: asked for, remembered, or the browser's; Japanese where none says."""
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(LANGUAGES) or "ja"


def say(key: str) -> str:
    return phrase(key, language())


def local_time(text: str | None) -> str:
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")


def as_post(text: str) -> str:
    """Turn pasted text into a post's HTML, keeping its lines; text that is HTML already is kept."""
    if re.search(r"<(p|ul|ol|h\d|div|br)\b", text):
        return text
    return "<p>" + str(escape(text.strip())).replace("\r\n", "\n").replace("\n", "<br>\n") + "</p>"


def as_text(html: str) -> str:
    """Show a description's HTML as plain lines."""
    text = re.sub(r"(?i)<br\s*/?>\s*|</(p|li|h\d|div|tr)>\s*", "\n", html or "")
    return html_words.unescape(re.sub(r"<[^>]+>", "", text)).strip()
