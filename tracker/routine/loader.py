"""Reads a routine from a folder of TOML files and says exactly what is wrong with one that is broken.

The folder holds `communication.toml` (the routine's name, the order of its systems, contacts, channels, neighbour
systems and region-wide duties) and one `<system>.toml` for each system named there.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from tracker.routine.list_check import faults_of_lists
from tracker.routine.spec import (
    Contact,
    Deadlines,
    DutySpec,
    Frozen,
    HighRisk,
    Identifier,
    ItemSpec,
    KindSpec,
    Passage,
    Routine,
    Section,
    Stage,
    SystemSpec,
    Target,
    Text,
    WorkList,
)

Shape = TypeVar("Shape", bound=Frozen)

COMMUNICATION = "communication.toml"


class RoutineError(Exception):
    """A routine that cannot be used. The message names the file, the key and the fault, one fault a line."""


class _Header(Frozen):
    name: Text
    version: str
    systems: list[Identifier] = Field(min_length=1)


class _CommunicationFile(Frozen):
    routine: _Header
    targets: list[Target]
    contacts: list[Contact]
    duties: list[DutySpec]
    passages: list[Passage] = Field(default_factory=list)
    places: dict[str, Text] = Field(default_factory=dict)
    stages: list[Stage] = Field(min_length=1)
    deadlines: Deadlines = Field(default_factory=Deadlines)
    high_risk: list[HighRisk] = Field(default_factory=list)


class _System(Frozen):
    id: Identifier
    name: str
    section: Section
    about: Text


class _SystemFile(Frozen):
    system: _System
    places: dict[str, Text] = Field(default_factory=dict)
    kinds: list[KindSpec]
    duties: list[DutySpec] = Field(default_factory=list)
    passages: list[Passage] = Field(default_factory=list)
    lists: list[WorkList] = Field(default_factory=list)


def load_routine(folder: Path) -> Routine:
    """Read and check the routine in `folder`.

    Raises RoutineError naming file, key and fault of every mistake found.
    """
    common = _parse(folder / COMMUNICATION, _CommunicationFile)
    systems = []
    faults: list[str] = []
    for system_id in common.routine.systems:
        path = folder / f"{system_id}.toml"
        try:
            parsed = _parse(path, _SystemFile)
        except RoutineError as error:
            faults.append(str(error))
            continue
        if parsed.system.id != system_id:
            faults.append(f"{path.name}: system.id: is {parsed.system.id!r}, but the file is named {system_id!r}")
        systems.append(
            SystemSpec(
                **parsed.system.model_dump(exclude={"about"}),
                about=parsed.system.about,
                places=parsed.places,
                kinds=tuple(parsed.kinds),
                duties=tuple(parsed.duties),
                passages=tuple(parsed.passages),
                lists=tuple(parsed.lists),
            )
        )
    if faults:
        raise RoutineError("\n".join(faults))
    routine = Routine(
        name=common.routine.name,
        version=common.routine.version,
        systems=tuple(systems),
        targets=tuple(common.targets),
        contacts=tuple(common.contacts),
        region_duties=tuple(common.duties),
        region_passages=tuple(common.passages),
        places=common.places,
        stages=tuple(common.stages),
        deadlines=common.deadlines,
        high_risk=tuple(common.high_risk),
    )
    faults = _broken_references(routine)
    if faults:
        raise RoutineError("\n".join(faults))
    return routine


def _parse(path: Path, shape: type[Shape]) -> Shape:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RoutineError(f"{path.name}: the file is missing from {path.parent}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RoutineError(f"{path.name}: not valid TOML: {error}") from None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        lines = [
            f"{path.name}: {_key(data, fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise RoutineError("\n".join(lines)) from None


def _key(data: Any, location: tuple[int | str, ...]) -> str:
    """The path to a fault, with ids in place of list positions: `kinds[melior.note].items[enter-note].role`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
            name = (data.get("id") or data.get("item") or part) if isinstance(data, dict) else part
            path += f"[{name}]"
        else:
            data = data.get(part) if isinstance(data, dict) else None
            path += f".{part}" if path else part
    return path or "file"


def _broken_references(routine: Routine) -> list[str]:
    faults: list[str] = []
    known = set(routine.target_order)
    seen_kinds: set[str] = set()
    seen_duties: set[str] = set()
    faults += _faults_of_high_risk(routine)
    for system in routine.systems:
        file = f"{system.id}.toml"
        for kind in system.kinds:
            faults += _faults_of_kind(routine, system, kind, known, file)
            if kind.id in seen_kinds:
                faults.append(f"{file}: kinds[{kind.id}].id: used twice")
            seen_kinds.add(kind.id)
    for file, duties, passages in (
        (COMMUNICATION, routine.region_duties, routine.region_passages),
        *((f"{system.id}.toml", system.duties, system.passages) for system in routine.systems),
    ):
        for duty in duties:
            if duty.id in seen_duties:
                faults.append(f"{file}: duties[{duty.id}].id: used twice")
            seen_duties.add(duty.id)
            faults += [
                f"{file}: duties[{duty.id}].systems: unknown system {name!r}"
                for name in duty.systems
                if name != "any" and name not in routine.system_by_id
            ]
        for passage in passages:
            faults += [
                f"{file}: passages[{passage.title.en}].kinds: unknown kind {name!r}"
                for name in passage.kinds
                if name not in routine.kinds
            ]
    return faults + faults_of_lists(routine)


def _faults_of_kind(routine: Routine, system: SystemSpec, kind: KindSpec, known: set[str], file: str) -> list[str]:
    faults = []
    if kind.system != system.id:
        faults.append(f"{file}: kinds[{kind.id}].id: must begin with {system.id!r}")
    faults += [
        f"{file}: kinds[{kind.id}].offered_when_down: unknown system {name!r}"
        for name in kind.offered_when_down
        if name not in routine.system_by_id
    ]
    for item in (*kind.items, *([kind.twin] if kind.twin else [])):
        where = f"{file}: kinds[{kind.id}].items[{item.item}]"
        faults += _faults_of_stage(routine, item, where)
        faults += [
            f"{where}: unknown system {name!r}"
            for name in (item.system, *item.needs)
            if "{" not in name and name not in known
        ]
        owner = routine.system_by_id.get(item.system)
        if item.place and item.place not in routine.places and not (owner and item.place in owner.places):
            faults.append(f"{where}.place: {item.place!r} has no label under [places]")
    return faults


def _faults_of_stage(routine: Routine, item: ItemSpec, where: str) -> list[str]:
    if item.stage in routine.stage_order:
        return []
    return [f"{where}.stage: unknown stage {item.stage!r}" if item.stage else f"{where}.stage: is missing"]


def _faults_of_high_risk(routine: Routine) -> list[str]:
    fields = {field.id for kind in routine.kinds.values() for field in kind.fields}
    return [
        f"{COMMUNICATION}: high_risk[{one.id}].fields: no kind has a field {name!r}"
        for one in routine.high_risk
        for name in one.every_field
        if name not in fields
    ] + [
        f"{COMMUNICATION}: high_risk[{one.id}].stage: unknown stage {one.stage!r}"
        for one in routine.high_risk
        if one.stage and one.stage not in routine.stage_order
    ]
