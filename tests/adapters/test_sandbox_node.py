"""Node: environments of exact pins, and checks that run with them read-only."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.dependencies.node import own_node, without_what_is_missing
from samokoder.adapters.sandbox.environments import Environment, Environments
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.domain.architecture import Dependency, Service
from samokoder.domain.paths import FilePath
from samokoder.errors import InstallFailed, SandboxUnavailable
from samokoder.ports import EnvironmentSpec
from tests.adapters.npm_registry import Package, npm_registry
from tests.adapters.sandboxes import check, needs, runner

LOUD = {"scripts": {"install": "echo it ran > ran.txt", "postinstall": "echo it ran > ran.txt"}}
PACKAGES = (
    Package("shelf", "1.0.0", "module.exports = 'first'"),
    Package("shelf", "2.0.0", "module.exports = 'second'"),
    Package("book", "1.0.0", "module.exports = require('shelf')", {"dependencies": {"shelf": "^1.0.0"}}),
    Package("loud", "1.0.0", "module.exports = 'loud'", LOUD),
    Package("@club/tool", "1.0.0", "#!/usr/bin/env node\nconsole.log('a tool')", {"bin": {"tool": "cli.js"}}),
    Package("partly", "1.0.0", fields={"optionalDependencies": {"elsewhere": "1.0.0", "shelf": "1.0.0"}}),
    Package("wants", "1.0.0", fields={"peerDependencies": {"shelf": "^1.0.0"}}),
)


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with npm_registry(*PACKAGES) as address:
        yield address


@pytest.fixture
def environ(tmp_path: Path, registry: str) -> dict[str, str]:
    needs("npm", bool(shutil.which("node") and shutil.which("npm")))
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "npm_config_cache": str(tmp_path / "npm"),
        "npm_config_registry": registry,
        "OPENAI_API_KEY": "sk-secret",
    }


@pytest.fixture
def environments(tmp_path: Path, environ: dict[str, str]) -> Environments:
    return Environments(tmp_path / "cache", environ)


def node(*pins: str) -> EnvironmentSpec:
    parts = (pin.rpartition("@") for pin in pins)
    dependencies = tuple(Dependency(name=name, version=version) for name, _, version in parts)
    return EnvironmentSpec(language="node", dependencies=dependencies)


async def prepare(environments: Environments, *pins: str) -> Environment:
    return await environments.prepare_here(node(*pins))


async def test_pinned_packages_and_theirs_are_there_and_no_script_has_run(environments: Environments) -> None:
    made = await prepare(environments, "book@1.0.0", "loud@1.0.0")
    assert sorted(entry.name for entry in made.packages.iterdir() if entry.name[0] != ".") == [
        "book",
        "loud",
        "shelf",
    ]
    assert not (made.packages / "loud" / "ran.txt").exists()


async def test_a_second_use_asks_no_registry(
    environments: Environments, environ: dict[str, str], tmp_path: Path
) -> None:
    made = await prepare(environments, "book@1.0.0")
    offline = Environments(tmp_path / "cache", {**environ, "npm_config_registry": "http://127.0.0.1:9"})
    assert await prepare(offline, "book@1.0.0") == made


async def test_the_same_pins_in_any_order_share_one_environment(environments: Environments) -> None:
    one = await prepare(environments, "shelf@1.0.0", "book@1.0.0")
    assert one == await prepare(environments, "book@1.0.0", "shelf@1.0.0")
    assert one.digest != (await prepare(environments, "book@1.0.0", "shelf@2.0.0")).digest


async def test_several_installers_at_once_make_one_environment(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    several = [Environments(tmp_path / "cache", environ) for _ in range(3)]
    made = await asyncio.gather(*(prepare(one, "book@1.0.0") for one in several))
    assert len({one.folder for one in made}) == 1


async def test_a_package_that_lacks_one_of_another_platform_is_installed_without(
    environments: Environments,
) -> None:
    made = await prepare(environments, "partly@1.0.0")
    assert (made.packages / "shelf").is_dir() and not (made.packages / "elsewhere").exists()


def test_a_lock_keeps_the_optional_packages_that_were_found() -> None:
    packages = {
        "": {},
        "node_modules/a": {"optionalDependencies": {"b": "1", "c": "1"}},
        "node_modules/b": {},
    }
    lock = json.loads(without_what_is_missing(json.dumps({"packages": packages})))
    assert lock["packages"]["node_modules/a"] == {"optionalDependencies": {"b": "1"}}


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        (["absent@1.0.0"], "absent does not exist"),
        (["shelf@9.9.9"], "shelf has no version 9.9.9"),
        (["shelf@2.0.0", "wants@1.0.0"], "contradict"),
    ],
)
async def test_what_cannot_be_installed_says_why_and_leaves_nothing(
    environments: Environments, tmp_path: Path, pins: list[str], said: str
) -> None:
    with pytest.raises(InstallFailed) as caught:
        await prepare(environments, *pins)
    assert said in f"{caught.value} {caught.value.hint}"
    folders = [entry for entry in (tmp_path / "cache").iterdir() if entry.is_dir()]
    assert folders == [tmp_path / "cache" / "locks"] and not any(map(Path.is_dir, folders[0].iterdir()))


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("--registry=http://elsewhere", "1.0.0"),
        ("-g", "1.0.0"),
        ("shelf", "^1.0.0"),
        ("shelf", "latest"),
        ("shelf", "1.0"),
        ("shelf", "npm:other@1.0.0"),
        ("shelf", "file:../shelf"),
        ("shelf", "git+ssh://elsewhere/shelf.git"),
        ("shelf", "http://elsewhere/shelf.tgz"),
        ("shelf", ""),
        ("../shelf", "1.0.0"),
        ("shelf/../book", "1.0.0"),
        ("@club", "1.0.0"),
        ("@club/", "1.0.0"),
        ("@/tool", "1.0.0"),
        ("Shelf", "1.0.0"),
        ("sh\u0435lf", "1.0.0"),
        ("shelf\n", "1.0.0"),
        (".shelf", "1.0.0"),
        ("node_modules", "1.0.0"),
        ("s" * 300, "1.0.0"),
        ("shelf", "1.0.0\n"),
        ("shelf", "\u0661.0.0"),
    ],
)
async def test_what_is_not_a_package_at_one_version_never_reaches_npm(
    environments: Environments, name: str, version: str
) -> None:
    wanted = EnvironmentSpec(language="node", dependencies=(Dependency(name=name, version=version),))
    with pytest.raises(InstallFailed, match="exact version"):
        await environments.prepare_here(wanted)


async def test_a_machine_without_npm_says_what_to_install() -> None:
    with pytest.raises(SandboxUnavailable, match=r"Node\.js") as caught:
        await own_node({"PATH": "/nowhere"})
    assert "apt install nodejs npm" in caught.value.hint


# ----------------------------------------------------------------------------------- checks with them

CLASSES: dict[str, Any] = {"local": LocalSandbox, "bubblewrap": BubblewrapSandbox}
USES = b"""
const test = require('node:test'), assert = require('node:assert');
test('the dependency is there', () => assert.equal(require('book'), 'first'));
"""
KEEPS = b"""
const test = require('node:test'), assert = require('node:assert'), fs = require('node:fs');
const change = () => fs.writeFileSync('node_modules/book/index.js', '');
test('nobody can change it', () => assert.throws(change, /EROFS/));
test('tools have a place for their caches', () => fs.mkdirSync('node_modules/.cache'));
"""
SERVES = b"""
require('node:http').createServer((_, answer) => answer.end('up')).listen(process.env.PORT);
"""
FILES = {
    FilePath("package.json"): b'{"scripts": {"test": "node --test"}}',
    FilePath("uses.test.js"): USES,
    FilePath("server.js"): SERVES,
}


@pytest.mark.parametrize("name", CLASSES)
async def test_checks_run_with_the_dependencies_beside_their_files(
    name: str, environments: Environments
) -> None:
    await runner(name)
    service = Service(command=("node", "server.js"), port=3000)
    asked = [check("npm", "test"), check("tool"), check("node", "server.js", service=service)]
    files = FILES if name == "local" else {**FILES, FilePath("keeps.test.js"): KEEPS}
    async with CLASSES[name](environments).open(node("book@1.0.0", "@club/tool@1.0.0")) as session:
        for one in asked:
            report = await session.run(files, one)
            assert report.passed, (one.command, report)
