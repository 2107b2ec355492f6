"""The HTTP and WebSocket interface: one edge around thin handlers that decode, call `app` and encode."""
