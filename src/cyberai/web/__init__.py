"""The web page at `/`: sign in with a key, start and follow scans, judge findings, fetch reports.

Rendered on the server from the same use cases as the API; it works without JavaScript. `site.Site` is what the edge
of the API hands every path outside /v1 to that is no route of its own.
"""
