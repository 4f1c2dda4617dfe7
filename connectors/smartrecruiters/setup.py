"""Connecting a SmartRecruiters account: job fields, the webhook subscription, a check of everything that must be in place.

Subscriptions: https://developers.smartrecruiters.com/reference/subscriptionscreate-1. Job fields of the single-select
kind can be created by API, free text ones only by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.base import ATSError
from connectors.records import Finding, Subscribed
from connectors.smartrecruiters import properties, told
from connectors.smartrecruiters.api import USERS, WEBHOOKS, created, part, read
from connectors.smartrecruiters.door import EVENTS, UNSURE
from connectors.smartrecruiters.entries import Entries
from connectors.smartrecruiters.shapes import (
    Labelled,
    Shape,
    SmartRecruitersJobPropertyDefinition,
    SmartRecruitersSecretKey,
    SmartRecruitersSubscription,
)

EVENT_VERSION = "v201910"
"""The version in the reference's own example of a signed event; the option `event_version` overrides it."""

LISTS = {
    "jobs": "jobs_read",
    "candidates": "candidates_read",
    "configuration/job-properties": "configuration_read",
    f"{USERS}/users": "users_read",
    f"{WEBHOOKS}/subscriptions": "webhooks_read",
}


class SetUp(Entries):
    """Set an account up and check it."""

    def set_up(self) -> list[Finding]:
        """Create those of our select fields that are missing, and missing values. Calling it twice changes nothing."""
        if self.by_application:
            return [self._candidate_field(purpose) for purpose in ("calibration", "line")]
        standing = self.definitions(anew=True)
        missing = [each for each in properties.PROPERTIES if each.values and not self._id_of(each, standing)]
        for each in missing:
            body = {"label": self.property_labels[each.purpose], "category": "job", "visible": True, "active": True}
            self.api.create("configuration/job-properties", {**body, "required": False})
        if missing:
            standing = self.definitions(anew=True)
        return [self._ensure(each, standing) for each in properties.PROPERTIES]

    def _id_of(self, each: properties.Property, standing: dict[str, str]) -> str:
        label = self.property_labels[each.purpose]
        return standing.get(label.casefold().strip()) or (label if label in standing.values() else "")

    def _ensure(self, each: properties.Property, standing: dict[str, str]) -> Finding:
        label, id = self.property_labels[each.purpose], self._id_of(each, standing)
        if not id:
            return told.field_missing(label, free_text=not each.values, needed=each.needed)
        path = f"configuration/job-properties/{part(id)}/values"
        have = {value.label for value in self.api.list(path, Labelled)} if each.values else set()
        lacking = [value for value in each.values if value not in have]
        for value in lacking:
            self.api.create(path, {"label": value})
        return told.field_there(label, lacking)

    def _candidate_field(self, purpose: str) -> Finding:
        label = self._beside(purpose)
        known = {each.label.casefold().strip() for each in self._candidate_property_definitions()}
        there = label.casefold().strip() in known
        return told.field_there(label, []) if there else told.candidate_field_missing(label)

    # The subscription.

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Create and activate one subscription for all our events; return the key SmartRecruiters made for it.

        `secret` goes nowhere: the vendor makes its own. An active subscription of this address is left as it is. While
        it is activated SmartRecruiters rings `url`, which must answer.
        """
        found = [each for each in self._subscriptions() if each.callbackUrl == url]
        active = next((each for each in found if each.status == "active"), None)
        if active is not None:
            lacking = sorted(set(EVENTS) - UNSURE - {each.name for each in active.events})
            return Subscribed((told.subscription_lacks(lacking) if lacking else told.subscription_there(),))
        id = found[0].id if found else self._create_subscription(url)
        answer = self.api.create(f"{WEBHOOKS}/subscriptions/{part(id)}/secret-key", {})
        key = read(SmartRecruitersSecretKey, answer, "secret-key").secretKey
        try:
            self.api.put(f"{WEBHOOKS}/subscriptions/{part(id)}/activation")
        except ATSError as problem:
            return Subscribed((told.not_activated(str(problem)),), (key,))
        return Subscribed((told.subscribed(),), (key,))

    def _create_subscription(self, url: str) -> str:
        try:
            return self._subscribe_to(url, EVENTS)
        except ATSError as problem:
            if problem.status not in (400, 422):
                raise
        return self._subscribe_to(url, [name for name in EVENTS if name not in UNSURE])

    def _subscribe_to(self, url: str, events: Iterable[str]) -> str:
        version = self.options.get("event_version") or EVENT_VERSION
        body: dict[str, object] = {
            "callbackUrl": url,
            "events": [{"name": name, "version": version} for name in events],
        }
        if self.options.get("alert_address"):
            body["alertingEmailAddress"] = self.options["alert_address"]
        return created(self.api.create(f"{WEBHOOKS}/subscriptions", body), "subscription")

    def _subscriptions(self) -> Iterator[SmartRecruitersSubscription]:
        return self.api.list(f"{WEBHOOKS}/subscriptions", SmartRecruitersSubscription)

    # The check.

    def check(self) -> list[Finding]:
        """Check credential, scopes, fields and subscription by using them; name what only a person can see."""
        try:
            if not self.api.has_key:
                self.api.sign_in(failed=self.tokens.current())
            self.api.page("jobs", Shape, limit="1")
        except ATSError as problem:
            return [told.refused(problem)]
        findings = [told.credentials_good(), *self._scopes()]
        readable = {str(each.what) for each in findings if each.ok}
        if str(told.scope("configuration_read")) in readable:
            findings.extend(self._fields())
        if str(told.scope("webhooks_read")) in readable:
            findings.append(self._subscription())
        return [*findings, told.cannot_be_tried()]

    def _scopes(self) -> Iterator[Finding]:
        for path, scope in LISTS.items():
            try:
                self.api.page(path, Shape, limit="1")
            except ATSError as problem:
                yield told.scope_missing(scope, problem)
            else:
                yield Finding(told.scope(scope), ok=True)

    def _fields(self) -> Iterator[Finding]:
        if self.by_application:
            yield from (self._candidate_field(purpose) for purpose in ("calibration", "line"))
            return
        found = list(self.api.list("configuration/job-properties", SmartRecruitersJobPropertyDefinition))
        standing = {each.label.casefold().strip(): each.id for each in found if each.active is not False}
        required = {each.id for each in found if each.required}
        for each in properties.PROPERTIES:
            label, id = self.property_labels[each.purpose], self._id_of(each, standing)
            if not id:
                yield told.field_missing(label, free_text=not each.values, needed=each.needed)
            elif id in required:
                yield told.field_required(label)
            else:
                have = self._values(id) if each.values else set()
                lacking = [value for value in each.values if value not in have]
                yield told.field_lacks(label, lacking) if lacking else told.field_there(label, [])

    def _values(self, id: str) -> set[str]:
        found = self.api.list(f"configuration/job-properties/{part(id)}/values", Labelled)
        return {value.label for value in found}

    def _subscription(self) -> Finding:
        active = [each for each in self._subscriptions() if each.status == "active"]
        lacking = set(EVENTS) - UNSURE
        for each in active:
            lacking = min(lacking, set(EVENTS) - UNSURE - {event.name for event in each.events}, key=len)
        if not lacking:
            return told.subscription_there()
        return told.subscription_lacks(sorted(lacking)) if active else told.no_subscription()
