"""README's table of ATSs, made from the connectors themselves: `python -m plugin.ats_table --check` or `--write`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from connectors.base import Connector
from connectors.records import Said
from connectors.registry import CONNECTORS

# Every method a connector may leave alone, with what README calls it; several may share a name.
HEARD: Mapping[str, Said] = {
    **dict.fromkeys(("verify", "parse", "answer", "test_event", "webhook_steps"), Said("webhooks", "Webhook")),
    "subscribe": Said("webhooks created by API", "WebhookのAPI作成"),
}
SET_UP: Mapping[str, Said] = {
    "set_up": Said("set up by API", "APIでの初期設定"),
    "check": Said("check", "接続の確認"),
}
READ: Mapping[str, Said] = {
    "requisitions_page": Said("requisitions", "求人"),
    "requisition": Said("requisitions", "求人"),
    "postings": Said("job posts", "求人票"),
    "hiring_team": Said("hiring team", "採用責任者・担当者"),
    "stages": Said("stages", "選考段階"),
    "people_page": Said("changed people", "候補者の変更"),
    "candidates": Said("everyone (for matching)", "候補者全員（照合用）"),
    "past_candidates": Said("past candidates", "過去の候補者"),
    "resume": Said("résumés", "職務経歴書"),
    "candidate": Said("people", "候補者"),
    "find_candidates": Said("people by address", "メールアドレスでの検索"),
    "applications": Said("applications", "応募"),
    "interviews": Said("interviews", "面接"),
    "read_decision": Said("decision", "判断"),
}
WRITTEN: Mapping[str, Said] = {
    "post_shortlist": Said("shortlist", "候補者リスト"),
    "post_approval_request": Said("question to the manager", "採用責任者への確認"),
    "post_message": Said("messages", "お知らせ"),
    "add_entry": Said("entries", "応募登録"),
    "note": Said("notes", "メモ"),
    "tag": Said("tags", "タグ"),
    "attach": Said("files", "添付"),
    "move": Said("moves", "段階の移動"),
}
METHODS: Mapping[str, Said] = {**HEARD, **SET_UP, **READ, **WRITTEN}

HEAD = (
    Said("ATS", "ATS"),
    Said("heard", "通知"),
    Said("read", "読み取り"),
    Said("written", "書き込み"),
    Said("how a manager approves there", "採用責任者の承認方法"),
    Said("strength", "強さ"),
    Said("known", "確認方法"),
)
STRENGTHS: Mapping[str, Said] = {
    "verified": Said("verified", "確認済み"),
    "recorded": Said("recorded", "記録のみ"),
    "acting_link": Said("acting link", "承認リンク"),
}
KNOWN: Mapping[str, Said] = {
    "live": Said("live", "実機"),
    "recorded": Said("recorded", "記録"),
    "from documentation": Said("from documentation", "公開文書"),
}
LEGEND = Said(
    "*verified*: the ATS says who decided. *recorded*: it doesn't, so the manager confirms by a link in their mailbox."
    " *acting link*: there is no place in the ATS; the link mailed to the manager is the way.",
    "「確認済み」は、誰が判断したかをATSが示すもの。「記録のみ」は示されないため、採用責任者がメールのリンクで確認するもの。"
    "「承認リンク」はATSに判断の場所がなく、採用責任者あてのメールのリンクで承認するもの。",
)
EVERYTHING = Said("everything", "すべて")
BUT = Said("all but {missing}", "{missing}を除くすべて")
ALL = Said("Read: {read}. Written: {written}.", "読み取り：{read}。書き込み：{written}。")
GAPS = Said("What an ATS leaves empty, and why:", "できないことと、その理由：")

PAGES = {"README.md": "en", "docs/README.ja.md": "ja"}
BEGIN, END = "<!-- made by python -m plugin.ats_table -->", "<!-- end of what plugin.ats_table made -->"


def table(locale: str) -> str:
    """The table, its legend and what is left empty, as Markdown in one language."""
    found = sorted(CONNECTORS.values(), key=lambda one: (one.name == "desk", one.title.casefold()))
    rows = [[said.in_language(locale) for said in HEAD], ["---"] * len(HEAD)]
    rows += [_row(one, locale) for one in found]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    gaps = [f"- **{one.title}** {_gaps(one, locale)}" for one in found if _gaps(one, locale)]
    everything = ALL.in_language(locale).format(read=_names(READ, locale), written=_names(WRITTEN, locale))
    return "\n".join([*lines, "", everything, "", LEGEND.in_language(locale), "", GAPS.in_language(locale), "", *gaps])


def _row(one: type[Connector], locale: str) -> list[str]:
    approval = one.approval
    page = f"docs/{one.name}.md" if locale == "en" else f"{one.name}.ja.md"
    cells = [
        f"[{one.title}]({page})",
        one.hears.in_language(locale),
        _able(one, READ, locale),
        _able(one, WRITTEN, locale),
        approval.how.in_language(locale) if approval else "",
        STRENGTHS[approval.strength].in_language(locale) if approval else "",
        KNOWN[one.known_by].in_language(locale) if one.known_by in KNOWN else one.known_by,
    ]
    return [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]


def _able(one: type[Connector], methods: Iterable[str], locale: str) -> str:
    """What of these it can do: everything, or everything but something."""
    missing = [method for method in methods if not one.supports(method)]
    if not missing:
        return EVERYTHING.in_language(locale)
    return BUT.in_language(locale).format(missing=_names(missing, locale))


def _gaps(one: type[Connector], locale: str) -> str:
    """What is left alone, grouped by the reason."""
    because: dict[str, list[str]] = {}
    for method in METHODS:
        if not one.supports(method):
            why = one.empty.get(method)
            because.setdefault(why.in_language(locale) if why else "?", []).append(method)
    colon, end = ("：", "。") if locale == "ja" else (": ", ". ")
    said = [f"{_names(methods, locale)}{colon}{why.strip().rstrip('.。')}" for why, methods in because.items()]
    return end.join(said) + end.strip() if said else ""


def _names(methods: Iterable[str], locale: str) -> str:
    names = dict.fromkeys(METHODS[method].in_language(locale) for method in methods)
    return ("、" if locale == "ja" else ", ").join(names)


def with_table(page: str, locale: str) -> str:
    """A page with the table as it is now between its markers. Raises ValueError for a page without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table(locale)}\n{END}{after}"


def stale(root: Path) -> list[str]:
    """The pages whose table is not what the code says."""
    return [name for name, locale in PAGES.items() if (text := (root / name).read_text()) != with_table(text, locale)]


def main(given: list[str] | None = None) -> int:
    """Check the pages (exit 1 when one is stale), or write them."""
    parser = argparse.ArgumentParser(prog="python -m plugin.ats_table", description=__doc__)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--check", action="store_true")
    how.add_argument("--write", action="store_true")
    root = Path(__file__).parents[1]
    wrong = stale(root)
    if parser.parse_args(given).write:
        for name in wrong:
            page = root / name
            page.write_text(with_table(page.read_text(), PAGES[name]))
        wrong = []
    for name in wrong:
        sys.stderr.write(f"{name}: its table of ATSs is not what the connectors say; run it with --write\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
