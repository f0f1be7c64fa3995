"""What may be run is named by policy, whatever an architect read."""

from __future__ import annotations

import pytest

from samokoder.domain.commands import objection, proves_nothing


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("python", "python -m pytest -q"),
        ("python", "python3 -m unittest -v"),
        ("python", "pytest -q --maxfail=1"),
        ("python", "python -Xdev -m uvicorn app.main:app --port 8000"),
        ("python", "python app/main.py --c"),
        ("python", "python -B -u manage.py runserver"),
        ("python", "flask --app app run"),
        ("node", "node server/index.js -e production"),
        ("node", "node --test tests"),
        ("node", "npm test -- --run"),
        ("node", "npm run start"),
        ("node", "npm --prefix=web run build"),
        ("node", "npx vitest run"),
        ("node", "npx --no-install eslint ."),
        ("node", "vite build"),
    ],
)
def test_runners_of_the_language_may_run_the_project(language: str, command: str) -> None:
    assert objection(language, command.split()) == ""


@pytest.mark.parametrize(
    ("language", "command", "why"),
    [
        ("python", "", "no command"),
        ("python", "sh -c curl", "no runner"),
        ("python", "bash run.sh", "no runner"),
        ("python", "/usr/bin/python x.py", "no runner"),
        ("python", "./run", "no runner"),
        ("python", "curl http://a.example", "no runner"),
        ("python", "npm test", "no runner"),
        ("node", "python x.py", "no runner"),
        ("python", "env python x.py", "no runner"),
        ("python", "python -c 1", "not run"),
        ("python", "python -cimport_os", "not run"),
        ("python", "python -Ic 1", "not run"),
        ("python", "python -mpip install a", "not run"),
        ("python", "python -m pip install a", "pip is not run"),
        ("python", "python3 -I -m PIP.__main__ install a", "pip is not run"),
        ("python", "python -m uv pip install a", "uv is not run"),
        ("python", "python - ", "not run"),
        ("node", "node -e 1", "not run"),
        ("node", "node --eval=1", "not run"),
        ("node", "node --import=data:text/javascript,1 a.js", "not run"),
        ("node", "node -r ./hook.js a.js", "not run"),
        ("node", "tsx -e 1", "not run"),
        ("node", "npm install evil", "npm may only"),
        ("node", "npm", "npm may only"),
        ("node", "npm exec evil", "npm may only"),
        ("node", "npm --script-shell=/bin/x test", "not run"),
        ("node", "npm test --script-shell=/bin/x", "npm may only"),
        ("node", "npx -y evil", "not run"),
        ("node", "npx --package=evil run", "not run"),
        ("node", "npx evil@1.0", "npx may only"),
        ("node", "npx ../evil", "npx may only"),
        ("node", "npx https://a.example/evil", "npx may only"),
        ("node", "npx node -e 1", "not run"),
        ("node", "npx npx npm install", "npm may only"),
    ],
)
def test_shells_code_in_arguments_and_installers_may_not(language: str, command: str, why: str) -> None:
    assert why in objection(language, command.split())


@pytest.mark.parametrize(
    ("language", "command", "tests"),
    [
        ("python", "python -m pytest -q", True),
        ("python", "python3 -B -m pytest", True),
        ("python", "pytest", True),
        ("python", "python", False),
        ("python", "python -u", False),
        ("python", "python -m unittest", False),
        ("python", "python pytest", False),
        ("python", "uvicorn app.main:app", False),
        ("node", "npm test --", True),
        ("node", "npm t", True),
        ("node", "npm run test:unit --", True),
        ("node", "npx --no-install vitest run", True),
        ("node", "jest", True),
        ("node", "node --test", True),
        ("node", "node", False),
        ("node", "node --no-warnings", False),
        ("node", "tsx", False),
        ("node", "npm start", False),
        ("node", "npm run build", False),
        ("node", "npx eslint", False),
    ],
)
def test_checks_are_run_by_what_runs_tests(language: str, command: str, tests: bool) -> None:
    assert objection(language, command.split()) == ""
    assert (proves_nothing(language, command.split()) == "") is tests
