// Builds elements. Data only ever becomes text or an attribute, never markup.
// el("div", {class: "x", onclick: f, dataset: {a: 1}, hidden: false}, "text", child, [more], null)
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "open", "selected", "tabIndex"]);

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (PROPERTIES.has(key)) element[key] = value;
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// The words that every part of `text` must hold: for lists that are searched while typing.
export function searcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (searched) => words.every((word) => searched.includes(word));
}

// A link inside the ward application; the shell shows its screen without asking the server.
export function link(path, attributes, ...children) {
  return el("a", { href: path, ...attributes }, ...children);
}

// True where a keyboard is at hand: there the cursor may be put into a field without a keyboard covering the screen.
export function hasKeyboard() {
  return matchMedia("(pointer: fine)").matches;
}
