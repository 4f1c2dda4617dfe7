"""What an attached file is by its bytes, whatever it is called."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.file_kinds import DANGEROUS, KINDS, kind_of
from plugin.scouting.mime import attached_bytes, parse


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", "pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro"),
        (zipped("META-INF/MANIFEST.MF", "a.class"), "program"),
        (zipped("photo.jpg"), "zip"),
        (b"PK\x03\x04 and then nothing", "zip"),
        (OLE + "WordDocument".encode("utf-16-le"), "doc"),
        (OLE + "Workbook".encode("utf-16-le"), "xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"), "macro"),
        (OLE, "unknown"),
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"\xff\xd8\xff\xe0\x00", "jpeg"),
        (b"\x00\x00\x00\x18ftypheic\x00", "heic"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"MZ\x90\x00\x03", "program"),
        (b"MZ\x90\x00%PDF-1.4", "program"),
        (b"\x7fELF\x02", "program"),
        (b"#!/bin/sh\n", "program"),
        (b"L\x00\x00\x00\x01\x14\x02\x00", "program"),
        (b"@echo off\r\ndel x", "program"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"{\\rtf1", "rtf"),
        (b"Rar!\x1a\x07\x00", "archive"),
        ("職務経歴書\n氏名".encode(), "text"),
        ("職務経歴書\n氏名".encode("cp932"), "text"),
        (b"MZ is how his name is shortened", "text"),
        (b"", "empty"),
        (b"\x01\x02\x03", "unknown"),
    ],
)
def test_files_are_known_by_their_bytes(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@given(st.binary(max_size=400))
def test_any_bytes_have_a_kind(data: bytes) -> None:
    assert kind_of(data) in KINDS
    assert kind_of(b"MZ\x00\x00" + data) in DANGEROUS


def test_an_attached_program_called_a_resume_is_seen_through_and_its_bytes_are_found_again() -> None:
    mail = EmailMessage()
    mail["From"] = "taro@example.com"
    mail.set_content("面接をお願いいたします。")
    mail.add_attachment(b"MZ\x90\x00", maintype="application", subtype="pdf", filename="職務経歴書.pdf")
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="octet-stream", filename="cv")
    read = parse(mail.as_bytes())
    assert [(one.name, one.kind, one.size) for one in read.attachments] == [
        ("職務経歴書.pdf", "program", 4),
        ("cv", "pdf", 10),
    ]
    assert [attached_bytes(read, one) for one in read.attachments] == [b"MZ\x90\x00", b"%PDF-1.7 x"]
