"""What a file is by its first bytes: the name and the type a mail gives it are only claims.

A résumé comes as PDF, DOCX, XLSX or a photo; what runs (`program`, `macro`) is told from them whatever it calls itself.
"""

from __future__ import annotations

import io
import re
import zipfile

DOCUMENTS = ("pdf", "docx", "xlsx", "pptx", "doc", "xls", "rtf", "text")
PICTURES = ("png", "jpeg", "gif", "webp", "heic", "tiff", "bmp")
DANGEROUS = ("program", "macro")
KINDS = (*DOCUMENTS, *PICTURES, *DANGEROUS, "html", "zip", "encrypted", "archive", "empty", "unknown")

_MOST_ENTRIES = 5_000
_HEAD = 4_096
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Mach-O for several processors, and Java classes
    b"#!",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut, which can start anything
    b"dex\n",
    b"\x00asm",
)
_SCRIPT = re.compile(
    rb"^\s*(?:@echo off|<\?php|<script|<job|on error resume next|dim \w|set-executionpolicy|\$\w+\s*=|var \w+\s*=|function \w*\()",
    re.IGNORECASE,
)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_HEIF = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(data: bytes) -> str:
    """Say what bytes are: one of KINDS. Never raises; what nothing is known about is `unknown`."""
    if not data.strip(b"\x00 \t\r\n"):
        return "empty"
    head = data[:_HEAD]
    # Readers find "%PDF-" anywhere in the first kilobyte; a program in front of it would still run.
    if head.startswith(_PROGRAMS) and not _is_bare_letters(head):
        return "program"
    for mark, kind in _PICTURES:
        if head.startswith(mark):
            return kind
    if head[:2] == b"BM" and len(data) > 26 and int.from_bytes(head[2:6], "little") == len(data):
        return "bmp"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "heic"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zipped(data)
    if head.startswith(_OLE):
        return _compound(data)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(_ARCHIVES):
        return "archive"
    return _written(head)


def _is_bare_letters(head: bytes) -> bool:
    """Does a text merely begin with the letters MZ?"""
    return head.startswith(b"MZ") and b"\x00" not in head and _decodes(head)


def _zipped(data: bytes) -> str:
    """Office files are ZIP archives; a part named vbaProject holds macros whatever the file is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()[:_MOST_ENTRIES]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return "zip"
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") for name in names):
        return "macro"
    for folder, kind in (("word/document", "docx"), ("xl/workbook", "xlsx"), ("ppt/presentation", "pptx")):
        if "[content_types].xml" in names and any(name.startswith(folder) for name in names):
            return kind
    if "meta-inf/manifest.mf" in names or "androidmanifest.xml" in names:
        return "program"
    return "encrypted" if any(entry.flag_bits & 1 for entry in entries) else "zip"


def _compound(data: bytes) -> str:
    """Files of Office before 2007, and password-protected ones of today, by the names of the streams in them."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return "encrypted"
    if holds("_VBA_PROJECT") or holds("Macros"):
        return "macro"
    if holds("WordDocument"):
        return "doc"
    if holds("Workbook") or data.find("Book".encode("utf-16-le")) != -1:
        return "xls"
    return "unknown"


def _written(head: bytes) -> str:
    if _SCRIPT.match(head):
        return "program"
    if re.match(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|\?xml)", head, re.IGNORECASE):
        return "html"
    return "text" if _decodes(head) else "unknown"


def _decodes(head: bytes) -> bool:
    """Is this text in one of the codes mails come in? The head may end within a character."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head):
        return False
    for codec in ("utf-8", "cp932", "euc_jp"):
        for end in (len(head), -1, -2, -3):
            try:
                head[:end].decode(codec)
            except UnicodeDecodeError:
                continue
            return True
    return False
