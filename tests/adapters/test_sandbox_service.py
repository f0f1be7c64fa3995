"""A service check is passed by a service that is up and answers, and by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.domain.architecture import Service
from samokoder.domain.evidence import CommandReport
from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import NOTHING, RUNNERS, check, runner

SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[1]))
        self.end_headers()
        self.wfile.write(b'asked for ' + self.path.encode())
print('starting', flush=True)
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
"""


@pytest.fixture(params=RUNNERS)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[SandboxSession]:
    made = await runner(request.param, SandboxPolicy(health_seconds=2))
    async with made.open(NOTHING) as opened:
        yield opened


async def ask(session: SandboxSession, program: str, *arguments: str, port: int = 8123) -> CommandReport:
    service = Service(command=("python", "serve.py", *arguments), port=port, health="/health")
    return await session.run({FilePath("serve.py"): program.encode()}, check(service=service))


async def test_a_service_that_answers_200_passes_and_its_log_is_kept(session: SandboxSession) -> None:
    report = await ask(session, SERVER, "200")
    assert report.exit_code == 0
    assert "starting" in report.output and "GET /health" in report.output and "200" in report.output


async def test_any_other_answer_fails_and_is_shown(session: SandboxSession) -> None:
    report = await ask(session, SERVER, "503")
    assert report.exit_code == 1
    assert "HTTP 503: asked for /health" in report.output


async def test_a_service_that_ends_fails_with_what_it_said(session: SandboxSession) -> None:
    report = await ask(session, "raise SystemExit('no database')")
    assert report.exit_code == 1
    assert "no database" in report.output and "ended with exit code 1" in report.output


async def test_a_service_that_never_listens_fails_in_time(session: SandboxSession) -> None:
    report = await ask(session, "import time; time.sleep(600)")
    assert report.exit_code == 1
    assert "not healthy within 2 s" in report.output and "nothing listens" in report.output


async def test_a_service_whose_command_does_not_exist_fails(session: SandboxSession) -> None:
    report = await session.run({}, check(service=Service(command=("no-such-server",), port=8123)))
    assert report.exit_code == 127


async def test_services_on_the_same_port_do_not_answer_for_one_another(session: SandboxSession) -> None:
    slow = SERVER.replace("print(", "__import__('time').sleep(0.5); print(")
    reports = await asyncio.gather(*(ask(session, slow, code) for code in ("200", "500", "200", "404")))
    assert [report.exit_code for report in reports] == [0, 1, 0, 1]
