// What the ward application works from: the unit, its patients and colleagues, and the routine. Fetched from the server,
// and kept on this device, encrypted with a key that is deleted at log-out, so that it is there without the server too.
import { canSeal, decrypt, encrypt, newKey } from "./seal.js";
import { kept } from "./store.js";
import { ask, Refused, Unreached } from "./server.js";
import { device, register } from "./device.js";
import { isShell } from "../texts.js";

const PATIENCE = 6_000; // how long to wait for the server where the device has something to show instead
const DRAFT = "draft:";
const channel = globalThis.BroadcastChannel ? new BroadcastChannel("tracker-bundle") : null;
let inMemory = null; // {bundle, routine, savedAt} of this page
const unkept = new Map(); // half-typed, where the device can keep nothing: it lives as long as the page

export class NoBundle extends Error {
  // `reason`: `logged-out`, `never-loaded` or `expired`.
  constructor(reason) {
    super(reason);
    this.name = "NoBundle";
    this.reason = reason;
  }
}

// `choice`: {unit: code, outage: id}, both optional. Gives {bundle, routine, from: "server"|"device", savedAt: Date}.
export async function loadBundle(choice = {}) {
  const earlier = await fromDevice(choice);
  let fetched;
  try {
    fetched = await fetchBundle(choice, earlier ? PATIENCE : 20_000);
  } catch (error) {
    if (error instanceof Refused && error.status === 401) throw new NoBundle("logged-out");
    if (error instanceof Refused && error.status < 500) throw new NoBundle("never-loaded");
    if (!(error instanceof Unreached || error instanceof Refused)) throw error;
    if (!earlier) throw new NoBundle((await kept.get("place").catch(() => null)) ? "logged-out" : "never-loaded");
    if (isOver(earlier.bundle)) {
      await purge();
      throw new NoBundle("expired");
    }
    inMemory = earlier;
    return { ...earlier, savedAt: new Date(earlier.savedAt), from: "device" };
  }
  inMemory = fetched;
  await keep(fetched);
  return { ...fetched, savedAt: new Date(fetched.savedAt), from: "server" };
}

// What can be worked from when nobody is logged in and the server is not reached: the unit, the outage and the routine that
// were used last here, without patients or colleagues. Whoever logs says who did it. Null if there is nothing.
export async function bareBundle() {
  const place = await kept.get("place").catch(() => null);
  return place ? { bundle: place.bundle, routine: place.routine, savedAt: new Date(place.savedAt), from: "device" } : null;
}

async function fetchBundle(choice, timeout) {
  const query = () => {
    const own = device();
    const named = { unit: choice.unit, outage: choice.outage, device: own?.id };
    return new URLSearchParams(Object.entries(named).filter(([, value]) => value !== undefined && value !== null && value !== ""));
  };
  let { body: bundle } = await ask(`/api/v1/ward?${query()}`, { timeout });
  if (!bundle.device && bundle.unit && canSeal && (await register(bundle.unit.code).catch(() => null))) { // else: makeKnown
    ({ body: bundle } = await ask(`/api/v1/ward?${query()}`, { timeout }));
  }
  const { body: routine } = await ask(bundle.routine_url, { timeout });
  return { bundle, routine, savedAt: Date.now() };
}

// Whether the unit can see what this device holds. True also where it can hold nothing: it has never had a bundle.
export async function isKnown() {
  const { bundle } = inMemory ?? (canSeal && (await kept.get("place").catch(() => null))) ?? {};
  return !canSeal || !bundle?.unit || Boolean(bundle.device && device());
}

// Registers a device that could not be when it took its bundle along. Throws Unreached or Refused.
export async function makeKnown() {
  const { bundle } = inMemory ?? (await kept.get("place"));
  const place = { unit: bundle.unit.code, outage: bundle.outage?.id };
  if (!device()) await register(place.unit);
  inMemory = await fetchBundle(place, 20_000);
  await keep(inMemory);
}

const nameOf = ({ unit, outage }) => `bundle:${unit?.code ?? ""}:${outage?.id ?? ""}`;

async function fromDevice(choice) {
  try {
    const { key } = (await kept.get("key")) ?? {};
    if (!key) return null;
    const latest = await kept.get("latest");
    const wanted = choice.unit || choice.outage ? await nearest(choice) : latest?.value;
    const record = wanted && (await kept.get(wanted));
    return record ? await decrypt(key, record) : null;
  } catch {
    return null; // no storage, or what is there cannot be read: as if there were nothing
  }
}

async function nearest({ unit, outage }) {
  const latest = (await kept.get("latest"))?.value ?? "";
  const fits = (name) => {
    const [, code, id] = name.split(":");
    return (!unit || code === unit) && (!outage || id === String(outage));
  };
  if (fits(latest)) return latest;
  return (await kept.names()).find((name) => name.startsWith("bundle:") && fits(name));
}

async function keep(fetched) {
  if (!canSeal) return;
  try {
    const key = await keyOf(fetched.bundle.owner);
    const name = nameOf(fetched.bundle);
    await kept.put(await encrypt(key, name, fetched));
    await kept.put({ name: "latest", value: name });
    await kept.put({ name: "seal", open: true, ...fetched.bundle.seal });
    await kept.put({ name: "place", open: true, bundle: bare(fetched.bundle), routine: fetched.routine, savedAt: fetched.savedAt });
  } catch {
    // Storage is full or switched off: the page works on, and the outbox says that work without the server is not possible.
  }
}

function bare(bundle) {
  return { ...bundle, user: null, units: [bundle.unit].filter(Boolean), outages: [], patients: [], handouts: [], visits: [], subjects: {}, colleagues: [], ticket: null, owner: "" };
}

// The key of whoever is logged in. Somebody else's is deleted first, and with it all that it opens.
async function keyOf(owner) {
  const there = await kept.get("key");
  if (there?.owner === owner) return there.key;
  if (there) await purge();
  const made = await newKey();
  return kept.claimKey(owner, made);
}

function isOver(bundle) {
  return Date.now() > Date.parse(bundle.ticket_until);
}

// The server's public key, and the ticket that says who writes: null when nobody is logged in here any more.
export async function sealAndTicket() {
  const now = inMemory ?? (await fromDevice({}));
  if (now && !isOver(now.bundle)) return { seal: now.bundle.seal, ticket: now.bundle.ticket };
  const seal = now?.bundle.seal ?? (await kept.get("seal").catch(() => null));
  return { seal, ticket: null };
}

// What is half-typed, such as a round's grid: readable here until its owner logs out. False: only this page has it.
export async function keepDraft(name, value) {
  try {
    const { key } = (await kept.get("key")) ?? {};
    if (key) {
      await kept.put(await encrypt(key, `${DRAFT}${name}`, value));
      unkept.delete(name);
      return true;
    }
  } catch {
    // The disk is full, or storage is switched off.
  }
  unkept.set(name, JSON.stringify(value));
  return false;
}

export async function loadDraft(name) {
  if (unkept.has(name)) return JSON.parse(unkept.get(name));
  try {
    const { key } = (await kept.get("key")) ?? {};
    const record = key && (await kept.get(`${DRAFT}${name}`));
    return record ? await decrypt(key, record) : null;
  } catch {
    return null;
  }
}

export async function dropDraft(name) {
  unkept.delete(name);
  await kept.remove(`${DRAFT}${name}`).catch(() => {});
}

export async function draftNames() {
  const names = (await kept.names().catch(() => [])).filter((name) => name.startsWith(DRAFT));
  return [...new Set([...names.map((name) => name.slice(DRAFT.length)), ...unkept.keys()])];
}

export function isOnlyHere(name) {
  return unkept.has(name);
}

// Deletes all that only the user who was logged in may read, here and in every other tab. Unsent entries stay, sealed.
export async function purge() {
  inMemory = null;
  unkept.clear();
  await kept.purge();
  channel?.postMessage("purged");
}

// For every page: somebody else than the owner of what is kept here has logged in.
export async function purgeUnlessOf(owner) {
  const there = await kept.get("key").catch(() => null);
  if (there && there.owner !== owner) await purge();
}

if (channel) {
  channel.onmessage = () => {
    inMemory = null;
    unkept.clear();
    if (isShell) location.replace("/ward");
  };
}
