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
    "40 北九州 Kitakyushu|40 天神 Tenjin|47 那覇 Naha|"
    "01 函館 Hakodate|01 旭川 Asahikawa|01 帯広 Obihiro|01 釧路 Kushiro|01 苫小牧 Tomakomai|01 千歳市 Chitose|02 弘前 Hirosaki|02 八戸 Hachinohe|03 盛岡 Morioka|"
    "03 北上市 Kitakami|04 石巻 Ishinomaki|06 鶴岡 Tsuruoka|06 米沢 Yonezawa|06 酒田市 -|07 郡山 Koriyama|07 いわき市 Iwaki|07 会津若松 Aizuwakamatsu|08 水戸 -|"
    "08 ひたちなか Hitachinaka|08 日立市 -|08 土浦 Tsuchiura|09 小山市 Oyama|09 足利 Ashikaga|10 前橋 Maebashi|10 太田市 -|10 伊勢崎 Isesaki|11 川越 Kawagoe|"
    "11 川口市 Kawaguchi|11 所沢 Tokorozawa|11 越谷 Koshigaya|11 熊谷市 Kumagaya|11 加須市 Kazo|11 三郷市 Misato|11 戸田市 -|12 松戸 Matsudo|12 市川市 -|12 成田市 Narita|"
    "12 市原 Ichihara|12 浦安 Urayasu|12 習志野 Narashino|13 町田市 Machida|13 府中市 Fuchu|13 三鷹 Mitaka|13 武蔵野市 Musashino|13 調布 Chofu|13 日野市 -|"
    "13 上野 Ueno|13 新橋 Shinbashi|13 日本橋 -|13 赤坂 -|13 原宿 Harajuku|13 表参道 Omotesando|13 田町 Tamachi|13 浜松町 Hamamatsucho|"
    "13 飯田橋 Iidabashi|13 神田駅 -|13 天王洲 Tennozu|13 お台場 Odaiba|13 大崎駅 -|13 蒲田 Kamata|13 中野区 -|13 文京区 Bunkyo|13 墨田区 Sumida|13 大田区 Ota-ku|"
    "13 杉並区 Suginami|13 豊島区 Toshima|13 板橋区 Itabashi|13 練馬区 Nerima|13 足立区 Adachi-ku|13 葛飾区 Katsushika|13 江戸川区 Edogawa|13 荒川区 -|"
    "14 横須賀 Yokosuka|14 平塚 Hiratsuka|14 小田原 Odawara|14 茅ヶ崎 Chigasaki|14 鎌倉 Kamakura|14 みなとみらい Minatomirai|14 海老名 Ebina|"
    "15 長岡市 Nagaoka|15 上越市 Joetsu|15 燕市 -|16 高岡市 Takaoka|17 小松市 Komatsu City|18 敦賀 Tsuruga|18 鯖江 Sabae|19 甲府 Kofu|20 松本市 Matsumoto City|20 上田市 -|"
    "20 諏訪市 -|20 軽井沢 Karuizawa|21 大垣 Ogaki|21 各務原 Kakamigahara|22 沼津 Numazu|22 富士市 -|22 磐田 Iwata City|22 三島市 -|22 掛川 Kakegawa|"
    "23 豊橋 Toyohashi|23 岡崎 Okazaki|23 一宮市 Ichinomiya|23 春日井 Kasugai|23 安城 Anjo|23 小牧市 Komaki|24 津市 -|24 鈴鹿 Suzuka|24 松阪 Matsusaka|"
    "24 亀山市 -|25 彦根 Hikone|25 長浜市 -|25 守山市 Moriyama|26 宇治市 Uji|26 長岡京 -|27 東大阪 Higashiosaka|27 豊中 Toyonaka|27 吹田 Suita|27 高槻 Takatsuki|"
    "27 枚方 Hirakata|27 茨木市 Ibaraki-shi|27 門真 Kadoma|27 淀屋橋 Yodoyabashi|27 心斎橋 Shinsaibashi|28 尼崎 Amagasaki|28 西宮 Nishinomiya|28 明石市 Akashi|"
    "28 加古川 Kakogawa|28 三宮 Sannomiya|28 伊丹 Itami|31 米子 Yonago|32 松江 Matsue|32 出雲 Izumo|34 呉市 -|34 東広島 Higashihiroshima|34 尾道 Onomichi|"
    "35 下関 Shimonoseki|35 周南 Shunan|35 宇部 Ube|38 今治 Imabari|38 新居浜 Niihama|37 丸亀 Marugame|40 久留米 Kurume|40 飯塚市 Iizuka|40 小倉北区 Kokura|"
    "42 佐世保 Sasebo|42 諫早 Isahaya|43 八代市 Yatsushiro|44 別府 Beppu|45 都城 Miyakonojo|45 延岡 Nobeoka|46 霧島市 Kirishima|47 石垣市 Ishigaki|47 浦添 Urasoe|"
    "47 名護 Nago|47 宜野湾 Ginowan|47 うるま市 Uruma"
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
