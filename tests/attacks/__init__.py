"""Attacks on the sandboxes: harmless probes that run inside, and what each is known to let through."""
