"""The text of résumés as people keep them: PDF, Word, Excel, plain text, and what can't be read."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from pypdf.generic import NameObject, StreamObject

from plugin.people_in import documents
from plugin.people_in.documents import Unreadable, text_of

FILES = Path(__file__).with_name("files")
# Both printed to PDF by headless Chromium from pages written for these tests; the people are invented.
JAPANESE, ENGLISH = FILES / "shokumu_keirekisho.pdf", FILES / "resume.pdf"
LONG = "決済基盤のバックエンド開発にGoとPostgreSQLで五年間従事し、直近は五名のチームのリーダーを務めています。"


def word(*blocks: Any) -> bytes:
    """A Word file: a text is a paragraph, a list of rows is a table."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=len(block), cols=max(map(len, block)))
        for r, row in enumerate(block):
            for c, cell in enumerate(row):
                table.cell(r, c).text = cell
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def excel(*rows: list[Any], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_japanese_pdf_reads_as_it_is_printed() -> None:
    text = text_of("a.pdf", JAPANESE.read_bytes())
    assert "氏名：見本 太郎" in text
    # One sentence over three printed lines is one line again; the next heading keeps its own.
    assert (
        "Go言語とAWSを用いたマイクロサービスの構築を得意とし、直近の3年間は5名のチームのリーダーとして要件定義から運用までを担当しております。\n■職務経歴"
        in text
    )
    assert not any("\u2e80" <= character <= "\u2fdf" for character in text)  # no look-alike radicals


def test_an_english_pdf_keeps_its_lines() -> None:
    lines = text_of("A.PDF", ENGLISH.read_bytes()).split("\n")
    assert lines[0] == "Jane Sample" and "English: native · Japanese: business level (JLPT N2)" in lines


def test_word_gives_paragraphs_and_tables_in_their_order() -> None:
    text = text_of(
        "a.docx", word("職務経歴書", [["氏名", "見本 太郎"], ["期間", "2018年4月～現在"]], LONG, [["資格", "簿記2級"]])
    )
    assert text.split("\n") == ["職務経歴書", "氏名：見本 太郎", "期間：2018年4月～現在", LONG, "資格：簿記2級"]


def test_a_merged_cell_is_read_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 1)).text = LONG
    file = io.BytesIO()
    document.save(file)
    assert text_of("a.docx", file.getvalue()) == LONG


def test_a_form_in_excel_pairs_label_and_value_beside_and_below() -> None:
    beside = excel(["氏名", None, "見本 太郎", "フリガナ", "ミホン タロウ"], ["職務要約", LONG])
    assert text_of("a.xlsx", beside).split("\n") == ["氏名：見本 太郎", "フリガナ：ミホン タロウ", f"職務要約：{LONG}"]
    below = excel(["氏名", "生年月日", "性別"], ["見本 太郎", "1990/5/3", "男"], [LONG])
    assert text_of("a.xlsx", below).split("\n") == ["氏名：見本 太郎", "生年月日：1990/5/3", "性別：男", LONG]


def test_excel_dates_and_numbers_read_as_written() -> None:
    from datetime import datetime

    text = text_of("a.xlsx", excel(["入社", datetime(2018, 4, 1)], ["TOEIC", 820.0], [LONG]))
    assert "入社：2018年04月01日" in text and "TOEIC：820" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_plain_text_is_read_in_the_encodings_of_japan(encoding: str) -> None:
    assert text_of("a.txt", LONG.encode(encoding)) == LONG


def locked() -> bytes:
    writer = pypdf.PdfWriter(clone_from=str(ENGLISH))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def scanned(pages: int = 1) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-1.7 nothing of the kind", "damaged"),
        ("a.docx", b"no archive", "damaged"),
        ("a.xlsx", b"no archive", "damaged"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "save it as .docx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
        ("a.zip", b"PK", "give a PDF"),
        ("a.txt", b"\xff\x00\x81 no text", "UTF-8"),
        ("a.txt", "短い".encode(), "hardly any text"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        text_of(name, content)


def test_a_locked_pdf_a_scan_and_a_book_are_told_apart() -> None:
    with pytest.raises(Unreadable, match="password"):
        text_of("a.pdf", locked())
    with pytest.raises(Unreadable, match="scan"):
        text_of("a.pdf", scanned())
    with pytest.raises(Unreadable, match="pages"):
        text_of("a.pdf", scanned(documents.PAGES + 1))


def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "UNPACKED", 1_000_000)
    for ending in ("docx", "xlsx"):
        with pytest.raises(Unreadable, match="unpacks"):
            text_of(f"a.{ending}", bomb())


@pytest.mark.parametrize(("pages", "lines"), [(1, 30_000), (79, 100)], ids=["one long page", "many pages of the same"])
def test_a_pdf_that_would_be_read_for_hours_is_refused_at_once(
    pages: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "DRAWN", 400_000)
    writer, drawn = pypdf.PdfWriter(), StreamObject()
    line = b"BT (" + b"a" * 50 + b") Tj ET\n"
    drawn._data = zlib.compress(line * lines)
    drawn[NameObject("/Filter")] = NameObject("/FlateDecode")
    content = writer._add_object(drawn)
    for _ in range(pages):
        writer.add_blank_page(200, 200)[NameObject("/Contents")] = content
    out = io.BytesIO()
    writer.write(out)
    assert len(out.getvalue()) < 40_000
    with pytest.raises(Unreadable, match="far more in the PDF than text"):
        text_of("a.pdf", out.getvalue())


def test_a_word_file_with_entities_that_multiply_stays_small() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    evil = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{laughs}]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&l8;</w:t></w:r></w:p></w:body></w:document>'
    original, file = word(LONG), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, evil if entry == "word/document.xml" else old.read(entry))
    with pytest.raises(Unreadable):
        text_of("a.docx", file.getvalue())
