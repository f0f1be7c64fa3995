"""The tables. ``migrations`` brings an older database to this form."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("created", String, nullable=False),
    Column("request", Text, nullable=False),
    Column("target", String, nullable=False, index=True),
    Column("description", Text, nullable=False),
    Column("forked_from", String, ForeignKey("run.id")),
    Column("forked_at", Integer),
    Column("phase", String, nullable=False),
    Column("end", String),
    Column("steps", Integer, nullable=False),
    Column("usage", Text, nullable=False),
)
step = Table(
    "step",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("outcome", Text, nullable=False),
)
blob = Table(
    "blob",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
_SUMMED = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost")
model_call = Table(
    "model_call",
    metadata,
    Column("ticket", String, primary_key=True),
    Column("run", String, ForeignKey("run.id"), nullable=False),
    Column("owner", String, nullable=False),
    Column("request_digest", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("tier", String, nullable=False, server_default=""),
    Column("task", String, nullable=False, server_default=""),
    Column("day", String, nullable=False, server_default=""),
    Column("state", String, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("reply", LargeBinary),
    Column("model", String),
    Column("truncated", Boolean, nullable=False, default=False),
    Column("calls", Integer, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("tokens_cached", Integer, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float),
    Index("model_call_by_request", "run", "request_digest"),
    # sums are made from these alone: what was asked and answered lies between the columns of a row
    Index("model_call_of_run", "run", "state", "task", *_SUMMED, "agent", "tier", "model", "day", "seconds"),
    Index("model_call_of_day", "day", "state", *_SUMMED),
)
intent = Table(
    "intent",
    metadata,
    Column("target", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("run", String, ForeignKey("run.id"), nullable=False),
    Column("at", String, nullable=False),
)
lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
)
requirement = Table(
    "requirement",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
)
epic = Table(
    "epic",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
)
task = Table(
    "task",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("epic", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("tree", String, nullable=False),
)
dependency = Table(
    "dependency",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("task", String, primary_key=True),
    Column("depends_on", String, primary_key=True),
)
file = Table(
    "file",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("task", String, nullable=False),
    Column("digest", String, nullable=False),
)
check_run = Table(
    "check_run",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("task", String, nullable=False),
    Column("check", String, nullable=False),
    Column("tree", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("isolation", String, nullable=False),
    Column("command", Text, nullable=False),
    Column("exit_code", Integer),
    Column("seconds", Float, nullable=False),
    Column("fault", Text, nullable=False),
    Column("output", LargeBinary, nullable=False),
)
question = Table(
    "question",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("answer", Text),
)
finding = Table(
    "finding",
    metadata,
    Column("run", String, ForeignKey("run.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("task", String, nullable=False),
    Column("source", String, nullable=False),
    Column("path", String),
    Column("line", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("severity", String, nullable=False),
    Column("waived", Text, nullable=False),
)

PROOF = """
CREATE TRIGGER task_{name}_needs_proof BEFORE {event} ON task
WHEN NEW.state = 'verified' AND (
    NOT EXISTS (SELECT 1 FROM check_run c WHERE c.run = NEW.run AND c.task = NEW.id AND c.tree = NEW.tree)
    OR EXISTS (
        SELECT 1 FROM check_run c WHERE c.run = NEW.run AND c.task = NEW.id AND c.tree = NEW.tree
        AND NOT EXISTS (
            SELECT 1 FROM check_run p WHERE p.run = c.run AND p.task = c.task AND p.tree = c.tree
            AND p."check" = c."check" AND p.exit_code = 0
        )
    )
)
BEGIN SELECT RAISE(ABORT, 'a task is verified only by passing runs of its checks on this very tree'); END
"""
"""Refuses ``verified`` without a recorded passing run of every check that ran on that tree."""

TRIGGERS = tuple(
    PROOF.format(name=name, event=event) for name, event in (("insert", "INSERT"), ("update", "UPDATE"))
)
