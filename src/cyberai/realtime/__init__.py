"""Live events: the hub tails the event log by sequence number and fans out to subscribers."""
