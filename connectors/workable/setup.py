"""Connecting a Workable account: webhooks by API, our stages, and a check of everything that must be in place."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import ATSError, refusal
from connectors.records import Finding, Said, Subscribed
from connectors.workable.decisions import NEEDED
from connectors.workable.door import LATER, WEBHOOKS
from connectors.workable.shapes import Shape, WorkableMember, WorkableStage, WorkableSubscription
from connectors.workable.writes import Writes

TOKEN_PAGE = "Workable > Settings > Integrations > Apps > API access tokens"  # noqa: S105 a place, no secret
LISTS = ("jobs", "candidates", "stages", "events", "subscriptions")
CREDENTIALS = Said("credentials", "認証情報")
ACTING = Said("acting member", "操作を行うメンバー")


class SetUp(Writes):
    """Set an account up and check it."""

    def set_up(self) -> list[Finding]:
        """Look for our stages in the account's pipeline. Workable's API can create none, so this changes nothing."""
        return list(self._stages())

    def _stages(self) -> Iterator[Finding]:
        rows = self.spi.list("/stages", "stages", WorkableStage)
        standing = {stage.name.strip().casefold() for stage in rows}
        for purpose in NEEDED:
            name = self.stage_names[purpose]
            what = Said(f"stage {name}", f"ステージ「{name}」")
            if name.casefold() in standing:
                yield Finding(what, ok=True, detail=Said("is there", "作成済み"))
                continue
            yield Finding(
                what,
                ok=False,
                detail=Said("is missing in the default pipeline", "標準のパイプラインに見つかりません"),
                todo=Said(
                    f"as administrator, add a stage named exactly “{name}” to every pipeline kakuyaku's jobs use"
                    f" (Settings > Recruiting > Pipelines), or set the option stage_{purpose} to the name of yours",
                    f"管理者が、対象の求人が使うすべてのパイプライン（Settings > Recruiting > Pipelines）に、名前を"
                    f"「{name}」としたステージを追加するか、オプション stage_{purpose} に貴社のステージ名を設定してください",
                ),
            )

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Subscribe to each event at an address of its own below `url`: Workable takes an address once only.

        It signs with the account token, so no secret is made. https://workable.readme.io/reference/webhook-subscriptions
        """
        rows = self.spi.list("/subscriptions", "subscriptions", WorkableSubscription)
        there = {(row.event, row.target) for row in rows}
        return Subscribed(tuple(self._subscribe(event, f"{url}/{event}", there) for event in WEBHOOKS))

    def _subscribe(self, event: str, target: str, there: set[tuple[str, str]]) -> Finding:
        what = Said(f"webhook {event}", f"Webhook {event}")
        standing = Finding(what, ok=True, detail=Said("is there", "作成済み"))
        if (event, target) in there:
            return standing
        body: dict[str, object] = {"target": target, "event": event}
        if event.startswith("candidate"):
            account = self.options.get("subdomain") or ""
            body["args"] = {"account_id": account, "job_shortcode": "", "stage_slug": ""}
        try:
            self.spi.write("POST", "/subscriptions", body)
        except ATSError as problem:
            if problem.status == 409:  # the address is taken, by an answer that was lost
                return standing
            if not problem.permanent:
                raise
            if event in LATER:
                detail = Said(f"not on this account: {problem}", f"このアカウントでは使えません：{problem}")
                return Finding(what, ok=True, detail=detail)
            todo = Said(
                "give the token the scopes r_jobs and r_candidates and run connect again",
                "トークンに r_jobs と r_candidates の権限を付けて、connect をもう一度実行してください",
            )
            return refusal(what, problem, todo)
        return Finding(what, ok=True, detail=Said("created", "作成しました"))

    def check(self) -> list[Finding]:
        """Check token, scopes, acting member and stages by using them."""
        try:
            members = list(self.spi.list("/members", "members", WorkableMember))
        except ATSError as problem:
            todo = Said(
                f"compare token and subdomain with {TOKEN_PAGE}",
                f"トークンとサブドメインを {TOKEN_PAGE} と照合してください",
            )
            return [refusal(CREDENTIALS, problem, todo)]
        taken = Finding(CREDENTIALS, ok=True, detail=Said("the token is taken", "トークンは有効です"))
        findings = [taken, *self._lists(), self._acting(members)]
        if all(finding.ok for finding in findings):
            findings += self._stages()
        return findings

    def _lists(self) -> Iterator[Finding]:
        for name in LISTS:
            what = Said(f"read {name}", f"読み取り {name}")
            try:
                self.spi.page(f"/{name}", name, Shape, filters={"limit": "1"})
            except ATSError as problem:
                todo = Said(
                    f"give the token the scopes r_jobs and r_candidates in {TOKEN_PAGE}",
                    f"{TOKEN_PAGE} で、トークンに r_jobs と r_candidates の権限を付けてください",
                )
                yield refusal(what, problem, todo)
            else:
                yield Finding(what, ok=True)

    def _acting(self, members: list[WorkableMember]) -> Finding:
        if any(member.id == self.member_id for member in members):
            return Finding(ACTING, ok=True, detail=Said("is a member", "メンバーです"))
        listed = ", ".join(f"{member.id} = {member.name}" for member in members[:20])
        return Finding(
            ACTING,
            ok=False,
            detail=Said("is no member of this account", "このアカウントのメンバーではありません"),
            todo=Said(
                f"set member_id to a member of kakuyaku's own, who is nobody's hiring manager; there are: {listed}",
                "member_id には、kakuyaku 専用のメンバー（どの求人の採用責任者でもない人）のIDを設定してください。"
                f"メンバー：{listed}",
            ),
        )
