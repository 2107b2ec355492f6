// Made from the OpenAPI document by tools.gen_sdk_javascript: do not edit.

/** Who did it: `key` (with its id), `scan` (with its id), `operator` (at the machine) or `system`. */
export interface Actor {
  type: "key" | "scan" | "operator" | "system" | (string & {});
  id: string | null;
}

/** An API key; `key` only in the answer that creates it. */
export interface ApiKey {
  id: string;
  name: string;
  workspace: string;
  plan: "standard" | "enterprise" | (string & {});
  scopes: ("scans:read" | "scans:write" | "vulnerabilities:read" | "vulnerabilities:write" | "reports:read" | "reports:write" | "keys:admin" | (string & {}))[];
  hint: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
  key?: string;
}

/** An asset. `parent_id` is the asset it belongs to: a port's host, a service's port. */
export interface Asset {
  id: string;
  kind: string;
  state: string;
  host: string | null;
  port: number | null;
  transport: string | null;
  parent_id: string | null;
  service: Service | null;
  certificate: Certificate | null;
  certificate_ids: string[];
  tls_assessment: TlsAssessment | null;
  first_seen: string;
  last_seen: string;
  first_scan_id: string;
  scan_id: string;
}

/** What a scan found different. */
export interface AssetChange {
  id: string;
  asset_id: string;
  kind: string;
  asset: string;
  change: string;
  at: string;
  scan_id: string;
  fields: FieldChange[];
}

/** How a scan logs in; what is secret about it is shown nowhere. */
export interface Auth {
  type: "headers" | "basic" | "digest" | "bearer" | "form" | "json" | (string & {});
  login_url: string | null;
}

/** How many were to be changed, what became of them in numbers, and each of them in the order asked for (of a filter: newest first). */
export interface Bulk {
  matched: number;
  updated: number;
  unchanged: number;
  failed: number;
  results: BulkItem[];
}

/** Why an item was not changed: code, message and details as a PATCH of it would answer. */
export interface BulkError {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** `filter` of POST /v1/vulnerabilities/bulk: as the list's, several values of one match any of them. */
export interface BulkFilter {
  severity?: string[];
  status?: string[];
  detection?: string[];
  tier?: string[];
  scan_id?: string[];
  target?: string[];
  type?: string[];
  cwe?: string[];
  check_id?: string[];
  created_after?: string | null;
  created_before?: string | null;
  q?: string | null;
}

/** What became of one vulnerability: `updated`, `unchanged` (it is so already) or `failed`. `status` is its status now; null where it is not known. */
export interface BulkItem {
  id: string;
  result: string;
  status: string | null;
  error: BulkError | null;
}

/** The body of POST /v1/vulnerabilities/bulk: which (`ids` or `filter`), and the merge patch for each. */
export interface BulkRequest {
  patch: VulnerabilityPatch;
  ids?: string[];
  filter?: BulkFilter;
}

/** A certificate. */
export interface Certificate {
  sha256: string;
  key_sha256: string;
  subject: string;
  issuer: string;
  serial: string;
  names: string[];
  not_before: string;
  not_after: string;
  key: string;
  signature: string;
  self_signed: boolean;
  trusted: boolean;
}

/** One place that takes what is submitted: `method` and `url` (without query, ids replaced by `{id}`). `requests` counts what was sent there; `created` that an answer said so (201), `shown_at` are pages on which a value that was submitted there stood later. */
export interface Change {
  method: string;
  url: string;
  requests?: number;
  created?: boolean;
  shown_at?: string[];
}

/** What is known of a scan. `omitted` counts the changes reported beyond the first MAX_CHANGES places. */
export interface Changes {
  places?: Change[];
  omitted?: number;
}

/** `options.checks`. */
export interface CheckSelectionRequest {
  include?: string[];
  exclude?: string[];
  tags?: string[];
}

/** Something that somebody wrote about a vulnerability. */
export interface Comment {
  id: string;
  text: string;
  author: Actor;
  created_at: string;
}

/** The body of POST /v1/vulnerabilities/{id}/comments. */
export interface CommentRequest {
  text: string;
}

/** A harmless request that was compared, and what answered it. */
export interface Control {
  request: string;
  status: number;
  start_of_answer: HttpMessage;
}

/** What one check did on one host. `tested` of `applicable` pairs ran to their end; `skipped` and `errored` are counted by reason, and those in `not_counted` leave the denominator of the coverage. */
export interface Coverage {
  host: string;
  check_id: string;
  clean: number;
  found: number;
  skipped: Record<string, number>;
  errored: Record<string, number>;
  tested: number;
  applicable: number;
  not_counted: number;
}

/** Requests of one day (UTC). */
export interface DayUsage {
  date: string;
  requests: number;
  keys: KeyUsage[];
}

/** A page of what differs, worst first within each change; `counts` are of the whole. What only one of the scans tested stands in `not_compared` (the first hundred of `not_compared_total`), and `notes` are sentences on what else makes the scans differ. */
export interface Diff {
  scan_id: string;
  against: string;
  counts: Record<string, number>;
  data: Difference[];
  has_more: boolean;
  next_cursor: string | null;
  not_compared: NotCompared[];
  not_compared_total: number;
  notes: string[];
}

/** A vulnerability and what became of it from one scan to the other. `severity_before` is null where the older scan did not see it, `severity_after` where the newer one did not. `moved_from`: where it was. */
export interface Difference {
  change: string;
  id: string;
  title: string;
  severity: string;
  severity_before: string | null;
  severity_after: string | null;
  tier: string;
  status: string;
  detection: string;
  check_id: string;
  affected_component: string;
  location: Location;
  fingerprint: string;
  untested_before: boolean;
  moved_from?: MovedFrom;
}

/** What EPSS says of the CVE: `score` and `percentile` from 0 to 1, on that day (`YYYY-MM-DD`). */
export interface Epss {
  cve: string;
  score: number;
  percentile: number;
  date: string;
}

/** `error` of the envelope; `details` always has `field` and `reason`. */
export interface ErrorBody {
  code: string;
  message: string;
  details: Record<string, unknown>;
  request_id: string;
  doc_url: string;
}

/** One message on the WebSocket. */
export interface Event {
  id: string;
  type: string;
  timestamp: string;
  seq: number;
  data: Record<string, unknown>;
}

/** A page of events, oldest first. Where `after_seq` is older than what is kept, `resync` is true: read the state again, then go on from `head_seq`. */
export interface EventPage {
  data: Event[];
  has_more: boolean;
  next_cursor: string | null;
  head_seq: number;
  resync: boolean;
}

/** One piece of evidence. `kind` is http, service or tls; keys that do not apply are null. */
export interface Evidence {
  kind: string;
  match: string;
  note: string;
  reproduce: string;
  exchange?: Exchange | null;
  control?: Exchange | null;
  host?: string | null;
  port?: number | null;
  sent?: string | null;
  received?: string | null;
  facts?: Record<string, string> | null;
}

/** A request, its response and how long it took. */
export interface Exchange {
  method: string;
  url: string;
  status: number;
  elapsed_ms: number;
  request: HttpMessage;
  response: HttpMessage;
}

/** A certificate and the first services that present it. */
export interface ExpiringCertificate {
  asset: Asset;
  services: ServedAt[];
  more_services: boolean;
}

/** Why a vulnerability has its tier, confidence and risk. `confidence` is the sum of `terms`, at most 99; `oracle`, `technique` and `tier_reason` are null and `terms` empty where it was stored before this was kept. `match` is what proves it in the answer; `false_if` says what would make it false; `counts_in_risk` whether it counts in scores. */
export interface Explanation {
  vulnerability_id: string;
  check_id: string;
  tier: string;
  confidence: number;
  counts_in_risk: boolean;
  oracle: string | null;
  technique: string | null;
  tier_reason: string | null;
  terms: Term[];
  match: string;
  notes: string[];
  controls: Control[];
  false_if: string[];
  risk: Risk;
}

/** The values of one dimension. `is_capped`: not everything was counted, each count is at least so many; `has_more`: only the most frequent values are given. */
export interface Facet {
  values: FacetValue[];
  is_capped: boolean;
  has_more: boolean;
}

/** A value and how many vulnerabilities have it. */
export interface FacetValue {
  value: string;
  count: number;
}

/** How many vulnerabilities match, the risk of these together (null where not all were counted), and how many of them have which value. With `target` it is the target's risk as it is now. */
export interface Facets {
  total: number;
  total_is_capped: boolean;
  risk_score: number | null;
  severity: Facet;
  status: Facet;
  detection: Facet;
  tier: Facet;
  type: Facet;
  check_id: Facet;
  target: Facet;
}

/** A property that differs; null where there was none or is none any more. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

/** A reason for a grade: a sentence, and the best grade that it leaves (`A+`: it is only said). */
export interface GradeReason {
  text: string;
  limit: string;
}

/** The process lives. */
export interface Health {
  status: string;
}

/** An entry of `GET /v1/vulnerabilities/{id}/history`: one field that changed. */
export interface HistoryEntry {
  id: string;
  at: string;
  actor: Actor;
  field: string;
  /** What it was: a text, a time, a list, or null. */
  from: unknown;
  /** What it became. */
  to: unknown;
  reason: string | null;
}

/** One request or response for people: first line, headers in order, the start of the body. */
export interface HttpMessage {
  start_line: string;
  headers: ([string, string])[];
  body: string;
  body_bytes: number;
}

/** What the KEV catalogue says: whether one of the CVEs is listed, and then which, since when and by when to act. */
export interface Kev {
  listed: boolean;
  cve: string | null;
  added: string | null;
  due: string | null;
  ransomware: boolean;
}

/** The body of POST /v1/api-keys. `scopes` absent: all; `expires_at` RFC 3339. */
export interface KeyRequest {
  name: string;
  plan?: "standard" | "enterprise" | (string & {});
  scopes?: ("scans:read" | "scans:write" | "vulnerabilities:read" | "vulnerabilities:write" | "reports:read" | "reports:write" | "keys:admin" | (string & {}))[] | null;
  expires_at?: string | null;
}

/** Requests of one key on one day. */
export interface KeyUsage {
  key_id: string;
  requests: number;
}

/** Where it is. `parameter` is `kind:name` (`query:id`); `service` the protocol. */
export interface Location {
  url?: string | null;
  method?: string | null;
  parameter?: string | null;
  port?: number | null;
  service?: string | null;
}

/** An entry of `GET /v1/scans/{id}/log`. */
export interface LogEntry {
  at: string;
  kind: "state" | "phase" | "adaptation" | "error" | "login" | "take_over" | (string & {});
  text: string;
  detail: string | null;
  times: number;
  last_at: string;
}

/** The key that asks, and how much it may. */
export interface Me {
  key: ApiKey;
  workspace: string;
  plan: "standard" | "enterprise" | (string & {});
  scopes: ("scans:read" | "scans:write" | "vulnerabilities:read" | "vulnerabilities:write" | "reports:read" | "reports:write" | "keys:admin" | (string & {}))[];
  requests_per_minute: number;
  expires_at: string | null;
}

/** The vulnerability at its old place. */
export interface MovedFrom {
  id: string;
  affected_component: string;
  location: Location;
}

/** A check on a host that only one of the scans ran: `only_in` is `scan` or `against`. */
export interface NotCompared {
  host: string;
  check_id: string;
  only_in: string;
}

/** One place at which a vulnerability is; `scan_id` saw it there last. */
export interface Occurrence {
  url: string | null;
  method: string | null;
  parameter: string | null;
  port: number | null;
  service: string | null;
  first_seen: string;
  last_seen: string;
  first_scan_id: string;
  scan_id: string;
}

/** A version of TLS and its suites by name; `server_order` null where it could not be told whether the server prefers them in this order. */
export interface OfferedVersion {
  version: string;
  suites: string[];
  server_order: boolean | null;
}

/** A check that would run; `max_requests` on each asset of its scope. */
export interface PlannedCheck {
  id: string;
  title: string;
  scope: "insertion" | "page" | "content" | "stored" | "origin" | "tls" | "service" | "product" | "domain" | "name" | (string & {});
  max_requests: number;
}

/** A host of the plan. `policy` is allowed, refused, or judged_when_it_connects (a name, whose addresses are not known before). */
export interface PlannedHost {
  host: string;
  policy: "allowed" | "refused" | "judged_when_it_connects" | (string & {});
  stages: string[];
}

/** `progress` of a scan. */
export interface Progress {
  current: number;
  total: 100;
  status: string;
  phase: string;
  requests_sent: number;
  checks_done: number;
  checks_total: number;
  endpoints_found: number;
  eta_seconds: number | null;
}

/** The evidence of the best sighting; empty where it is no longer kept. */
export interface Proof {
  vulnerability_id: string;
  scan_id: string;
  tier: string;
  confidence: number;
  evidence: ProofPiece[];
}

/** One piece of evidence; `curl` is the command that shows it again (of other protocols their own), `raw` is null where it is no HTTP. */
export interface ProofPiece {
  evidence: Evidence;
  curl: string;
  raw: Raw | null;
}

/** What was erased: `vulnerabilities` only this scan saw, `vulnerabilities_kept` that others saw as well (their evidence from this scan is gone), `events` whose bodies were emptied, `reports` that covered the scan. */
export interface Purge {
  id: string;
  purged?: boolean;
  vulnerabilities?: number;
  vulnerabilities_kept?: number;
  events?: number;
  reports?: number;
}

/** The messages as text, header lines first, secrets taken out, bodies as far as they were kept. `before` are the requests that come first: those that lead to the form, and the one that stored what the exchange shows. */
export interface Raw {
  before: string[];
  request: string;
  response: string;
  control_request: string | null;
  control_response: string | null;
}

/** Scans can be taken, by so many at a time. */
export interface Ready {
  status: string;
  worker_slots: number;
}

/** What would not be done, and why: a target the operator's policy refuses, a check the mode or type excludes. */
export interface Refusal {
  kind: "target" | "check" | (string & {});
  name: string;
  reason: string;
}

/** A report; its file is at `download_url` once completed. */
export interface Report {
  id: string;
  status: "queued" | "generating" | "completed" | "failed" | (string & {});
  type: "executive" | "technical" | "compliance" | "delta" | "raw" | (string & {});
  format: "json" | "csv" | "html" | "pdf" | "sarif" | "junit" | "markdown" | "xml" | "gitlab" | "vex" | "ocsf" | (string & {});
  scan_ids: string[];
  filters: Record<string, unknown>;
  title: string | null;
  baseline_scan_id: string | null;
  since: string | null;
  redaction: string;
  logo: string | null;
  created_at: string;
  completed_at: string | null;
  size: number | null;
  download_url: string | null;
  error: string | null;
}

/** `filters` of POST /v1/reports. */
export interface ReportFilters {
  severity?: ("critical" | "high" | "medium" | "low" | "info" | (string & {}))[];
  status?: ("open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {}))[];
  tier?: ("confirmed" | "strong" | "lead" | (string & {}))[];
}

/** The body of POST /v1/reports. */
export interface ReportRequest {
  scan_id?: string;
  scan_ids?: string[];
  type?: "technical" | "executive" | "compliance" | "delta" | "raw" | (string & {});
  format?: "json" | "csv" | "html" | "pdf" | "sarif" | "junit" | "markdown" | (string & {});
  filters?: ReportFilters;
  title?: string | null;
  baseline_scan_id?: string | null;
  since?: string | null;
  redaction?: "none" | "secrets" | "full" | (string & {});
  logo?: string | null;
}

/** Requests and seconds to expect, and the requests if every check used up its budget. `basis` earlier_scans: the median of this target's last completed scans; model: from the number of hosts, ports and checks, with the assumptions given. */
export interface RequestEstimate {
  requests: number;
  at_most: number;
  seconds: number;
  basis: "earlier_scans" | "model" | (string & {});
  assumptions: string[];
}

/** The latest retest of a vulnerability. `result` is fixed_confirmed, present or inconclusive once `status` is completed; `why` says what tells so, or what stood in the way. */
export interface Retest {
  vulnerability_id: string;
  status: string;
  result: string | null;
  why: string;
  match: string;
  steps: RetestStep[];
  created_at: string;
  completed_at: string | null;
}

/** One request (`attack` or `control`) with what answered it when the flaw was found and what answers now; `now` is null where it was not sent or not answered. `*_shows`: whether the answer holds what proves the flaw. */
export interface RetestStep {
  step: string;
  before: Exchange;
  now: Exchange | null;
  before_shows: boolean;
  now_shows: boolean;
}

/** The risk score and every term of it; a factor of null is not known and left out of the product. */
export interface Risk {
  score: number;
  formula: string;
  terms: RiskReason[];
}

/** One term of a risk: its factor (null: not known, and left out) and where it comes from. */
export interface RiskReason {
  name: string;
  factor: number | null;
  reason: string;
}

/** What the risk of one vulnerability is the product of; None: not known, and left out. */
export interface RiskTerms {
  severity: number;
  proof: number;
  status: number;
  criticality: number;
  exposure?: number | null;
  /** Factor for the likelihood of exploitation; null: not known. */
  epss?: number | null;
  /** Factor for being known to be exploited; null: not known. */
  kev?: number | null;
}

/** A scan. Terminal keys are present only on terminal scans. */
export interface Scan {
  id: string;
  status: "queued" | "running" | "paused" | "pausing" | "cancelling" | "completed" | "failed" | "cancelled" | (string & {});
  target: string;
  scan_type: "vulnerability" | "network" | "web" | "api" | "cloud" | (string & {});
  created_at: string;
  estimated_completion: string;
  progress: Progress;
  targets: string[];
  name: string | null;
  tags: string[];
  criticality: "low" | "medium" | "high" | (string & {});
  effective_options: Record<string, unknown>;
  policies: Record<string, unknown>;
  auth: Auth | null;
  phase: "initializing" | "discovering" | "crawling" | "testing" | "finished" | (string & {});
  status_reason: "auth_failed" | "auth_lost" | "target_unreachable" | "dns_failed" | "blocked_by_waf" | "budget_exhausted" | "timed_out" | "out_of_scope" | "target_not_allowed" | "cancelled_by_user" | "worker_lost" | "internal" | (string & {}) | null;
  status_detail: string | null;
  started_at: string | null;
  updated_at: string;
  resumed_count: number;
  finished_at?: string | null;
  statistics?: Statistics;
  counts_by_severity?: Record<string, number>;
  risk_score?: number | null;
  verdict?: Verdict;
  paused_at?: string;
  retry_of?: string;
  changes?: Changes;
}

/** `auth` of POST /v1/scans. */
export interface ScanAuth {
  type: "headers" | "basic" | "digest" | "bearer" | "form" | "json" | (string & {});
  headers?: Record<string, string> | null;
  cookies?: Record<string, string> | null;
  username?: string | null;
  password?: string | null;
  token?: string | null;
  login_url?: string | null;
  fields?: Record<string, string> | null;
  success?: string | null;
  logout?: string | null;
  token_path?: string | null;
}

/** `options` of POST /v1/scans. */
export interface ScanOptions {
  depth?: number;
  concurrent?: number;
  /** Seconds for the whole scan. */
  timeout?: number;
  /** Seconds for one request. */
  request_timeout?: number;
  follow_redirects?: boolean;
  ignore_ssl?: boolean;
  ports?: string | null;
  udp?: boolean;
  subdomain_words?: boolean;
  syn?: string;
  checks?: CheckSelectionRequest | null;
}

/** The answer to `POST /v1/scans?dry_run=true`. */
export interface ScanPlan {
  dry_run: boolean;
  target: string;
  targets: string[];
  scan_type: string;
  would_start: boolean;
  effective_options: Record<string, unknown>;
  policies: Record<string, unknown>;
  hosts: PlannedHost[];
  hosts_total: number;
  stages: StagePlan[];
  checks: PlannedCheck[];
  forbidden: Refusal[];
  scope: string[];
  estimate: RequestEstimate;
}

/** `policies` of POST /v1/scans. */
export interface ScanPolicies {
  exclude_paths?: string[];
  include_paths?: string[];
  max_requests_per_second?: number | null;
  respect_robots_txt?: boolean;
  custom_headers?: Record<string, string>;
  mode?: "safe" | "standard" | "intrusive" | (string & {});
  fail_on?: "critical" | "high" | "medium" | "low" | "info" | (string & {});
}

/** The body of POST /v1/scans. */
export interface ScanRequest {
  /** A domain, IP address, CIDR (at most 65,536 addresses), URL or host:port. */
  target?: string;
  /** Several targets, instead of `target`. */
  targets?: string[];
  scan_type?: "vulnerability" | "network" | "web" | "api" | (string & {});
  options?: ScanOptions;
  policies?: ScanPolicies;
  name?: string | null;
  tags?: string[];
  criticality?: "low" | "medium" | "high" | (string & {});
  auth?: ScanAuth | null;
}

/** A service that presents a certificate. */
export interface ServedAt {
  asset_id: string;
  host: string;
  port: number;
  transport: string;
  state: string;
}

/** What a service says of itself; null where it says nothing. */
export interface Service {
  protocol: string | null;
  product: string | null;
  version: string | null;
  cpe: string | null;
  os: string | null;
  confidence: number;
  banner: string | null;
  tls: boolean;
}

/** A stage: units known before the scan starts, and what it will roughly send. Port probes are no requests. */
export interface StagePlan {
  stage: string;
  known_units: number;
  requests: number;
  port_probes?: number;
}

/** Figures of a finished scan; `scan_duration` in seconds. */
export interface Statistics {
  total_urls_scanned: number;
  total_vulnerabilities: number;
  scan_duration: number;
  requests_made: number;
}

/** One term of the confidence: what it is for, and its points. */
export interface Term {
  reason: string;
  points: number;
}

/** A ticket: open `url` on this server before `expires_at`, once. */
export interface Ticket {
  ticket: string;
  expires_at: string;
  expires_in: number;
  url: string;
}

/** TLS as a scan measured it last. `dh_bits` is the weakest Diffie-Hellman group, `stapled` whether the authority's answer was sent along; null where there is none or it could not be told. */
export interface TlsAssessment {
  grade: string;
  reasons: GradeReason[];
  versions: OfferedVersion[];
  groups: string[];
  post_quantum: boolean;
  dh_bits: number | null;
  alpn: string[];
  stapled: boolean | null;
  unclear: string[];
}

/** What the workspace used: newest day first. `store_bytes` is the whole store, all workspaces together. */
export interface Usage {
  requests: DayUsage[];
  requests_total: number;
  scans: Record<string, number>;
  scans_total: number;
  vulnerabilities: Record<string, number>;
  vulnerabilities_total: number;
  store_bytes: number;
}

/** What the scan's result is worth. `reasons` are sentences for people; coverage is 0-100. */
export interface Verdict {
  result: VerdictResult;
  reasons?: string[];
  coverage_percent?: number;
}

/** `inconclusive` beats `fail` beats `pass` only where something was not tested; see domain.verdict. */
export type VerdictResult = "fail" | "inconclusive" | "pass" | (string & {});

/** What answers. */
export interface Version {
  name: string;
  version: string;
  api: string;
}

/** A vulnerability; `evidence` only where one vulnerability is shown by itself. */
export interface Vulnerability {
  id: string;
  scan_id: string;
  first_scan_id: string;
  type: string;
  severity: "critical" | "high" | "medium" | "low" | "info" | (string & {});
  title: string;
  description: string;
  affected_component: string;
  remediation: string;
  cvss_score: number;
  cvss_vector: string;
  cvss_version: string | null;
  cwe: string[];
  cve: string[];
  owasp: string[];
  status: "open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {});
  detection: "new" | "present" | "not_observed" | "fixed_confirmed" | "regressed" | "inconclusive" | (string & {});
  confidence: number;
  tier: "confirmed" | "strong" | "lead" | (string & {});
  location: Location;
  references: string[];
  check_id: string;
  fingerprint: string;
  target: string;
  first_seen: string;
  last_seen: string;
  created_at: string;
  updated_at: string;
  occurrences: number;
  tags: string[];
  assignee: string | null;
  due_at: string | null;
  notes: string | null;
  status_reason: string | null;
  accept_until: string | null;
  original_severity: string;
  criticality: "low" | "medium" | "high" | (string & {});
  exposure: string | null;
  epss: Epss | null;
  kev: Kev | null;
  risk_score: number;
  risk_terms: RiskTerms;
  acceptance_ends_soon: boolean;
  comments: number;
  evidence?: Evidence[];
}

/** The body of PATCH /v1/vulnerabilities/{id}: a merge patch (null clears). */
export interface VulnerabilityPatch {
  status?: "open" | "in_progress" | "fixed" | "accepted_risk" | "false_positive" | (string & {});
  reason?: string | null;
  comment?: string | null;
  assignee?: string | null;
  due_at?: string | null;
  severity_override?: "critical" | "high" | "medium" | "low" | "info" | (string & {}) | null;
  accept_until?: string | null;
  tags?: string[];
}
