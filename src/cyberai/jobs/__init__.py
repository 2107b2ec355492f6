"""Dispatchers: claim and wake, nothing else."""
