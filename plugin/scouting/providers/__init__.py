"""Mail providers that post what they receive: each verified as it signs, each turned into one raw mail (RFC 5322).

Raw MIME is taken where the provider gives it; else a mail is put together from its parts, so that one parser
(`scouting.mime`) serves every door. Read next: `posted` for the words, then one module a provider.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugin.scouting.providers import mailgun, postmark, sendgrid, ses
from plugin.scouting.providers.posted import Provider

PROVIDERS: Mapping[str, Provider] = {
    one.name: one for one in (sendgrid.PROVIDER, mailgun.PROVIDER, postmark.PROVIDER, ses.PROVIDER)
}


def secret_name(provider: str) -> str:
    """What a connection's secret for a provider is named."""
    return f"inbound_{provider}"
