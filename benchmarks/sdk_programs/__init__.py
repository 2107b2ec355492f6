"""The programs that `python -m benchmarks sdks` runs: the same three measurements in each language.

Settings come as one line of JSON: `mode` (calls, pages or streams), `base_url`, `key`, and what the mode needs. Each prints one line of JSON
per result.
"""
