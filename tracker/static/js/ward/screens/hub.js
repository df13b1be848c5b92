// Where the ward begins: what was done? Everything else is one press away.
import { _, plural } from "../../texts.js";
import { el, hasKeyboard, link, searcher } from "../dom.js";
import { nameOf } from "../frame.js";
import { watch } from "../outbox.js";

export async function show(main, context) {
  const { bundle, routine, title } = context;
  title(_("What was done?"));
  main.append(place(context));
  if (bundle.outage?.drill) main.append(el("p", { class: "drill-bar" }, el("strong", {}, _("Drill")), " ", _("This is practice. Do not log real care here.")));
  if (!bundle.outage) {
    main.append(el("div", { class: "empty" }, el("p", { class: "empty-title" }, _("No outage is going on for this unit")),
      el("p", {}, _("There is nothing to log in. When an outage is declared, it stands here."))), ways(context));
    return;
  }
  const kinds = bundle.kinds.map((id) => routine.kinds.find((one) => one.id === id)).filter(Boolean);
  const fits = (kind) => bundle.offered ? bundle.offered.includes(kind.id) : isOffered(kind, bundle);
  const tiles = kinds.map((kind) => ({ kind, offered: fits(kind), node: tile(kind), words: searchWords(kind, routine) }));
  const offered = tiles.filter((one) => one.offered);
  const others = tiles.filter((one) => !one.offered);
  const search = el("input", { class: "form-control", id: "kind-search", type: "text", autocomplete: "off", spellcheck: "false", enterkeyhint: "go", placeholder: _("Search: dose, referral, dictation…") });
  const none = el("p", { class: "quiet", role: "status" });
  const rest = el("details", { class: "other-kinds", open: offered.length === 0 },
    el("summary", {}, _("Everything else"), " ", el("span", { class: "quiet" }, plural("%(num)s kind", "%(num)s kinds", others.length))),
    el("div", { class: "grid" }, others.map((one) => one.node)));
  rest.hidden = others.length === 0;
  const wasOpen = rest.open;

  search.addEventListener("input", () => {
    const fit = searcher(search.value);
    for (const one of tiles) one.node.hidden = !fit(one.words);
    const hits = others.filter((one) => !one.node.hidden);
    rest.hidden = hits.length === 0;
    rest.open = search.value.trim() ? hits.length > 0 : wasOpen;
    none.textContent = tiles.every((one) => one.node.hidden) ? _("Nothing fits. Try another word.") : "";
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !search.value.trim()) return;
    event.preventDefault();
    tiles.find((one) => !one.node.hidden)?.node.click();
  });
  main.append(
    el("div", { class: "kind-search" }, el("label", { class: "visually-hidden", for: "kind-search" }, _("Search what to log")), search),
    el("div", { class: "grid" }, offered.map((one) => one.node)),
    offered.length ? "" : el("p", { class: "quiet" }, _("The systems that are down leave nothing that your role usually logs. Everything is below.")),
    none, ways(context), rest,
  );
  if (hasKeyboard()) search.focus();
}

function isOffered(kind, bundle) {
  return (!bundle.user || kind.roles.includes(bundle.user.role)) && kind.offered_when_down.some((system) => bundle.outage.systems_down.includes(system));
}

function searchWords(kind, routine) {
  return [kind.label, kind.help, nameOf(routine, kind.system), ...Object.values(kind.labels ?? {})].join(" ").toLowerCase();
}

function tile(kind) {
  return link(`/ward/log/${kind.id}`, { class: "tile kind" }, el("strong", {}, kind.label), kind.help ? el("small", {}, kind.help) : null);
}

// Which unit and which outage, with a choice where there is one.
function place({ bundle, place: change }) {
  const units = bundle.units.length > 1
    ? chooser("ward-unit", _("Unit"), bundle.units.map((unit) => [unit.code, unit.name]), bundle.unit?.code, (code) => change({ unit: code }))
    : el("span", {}, bundle.unit?.name ?? "");
  const outages = bundle.outages.length > 1
    ? chooser("ward-outage", _("Outage"), bundle.outages.map((one) => [String(one.id), [one.name, one.drill ? _("drill") : ""].filter(Boolean).join(" · ")]),
      String(bundle.outage?.id ?? ""), (id) => change({ unit: bundle.unit?.code, outage: id }))
    : el("span", {}, bundle.outage?.name ?? "");
  return el("div", { class: "ward-place" }, units, outages);
}

function chooser(id, label, choices, chosen, change) {
  const select = el("select", { class: "form-select", id, onchange: () => change(select.value) },
    choices.map(([value, words]) => el("option", { value, selected: value === chosen }, words)));
  return el("div", { class: "ward-choice" }, el("label", { for: id }, label), select);
}

function ways({ leave }) {
  const unsent = el("span", { class: "count", hidden: true });
  const entries = [
    ["/ward/round", _("Medication round")], ["/ward/visits", _("Visit list")], ["/ward/register", _("Emergency register")],
    ["/ward/patients", _("Patients")], ["/ward/routine", _("Routine")], ["/ward/unsent", _("Unsent")],
  ].map(([path, words]) => link(path, { class: "btn btn-secondary" }, words, path.endsWith("unsent") ? unsent : null));
  leave(watch((known) => {
    unsent.hidden = known.unsent === 0;
    unsent.textContent = String(known.unsent);
  }));
  return el("nav", { class: "ward-ways", "aria-label": _("Other ways to log, and what to know") }, entries);
}
