"""The routine of an outage, and what it offers to log."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select

from tracker.extensions import current_routine, db
from tracker.models import Outage, RoutineVersion
from tracker.routine.spec import KindSpec, Passage, Routine


def routine_of(outage: Outage) -> Routine:
    """The routine the outage is worked under, which may be older than the one in the files."""
    current = current_routine()
    if outage.routine_digest == current.digest:
        return current
    return _stored_routine(outage.routine_digest)


@lru_cache(maxsize=8)
def _stored_routine(digest: str) -> Routine:
    content = db.session.scalars(select(RoutineVersion.content).where(RoutineVersion.digest == digest)).one()
    return Routine.model_validate_json(content)


def kinds_offered(routine: Routine, role: str, down: Iterable[str]) -> tuple[list[KindSpec], list[KindSpec]]:
    """The kinds to bring forward for a role while these systems are down, and all others."""
    systems = set(down)
    offered: list[KindSpec] = []
    others: list[KindSpec] = []
    for kind in routine.kinds.values():
        fits = role in kind.logged_by and not systems.isdisjoint(kind.offered_for)
        (offered if fits else others).append(kind)
    return offered, others


def passages_beside(routine: Routine, kind_ids: Iterable[str]) -> list[Passage]:
    """What the routine says of these kinds of action, to stand beside the work; each passage once."""
    wanted = set(kind_ids)
    every = (
        *(passage for system in routine.systems for passage in system.passages),
        *routine.region_passages,
    )
    return [passage for passage in every if not wanted.isdisjoint(passage.kinds)]
