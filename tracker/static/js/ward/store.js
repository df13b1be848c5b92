// What this device keeps, in IndexedDB. Nothing in it can be read by the next user:
// - `entries`: what is not sent yet, sealed to the server's key; beside it only when, for which unit, and how it went;
// - `kept`: the bundle and what is half-typed, encrypted with a key that is deleted at log-out; and the server's public key.
const NAME = "tracker";
export const VERSION = 2;

let opened = null;

export class StoreFault extends Error {
  // `code`: `quota` (the disk or the browser's share is full) or `unavailable` (private mode, switched off, broken).
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

export function openStore() {
  opened ??= open().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

function open() {
  return new Promise((resolve, reject) => {
    let request;
    try {
      request = indexedDB.open(NAME, VERSION);
    } catch (error) {
      reject(new StoreFault("unavailable", error));
      return;
    }
    request.onupgradeneeded = (event) => upgrade(request.result, request.transaction, event.oldVersion);
    request.onerror = () => reject(faultOf(request.error));
    request.onblocked = () => {}; // another tab has the old version open and closes it when it is told
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => {
        database.close();
        opened = null;
      };
      database.onclose = () => {
        opened = null;
      };
      resolve(database);
    };
  });
}

function upgrade(database, transaction, from) {
  if (from < 1 || !database.objectStoreNames.contains("entries")) database.createObjectStore("entries", { keyPath: "id" });
  if (!database.objectStoreNames.contains("kept")) database.createObjectStore("kept", { keyPath: "name" });
  if (database.objectStoreNames.contains("outbox")) carryOver(database, transaction);
}

// Version 1 kept sealed entries by a running number, without a state. Not one may be lost on the way.
function carryOver(database, transaction) {
  const entries = transaction.objectStore("entries");
  const request = transaction.objectStore("outbox").openCursor();
  request.onsuccess = () => {
    const cursor = request.result;
    if (!cursor) {
      database.deleteObjectStore("outbox");
      return;
    }
    const { id, digest, key_id, sealed, unit = "", saved_at } = cursor.value;
    entries.put({ id, digest, key_id, sealed, unit, saved_at: saved_at ?? Date.now(), state: "waiting", tries: 0 });
    cursor.continue();
  };
}

// Runs `work(stores)` in one transaction and resolves with what it gives when all of it is on the disk.
// Strict durability: "saved" is said only once the operating system has been told to write it down.
export async function transact(names, mode, work) {
  const database = await openStore();
  return new Promise((resolve, reject) => {
    let transaction;
    let result;
    try {
      transaction = database.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    } catch (error) {
      opened = null;
      reject(new StoreFault("unavailable", error));
      return;
    }
    transaction.oncomplete = () => resolve(result?.request ? result.request.result : result);
    transaction.onabort = () => reject(faultOf(transaction.error));
    try {
      const stores = Object.fromEntries([].concat(names).map((name) => [name, transaction.objectStore(name)]));
      const asked = work(stores, transaction);
      result = asked instanceof IDBRequest ? { request: asked } : asked;
    } catch (error) {
      transaction.abort();
      reject(faultOf(error));
    }
  });
}

export function faultOf(error) {
  return new StoreFault(error?.name === "QuotaExceededError" ? "quota" : "unavailable", error);
}

export const entries = {
  all: () => transact("entries", "readonly", ({ entries: store }) => store.getAll()),
  get: (id) => transact("entries", "readonly", ({ entries: store }) => store.get(id)),
  put: (record) => transact("entries", "readwrite", ({ entries: store }) => store.put(record)),
  remove: (id) => transact("entries", "readwrite", ({ entries: store }) => store.delete(id)),
  // One transaction: either the old one stands here or the new one.
  replace: (id, record) =>
    transact("entries", "readwrite", ({ entries: store }) => {
      if (id !== record.id) store.delete(id);
      store.put(record);
    }),
  // Changes a record only if it is still there and still the same: another tab may have had an answer meanwhile.
  change: (id, digest, changes) =>
    transact("entries", "readwrite", ({ entries: store }) => {
      const asked = store.get(id);
      asked.onsuccess = () => {
        if (asked.result?.digest === digest) store.put({ ...asked.result, ...changes });
      };
    }),
  settle: (id, digest) =>
    transact("entries", "readwrite", ({ entries: store }) => {
      const asked = store.get(id);
      asked.onsuccess = () => {
        if (asked.result?.digest === digest) store.delete(id);
      };
    }),
};

export const kept = {
  get: (name) => transact("kept", "readonly", ({ kept: store }) => store.get(name)),
  put: (record) => transact("kept", "readwrite", ({ kept: store }) => store.put(record)),
  remove: (name) => transact("kept", "readwrite", ({ kept: store }) => store.delete(name)),
  names: () => transact("kept", "readonly", ({ kept: store }) => store.getAllKeys()),
  // The key of `owner`: the one that another tab has put there meanwhile, or else `made`.
  claimKey: async (owner, made) => {
    await transact("kept", "readwrite", ({ kept: store }) => {
      const asked = store.get("key");
      asked.onsuccess = () => {
        if (asked.result?.owner !== owner) store.put({ name: "key", key: made, owner });
      };
    });
    return (await kept.get("key")).key;
  },
  // Everything that only its owner may read, the key first of all.
  purge: () =>
    transact("kept", "readwrite", ({ kept: store }) => {
      const asked = store.openCursor();
      asked.onsuccess = () => {
        const cursor = asked.result;
        if (!cursor) return;
        if (!cursor.value.open) cursor.delete();
        cursor.continue();
      };
    }),
};
