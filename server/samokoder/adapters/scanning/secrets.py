"""Keys by the forms their makers gave them. The message never holds the key.

Not detect-secrets: it takes four seconds to read 80 files (docs/security.md).
"""

from __future__ import annotations

import re

from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath

_FORMS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a token of Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "a key of a model provider": r"\bsk-(?:ant-|proj-|or-v1-)?[A-Za-z0-9_-]{32,}",
    "a key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "a token of npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "a token of PyPI": r"\bpypi-AgE[A-Za-z0-9_-]{40,}",
    "a token of Telegram": r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b",
    "a key of SendGrid": r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
}
_PATTERNS = {name: re.compile(form) for name, form in _FORMS.items()}
_HINT = re.compile(
    r"PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|sk-|k_live_|npm_|pypi-AgE|:AA|SG\."
)
"""Most files hold none of these, and need not be searched twelve times."""


def read(path: FilePath, text: str) -> list[Found]:
    if not _HINT.search(text):
        return []
    return [
        Found(path, text.count("\n", 0, hit.start()) + 1, "secret", f"{name} stands in the file")
        for name, pattern in _PATTERNS.items()
        for hit in pattern.finditer(text)
    ]
