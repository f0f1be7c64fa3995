"""A server over fake runs, for every test a fresh one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.lsp.raw import RawClient, raw_client

ALL = {"samokoder": {"status": True, "event": True, "question": True}}


@pytest_asyncio.fixture
async def raw(tmp_path: Path) -> AsyncIterator[RawClient]:
    """Started, not yet initialized."""
    async with raw_client(tmp_path) as client:
        yield client


@pytest_asyncio.fixture
async def plain(raw: RawClient) -> RawClient:
    """Initialized by a client that can do nothing."""
    await raw.initialize()
    return raw


@pytest_asyncio.fixture
async def rich(raw: RawClient) -> RawClient:
    """Initialized by a client that wants all our notifications and shows progress."""
    raw.replies["window/workDoneProgress/create"] = None
    await raw.initialize(window={"workDoneProgress": True}, experimental=ALL)
    return raw
