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
    "47 名護 Nago|47 宜野湾 Ginowan|47 うるま市 Uruma|"
    "13 都内 -|13 月島 Tsukishima|14 相模大野 -|14 新百合ヶ丘 -|13 大森駅 -|27 京橋駅 -|13 有楽町 Yurakucho|13 霞が関 Kasumigaseki|13 四ツ谷 Yotsuya|13 四谷 -|13 市ヶ谷 Ichigaya|13 御茶ノ水 Ochanomizu|13 水道橋 Suidobashi|13 九段 Kudanshita|"
    "13 麹町 Kojimachi|13 永田町 Nagatacho|13 半蔵門 Hanzomon|13 神保町 Jimbocho|13 茅場町 Kayabacho|13 八丁堀 Hatchobori|13 人形町 Ningyocho|13 浅草 Asakusa|13 両国 Ryogoku|"
    "13 錦糸町 Kinshicho|13 亀戸 Kameido|13 門前仲町 -|13 東陽町 Toyocho|13 勝どき Kachidoki|13 晴海 Harumi|13 築地 Tsukiji|13 外苑前 Gaienmae|13 青山一丁目 -|13 南青山 -|"
    "13 北青山 -|13 乃木坂 Nogizaka|13 麻布 Azabu|13 広尾 Hiroo|13 白金 Shirokane|13 泉岳寺 -|13 高輪 Takanawa|13 中目黒 Nakameguro|13 自由が丘 Jiyugaoka|13 二子玉川 Futako-Tamagawa|"
    "13 三軒茶屋 Sangenjaya|13 下北沢 Shimokitazawa|13 代々木 Yoyogi|13 初台 -|13 高円寺 Koenji|13 荻窪 Ogikubo|13 吉祥寺 Kichijoji|13 国分寺 Kokubunji|13 多摩市 Tama City|"
    "13 昭島 Akishima|13 青梅 -|13 羽田 Haneda|13 溜池山王 -|13 神谷町 Kamiyacho|13 麻布台 Azabudai|13 竹芝 Takeshiba|13 芝公園 -|13 芝浦 Shibaura|13 西新宿 -|13 明治神宮前 -|"
    "13 - Minato Ward|13 - Minato City|13 - Koto Ward|13 - Chuo Ward|13 - Ota Ward|13 - Meguro-ku|13 - Taito Ward|13 - Nakano-ku|13 小平市 Kodaira|13 東村山 -|13 稲城 Inagi|13 福生 Fussa|"
    "14 湘南 Shonan|14 関内 Kannai|14 桜木町 Sakuragicho|14 武蔵小杉 Musashi-Kosugi|14 溝の口 Mizonokuchi|14 辻堂 -|14 秦野市 -|14 伊勢原 -|14 座間市 -|14 大和市 -|14 綾瀬市 -|14 箱根 Hakone|14 寒川 -|"
    "11 浦和 Urawa|11 和光市 -|11 朝霞 -|11 草加 Soka|11 春日部 Kasukabe|11 上尾 Ageo|11 新座 Niiza|11 志木 -|11 狭山 -|11 入間 Iruma|11 東松山 -|11 久喜 -|11 深谷市 Fukaya|11 本庄市 -|11 飯能 -|"
    "12 成田空港 -|12 流山 Nagareyama|12 我孫子 Abiko|12 舞浜 Maihama|12 木更津 Kisarazu|12 君津 Kimitsu|12 佐倉市 Sakura City|12 茂原 Mobara|12 印西 Inzai|12 八千代市 Yachiyo|12 野田市 -|12 東金 -|"
    "08 鹿嶋 -|08 神栖 Kamisu|08 古河市 -|08 筑西 -|08 守谷 Moriya|08 取手 Toride|08 東海村 Tokai-mura|08 牛久 Ushiku|08 常総 -|09 真岡市 -|09 那須 Nasu|09 日光 Nikko|09 佐野市 -|09 栃木市 -|"
    "10 館林 Tatebayashi|10 桐生市 -|10 渋川市 -|10 安中 -|22 御殿場 Gotemba|22 裾野 Susono|22 富士宮 Fujinomiya|22 藤枝 Fujieda|22 焼津 Yaizu|22 湖西 -|22 袋井 Fukuroi|22 熱海 Atami|22 伊東市 Ito City|"
    "23 名駅 -|23 知立 Chiryu|23 大府 Obu|23 半田市 -|23 東海市 -|23 西尾市 -|23 蒲郡 Gamagori|23 豊川 Toyokawa|23 犬山 Inuyama|23 稲沢 Inazawa|23 常滑 Tokoname|23 瀬戸市 -|23 みよし市 -|23 日進市 -|"
    "24 桑名市 -|24 伊賀 -|24 名張 Nabari|24 いなべ -|24 伊勢市 Ise City|21 多治見 Tajimi|21 可児 -|21 高山市 Takayama|21 関市 -|25 栗東 Ritto|25 野洲 -|25 甲賀 -|25 近江八幡 Omihachiman|25 東近江 -|25 米原 Maibara|"
    "26 烏丸 Karasuma|26 亀岡 Kameoka|26 舞鶴 Maizuru|26 福知山 Fukuchiyama|26 京田辺 -|26 向日 -|27 なんば -|27 本町駅 Honmachi|27 堺筋本町 -|27 北浜 Kitahama|27 中之島 Nakanoshima|27 肥後橋 -|27 天王寺 Tennoji|"
    "27 阿倍野 Abeno|27 江坂 Esaka|27 千里中央 -|27 八尾 Yao|27 寝屋川 Neyagawa|27 守口 Moriguchi|27 岸和田 Kishiwada|27 泉佐野 Izumisano|27 関西国際空港 -|27 箕面 Minoh|27 摂津 Settsu|27 大東市 -|27 天満橋 -|27 - Shin-Osaka|"
    "28 宝塚 Takarazuka|28 高砂 Takasago|28 赤穂 -|28 淡路 Awaji|28 芦屋 Ashiya|28 三木市 -|28 たつの -|29 生駒 Ikoma|29 橿原 Kashihara|29 大和郡山 -|33 津山 Tsuyama|33 玉野 Tamano|33 総社 -|34 三原市 -|34 廿日市 -|"
    "35 岩国 Iwakuni|35 防府 Hofu|35 宇部市 -|36 鳴門 Naruto|36 阿南 Anan|37 坂出 Sakaide|40 薬院 Yakuin|40 小倉 -|40 大牟田 Omuta|40 春日市 -|40 太宰府 Dazaifu|40 苅田 Kanda-machi|41 鳥栖 Tosu|41 唐津 Karatsu|41 伊万里 Imari|"
    "42 大村市 Omura|43 菊池市 -|43 菊陽 Kikuyo|43 合志市 -|44 中津市 Nakatsu|45 日向市 -|46 薩摩川内 -|47 恩納村 Onna-son|47 沖縄市 -|01 ニセコ Niseko|01 すすきの Susukino|01 富良野 Furano|01 室蘭 Muroran|01 北見 Kitami|01 小樽 Otaru|"
    "03 奥州 -|03 花巻 Hanamaki|04 名取市 -|04 大崎市 -|05 由利本荘 -|06 寒河江 -|15 三条市 Sanjo|15 柏崎 Kashiwazaki|15 妙高 Myoko|16 黒部 Kurobe|16 射水 Imizu|17 白山市 Hakusan|17 能美 -|18 越前市 Echizen|20 塩尻 Shiojiri|20 伊那市 -|20 安曇野 Azumino|20 白馬 Hakuba|20 岡谷 -|19 北杜 -|19 韮崎 -"
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
        if ja != "-":
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


# 「東京大学」 and "Bank of Kyoto" are names of their own.
_OWN_NAME = re.compile(
    r"(?:大学|証券(?:取引所)?|電力|海上|ガス(?!タンク)|銀行|信用金庫|製鉄|高専|医科|工業大|理科大|農工大|芸術大|外国語大|フィルハーモニー|タワー|ゴム|スカイツリー|ドーム|ディズニー|風(?!呂)|産(?!業)|料理|弁護士会|[^\s、。,/]{0,10}協会| ?(?:university|stock exchange|electric|gas\b|institute|bank\b))"
)
_OWN_NAME_AHEAD = re.compile(r"(?:university|bank) of $")
# 「堺工場」, 「川口」: where a place is told, a city needs no 市.
_BARE = {name[:-1]: code for name, code in _NAMES.items() if name.endswith("市") and len(name) > 2}
_BARE |= {"堺": "27", "柏": "12", "栄": "23"}
_BARE_START = re.compile(
    r"^[^一-龠]{0,2}("
    + "|".join(sorted(_BARE, key=lambda n: (-len(n), n)))
    + r")(?=工場|支店|営業所|事業所|オフィス|店|本社|研究所|センター|駅|\W|$)"
)


def find_places(text: str, *, among_places: bool = False) -> list[PlaceFound]:
    """Find the places folded text names, in order; the longest name wins (東京都 before 京都).

    `among_places`: the text is the value of a field for a place, so a city at its start may go without its 市.
    """
    found = [
        PlaceFound(_NAMES[m.group(0)], m.start(), m.end())
        for m in _ANY.finditer(text)
        if not _OWN_NAME.match(text, m.end()) and not _OWN_NAME_AHEAD.search(text[max(0, m.start() - 16) : m.start()])
    ]
    if among_places and (bare := _BARE_START.match(text)) is not None and (not found or found[0].start > bare.start(1)):
        found.insert(0, PlaceFound(_BARE[bare.group(1)], bare.start(1), bare.end(1)))
    return found


def within_reach(code: str) -> frozenset[str]:
    """Name the prefectures from which people commute to this one, itself included."""
    for area in _COMMUTING:
        if code in area:
            return frozenset(area)
    return frozenset((code,))
