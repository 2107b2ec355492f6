"""The methods of the client. Made from the OpenAPI document by tools.gen_sdk: do not edit."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from cyberai_sdk import _operations as ops
from cyberai_sdk._requests import Arguments, prefer
from cyberai_sdk._sync_caller import Caller, Pages
from cyberai_sdk.models import (
    ApiKey,
    ApiKeyPage,
    Asset,
    AssetChange,
    AssetChangePage,
    AssetPage,
    Bulk,
    BulkFilter,
    Comment,
    CommentPage,
    Coverage,
    CoveragePage,
    Detection,
    Diff,
    Difference,
    Event,
    EventPage,
    ExpiringCertificate,
    ExpiringCertificatePage,
    Explanation,
    Facets,
    Health,
    HistoryEntry,
    HistoryEntryPage,
    LogEntry,
    LogEntryPage,
    Me,
    Occurrence,
    OccurrencePage,
    Proof,
    Purge,
    Ready,
    Report,
    ReportFilters,
    ReportFormat,
    ReportPage,
    ReportStatus,
    ReportType,
    Retest,
    Scan,
    ScanAuth,
    ScanOptions,
    ScanPage,
    ScanPlan,
    ScanPolicies,
    ScanStatus,
    ScanType,
    Severity,
    Ticket,
    Tier,
    Usage,
    Version,
    Vulnerability,
    VulnerabilityPage,
    VulnerabilityPatch,
    VulnerabilityStatus,
)
from cyberai_sdk.options import CallOptions, RawResponse


class Scans:
    """`client.scans`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        status: ScanStatus | str | Sequence[ScanStatus | str] | None = None,
        scan_type: ScanType | str | Sequence[ScanType | str] | None = None,
        target: str | None = None,
        tags: str | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[ScanPage, Scan]:
        """List all scans.

        Newest first. Several values of a filter are separated by commas: any of them matches.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        status: Status of the scan.
        scan_type: Type of the scan.
        target: Target, exactly as it was sent.
        tags: Tag of the scan.
        created_after: Only what was made after this time.
        created_before: Only what was made before this time.
        """
        return self._caller.pages(
            ops.LIST_SCANS,
            ScanPage,
            Arguments(
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "status": status,
                    "scan_type": scan_type,
                    "target": target,
                    "tags": tags,
                    "created_after": created_after,
                    "created_before": created_before,
                }
            ),
            call,
        )

    def create(
        self,
        *,
        target: str | UnsetType = UNSET,
        targets: Sequence[str] | UnsetType = UNSET,
        scan_type: str | UnsetType = UNSET,
        options: ScanOptions | Mapping[str, Any] | UnsetType = UNSET,
        policies: ScanPolicies | Mapping[str, Any] | UnsetType = UNSET,
        name: str | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        criticality: str | UnsetType = UNSET,
        auth: ScanAuth | Mapping[str, Any] | UnsetType | None = UNSET,
        call: CallOptions | None = None,
    ) -> Scan:
        """Create a new scan.

        Literal addresses are judged at once; a name is accepted and judged where the connection opens. The answer never waits for DNS.

        target: A domain, IP address, CIDR (at most 65,536 addresses), URL or host:port.
        targets: Several targets, instead of `target`.
        """
        return self._caller.value(
            ops.CREATE_SCAN,
            Scan,
            Arguments(
                body={
                    "target": target,
                    "targets": targets,
                    "scan_type": scan_type,
                    "options": options,
                    "policies": policies,
                    "name": name,
                    "tags": tags,
                    "criticality": criticality,
                    "auth": auth,
                }
            ),
            call,
        )

    def plan(
        self,
        *,
        target: str | UnsetType = UNSET,
        targets: Sequence[str] | UnsetType = UNSET,
        scan_type: str | UnsetType = UNSET,
        options: ScanOptions | Mapping[str, Any] | UnsetType = UNSET,
        policies: ScanPolicies | Mapping[str, Any] | UnsetType = UNSET,
        name: str | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        criticality: str | UnsetType = UNSET,
        auth: ScanAuth | Mapping[str, Any] | UnsetType | None = UNSET,
        call: CallOptions | None = None,
    ) -> ScanPlan:
        """Create a new scan.

        Literal addresses are judged at once; a name is accepted and judged where the connection opens. The answer never waits for DNS.

        target: A domain, IP address, CIDR (at most 65,536 addresses), URL or host:port.
        targets: Several targets, instead of `target`.
        """
        return self._caller.value(
            ops.CREATE_SCAN,
            ScanPlan,
            Arguments(
                query={"dry_run": True},
                body={
                    "target": target,
                    "targets": targets,
                    "scan_type": scan_type,
                    "options": options,
                    "policies": policies,
                    "name": name,
                    "tags": tags,
                    "criticality": criticality,
                    "auth": auth,
                },
            ),
            call,
        )

    def get(self, id: str, *, prefer_wait: int | None = None, call: CallOptions | None = None) -> Scan:
        """Get scan details.

        prefer_wait: `wait=N`: answer when the status changes, at the latest after N (at most 60) seconds.
        """
        return self._caller.value(
            ops.GET_SCAN,
            Scan,
            Arguments(id, headers={"Prefer": prefer(prefer_wait)}, extra_seconds=prefer_wait or 0),
            call,
        )

    def cancel(self, id: str, *, call: CallOptions | None = None) -> Scan:
        """Cancel a scan.

        Answers the scan, `cancelling` and soon `cancelled`; what was found so far stays. Cancelling again answers the same."""
        return self._caller.value(ops.CANCEL_SCAN, Scan, Arguments(id), call)

    def pause(self, id: str, *, call: CallOptions | None = None) -> Scan:
        """Pause a scan.

        Answers the scan, `pausing` and soon `paused`: what is in flight may finish, for at most 10 s. A paused scan holds no worker and no host, and its time limit stands still. Pausing again answers the same. A scan that cannot do this answers 409 with what it can in `details.allowed`."""
        return self._caller.value(ops.PAUSE_SCAN, Scan, Arguments(id), call)

    def resume(self, id: str, *, call: CallOptions | None = None) -> Scan:
        """Resume a paused scan.

        It goes on, `running` or (with every worker busy) `queued`, with what was not yet done; nothing whose result is stored is done again. A scan that cannot do this answers 409 with what it can in `details.allowed`."""
        return self._caller.value(ops.RESUME_SCAN, Scan, Arguments(id), call)

    def retry(self, id: str, *, call: CallOptions | None = None) -> Scan:
        """Scan again what an ended scan was asked for.

        A new scan with the same targets, options and policies, all of it; `retry_of` names the old one. A scan that cannot do this answers 409 with what it can in `details.allowed`."""
        return self._caller.value(ops.RETRY_SCAN, Scan, Arguments(id), call)

    def purge(self, id: str, *, call: CallOptions | None = None) -> Purge:
        """Erase a scan.

        Erases the scan, the vulnerabilities that only it saw, its evidence, the reports that cover it, and what its events said (their numbers stay). It cannot be undone. An erasing that was cut off is finished by asking again. A scan that cannot do this answers 409 with what it can in `details.allowed`."""
        return self._caller.value(ops.PURGE_SCAN, Purge, Arguments(id), call)

    def coverage(
        self, id: str, *, limit: int | None = None, cursor: str | None = None, call: CallOptions | None = None
    ) -> Pages[CoveragePage, Coverage]:
        """What was tested, skipped and failed, and why.

        One row per host and check, by host and check. `tested` of `applicable` pairs ran to their end.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.GET_SCAN_COVERAGE, CoveragePage, Arguments(id, query={"limit": limit, "cursor": cursor}), call
        )

    def log(
        self, id: str, *, limit: int | None = None, cursor: str | None = None, call: CallOptions | None = None
    ) -> Pages[LogEntryPage, LogEntry]:
        """What happened to the scan.

        Oldest first: states, phases, changes of pace, errors, take-overs. What happens again and again is one entry with its number of `times`. The newest 1,000 entries are kept.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.GET_SCAN_LOG, LogEntryPage, Arguments(id, query={"limit": limit, "cursor": cursor}), call
        )

    def diff(
        self,
        id: str,
        *,
        against: str | None = None,
        change: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[Diff, Difference]:
        """What differs from another scan.

        Of every vulnerability that either scan saw, what became of it: `new`, `regressed` (it had been gone), `severity_changed`, `moved`, `fixed` (its check ran there again and found nothing), `not_observed` (the place was not come by), `not_tested` (the scan did not look there) or `still_there`. What only one of the scans tested stands in `not_compared`.

        against: The scan to compare with, or `previous` (default): the last completed one of the same targets.
        change: Only these changes; `counts` are of all.
        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.GET_SCAN_DIFF,
            Diff,
            Arguments(id, query={"against": against, "change": change, "limit": limit, "cursor": cursor}),
            call,
        )

    def vulnerabilities(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        q: str | None = None,
        severity: Severity | str | Sequence[Severity | str] | None = None,
        status: VulnerabilityStatus | str | Sequence[VulnerabilityStatus | str] | None = None,
        detection: Detection | str | Sequence[Detection | str] | None = None,
        target: str | None = None,
        type: str | None = None,
        cwe: str | None = None,
        check_id: str | None = None,
        tier: Tier | str | Sequence[Tier | str] | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[VulnerabilityPage, Vulnerability]:
        """List the vulnerabilities a scan saw.

        GET /v1/vulnerabilities with the scan as a filter.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        q: Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`.
        severity: Severity, people's override first.
        status: Status that people set.
        detection: What the scanner saw last.
        target: Target, exactly as it was sent.
        type: Type of the vulnerability, such as sql_injection.
        cwe: Weakness, such as CWE-79.
        check_id: The check that found it.
        tier: How well it is proven.
        created_after: Only what was made after this time.
        created_before: Only what was made before this time.
        """
        return self._caller.pages(
            ops.LIST_SCAN_VULNERABILITIES,
            VulnerabilityPage,
            Arguments(
                id,
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "q": q,
                    "severity": severity,
                    "status": status,
                    "detection": detection,
                    "target": target,
                    "type": type,
                    "cwe": cwe,
                    "check_id": check_id,
                    "tier": tier,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            ),
            call,
        )

    def events(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        after_seq: int | None = None,
        type: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[EventPage, Event]:
        """List the events of a scan.

        GET /v1/events of this scan and of the vulnerabilities it saw.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        after_seq: Only events after this `seq`; 0 by default.
        type: Type of the event.
        """
        return self._caller.pages(
            ops.LIST_SCAN_EVENTS,
            EventPage,
            Arguments(id, query={"limit": limit, "cursor": cursor, "after_seq": after_seq, "type": type}),
            call,
        )

    def assets(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        host: str | None = None,
        port: str | None = None,
        protocol: str | None = None,
        product: str | None = None,
        certificate_id: str | None = None,
        key_sha256: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[AssetPage, Asset]:
        """List the assets a scan saw.

        GET /v1/assets with the scan as a filter.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        kind: What the asset is.
        state: `present`, or `gone`: looked for and not seen any more.
        host: Name or address of the host, as scanned.
        port: Port number.
        protocol: Protocol of the service, such as `ssh` or `redis`.
        product: Product of the service, such as `OpenSSH`.
        certificate_id: The services that present this certificate.
        key_sha256: The certificates with this public key (SHA-256 of its SubjectPublicKeyInfo).
        """
        return self._caller.pages(
            ops.LIST_SCAN_ASSETS,
            AssetPage,
            Arguments(
                id,
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "kind": kind,
                    "state": state,
                    "host": host,
                    "port": port,
                    "protocol": protocol,
                    "product": product,
                    "certificate_id": certificate_id,
                    "key_sha256": key_sha256,
                },
            ),
            call,
        )


class Vulnerabilities:
    """`client.vulnerabilities`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        q: str | None = None,
        severity: Severity | str | Sequence[Severity | str] | None = None,
        status: VulnerabilityStatus | str | Sequence[VulnerabilityStatus | str] | None = None,
        detection: Detection | str | Sequence[Detection | str] | None = None,
        scan_id: str | None = None,
        target: str | None = None,
        type: str | None = None,
        cwe: str | None = None,
        check_id: str | None = None,
        tier: Tier | str | Sequence[Tier | str] | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[VulnerabilityPage, Vulnerability]:
        """List all vulnerabilities.

        Newest first unless `sort` says otherwise, without evidence. Several values of a filter are separated by commas. `severity` is people's override first; `risk_score` comes from severity, proof, status and the criticality of the target.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        q: Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`.
        severity: Severity, people's override first.
        status: Status that people set.
        detection: What the scanner saw last.
        scan_id: A scan that saw it, at any time.
        target: Target, exactly as it was sent.
        type: Type of the vulnerability, such as sql_injection.
        cwe: Weakness, such as CWE-79.
        check_id: The check that found it.
        tier: How well it is proven.
        created_after: Only what was made after this time.
        created_before: Only what was made before this time.
        """
        return self._caller.pages(
            ops.LIST_VULNERABILITIES,
            VulnerabilityPage,
            Arguments(
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "q": q,
                    "severity": severity,
                    "status": status,
                    "detection": detection,
                    "scan_id": scan_id,
                    "target": target,
                    "type": type,
                    "cwe": cwe,
                    "check_id": check_id,
                    "tier": tier,
                    "created_after": created_after,
                    "created_before": created_before,
                }
            ),
            call,
        )

    def get(self, id: str, *, call: CallOptions | None = None) -> Vulnerability:
        """Get vulnerability details.

        With its evidence."""
        return self._caller.value(ops.GET_VULNERABILITY, Vulnerability, Arguments(id), call)

    def update(
        self,
        id: str,
        *,
        status: str | UnsetType = UNSET,
        reason: str | UnsetType | None = UNSET,
        comment: str | UnsetType | None = UNSET,
        assignee: str | UnsetType | None = UNSET,
        due_at: datetime | UnsetType | None = UNSET,
        severity_override: str | UnsetType | None = UNSET,
        accept_until: datetime | UnsetType | None = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        if_match: str | None = None,
        call: CallOptions | None = None,
    ) -> Vulnerability:
        """Update vulnerability status.

        A merge patch: absent keys stay, null clears. `accepted_risk` needs `reason` and `accept_until`. A move that is not allowed answers 409 with `details.allowed`. With `If-Match` nothing is changed that has changed meanwhile.

        if_match: The `ETag` of the state that may be changed, or `*`; else 412.
        """
        return self._caller.value(
            ops.UPDATE_VULNERABILITY,
            Vulnerability,
            Arguments(
                id,
                body={
                    "status": status,
                    "reason": reason,
                    "comment": comment,
                    "assignee": assignee,
                    "due_at": due_at,
                    "severity_override": severity_override,
                    "accept_until": accept_until,
                    "tags": tags,
                },
                headers={"If-Match": if_match},
            ),
            call,
        )

    def history(
        self, id: str, *, limit: int | None = None, cursor: str | None = None, call: CallOptions | None = None
    ) -> Pages[HistoryEntryPage, HistoryEntry]:
        """Who changed what, when and why.

        Newest first, one entry per field that changed, `from` and `to`: status, detection, severity_override, assignee, due_at, accept_until, tags, comments. The oldest entry says which scan found it. It is kept as long as the vulnerability.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.GET_VULNERABILITY_HISTORY,
            HistoryEntryPage,
            Arguments(id, query={"limit": limit, "cursor": cursor}),
            call,
        )

    def occurrences(
        self, id: str, *, limit: int | None = None, cursor: str | None = None, call: CallOptions | None = None
    ) -> Pages[OccurrencePage, Occurrence]:
        """The places at which it is.

        The newest first. One flaw at many places is one vulnerability: at most 1,000 places of each are kept, `occurrences` counts all. Places that an older version only counted appear when they are seen again.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.LIST_OCCURRENCES,
            OccurrencePage,
            Arguments(id, query={"limit": limit, "cursor": cursor}),
            call,
        )

    def comments(
        self, id: str, *, limit: int | None = None, cursor: str | None = None, call: CallOptions | None = None
    ) -> Pages[CommentPage, Comment]:
        """What people wrote about it.

        Newest first, those that PATCH added included.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        """
        return self._caller.pages(
            ops.LIST_COMMENTS, CommentPage, Arguments(id, query={"limit": limit, "cursor": cursor}), call
        )

    def add_comment(self, id: str, *, text: str, call: CallOptions | None = None) -> Comment:
        """Write about a vulnerability.

        `text` has 1 to 2,000 characters. The vulnerability shows the last comment as `notes`."""
        return self._caller.value(ops.ADD_COMMENT, Comment, Arguments(id, body={"text": text}), call)

    def facets(
        self,
        *,
        q: str | None = None,
        severity: Severity | str | Sequence[Severity | str] | None = None,
        status: VulnerabilityStatus | str | Sequence[VulnerabilityStatus | str] | None = None,
        detection: Detection | str | Sequence[Detection | str] | None = None,
        scan_id: str | None = None,
        target: str | None = None,
        type: str | None = None,
        cwe: str | None = None,
        check_id: str | None = None,
        tier: Tier | str | Sequence[Tier | str] | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Facets:
        """Count vulnerabilities by severity, status, detection, tier, type, check and target.

        Of what matches the same filters as the list. Exact without a filter, with any one value, with several of `type`, `check_id` or `target`, and with any filters on `severity`, `status`, `detection` and `tier`; with these and one other, `total` and these four are exact too. Everything else (a time, words, two other filters, several scans or weaknesses) is counted up to 10,001 vulnerabilities and then marked (`is_capped`). Of `type`, `check_id` and `target` the 100 most frequent values are given.

        q: Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`.
        severity: Severity, people's override first.
        status: Status that people set.
        detection: What the scanner saw last.
        scan_id: A scan that saw it, at any time.
        target: Target, exactly as it was sent.
        type: Type of the vulnerability, such as sql_injection.
        cwe: Weakness, such as CWE-79.
        check_id: The check that found it.
        tier: How well it is proven.
        created_after: Only what was made after this time.
        created_before: Only what was made before this time.
        """
        return self._caller.value(
            ops.GET_VULNERABILITY_FACETS,
            Facets,
            Arguments(
                query={
                    "q": q,
                    "severity": severity,
                    "status": status,
                    "detection": detection,
                    "scan_id": scan_id,
                    "target": target,
                    "type": type,
                    "cwe": cwe,
                    "check_id": check_id,
                    "tier": tier,
                    "created_after": created_after,
                    "created_before": created_before,
                }
            ),
            call,
        )

    def update_many(
        self,
        *,
        patch: VulnerabilityPatch | Mapping[str, Any],
        ids: Sequence[str] | UnsetType = UNSET,
        filter: BulkFilter | Mapping[str, Any] | UnsetType = UNSET,
        call: CallOptions | None = None,
    ) -> Bulk:
        """Update many vulnerabilities.

        The merge patch of PATCH for each of `ids`, or for each that `filter` matches; at most 10,000. A request that is wrong in itself changes nothing (400). Otherwise every vulnerability is judged by itself, and `results` say what became of it: `updated`, `unchanged` or `failed` with the error that PATCH would answer."""
        return self._caller.value(
            ops.UPDATE_VULNERABILITIES,
            Bulk,
            Arguments(body={"patch": patch, "ids": ids, "filter": filter}),
            call,
        )

    def retest(self, id: str, *, prefer_wait: int | None = None, call: CallOptions | None = None) -> Retest:
        """Test a vulnerability again.

        A worker sends again what proved it: the attack, the harmless control, the attack once more; what was told by looking is looked at again by its check. Scope, mode, rate, headers and login are those of the scan that saw it last, and the scan's own rules decide what may be reached. What it finds becomes the `detection` of the vulnerability, by the rules for scans: `fixed_confirmed` closes what is open, `present` reopens what was fixed. With `Prefer: wait=N` the answer comes when it is done. Where a retest runs already, that one is answered with 200.

        prefer_wait: `wait=N`: answer when the status changes, at the latest after N (at most 60) seconds.
        """
        return self._caller.value(
            ops.RETEST_VULNERABILITY,
            Retest,
            Arguments(id, headers={"Prefer": prefer(prefer_wait)}, extra_seconds=prefer_wait or 0),
            call,
        )

    def get_retest(
        self, id: str, *, prefer_wait: int | None = None, call: CallOptions | None = None
    ) -> Retest:
        """The latest retest of a vulnerability.

        Each request with what answered it when the flaw was found and what answers now, redacted. 404 where it was never retested.

        prefer_wait: `wait=N`: answer when the status changes, at the latest after N (at most 60) seconds.
        """
        return self._caller.value(
            ops.GET_RETEST,
            Retest,
            Arguments(id, headers={"Prefer": prefer(prefer_wait)}, extra_seconds=prefer_wait or 0),
            call,
        )

    def evidence(self, id: str, *, call: CallOptions | None = None) -> Proof:
        """The evidence of a vulnerability in full.

        Each exchange, its harmless control, the command that shows it again, and the messages as text as they were on the wire. Secrets are taken out; bodies are as long as they were kept (64 KiB around what proves it)."""
        return self._caller.value(ops.GET_EVIDENCE, Proof, Arguments(id), call)

    def explain(self, id: str, *, call: CallOptions | None = None) -> Explanation:
        """Why a vulnerability is believed.

        The technique, what its confidence is made of, why it is confirmed, strong or a lead, the harmless requests that were compared, what proves it in the answer, and what would make it false."""
        return self._caller.value(ops.EXPLAIN_VULNERABILITY, Explanation, Arguments(id), call)


class Assets:
    """`client.assets`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        host: str | None = None,
        port: str | None = None,
        protocol: str | None = None,
        product: str | None = None,
        certificate_id: str | None = None,
        key_sha256: str | None = None,
        scan_id: str | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[AssetPage, Asset]:
        """List hosts, ports, services and certificates.

        What scans have seen, each once, with when it was seen first and last; in order of first sight, the newest first. A port's `parent_id` is its host, a service's its port; `certificate_ids` of a service are the certificates it presents.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        kind: What the asset is.
        state: `present`, or `gone`: looked for and not seen any more.
        host: Name or address of the host, as scanned.
        port: Port number.
        protocol: Protocol of the service, such as `ssh` or `redis`.
        product: Product of the service, such as `OpenSSH`.
        certificate_id: The services that present this certificate.
        key_sha256: The certificates with this public key (SHA-256 of its SubjectPublicKeyInfo).
        scan_id: A scan that saw the asset.
        created_after: Only what was made after this time.
        created_before: Only what was made before this time.
        """
        return self._caller.pages(
            ops.LIST_ASSETS,
            AssetPage,
            Arguments(
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "kind": kind,
                    "state": state,
                    "host": host,
                    "port": port,
                    "protocol": protocol,
                    "product": product,
                    "certificate_id": certificate_id,
                    "key_sha256": key_sha256,
                    "scan_id": scan_id,
                    "created_after": created_after,
                    "created_before": created_before,
                }
            ),
            call,
        )

    def get(self, id: str, *, call: CallOptions | None = None) -> Asset:
        """Get an asset."""
        return self._caller.value(ops.GET_ASSET, Asset, Arguments(id), call)

    def expiring(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        after: datetime | str | None = None,
        before: datetime | str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[ExpiringCertificatePage, ExpiringCertificate]:
        """List certificates by when they end.

        The certificates that services present, the first to end first, those that have ended already among them; each with up to 20 of the services that present it (`GET /v1/assets?certificate_id=` lists all).

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        after: Only what ends from this time on.
        before: Only what ends before this time.
        """
        return self._caller.pages(
            ops.LIST_EXPIRING_CERTIFICATES,
            ExpiringCertificatePage,
            Arguments(
                query={"limit": limit, "cursor": cursor, "include": include, "after": after, "before": before}
            ),
            call,
        )

    def changes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        since: datetime | str | None = None,
        change: str | None = None,
        kind: str | None = None,
        asset_id: str | None = None,
        scan_id: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[AssetChangePage, AssetChange]:
        """List what changed of the assets.

        What appeared, changed, went or returned, in order of time, the newest first (`sort=created_at`: the oldest first). A port or service is `gone` when a scan looked at its port and found it closed.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        since: Only what was noticed after this time.
        change: What happened.
        kind: What the asset is.
        asset_id: An asset.
        scan_id: The scan that noticed it.
        """
        return self._caller.pages(
            ops.LIST_ASSET_CHANGES,
            AssetChangePage,
            Arguments(
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "since": since,
                    "change": change,
                    "kind": kind,
                    "asset_id": asset_id,
                    "scan_id": scan_id,
                }
            ),
            call,
        )


class Reports:
    """`client.reports`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        status: ReportStatus | str | Sequence[ReportStatus | str] | None = None,
        type: ReportType | str | Sequence[ReportType | str] | None = None,
        format: ReportFormat | str | Sequence[ReportFormat | str] | None = None,
        scan_id: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[ReportPage, Report]:
        """List all reports.

        Newest first. Several values of a filter are separated by commas: any of them matches.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        status: Status of the report.
        type: For whom it is written.
        format: File format.
        scan_id: A scan it covers.
        """
        return self._caller.pages(
            ops.LIST_REPORTS,
            ReportPage,
            Arguments(
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "include": include,
                    "sort": sort,
                    "status": status,
                    "type": type,
                    "format": format,
                    "scan_id": scan_id,
                }
            ),
            call,
        )

    def create(
        self,
        *,
        scan_id: str | UnsetType = UNSET,
        scan_ids: Sequence[str] | UnsetType = UNSET,
        type: str | UnsetType = UNSET,
        format: str | UnsetType = UNSET,
        filters: ReportFilters | Mapping[str, Any] | UnsetType = UNSET,
        title: str | UnsetType | None = UNSET,
        baseline_scan_id: str | UnsetType | None = UNSET,
        since: datetime | UnsetType | None = UNSET,
        redaction: str | UnsetType = UNSET,
        logo: str | UnsetType | None = UNSET,
        call: CallOptions | None = None,
    ) -> Report:
        """Generate a new report."""
        return self._caller.value(
            ops.CREATE_REPORT,
            Report,
            Arguments(
                body={
                    "scan_id": scan_id,
                    "scan_ids": scan_ids,
                    "type": type,
                    "format": format,
                    "filters": filters,
                    "title": title,
                    "baseline_scan_id": baseline_scan_id,
                    "since": since,
                    "redaction": redaction,
                    "logo": logo,
                }
            ),
            call,
        )

    def get(self, id: str, *, prefer_wait: int | None = None, call: CallOptions | None = None) -> Report:
        """Get report details.

        prefer_wait: `wait=N`: answer when the status changes, at the latest after N (at most 60) seconds.
        """
        return self._caller.value(
            ops.GET_REPORT,
            Report,
            Arguments(id, headers={"Prefer": prefer(prefer_wait)}, extra_seconds=prefer_wait or 0),
            call,
        )


class ApiKeys:
    """`client.api_keys`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include: str | None = None,
        sort: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[ApiKeyPage, ApiKey]:
        """List all API keys.

        Newest first, without their secrets.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        include: `total`: count what matches, up to 10,001 (`total_is_capped`).
        sort: Order of the list, `-` in front for descending; `-created_at` by default.
        """
        return self._caller.pages(
            ops.LIST_API_KEYS,
            ApiKeyPage,
            Arguments(query={"limit": limit, "cursor": cursor, "include": include, "sort": sort}),
            call,
        )

    def create(
        self,
        *,
        name: str,
        plan: str | UnsetType = UNSET,
        scopes: Sequence[str] | UnsetType | None = UNSET,
        expires_at: datetime | UnsetType | None = UNSET,
        call: CallOptions | None = None,
    ) -> ApiKey:
        """Create an API key.

        `key` is in this answer and nowhere else, ever. A request repeated with its `Idempotency-Key` and the same API key gets this answer again: it is kept encrypted under a key that comes from that API key."""
        return self._caller.value(
            ops.CREATE_API_KEY,
            ApiKey,
            Arguments(body={"name": name, "plan": plan, "scopes": scopes, "expires_at": expires_at}),
            call,
        )

    def revoke(self, id: str, *, call: CallOptions | None = None) -> ApiKey:
        """Revoke an API key.

        Holds everywhere within a second, on open WebSockets too. Revoking again changes nothing."""
        return self._caller.value(ops.REVOKE_API_KEY, ApiKey, Arguments(id), call)

    def rotate(self, id: str, *, overlap: int | None = None, call: CallOptions | None = None) -> ApiKey:
        """Replace an API key.

        A new key with the name, plan, scopes and expiry of the old one; `key` is in this answer and nowhere else. The old key ends after `overlap` seconds, by default at once. A key that is not valid any more answers 409.

        overlap: Seconds for which the old key still works: 0 to 604800; 0 by default.
        """
        return self._caller.value(ops.ROTATE_API_KEY, ApiKey, Arguments(id, query={"overlap": overlap}), call)


class Account:
    """`client.account`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def me(self, *, call: CallOptions | None = None) -> Me:
        """The key that asks.

        Its workspace, plan, scopes, expiry and requests per minute. Any valid key may ask."""
        return self._caller.value(ops.GET_ME, Me, Arguments(), call)

    def usage(self, *, days: int | None = None, call: CallOptions | None = None) -> Usage:
        """What the workspace used.

        Requests per day (UTC) and key, newest day first; scans by status, vulnerabilities by severity, size of the store. `kill -9` of the server can take the requests of the last 5 seconds.

        days: Days, today included: 1 to 366; 30 by default.
        """
        return self._caller.value(ops.GET_USAGE, Usage, Arguments(query={"days": days}), call)


class Events:
    """`client.events`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        after_seq: int | None = None,
        type: str | None = None,
        call: CallOptions | None = None,
    ) -> Pages[EventPage, Event]:
        """List events.

        Oldest first, the same frames as on the WebSocket. `seq` has no holes within a workspace. A page may hold fewer events than `limit`: those that the key's scopes or `type` leave out are passed over.

        limit: How many one page holds; all pages are read one after the other.
        cursor: `next_cursor` of the page before, unchanged.
        after_seq: Only events after this `seq`; 0 by default.
        type: Type of the event.
        """
        return self._caller.pages(
            ops.LIST_EVENTS,
            EventPage,
            Arguments(query={"limit": limit, "cursor": cursor, "after_seq": after_seq, "type": type}),
            call,
        )

    def create_ticket(self, *, call: CallOptions | None = None) -> Ticket:
        """Get a ticket for one WebSocket.

        For pages in a browser: connect to `url` within 60 s, once. The ticket has the rights of the key that asks, ends with it, and opens nothing but the WebSocket."""
        return self._caller.value(ops.CREATE_TICKET, Ticket, Arguments(), call)


class System:
    """`client.system`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def error_page(self, id: str, *, call: CallOptions | None = None) -> RawResponse:
        """What an error code means."""
        return self._caller.raw(ops.GET_ERROR_PAGE, Arguments(id), call)

    def metrics(self, *, call: CallOptions | None = None) -> RawResponse:
        """Counters in the text format of Prometheus.

        Needs an API key when the operator set `metrics` to `key`, and is not there when it is `off`."""
        return self._caller.raw(ops.GET_METRICS, Arguments(), call)

    def health(self, *, call: CallOptions | None = None) -> Health:
        """Whether the process lives."""
        return self._caller.value(ops.GET_HEALTH, Health, Arguments(), call)

    def ready(self, *, call: CallOptions | None = None) -> Ready:
        """Whether scans can be taken."""
        return self._caller.value(ops.GET_READY, Ready, Arguments(), call)

    def version(self, *, call: CallOptions | None = None) -> Version:
        """Version of the server."""
        return self._caller.value(ops.GET_VERSION, Version, Arguments(), call)

    def openapi(self, *, call: CallOptions | None = None) -> builtins.dict[str, Any]:
        """This document."""
        return self._caller.value(ops.GET_OPEN_API, builtins.dict[str, Any], Arguments(), call)

    def asyncapi(self, *, call: CallOptions | None = None) -> builtins.dict[str, Any]:
        """The WebSocket and its frames as an AsyncAPI document."""
        return self._caller.value(ops.GET_ASYNC_API, builtins.dict[str, Any], Arguments(), call)
