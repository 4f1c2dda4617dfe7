"""Why a position is open: the business grows, somebody is replaced, or the place is new."""

from __future__ import annotations

import re

from ranking.folding import Folded
from ranking.layout import Line
from ranking.values import Stated

_CAUSE = r"(?:に(?:伴|とも)な?[うい]|により|による|につき|に向け[てた]|を受け|に備え|のため(?=[、。)]|$|の?(?:募集|採用|増員|新)|に(?:募集|採用)))"
# Under its own heading a word is enough; the tables are read in this order.
_INSIDE = [(name, re.compile(pattern)) for name, pattern in (
    (
        "replacement",
        r"欠員|退職(?!金)|後任|後継|産休|育休|休業に入|休職|前任|交代|代替|補充|転籍|昇進|昇格|定年|異動(?:に伴う|のため|する|により)|転出|replac|taking over|backfill|succe(?:ed|ssor)|predecessor|incumbent|outgoing|retir|resign"
        r"|\bleave\b|is leaving|has left|moves? (?:on|to)|moving (?:on|to)|moved to|became free|departure|promot(?:ed|ion)|transfer|vacant",
    ),
    (
        "new",
        r"新設|新(?:規)?ポジション|一人目|1人目|ひとり目|初めての|(?:当社|社内)初|初の|オープニング|内製化|新(?:規)?事業|新(?:規|しい|た)?[^。、]{0,14}?(?:立ち?上げ|開設|設立|設置|設け|発足|開業|オープン|稼働|開院)"
        r"|newly|new (?:position|role|post|function|team)|brand[- ]new|first (?:hire|person|member|\w+ hire)|\bcreated|launch|set(?:ting)? up|establish|opening (?:of )?(?:a|our) new",
    ),
    (
        "growth",
        r"増員|拡大|強化|補強|増強|拡充|拡張|増え|増や|増加|受注増|成長|好調|厚く|加速|スピード|強く|大きく|伸び|人手|人員が不足|手が(?:足り|回ら)|多忙|忙しく|新店|growth|grow|expan|headcount|more (?:people|customers|hands|work)|increas|additional|scal(?:e|ing)|strengthen|doubl|workload|demand|adding",
    ),
)]  # fmt: skip
# Anywhere else the sentence has to say outright that it is why somebody is sought.
_ANYWHERE = [(name, re.compile(pattern)) for name, pattern in (
    (
        "replacement",
        r"欠員(?=の?補充|の?募集|です|が(?:出た|生じた)ため|$|" + _CAUSE + r")|後任(?:者)?(?=の?募集|の?採用|を(?:募集|探|お?迎え|採用)|として(?:お迎え|の募集)|です|$)|前任(?:者)?(?=の|が|に)|産休に入|(?:産休|育休|休職|休業)[^。、]{0,6}(?:代替|代わり|交代|補充)|(?:退職|異動|定年|昇進|転籍|産休|育休)(?:者)?[^。、]{0,4}"
        + _CAUSE
        + r"|\breplacement (?:for|of|hire)\b|^replacement\b|\bbackfill\b|\bsuccessor\b|\bposition became free|previous \w+(?: \w+)? (?:is moving|has left|left|moved|is leaving|retire)|seat is to be filled|(?:become|fallen|fell|is) vacant|covering (?:a|for) [^.]{0,20}?(?:sabbatical|leave|career break)|leave[- ]cover\b"
        r"|(?:following|after|due to|owing to) (?:the |a )?(?:retirement|departure|promotion|resignation|transfer|internal move)|\b(?:current|present|outgoing) (?:post ?holder|holder|incumbent|\w+)(?: of the role)? (?:is (?:leaving|retiring|moving)|will (?:leave|retire)|retires|leaves)|\bsucceed (?:our|the) (?:current|retiring|outgoing)|(?:take|taking) over from (?:our|the|a) |\breplacing (?:a|our|the) |cover(?:ing)? (?:for )?(?:a |our )?(?:maternity|parental|childcare) leave",
    ),
    (
        "new",
        r"新設(?:ポスト|ポジション|のポジション|部署|チーム|です|\)|" + _CAUSE + r")|新(?:規|しい)?ポジション|一人目の|1人目の|ひとり目の|(?:一人目|1人目)として|(?:当社|社内)初の|初の専任|(?:オープニング|立ち?上げ|創業)(?:スタッフ|メンバー)(?=募集|と|を|です|の募集|$)|(?:開設|オープン|稼働)する新[^。]{0,24}(?:募集|採用|迎え)|内製化するため|初代の|新(?:規|しい|た)?[^。、]{0,12}?(?:立ち?上げ|開設|設立|発足|開業|オープン|稼働)(?:に|の)?(?:メンバー|(?:伴|とも)な?[うい][^。、]{0,12}?(?:募集|採用|求人)|(?:の)?ため[^。]{0,6}(?:募集|採用))"
        r"|\bnewly[- ](?:created|established|formed|opened)|brand[- ]new (?:position|role|post|team)|(?:did not|didn\'t) exist before|launching (?:a|our) (?:new|second|third) \w+ and need|\bnew (?:position|role|post)\b(?! in)|\b(?:our|the|its|as) (?:very )?first (?:\w+ ){0,2}(?:hire|employee|team member)|the first \w+ (?:on|in) (?:our|the) team|\bbuild(?:ing)? (?:a|an|our|the) [\w ]{2,24} from scratch|for the (?:launch|opening) of (?:our|the|a)|we(?:'re| are) (?:opening|building|setting up|launching|establishing|starting) (?:up )?(?:an?|our) new (?:\w+ )?(?:team|function|office|plant|factory|site|branch|department|centre|center|store|shop|unit|line|desk)",
    ),
    (
        "growth",
        r"増員(?!計画|の計画|時|や)|(?:人員|人手|メンバー|スタッフ)を増や(?:す|し)|(?:人員|人手|手)が(?:足り|不足し|回ら)[^。]{0,12}(?:ため|ので|なり|です)|人手不足のため|(?:チーム|組織|事業)拡大中|(?:業務|事業|組織|業容|規模)(?:の)?拡大" + _CAUSE + r"|(?:組織|体制|部門|チーム|人員|機能)(?:の|を)?(?:増強|強化|拡充|補強)(?:のため(?!の(?!募集|採用|増員))|に(?:伴|とも)|を目的|を図る|し(?:ます|たい)|$|です)|体制(?:の|を)?強化|体制を厚く|増やしています"
        r"|(?:店舗|業務|受注|案件|生産|患者|利用者|顧客|会員|需要|取引)[^。、]{0,8}?(?:増|増加|拡大)[^。、]{0,3}?" + _CAUSE + r"[^。]{0,20}(?:募集|採用|増員|迎え|仲間|補強)"
        r"|because (?:the |our )?(?:team|business) (?:grows|is growing)|\bas (?:the|our) (?:team|business|company) (?:grows|expands|is growing)|team grows from|team is (?:being expanded|growing|expanding)|for growth|(?:we )?hire because|(?:new|additional|increased) headcount|headcount increase"
        r"|(?:due to|owing to|because of|thanks to|following|amid|on the back of) (?:\w+ ){0,3}(?:growth|expansion|demand|workload|business)\b|\bto keep up with\b|\b(?:are|we\'re) hiring (?:two|three|four|five|several|\d) more\b|closed our (?:series|seed)|\bwe(?:'re| are) (?:doubling|growing|expanding|strengthening) (?:the|our|this) (?:\w+ )?team|\bto strengthen (?:the|our) (?:\w+ )?team|(?:team|business) expansion\b(?!,| (?:strateg|plan|project|activit))|growing (?:fast|quickly|rapidly)[^.]{0,16}\bneed|\b(?:we are|we're|so we are) adding (?:one|two|three|four|\d|another|more)",
    ),
)]  # fmt: skip


def find_reason(folded: Folded, lines: list[Line]) -> Stated[str] | None:
    """Read why the position is open: under its own heading, else from a sentence that says so outright."""
    for line in lines:
        if line.section == "reason" and not line.heading:
            found = _reason_in(folded, line, _INSIDE)
            if found is not None:
                return found
    for line in lines:
        if line.section in ("must", "nice", "benefits", "process") or (line.section == "duties" and line.listed):
            continue
        # 「増員募集」 alone on a line looks like a heading.
        if line.heading and line.section not in ("other", "reason", "title", "process", "company"):
            continue
        found = _reason_in(folded, line, _ANYWHERE)
        if found is not None:
            return found
    return None


def _reason_in(folded: Folded, line: Line, patterns: list[tuple[str, re.Pattern[str]]]) -> Stated[str] | None:
    explicit = re.search(r"増員(?!計画)|新設(?!備)", line.text)
    for name, pattern in patterns:
        found = pattern.search(line.text)
        if found is None:
            continue
        if explicit and name != "replacement":
            name = "growth" if explicit.group() == "増員" and "新設" not in line.text else "new"
            found = explicit
        return Stated(name, folded.quote(line.start + found.start(), line.start + found.end()))
    return None
