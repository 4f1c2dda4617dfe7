"""Requisitions to measure with: one for each of many trades, in Japanese or English, so that each finds other people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """What a requisition of a trade asks, in both languages."""

    title_ja: str
    title_en: str
    must_ja: tuple[str, ...]
    must_en: tuple[str, ...]


TRADES: tuple[Trade, ...] = (
    Trade("バックエンドエンジニア", "Backend Engineer", ("Go、Python、Javaのいずれか", "PostgreSQL", "AWS"), ("Go, Python or Java", "PostgreSQL", "AWS")),
    Trade("法人営業（SaaS）", "Account Executive", ("法人営業", "ソリューション営業", "Salesforce"), ("B2B sales", "Solution sales", "Salesforce")),
    Trade("経理", "Accountant", ("月次決算", "年次決算", "簿記"), ("Monthly closing", "Annual closing", "Bookkeeping")),
    Trade("フロントエンドエンジニア", "Frontend Engineer", ("TypeScript", "React", "HTML/CSS"), ("TypeScript", "React", "HTML/CSS")),
    Trade("人事（採用担当）", "Recruiter", ("採用業務", "労務管理", "研修"), ("Recruiting", "Labor management", "Training")),
    Trade("SRE", "Site Reliability Engineer", ("Kubernetes", "Terraform", "Linux"), ("Kubernetes", "Terraform", "Linux")),
    Trade("Webマーケター", "Digital Marketer", ("デジタルマーケティング", "SEO", "Google Analytics"), ("Digital marketing", "SEO", "Google Analytics")),
    Trade("データエンジニア", "Data Engineer", ("Python", "SQL", "データ分析"), ("Python", "SQL", "Data analysis")),
    Trade("生産技術", "Production Engineer", ("生産技術", "改善", "CAD"), ("Production engineering", "Kaizen", "CAD")),
    Trade("カスタマーサクセス", "Customer Success Manager", ("カスタマーサクセス", "カスタマーサポート", "CRM"), ("Customer success", "Customer support", "CRM")),
    Trade("組み込みエンジニア", "Embedded Engineer", ("C++", "組み込み開発", "RTOS"), ("C++", "Embedded development", "RTOS")),
    Trade("法務", "Legal Counsel", ("契約法務", "コンプライアンス", "商事法務"), ("Contracts", "Compliance", "Corporate legal")),
    Trade("購買", "Procurement Specialist", ("購買", "サプライヤー管理", "原価低減"), ("Procurement", "Supplier management", "Cost reduction")),
    Trade("プロダクトマネージャー", "Product Manager", ("プロダクトマネジメント", "データ分析", "アジャイル開発"), ("Product management", "Data analysis", "Agile")),
    Trade("施工管理", "Construction Manager", ("施工管理", "安全管理", "建築設計"), ("Construction management", "Safety management", "Architecture")),
    Trade("店舗マネージャー", "Store Manager", ("店舗運営", "接客", "売上管理"), ("Store management", "Customer service", "Sales management")),
    Trade("システムエンジニア", "Systems Engineer", ("Java", "要件定義", "基本設計"), ("Java", "Requirements definition", "Basic design")),
    Trade("UIデザイナー", "UI Designer", ("UIデザイン", "UXデザイン", "Figma"), ("UI design", "UX design", "Figma")),
    Trade("物流管理", "Logistics Specialist", ("物流管理", "在庫管理", "貿易実務"), ("Logistics", "Inventory management", "Trade")),
    Trade("情報システム", "Corporate IT Engineer", ("ヘルプデスク", "ネットワーク", "Windows Server"), ("Help desk", "Networking", "Windows Server")),
)  # fmt: skip


def requisition(number: int, lang: str = "") -> tuple[str, str]:
    """The n-th requisition: (title, description). Every fourth is English unless `lang` says otherwise.

    Those beyond the table come again with other pay, so that no two read the same.
    """
    trade = TRADES[number % len(TRADES)]
    round_ = number // len(TRADES)
    low = 450 + 10 * (number % len(TRADES)) + 30 * round_
    english = lang == "en" or (not lang and number % 4 == 3)
    title = trade.title_en if english else trade.title_ja
    if english:
        lines = [
            f"{title}",
            "Requirements",
            *(f"- Experience with {must}" for must in trade.must_en),
            "- Business-level Japanese",
            f"Salary: JPY {low / 100:.1f}M - {(low + 250) / 100:.1f}M per year",
            "Location: Tokyo, hybrid",
        ]
    else:
        lines = [
            f"【募集職種】{title}",
            "■必須条件",
            *(f"・{must}の実務経験" for must in trade.must_ja),
            "・日本語：ビジネスレベル",
            f"■給与　想定年収：{low}万円〜{low + 250}万円",
            "■勤務地　東京都（ハイブリッド勤務）",
        ]
    return (f"{title} {round_ + 1}" if round_ else title), "\n".join(lines)
