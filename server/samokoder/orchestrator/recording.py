"""A run as it can be carried away and done again: what was asked, what came, what the models said."""

from __future__ import annotations

from samokoder.domain.files import Digest
from samokoder.domain.outcome import ProjectRead
from samokoder.domain.request import Request
from samokoder.domain.value import Value
from samokoder.ports import Journal, ModelReply, Step

SOMEWHERE = "/project"
"""In place of the person's folder."""


class Recording(Value):
    """Everything a replay needs, and nothing else.

    No prompts, no keys, no files the replies do not make, and no word of where on the machine it was.
    """

    run_id: str
    request: Request
    steps: tuple[Step, ...]
    replies: dict[Digest, ModelReply]
    """By the digest of the request."""
    used: dict[int, tuple[Digest, ...]] = {}
    """Which replies each step rests on, in order: what lets it be replayed when questions are worded anew."""
    project: dict[Digest, str] = {}
    """Contents of the project the request was about, as text; files that are not text are in hexadecimal."""


async def recording_of(journal: Journal, run_id: str) -> Recording:
    """Raises NotFound."""
    request, steps = await journal.read(run_id)
    read = {d for s in steps if isinstance(s.outcome, ProjectRead) for d in s.outcome.files.values()}
    contents = await journal.blobs(sorted(read))
    return Recording(
        run_id=run_id,
        request=request.model_copy(update={"target": SOMEWHERE}),
        steps=tuple(steps),
        replies=dict(await journal.replies(run_id)),
        project={digest: _kept(content) for digest, content in contents.items()},
    )


def _kept(content: bytes) -> str:
    try:
        return f"text:{content.decode('utf-8')}"
    except UnicodeDecodeError:
        return f"hex:{content.hex()}"


def content_of(kept: str) -> bytes:
    form, _, text = kept.partition(":")
    return bytes.fromhex(text) if form == "hex" else text.encode()
