// Made from the OpenAPI document by tools.gen_sdk_javascript: do not edit.

/**
 * A group on a line of its own, then its operations: name, HTTP method and path, which arguments follow the id (`b`ody,
 * `q`uery), and the shape of the answer: `*Scan` is a page of scans, `+Diff` a page with more members of its own, `o` any object and `.` no
 * JSON; the shape of a 200 beside a 201 follows after `|`.
 */
export const OPERATIONS = `scans
list GET /v1/scans q *Scan
create POST /v1/scans b Scan|ScanPlan
get GET /v1/scans/{id} q Scan
cancel DELETE /v1/scans/{id} - Scan
pause POST /v1/scans/{id}/pause - Scan
resume POST /v1/scans/{id}/resume - Scan
retry POST /v1/scans/{id}/retry - Scan
purge POST /v1/scans/{id}/purge - Purge
coverage GET /v1/scans/{id}/coverage q *Coverage
log GET /v1/scans/{id}/log q *LogEntry
diff GET /v1/scans/{id}/diff q +Diff
vulnerabilities GET /v1/scans/{id}/vulnerabilities q *Vulnerability
assets GET /v1/scans/{id}/assets q *Asset
events GET /v1/scans/{id}/events q +EventPage
vulnerabilities
list GET /v1/vulnerabilities q *Vulnerability
get GET /v1/vulnerabilities/{id} q Vulnerability
update PATCH /v1/vulnerabilities/{id} b Vulnerability
history GET /v1/vulnerabilities/{id}/history q *HistoryEntry
occurrences GET /v1/vulnerabilities/{id}/occurrences q *Occurrence
comments GET /v1/vulnerabilities/{id}/comments q *Comment
addComment POST /v1/vulnerabilities/{id}/comments b Comment
facets GET /v1/vulnerabilities/facets q Facets
updateMany POST /v1/vulnerabilities/bulk b Bulk
retest POST /v1/vulnerabilities/{id}/retest - Retest
getRetest GET /v1/vulnerabilities/{id}/retest q Retest
evidence GET /v1/vulnerabilities/{id}/evidence - Proof
explain GET /v1/vulnerabilities/{id}/explain q Explanation
assets
list GET /v1/assets q *Asset
changes GET /v1/assets/changes q *AssetChange
expiring GET /v1/assets/expiring q *ExpiringCertificate
get GET /v1/assets/{id} - Asset
reports
list GET /v1/reports q *Report
create POST /v1/reports b Report
get GET /v1/reports/{id} q Report
download GET /v1/reports/{id}/download - .
apiKeys
list GET /v1/api-keys q *ApiKey
create POST /v1/api-keys b ApiKey
revoke DELETE /v1/api-keys/{id} - ApiKey
rotate POST /v1/api-keys/{id}/rotate q ApiKey
account
me GET /v1/me - Me
usage GET /v1/usage q Usage
events
createTicket POST /v1/ws/tickets - Ticket
list GET /v1/events q +EventPage
stream GET /v1/events/stream q .
system
errorPage GET /docs/errors/{id} - .
metrics GET /metrics - .
health GET /health - Health
ready GET /ready - Ready
version GET /version - Version
openapi GET /openapi.json - o
asyncapi GET /asyncapi.json - o`;

/**
 * One line per shape: its name and the members that are looked for, as `name:kind`. No kind is a string, `o` an object, `a` an
 * array, and a name another shape.
 */
export const SHAPES = `Actor type
ApiKey id name workspace plan scopes:a hint created_at
Asset id kind state certificate_ids:a first_seen last_seen first_scan_id scan_id
AssetChange id asset_id kind asset change at scan_id fields:a
Bulk results:a
Comment id text author:Actor created_at
Coverage host check_id skipped:o errored:o
Diff scan_id against counts:o data:a not_compared:a notes:a
EventPage data:a
ExpiringCertificate asset:Asset services:a
Explanation vulnerability_id check_id tier terms:a match notes:a controls:a false_if:a risk:Risk
Facet values:a
Facets severity:Facet status:Facet detection:Facet tier:Facet type:Facet check_id:Facet target:Facet
Health status
HistoryEntry id at actor:Actor field
LogEntry at kind text last_at
Me key:ApiKey workspace plan scopes:a
Occurrence first_seen last_seen first_scan_id scan_id
Progress status phase
Proof vulnerability_id scan_id tier evidence:a
Purge id
Ready status
Report id status type format scan_ids:a filters:o redaction created_at
RequestEstimate basis assumptions:a
Retest vulnerability_id status why match steps:a created_at
Risk formula terms:a
RiskTerms
Scan id status target scan_type created_at estimated_completion progress:Progress targets:a tags:a criticality effective_options:o policies:o phase updated_at
ScanPlan target targets:a scan_type effective_options:o policies:o hosts:a stages:a checks:a forbidden:a scope:a estimate:RequestEstimate
Ticket ticket expires_at url
Usage requests:a scans:o vulnerabilities:o
Version name version api
Vulnerability id scan_id first_scan_id type severity title description affected_component remediation cvss_vector cwe:a cve:a owasp:a status detection tier location:o references:a check_id fingerprint target first_seen last_seen created_at updated_at tags:a original_severity criticality risk_terms:RiskTerms`;
