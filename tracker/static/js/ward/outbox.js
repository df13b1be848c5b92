// Entries on their way to the server. What `save` has answered is on this device's disk, sealed, and stays there until
// the server has said, in JSON, that it has just that: its id and its digest. See sender.js for the sending.
import { _ } from "../texts.js";
import { sealAndTicket } from "./bundle.js";
import { describeHeld, held, listen, told, tellOthers } from "./outbox_state.js";
import { saveDirectly } from "./direct.js";
import { canSeal, sealEntry, wellFormed } from "./seal.js";
import { send, sendSoon, startSending } from "./sender.js";
import { askAsUser, Unreached } from "./server.js";
import { entries, openStore } from "./store.js";

export class SaveFault extends Error {
  // `code`: `quota` (no room left), `unavailable` (nothing can be kept here) or `no-seal` (never loaded from the server).
  constructor(code, message, faults = {}) {
    super(message);
    this.name = "SaveFault";
    this.code = code;
    this.faults = faults;
  }
}

// Resolves with {id, digest} when the entry is durably on this device; it is then sent by itself. `digest` is the entry's
// own. Rejects with a SaveFault, and then nothing was kept: leave what was typed in the form.
export async function save(entry) {
  const clean = wellFormed(entry);
  if (!canSeal) return saveDirectly(clean, SaveFault);
  const { record, digest } = await sealed(clean);
  await stored(() => entries.put(record));
  askToKeep();
  tellOthers({ type: "changed" });
  sendSoon();
  return { id: entry.id, digest };
}

// Puts a mended entry in the place of the refused one, in one step. Same answer and faults as `save`.
export async function replace(id, entry) {
  const { record, digest } = await sealed(wellFormed(entry));
  await stored(() => entries.replace(id, record));
  tellOthers({ type: "changed" });
  sendSoon();
  return { id: entry.id, digest };
}

// The refused entry in plain, for its author or a colleague who is logged in: the server opens it. Throws Refused or Unreached.
export async function openRefused(id) {
  const record = await entries.get(id);
  if (!record) return null;
  const { body } = await askAsUser("/api/v1/sealed-entries/open", envelope(record));
  return body.entry;
}

// For an entry refused because its id is logged with other content (409): what is logged is right. The server keeps what
// was held here in the history and acknowledges it; only then it goes. Throws Refused or Unreached.
export async function settle(id) {
  const record = await entries.get(id);
  if (!record) return;
  const { body } = await askAsUser("/api/v1/sealed-entries/settle", envelope(record));
  if (body.id !== id || body.digest !== record.digest) throw new Unreached("another answer");
  await entries.settle(id, record.digest);
  tellOthers({ type: "changed" });
  sendSoon(); // the unit is told that it is no longer held here
}

// Tells the listener now and whenever something changes:
// {unsent, since: Date|null, refused: [{id, at, unit, status, message, faults}], reached: Date|null,
//  state: "reached"|"unreachable"|"unknown", needsLogin, readable, known, possible, why}. Gives a function to stop.
export function watch(listener) {
  startSending();
  return listen(listener);
}

// Tells {state: "sent"|"waiting"|"refused", faults, warnings, message} of one entry, now if it is known, and later.
export function onResult(id, listener) {
  const hear = (message) => {
    if (message.type === "result" && message.id === id) listener(message.result);
  };
  const earlier = told.results.get(id);
  if (earlier) queueMicrotask(() => listener(earlier));
  told.listeners.add(hear);
  return () => told.listeners.delete(hear);
}

// Tries everything again at once, also what was refused. Resolves when the attempt is over.
export async function sendNow() {
  await send({ again: true });
}

// A file with every unsent entry, sealed, to be carried to a computer that reaches the server. They stay here until the
// server has acknowledged them. Gives {name, blob}, or null when there is nothing unsent.
export async function saveFile() {
  const all = await held();
  if (!all.length) return null;
  const { device } = await import("./device.js");
  const who = (device()?.id ?? "unknown").slice(0, 8);
  const when = new Date().toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
  const lines = all.map((record) => `${JSON.stringify(envelope(record))}\n`);
  return { name: `driftstopp-${who}-${when}.dtsealed`, blob: new Blob(lines, { type: "application/octet-stream" }) };
}

export function envelope({ id, digest, key_id, sealed: text }) {
  return { id, digest, key_id, sealed: text };
}

async function sealed(entry) {
  const { seal, ticket } = await sealAndTicket();
  if (!seal) throw new SaveFault("no-seal", _("This device has not been prepared. Open the page once while the server is reached."));
  const { entryDigest, ...made } = await sealEntry(entry, ticket, seal);
  const record = { ...made, unit: entry.unit, outage: entry.outage, saved_at: Date.now(), state: "waiting", tries: 0 };
  return { record, digest: entryDigest };
}

async function stored(put) {
  try {
    await put();
  } catch (error) {
    throw new SaveFault(error.code ?? "unavailable", error.code === "quota"
      ? _("There is no room left on this device. Nothing was saved. Write it on paper, or free some room and save again.")
      : _("This device could not keep the entry. Nothing was saved. Write it on paper, or use another device."));
  }
}

let asked = false;

// Without this the browser may throw away what is stored when the disk is nearly full.
function askToKeep() {
  if (asked) return;
  asked = true;
  navigator.storage?.persist?.().catch(() => {});
}

// Whether anything can be kept here at all; the words are shown where it cannot.
export async function whyNotPossible() {
  if (!canSeal) return _("Work without the server is not possible here: the address must begin with https. Ask IT for the right address.");
  if (!navigator.serviceWorker || !globalThis.indexedDB) return _("Work without the server is not possible in this browser. Use an up-to-date Edge, Chrome, Firefox or Safari.");
  try {
    await openStore();
  } catch {
    return _("Work without the server is not possible: this browser keeps nothing, perhaps because of a private window.");
  }
  return "";
}

describeHeld(whyNotPossible, () => _("What is saved on this device cannot be read just now. Do not clear the browser's data. Restart the browser, and see that the disk is not full."));
