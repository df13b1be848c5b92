// A table wider than the screen is scrolled with the arrow keys in every browser, also if nothing in it takes focus.
const scrolled = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const wrap of document.querySelectorAll(".table-wrap")) {
  if (!wrap.querySelector("a[href], button, input, select, textarea")) scrolled.observe(wrap);
}
