"""A server as the commands see it, through the Python SDK; the only package that imports `cyberai_sdk`."""
