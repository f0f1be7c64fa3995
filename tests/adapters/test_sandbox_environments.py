"""Dependency environments: made once, of wheels only, by an installer that knows no secrets."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from samokoder.adapters.sandbox.dependencies.folders import IN_USE, STAMP, tidy
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.dependencies.python import child_environment
from samokoder.adapters.sandbox.environments import Environment, Environments, own_interpreter
from samokoder.adapters.sandbox.pip_settings import uv_settings
from samokoder.domain.architecture import Dependency
from samokoder.errors import DependencyRefused, InstallFailed
from samokoder.ports import EnvironmentSpec


def wheel(folder: Path, name: str, version: str, text: str = "") -> None:
    """A wheel like those of an index, made by hand: no network is needed to test an installer."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", text)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An installer that sees a folder of wheels and no index."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_NO_CONFIG": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(tmp_path / "wheels"),
        "OPENAI_API_KEY": "sk-secret",
    }


@pytest.fixture
def environments(tmp_path: Path, environ: dict[str, str]) -> Environments:
    wheel(tmp_path / "wheels", "shelf", "1.0", "raise SystemExit('it was imported')")
    wheel(tmp_path / "wheels", "book", "2.1")
    return Environments(tmp_path / "cache", environ)


def spec(*pins: str) -> EnvironmentSpec:
    parts = (pin.split("==") for pin in pins)
    return EnvironmentSpec(
        language="python",
        dependencies=tuple(Dependency(name=name, version=version) for name, version in parts),
    )


def folders_in(cache: Path) -> list[Path]:
    """The environments, and what is left of some."""
    return [entry for entry in cache.iterdir() if entry.is_dir() and entry.name != "locks"]


async def prepare(environments: Environments, *pins: str) -> Environment:
    return await environments.prepare(spec(*pins), own_interpreter())


async def test_pinned_packages_are_there_with_bytecode_and_an_interpreter(environments: Environments) -> None:
    made = await prepare(environments, "shelf==1.0", "book==2.1")
    assert made.has("shelf") and made.has("book.chapter") and not made.has("pen")
    assert sorted(file.name.split(".")[0] for file in (made.packages / "__pycache__").iterdir()) == [
        "book",
        "shelf",
    ]
    assert (made.folder / "bin" / "python").resolve() == Path(own_interpreter().executable)


async def test_the_same_pins_in_any_order_and_spelling_share_one_environment(
    environments: Environments,
) -> None:
    one = await prepare(environments, "shelf==1.0", "book==2.1")
    two = await prepare(environments, "Book==2.1", "shelf==1.0")
    other = await prepare(environments, "book==2.1")
    assert one == two and one.digest != other.digest


async def test_a_second_use_installs_nothing(environments: Environments, tmp_path: Path) -> None:
    made = await prepare(environments, "book==2.1")
    (tmp_path / "wheels" / "book-2.1-py3-none-any.whl").unlink()
    assert await prepare(environments, "book==2.1") == made


async def test_an_environment_that_was_not_finished_is_made_again(environments: Environments) -> None:
    made = await prepare(environments, "book==2.1")
    (made.folder / STAMP).unlink()
    (made.packages / "book.py").write_text("half")
    left = made.folder.with_name(made.folder.name + ".partial-left")
    left.mkdir()
    await prepare(environments, "book==2.1")
    assert (made.packages / "book.py").read_text() == "" and (made.folder / STAMP).is_file()
    assert not left.exists()


async def test_several_installers_at_once_make_one_environment(
    tmp_path: Path, environ: dict[str, str], environments: Environments
) -> None:
    others = [Environments(tmp_path / "cache", environ) for _ in range(3)]

    async def made_by(one: Environments) -> tuple[Path, int]:
        made = await prepare(one, "book==2.1")
        return made.folder, (made.folder / STAMP).stat().st_ino

    made = await asyncio.gather(*(made_by(one) for one in [environments, *others]))
    assert len(set(made)) == 1, "made once, and never made again under somebody who uses it"
    assert folders_in(tmp_path / "cache") == [made[0][0]]


async def test_a_version_that_does_not_exist_says_so_and_leaves_nothing(
    environments: Environments, tmp_path: Path
) -> None:
    with pytest.raises(DependencyRefused, match=r"book has no version 9\.9") as caught:
        await prepare(environments, "book==9.9")
    [refusal] = caught.value.refusals
    assert refusal.cause == "unknown" and refusal.instead == Dependency(name="book", version="2.1")
    assert folders_in(tmp_path / "cache") == []


async def test_a_lock_whose_files_are_gone_is_resolved_anew(
    environments: Environments, tmp_path: Path
) -> None:
    made = await prepare(environments, "book==2.1")
    shutil.rmtree(made.folder)
    (tmp_path / "wheels" / "book-2.1-py3-none-any.whl").unlink()
    shutil.rmtree(tmp_path / "uv")
    with pytest.raises(InstallFailed):
        await prepare(environments, "book==2.1")
    wheel(tmp_path / "wheels", "book", "2.1", "newly = 'built'")
    assert "newly" in ((await prepare(environments, "book==2.1")).packages / "book.py").read_text()


async def test_an_environment_larger_than_it_may_be_is_not_kept(
    environments: Environments, tmp_path: Path, environ: dict[str, str]
) -> None:
    small = Environments(tmp_path / "cache", environ, DependencyPolicy(environment_bytes=4096))
    with pytest.raises(InstallFailed, match="more than"):
        await prepare(small, "book==2.1")
    assert folders_in(tmp_path / "cache") == []


async def test_beyond_the_bound_the_least_recently_used_go_but_none_that_may_be_in_use(
    environments: Environments, tmp_path: Path
) -> None:
    old, older, fresh = [
        await prepare(environments, *pins)
        for pins in (("book==2.1",), ("shelf==1.0",), ("book==2.1", "shelf==1.0"))
    ]
    for made, age in ((old, 2), (older, 3)):
        moment = time.time() - age * IN_USE
        os.utime(made.folder / STAMP, (moment, moment))
    size = sum(int((made.folder / STAMP).read_text()) for made in (old, older, fresh))
    assert tidy(tmp_path / "cache", size) == []
    assert tidy(tmp_path / "cache", size - 1) == [older.folder]
    assert tidy(tmp_path / "cache", 0) == [old.folder], "the fresh one may be in use"
    assert folders_in(tmp_path / "cache") == [fresh.folder]


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("book[extra] --pre", "1.0"),
        ("book[", "1.0"),
        ("b\u043e\u043ek", "1.0"),
        ("https://elsewhere/book.whl", "1.0"),
        ("book", "\u0661.0"),
        ("--index-url", "1.0"),
        ("-r", "1.0"),
        ("book @ file:///etc/passwd", "1.0"),
        ("../book", "1.0"),
        ("book", "*"),
        ("book", "1.0 --index-url=x"),
        ("book", ">=1.0"),
        ("book", ""),
        ("book\n--pre", "1.0"),
        ("", "1.0"),
    ],
)
async def test_what_is_not_a_package_at_one_version_never_reaches_the_installer(
    environments: Environments, name: str, version: str
) -> None:
    wanted = EnvironmentSpec(language="python", dependencies=(Dependency(name=name, version=version),))
    with pytest.raises(InstallFailed, match="exact version"):
        await environments.prepare(wanted, own_interpreter())


async def test_a_source_package_is_refused_since_building_it_would_run_it(
    environments: Environments, tmp_path: Path
) -> None:
    (tmp_path / "wheels" / "pen-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(InstallFailed) as caught:
        await prepare(environments, "pen==1.0")
    assert caught.value.hint


def test_the_installer_is_told_no_secrets(environ: dict[str, str]) -> None:
    told = child_environment(environ)
    assert "OPENAI_API_KEY" not in told and "UV_FIND_LINKS" in told


async def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InstallFailed, match="cache"):
        await prepare(Environments(tmp_path / "file" / "cache", environ), "book==2.1")


def test_what_pip_is_configured_to_use_is_said_to_uv(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://a.example/simple\nextra-index-url =\n  https://b.example\n  https://c.example\n"
        "[install]\nfind-links = /one /two\n"
    )
    given = {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "HOME": str(tmp_path),
        "XDG_CONFIG_DIRS": str(tmp_path),
    }
    assert {name: value for name, value in uv_settings(given).items() if name != "SSL_CERT_FILE"} == {
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_INDEX": "https://b.example https://c.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/one,/two",
    }


def test_environment_variables_of_pip_win_over_its_files_and_those_of_uv_over_both(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://a.example/simple\ncert = /a.pem\n")
    given = {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PIP_INDEX_URL": "https://b.example/simple",
        "SSL_CERT_FILE": "/mine.pem",
    }
    said = uv_settings(given)
    assert said["UV_DEFAULT_INDEX"] == "https://b.example/simple" and "SSL_CERT_FILE" not in said
    assert "UV_DEFAULT_INDEX" not in uv_settings(given | {"UV_DEFAULT_INDEX": "https://c.example"})
