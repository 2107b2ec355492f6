"""The store on PostgreSQL: `store.PostgresStore` is the Store port, `limits.PostgresRateLimiter` the RateLimiter port.

Needs the extra `postgres` (psycopg 3), which nothing else imports. The repositories, the schema and the migrations
are those of SQLite; here stands what differs: connections, transactions, news of other processes' commits, and
row-level security as a second belt.
"""
