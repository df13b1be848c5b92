// What is in the reader's hands: focus, selected text, typed text, something unfolded, a value just copied. None of it
// is replaced.
const INPUTS = "input:not([type=hidden]):not([type=submit]), textarea, select";
const MARKED = "[data-touched], .copied";

export function isTouched(element) {
  return hasFocus(element) || hasSelection(element) || isOpen(element) || isMarked(element) || isTyped(element);
}

function hasFocus(element) {
  const active = document.activeElement;
  return Boolean(active && active !== document.body && element.contains(active));
}

function hasSelection(element) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return false;
  return selection.containsNode(element, true);
}

function isOpen(element) {
  return Boolean(element.matches("details[open]") || element.querySelector("details[open]"));
}

function isMarked(element) {
  return element.matches(MARKED) || element.querySelector(MARKED) !== null;
}

function isTyped(element) {
  const inputs = element.matches(INPUTS) ? [element] : element.querySelectorAll(INPUTS);
  return [...inputs].some(isChanged);
}

function isChanged(input) {
  if (input.type === "checkbox" || input.type === "radio") return input.checked !== input.defaultChecked;
  if (input.tagName !== "SELECT") return input.value !== input.defaultValue;
  const usual = [...input.options].findIndex((option) => option.defaultSelected);
  return input.selectedIndex !== Math.max(usual, 0);
}
