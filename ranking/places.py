"""Prefectures of Japan and the cities job descriptions name, in both scripts, as JIS X 0401 codes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PREFECTURES = (
    "01 北海道 Hokkaido|02 青森 Aomori|03 岩手 Iwate|04 宮城 Miyagi|05 秋田 Akita|06 山形 Yamagata|07 福島 Fukushima|"
    "08 茨城 Ibaraki|09 栃木 Tochigi|10 群馬 Gunma|11 埼玉 Saitama|12 千葉 Chiba|13 東京 Tokyo|14 神奈川 Kanagawa|"
    "15 新潟 Niigata|16 富山 Toyama|17 石川 Ishikawa|18 福井 Fukui|19 山梨 Yamanashi|20 長野 Nagano|21 岐阜 Gifu|"
    "22 静岡 Shizuoka|23 愛知 Aichi|24 三重 Mie|25 滋賀 Shiga|26 京都 Kyoto|27 大阪 Osaka|28 兵庫 Hyogo|29 奈良 Nara|"
    "30 和歌山 Wakayama|31 鳥取 Tottori|32 島根 Shimane|33 岡山 Okayama|34 広島 Hiroshima|35 山口 Yamaguchi|"
    "36 徳島 Tokushima|37 香川 Kagawa|38 愛媛 Ehime|39 高知 Kochi|40 福岡 Fukuoka|41 佐賀 Saga|42 長崎 Nagasaki|"
    "43 熊本 Kumamoto|44 大分 Oita|45 宮崎 Miyazaki|46 鹿児島 Kagoshima|47 沖縄 Okinawa"
)
_CITIES = (
    "01 札幌 Sapporo|04 仙台 Sendai|08 つくば Tsukuba|09 宇都宮 Utsunomiya|10 高崎 Takasaki|11 さいたま -|11 大宮 Omiya|"
    "12 幕張 Makuhari|12 船橋 Funabashi|12 柏市 Kashiwa|13 渋谷 Shibuya|13 新宿 Shinjuku|13 港区 Minato-ku|13 千代田区 Chiyoda|"
    "13 中央区日本橋 Nihonbashi|13 六本木 Roppongi|13 丸の内 Marunouchi|13 品川 Shinagawa|13 五反田 Gotanda|13 目黒 Meguro|"
    "13 池袋 Ikebukuro|13 銀座 Ginza|13 大手町 Otemachi|13 秋葉原 Akihabara|13 恵比寿 Ebisu|13 虎ノ門 Toranomon|13 八王子 Hachioji|"
    "13 立川 Tachikawa|13 豊洲 Toyosu|13 汐留 Shiodome|13 江東区 Koto-ku|13 世田谷 Setagaya|13 台東区 Taito-ku|14 横浜 Yokohama|"
    "14 川崎 Kawasaki|14 相模原 Sagamihara|14 藤沢 Fujisawa|14 厚木 Atsugi|17 金沢 Kanazawa|22 浜松 Hamamatsu|23 名古屋 Nagoya|"
    "23 豊田市 Toyota City|23 刈谷 Kariya|24 四日市 Yokkaichi|25 大津 Otsu|25 草津 Kusatsu|27 梅田 Umeda|27 堺市 Sakai|27 難波 Namba|"
    "28 神戸 Kobe|28 姫路 Himeji|33 倉敷 Kurashiki|34 福山市 Fukuyama|38 松山 Matsuyama|37 高松 Takamatsu|40 博多 Hakata|"
    "40 北九州 Kitakyushu|40 天神 Tenjin|47 那覇 Naha"
)
# People commute across these borders every day, so living in one is no contradiction to working in another.
_COMMUTING = (("11", "12", "13", "14"), ("26", "27", "28", "29"), ("21", "23", "24"), ("40", "41"))
_SUFFIX = {"01": "", "13": "都", "26": "府", "27": "府"}


def _table() -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    names: dict[str, str] = {}
    labels: dict[str, tuple[str, str]] = {}
    for row in _PREFECTURES.split("|"):
        code, ja, en = row.split(" ", 2)
        full = ja + _SUFFIX.get(code, "県")
        labels[code] = (full, en)
        names[full] = names[ja] = names[en.lower()] = code
    for row in _CITIES.split("|"):
        code, ja, en = row.split(" ", 2)
        names[ja] = code
        if en != "-":
            names[en.lower()] = code
    return names, labels


_NAMES, LABELS = _table()
_ANY = re.compile(
    "|".join(
        rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() else re.escape(name)
        for name in sorted(_NAMES, key=lambda n: (-len(n), n))
    )
)


@dataclass(frozen=True, slots=True)
class PlaceFound:
    code: str
    start: int
    end: int


def find_places(text: str) -> list[PlaceFound]:
    """Find the places folded text names, in order; the longest name wins (東京都 before 京都)."""
    return [PlaceFound(_NAMES[m.group(0)], m.start(), m.end()) for m in _ANY.finditer(text)]


def within_reach(code: str) -> frozenset[str]:
    """Name the prefectures from which people commute to this one, itself included."""
    for area in _COMMUTING:
        if code in area:
            return frozenset(area)
    return frozenset((code,))
