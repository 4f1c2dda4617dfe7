"""Connecting a Greenhouse account: our fields, and a check of everything that must be in place."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import ATSError
from connectors.greenhouse import fields
from connectors.greenhouse.door import WEBHOOKS
from connectors.greenhouse.entries import Entries
from connectors.greenhouse.shapes import (
    GreenhouseCustomField,
    GreenhouseCustomFieldOption,
    GreenhouseUser,
    Shape,
)
from connectors.records import Finding

LISTS = (
    *("jobs", "job_posts", "job_hiring_managers", "job_owners", "job_notes", "job_interview_stages"),
    *("job_interviews", "users", "custom_fields", "custom_field_options", "candidates", "candidate_tags"),
    *("applied_candidate_tags", "applications", "application_stages", "notes", "attachments", "sources"),
    *("interviews", "interviewers"),
)
WRITE_SCOPES = (
    *("jobs:update", "job_notes:create", "custom_fields:create", "custom_field_options:create"),
    *("candidates:create", "applications:create", "applications:move", "applications:convert_to_candidate"),
    *("notes:create", "candidate_tags:create", "applied_candidate_tags:create", "attachments:create"),
)
CREDENTIALS_PAGE = "Greenhouse > Configure > Dev Center > API Credentials"


class SetUp(Entries):
    """Set an account up and check it."""

    def set_up(self) -> list[Finding]:
        """Create those of our job fields that are missing, and missing options. Calling it twice changes nothing."""
        standing = self._standing_fields()
        missing = [field for field in fields.FIELDS if self.field_keys[field.purpose] not in standing]
        for field in missing:
            self._create_field(field)
        now = self._standing_fields() if missing else standing
        return [self._ensure(field, now, field in missing) for field in fields.FIELDS]

    def _create_field(self, field: fields.Field) -> None:
        body = fields.creation(field, self.field_keys[field.purpose])
        try:
            # `api_only` keeps people from editing what is ours; not every account has it.
            self.harvest.create("custom_fields", {**body, "api_only": True} if field.ours else body)
        except ATSError as problem:
            if not (field.ours and problem.status == 422 and "api_only" in str(problem)):
                raise
            self.harvest.create("custom_fields", body)

    def _ensure(self, field: fields.Field, standing: dict[str, GreenhouseCustomField], is_new: bool) -> Finding:
        key = self.field_keys[field.purpose]
        what = f"field {key}"
        found = standing.get(key)
        if found is None:
            name = fields.creation(field, key)["name"]
            return Finding(
                what,
                ok=False,
                detail="created, but Greenhouse gave it another key",
                todo=f"look up the key of {name!r} under Custom Options and set field_{field.purpose} to it",
            )
        wrong = _unfit(field, found)
        if wrong:
            return Finding(what, ok=False, detail=wrong, todo="change it under Configure > Custom Options > Jobs")
        have = self._options(found.id) if field.options else set()
        lacking = [name for name in field.options if name not in have]
        for order, name in enumerate(lacking, start=len(field.options)):
            self.harvest.create(
                "custom_field_options", {"custom_field_id": found.id, "name": name, "sort_order": order}
            )
        if is_new:
            return Finding(what, ok=True, detail="created")
        return Finding(what, ok=True, detail=f"added options: {', '.join(lacking)}" if lacking else "is there")

    def _standing_fields(self) -> dict[str, GreenhouseCustomField]:
        found = self.harvest.list("custom_fields", GreenhouseCustomField, field_type="job")
        return {one.name_key: one for one in found}

    def _options(self, field_id: int) -> set[str]:
        found = self.harvest.list_by(
            "custom_field_options", GreenhouseCustomFieldOption, "custom_field_ids", [field_id]
        )
        return {one.name for one in found}

    def check(self) -> list[Finding]:
        """Check credentials, scopes and fields by using them; name what only a person can see."""
        try:
            self.harvest.sign_in(failed=self.tokens.current())
        except ATSError as problem:
            return [
                Finding(
                    "credentials",
                    ok=False,
                    detail=str(problem),
                    todo=f"compare client id, secret and user id with {CREDENTIALS_PAGE} (Harvest V3, OAuth)",
                )
            ]
        findings = [Finding("credentials", ok=True, detail="a token was issued"), *self._scopes()]
        readable = {finding.what for finding in findings if finding.ok}
        if "scope harvest:users:list" in readable:
            findings.extend(self._acting_user())
        if "scope harvest:custom_fields:list" in readable:
            findings.extend(self._fields())
        findings.append(
            Finding(
                "write scopes",
                ok=True,
                detail="cannot be tried without writing; see that these are ticked: "
                + ", ".join(f"harvest:{scope}" for scope in WRITE_SCOPES),
            )
        )
        findings.append(
            Finding(
                "webhooks",
                ok=True,
                detail="cannot be seen by API; under Configure > Dev Center > Web Hooks there is one for each of: "
                + ", ".join(WEBHOOKS)
                + " (same address, same secret, none disabled)",
            )
        )
        return findings

    def _scopes(self) -> Iterator[Finding]:
        for name in LISTS:
            scope = f"scope harvest:{name}:list"
            try:
                next(self.harvest.list(name, Shape, per_page="1"), None)
            except ATSError as problem:
                todo = f"tick harvest:{name}:list on the credential in {CREDENTIALS_PAGE}"
                if problem.status not in (401, 403, 404):
                    todo = "run the check again in a minute; write to Greenhouse support if it stays"
                yield Finding(scope, ok=False, detail=str(problem), todo=todo)
            else:
                yield Finding(scope, ok=True)

    def _acting_user(self) -> Iterator[Finding]:
        subject = self.credentials.get("sub", "")
        if not subject:
            yield Finding("acting user", ok=True, detail="the credential's own service account")
            return
        found = self.harvest.one("users", GreenhouseUser, subject)
        if found is None:
            detail, todo = "is not shown to us", f"set sub to the id of an active Site Admin in {CREDENTIALS_PAGE}"
            yield Finding("acting user", ok=False, detail=detail, todo=todo)
        elif found.deactivated or not found.site_admin:
            state = "is deactivated" if found.deactivated else "is no Site Admin, so lists stay empty"
            yield Finding("acting user", ok=False, detail=state, todo="choose an active Site Admin as sub")
        else:
            detail = "is an active Site Admin; confidential jobs stay hidden unless added to their hiring team"
            yield Finding("acting user", ok=True, detail=detail)

    def _fields(self) -> Iterator[Finding]:
        standing = self._standing_fields()
        for field in fields.FIELDS:
            key = self.field_keys[field.purpose]
            found = standing.get(key)
            if found is None:
                yield Finding(f"field {key}", ok=False, detail="is missing", todo="run connect again: it creates it")
                continue
            wrong = _unfit(field, found)
            have = self._options(found.id) if field.options and not wrong else set(field.options)
            missing = [name for name in field.options if name not in have]
            if missing:
                wrong = f"lacks the options {', '.join(missing)}"
            yield Finding(
                f"field {key}",
                ok=not wrong,
                detail=wrong,
                todo="change it under Configure > Custom Options > Jobs" if wrong else "",
            )


def _unfit(field: fields.Field, found: GreenhouseCustomField) -> str:
    """Say what is wrong with a field of ours that somebody changed."""
    if found.active is False:
        return "is switched off"
    if found.value_type != field.value_type:
        return f"is a {found.value_type} field, not {field.value_type}"
    if found.require_approval:
        return "requires approval: every edit would re-run the job's own approval"
    return "is required: jobs could not be saved without it" if found.required else ""
