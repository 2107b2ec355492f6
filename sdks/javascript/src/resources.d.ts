// Made from the OpenAPI document by tools.gen_sdk_javascript: do not edit.
import type * as models from "./models.js";
import type { CallOptions, Pages } from "./index.js";

export interface ListScansQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "status" | "target" | "scan_type" | "created_at" | "estimated_completion" | "progress" | "targets" | "name" | "tags" | "criticality" | "effective_options" | "policies" | "auth" | "phase" | "status_reason" | "status_detail" | "started_at" | "updated_at" | "resumed_count" | "finished_at" | "statistics" | "counts_by_severity" | "risk_score" | "verdict" | "paused_at" | "retry_of" | "changes" | (string & {}) | readonly ("id" | "status" | "target" | "scan_type" | "created_at" | "estimated_completion" | "progress" | "targets" | "name" | "tags" | "criticality" | "effective_options" | "policies" | "auth" | "phase" | "status_reason" | "status_detail" | "started_at" | "updated_at" | "resumed_count" | "finished_at" | "statistics" | "counts_by_severity" | "risk_score" | "verdict" | "paused_at" | "retry_of" | "changes" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
  /** Status of the scan. */
  status?: "queued" | "running" | "paused" | "pausing" | "cancelling" | "completed" | "failed" | "cancelled" | (string & {}) | readonly ("queued" | "running" | "paused" | "pausing" | "cancelling" | "completed" | "failed" | "cancelled" | (string & {}))[];
  /** Type of the scan. */
  scan_type?: "vulnerability" | "network" | "web" | "api" | "cloud" | (string & {}) | readonly ("vulnerability" | "network" | "web" | "api" | "cloud" | (string & {}))[];
  /** Target, exactly as it was sent. */
  target?: string | readonly (string)[];
  /** Tag of the scan. */
  tags?: string | readonly (string)[];
  /** Only what was made after this time. */
  created_after?: string | Date;
  /** Only what was made before this time. */
  created_before?: string | Date;
}

export interface GetScanQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "status" | "target" | "scan_type" | "created_at" | "estimated_completion" | "progress" | "targets" | "name" | "tags" | "criticality" | "effective_options" | "policies" | "auth" | "phase" | "status_reason" | "status_detail" | "started_at" | "updated_at" | "resumed_count" | "finished_at" | "statistics" | "counts_by_severity" | "risk_score" | "verdict" | "paused_at" | "retry_of" | "changes" | (string & {}) | readonly ("id" | "status" | "target" | "scan_type" | "created_at" | "estimated_completion" | "progress" | "targets" | "name" | "tags" | "criticality" | "effective_options" | "policies" | "auth" | "phase" | "status_reason" | "status_detail" | "started_at" | "updated_at" | "resumed_count" | "finished_at" | "statistics" | "counts_by_severity" | "risk_score" | "verdict" | "paused_at" | "retry_of" | "changes" | (string & {}))[];
}

export interface GetScanCoverageQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "host" | "check_id" | "clean" | "found" | "skipped" | "errored" | "tested" | "applicable" | "not_counted" | (string & {}) | readonly ("host" | "check_id" | "clean" | "found" | "skipped" | "errored" | "tested" | "applicable" | "not_counted" | (string & {}))[];
}

export interface GetScanLogQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "at" | "kind" | "text" | "detail" | "times" | "last_at" | (string & {}) | readonly ("at" | "kind" | "text" | "detail" | "times" | "last_at" | (string & {}))[];
}

export interface GetScanDiffQuery {
  /** The scan to compare with, or `previous` (default): the last completed one of the same targets. */
  against?: string;
  /** Only these changes; `counts` are of all. */
  change?: "new" | "regressed" | "severity_changed" | "moved" | "fixed" | "not_observed" | "not_tested" | "still_there" | (string & {}) | readonly ("new" | "regressed" | "severity_changed" | "moved" | "fixed" | "not_observed" | "not_tested" | "still_there" | (string & {}))[];
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
}

export interface ListScanVulnerabilitiesQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | (string & {}) | readonly ("id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | "last_seen" | "-last_seen" | "severity" | "-severity" | "risk_score" | "-risk_score" | (string & {});
  /** Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`. */
  q?: string;
  /** Severity, people's override first. */
  severity?: "critical" | "high" | "medium" | "low" | "info" | (string & {}) | readonly ("critical" | "high" | "medium" | "low" | "info" | (string & {}))[];
  /** Status that people set. */
  status?: "open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}) | readonly ("open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}))[];
  /** What the scanner saw last. */
  detection?: "new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}) | readonly ("new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}))[];
  /** Target, exactly as it was sent. */
  target?: string | readonly (string)[];
  /** Type of the vulnerability, such as sql_injection. */
  type?: string | readonly (string)[];
  /** Weakness, such as CWE-79. */
  cwe?: string | readonly (string)[];
  /** The check that found it. */
  check_id?: string | readonly (string)[];
  /** How well it is proven. */
  tier?: "confirmed" | "strong" | "lead" | (string & {}) | readonly ("confirmed" | "strong" | "lead" | (string & {}))[];
  /** Only what was made after this time. */
  created_after?: string | Date;
  /** Only what was made before this time. */
  created_before?: string | Date;
}

export interface ListVulnerabilitiesQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | (string & {}) | readonly ("id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | "last_seen" | "-last_seen" | "severity" | "-severity" | "risk_score" | "-risk_score" | (string & {});
  /** Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`. */
  q?: string;
  /** Severity, people's override first. */
  severity?: "critical" | "high" | "medium" | "low" | "info" | (string & {}) | readonly ("critical" | "high" | "medium" | "low" | "info" | (string & {}))[];
  /** Status that people set. */
  status?: "open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}) | readonly ("open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}))[];
  /** What the scanner saw last. */
  detection?: "new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}) | readonly ("new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}))[];
  /** A scan that saw it, at any time. */
  scan_id?: string | readonly (string)[];
  /** Target, exactly as it was sent. */
  target?: string | readonly (string)[];
  /** Type of the vulnerability, such as sql_injection. */
  type?: string | readonly (string)[];
  /** Weakness, such as CWE-79. */
  cwe?: string | readonly (string)[];
  /** The check that found it. */
  check_id?: string | readonly (string)[];
  /** How well it is proven. */
  tier?: "confirmed" | "strong" | "lead" | (string & {}) | readonly ("confirmed" | "strong" | "lead" | (string & {}))[];
  /** Only what was made after this time. */
  created_after?: string | Date;
  /** Only what was made before this time. */
  created_before?: string | Date;
}

export interface GetVulnerabilityQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | "evidence" | (string & {}) | readonly ("id" | "scan_id" | "first_scan_id" | "type" | "severity" | "title" | "description" | "affected_component" | "remediation" | "cvss_score" | "cvss_vector" | "cvss_version" | "cwe" | "cve" | "owasp" | "status" | "detection" | "confidence" | "tier" | "location" | "references" | "check_id" | "fingerprint" | "target" | "first_seen" | "last_seen" | "created_at" | "updated_at" | "occurrences" | "tags" | "assignee" | "due_at" | "notes" | "status_reason" | "accept_until" | "original_severity" | "criticality" | "exposure" | "epss" | "kev" | "risk_score" | "risk_terms" | "acceptance_ends_soon" | "comments" | "evidence" | (string & {}))[];
}

export interface GetVulnerabilityHistoryQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "at" | "actor" | "field" | "from" | "to" | "reason" | (string & {}) | readonly ("id" | "at" | "actor" | "field" | "from" | "to" | "reason" | (string & {}))[];
}

export interface ListOccurrencesQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "url" | "method" | "parameter" | "port" | "service" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}) | readonly ("url" | "method" | "parameter" | "port" | "service" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}))[];
}

export interface ListCommentsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "text" | "author" | "created_at" | (string & {}) | readonly ("id" | "text" | "author" | "created_at" | (string & {}))[];
}

export interface GetVulnerabilityFacetsQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "total" | "total_is_capped" | "risk_score" | "severity" | "status" | "detection" | "tier" | "type" | "check_id" | "target" | (string & {}) | readonly ("total" | "total_is_capped" | "risk_score" | "severity" | "status" | "detection" | "tier" | "type" | "check_id" | "target" | (string & {}))[];
  /** Words, all of which occur in title, affected_component or description, in any form of theirs. A page may then hold fewer rows than `limit` while `has_more` is true: go on with `next_cursor`. */
  q?: string;
  /** Severity, people's override first. */
  severity?: "critical" | "high" | "medium" | "low" | "info" | (string & {}) | readonly ("critical" | "high" | "medium" | "low" | "info" | (string & {}))[];
  /** Status that people set. */
  status?: "open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}) | readonly ("open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}))[];
  /** What the scanner saw last. */
  detection?: "new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}) | readonly ("new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {}))[];
  /** A scan that saw it, at any time. */
  scan_id?: string | readonly (string)[];
  /** Target, exactly as it was sent. */
  target?: string | readonly (string)[];
  /** Type of the vulnerability, such as sql_injection. */
  type?: string | readonly (string)[];
  /** Weakness, such as CWE-79. */
  cwe?: string | readonly (string)[];
  /** The check that found it. */
  check_id?: string | readonly (string)[];
  /** How well it is proven. */
  tier?: "confirmed" | "strong" | "lead" | (string & {}) | readonly ("confirmed" | "strong" | "lead" | (string & {}))[];
  /** Only what was made after this time. */
  created_after?: string | Date;
  /** Only what was made before this time. */
  created_before?: string | Date;
}

export interface GetRetestQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "vulnerability_id" | "status" | "result" | "why" | "match" | "steps" | "created_at" | "completed_at" | (string & {}) | readonly ("vulnerability_id" | "status" | "result" | "why" | "match" | "steps" | "created_at" | "completed_at" | (string & {}))[];
}

export interface ExplainVulnerabilityQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "vulnerability_id" | "check_id" | "tier" | "confidence" | "counts_in_risk" | "oracle" | "technique" | "tier_reason" | "terms" | "match" | "notes" | "controls" | "false_if" | "risk" | (string & {}) | readonly ("vulnerability_id" | "check_id" | "tier" | "confidence" | "counts_in_risk" | "oracle" | "technique" | "tier_reason" | "terms" | "match" | "notes" | "controls" | "false_if" | "risk" | (string & {}))[];
}

export interface ListAssetsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "kind" | "state" | "host" | "port" | "transport" | "parent_id" | "service" | "certificate" | "certificate_ids" | "tls_assessment" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}) | readonly ("id" | "kind" | "state" | "host" | "port" | "transport" | "parent_id" | "service" | "certificate" | "certificate_ids" | "tls_assessment" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
  /** What the asset is. */
  kind?: "host" | "port" | "service" | "certificate" | (string & {}) | readonly ("host" | "port" | "service" | "certificate" | (string & {}))[];
  /** `present`, or `gone`: looked for and not seen any more. */
  state?: "present" | "gone" | (string & {}) | readonly ("present" | "gone" | (string & {}))[];
  /** Name or address of the host, as scanned. */
  host?: string | readonly (string)[];
  /** Port number. */
  port?: string | readonly (string)[];
  /** Protocol of the service, such as `ssh` or `redis`. */
  protocol?: string | readonly (string)[];
  /** Product of the service, such as `OpenSSH`. */
  product?: string | readonly (string)[];
  /** The services that present this certificate. */
  certificate_id?: string | readonly (string)[];
  /** The certificates with this public key (SHA-256 of its SubjectPublicKeyInfo). */
  key_sha256?: string | readonly (string)[];
  /** A scan that saw the asset. */
  scan_id?: string | readonly (string)[];
  /** Only what was made after this time. */
  created_after?: string | Date;
  /** Only what was made before this time. */
  created_before?: string | Date;
}

export interface ListAssetChangesQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "asset_id" | "kind" | "asset" | "change" | "at" | "scan_id" | "fields" | (string & {}) | readonly ("id" | "asset_id" | "kind" | "asset" | "change" | "at" | "scan_id" | "fields" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
  /** Only what was noticed after this time. */
  since?: string | Date;
  /** What happened. */
  change?: "appeared" | "changed" | "gone" | "returned" | "expiring" | "expired" | (string & {}) | readonly ("appeared" | "changed" | "gone" | "returned" | "expiring" | "expired" | (string & {}))[];
  /** What the asset is. */
  kind?: "host" | "port" | "service" | "certificate" | (string & {}) | readonly ("host" | "port" | "service" | "certificate" | (string & {}))[];
  /** An asset. */
  asset_id?: string | readonly (string)[];
  /** The scan that noticed it. */
  scan_id?: string | readonly (string)[];
}

export interface ListExpiringCertificatesQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "asset" | "services" | "more_services" | (string & {}) | readonly ("asset" | "services" | "more_services" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Only what ends from this time on. */
  after?: string | Date;
  /** Only what ends before this time. */
  before?: string | Date;
}

export interface ListScanAssetsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "kind" | "state" | "host" | "port" | "transport" | "parent_id" | "service" | "certificate" | "certificate_ids" | "tls_assessment" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}) | readonly ("id" | "kind" | "state" | "host" | "port" | "transport" | "parent_id" | "service" | "certificate" | "certificate_ids" | "tls_assessment" | "first_seen" | "last_seen" | "first_scan_id" | "scan_id" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
  /** What the asset is. */
  kind?: "host" | "port" | "service" | "certificate" | (string & {}) | readonly ("host" | "port" | "service" | "certificate" | (string & {}))[];
  /** `present`, or `gone`: looked for and not seen any more. */
  state?: "present" | "gone" | (string & {}) | readonly ("present" | "gone" | (string & {}))[];
  /** Name or address of the host, as scanned. */
  host?: string | readonly (string)[];
  /** Port number. */
  port?: string | readonly (string)[];
  /** Protocol of the service, such as `ssh` or `redis`. */
  protocol?: string | readonly (string)[];
  /** Product of the service, such as `OpenSSH`. */
  product?: string | readonly (string)[];
  /** The services that present this certificate. */
  certificate_id?: string | readonly (string)[];
  /** The certificates with this public key (SHA-256 of its SubjectPublicKeyInfo). */
  key_sha256?: string | readonly (string)[];
}

export interface ListReportsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "status" | "type" | "format" | "scan_ids" | "filters" | "title" | "baseline_scan_id" | "since" | "redaction" | "logo" | "created_at" | "completed_at" | "size" | "download_url" | "error" | (string & {}) | readonly ("id" | "status" | "type" | "format" | "scan_ids" | "filters" | "title" | "baseline_scan_id" | "since" | "redaction" | "logo" | "created_at" | "completed_at" | "size" | "download_url" | "error" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
  /** Status of the report. */
  status?: "queued" | "generating" | "completed" | "failed" | (string & {}) | readonly ("queued" | "generating" | "completed" | "failed" | (string & {}))[];
  /** For whom it is written. */
  type?: "executive" | "technical" | "compliance" | "delta" | "raw" | (string & {}) | readonly ("executive" | "technical" | "compliance" | "delta" | "raw" | (string & {}))[];
  /** File format. */
  format?: "json" | "csv" | "html" | "pdf" | "sarif" | "junit" | "markdown" | "xml" | "gitlab" | "vex" | "ocsf" | (string & {}) | readonly ("json" | "csv" | "html" | "pdf" | "sarif" | "junit" | "markdown" | "xml" | "gitlab" | "vex" | "ocsf" | (string & {}))[];
  /** A scan it covers. */
  scan_id?: string | readonly (string)[];
}

export interface GetReportQuery {
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "status" | "type" | "format" | "scan_ids" | "filters" | "title" | "baseline_scan_id" | "since" | "redaction" | "logo" | "created_at" | "completed_at" | "size" | "download_url" | "error" | (string & {}) | readonly ("id" | "status" | "type" | "format" | "scan_ids" | "filters" | "title" | "baseline_scan_id" | "since" | "redaction" | "logo" | "created_at" | "completed_at" | "size" | "download_url" | "error" | (string & {}))[];
}

export interface ListApiKeysQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only these members of a resource: the answer leaves out all others, those that are required too. */
  fields?: "id" | "name" | "workspace" | "plan" | "scopes" | "hint" | "created_at" | "expires_at" | "last_used_at" | "revoked_at" | "key" | (string & {}) | readonly ("id" | "name" | "workspace" | "plan" | "scopes" | "hint" | "created_at" | "expires_at" | "last_used_at" | "revoked_at" | "key" | (string & {}))[];
  /** `total`: count what matches, up to 10,001 (`total_is_capped`). */
  include?: "total" | (string & {});
  /** Order of the list, `-` in front for descending; `-created_at` by default. */
  sort?: "created_at" | "-created_at" | (string & {});
}

export interface GetUsageQuery {
  /** Days, today included: 1 to 366; 30 by default. */
  days?: number;
}

export interface RotateApiKeyQuery {
  /** Seconds for which the old key still works: 0 to 604800; 0 by default. */
  overlap?: number;
}

export interface ListEventsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only events after this `seq`; 0 by default. */
  after_seq?: number;
  /** Type of the event. */
  type?: "scan.created" | "scan.started" | "scan.progress" | "scan.phase_changed" | "scan.paused" | "scan.resumed" | "scan.completed" | "scan.failed" | "scan.cancelled" | "vulnerability.found" | "vulnerability.updated" | "vulnerability.fixed" | "vulnerability.regressed" | "report.completed" | "report.failed" | (string & {}) | readonly ("scan.created" | "scan.started" | "scan.progress" | "scan.phase_changed" | "scan.paused" | "scan.resumed" | "scan.completed" | "scan.failed" | "scan.cancelled" | "vulnerability.found" | "vulnerability.updated" | "vulnerability.fixed" | "vulnerability.regressed" | "report.completed" | "report.failed" | (string & {}))[];
}

export interface ListScanEventsQuery {
  /** Rows of the page, 1 to 200; 50 by default. */
  limit?: number;
  /** `next_cursor` of the page before, unchanged. */
  cursor?: string;
  /** Only events after this `seq`; 0 by default. */
  after_seq?: number;
  /** Type of the event. */
  type?: "scan.created" | "scan.started" | "scan.progress" | "scan.phase_changed" | "scan.paused" | "scan.resumed" | "scan.completed" | "scan.failed" | "scan.cancelled" | "vulnerability.found" | "vulnerability.updated" | "vulnerability.fixed" | "vulnerability.regressed" | "report.completed" | "report.failed" | (string & {}) | readonly ("scan.created" | "scan.started" | "scan.progress" | "scan.phase_changed" | "scan.paused" | "scan.resumed" | "scan.completed" | "scan.failed" | "scan.cancelled" | "vulnerability.found" | "vulnerability.updated" | "vulnerability.fixed" | "vulnerability.regressed" | "report.completed" | "report.failed" | (string & {}))[];
}

/** `client.scans`. */
export interface Scans {
  /** List all scans. */
  list(query?: ListScansQuery, options?: CallOptions): Pages<models.Scan>;
  /** Create a new scan. */
  create(body: models.ScanRequest, options?: CallOptions): Promise<models.Scan>;
  /** What `create` would do, without doing it. */
  plan(body: models.ScanRequest, options?: CallOptions): Promise<models.ScanPlan>;
  /** Get scan details. */
  get(id: string, query?: GetScanQuery, options?: CallOptions): Promise<models.Scan>;
  /** Cancel a scan. */
  cancel(id: string, options?: CallOptions): Promise<models.Scan>;
  /** Pause a scan. */
  pause(id: string, options?: CallOptions): Promise<models.Scan>;
  /** Resume a paused scan. */
  resume(id: string, options?: CallOptions): Promise<models.Scan>;
  /** Scan again what an ended scan was asked for. */
  retry(id: string, options?: CallOptions): Promise<models.Scan>;
  /** Erase a scan. */
  purge(id: string, options?: CallOptions): Promise<models.Purge>;
  /** What was tested, skipped and failed, and why. */
  coverage(id: string, query?: GetScanCoverageQuery, options?: CallOptions): Pages<models.Coverage>;
  /** What happened to the scan. */
  log(id: string, query?: GetScanLogQuery, options?: CallOptions): Pages<models.LogEntry>;
  /** What differs from another scan. */
  diff(id: string, query?: GetScanDiffQuery, options?: CallOptions): Pages<models.Difference, models.Diff>;
  /** List the vulnerabilities a scan saw. */
  vulnerabilities(id: string, query?: ListScanVulnerabilitiesQuery, options?: CallOptions): Pages<models.Vulnerability>;
  /** List the assets a scan saw. */
  assets(id: string, query?: ListScanAssetsQuery, options?: CallOptions): Pages<models.Asset>;
  /** List the events of a scan. */
  events(id: string, query?: ListScanEventsQuery, options?: CallOptions): Pages<models.Event, models.EventPage>;
}

/** `client.vulnerabilities`. */
export interface Vulnerabilities {
  /** List all vulnerabilities. */
  list(query?: ListVulnerabilitiesQuery, options?: CallOptions): Pages<models.Vulnerability>;
  /** Get vulnerability details. */
  get(id: string, query?: GetVulnerabilityQuery, options?: CallOptions): Promise<models.Vulnerability>;
  /** Update vulnerability status. */
  update(id: string, body: models.VulnerabilityPatch, options?: CallOptions): Promise<models.Vulnerability>;
  /** Who changed what, when and why. */
  history(id: string, query?: GetVulnerabilityHistoryQuery, options?: CallOptions): Pages<models.HistoryEntry>;
  /** The places at which it is. */
  occurrences(id: string, query?: ListOccurrencesQuery, options?: CallOptions): Pages<models.Occurrence>;
  /** What people wrote about it. */
  comments(id: string, query?: ListCommentsQuery, options?: CallOptions): Pages<models.Comment>;
  /** Write about a vulnerability. */
  addComment(id: string, body: models.CommentRequest, options?: CallOptions): Promise<models.Comment>;
  /** Count vulnerabilities by severity, status, detection, tier, type, check and target. */
  facets(query?: GetVulnerabilityFacetsQuery, options?: CallOptions): Promise<models.Facets>;
  /** Update many vulnerabilities. */
  updateMany(body: models.BulkRequest, options?: CallOptions): Promise<models.Bulk>;
  /** Test a vulnerability again. */
  retest(id: string, options?: CallOptions): Promise<models.Retest>;
  /** The latest retest of a vulnerability. */
  getRetest(id: string, query?: GetRetestQuery, options?: CallOptions): Promise<models.Retest>;
  /** The evidence of a vulnerability in full. */
  evidence(id: string, options?: CallOptions): Promise<models.Proof>;
  /** Why a vulnerability is believed. */
  explain(id: string, query?: ExplainVulnerabilityQuery, options?: CallOptions): Promise<models.Explanation>;
}

/** `client.assets`. */
export interface Assets {
  /** List hosts, ports, services and certificates. */
  list(query?: ListAssetsQuery, options?: CallOptions): Pages<models.Asset>;
  /** List what changed of the assets. */
  changes(query?: ListAssetChangesQuery, options?: CallOptions): Pages<models.AssetChange>;
  /** List certificates by when they end. */
  expiring(query?: ListExpiringCertificatesQuery, options?: CallOptions): Pages<models.ExpiringCertificate>;
  /** Get an asset. */
  get(id: string, options?: CallOptions): Promise<models.Asset>;
}

/** `client.reports`. */
export interface Reports {
  /** List all reports. */
  list(query?: ListReportsQuery, options?: CallOptions): Pages<models.Report>;
  /** Generate a new report. */
  create(body: models.ReportRequest, options?: CallOptions): Promise<models.Report>;
  /** Get report details. */
  get(id: string, query?: GetReportQuery, options?: CallOptions): Promise<models.Report>;
}

/** `client.apiKeys`. */
export interface ApiKeys {
  /** List all API keys. */
  list(query?: ListApiKeysQuery, options?: CallOptions): Pages<models.ApiKey>;
  /** Create an API key. */
  create(body: models.KeyRequest, options?: CallOptions): Promise<models.ApiKey>;
  /** Revoke an API key. */
  revoke(id: string, options?: CallOptions): Promise<models.ApiKey>;
  /** Replace an API key. */
  rotate(id: string, query?: RotateApiKeyQuery, options?: CallOptions): Promise<models.ApiKey>;
}

/** `client.account`. */
export interface Account {
  /** The key that asks. */
  me(options?: CallOptions): Promise<models.Me>;
  /** What the workspace used. */
  usage(query?: GetUsageQuery, options?: CallOptions): Promise<models.Usage>;
}

/** `client.events`. */
export interface Events {
  /** Get a ticket for one WebSocket. */
  createTicket(options?: CallOptions): Promise<models.Ticket>;
  /** List events. */
  list(query?: ListEventsQuery, options?: CallOptions): Pages<models.Event, models.EventPage>;
}

/** `client.system`. */
export interface System {
  /** What an error code means. */
  errorPage(id: string, options?: CallOptions): Promise<string>;
  /** Counters in the text format of Prometheus. */
  metrics(options?: CallOptions): Promise<string>;
  /** Whether the process lives. */
  health(options?: CallOptions): Promise<models.Health>;
  /** Whether scans can be taken. */
  ready(options?: CallOptions): Promise<models.Ready>;
  /** Version of the server. */
  version(options?: CallOptions): Promise<models.Version>;
  /** This document. */
  openapi(options?: CallOptions): Promise<Record<string, unknown>>;
  /** The WebSocket and its frames as an AsyncAPI document. */
  asyncapi(options?: CallOptions): Promise<Record<string, unknown>>;
}

/** `group.method` of every operation. */
export type OperationName = "scans.list" | "scans.create" | "scans.get" | "scans.cancel" | "scans.pause" | "scans.resume" | "scans.retry" | "scans.purge" | "scans.coverage" | "scans.log" | "scans.diff" | "scans.vulnerabilities" | "vulnerabilities.list" | "vulnerabilities.get" | "vulnerabilities.update" | "vulnerabilities.history" | "vulnerabilities.occurrences" | "vulnerabilities.comments" | "vulnerabilities.addComment" | "vulnerabilities.facets" | "vulnerabilities.updateMany" | "vulnerabilities.retest" | "vulnerabilities.getRetest" | "vulnerabilities.evidence" | "vulnerabilities.explain" | "assets.list" | "assets.changes" | "assets.expiring" | "assets.get" | "scans.assets" | "reports.list" | "reports.create" | "reports.get" | "reports.download" | "apiKeys.list" | "apiKeys.create" | "apiKeys.revoke" | "account.me" | "account.usage" | "apiKeys.rotate" | "events.createTicket" | "events.list" | "events.stream" | "scans.events" | "events.stream" | "system.errorPage" | "system.metrics" | "system.health" | "system.ready" | "system.version" | "system.openapi" | "system.asyncapi";
