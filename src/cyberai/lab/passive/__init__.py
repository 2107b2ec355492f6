"""Page files of the passive checks: one file, found by walking the package; names that start with _ are shared parts."""
