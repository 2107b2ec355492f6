"""Takes a store of today back to what an earlier schema knew, so that its upgrade has rows to work on."""

TO_0011 = (
    "DROP TABLE certificate_end",
    "UPDATE schema_version SET version_num = '0011'",
)

TO_0007 = (
    *TO_0011,
    "DROP TABLE scan_service",
    "DROP TABLE asset",
    "DROP TABLE asset_sighting",
    "DROP TABLE asset_change",
    "UPDATE schema_version SET version_num = '0007'",
)

TO_0006 = (
    *TO_0007,
    "DROP TABLE pair_count",
    "DROP TABLE vulnerability_brief",
    "UPDATE schema_version SET version_num = '0006'",
)

TO_0003 = (
    *TO_0006,
    "DROP TABLE feed",
    "DROP TABLE feed_entry",
    "DROP TABLE retest",
    "DROP TABLE vulnerability_change",
    "DROP TABLE acceptance",
    *(
        f"ALTER TABLE vulnerability_place DROP COLUMN {name}"
        for name in ("first_seen", "last_seen", "first_scan", "scan", "doc")
    ),
    "UPDATE schema_version SET version_num = '0003'",
)
