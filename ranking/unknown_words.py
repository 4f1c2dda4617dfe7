"""Words of a text that look like terms and that the lexicon doesn't know: what a recruiter may want to add.

A guess by form alone: capitalised or mixed Latin words, runs of katakana, and runs of kanji where a description lists
what it asks for. Nothing here enters a score.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ranking.folding import Folded, fold
from ranking.layout import Line, read_lines
from ranking.lexicon import Hit, Lexicon
from ranking.unnamed import name_unknown_lists


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ASKED = ("must", "nice")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[a-z][a-z0-9]*(?:[.&/-][a-z0-9]+)*[+#]*")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]{4,}(?:・[\u30a1-\u30fa\u30fc]{2,})*")
_KANJI = re.compile(r"[\u3005\u4e00-\u9fff]{3,10}")
_ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# What stands behind a term without being part of it, and what is said of every job.
_TAIL = re.compile(
    r"(?:実務|業務|職務|使用|利用|運用|開発|指導)?(?:経験者?|能力|知識|知見|技術|以上|程度|全般|関連|担当者?|等|者)$"
)
_USUAL_KANJI = re.compile(
    r"年以上|年程度|[一二三四五六七八九十\d]年|不問|歓迎|優遇|必須|尚可|資格|条件|要件|応募|学歴|高卒|大卒|大学|高専|修士|博士|学部|専攻|理系|文系"
    r"|正社員|契約社員|業務委託|経験者|未経験|実務|職種|業界|業種|業務|当社|弊社|自社|社内|社外|部門|関係者|担当|基本的|主体的|積極的|継続的|効率的|円滑|意欲"
    r"|日本語|英語|中国語|韓国語|母国語|会話|読解|都道府県|東京都|大阪府|株式会社|有限会社|合同会社|勤務|年収|月給|給与|賞与|休日|休暇|手当|保険|試用期間"
    r"|可能性|重要性|責任感|協調性|柔軟性|向上心|好奇心|得意|興味|共感|理解|大規模|中規模|小規模|複数|最低|将来|現在|今後|以下|以内|以外|目安|件数|事業会社|社会人|管理職|土日祝|基本操作|本番環境|仕様書|名程度|人以上|名以上"
)
_USUAL_KATAKANA = _words(
    "コミュニケーション チャレンジ スピード モチベーション サービス システム プロジェクト プロダクト チームワーク チーム メンバー スキル"
    " リモートワーク フレックス フルリモート オフィス ポジション ミッション ビジョン バリュー カルチャー キャリア スタッフ"
    " ビジネスレベル ネイティブ ネイティブレベル レベル オンライン ハイブリッド アピール ポイント ウェブサイト ホームページ"
    " インセンティブ ストックオプション クライアント ユーザー パートナー グループ グローバル アイデア タイミング スケジュール"
    " トラブル データ ツール サポート マインド オープン スムーズ リーダーシップ ドキュメント メンテナンス エンジニア プラスアルファ"
    " シフト アルバイト パート ボーナス サイト メール メッセージ エントリー フォロー フォーマット クラウド センター"
)
_USUAL_LATIN = _words(
    "a an and are as at be by can for from has have if in into is it its its's no not of on or our than that the their"
    " them they this to up us we what when where which who will with would you your i he she all any both each more most"
    " other some such only own so about above after again before between during over under per via within without"
    " english japanese japan tokyo osaka yen jpy usd eur native fluent business conversational jlpt toeic n1 n2 n3"
    " ltd inc co kk llc corp pm am mon tue wed thu fri jan feb mar apr may jun jul aug sep oct nov dec web it id ok vs eg"
    " must want nice haves have requirements preferred experience years skills knowledge level bonus points"
    " http https www com html pdf etc am pc ot hr pr jd km x"
)


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A likely term: as first written, how often, and the section it stands in first ("must", "nice", "" elsewhere)."""

    words: str
    count: int
    section: str


def unknown_words(text: str, words: Lexicon) -> list[UnknownWord]:
    """List what looks like a term and isn't known: first what is required, then what is welcome, then the rest."""
    folded = fold(text)
    hits = words.find(folded)
    found: dict[str, UnknownWord] = {}
    for line in name_unknown_lists(read_lines(folded)):
        if line.heading:
            continue
        section = line.section if line.section in _ASKED else ""
        for start, end in _terms(folded, line, hits):
            key = folded.text[start:end]
            before = found.get(key)
            if before is None:
                found[key] = UnknownWord(folded.quote(start, end).words, 1, section)
            else:
                nearer = min((before.section, section), key=_order)
                found[key] = UnknownWord(before.words, before.count + 1, nearer)
    return sorted(found.values(), key=lambda one: (_order(one.section), -one.count))


def _order(section: str) -> int:
    return _ASKED.index(section) if section in _ASKED else len(_ASKED)


def _terms(folded: Folded, line: Line, hits: list[Hit]) -> Iterator[tuple[int, int]]:
    japanese = _is_japanese(line.text)
    for start, end in _gaps(folded.text, line, hits):
        part = folded.text[start:end]
        yield from ((start + a, start + b) for a, b in _katakana(part))
        if line.section in _ASKED:
            yield from ((start + a, start + b) for a, b in _kanji(part))
        for match in _LATIN_WORD.finditer(part):
            first, last = start + match.start(), start + match.end()
            at_the_start = not folded.text[line.start : first].strip(" \"'(")
            capital_anyway = at_the_start or line.section not in _ASKED  # elsewhere stand towns, people and months
            if _is_a_name(folded.quote(first, last).words, capital_anyway, japanese):
                yield first, last


def _is_japanese(line: str) -> bool:
    return 4 * len(_JAPANESE.findall(line)) >= len(line.replace(" ", ""))


def _gaps(text: str, line: Line, hits: list[Hit]) -> Iterator[tuple[int, int]]:
    """The stretches of a line that no known form and no address covers."""
    covered = [(hit.start, hit.end) for hit in hits if hit.start < line.end and hit.end > line.start]
    covered += [match.span() for match in _ADDRESS.finditer(text, line.start, line.end)]
    at = line.start
    for start, end in sorted(covered):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < line.end:
        yield at, line.end


def _katakana(part: str) -> Iterator[tuple[int, int]]:
    for match in _KATAKANA.finditer(part):
        if match.group() not in _USUAL_KATAKANA:
            yield match.span()


def _kanji(part: str) -> Iterator[tuple[int, int]]:
    for match in _KANJI.finditer(part):
        words = match.group()
        while (tail := _TAIL.search(words)) is not None:
            words = words[: tail.start()]
        if len(words) >= 3 and not _USUAL_KANJI.search(words):
            yield match.start(), match.start() + len(words)


def _is_a_name(words: str, capital_anyway: bool, japanese: bool) -> bool:
    """Whether a Latin word looks like the name of something: any in Japanese text, in English one written as a name."""
    if len(words) < 2 or words.lower() in _USUAL_LATIN:
        return False
    if japanese:
        return True
    odd = any(c.isupper() for c in words[1:]) or any(c.isdigit() or c in "+#" for c in words)
    return odd or (words[0].isupper() and not capital_anyway)
