// What the action leaves behind, and what of it can be told done at once: acts that wait for nothing.
import { _ } from "../texts.js";
import { itemsFor } from "./check.js";
import { el } from "./dom.js";
import { nameOf } from "./frame.js";

export function whoDoes(item, bundle) {
  if (item.role === "author") return _("the one who did it");
  return item.role.split("|").map((role) => bundle.roles.find((one) => one.id === role)?.label ?? role).join(_(" or "));
}

// → {node, update(values), read() → [item], write(items)}.
export function afterwardsPart({ bundle, routine, kind }) {
  const down = new Set(bundle.outage.systems_down);
  const lines = kind.items.map((item) => [item, el("li", {}, item.label, " ", el("span", { class: "quiet" },
    [item.system.includes("{") ? "" : nameOf(routine, item.system), whoDoes(item, bundle)].filter(Boolean).join(" · ")))]);
  const offered = kind.items.filter((item) => item.kind_of_work === "act" && !item.after && !item.needs.some((need) => down.has(need)));
  const boxes = offered.map((item, number) => {
    const box = el("input", { type: "checkbox", id: `done-${number}` });
    return { item, box, node: el("label", { class: "choice", for: box.id }, box, el("span", {}, _("Done already: %(what)s", { what: item.label }))) };
  });
  const node = el("section", { class: "afterwards", "aria-labelledby": "afterwards-head" },
    el("h2", { id: "afterwards-head" }, _("What this leaves to do")),
    el("ul", {}, lines.map(([, line]) => line)),
    boxes.length ? el("fieldset", { class: "field choices" }, el("legend", { class: "visually-hidden" }, _("Done already")),
      el("div", { class: "choice-row" }, boxes.map((one) => one.node))) : null);
  return {
    node,
    update(values) {
      const due = itemsFor(kind, values);
      for (const [item, line] of lines) line.hidden = !due.includes(item);
      for (const one of boxes) {
        const off = !due.includes(one.item);
        one.node.classList.toggle("off", off);
        if (off) one.box.checked = false;
      }
      node.hidden = due.length === 0;
    },
    read: () => boxes.filter((one) => one.box.checked).map((one) => one.item.item),
    write: (items) => boxes.forEach((one) => { one.box.checked = items.includes(one.item.item); }),
  };
}
