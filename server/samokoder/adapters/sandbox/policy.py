"""What generated code may use, and for how long: one frozen value, safe as it stands."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from samokoder.domain.value import Value

MIB = 1 << 20
HEADROOM = 128 * MIB
"""Memory that must be left for processes when every in-memory folder is full."""
Language = Literal["python", "node"]
IMAGES: dict[Language, str] = {
    "python": "samokoder-sandbox:python",
    "node": "samokoder-sandbox:node",
}


class SandboxPolicy(Value):
    """Sizes are in bytes, times in seconds. Every run has limits of its own; all share the sandbox's."""

    image: str = ""
    """Docker image for every language; empty is Samokoder's own for the language of the project."""
    runtime: str = ""
    """Name of the engine's runtime: runc, runsc, sysbox-runc, kata, …; empty is the engine's default."""
    main_uid: int = Field(default=1001, ge=1, lt=2**31)
    """Who the container's first process is."""
    exec_uid: int = Field(default=1000, ge=1, lt=2**31)
    """Who generated code is: another, so that it cannot end or read the first process."""

    memory: int = Field(default=2048 * MIB, gt=0)
    """Of the sandbox: all processes and all in-memory folders together. There is no swap beyond it."""
    cpus: float = Field(default=4, gt=0)
    """At most as many as the machine has."""
    pids: int = Field(default=512, ge=16)
    workspace_bytes: int = Field(default=512 * MIB, ge=MIB)
    """In-memory folder that holds the files, the home and the temporary folder of every run."""
    workspace_inodes: int = Field(default=50_000, ge=100)
    tmp_bytes: int = Field(default=64 * MIB, ge=MIB)
    shm_bytes: int = Field(default=64 * MIB, ge=MIB)

    seconds: float = Field(default=60, gt=0, le=86_400)
    """Wall time of one run."""
    health_seconds: float = Field(default=20, gt=0, le=3_600)
    """Within which a service must answer 200."""
    run_memory: int = Field(default=1024 * MIB, gt=0)
    """Resident bytes of all processes of one run together, looked at five times a second."""
    address_space: int = Field(default=4096 * MIB, ge=0)
    """Virtual bytes of a single process; 0 is no limit. Node.js never gets one: it reserves without using."""
    processes: int = Field(default=128, ge=1)
    """Of one run."""
    open_files: int = Field(default=1024, ge=16)
    file_size: int = Field(default=100 * MIB, gt=0)
    output: int = Field(default=MIB, gt=0)
    """Bytes of output kept: the first and the last half of it."""
    output_total: int = Field(default=8 * MIB, gt=0)
    """Bytes of output after which a run is ended."""

    export_files: int = Field(default=5_000, ge=0)
    """Files that may be taken out of a sandbox at once, folders counted."""
    export_bytes: int = Field(default=64 * MIB, ge=0)
    idle_stop_seconds: float = Field(default=900, gt=0)
    """After which a container nobody uses is removed; the next command starts a new one."""
    max_life_seconds: float = Field(default=4 * 3600, ge=60)
    """After which a container is removed whatever it does, by whichever server of ours looks next."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.main_uid == self.exec_uid:
            raise ValueError("main_uid and exec_uid must differ: one user could end the other's processes")
        held = self.workspace_bytes + self.tmp_bytes + self.shm_bytes
        if self.memory < held + HEADROOM:
            raise ValueError(
                f"memory must be at least {held + HEADROOM}: the in-memory folders (workspace_bytes, "
                f"tmp_bytes, shm_bytes) may take {held} of it, and {HEADROOM} must be left for processes"
            )
        if self.output > self.output_total:
            raise ValueError("output must not be more than output_total")
        return self

    def image_for(self, language: Language) -> str:
        return self.image or IMAGES[language]

    def asked(self, language: Language = "python") -> dict[str, float]:
        """What a keeper is told of the limits of one run."""
        return {
            "seconds": self.seconds,
            "output": self.output,
            "output_total": self.output_total,
            "memory": self.run_memory,
            "address_space": -1 if language == "node" or not self.address_space else self.address_space,
            "file_size": self.file_size,
            "processes": self.processes,
            "open_files": self.open_files,
        }
