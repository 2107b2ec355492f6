"""The command line. `main` answers `--version` and `--help` by itself; everything heavy is imported inside the
command that needs it."""
