"""An experiment said to people: its rule, how far it is, and its result once the rule is reached."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from plugin.i18n import phrases, say_date
from plugin.scouting.experiments import CannotStart, Compared, Standing
from plugin.scouting.shares import Share


def cannot_start(error: CannotStart, locale: str) -> str:
    """Why it can't be started, and what to do."""
    _ = phrases(locale)
    return {
        "runs_already": _("An experiment runs already. Stop it first, or let it reach its rule."),
        "measure": _("Choose what is measured: meetings or replies."),
        "one_rule": _("Write down one rule: a number of letters for each arm, or a last day."),
        "per_arm": _("Give at least one letter for each arm."),
        "until": _("The last day must lie in the future."),
        "window": _("Replies and meetings count from 1 to 180 days after a letter."),
        "expected": _("Give two different shares between 0 and 100 percent."),
    }[error.code]


def lines_of(one: Standing, locale: str, zone: str = "Asia/Tokyo", who: str = "") -> list[str]:
    """How an experiment stands, a sentence a line. `who` started it, by name where it is known."""
    _ = phrases(locale)
    experiment = one.experiment
    said = [
        _(
            "Experiment %(number)s, registered by %(who)s on %(day)s: %(rule)s.",
            number=experiment.key,
            who=who or experiment.started_by,
            day=say_date(experiment.created_at.astimezone(ZoneInfo(zone)).date(), locale),
            rule=rule_of(one, locale),
        ),
        _(
            "The formula asks for %(needed)s letters in each arm (power 80 %%, two-sided 5 %%).",
            needed=f"{experiment.needed:,}",
        ),
        _(
            "Letters sent so far: %(committed)s with the promise, %(standard)s without.",
            committed=one.sent["committed"],
            standard=one.sent["standard"],
        ),
    ]
    if one.compared is None:
        return [*said, not_yet(one, locale)]
    return [*said, *(line for each in one.compared for line in result_of(each, one, locale))]


def rule_of(one: Standing, locale: str) -> str:
    """The registered rule, said."""
    _ = phrases(locale)
    experiment = one.experiment
    measure = _("meetings") if experiment.measure == "meeting" else _("positive replies")
    if experiment.until is not None:
        return _(
            "%(measure)s within %(days)s days of a letter, letters up to %(day)s",
            measure=measure,
            days=experiment.window_days,
            day=say_date(experiment.until, locale),
        )
    return _(
        "%(measure)s within %(days)s days of a letter, %(count)s letters in each arm",
        measure=measure,
        days=experiment.window_days,
        count=f"{experiment.per_arm:,}",
    )


def not_yet(one: Standing, locale: str) -> str:
    """Why there is no result."""
    _ = phrases(locale)
    if one.experiment.state == "stopped":
        return _("Stopped before its rule was reached: there is no result.")
    return _("Not yet: results show once the rule is reached and the last letter's days are over.")


def result_of(each: Compared, one: Standing, locale: str) -> list[str]:
    """One measure: both shares with their interval and denominator, and the difference with its own."""
    _ = phrases(locale)
    name = _("Meetings") if each.measure == "meeting" else _("Positive replies")
    gap, low, high = each.difference
    main = _("registered measure") if each.measure == one.experiment.measure else _("beside it")
    return [
        _(
            "%(name)s (%(main)s): with the promise %(committed)s, without %(standard)s.",
            name=name,
            main=main,
            committed=say_share(each.committed, locale),
            standard=say_share(each.standard, locale),
        ),
        _(
            "Difference: %(gap)s percentage points (95 %% interval %(low)s to %(high)s).",
            gap=f"{gap * 100:+.1f}",
            low=f"{low * 100:+.1f}",
            high=f"{high * 100:+.1f}",
        ),
    ]


def say_share(share: Share, locale: str) -> str:
    _ = phrases(locale)
    return _(
        "%(share)s (%(hits)s of %(of)s letters, 95 %% interval %(low)s–%(high)s)",
        share=f"{share.value:.1%}",
        hits=f"{share.hits:,}",
        of=f"{share.of:,}",
        low=f"{share.low:.1%}",
        high=f"{share.high:.1%}",
    )
