// Where the reader is: one item open at a time, and the keyboard at what comes next.
export function items() {
  return [...document.querySelectorAll(".work")];
}

export function fold(article) {
  return article.querySelector(":scope > .fold");
}

export function current() {
  const open = items().filter((one) => fold(one)?.open);
  return open.find((one) => one.contains(document.activeElement)) ?? open.find((one) => "current" in one.dataset) ?? open[0] ?? null;
}

// Everything else folds, so that nothing is copied from another. What is typed there stays.
export function open(article) {
  for (const other of items()) {
    delete other.dataset.current;
    if (other !== article && fold(other)) fold(other).open = false;
  }
  article.dataset.current = "";
  fold(article).open = true;
}

export function step(by) {
  const every = items();
  const next = every[every.indexOf(current()) + by];
  if (next) open(next);
  return next ?? null;
}

export function reveal(article) {
  const top = article.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.6) article.scrollIntoView();
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".work > .fold") && event.target.open) open(event.target.parentElement);
}, true);

// What stays in sight stands right below the page's head, however many systems that names.
const head = document.querySelector("header.top");
if (head) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--desk-top", `${head.offsetHeight}px`);
  }).observe(head);
}
