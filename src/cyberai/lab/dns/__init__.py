"""Domains of the practice target."""
