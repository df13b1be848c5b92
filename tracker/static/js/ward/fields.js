// One field of the routine as an input, like templates/action/fields.html.
import { _ } from "../texts.js";
import { el } from "./dom.js";
import { momentField } from "./moment_field.js";

const MAX_CHIPS = 6;
const SEEN_AT_ONCE = 6;
const MAX_TEXT = "200";

// → {spec, node, read() → text, write(text), focus(), isEmpty(), control}. `suggestions`: texts offered while typing.
export function buildField(spec, { suggestions = [], isUnit = false, defaultDay } = {}) {
  const id = `f_${spec.id}`;
  const built = spec.type === "datetime" ? ofMoment(spec, id, defaultDay)
    : isChips(spec) ? ofChips(spec, id)
      : ofLine(spec, id, suggestions);
  const mode = spec.type === "datetime" ? "moment" : isChips(spec) ? "chips" : "line";
  const classes = ["spec", `spec-${mode}`];
  if (mode === "chips" || spec.type === "long_text") classes.push("spec-wide");
  if (isUnit || ["number", "time"].includes(spec.type)) classes.push("spec-short");
  return { ...built, spec, node: el("div", { class: classes.join(" "), dataset: { field: spec.id } }, built.node) };
}

// The fields to show at once, and those behind "More details": the same division as the server's form makes.
export function mainFields(kind) {
  const order = new Map(kind.fields.map((spec, number) => [spec.id, number]));
  const byId = new Map(kind.fields.map((spec) => [spec.id, spec]));
  const root = (spec) => (spec.shown_when ? root(byId.get(spec.shown_when.field)) : order.get(spec.id));
  const of = (specs) => Math.max(0, ...specs.map((spec) => order.get(spec.id)));
  let last = of(kind.fields.filter((spec) => spec.required && !spec.shown_when));
  last = Math.max(last, of(kind.fields.filter((spec) => spec.required && root(spec) <= last)), SEEN_AT_ONCE - 1);
  const isFirst = (spec) => order.get(spec.id) <= last || (spec.shown_when && root(spec) <= last);
  const rest = kind.fields.filter((spec) => !isFirst(spec));
  return rest.length <= 3 ? [kind.fields, []] : [kind.fields.filter(isFirst), rest];
}

// Puts the words of a fault beside its input and ties them to it; "" takes them away.
export function showFault(node, control, words) {
  const id = `${control.id}-error`;
  const field = node.matches(".field") ? node : node.querySelector(".field");
  field.querySelector(`#${CSS.escape(id)}`)?.remove();
  field.classList.toggle("field-bad", Boolean(words));
  const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((part) => part && part !== id);
  if (words) {
    field.append(el("p", { class: "fault", id }, words));
    others.push(id);
  }
  if (!control.matches("fieldset")) control.setAttribute("aria-invalid", words ? "true" : "false");
  if (others.length) control.setAttribute("aria-describedby", others.join(" "));
  else control.removeAttribute("aria-describedby");
}

function isChips(spec) {
  return spec.type === "yes_no" || (spec.type === "choice" && spec.choices.length <= MAX_CHIPS);
}

function optional(spec) {
  return spec.required ? null : el("span", { class: "optional" }, " ", _("optional"));
}

function ofChips(spec, id) {
  const choices = spec.type === "yes_no" ? [{ id: "true", label: _("Yes") }, { id: "false", label: _("No") }] : spec.choices;
  const inputs = choices.map((choice, number) => el("input", { type: "radio", name: id, id: `${id}-${number}`, value: choice.id }));
  const row = el("div", { class: "choice-row" }, choices.map((choice, number) =>
    el("label", { class: "choice", for: `${id}-${number}` }, inputs[number], el("span", {}, choice.label))));
  const node = el("fieldset", { class: "field choices", id }, el("legend", {}, spec.label, optional(spec)),
    spec.hint ? el("p", { class: "hint", id: `${id}-hint` }, spec.hint) : null, row);
  const read = () => inputs.find((input) => input.checked)?.value ?? "";
  const write = (value) => {
    for (const input of inputs) input.checked = input.value === String(value ?? "");
  };
  if (!spec.required) {
    const clear = el("button", { type: "button", class: "btn btn-quiet clear-choice", hidden: true,
      "aria-label": _("Clear: %(label)s", { label: spec.label }), onclick: () => {
        write("");
        inputs[0].focus();
        node.dispatchEvent(new Event("change", { bubbles: true }));
      } }, _("Clear"));
    node.addEventListener("change", () => { clear.hidden = !read(); });
    row.append(clear);
  }
  return { node, read, write, control: node, isEmpty: () => !read(), focus: () => (inputs.find((one) => one.checked) ?? inputs[0]).focus() };
}

function ofMoment(spec, id, defaultDay) {
  const moment = momentField({ id, label: spec.label, required: spec.required, hint: spec.hint, defaultDay });
  if (spec.hint) moment.clock.setAttribute("aria-describedby", `${id}-hint`);
  return { node: moment.node, read: moment.read, write: moment.write, control: moment.clock, isEmpty: moment.isEmpty, focus: () => moment.clock.focus() };
}

function inputFor(spec, id) {
  const line = (more) => el("input", { class: "form-control", id, autocomplete: "off", maxlength: MAX_TEXT, ...more });
  switch (spec.type) {
    case "choice": return el("select", { class: "form-select", id }, el("option", { value: "" }, _("Choose…")),
      spec.choices.map((choice) => el("option", { value: choice.id }, choice.label)));
    case "long_text": return el("textarea", { class: "form-control", id, rows: "3" });
    case "number": return line({ inputmode: "decimal", maxlength: "16" });
    case "date": return line({ type: "date", maxlength: null });
    case "time": return line({ inputmode: "numeric", placeholder: _("HH:MM"), maxlength: "5" });
    case "fax": return line({ type: "tel", maxlength: "26" });
    default: return line({ spellcheck: "false" });
  }
}

function ofLine(spec, id, suggestions) {
  const input = inputFor(spec, id);
  const list = suggestions.length && spec.type !== "long_text" && spec.type !== "choice"
    ? el("datalist", { id: `${id}-list` }, suggestions.map((value) => el("option", { value }))) : null;
  if (list) input.setAttribute("list", list.id);
  if (spec.hint) input.setAttribute("aria-describedby", `${id}-hint`);
  const node = el("div", { class: "field" }, el("label", { for: id }, spec.label, optional(spec)),
    spec.hint ? el("p", { class: "hint", id: `${id}-hint` }, spec.hint) : null,
    spec.unit ? el("div", { class: "input-group" }, input, el("span", { class: "input-group-text" }, spec.unit)) : input, list);
  return {
    node,
    read: () => input.value.trim(),
    write: (value) => { input.value = value ?? ""; },
    control: input,
    isEmpty: () => !input.value.trim(),
    focus: () => input.focus(),
  };
}
