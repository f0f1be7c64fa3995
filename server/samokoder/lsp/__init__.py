"""The editor's side: the only home of pygls and lsprotocol.

Modules that the first ``initialize`` loads import neither the orchestrator nor an adapter;
everything heavy begins with ``session``.
"""
