"""The network: the only package that opens outbound sockets. Everything passes the egress policy."""
