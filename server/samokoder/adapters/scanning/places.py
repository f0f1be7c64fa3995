"""Names that something else than the application would read: the interpreter, the test runner, git, us."""

from __future__ import annotations

import re

from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath

_PLACES = {
    r"(?:.*/)?(?:sitecustomize|usercustomize)\.py|(?:.*/)?[^/]+\.pth": "Python runs it at every start",
    r"(?:pytest|_pytest|pluggy|unittest)(?:\.py|/.*)": "it takes the place of the test runner",
    r"(?:.*/)?pytest\.ini|(?:.*/)?\.?pytest\.toml": "it sets what the test runner does",
    r"(?:.*/)?\.(?:git|hg|svn|samokoder|ssh|vscode|idea)/.*": "it belongs to another program",
    r"(?:.*/)?\.env(?:\.(?!example$|sample$|template$).*)?": "it is for secrets, which are never generated",
    r"(?:.*/)?\.(?:npmrc|pypirc|netrc|yarnrc(?:\.yml)?)": "it says where packages come from",
}
_PATTERNS = {re.compile(pattern): why for pattern, why in _PLACES.items()}


def read(path: FilePath) -> list[Found]:
    why = next((why for pattern, why in _PATTERNS.items() if pattern.fullmatch(path)), None)
    return [Found(path, 1, "place", f"this file may not be generated: {why}")] if why else []
