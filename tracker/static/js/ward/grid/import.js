// Taking a list into the grid: pasted cells, or an Excel or CSV file. What each column is taken for is shown first, and
// can be changed; nothing is put into the grid before that.
import { _, plural } from "../../texts.js";
import { el } from "../dom.js";
import { ask, Refused } from "../server.js";
import { decode, MOST_ROWS, readText } from "./cells.js";
import { takeIn } from "./intake.js";
import { mapColumns, PERSON_COLUMNS } from "./mapping.js";

const SHOWN = 3;

// `taken(rows)` gets the rows. → {element, open(), paste(text)}
export function importPart(grid, taken) {
  const { layout } = grid;
  const area = el("textarea", { class: "form-control", id: "sheet-paste", rows: "3", spellcheck: "false", autocomplete: "off" });
  const file = el("input", { type: "file", class: "form-control", id: "sheet-file", accept: ".xlsx,.csv,.tsv,.txt" });
  const said = el("div", { role: "status" });
  const preview = el("div", { class: "sheet-preview" });
  const element = el("details", { class: "panel sheet-import" },
    el("summary", {}, _("Paste or import a list")),
    el("p", { class: "hint" }, _("From Excel, the read database's list or any table: copy the cells and paste them here, or choose a file. Columns are found by their headers.")),
    el("div", { class: "row-fields" },
      el("div", { class: "field" }, el("label", { for: "sheet-paste" }, _("Pasted cells")), area),
      el("div", { class: "field" }, el("label", { for: "sheet-file" }, _("File (.xlsx or .csv)")), file)),
    said, preview);

  function say(words, isFault = false) {
    said.replaceChildren(words ? el("p", { class: isFault ? "fault" : "quiet" }, words) : "");
  }

  function show(cells) {
    preview.replaceChildren();
    say("");
    if (!cells.length) return say(_("There is nothing in it."), true);
    if (cells.length > MOST_ROWS) return say(_("There are more than %(rows)s rows. Split the list.", { rows: MOST_ROWS }), true);
    const mapped = mapColumns(cells, layout.kind, grid.patients);
    const hidden = cells.filter((row) => row.hidden).length;
    const selects = mapped.columns.map((meaning, place) => columnChoice(meaning, place));
    const count = cells.length - (mapped.headed ? 1 : 0);
    const take = el("button", { type: "button", class: "btn btn-primary", onclick: () => {
      const rows = takeIn(cells, { headed: mapped.headed, columns: selects.map((select) => select.value) }, grid);
      area.value = "";
      file.value = "";
      preview.replaceChildren();
      element.open = false;
      taken(rows);
    } }, plural("Add %(num)s row", "Add %(num)s rows", count));
    preview.append(
      el("p", {}, _("What each column is taken for. Change it where it is wrong; what has no place is kept beside its row.")),
      el("div", { class: "table-wrap" }, el("table", { class: "list" },
        el("thead", {}, el("tr", {}, selects.map((select, place) => el("th", { scope: "col" }, el("label", { for: select.id },
          (mapped.headed && cells[0].cells[place]) || _("Column %(number)s", { number: place + 1 })), select)))),
        el("tbody", {}, cells.slice(mapped.headed ? 1 : 0).slice(0, SHOWN).map((row) => el("tr", {}, mapped.columns.map((meaning, place) => el("td", {}, row.cells[place] ?? ""))))))),
      hidden ? el("p", { class: "attention" }, plural("%(num)s row is hidden in the file. It is taken in too.", "%(num)s rows are hidden in the file. They are taken in too.", hidden)) : "",
      el("p", { class: "actions" }, take, el("button", { type: "button", class: "btn btn-quiet", onclick: () => preview.replaceChildren() }, _("Leave it"))));
    take.focus();
    return undefined;
  }

  function columnChoice(meaning, place) {
    const words = { bed: _("Bed"), number: _("Number"), name: _("Name"), first: _("First name"), last: _("Last name") };
    const select = el("select", { class: "form-select", id: `sheet-column-${place}` },
      el("option", { value: "" }, _("Kept beside the row")),
      PERSON_COLUMNS.map((column) => el("option", { value: column }, words[column])),
      el("option", { value: "at" }, _("Done at")), el("option", { value: "note" }, _("Note")),
      layout.kind.fields.map((field) => el("option", { value: field.id }, field.label)));
    select.value = meaning;
    return select;
  }

  async function readFile(chosen) {
    say(_("Reading the file…"));
    preview.replaceChildren();
    try {
      if (/\.(csv|tsv|txt)$/i.test(chosen.name)) return show(readText(decode(await chosen.arrayBuffer())));
      const sheets = await atServer(chosen);
      return show(sheets.flatMap((sheet) => sheet.rows));
    } catch (error) {
      if (error instanceof Refused) return say(error.faults["/file"] ?? error.message, true);
      return say(_("Excel files are read by the server, which is not reached. Open the file in Excel, copy the cells and paste them here."), true);
    }
  }

  area.addEventListener("input", () => {
    if (area.value.trim()) show(readText(area.value));
    else preview.replaceChildren();
  });
  file.addEventListener("change", () => file.files[0] && readFile(file.files[0]));

  return {
    element,
    open() {
      element.open = true;
      area.focus();
    },
    paste(text) {
      element.open = true;
      area.value = text;
      show(readText(text));
    },
  };
}

async function atServer(file) {
  const { body: { token } } = await ask("/api/v1/csrf");
  const content = new FormData();
  content.append("file", file);
  return (await askForm("/api/v1/table", content, token)).sheets;
}

// A file is no JSON, so it goes another way than what server.js sends.
async function askForm(path, content, token) {
  const answer = await fetch(path, { method: "POST", body: content, headers: { "X-CSRFToken": token, Accept: "application/json" }, credentials: "same-origin" });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}
