// Logging one action: any kind of the routine, with the server or without it.
import { _ } from "../../texts.js";
import { dropDraft, keepDraft, loadDraft } from "../bundle.js";
import { el, hasKeyboard, link } from "../dom.js";
import { newEntry, newId } from "../entry.js";
import { isElsewhere, rawOf } from "../log_draft.js";
import { logForm } from "../log_form.js";
import { scanInto } from "../log_scan.js";
import { learn, likelyTwice, remember } from "../logged.js";
import { askTwice, faultSummary, problem, savedLine, tellNotKept } from "../notices.js";
import { openRefused, replace, save, watch } from "../outbox.js";
import { carried } from "../picks.js";
import { besides } from "../routine_text.js";
import { brief } from "../written.js";

const PAUSE = 150; // ms without typing before what is half-typed is kept
const LIVE = 10 * 60000; // logged so soon after it was done, it is logged as it happens: the next one is done now

export async function show(main, context) {
  const { bundle, routine, parts, query, handed, title } = context;
  const kind = routine.kinds.find((one) => one.id === parts.kind);
  title(kind?.label ?? _("Log"));
  if (!kind || !bundle.outage) {
    main.append(el("p", { class: "attention" }, kind ? _("No outage is going on for this unit. There is nothing to log in.") : _("The routine has no such kind of action.")),
      link("/ward", {}, "← ", _("Log something else")));
    return;
  }
  const screen = new LogScreen(main, context, kind);
  await screen.begin({ mend: query.get("mend"), entry: handed.entry, faults: handed.faults, patient: query.get("patient") });
}

class LogScreen {
  constructor(main, context, kind) {
    const { bundle, routine } = context;
    Object.assign(this, { context, bundle, kind, main, busy: false, mends: null, id: newId(), kept: false, stop: () => {}, timer: 0, keeping: Promise.resolve() });
    this.draft = `form:${kind.id}`;
    this.notice = el("div", {});
    this.mustName = !bundle.ticket || Date.parse(bundle.ticket_until) < Date.now();
    this.form = logForm({ bundle, routine, kind, mustName: this.mustName, onSave: () => this.submit(""), onChange: () => this.changed() });
    this.saveButton = el("button", { class: "btn btn-primary" }, _("Save"));
    this.sameButton = el("button", { class: "btn btn-secondary", type: "button", onclick: () => this.submit("same") }, _("Save, same for next patient"));
    this.what = el("p", { class: "save-what" });
    this.form.node.append(el("div", { class: "save-bar" }, this.what, this.saveButton, this.sameButton));
    const scans = el("div", { class: "scan-place" });
    this.form.node.prepend(scans);
    this.form.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.repeat) event.preventDefault(); // a key that is held down saves nothing
    }, true);
    main.append(
      el("p", { class: "crumb" }, link("/ward", {}, "← ", _("Log something else")), el("span", { class: "quiet" }, `${bundle.unit.name} · ${bundle.outage.name}`)),
      bundle.outage.drill ? el("p", { class: "drill-bar" }, el("strong", {}, _("Drill")), " ", _("This is practice. Do not log real care here.")) : "",
      kind.help ? el("p", { class: "lead" }, kind.help) : "",
      this.mustName ? el("p", { class: "attention" }, _("The log-in on this device has ended. Say who did it: the next person who logs in here sends it.")) : "",
      this.notice,
      el("div", { class: "split" }, el("div", {}, this.form.node), besides(routine, kind)),
    );
    const stops = [scanInto(this.form, scans), watch(() => {})];
    const hidden = () => this.keepNow();
    document.addEventListener("visibilitychange", hidden);
    context.leave(() => {
      document.removeEventListener("visibilitychange", hidden);
      for (const stop of stops) stop();
      this.stop();
      this.keepNow();
    });
  }

  // Fills the form with what is to be mended, with what was half-typed, or with nothing.
  async begin({ mend, entry, faults, patient }) {
    if (mend) return this.beginMending(mend, entry, faults);
    const draft = rawOf(await loadDraft(this.draft));
    if (draft) {
      const { own, query, outage, ...raw } = draft;
      if (raw.entry_id) this.id = raw.entry_id;
      this.form.write(raw);
      this.tell(el("div", { class: "flash flash-warning", role: "status" },
        el("span", {}, own ? _("What you had begun here is back. It is not saved yet.") : _("The server was not reached, and nothing was lost: what you wrote is here. Look it through and save it.")), " ",
        el("button", { type: "button", class: "btn btn-secondary btn-small", onclick: () => this.startOver() }, _("Begin with an empty form"))),
      isElsewhere({ query, outage }, this.bundle) ? el("p", { class: "attention" }, _("It was begun in another outage. It is now logged in: %(outage)s.", { outage: this.bundle.outage.name })) : "");
      this.kept = true;
    } else if (patient) this.form.patient.choose(patient);
    if (hasKeyboard()) this.form.focus();
    return undefined;
  }

  async beginMending(id, entry, faults) {
    let content = entry;
    try {
      content ??= await openRefused(id);
    } catch (error) {
      this.tell(problem(error.message || _("The server must be reached to open the entry. It stays saved on this device.")));
      this.form.node.hidden = true;
      return undefined;
    }
    if (!content) {
      this.tell(problem(_("This entry is no longer on this device: it was mended or sent.")));
      this.form.node.hidden = true;
      return undefined;
    }
    const { unit, outage } = this.bundle;
    if (content.unit !== unit.code || content.outage !== outage.id) {
      if (!this.context.handed.moved) return this.context.place({ unit: content.unit, outage: content.outage }, { entry: content, faults, moved: true });
      this.tell(problem(_("This entry belongs to another unit or outage, which cannot be loaded now. It stays saved on this device.")));
      this.form.node.hidden = true;
      return undefined;
    }
    this.mends = id;
    this.id = content.id;
    this.form.patient.ensure(content.patient.id);
    this.sameButton.hidden = true;
    this.form.writeEntry(content);
    const list = Object.entries(faults ?? {});
    if (list.length) this.showFaults(list);
    else this.form.focus();
    return undefined;
  }

  startOver() {
    this.id = newId();
    this.form.write({});
    this.tell();
    this.form.patient.clear();
    clearTimeout(this.timer);
    this.kept = false;
    this.what.textContent = "";
    this.afterKeeping(() => dropDraft(this.draft));
    this.form.focus();
  }

  tell(...nodes) {
    this.stop();
    this.stop = () => {};
    this.notice.replaceChildren(...nodes);
  }

  showFaults(list) {
    const told = this.form.showFaults(list);
    const summary = faultSummary(told);
    this.tell(summary);
    summary.focus();
    summary.scrollIntoView({ block: "center" });
  }

  async submit(then) {
    if (this.busy) return;
    const faults = this.form.faults();
    if (faults.length) {
      this.showFaults(faults);
      return;
    }
    this.form.showFaults([]);
    this.busy = true;
    try {
      const entry = newEntry({ bundle: this.bundle, kind: this.kind.id, id: this.id, ...this.form.read() });
      const twins = this.mends ? [] : await likelyTwice(this.bundle, this.kind, entry);
      if (twins.length) this.ask(twins, entry, then);
      else await this.store(entry, then);
    } finally {
      this.busy = false;
    }
  }

  ask(twins, entry, then) {
    const question = askTwice(twins, async () => {
      if (this.busy) return;
      this.busy = true;
      try {
        await this.store(entry, then);
      } finally {
        this.busy = false;
      }
    }, () => {
      this.tell();
      this.form.focus();
    });
    this.tell(question);
    question.focus();
    question.scrollIntoView({ block: "center" });
  }

  async store(entry, then) {
    this.saveButton.setAttribute("aria-busy", "true");
    try {
      await (this.mends ? replace(this.mends, entry) : save(entry));
    } catch (error) {
      const list = Object.entries(error.faults ?? {});
      if (list.length) this.showFaults(list);
      else this.tell(problem(error.message || _("This device could not keep the entry. Nothing was saved. Write it on paper, or use another device.")));
      this.notice.firstChild?.focus();
      return;
    } finally {
      this.saveButton.removeAttribute("aria-busy");
    }
    await this.saved(entry, then);
  }

  async saved(entry, then) {
    const [subject, rest] = brief(this.kind, entry.fields);
    const what = [subject, rest].filter(Boolean).join(" ");
    const patient = this.form.patient.told();
    clearTimeout(this.timer);
    this.kept = false;
    if (!this.mends) {
      learn(this.bundle, this.kind, entry);
      await this.afterKeeping(() => dropDraft(this.draft));
      await remember(this.kind, entry, what);
    }
    const raw = this.form.raw();
    const mended = Boolean(this.mends);
    this.mends = null;
    this.id = newId();
    this.form.write({});
    this.form.patient.clear();
    if (then === "same") this.same(entry, raw);
    const line = savedLine({ id: entry.id, patient, what, at: entry.performed_at, onSame: mended || then === "same" ? null : () => this.same(entry, raw) });
    this.tell(line.node, mended ? el("p", {}, link("/ward/unsent", {}, _("Back to what is not sent"))) : "");
    this.stop = line.stop;
    this.sameButton.hidden = false;
    clearTimeout(this.timer);
    this.kept = false;
    this.what.textContent = "";
    this.form.patient.focus();
    scrollTo({ top: 0 });
  }

  // The next patient gets what the routine lets be kept; the time too, where papers are logged afterwards.
  same(entry, raw) {
    const fields = carried(this.kind, entry.fields);
    const kept = Object.fromEntries(Object.entries(fields).map(([id, text]) => [`f_${id}`, text]));
    const isLive = Date.now() - Date.parse(entry.performed_at) < LIVE;
    const { performer, performer_name: name, performer_role: role } = raw;
    this.form.write({ ...kept, performer, performer_name: name, performer_role: role, performed_at: isLive ? undefined : raw.performed_at });
    this.form.patient.clear();
    this.form.patient.focus();
  }

  changed() {
    this.what.textContent = this.form.summary();
    this.keep();
  }

  keep() {
    clearTimeout(this.timer);
    this.kept = true;
    this.timer = setTimeout(() => this.keepNow(), PAUSE);
  }

  keepNow() {
    clearTimeout(this.timer);
    if (!this.kept || this.mends) return;
    const raw = { own: true, outage: this.bundle.outage.id, entry_id: this.id, ...this.form.raw() };
    if (this.form.isBegun()) this.afterKeeping(async () => (await keepDraft(this.draft, raw)) || tellNotKept(this.main));
    else this.afterKeeping(() => dropDraft(this.draft));
  }

  // One after the other: what is dropped must not come back from an earlier keeping that is still under way.
  afterKeeping(step) {
    this.keeping = this.keeping.then(step).catch(() => tellNotKept(this.main)); // it still stands in the form
    return this.keeping;
  }
}
