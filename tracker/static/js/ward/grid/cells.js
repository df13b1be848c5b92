// Text turned into rows of cells: pasted from a spreadsheet, or a CSV file read without the server. No DOM here.
// A row is {number, cells, hidden, faults}, as POST /api/v1/table answers.

export const MOST_ROWS = 1000;

export function readText(text) {
  const clean = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const named = /^sep=(.)\n/i.exec(clean);
  if (named) return numbered(records(clean.slice(named[0].length), named[1]), 2);
  return numbered(records(clean, separatorOf(clean)), 1);
}

// UTF-8 if the bytes can be that, else what older Excel writes in Sweden.
export function decode(bytes) {
  const start = new Uint8Array(bytes).subarray(0, 2);
  const coding = start[0] === 0xff && start[1] === 0xfe ? "utf-16le" : start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(coding, { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

export function tidy(text) {
  return String(text ?? "").replace(/[\u00a0\u202f\u2007]/g, " ").replace(/[\u200b\ufeff\r]/g, "").trim();
}

function numbered(rows, first) {
  return rows
    .map((cells, place) => ({ number: place + first, cells: cells.map(tidy), hidden: false, faults: {} }))
    .filter((row) => row.cells.some(Boolean));
}

// What splits the first rows most evenly: commas stand inside names and numbers too.
function separatorOf(text) {
  const beginning = text.split("\n").slice(0, 50).join("\n");
  const evenness = (separator) => {
    const widths = new Map();
    let all = 0;
    for (const cells of records(beginning, separator)) {
      if (!cells.some(Boolean)) continue;
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
      all += 1;
    }
    const [width, rows] = [...widths].sort((one, other) => other[1] - one[1] || other[0] - one[0])[0] ?? [1, 0];
    return width > 1 ? rows / all : 0;
  };
  const found = ["\t", ";", ","].map((separator) => [separator, evenness(separator)]);
  return found.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

// RFC 4180: a cell in quotation marks may hold the separator, line breaks and doubled quotation marks.
function records(text, separator) {
  const rows = [];
  let cells = [];
  let cell = "";
  let quoted = false;
  for (let place = 0; place < text.length; place += 1) {
    const sign = text[place];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[place + 1] === '"') {
        cell += '"';
        place += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === separator || sign === "\n") {
      cells.push(cell);
      cell = "";
      if (sign === "\n") {
        rows.push(cells);
        cells = [];
      }
    } else cell += sign;
  }
  if (cell || cells.length) rows.push([...cells, cell]);
  return rows;
}
