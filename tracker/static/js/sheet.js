// Choosing what to print: how many forms in all. Finding a form: a code that is scanned is found wherever the cursor is.

const form = document.getElementById("issue-form");
if (form) {
  const counts = [...form.querySelectorAll("[data-count]")];
  const sum = form.querySelector("[data-sum]");
  const none = form.querySelector("[data-none]");
  const tell = () => {
    const total = counts.reduce((so, field) => so + (/^\d+$/.test(field.value.trim()) ? Number(field.value) : 0), 0);
    sum.textContent = `${total} ${sum.dataset.words}`;
  };
  form.addEventListener("input", tell);
  none.hidden = false;
  none.addEventListener("click", () => {
    for (const field of counts) field.value = "";
    tell();
  });
  tell();
}

const find = document.querySelector("[data-find-sheet]");
const first = document.getElementById("first_blank");
if (find || first) {
  // The scanner's help is an extra: without it the number is typed.
  import("./scan.js")
    .then(({ listenForScans }) =>
      listenForScans({
        onSheet: (serial) => {
          const field = find ? find.elements.serial : first;
          field.value = serial;
          if (find) find.requestSubmit();
          else field.focus();
        },
        onPatient: () => {},
      }),
    )
    .catch(() => {});
}
