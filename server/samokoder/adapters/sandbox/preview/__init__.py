"""A service in the sandbox, reached from this machine: the host's end of ``inside/relay.py``."""
