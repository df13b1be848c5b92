// What the desk tells: quietly to a screen reader, or loudly in the item's own box, in sight as long as it holds.
const said = document.createElement("p");
said.className = "visually-hidden";
said.dataset.liveOwn = "";
said.setAttribute("role", "status");
document.body.append(said);

export function say(words) {
  said.textContent = "";
  said.textContent = words;
}

export function tell(article, words, name = "bad") {
  const box = article?.querySelector(".desk-told");
  if (!box) return say(words);
  box.className = `desk-told desk-told-${name}`;
  box.hidden = !words;
  if (box.textContent !== words) box.textContent = words;
  return null;
}
