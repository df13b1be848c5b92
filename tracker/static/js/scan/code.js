// What a scanned code holds: a paper form's serial or a patient's identity number. Nothing is looked up here.
//
// A scanner types on the keyboard layout it was set to, and the computer reads another: a US scanner's ":" and "-"
// arrive on a Swedish computer as "Ö" and "+", a Swedish scanner's on a US computer as ">" and "/".
const COLON = "[:;ÖÆØ>.]";
const HYPHEN = /[-+/–_?]/g;
const SHEET = new RegExp(`^DT${COLON}([A-Z0-9]+(?:[-+/–_?][A-Z0-9]+)+)$`);
const OFFICIAL = /^(18|19|20)?([0-9]{2})([0-9]{2})([0-9]{2})([-+/–_?]?)([0-9]{4})$/;
const OTHER_NUMBER = /^(?=(?:.*[0-9]){4})[0-9A-Z]{10,13}$/;
const AIM = /^[\]Å¨][A-Z][0-9A-Z]/;
const GS1_AIM = /^[\]Å¨](?:C1|D2|Q3|E0|J1)/;
const GSRN = /^\(?8018\)?([0-9]{18})$/;
const NUMBERED = /^([0-9]{6,9})-([A-Z])$/;
const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const LONGEST_SERIAL = 20;
const OLDEST = 115;

// {sheet: serial}, {patient: identity} or {}. Official numbers come as YYYYMMDD-NNNN, others as they stand in the code.
export function readCode(text) {
  const whole = clean(text);
  for (const one of [whole, ...withoutPrefix(whole)]) {
    const sheet = SHEET.exec(one)?.[1].replace(HYPHEN, "-");
    if (sheet) return isSerial(sheet) ? { sheet } : {};
    const patient = readPatient(one);
    if (patient) return { patient };
  }
  return {};
}

// Whether nothing can be missing at the end: a code that was not ended by Enter counts only then.
export function isWhole(text) {
  const { sheet, patient } = readCode(text);
  return sheet ? NUMBERED.test(sheet) : patient.includes("-") && hasCheckDigit(bareNumber(patient).slice(2));
}

// The number that `text` holds as it is compared with a list: without signs, in capitals.
export function bareNumber(text) {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, "");
}

function clean(text) {
  // eslint-disable-next-line no-control-regex -- scanners send control characters around a code
  return text.replace(/[\u0000-\u001c\u001e-\u001f\u007f]/g, "").replace(/^[\s\u001d]+|[\s\u001d]+$/g, "").toUpperCase();
}

// The code without what some scanners and labels put before it: an AIM symbology id, a GS1 application identifier.
function withoutPrefix(whole) {
  const rests = [];
  const bare = AIM.test(whole) ? whole.slice(3) : "";
  if (bare) rests.push(bare);
  const isGs1 = GS1_AIM.test(whole) || whole.startsWith("(");
  const inner = /^(?:\(8018\)|\(9[0-9]\)|8018|9[1-9])(.+)$/.exec(bare || whole)?.[1].split("\u001d")[0];
  if (isGs1 && inner) rests.push(inner);
  return rests;
}

// `000421-K`: the letter follows from the number (tracker/serial.py), so that a misread serial is not another sheet's.
function isSerial(serial) {
  const parts = NUMBERED.exec(serial);
  return parts ? LETTERS[Number(parts[1]) % LETTERS.length] === parts[2] : serial.length <= LONGEST_SERIAL;
}

// Luhn, as Skatteverket SKV 704 has it.
function hasCheckDigit(ten) {
  const sum = [...ten].reduce((total, digit, place) => {
    const product = Number(digit) * (place % 2 ? 1 : 2);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return sum % 10 === 0;
}

function readPatient(text) {
  const compact = text.replace(/ /g, "");
  const number = GSRN.exec(compact);
  if (number) return number[1];
  const official = OFFICIAL.exec(compact);
  if (official) {
    const [, century, year, month, day, sign, last] = official;
    const isDate = between(month, 1, 12) && (between(day, 1, 31) || between(day, 61, 91));
    if (isDate) return `${century ? century + year : fullYear(year, month + day, sign)}${month}${day}-${last}`;
  }
  const other = compact.replace(HYPHEN, "");
  return OTHER_NUMBER.test(other) && !isProduct(other) ? other : "";
}

function between(text, least, most) {
  return Number(text) >= least && Number(text) <= most;
}

// Two digits mean the latest such day that has been; "+" a hundred years earlier, unless nobody is that old: then it
// was a hyphen on another keyboard.
function fullYear(two, monthAndDay, sign) {
  const now = new Date();
  const born = String(Number(monthAndDay) % 100 > 60 ? Number(monthAndDay) - 60 : Number(monthAndDay)).padStart(4, "0");
  const today = `${now.getMonth() + 1}`.padStart(2, "0") + `${now.getDate()}`.padStart(2, "0");
  let year = now.getFullYear() - ((now.getFullYear() - Number(two)) % 100 + 100) % 100;
  if (year === now.getFullYear() && born > today) year -= 100;
  return sign === "+" && now.getFullYear() - (year - 100) < OLDEST ? year - 100 : year;
}

// The code of goods (EAN-13): the box of a drug is no patient.
function isProduct(text) {
  if (!/^[0-9]{13}$/.test(text)) return false;
  const sum = [...text].reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}
