"""The fault server by itself, for benches: ``python -m tests.fault_server PIECES RATE LATENCY``."""

from __future__ import annotations

import asyncio
import sys

from tests.fault_server import fault_server, says


async def main(pieces: int, rate: float, latency: float) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": pieces}
    answer = says("word " * pieces, rate=rate, latency=latency, piece=5, usage=usage)
    async with fault_server(answer) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
