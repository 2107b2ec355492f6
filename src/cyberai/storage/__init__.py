"""The durable state on SQLite: schema, migrations, repositories, group commit, rate counters.

`sqlite.SqliteStore` is the Store port, `limits.SqliteRateLimiter` the RateLimiter port, `doctor` looks at both.
Nothing is imported here: SQLAlchemy is needed only by those who open a store.
"""
