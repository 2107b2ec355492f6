"""Checks of domains: what resolvers know of them."""
