"""What is looked at before a new dependency is installed: its name, whether it exists, and its age."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samokoder.adapters.sandbox.dependencies.names import Language, distance, imitated, well_known
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.environments import Environment, Environments
from samokoder.domain.architecture import Dependency
from samokoder.errors import DependencyRefused, InstallFailed
from tests.adapters.npm_registry import LONG_AGO, Package, npm_registry
from tests.adapters.python_index import python_index
from tests.adapters.sandboxes import needs
from tests.adapters.test_sandbox_environments import spec
from tests.adapters.test_sandbox_node import node

YESTERDAY = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
INDEX = {
    "shelf==1.0": LONG_AGO,
    "shelf==1.1": "2021-01-01T00:00:00Z",
    "shelf==2.0": YESTERDAY,
    "undated==1.0": "",
    "requests==2.0": LONG_AGO,
    "reqeusts==6.6": LONG_AGO,
}
REGISTRY = (
    Package("shelf", "1.0.0"),
    Package("shelf", "1.1.0", published="2021-01-01T00:00:00.000Z"),
    Package("shelf", "2.0.0", published=YESTERDAY),
    Package("shelf", "1.9.0-beta.1", published="2022-01-01T00:00:00.000Z"),
    Package("book", "1.0.0", fields={"dependencies": {"shelf": ">=1.0.0"}}),
    Package("undated", "1.0.0", published=""),
    Package("express", "5.0.0"),
    Package("expres", "6.6.6"),
)


@pytest.fixture(scope="module")
def index() -> Iterator[str]:
    with python_index(INDEX) as address:
        yield address


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with npm_registry(*REGISTRY) as address:
        yield address


class Vetting:
    """Installs for this machine, under a policy."""

    def __init__(self, folder: Path, index: str, registry: str) -> None:
        self._folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "UV_NO_CONFIG": "1",
            "UV_DEFAULT_INDEX": index,
            "UV_CACHE_DIR": str(folder / "uv"),
            "npm_config_cache": str(folder / "npm"),
            "npm_config_registry": registry,
        }

    async def install(self, language: Language, *pins: str, **policy: object) -> Environment:
        if language == "node":
            needs("npm", bool(shutil.which("node") and shutil.which("npm")))
        made = Environments(self._folder / "cache", self.environ, DependencyPolicy.model_validate(policy))
        return await made.prepare_here(node(*pins) if language == "node" else spec(*pins))


@pytest.fixture
def vetting(tmp_path: Path, index: str, registry: str) -> Vetting:
    return Vetting(tmp_path, index, registry)


CASES: list[tuple[Language, str, str, str, Dependency | None]] = [
    ("python", "shelf==2.0", "young", YESTERDAY[:10], Dependency(name="shelf", version="1.1")),
    ("python", "shelf==9.9", "unknown", "no version 9.9", Dependency(name="shelf", version="1.1")),
    ("python", "absent==1.0", "unknown", "does not exist", None),
    ("python", "reqeusts==6.6", "lookalike", "requests", Dependency(name="requests", version="2.0")),
    ("node", "shelf@2.0.0", "young", YESTERDAY[:10], Dependency(name="shelf", version="1.1.0")),
    ("node", "shelf@9.9.9", "unknown", "no version 9.9.9", Dependency(name="shelf", version="1.1.0")),
    ("node", "absent@1.0.0", "unknown", "does not exist", None),
    ("node", "expres@6.6.6", "lookalike", "express", Dependency(name="express", version="5.0.0")),
]


@pytest.mark.parametrize(("language", "pin", "cause", "said", "instead"), CASES)
async def test_what_must_not_be_installed_is_refused_with_what_could_take_its_place(
    vetting: Vetting, language: Language, pin: str, cause: str, said: str, instead: Dependency | None
) -> None:
    with pytest.raises(DependencyRefused, match=said) as caught:
        await vetting.install(language, pin)
    [refusal] = caught.value.refusals
    assert (refusal.cause, refusal.instead) == (cause, instead)
    assert refusal.dependency.name == pin.replace("@", "==").split("==")[0]


@pytest.mark.parametrize(("language", "pin"), [("python", "shelf==1.1"), ("node", "shelf@1.1.0")])
async def test_what_is_old_enough_is_installed(vetting: Vetting, language: Language, pin: str) -> None:
    assert "shelf" in {
        entry.name.split(".")[0] for entry in (await vetting.install(language, pin)).packages.iterdir()
    }


async def test_of_what_a_dependency_needs_only_releases_that_are_old_enough_are_taken(
    vetting: Vetting,
) -> None:
    made = await vetting.install("node", "book@1.0.0")
    assert '"version": "1.1.0"' in (made.packages / "shelf" / "package.json").read_text()


@pytest.mark.parametrize(
    ("language", "pin", "allowed"),
    [("python", "shelf==2.0", "shelf"), ("node", "shelf@2.0.0", "shelf"), ("node", "expres@6.6.6", "expres")],
)
async def test_what_a_person_allows_by_name_is_installed(
    vetting: Vetting, language: Language, pin: str, allowed: str
) -> None:
    assert (await vetting.install(language, pin, allow=(allowed,))).packages.is_dir()


async def test_without_a_minimum_age_everything_that_exists_is_old_enough(vetting: Vetting) -> None:
    assert (await vetting.install("python", "shelf==2.0", minimum_age_days=0)).has("shelf")


async def test_a_release_without_a_date_is_let_pass_or_blocked_as_the_policy_says(vetting: Vetting) -> None:
    with pytest.raises(DependencyRefused, match="has no date") as caught:
        await vetting.install("python", "undated==1.0", undated="block")
    assert caught.value.refusals[0].cause == "undated"
    assert (await vetting.install("python", "undated==1.0")).has("undated")


async def test_what_was_installed_once_is_not_asked_about_again(vetting: Vetting) -> None:
    made = await vetting.install("python", "shelf==2.0", allow=("shelf",))
    assert await vetting.install("python", "shelf==2.0") == made


@pytest.mark.parametrize("language", ["python", "node"])
async def test_an_index_that_does_not_answer_refuses_nothing(vetting: Vetting, language: Language) -> None:
    vetting.environ |= {
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "npm_config_registry": "http://127.0.0.1:9",
    }
    vetting.environ |= {"npm_config_fetch_retries": "0", "UV_HTTP_RETRIES": "0"}
    with pytest.raises(InstallFailed) as caught:
        await vetting.install(language, "shelf==1.0" if language == "python" else "shelf@1.0.0")
    assert not isinstance(caught.value, DependencyRefused) and "offline" in caught.value.hint


# ------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "language", "meant"),
    [
        ("reqeusts", "python", "requests"),
        ("requets", "python", "requests"),
        ("requestss", "python", "requests"),
        ("python-requests", "python", "requests"),
        ("djang0", "python", "django"),
        ("fast-api", "python", "fastapi"),
        ("flasklogin", "python", "flask-login"),
        ("sqlachemy", "python", "sqlalchemy"),
        ("pandsa", "python", "pandas"),
        ("nurnpy", "python", "numpy"),
        ("crossenv", "node", "cross-env"),
        ("loadash", "node", "lodash"),
        ("expres", "node", "express"),
        ("rnongoose", "node", "mongoose"),
        ("discord-js", "node", "discord.js"),
        ("@typs/node", "node", "@types/node"),
        ("@tanstak/react-query", "node", "@tanstack/react-query"),
    ],
)
def test_a_name_that_could_be_mistaken_for_a_well_known_one_is_told_whose(
    name: str, language: Language, meant: str
) -> None:
    assert imitated(name, language) == meant


@pytest.mark.parametrize("language", ["python", "node"])
def test_a_well_known_name_is_never_an_imitation_of_another(language: Language) -> None:
    names = [name for name in well_known(language) if not name.endswith("/")]
    assert len(names) > 300 and not [name for name in names if imitated(name, language)]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *(("shelf", "python"), ("samokoder", "python"), ("annotated-doc", "python"), ("uv-build", "python")),
        *(("left-pad", "node"), ("@types/anything-new", "node"), ("@mine/react", "node"), ("q", "node")),
    ],
)
def test_an_honest_name_of_its_own_is_let_pass(name: str, language: Language) -> None:
    assert imitated(name, language) == ""


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "abcd", 1),
        ("abc", "xbc", 1),
        ("", "ab", 2),
        ("ca", "abc", 3),
    ],
)
def test_distance_counts_slips_of_the_finger(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips


async def test_an_exact_release_that_is_allowed_does_not_allow_another(vetting: Vetting) -> None:
    with pytest.raises(DependencyRefused):
        await vetting.install("python", "shelf==2.0", allow=("shelf==1.1",))
    assert (await vetting.install("python", "shelf==2.0", allow=("shelf==2.0",))).has("shelf")
