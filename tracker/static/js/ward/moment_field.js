// A time that is quick to type, and the day beside it. Empty day: `defaultDay()`.
import { _ } from "../texts.js";
import { el } from "./dom.js";
import { dayAndClock, isAhead, parseClock, today } from "./moment.js";

export function momentField({ id, label, required, hint, quick, defaultDay = today }) {
  const clock = el("input", { class: "form-control moment-clock", id, inputmode: "numeric", autocomplete: "off", maxlength: "5", placeholder: _("HH:MM") });
  const day = el("input", { class: "form-control moment-day", id: `${id}-day`, type: "date",
    "aria-label": _("%(label)s: day (empty: the day it was done)", { label }) });
  const row = el("div", { class: "moment-row" }, clock, day);
  if (quick) row.append(el("span", { class: "moment-quick" }, [[_("Now"), 0], [_("15 min ago"), 15], [_("1 h ago"), 60]].map(
    ([words, minutes]) => el("button", { type: "button", class: "btn btn-secondary btn-small", onclick: () => {
      [day.value, clock.value] = dayAndClock(new Date(Date.now() - minutes * 60000));
      clock.dispatchEvent(new Event("change", { bubbles: true }));
    } }, words))));
  const node = el("div", { class: "field moment" },
    el("label", { for: id }, label, required ? null : el("span", { class: "optional" }, " ", _("optional"))),
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null, row);

  function read() {
    const text = clock.value.trim();
    if (!text && (!day.value || required)) return required ? `${day.value} ?` : "";
    const parsed = parseClock(text);
    return parsed ? `${day.value || defaultDay()}T${parsed}` : `${day.value} ${text || "?"}`;
  }

  return {
    node, read, clock, day,
    isEmpty: () => !clock.value.trim(),
    // "2026-11-23T14:05", or "" for nothing.
    write(local) {
      [day.value, clock.value] = local ? local.slice(0, 16).split("T") : ["", ""];
    },
    fault() {
      const text = read();
      if (text === "") return "";
      if (!/T\d\d:\d\d$/.test(text)) return _("Enter a date and a time, such as 2026-11-23 14:05.");
      return quick && isAhead(text) ? _("The time lies ahead of now. Enter when it was done.") : "";
    },
  };
}
