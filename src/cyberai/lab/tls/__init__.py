"""Page files of the tls checks: one file, found by walking the package; names that start with _ are shared parts."""
