// What stands above a grid and holds for all its rows: when, by whom, and the answers that are mostly the same.
import { _ } from "../../texts.js";
import { el } from "../dom.js";
import { dayAndClock, parseClock } from "../moment.js";
import { momentOf } from "./values.js";
import { performerPart } from "../performer_part.js";

// `grid.head` = {clock, day, performer, role, raw, values}. `changed()` after every change. → {element, read}
export function headPart(grid, changed) {
  const { head, layout, bundle } = grid;
  const performer = performerPart({ bundle, kind: layout.kind, mustName: !bundle.user });
  if (head.raw) performer.write(head.raw);
  const clock = el("input", { class: "form-control", id: "sheet-clock", inputmode: "numeric", autocomplete: "off", maxlength: "5", placeholder: _("HH:MM") });
  const day = el("input", { class: "form-control", id: "sheet-day", type: "date" });
  clock.value = head.clock;
  day.value = head.day;
  const now = el("button", { type: "button", class: "btn btn-secondary btn-small", onclick: () => {
    [day.value, clock.value] = dayAndClock();
    take();
  } }, _("Now"));
  const settled = layout.head.map((part) => settledField(part, head, layout, take));

  // A time that is changed means the latest such time, unless the day is set as well.
  clock.addEventListener("change", () => {
    day.value = momentOf(clock.value)?.slice(0, 10) ?? day.value;
  });

  function take() {
    const { performedBy, role } = performer.read();
    head.clock = parseClock(clock.value) ?? clock.value.trim();
    head.day = day.value;
    head.performer = performedBy;
    head.role = role;
    head.raw = performer.raw();
    for (const part of settled) head.values[part.id] = part.read();
    for (const part of settled) part.draw();
    tell();
    changed();
  }

  const field = (control, label, ...more) => el("div", { class: "field" }, el("label", { for: control.id }, label), control, more);
  const told = el("span", {});
  const tell = () => told.replaceChildren([layout.usesClock ? clock.value : "", performer.whoField.querySelector("select").selectedOptions[0]?.textContent,
    ...settled.map((part) => part.said())].filter(Boolean).join(" · "));
  const isSmall = matchMedia("(max-width: 48rem)").matches;
  const element = el("details", { class: "card-form sheet-top", open: !isSmall || (layout.head.length > 1 && !head.raw) },
    el("summary", {}, el("strong", {}, _("For all rows")), " ", told),
    el("div", { class: "sheet-top-fields" },
    layout.usesClock ? [field(clock, layout.clockLabel, now), field(day, _("Day"))] : null,
    performer.whoField, performer.other, settled.map((part) => part.node)));
  element.addEventListener("change", take);
  for (const part of settled) part.draw();
  const { performedBy, role } = performer.read();
  tell();
  Object.assign(head, { performer: performedBy, role, raw: performer.raw() });
  return {
    element,
    fault: () => performer.faults()[0] ?? (layout.usesClock && !parseClock(clock.value) ? [null, clock, _("Enter a time as HH:MM.")] : null),
  };
}

// An answer for all rows. `part` = {id, field, label?, shown?(values), choices?}: a field of the routine.
function settledField(part, head, layout, taken) {
  const spec = layout.kind.fields.find((one) => one.id === part.field);
  const id = `head-${part.id}`;
  const label = part.label ?? spec.label;
  const choices = part.choices ? spec.choices.filter((choice) => part.choices.includes(choice.id)) : spec.choices;
  const control = spec.type === "choice"
    ? el("select", { class: "form-select", id }, el("option", { value: "" }, _("Choose…")), choices.map((choice) => el("option", { value: choice.id }, choice.label)))
    : el("input", { class: "form-control", id, autocomplete: "off", maxlength: "200", inputmode: spec.type === "number" ? "decimal" : "text", list: spec.type === "text" ? `sheet-list-${spec.id}` : null });
  control.value = head.values[part.id] ?? part.start ?? "";
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    taken();
    const controls = [...control.closest(".sheet-top").querySelectorAll("input, select")].filter((one) => one.offsetParent);
    const next = controls[controls.indexOf(control) + 1];
    if (next) next.focus();
    else control.dispatchEvent(new CustomEvent("sheet-begin", { bubbles: true }));
  });
  head.values[part.id] = control.value;
  const node = el("div", { class: "field" }, el("label", { for: id }, spec.unit ? `${label} (${spec.unit})` : label), control);
  return { id: part.id, node, read: () => control.value.trim(), said: () => (node.hidden ? "" : control.selectedOptions?.[0].value === "" ? "" : control.selectedOptions?.[0].textContent ?? control.value), draw: () => { node.hidden = Boolean(part.shown && !part.shown(head.values)); } };
}
