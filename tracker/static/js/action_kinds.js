// Finds a kind of action while typing. Without it the tiles stand there as they are.
const box = document.querySelector(".kind-search");
const input = document.querySelector("#kind-search");
const tiles = [...document.querySelectorAll(".kind")];
const groups = [...document.querySelectorAll(".kind-group")];
const others = document.querySelector(".other-kinds");
const none = document.querySelector(".no-kind");
const wasOpen = others?.open;

function filter() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const tile of tiles) tile.hidden = !words.every((word) => tile.dataset.search.includes(word));
  for (const group of groups) group.hidden = ![...group.querySelectorAll(".kind")].some((tile) => !tile.hidden);
  if (others) {
    const fits = [...others.querySelectorAll(".kind")].some((tile) => !tile.hidden);
    others.hidden = !fits;
    others.open = words.length ? fits : wasOpen;
  }
  none.hidden = tiles.some((tile) => !tile.hidden);
}

if (box) {
  box.hidden = false;
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (input.value.trim()) tiles.find((tile) => !tile.hidden)?.click();
  });
  if (input.value) filter();
  if (matchMedia("(pointer: fine)").matches) input.focus();
}
