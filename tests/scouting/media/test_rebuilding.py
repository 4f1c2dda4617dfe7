"""A mail put together again from its parts is read as the mail it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.mime import parse
from plugin.scouting.providers.rebuilding import File, rebuild, split_headers

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)


@given(subject=WORDS, name=WORDS, text=WORDS, file=WORDS)
def test_words_survive_whatever_they_are(subject: str, name: str, text: str, file: str) -> None:
    headers = [("From", f"{name} <taro@person.example.com>"), ("Subject", subject), ("Content-Type", "text/html")]
    raw = rebuild(headers, text=text.encode(), files=[File(file, "application/pdf", b"%PDF-1.4")])
    mail = parse(raw)
    assert raw.isascii() and raw == rebuild(
        headers, text=text.encode(), files=[File(file, "application/pdf", b"%PDF-1.4")]
    )
    assert mail.subject == " ".join(subject.split())
    assert text.strip() in mail.text or not text.strip()
    assert mail.content_type == "multipart/mixed"


@given(raw=st.binary(max_size=200), charset=st.sampled_from(["cp932", "iso-2022-jp", "utf-8", "no such\r\nX: y", ""]))
def test_bytes_of_any_charset_make_a_mail_that_can_be_read(raw: bytes, charset: str) -> None:
    built = rebuild(
        [("From", "taro@person.example.com"), ("Bad name", "x"), ("X-Two", "a\r\nInjected: b")],
        text=raw,
        text_charset=charset,
        html=raw,
    )
    mail = parse(built)
    assert mail.from_address == "taro@person.example.com"
    assert "injected" not in mail.headers and "bad name" not in mail.headers and "x" not in mail.headers


def test_folded_headers_are_one_line_each() -> None:
    assert split_headers("Subject: a\r\n b\r\nTo: x@example.com\n\nnot one\n") == [
        ("Subject", "a b"),
        ("To", "x@example.com"),
    ]
