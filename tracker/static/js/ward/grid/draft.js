// What is half-typed in a grid, kept on this device with the bundle's key: it outlives a reload, a crash and an outage
// of the server, and goes when its owner logs out.
import { keepDraft, loadDraft } from "../bundle.js";

// → {load, keep, now}. `read` gives what to keep; `failed` is told when the device does not keep it. Each change is
// written at once; those that come while one is being written are written together after it.
export function draftOf(name, read, failed) {
  let writing = null;
  let isDue = false;

  async function write() {
    while (isDue) {
      isDue = false;
      try {
        if (!(await keepDraft(name, read()))) failed();
      } catch {
        failed();
      }
    }
    writing = null;
  }

  // Resolves when everything up to now is kept.
  function now() {
    isDue = true;
    writing ??= Promise.resolve().then(write);
    return writing;
  }

  return {
    load: async () => {
      try {
        return await loadDraft(name);
      } catch {
        return null;
      }
    },
    keep: () => void now(),
    now,
  };
}
