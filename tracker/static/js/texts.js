// Texts in the user's language, as `_()` in the pages. English is the source and stands in until the texts are here.
//
// Await `ready` before the first use. The language of a page served by the server is its own; the shell, which is kept
// on the device and is the same for everybody, takes the one that was used last here.
const LANGUAGES = ["sv", "en"];
const root = document.documentElement;

export const isShell = Boolean(document.querySelector('script[src*="/js/ward/shell.js"]'));
export const language = chooseLanguage();

let texts = {};
export const ready = load();

export function _(message, values = {}) {
  return fill(texts[message] ?? message, values);
}

export function plural(one, many, number, values = {}) {
  const found = texts[one];
  const forms = Array.isArray(found) ? found : [one, many];
  return fill(forms[number === 1 ? 0 : 1], { ...values, num: number });
}

function fill(message, values) {
  const text = Array.isArray(message) ? message[0] : message;
  return text.replace(/%\((\w+)\)[sd]/g, (place, name) => (name in values ? String(values[name]) : place));
}

function chooseLanguage() {
  let chosen = root.lang;
  try {
    if (isShell) chosen = localStorage.getItem("language") ?? chosen;
    else localStorage.setItem("language", chosen);
  } catch {
    // Storage is switched off: the page's own language will do.
  }
  if (!LANGUAGES.includes(chosen)) chosen = "sv";
  if (isShell) root.lang = chosen;
  return chosen;
}

async function load() {
  try {
    const answer = await fetch(`/texts/${language}.json`, { credentials: "omit" });
    if (answer.ok) texts = (await answer.json()).texts;
  } catch {
    // Neither the server nor the worker has them: English is better than nothing.
  }
}
