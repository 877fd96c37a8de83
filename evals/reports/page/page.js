// Filters over the list of questions; without scripts the page shows all of them.
(() => {
  const form = document.querySelector("form");
  const cases = [...document.querySelectorAll("details.case")];
  const shown = document.querySelector("#shown");
  const pressed = (group) => [...form.querySelectorAll(`button[data-group="${group}"][aria-pressed="true"]`)].map((b) => b.value);
  const apply = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = pressed("verdict");
    const changes = pressed("change");
    const chosen = ["suite", "tag", "reason"].map((name) => [name, form.elements[name]?.value || ""]);
    let count = 0;
    for (const item of cases) {
      const data = item.dataset;
      const fits =
        (!verdicts.length || verdicts.includes(data.verdict)) &&
        (!changes.length || changes.includes(data.change)) &&
        chosen.every(([name, value]) => !value || (` ${data[name]} `).includes(` ${value} `)) &&
        words.every((word) => data.text.includes(word));
      item.classList.toggle("none", !fits);
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${cases.length} questions`;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-group]");
    if (button) {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
      apply();
    }
  });
  // a verdict at the top of the page leads to its questions
  for (const link of document.querySelectorAll("a[data-show]")) {
    link.addEventListener("click", () => {
      for (const button of form.querySelectorAll('button[data-group="verdict"]')) {
        button.setAttribute("aria-pressed", button.value === link.dataset.show);
      }
      apply();
    });
  }
  form.classList.remove("none");
  apply();
})();
