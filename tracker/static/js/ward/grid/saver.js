// Saves rows through the outbox and follows each until the server has it. A row is never saved twice: its entry is fixed
// and kept with the draft before it is handed over, and a row that is being saved is not taken again.
import { onResult, replace, save } from "../outbox.js";
import { entries } from "../store.js";
import { canSave, entryOf, placeFaults, rowFaults } from "./rows.js";

// `grid`: {layout, head, bundle, rows, draft, changed(row)}. → {saveRows, resume, stop}
export function saverOf(grid) {
  const stops = new Map();

  function tell(row, result) {
    if (result.state === "sent") {
      row.state = "sent";
      row.faults = {};
      row.message = (result.warnings ?? []).map((warning) => warning.message).join(" ");
    } else if (result.state === "refused") {
      if (row.state !== "refused") placeFaults(row, result);
    } else if (row.state !== "sent") {
      row.state = "waiting";
    }
    grid.changed(row);
    grid.draft.keep();
  }

  function follow(row) {
    stops.get(row.id)?.();
    stops.set(row.id, onResult(row.id, (result) => tell(row, result)));
  }

  async function saveOne(row) {
    try {
      await (row.mends ? replace(row.id, row.entry) : save(row.entry));
      row.state = "waiting";
      row.message = "";
      follow(row);
    } catch (error) {
      if (row.mends || Object.keys(error.faults ?? {}).length) placeFaults(row, error);
      else Object.assign(row, { state: "open", message: error.message });
      row.state = row.mends ? "refused" : "open";
    }
    row.mends = false;
    grid.changed(row);
    grid.draft.keep();
  }

  // Saves those that can be; gives {saved, failed, faulty: [rows with something to mend]}.
  async function saveRows(rows) {
    const chosen = rows.filter(canSave);
    const ready = [];
    for (const row of chosen) {
      row.faults = rowFaults(row, grid.layout, grid.head);
      if (Object.keys(row.faults).length === 0) ready.push(row);
    }
    for (const row of ready) {
      row.entry = entryOf(row, grid.layout, grid.head, grid.bundle);
      row.mends = row.state === "refused";
      row.state = "saving";
    }
    for (const row of chosen) grid.changed(row);
    await grid.draft.now();
    await Promise.all(ready.map(saveOne));
    return {
      saved: ready.filter((row) => row.state === "waiting" || row.state === "sent").length,
      failed: ready.filter((row) => row.state === "open").length,
      faulty: chosen.filter((row) => !ready.includes(row)),
    };
  }

  // After a reload: what was being saved is saved again, word for word; what the device still holds is followed on; what
  // it holds no longer, the server has acknowledged.
  async function resume() {
    let records;
    try {
      records = new Map((await entries.all()).map((record) => [record.id, record]));
    } catch {
      return; // what the device holds cannot be read now: the rows stay as they are told
    }
    for (const row of grid.rows) {
      const record = records.get(row.id);
      if (row.state === "saving" && row.entry) {
        row.mends = Boolean(record && row.mends);
        await saveOne(row);
      } else if (row.state === "waiting" || row.state === "refused") {
        if (!record) tell(row, { state: "sent" });
        else {
          if (record.state === "refused") tell(row, { ...record, state: "refused" });
          follow(row);
        }
      }
    }
  }

  return { saveRows, resume, stop: () => stops.forEach((stop) => stop()) };
}
