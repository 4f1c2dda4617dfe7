"""Why the profile store can't be used, in words for who runs it."""

from __future__ import annotations


class StoreError(Exception):
    """The profile store can't be used; the message says why and what to do."""


class StoreBusy(StoreError):
    """Another process has the store, or is writing to it for long."""
