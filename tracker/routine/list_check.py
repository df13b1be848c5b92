"""Whether the lists of a routine name kinds, follow-ups and fields that there are."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.routine.spec import KindSpec, Routine, WorkList
from tracker.routine.work_list import GROUPS, ORDERS


def faults_of_lists(routine: Routine) -> list[str]:
    faults = []
    seen: set[str] = set()
    for system in routine.systems:
        for one in system.lists:
            where = f"{system.id}.toml: lists[{one.id}]"
            if one.id in seen:
                faults.append(f"{where}.id: used twice")
            seen.add(one.id)
            faults += [f"{where}: {fault}" for fault in _faults(routine, one)]
    return faults


def _faults(routine: Routine, one: WorkList) -> list[str]:
    unknown = [kind for kind in one.kinds if kind not in routine.kinds]
    if unknown:
        return [f"kinds: unknown kind {kind!r}" for kind in unknown]
    kinds = [routine.kinds[kind] for kind in one.kinds]
    items = {item.item for kind in kinds for item in kind.items}
    fields = {field.id for kind in kinds for field in kind.fields}
    faults = _missing("clock", one.clock, fields)
    for step in one.steps:
        where = f"steps[{step.id}]"
        faults += [f"{where}.rows: no kind has a follow-up {item!r}" for item in step.item_ids if item not in items]
        faults += _missing(f"{where}.group_by", set(step.group_by) - set(GROUPS), fields)
        faults += _missing(f"{where}.sort_by", {name.lstrip("-") for name in step.sort_by} - set(ORDERS), fields)
        for column in step.columns:
            faults += _missing(f"{where}.columns", column.fields, fields)
        for verb in step.verbs:
            of_verb = f"{where}.verbs[{verb.id}]"
            faults += [f"{of_verb}: no follow-up {item!r} here" for item in verb.items if item not in step.item_ids]
            faults += _missing(f"{of_verb}.told", {*verb.told, *verb.told_after_missing}, _finish_fields(kinds))
    return faults


def _finish_fields(kinds: Iterable[KindSpec]) -> set[str]:
    return {field.id for kind in kinds for item in kind.items for field in item.finish}


def _missing(where: str, names: Iterable[str], known: set[str]) -> list[str]:
    return [f"{where}: no kind has a field {name!r}" for name in sorted(names) if name not in known]
