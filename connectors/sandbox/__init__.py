"""A real little applicant tracking system to try things on: no account, no key, no network.

It speaks Greenhouse's Harvest v3 protocol, keeps its own SQLite file, has its own pages in Japanese and English, and
misbehaves on demand. It imports nothing of ours and knows no client. Start reading at `server`.
"""

from connectors.sandbox.server import Sandbox, create_sandbox, serve

__all__ = ["Sandbox", "create_sandbox", "serve"]
