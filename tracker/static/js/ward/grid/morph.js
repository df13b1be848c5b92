// Makes what stands on the page equal to how it should look now, changing only what differs: the cursor, a press that is
// under way and what is being typed stay where they are.
export function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.dataset?.cell !== fresh.dataset?.cell) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "tabindex") old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((child, place) => (before[place] ? morph(before[place], child) : old.append(child)));
  for (const child of before.slice(after.length)) child.remove();
  if ("value" in fresh && fresh.nodeName !== "BUTTON" && old.value !== fresh.value && (old !== document.activeElement || old.nodeName === "SELECT")) old.value = fresh.value;
}
