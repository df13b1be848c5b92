// Over plain http from another computer browsers allow neither sealing nor a service worker. Entries then go straight to the
// server, and this page holds them until it has answered: `save` promises nothing earlier.
import { change, direct, tellOthers } from "./outbox_state.js";
import { askAsUser, Refused, Unreached } from "./server.js";

export function saveDirectly(entry, SaveFault) {
  return new Promise((resolve, reject) => {
    direct.set(entry.id, { id: entry.id, unit: entry.unit, saved_at: Date.now(), state: "waiting", entry, resolve, reject, SaveFault });
    tellOthers({ type: "changed" });
    import("./sender.js").then(({ sendSoon }) => sendSoon());
  });
}

export async function sendDirectly(record, run) {
  const { id, entry, resolve, reject, SaveFault } = record;
  try {
    const { body } = await askAsUser("/api/v1/actions", entry);
    if (body.id !== id || !body.digest) throw new Unreached("another answer");
    direct.delete(id);
    resolve({ id, digest: body.digest });
    tellOthers({ type: "result", id, result: { state: "sent", faults: {}, warnings: body.warnings ?? [], message: "" } });
  } catch (error) {
    if (error instanceof Refused && error.status < 500 && ![401, 429].includes(error.status)) {
      direct.delete(id); // what was typed stays in the form
      reject(new SaveFault("unavailable", error.message, error.faults));
    } else {
      run.failed += 1;
      if (error instanceof Refused && error.status === 401) run.needsLogin = true;
      else run.unreached = true;
    }
    change({});
  }
}
