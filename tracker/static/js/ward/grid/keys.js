// The keyboard in a grid. On a row's buttons letters are commands; in an input they are text, arrows lead to the row
// above and below as in a spreadsheet, Enter on to what is missing, Escape back to the row's buttons.
export function listenToKeys(grid) {
  const { table } = grid.view;

  table.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = event.target.closest("tr[data-row]");
    const row = line && grid.rows.find((one) => one.id === line.dataset.row);
    if (!row) return;
    const handled = event.target.matches("button") ? onButton(event, row) : inCell(event, row);
    if (handled) event.preventDefault();
  });

  function onButton(event, row) {
    const cell = event.target.dataset.cell;
    switch (event.key) {
      case "ArrowDown": return grid.step(row, 1, cell);
      case "ArrowUp": return grid.step(row, -1, cell);
      case "ArrowRight": return beside(row, event.target, 1);
      case "ArrowLeft": return beside(row, event.target, -1);
      case "PageDown": return grid.stepPatient(row, 1);
      case "PageUp": return grid.stepPatient(row, -1);
      case "Home": return grid.goTo(grid.visibleRows()[0]);
      case "End": return grid.goTo(grid.visibleRows().at(-1));
      case "Backspace":
      case "Delete": return grid.undo(row);
      case "+":
      case "Insert": return grid.addLike(row);
      // A key that is held down marks one row, not all of them.
      default: return event.repeat ? event.key !== "Tab" : command(event.key.toUpperCase(), row);
    }
  }

  function command(key, row) {
    const mark = grid.layout.marks.find((one) => one.keys.includes(key));
    if (mark) return grid.mark(row, mark);
    if (key === "A" && grid.layout.grouped) return grid.markAll(row);
    if (key === "T") return grid.view.focusCell(row, grid.layout.timeCell);
    if (key === "M") return grid.openDetails(row);
    if (key === "Z") return grid.undo(row);
    if (key === "S") return grid.saveRows([row]);
    return false;
  }

  function inCell(event, row) {
    const input = event.target;
    const cell = input.dataset.cell;
    const isSelect = input.matches("select");
    switch (event.key) {
      case "Enter":
        grid.commit(input);
        return cell === "patient" ? true : grid.onward(row, cell);
      case "Escape": return grid.goTo(row);
      case "ArrowDown": return !isSelect && !input.list?.options.length && grid.step(row, 1, cell);
      case "ArrowUp": return !isSelect && !input.list?.options.length && grid.step(row, -1, cell);
      case "ArrowRight": return !isSelect && atEnd(input) && beside(row, input, 1);
      case "ArrowLeft": return !isSelect && atStart(input) && beside(row, input, -1);
      default: return false;
    }
  }

  function beside(row, control, by) {
    const controls = grid.view.controlsOf(row.id);
    const next = controls[controls.indexOf(control) + by];
    if (!next) return true;
    next.focus();
    if (next.matches("input")) next.select();
    return true;
  }
}

function atEnd(input) {
  return input.type !== "date" && input.selectionStart === input.value.length && input.selectionEnd === input.value.length;
}

function atStart(input) {
  return input.type !== "date" && input.selectionStart === 0 && input.selectionEnd === 0;
}
