// Sends what waits in the outbox: when something is saved, on page load, when the browser is online again, when the page is
// looked at, and again and again with growing pauses. One tab at a time. An entry is deleted only when an answer in JSON
// repeats its id and its digest; a log-in page, a proxy's "200 OK" or half an answer change nothing.
import { change, direct, held, tellOthers } from "./outbox_state.js";
import { isKnown, makeKnown } from "./bundle.js";
import { report } from "./device.js";
import { canSeal } from "./seal.js";
import { ask, Refused, Unreached } from "./server.js";
import { entries } from "./store.js";
import { sendDirectly } from "./direct.js";

const AT_ONCE = 4;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
const LOOK_EVERY = 45_000; // is the server there? asked while somebody looks at the page
const REFUSALS = [403, 409, 413, 422];

let started = false;
let running = null;
let wanted = false;
let failures = 0;
let soon = null; // a run that something has asked for
let later = null; // the next attempt after a failed one
let reported = "";
let reportedAt = 0;

export function startSending() {
  if (started) return;
  started = true;
  addEventListener("online", sendSoon);
  addEventListener("offline", () => change({ state: "unreachable" }));
  addEventListener("pageshow", (event) => event.persisted && sendSoon());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendSoon());
  setInterval(() => document.visibilityState === "visible" && sendSoon(), LOOK_EVERY);
  sendSoon();
}

// In a moment, so that several saved together are sent together.
export function sendSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => send(), 30);
}

// One run over all that waits; with `again` also over what was refused. A run that is asked for during a run follows it.
export function send({ again = false } = {}) {
  if (running) {
    wanted = true;
    return again ? running.then(() => send({ again })) : running;
  }
  clearTimeout(soon);
  clearTimeout(later);
  running = alone(() => run(again)).catch(() => false).then((finished) => {
    running = null;
    const more = wanted;
    wanted = false;
    plan(finished, more);
  });
  return running;
}

function plan(finished, more) {
  if (finished) failures = 0;
  if (more) return sendSoon();
  if (finished) return undefined;
  failures += 1;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  later = setTimeout(() => send(), pause * (0.5 + Math.random()));
  return undefined;
}

// Browsers without locks may send an entry twice; the server then answers the second as the first.
function alone(work) {
  return navigator.locks ? navigator.locks.request("tracker-outbox", work) : work();
}

// True when nothing is left that a later attempt could send.
async function run(again) {
  const all = await held().catch(() => null); // nothing is known then, and nothing is told to the server
  const due = (all ?? []).filter((one) => one.state === "waiting" || again);
  const run = { unreached: false, failed: 0, needsLogin: false, token: undefined };
  if (!due.length) await look(run);
  const queue = [...due];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (queue.length && !run.unreached) await sendOne(queue.shift(), run);
  }));
  change({ state: run.unreached ? "unreachable" : "reached", needsLogin: run.needsLogin });
  const isKnown = run.unreached || (await introduce());
  if (all && !run.unreached) await tellServer().catch(() => {});
  return Boolean(all) && isKnown && !run.unreached && !run.failed;
}

// Until the server knows this device, nobody sees that it holds something. False: a later attempt may do it.
async function introduce() {
  if (await isKnown()) return true;
  try {
    await makeKnown();
  } catch (error) {
    return error instanceof Refused && error.status < 500; // nobody is logged in who may: the next log-in does it
  }
  change({});
  return isKnown();
}

async function look(run) {
  try {
    await ask("/healthz", { anonymous: true, timeout: 8_000 });
  } catch (error) {
    run.unreached = !(error instanceof Refused);
  }
}

async function sendOne(record, run) {
  if (!canSeal) return sendDirectly(record, run);
  const { id, digest, key_id, sealed } = record;
  try {
    const { body } = await deliver({ id, digest, key_id, sealed }, run);
    if (body.id !== id || body.digest !== digest) throw new Unreached("another answer");
    await entries.settle(id, digest);
    tellOthers({ type: "result", id, result: { state: "sent", faults: {}, warnings: body.warnings ?? [], message: "" } });
  } catch (error) {
    await failed(record, error, run);
  }
  return undefined;
}

// An entry that carries no ticket goes in the name of whoever is logged in now; only then are cookies sent.
async function deliver(body, run) {
  const headers = run.token ? { "X-CSRFToken": run.token } : {};
  const post = (more) => ask("/api/v1/sealed-entries", { method: "POST", body, timeout: 30_000, ...more });
  try {
    return await post({ headers, anonymous: !run.token });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401 || run.token !== undefined) throw error;
    run.token = await ask("/api/v1/csrf").then(({ body: found }) => found.token, () => null);
    if (!run.token) throw error;
    return post({ headers: { "X-CSRFToken": run.token } });
  }
}

async function failed(record, error, run) {
  const { id, digest } = record;
  if (!(error instanceof Unreached || error instanceof Refused)) throw error;
  const status = error instanceof Refused ? error.status : error.cause;
  const refused = error instanceof Refused ? REFUSALS.includes(status) : status === 413;
  if (refused) {
    const result = { state: "refused", status, faults: error.faults ?? {}, message: error instanceof Refused ? error.message : "" };
    await entries.change(id, digest, { ...result, refused_at: Date.now() });
    tellOthers({ type: "result", id, result: { ...result, warnings: [] } });
    return;
  }
  run.failed += 1;
  if (status === 401 && error instanceof Refused) run.needsLogin = true;
  else if (error instanceof Unreached || status === 429) run.unreached = true;
  tellOthers({ type: "result", id, result: { state: "waiting", faults: {}, warnings: [], message: "" } });
}

// How much of each unit is still here; also that there is nothing, so that the unit can be signed off.
async function tellServer() {
  const counts = {};
  for (const { unit, saved_at } of await held()) {
    const one = (counts[unit] ??= { count: 0, oldest: saved_at });
    one.count += 1;
    one.oldest = Math.min(one.oldest, saved_at);
  }
  const text = JSON.stringify(counts);
  if (text === reported && Date.now() - reportedAt < LOOK_EVERY) return;
  if (await report(counts)) [reported, reportedAt] = [text, Date.now()];
}

// What only this page has is lost with it.
addEventListener("beforeunload", (event) => {
  if (direct.size) event.preventDefault();
});
