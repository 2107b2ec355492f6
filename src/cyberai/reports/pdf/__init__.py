"""The PDF report: what is shown (`document`), how it looks (`report.typ`), and the child process that sets it."""
