"""Where generated code is run: dependency environments, and runners with different isolation.

Start at ``choose.make_sandbox``. A runner makes a *place* (``local``, ``bubblewrap``, ``docker``); the same
*session* works in each, by way of a *keeper*: a small program inside (``inside/``) that runs commands.
"""
