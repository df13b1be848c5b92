// By whom it was done: the one who logs, a colleague of the unit, or somebody by name and role.
import { _ } from "../texts.js";
import { el } from "./dom.js";
import { showFault } from "./fields.js";

const ME = "me";
const OTHER = "other";

// `mustName`: nobody's log-in stands behind the entry, so the one who did it must be named.
export function performerPart({ bundle, kind, mustName }) {
  const own = bundle.user ?? { login: "", name: "", role: "" };
  const canPerform = bundle.roles.some((role) => role.id === own.role);
  const roleName = (id) => bundle.roles.find((role) => role.id === id)?.label ?? id;
  const colleagues = bundle.colleagues.filter((one) => one.login !== own.login);
  const first = mustName ? OTHER : canPerform ? ME : "";
  const select = el("select", { class: "form-select", id: "performer" },
    mustName ? null : canPerform ? el("option", { value: ME }, _("Me: %(name)s", { name: own.name })) : el("option", { value: "" }, _("Choose…")),
    mustName ? null : colleagues.map((one) => el("option", { value: `login:${one.login}` }, `${one.name}, ${roleName(one.role)}`)),
    el("option", { value: OTHER }, mustName ? _("By name") : _("Someone else…")));
  const name = el("input", { class: "form-control", id: "performer_name", autocomplete: "off", maxlength: "120" });
  const ordered = [...bundle.roles].sort((one, other) => kind.roles.includes(other.id) - kind.roles.includes(one.id));
  const role = el("select", { class: "form-select", id: "performer_role" }, el("option", { value: "" }, _("Choose…")),
    ordered.map((one) => el("option", { value: one.id }, one.label)));
  const field = (control, label) => el("div", { class: "field" }, el("label", { for: control.id }, label), control);
  const whoField = field(select, _("Performed by"));
  const nameField = field(name, _("Name of the one who did it"));
  const roleField = field(role, _("Role of the one who did it"));
  const other = el("div", { class: "row-fields" }, nameField, roleField);
  const draw = () => { other.hidden = select.value !== OTHER; };
  select.addEventListener("change", () => {
    draw();
    if (select.value === OTHER) name.focus();
  });
  const write = (raw) => {
    const known = bundle.colleagues.find((one) => one.id !== undefined && raw.performer === `user-${one.id}`);
    const wanted = known ? `login:${known.login}` : raw.performer;
    select.value = wanted || first;
    if (select.selectedIndex < 0) select.value = first;
    name.value = raw.performer_name ?? "";
    role.value = raw.performer_role ?? "";
    draw();
  };
  write({});

  const faults = () => {
    if (select.value === "") return [[whoField, select, _("Choose who did it.")]];
    if (select.value !== OTHER) return [];
    return [
      name.value.trim() ? null : [nameField, name, _("Enter the name of the person who did it.")],
      role.value ? null : [roleField, role, _("Choose the role of the person who did it.")],
    ].filter(Boolean);
  };
  return {
    whoField, other, write, faults,
    raw: () => ({ performer: select.value, performer_name: name.value, performer_role: role.value }),
    // What newEntry takes: {performedBy, role}.
    read() {
      if (select.value === OTHER) return { performedBy: { name: name.value.trim() }, role: role.value };
      if (select.value === ME) return { performedBy: { login: own.login }, role: own.role };
      const login = select.value.slice("login:".length);
      return { performedBy: { login }, role: bundle.colleagues.find((one) => one.login === login)?.role ?? "" };
    },
    // Shows an entry's performer.
    writeEntry(entry) {
      const login = entry.performed_by?.login;
      write(login ? { performer: login === own.login ? ME : `login:${login}` }
        : { performer: OTHER, performer_name: entry.performed_by?.name, performer_role: entry.role });
    },
    controls: { "/performed_by/login": [whoField, select], "/performed_by/name": [nameField, name], "/role": [roleField, role] },
    clearFaults: () => [[whoField, select], [nameField, name], [roleField, role]].forEach(([field, control]) => showFault(field, control, "")),
    empty: () => faults()[0]?.[1] ?? null,
  };
}
