"""What an install may reach comes from the person's pip, uv and npm, and from nothing a project holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samokoder.adapters.sandbox.dependencies import node, recipes
from samokoder.adapters.sandbox.dependencies.egress import Origin
from samokoder.adapters.sandbox.dependencies.indexes import npm_indexes, python_indexes
from samokoder.adapters.sandbox.dependencies.node import NodeRuntime
from samokoder.errors import InstallFailed

RUNTIME = NodeRuntime("/usr/bin/node", "npm", "v20.1.0", "image", "npm 10", "https://default.example/")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder; the working folder is a project that would like to be believed."""
    project = tmp_path / "project"
    project.mkdir()
    (project / ".npmrc").write_text("registry=https://evil.example/\n")
    (project / "uv.toml").write_text('index-url = "https://evil.example/simple"\n')
    (project / "pip.conf").write_text("[global]\nindex-url = https://evil.example/simple\n")
    (project / "pyproject.toml").write_text('[[tool.uv.index]]\nurl = "https://evil.example/simple"\n')
    monkeypatch.chdir(project)
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    return tmp_path


def environ(home: Path, **more: str) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_DIRS": str(home / "none"),
        "PIP_CONFIG_FILE": "/dev/null",
        "npm_config_globalconfig": "/dev/null",
        **more,
    }


def hosts(origins: frozenset[Origin]) -> set[tuple[str, str, int]]:
    return {(origin.scheme, origin.host, origin.port) for origin in origins}


def test_indexes_of_uv_come_from_its_file_and_its_variables(home: Path) -> None:
    (home / ".config" / "uv" / "uv.toml").write_text(
        'index-url = "https://a.example/simple"\nfind-links = ["https://b.example/wheels", "/srv/wheels"]\n'
        '[[index]]\nname = "c"\nurl = "http://10.0.0.5:8080/simple"\n[pip]\nextra-index-url = ["https://d.example"]\n'
    )
    found = python_indexes(environ(home, UV_INDEX="e=https://e.example https://f.example:8443/x"))
    assert hosts(found.configured) == {
        ("https", "a.example", 443),
        ("https", "b.example", 443),
        ("http", "10.0.0.5", 8080),
        ("https", "d.example", 443),
        ("https", "e.example", 443),
        ("https", "f.example", 8443),
    }
    assert not found.needs_credentials


def test_a_machine_where_nothing_is_configured_names_no_index(home: Path) -> None:
    assert python_indexes(environ(home)).urls == () and npm_indexes(environ(home)).urls == ()


def test_registries_of_npm_come_from_its_files_and_its_variables(home: Path) -> None:
    (home / ".npmrc").write_text(
        "; a comment\n# another\n@club:registry = https://club.example/npm/\nregistry=${MINE}\ncafile=/none\n"
    )
    found = npm_indexes(environ(home, MINE="https://mine.example/"))
    assert dict(found.npm) == {
        "@club:registry": "https://club.example/npm/",
        "registry": "https://mine.example/",
    }
    over = npm_indexes(environ(home, MINE="x", npm_config_registry="http://127.0.0.1:4873"))
    assert dict(over.npm)["registry"] == "http://127.0.0.1:4873"


@pytest.mark.parametrize(
    ("npmrc", "secret"),
    [
        ("//mine.example/:_authToken=abc", True),
        ("//mine.example/:_password=abc", True),
        ("_auth=abc", True),
        ("registry=https://mine.example/", False),
    ],
)
def test_a_registry_that_asks_for_a_login_is_known_by_it(home: Path, npmrc: str, secret: bool) -> None:
    (home / ".npmrc").write_text(f"{npmrc}\n")
    assert npm_indexes(environ(home)).needs_credentials is secret


def test_an_index_with_a_password_in_its_address_is_known_by_it(home: Path) -> None:
    assert python_indexes(environ(home, UV_DEFAULT_INDEX="https://me:pw@a.example/simple")).needs_credentials


def test_the_persons_proxy_and_its_exceptions_are_honoured(home: Path) -> None:
    found = python_indexes(environ(home, HTTPS_PROXY="http://proxy:3128", NO_PROXY="a.example, .local"))
    assert (found.upstream, found.direct) == ("http://proxy:3128", ("a.example", ".local"))
    (home / ".npmrc").write_text("https-proxy=http://other:1\nnoproxy=b.example\n")
    own = npm_indexes(environ(home, HTTPS_PROXY="http://proxy:3128"))
    assert (own.upstream, own.direct) == ("http://other:1", ("b.example",))


def test_only_what_the_person_names_may_be_plain_or_within_this_network(home: Path) -> None:
    found = python_indexes(environ(home, UV_DEFAULT_INDEX="http://10.0.0.5:8080/simple"))
    asked = [
        "http://10.0.0.5:8080/files/a.whl",
        "http://10.0.0.5:9090/files/b.whl",
        "http://elsewhere.example/c.whl",
        "https://files.example/d.whl",
        "file:///srv/e.whl",
    ]
    assert found.egress(asked).origins == {
        Origin("http", "10.0.0.5", 8080, inward=True),
        Origin("https", "files.example", 443, inward=False),
    }


def test_without_a_registry_of_the_persons_npm_reaches_its_own_and_no_other(home: Path) -> None:
    own = recipes.npm_materials({"a": "1.0.0"}, RUNTIME, npm_indexes(environ(home)))
    assert hosts(own.egress.origins) == {("https", "default.example", 443)}
    configured = npm_indexes(environ(home, npm_config_registry="http://127.0.0.1:4873/"))
    mine = recipes.npm_materials({"a": "1.0.0"}, RUNTIME, configured)
    assert hosts(mine.egress.origins) == {("http", "127.0.0.1", 4873)}
    assert "registry=http://127.0.0.1:4873/" in mine.files["npmrc"]


def test_nothing_secret_of_the_persons_npm_goes_into_a_container(home: Path) -> None:
    (home / ".npmrc").write_text("//mine.example/:_authToken=s3cret\nregistry=https://mine.example/\n")
    made = recipes.npm_materials({}, RUNTIME, npm_indexes(environ(home)))
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize(
    "address", ["git+ssh://git@evil.example/x.git#abc", "file:../x", "git://evil.example/x"]
)
def test_a_lock_that_leaves_the_registry_is_refused(address: str) -> None:
    lock = json.dumps({"packages": {"node_modules/x": {"resolved": address}}})
    with pytest.raises(InstallFailed, match="no registry"):
        node.checked(lock)


def test_scripts_run_only_where_the_person_lets_them(home: Path) -> None:
    indexes = npm_indexes(environ(home))
    off = recipes.node_recipe({"a": "1.0.0"}, '{"packages": {}}', RUNTIME, indexes)
    on = recipes.node_recipe({"a": "1.0.0"}, '{"packages": {}}', RUNTIME, indexes, scripts=True)
    assert "--ignore-scripts" in " ".join(off.command) and "--ignore-scripts" not in " ".join(on.command)
    assert off.digest != on.digest
