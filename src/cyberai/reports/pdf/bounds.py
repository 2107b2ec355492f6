"""What setting a PDF may use, and how the child process says that it could not."""

MEMORY = 2_000_000_000
"""Bytes of address space; about half of it is the program itself and its threads."""
CPU_SECONDS = 90
WALL_SECONDS = 100
"""Below the lease of a report (`app.report_making.LEASE`)."""
EXIT_REFUSED = 3
"""The child's exit code when the text could not be set; its standard error says why."""
