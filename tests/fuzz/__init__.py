"""Fuzz entries: plain functions `fuzz_one(data)` over hostile bytes, driven by Hypothesis in CI and by any
coverage-guided fuzzer elsewhere. They return when all is well and raise when it is not."""
