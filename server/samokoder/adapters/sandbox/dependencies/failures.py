"""What an installer said when it failed, in words a person can act on."""

from __future__ import annotations

import re

from samokoder.errors import InstallFailed

INSTALL_SECONDS = 600.0
SHOWN = 2000
"""Characters of the installer's output that an error shows."""
_CREDENTIALS = re.compile(r"://[^/\s@]+@")
OFFLINE = "Is the machine offline, or behind a proxy? Set HTTPS_PROXY, or an index that can be reached."
_NO_WHEEL = "A pinned package has no wheel for this Python and system; choose another version of it."
_NO_VERSION = "A pinned version does not exist, or the pins contradict one another."
_CONTRADICTION = "The pins contradict one another: a package needs another version of a second one."
_UNREACHABLE = (
    "error sending request",
    "dns error",
    "timed out",
    "failed to fetch",
    "connect",
    "enotfound",
    "econn",
    "etimedout",
    "eai_again",
    "tunneling",
)
_HINTS = (
    (_UNREACHABLE, OFFLINE),
    (("no wheels", "no usable wheels", "no-binary"), _NO_WHEEL),
    (("eresolve",), _CONTRADICTION),
    (("no solution found", "was not found", "e404", "etarget"), _NO_VERSION),
    (("enospc", "no space left"), "The disk is full; free some space."),
)


def failed(code: int | None, output: str) -> InstallFailed:
    lines = _CREDENTIALS.sub("://…@", output)[-SHOWN:]
    if code is None:
        return InstallFailed(f"Installing took more than {INSTALL_SECONDS:g} s.\n{lines}", hint=OFFLINE)
    return InstallFailed(f"The dependencies could not be installed:\n{lines}", hint=_hint(output))


def _hint(output: str) -> str:
    text = output.lower()
    return next((hint for words, hint in _HINTS if any(word in text for word in words)), "")


def too_large(largest: int) -> InstallFailed:
    hint = "Use fewer or smaller packages, or allow larger environments in the settings."
    return InstallFailed(f"The dependencies take more than the {largest >> 20} MiB they may.", hint=hint)
