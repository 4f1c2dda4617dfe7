"""Mails as programs send them: charsets, headers, HTML, attachments; and nothing that makes the parser fall."""

from __future__ import annotations

import base64
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.bounces import read_report
from plugin.scouting.charsets import decode
from plugin.scouting.headers import nature_of
from plugin.scouting.hypertext import MOST_HTML, to_text
from plugin.scouting.mime import decode_header, parse
from plugin.scouting.reading import read

OUTLOOK = b"\x1b$B-!-j%5%s%W%k!!-j\x1b(B"
"""①㈱サンプル　㈱ as Outlook writes it under the label ISO-2022-JP (NEC row 13)."""


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (OUTLOOK, "ISO-2022-JP", "①㈱サンプル　㈱"),
        (OUTLOOK, "cp50221", "①㈱サンプル　㈱"),
        ("髙橋㈱".encode("cp932"), "Shift_JIS", "髙橋㈱"),
        ("ｶﾀｶﾅ".encode("cp932"), "iso-2022-jp", "ｶﾀｶﾅ"),
        ("ぜひ".encode(), "iso-2022-jp", "ぜひ"),
        ("ぜひお話を".encode("euc_jp"), "EUC-JP", "ぜひお話を"),
        (b"\xad\xa1\xa4\xa2", "euc-jp", "①あ"),
        ("ぜひお話を".encode("cp932"), None, "ぜひお話を"),
        ("ぜひお話を".encode("euc_jp"), "us-ascii", "ぜひお話を"),
        (b"caf\xe9 cr\xe8me br\xfbl\xe9e", "no-such-charset", "café crème brûlée"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        (b"", "utf-8", ""),
        (b"x", "base64", "x"),
    ],
)
def test_charsets_as_sent(data: bytes, charset: str | None, text: str) -> None:
    assert decode(data, charset) == text


@given(st.text(st.characters(codec="cp932", exclude_categories=["Cc"], exclude_characters="¢£¬‖−〜"), max_size=60))
def test_shift_jis_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode("cp932"), "shift_jis") == text


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "iso-2022-jp", "shift_jis", "euc-jp", "utf-8", "utf-7", "x\x00y", "hex"]),
)
def test_decoding_never_raises(data: bytes, charset: str | None) -> None:
    assert isinstance(decode(data, charset), str)


@given(st.binary(max_size=600))
def test_any_bytes_are_a_mail_somebody_can_read(data: bytes) -> None:
    mail = parse(data)
    reading = read(mail)
    read_report(mail)
    assert reading.intent.kind


HEADERS = [
    b"Content-Type: multipart/mixed; boundary=x",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    b"Content-Type: message/rfc822",
    b"Content-Type: text/plain; charset=\xff\xfe",
    b"Content-Type: text/html; charset=iso-2022-jp",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: uuencode",
    b"From: =?utf-8?B?!!!?= <a@example.com",
    b"From: \x1b$B;3ED\x1b(B <a@example.com>",
    b"Subject: =?iso-2022-jp?B?GyRC?= =?x?Q?=ZZ?=",
    b"References: <<<a@b> c@d",
    b"Date: Mon, 99 Foo 99999 99:99:99 +9999",
    b"To: undisclosed-recipients:;",
    b"\x00: \x00",
]


@given(
    st.lists(st.sampled_from(HEADERS), max_size=6),
    st.lists(st.sampled_from([b"--x", b"--x--", b"", b"Action: failed", b"\xff", b"<a b>"]), max_size=12),
)
def test_malformed_mails_do_not_fell_the_parser(headers: list[bytes], lines: list[bytes]) -> None:
    mail = parse(b"\r\n".join([*headers, b"", *lines]))
    assert read(mail).nature == nature_of(mail)


def test_a_mail_nested_a_thousand_deep_goes_to_a_person() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(1500))
    assert read(parse(raw)).intent.doubtful


def test_a_character_cut_in_two_by_encoded_words_is_put_together() -> None:
    data = "髙橋".encode()
    first, second = base64.b64encode(data[:4]).decode(), base64.b64encode(data[4:]).decode()
    assert decode_header(f"=?utf-8?B?{first}?= =?utf-8?B?{second}?=") == "髙橋"


def test_an_encoded_comma_in_a_name_is_no_second_address() -> None:
    name = base64.b64encode("山田, 太郎".encode()).decode()
    mail = parse(f"From: =?utf-8?B?{name}?= <A@Example.com>\r\n\r\nx".encode())
    assert (mail.from_name, mail.from_address) == ("山田, 太郎", "a@example.com")


def test_html_is_read_as_people_see_it() -> None:
    html = "<style>p{}</style><p>はい<br>お願いします</p><div style='display: none'>辞退</div><blockquote>引用<p>二行目</p></blockquote>"
    seen = [line for line in to_text(html).split("\n") if line.strip(" >")]
    assert seen == ["はい", "お願いします", "> 引用", "> 二行目"]


def test_the_html_part_speaks_when_the_plain_one_is_only_a_notice() -> None:
    raw = (
        "Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "このメールはHTML形式です。\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>ぜひお願いします</p>\r\n--x--\r\n"
    )
    mail = parse(raw.encode())
    assert (mail.text.strip(), mail.from_html) == ("ぜひお願いします", True)


def test_a_forwarded_mail_is_no_text_of_the_writer() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nPlease see attached.\r\n--x\r\n"
        "Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nI'd love to talk.\r\n--x--\r\n"
    )
    assert parse(raw.encode()).text.strip() == "Please see attached."


def test_flowed_lines_are_joined() -> None:
    raw = "Content-Type: text/plain; format=flowed\r\n\r\nI would love \r\nto talk.\r\n> quoted \r\n"
    assert parse(raw.encode()).text.startswith("I would love to talk.\n> quoted")


def test_the_standard_parser_does_fail_where_ours_does_not() -> None:
    part = message_from_bytes(b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + OUTLOOK)
    with pytest.raises(UnicodeDecodeError):
        bytes(part.get_payload(decode=True)).decode("iso-2022-jp")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "piece", ["a", "ぜひお願い辞退", "2026年11月20日 a@b.co\n", "-----\n", "i would really ", "、が、"]
)
def test_giants_are_put_before_a_person_instead_of_stopping_the_worker(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    mail = parse(b"From: a@b.co\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode())
    assert read(mail).intent.doubtful


@pytest.mark.parametrize("piece", ["<a@", "<div>", "<!--", "<blockquote><p", "&lt;", "</div>", "<b title='"])
def test_giants_of_markup_are_read_to_a_bound_and_go_to_a_person(piece: str) -> None:
    text = piece * (MOST_HTML // len(piece) + 1)
    mail = parse(b"From: a@b.co\r\nContent-Type: text/html\r\n\r\n<p>I am interested.</p>" + text.encode())
    assert mail.shortened and read(mail).intent.doubtful


def test_comments_are_unseen_and_a_lone_bracket_is_text() -> None:
    html = "<p>300 < 400</p><!-- 配信停止 <b> --><p>ぜひ<!--[if mso]><i>x</i><![endif]--></p>"
    assert to_text(html) == "300 < 400\n\nぜひ\n"


def test_utf8_labelled_as_iso_2022_jp_by_a_gateway_is_read() -> None:
    raw = "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n辞退いたします。".encode()
    assert parse(raw).text.strip() == "辞退いたします。"


def test_base64_without_its_last_line_end_and_a_boundary_that_never_closes_are_read() -> None:
    part = base64.b64encode("ぜひお願いします。".encode()).decode()
    raw = (
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{part}"
    )
    assert parse(raw.encode()).text.strip() == "ぜひお願いします。"
