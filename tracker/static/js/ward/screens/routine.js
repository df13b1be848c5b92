// The routine as it is kept on this device: what to do, who does it, who to call. It holds nothing about patients.
import { _ } from "../../texts.js";
import { whoDoes } from "../afterwards.js";
import { el, link, searcher } from "../dom.js";
import { nameOf } from "../frame.js";
import { section } from "../routine_text.js";

export async function show(main, context) {
  const { routine, parts, query, title } = context;
  const wanted = parts.system ?? query.get("system");
  const system = routine.systems.find((one) => one.id === wanted);
  title(system ? system.name : _("The routine"));
  const search = el("input", { class: "form-control", id: "routine-search", type: "text", autocomplete: "off", enterkeyhint: "search", placeholder: _("Search the routine") });
  const found = el("div", {});
  const whole = el("div", {}, system ? ofSystem(system, context) : overview(context));
  search.addEventListener("input", () => {
    const hits = search.value.trim().length > 1;
    whole.hidden = hits;
    found.replaceChildren(...(hits ? results(search.value, context) : []));
  });
  main.classList.add("with-calls");
  main.append(
    system ? el("p", { class: "crumb" }, link("/ward/routine", {}, "← ", _("The whole routine"))) : "",
    el("div", { class: "routine-search" }, el("label", { class: "visually-hidden", for: "routine-search" }, _("Search the routine")), search),
    el("div", { class: "split" }, el("div", {}, found, whole), calls(routine)),
  );
}

function overview({ bundle, routine }) {
  const down = bundle.outage?.systems_down ?? [];
  const ordered = [...routine.systems].sort((one, other) => down.includes(other.id) - down.includes(one.id));
  return [
    el("div", { class: "grid systems" }, ordered.map((system) => link(`/ward/routine?system=${system.id}`, { class: down.includes(system.id) ? "tile tile-down" : "tile" },
      el("strong", {}, system.name, " ", section(system.section)), down.includes(system.id) ? el("span", { class: "down-now" }, _("Down now")) : null, el("small", {}, system.about)))),
    phases(routine, (entry) => !entry.system, (duty) => !ofOneSystem(duty, routine)),
  ];
}

function ofSystem(system, context) {
  const { bundle, routine } = context;
  const kinds = routine.kinds.filter((kind) => kind.system === system.id);
  return [
    el("p", { class: "lead" }, system.about),
    phases(routine, (entry) => entry.system === system.id, (duty) => duty.systems.includes(system.id)),
    el("h2", {}, _("What is logged")),
    kinds.map((kind) => el("section", { class: "panel kind-read" }, el("h3", {}, link(`/ward/log/${kind.id}`, {}, kind.label), " ", section(kind.section)),
      kind.help ? el("p", {}, kind.help) : null,
      el("ol", { class: "ward-leaves" }, kind.items.map((item) => el("li", {}, item.label, " ", el("span", { class: "quiet" },
        [item.system.includes("{") ? "" : nameOf(routine, item.system), whoDoes(item, bundle)].filter(Boolean).join(" · ")),
      item.instruction ? el("span", { class: "how" }, item.instruction) : null))))),
  ];
}

function ofOneSystem(duty, routine) {
  return duty.systems.some((id) => routine.systems.some((system) => system.id === id));
}

// Passages and duties in the order in which an outage goes.
function phases(routine, isPassage, isDuty) {
  return (routine.phases ?? []).map((phase) => {
    const passages = (routine.passages ?? []).filter((entry) => entry.phase === phase.id && isPassage(entry));
    const duties = routine.duties.filter((duty) => duty.phase === phase.id && isDuty(duty));
    if (!passages.length && !duties.length) return null;
    return el("section", { class: "panel phase" }, el("h2", {}, phase.label), passages.map(passageShown),
      duties.length ? el("ul", { class: "ward-duties" }, duties.map((duty) => dutyShown(duty))) : null);
  });
}

function passageShown(passage) {
  return el("section", { class: "passage" }, el("h3", {}, passage.title, " ", section(passage.section)), el("p", {}, passage.text));
}

function dutyShown(duty) {
  return el("li", {}, duty.text, " ", el("span", { class: "quiet" }, [duty.role_label, duty.due_label].filter(Boolean).join(" · ")));
}

function calls(routine) {
  const dialled = (phone) => `tel:${phone.replace(/[^0-9+]/g, "")}`;
  return el("aside", { class: "side calls", "aria-labelledby": "calls-head" }, el("div", { class: "panel" }, el("h2", { id: "calls-head" }, _("Who to call")),
    el("ul", { class: "call-list" }, (routine.contacts ?? []).map((one) => el("li", {}, el("span", { class: "call-name" }, one.name),
      el("a", { class: "call-phone", href: dialled(one.phone) }, one.phone), one.hours ? el("span", { class: "call-more" }, one.hours) : null)))));
}

function results(words, { routine, bundle }) {
  const fit = searcher(words);
  const passages = (routine.passages ?? []).filter((one) => fit(`${one.title} ${one.text}`.toLowerCase()));
  const kinds = routine.kinds.filter((one) => fit([one.label, one.help, ...one.items.map((item) => `${item.label} ${item.instruction ?? ""}`)].join(" ").toLowerCase()));
  const duties = routine.duties.filter((one) => fit(one.text.toLowerCase()));
  const contacts = (routine.contacts ?? []).filter((one) => fit(`${one.name} ${one.phone}`.toLowerCase()));
  const block = (title, hits, draw) => (hits.length ? el("section", { class: "panel" }, el("h2", {}, title), hits.map(draw)) : null);
  const every = [
    block(_("Who to call"), contacts, (one) => el("p", {}, `${one.name} `, el("strong", {}, one.phone))),
    block(_("To read"), passages, passageShown),
    block(_("What is logged"), kinds, (kind) => el("section", {}, el("h3", {}, link(`/ward/log/${kind.id}`, {}, kind.label), " ", section(kind.section)),
      el("ul", {}, kind.items.map((item) => el("li", {}, item.label, " ", el("span", { class: "quiet" }, whoDoes(item, bundle))))))),
    block(_("Duties"), duties, (duty) => el("p", {}, dutyText(duty))),
  ].filter(Boolean);
  return every.length ? every : [el("p", { class: "quiet", role: "status" }, _("Nothing fits. Try another word."))];
}

function dutyText(duty) {
  return [duty.text, el("span", { class: "quiet" }, ` ${duty.role_label ?? ""}`)];
}
