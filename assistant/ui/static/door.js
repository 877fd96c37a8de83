// Sends name and password, and opens the page that was asked for; what was typed as a name stays when it is wrong.
(() => {
  const stored = (() => { try { return localStorage.getItem("tellwise-theme"); } catch { return null; } })();
  const dark = stored ? stored === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  const form = document.querySelector("form");
  const told = document.querySelector("#told");
  const button = form.querySelector("button");
  const send = async () => {
    const body = new URLSearchParams(new FormData(form));
    const reply = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
    if (reply && reply.ok) return location.reload();
    told.textContent = reply && reply.status === 400 ? form.dataset.wrong : form.dataset.failed;
    button.disabled = false;
    form.elements.password.select();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    told.textContent = "";
    button.disabled = true;
    send();
  });
})();
