"""Units and accounts from a workbook: first worked out and shown, then carried out, a portion at a time.

A workbook with a fault changes nothing. A large one is saved in portions, so that nobody who logs waits for it;
whatever is saved already is no change any more when the rest is worked out.

What the file does not name stays as it is; what it names twice, or wrongly, is told by sheet, row and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from tracker.extensions import current_routine, db
from tracker.i18n import lazy_text as _l
from tracker.models import Role, Unit, UnitKind, User
from tracker.services.event import Actor
from tracker.services.unit import UnitEntry, change_unit, create_unit, unit_faults
from tracker.services.user import UserEntry, change_user, create_user, user_faults

YES, NO = "yes", "no"
SYSTEM = "system:"
"""Begins the key of a system's column."""
_REQUIRED = {"units": ("code", "name", "site", "kind"), "users": ("login", "name", "role")}


@dataclass(frozen=True)
class Row:
    """One row of a sheet. Cells by the column's key; a column that the file lacks has no cell."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class AccountRows:
    units: tuple[Row, ...] = ()
    users: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Fault:
    sheet: str
    """`units` or `users`."""
    row: int
    column: str
    message: object


@dataclass(frozen=True)
class Difference:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class PlannedUnit:
    entry: UnitEntry
    active: bool
    unit: Unit | None
    """None: it is new."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class PlannedUser:
    entry: UserEntry
    active: bool
    user: User | None
    differences: tuple[Difference, ...]


@dataclass
class Plan:
    """What a workbook would do. It can be carried out only when there are no faults."""

    units: list[PlannedUnit] = field(default_factory=list)
    users: list[PlannedUser] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def new_units(self) -> list[PlannedUnit]:
        return [planned for planned in self.units if planned.unit is None]

    @property
    def changed_units(self) -> list[PlannedUnit]:
        return [planned for planned in self.units if planned.unit and planned.differences]

    @property
    def new_users(self) -> list[PlannedUser]:
        return [planned for planned in self.users if planned.user is None]

    @property
    def changed_users(self) -> list[PlannedUser]:
        return [planned for planned in self.users if planned.user and planned.differences]

    def portion(self, size: int) -> Plan:
        """The first changes of the plan: units before who works there, new before changed, administrators first."""
        units = [*self.new_units, *self.changed_units][:size]
        users = [*sorted(self.new_users, key=_not_administrator), *sorted(self.changed_users, key=_not_administrator)]
        return Plan(units, users[: size - len(units)], self.faults)

    @property
    def unchanged(self) -> int:
        """How many rows say what is so already."""
        return len(self.units) + len(self.users) - self.changes

    @property
    def changes(self) -> int:
        return len(self.new_units) + len(self.changed_units) + len(self.new_users) + len(self.changed_users)


def plan_import(rows: AccountRows) -> Plan:
    """Work out what the rows would create and change, and everything that is wrong with them. Writes nothing."""
    plan = Plan()
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    users = {user.login: user for user in db.session.scalars(select(User))}
    for row, code in _once("units", "code", rows.units, plan):
        _plan_unit(row, code, units.get(code), plan)
    known = {*units, *(planned.entry.code for planned in plan.units)}
    for row, login in _once("users", "login", rows.users, plan):
        _plan_user(row, login, users.get(login), known, plan)
    _check_administrators(rows, users, plan)
    plan.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return plan


def carry_out(plan: Plan, *, actor: Actor) -> list[User]:
    """Create and change what was planned; the new users, who have no password yet."""
    if plan.faults:
        raise ValueError("a plan with faults is not carried out")
    for unit in plan.new_units:
        created = create_unit(unit.entry, actor=actor)
        if not unit.active:
            change_unit(created, unit.entry, False, actor=actor)
    for unit in plan.changed_units:
        if unit.unit:
            change_unit(unit.unit, unit.entry, unit.active, actor=actor)
    new = []
    for user in plan.new_users:
        made = create_user(user.entry, actor=actor)
        if not user.active:
            change_user(made, user.entry, False, actor=actor)
        new.append(made)
    for user in plan.changed_users:
        if user.user:
            change_user(user.user, user.entry, user.active, actor=actor)
    return [user for user in new if user.active]


def _not_administrator(planned: PlannedUser) -> bool:
    """Sorts those who become administrators first: there is one at every moment."""
    return planned.entry.role is not Role.ADMINISTRATOR


def codes_in(text: str) -> tuple[str, ...]:
    """Unit codes from one cell: separated by commas, semicolons or spaces, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))


def _once(sheet: str, key: str, rows: tuple[Row, ...], plan: Plan) -> Iterator[tuple[Row, str]]:
    """The rows with what they are known by; one that stands twice is a fault."""
    seen: dict[str, int] = {}
    for row in rows:
        name = row.cells.get(key, "")
        name = name.lower() if sheet == "users" else name
        if name and name in seen:
            plan.faults.append(
                Fault(sheet, row.number, key, _l("Stands in row %(row)s already. Keep one of them.", row=seen[name]))
            )
            continue
        seen[name] = row.number
        yield row, name


def _plan_unit(row: Row, code: str, unit: Unit | None, plan: Plan) -> None:
    faults = _missing("units", row)
    kind = row.cells.get("kind", "")
    if kind and kind not in set(UnitKind):
        faults["kind"] = _l("There is no such kind of unit. Choose one from the list in the cell.")
    systems = _systems(row, unit, faults)
    active = _active(row, unit.active if unit else True, faults)
    entry = UnitEntry(
        code=code,
        name=row.cells.get("name", ""),
        site=row.cells.get("site", ""),
        kind=UnitKind(kind) if kind in set(UnitKind) else UnitKind.WARD,
        systems=systems,
    )
    for pointer, fault in unit_faults(entry).items():
        faults.setdefault(pointer.strip("/"), fault)
    if not faults:
        plan.units.append(PlannedUnit(entry, active, unit, _unit_differences(entry, active, unit)))
    plan.faults += [Fault("units", row.number, column, message) for column, message in faults.items()]


def _plan_user(row: Row, login: str, user: User | None, known: set[str], plan: Plan) -> None:
    faults = _missing("users", row)
    role = row.cells.get("role", "")
    if role and role not in set(Role):
        faults["role"] = _l("There is no such role. Choose one from the list in the cell.")
    active = _active(row, user.active if user else True, faults)
    entry = UserEntry(
        login=login,
        name=row.cells.get("name", ""),
        role=Role(role) if role in set(Role) else Role.NURSE,
        units=codes_in(row.cells["units"]) if "units" in row.cells else _codes(user, manages=False),
        manages=codes_in(row.cells["manages"]) if "manages" in row.cells else _codes(user, manages=True),
    )
    for pointer, fault in user_faults(entry, login, known).items():
        faults.setdefault(pointer.strip("/"), fault)
    if not faults:
        plan.users.append(PlannedUser(entry, active, user, _user_differences(entry, active, user)))
    plan.faults += [Fault("users", row.number, column, message) for column, message in faults.items()]


def _missing(sheet: str, row: Row) -> dict[str, object]:
    return {column: _l("Is empty. Fill it in.") for column in _REQUIRED[sheet] if not row.cells.get(column)}


def _systems(row: Row, unit: Unit | None, faults: dict[str, object]) -> tuple[str, ...]:
    chosen = []
    for system in current_routine().system_by_id:
        cell = row.cells.get(SYSTEM + system)
        if cell is None:
            uses = unit is not None and system in unit.systems
        elif cell in ("", YES, NO):
            uses = cell == YES
        else:
            uses = False
            faults[SYSTEM + system] = _l("Write x if the unit uses the system, otherwise nothing.")
        if uses:
            chosen.append(system)
    return tuple(chosen)


def _active(row: Row, now: bool, faults: dict[str, object]) -> bool:
    cell = row.cells.get("active", "")
    if cell not in ("", YES, NO):
        faults["active"] = _l("Write yes or no.")
    return now if cell == "" else cell == YES


def _codes(user: User | None, manages: bool) -> tuple[str, ...]:
    memberships = user.memberships if user else ()
    return tuple(
        sorted(
            membership.unit.code for membership in memberships if (membership.manages if manages else membership.works)
        )
    )


def _unit_differences(entry: UnitEntry, active: bool, unit: Unit | None) -> tuple[Difference, ...]:
    if unit is None:
        return ()
    order = list(current_routine().system_by_id)
    pairs = (
        ("name", unit.name, entry.name.strip()),
        ("site", unit.site, entry.site.strip()),
        ("kind", unit.kind.value, entry.kind.value),
        ("systems", ",".join(sorted(unit.systems, key=order.index)), ",".join(entry.systems)),
        ("active", _yes(unit.active), _yes(active)),
    )
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _user_differences(entry: UserEntry, active: bool, user: User | None) -> tuple[Difference, ...]:
    if user is None:
        return ()
    pairs = (
        ("name", user.name, entry.name.strip()),
        ("role", user.role.value, entry.role.value),
        ("units", ", ".join(_codes(user, manages=False)), ", ".join(sorted(entry.units))),
        ("manages", ", ".join(_codes(user, manages=True)), ", ".join(sorted(entry.manages))),
        ("active", _yes(user.active), _yes(active)),
    )
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _yes(value: bool) -> str:
    return YES if value else NO


def _check_administrators(rows: AccountRows, users: Mapping[str, User], plan: Plan) -> None:
    """There is an active administrator afterwards too."""
    after = {login: user.active and user.role is Role.ADMINISTRATOR for login, user in users.items()}
    lost = None
    for planned in plan.users:
        stays = planned.active and planned.entry.role is Role.ADMINISTRATOR
        if after.get(planned.entry.login) and not stays:
            lost = planned.entry.login
        after[planned.entry.login] = stays
    if lost and not any(after.values()):
        row = next(row for row in rows.users if row.cells.get("login", "").lower() == lost)
        plan.faults.append(Fault("users", row.number, "role", _l("Afterwards there would be no administrator.")))
