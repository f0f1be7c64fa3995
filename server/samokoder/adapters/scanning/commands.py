"""Scripts, container files, workflows and package.json: commands people and services run without reading."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath

_READ = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:sh|bash|zsh|ps1|bat|cmd|mk)|(?:GNU)?[Mm]akefile|justfile|Procfile|package\.json"
    r"|(?:Docker|Container)file[^/]*|[^/]+\.[Dd]ockerfile|(?:docker-)?compose[^/]*\.ya?ml|\.gitlab-ci\.yml"
    r"|\.pre-commit-config\.yaml|tox\.ini|action\.ya?ml)"
    r"|\.(?:github|gitlab|circleci|devcontainer|husky)/.*"
)
_SHELL = r"\s*(?:sudo\s+)?(?:/bin/)?(?:ba|da|z)?sh\b"
_RULES = (
    (rf"\b(?:curl|wget|iwr)\b[^\n;]*\|{_SHELL}", "command", "it runs what it downloads"),
    (rf"{_SHELL}\s+(?:-c\s+)?[\"']?(?:<|\$)\(\s*(?:curl|wget)", "command", "it runs what it downloads"),
    (r"\beval\s+[\"']?(?:\$\(|`)\s*(?:curl|wget)", "command", "it runs what it downloads"),
    (rf"\bbase64\s+(?:-d|-D|--decode)\b[^\n;]*\|{_SHELL}", "command", "it runs what it hides"),
    (r"/dev/(?:tcp|udp)/|\bn(?:et)?cat?\b[^\n]*\s-[a-z]*[ec]\b", "command", "it lets others in"),
    (r"\brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:-\S+\s+)*[\"']?(?:/|~|\$\{?HOME\}?)/?\*?[\"']?(?:\s|;|&|$)",
     "command", "it removes the files of whoever runs it"),
    (r":\s*\(\)\s*\{.*\}\s*;\s*:", "command", "it starts processes without end"),
    (r"docker\.sock|--privileged\b|\bprivileged:\s*true|network_mode:\s*[\"']?host|--(?:net|pid)[= ]host",
     "machine", "a container reaches the machine it runs on"),
    (r"(?:~|\$\{?HOME\}?)/\.(?:ssh|aws|gnupg|kube|docker|netrc)\b|/etc/shadow", "machine", "it reads keys"),
    (r"\bpull_request_target\b", "workflow", "code of strangers runs with the rights of the project"),
    (r"run:[^\n]*\$\{\{\s*github\.(?:head_ref|event\.[\w.]*(?:title|body|name|message|ref))", "workflow",
     "words of strangers become part of a command"),
    (r"\bpermissions:\s*write-all", "workflow", "a workflow may change everything"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), rule, message) for pattern, rule, message in _RULES)
_AT_INSTALL = {"preinstall", "install", "postinstall", "prepare", "prepublish"}
_COMMENT = re.compile(r"^\s*(?:#(?!!)|//|::|REM )")


def read(path: FilePath, text: str) -> list[Found]:
    if not _READ.fullmatch(path):
        return []
    found = [
        Found(path, n, rule, message)
        for n, line in _commands(text)
        for pattern, rule, message in _PATTERNS
        if pattern.search(line)
    ]
    return [*found, *_at_install(path, text)]


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are no comments, each with those it goes on in, by the number of the first."""
    held, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not held and _COMMENT.match(line):
            continue
        held, first = held + line.removesuffix("\\") + " ", first or number
        if not line.endswith("\\"):
            yield first, held
            held, first = "", 0
    if held:
        yield first, held


def _at_install(path: FilePath, text: str) -> Iterator[Found]:
    if path.rpartition("/")[2] != "package.json":
        return
    try:
        scripts = json.loads(text)["scripts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return  # npm cannot read it either, or there are none
    for name in sorted(_AT_INSTALL & set(scripts if isinstance(scripts, dict) else ())):
        line = next((n for n, one in enumerate(text.splitlines(), 1) if f'"{name}"' in one), 1)
        yield Found(path, line, "install-script", f"{name} runs wherever somebody installs this")
