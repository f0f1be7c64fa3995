"""Harmless probes that run inside a sandbox, by its own Python: standard library only, from 3.9 on."""
