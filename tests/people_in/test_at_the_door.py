"""R9 at the door: what must not decide about anybody is stripped and counted, whatever the format it comes in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.people_in.columns import guess
from plugin.people_in.json_lines import read_line
from plugin.people_in.records import Defaults, Incoming
from plugin.people_in.resumes import read_document
from plugin.people_in.table_people import read_rows
from plugin.people_in.tables import read_table

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WORK = "決済基盤のバックエンド開発にGoとPostgreSQLで五年間従事し、直近は五名のチームのリーダーを務めています。"

# kind, label, and values that stand nowhere else in the record.
BANNED = {
    "性別": ("gender", ["男", "女", "男性", "女性"]),
    "生年月日": ("birth_date", ["1990年1月2日", "昭和63年2月3日", "1990/01/02"]),
    "年齢": ("age", ["36歳", "41"]),
    "国籍": ("nationality", ["ユートピア国", "空想国"]),
    "本籍": ("domicile", ["長野県松本市", "青森県"]),
    "配偶者": ("family", ["有", "無"]),
    "扶養家族": ("family", ["2人", "なし"]),
    "宗教": ("religion", ["仏教", "空想教"]),
    "支持政党": ("religion", ["空想党"]),
    "労働組合加入": ("union", ["あり", "なし"]),
    "健康状態": ("health", ["良好", "持病あり"]),
}
RECORD = st.lists(
    st.sampled_from(sorted(BANNED)).flatmap(lambda label: st.tuples(st.just(label), st.sampled_from(BANNED[label][1]))),
    min_size=1,
    max_size=5,
    unique_by=lambda pair: pair[0],
)
Pairs = list[tuple[str, str]]


def as_jsonl(pairs: Pairs, folder: Path) -> Any:
    text = "\n".join([*(f"{label}：{value}" for label, value in pairs), WORK])
    return read_line(json.dumps({"id": "a", "text": text}, ensure_ascii=False), 1, Defaults(), NOW)


def as_csv(pairs: Pairs, folder: Path) -> Any:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(
        [["氏名", "職務要約", *(p[0] for p in pairs)], ["見本 太郎", WORK, *(p[1] for p in pairs)]]
    )
    path = folder / "a.csv"
    path.write_text(file.getvalue(), "utf-8")
    table = read_table(path)
    return next(iter(read_rows(table, guess(table.headings), Defaults(), NOW)))


def as_word(pairs: Pairs, folder: Path) -> Any:
    document = docx.Document()
    cells = [cell for pair in pairs for cell in pair]
    table = document.add_table(rows=1, cols=len(cells))  # all on one row, as 履歴書 have it
    for position, cell in enumerate(cells):
        table.cell(0, position).text = cell
    document.add_paragraph(WORK)
    file = io.BytesIO()
    document.save(file)
    return read_document("a.docx", file.getvalue(), Defaults(), NOW)


def _book(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_excel_beside(pairs: Pairs, folder: Path) -> Any:
    return read_document("a.xlsx", _book(*([label, "", value] for label, value in pairs), [WORK]), Defaults(), NOW)


def as_excel_below(pairs: Pairs, folder: Path) -> Any:
    rows = (["氏名", *(p[0] for p in pairs)], ["見本 太郎", *(p[1] for p in pairs)], [WORK])
    return read_document("a.xlsx", _book(*rows), Defaults(), NOW)


def as_text(pairs: Pairs, folder: Path) -> Any:
    text = "　".join(f"{label}：{value}" for label, value in pairs) + f"\n{WORK}"
    return read_document("a.txt", text.encode("cp932"), Defaults(), NOW)


FORMATS: list[Callable[[Pairs, Path], Any]] = [as_jsonl, as_csv, as_word, as_excel_beside, as_excel_below, as_text]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
@settings(max_examples=25)
@given(pairs=RECORD)
def test_nothing_banned_passes_and_every_piece_is_counted(
    form: Callable[[Pairs, Path], Any], pairs: Pairs, tmp_path: Path
) -> None:
    one = form(pairs, tmp_path)
    assert isinstance(one, Incoming)
    assert WORK in one.profile.text
    rest = one.profile.text.replace(WORK, "")
    for label, value in pairs:
        assert value not in rest, (label, rest)
    kinds = {BANNED[label][0] for label, _ in pairs}
    assert kinds <= set(one.stripped), (kinds, one.stripped)
    assert not any(value in (one.identity.name, one.identity.company, one.identity.title) for _, value in pairs)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_what_is_allowed_stays(form: Callable[[Pairs, Path], Any], tmp_path: Path) -> None:
    one = form([("資格", "簿記2級")], tmp_path)
    assert WORK in one.profile.text and "簿記2級" in one.profile.text and not one.stripped


def test_the_store_never_holds_what_was_stripped(door: Any, tmp_path: Path) -> None:
    from plugin.people import changes_after

    pairs = [("性別", "女性"), ("国籍", "空想国"), ("宗教", "空想教")]
    report = door.take([form(pairs, tmp_path) for form in FORMATS])
    assert report.stripped["religion"] == report.stripped["nationality"] == len(FORMATS)
    with door.work.reading() as session:
        _, people, _ = changes_after(session, door.work.vault, door.employer_id, 0, 100)
    assert people and not any("空想" in person.text + person.headline for person in people)
