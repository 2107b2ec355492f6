"""Standards and their rows (`standards.toml`), and what a scan says of each row (`judgement`)."""
