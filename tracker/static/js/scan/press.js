// Does what a key would have done that was held back, as near to the browser's own way as a script can.
const BUTTONS = ["button", "submit", "reset", "image", "file", "color"];
const TICKS = ["radio", "checkbox"];

export function takesText(element) {
  if (element?.isContentEditable || element?.matches("textarea, select")) return true;
  return element?.tagName === "INPUT" && ![...BUTTONS, ...TICKS, "range"].includes(element.type);
}

// Whether Space presses or ticks it.
export function isPressed(element) {
  return isButton(element) || (element?.tagName === "INPUT" && TICKS.includes(element.type));
}

export function takesLines(element) {
  return Boolean(element?.isContentEditable || element?.matches("textarea"));
}

export function pressAgain({ key, code, shiftKey, ctrlKey, altKey, metaKey, repeat }) {
  const cursor = document.activeElement;
  const again = new KeyboardEvent("keydown", { key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, bubbles: true, cancelable: true });
  if (!cursor.dispatchEvent(again)) return;
  if (key === "Enter") enter(cursor);
  else if (key === " " && isPressed(cursor)) cursor.click();
  else if (key === " " && cursor.tagName === "SELECT") open(cursor);
  else if (key.length === 1 && takesText(cursor)) document.execCommand("insertText", false, key);
}

function isButton(element) {
  return Boolean(element?.matches("button, summary")) || (element?.tagName === "INPUT" && BUTTONS.includes(element.type));
}

function enter(cursor) {
  if (takesLines(cursor)) document.execCommand("insertText", false, "\n");
  else if (isButton(cursor) || cursor.matches("a[href]")) cursor.click();
  else if (cursor.form) submit(cursor);
}

// As Enter in a field does: the form's first button that sends it is pressed.
function submit(field) {
  if (takesText(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
  const parts = [...field.form.elements];
  const button = parts.find((one) => ["submit", "image"].includes(one.type));
  if (button) button.click();
  else if (parts.filter((one) => one.tagName === "INPUT" && takesText(one)).length === 1) field.form.requestSubmit();
}

function open(select) {
  try {
    select.showPicker();
  } catch {
    // The browser opens it only at once after a press, and only where it is seen.
  }
}
