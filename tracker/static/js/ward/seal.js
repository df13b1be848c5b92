// Sealing to the server's public key, and the encryption of what is kept on this device. WebCrypto only.
//
// Envelope, version 1 (tracker/sealing.py opens it): version byte, ephemeral P-256 public key (65), nonce (12), AES-256-GCM
// ciphertext. The key comes from ECDH through HKDF-SHA256; the entry's id, its digest and the server key's id are bound to it.
const encoder = new TextEncoder();
const ENVELOPE = 1;
const INFO = encoder.encode("downtime-tracker seal 1");

export const canSeal = Boolean(globalThis.crypto?.subtle);

// JSON with one way to write it, the same as tracker.services.event.canonical_json: sorted by code point, no spaces.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const names = Object.keys(value).filter((name) => value[name] !== undefined).sort(byCodePoint);
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError("write numbers with decimals as text");
  return JSON.stringify(value);
}

function byCodePoint(a, b) {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = left[i].codePointAt(0) - right[i].codePointAt(0);
    if (difference) return difference;
  }
  return left.length - right.length;
}

// Half a character cannot be written as UTF-8; a copy from another program may hold one.
export function wellFormed(value) {
  if (typeof value === "string") return value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (found) => (found.length === 2 ? found : "\uFFFD"));
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined).map(([name, one]) => [wellFormed(name), wellFormed(one)]));
  }
  return value;
}

export async function sha256(text) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}

export const entryDigest = (entry) => sha256(canonical(entry));

// What stands beside a sealed entry on the device: salted, so that nobody can try guesses at the content against it.
export const receiptOf = (digest, salt) => sha256(`${digest}.${salt}`);

export async function sealEntry(entry, ticket, seal) {
  const salt = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const entryHash = await entryDigest(entry);
  const digest = await receiptOf(entryHash, salt);
  const bound = encoder.encode(`1.${entry.id}.${digest}.${seal.key_id}`);
  const sealed = await encryptTo(seal.public_key, canonical({ entry, salt, ticket: ticket ?? null }), bound);
  return { id: entry.id, digest, key_id: seal.key_id, sealed, entryDigest: entryHash };
}

async function encryptTo(publicKey, text, bound) {
  const ecdh = { name: "ECDH", namedCurve: "P-256" };
  const { kty, crv, x, y } = publicKey;
  const server = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ecdh, false, []);
  const own = await crypto.subtle.generateKey(ecdh, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: INFO },
    material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: bound }, key, encoder.encode(text));
  return base64url(joined(Uint8Array.of(ENVELOPE), point, nonce, new Uint8Array(data)));
}

// The key of what is kept here: it never leaves the browser, and deleting it makes the rest unreadable.
export function newKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function encrypt(key, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bound = { name: "AES-GCM", iv, additionalData: encoder.encode(name) };
  return { name, iv, data: await crypto.subtle.encrypt(bound, key, encoder.encode(JSON.stringify(value))) };
}

export async function decrypt(key, record) {
  const bound = { name: "AES-GCM", iv: record.iv, additionalData: encoder.encode(record.name) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(bound, key, record.data)));
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
