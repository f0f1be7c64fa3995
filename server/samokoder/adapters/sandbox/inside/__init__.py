"""Programs that run inside the sandbox, by its own Python: standard library only, Python 3.9 or newer."""
