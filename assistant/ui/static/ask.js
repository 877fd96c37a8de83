// The Ask view's clicks and keys. A click on a part of a card sends its `data-act` through a hidden field; the server
// looks up what it means. Nothing here reads or makes a number.
(() => {
  const find = (selector) => document.querySelector(selector);
  const write = (field, text) => {
    const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  let serial = 0;
  const send = (act) => {
    const field = find("#tw-act textarea, #tw-act input");
    if (field) write(field, JSON.stringify({ ...act, n: ++serial })); // the number makes each message a new one
  };

  // --- the menu beside what was clicked
  let opener = null;
  let wanted = "";
  const popover = () => find("#tw-popover");
  const close = (refocus) => {
    const box = popover();
    if (!box || !box.classList.contains("tw-open")) return false;
    box.classList.remove("tw-open");
    if (refocus && opener && opener.isConnected) opener.focus();
    if (opener) opener.removeAttribute("aria-expanded");
    opener = null;
    wanted = "";
    return true;
  };
  const place = () => {
    const box = popover();
    if (!opener || !opener.isConnected) return close(false);
    const at = opener.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const below = window.innerHeight - at.bottom;
    box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8))}px`;
    box.style.top = below > size.height + 12 || below > at.top ? `${at.bottom + 6}px` : `${Math.max(8, at.top - size.height - 6)}px`;
    return true;
  };
  const arrived = () => {
    const menu = find("#tw-popover .tw-menu");
    if (!menu || !wanted || `${menu.dataset.card}|${menu.dataset.place}` !== wanted || menu.dataset.seen) return;
    menu.dataset.seen = "1";
    popover().classList.add("tw-open");
    if (opener) opener.setAttribute("aria-expanded", "true");
    place();
    const first = menu.querySelector(".tw-menu-filter, .tw-item, input");
    if (first) first.focus();
  };

  // --- files: a hidden button gets another name together with each file, and is then clicked once
  let waiting = false;
  let fetchedName = "";
  const fetched = () => {
    const button = find("#tw-file");
    const name = button ? button.textContent.trim() : "";
    if (!waiting || !name || name === fetchedName) return;
    fetchedName = name;
    waiting = false;
    setTimeout(() => button.click(), 0);
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const clicked = target.closest("[data-act]");
    if (clicked) {
      const act = JSON.parse(clicked.dataset.act);
      if (act.do === "menu") {
        const key = `${act.card}|${act.place}`;
        const inside = clicked.closest("#tw-popover");
        if (!inside && key === wanted) { close(true); return; }
        if (!inside) { close(false); opener = clicked; }
        wanted = key;
        const old = find("#tw-popover .tw-menu");
        if (old && `${old.dataset.card}|${old.dataset.place}` === key) delete old.dataset.seen;
      } else {
        close(true);
      }
      if (act.do === "export") { fetchedName = (find("#tw-file")?.textContent || "").trim(); waiting = true; }
      if (act.do === "decide") {
        act.texts = Array.from(clicked.closest(".tw-card").querySelectorAll(".tw-edit"), (field) => field.value);
      }
      if (act.do === "open" && window.innerWidth < 1100) talks(false);
      send(act);
      setTimeout(arrived, 0);
      return;
    }
    const days = target.closest(".tw-apply");
    if (days) {
      const box = days.closest(".tw-days");
      const first = box.querySelector(".tw-first").value;
      const last = box.querySelector(".tw-last").value;
      if (first && last && first <= last) { close(true); send({ do: "period", card: days.dataset.card, first, last }); }
      return;
    }
    const url = target.closest(".tw-copy-url");
    if (url) {
      const field = url.parentElement.querySelector(".tw-url");
      const whole = new URL(field.value, location.href).href;
      field.value = whole;
      field.select();
      if (navigator.clipboard) navigator.clipboard.writeText(whole).then(() => { url.textContent = url.dataset.copied; }, () => {});
      return;
    }
    const full = target.closest(".tw-full");
    if (full) {
      const chart = full.closest(".tw-card").querySelector(".tw-chart");
      if (chart && chart.requestFullscreen) chart.requestFullscreen().catch(() => {});
      return;
    }
    if (target.closest("#tw-talks-toggle")) { talks(find("#tw-body").dataset.talks !== "open", true); return; }
    if (target.closest("#tw-help")) { help(); return; }
    if (target.closest("[data-close]")) { target.closest("dialog").close(); return; }
    if (!target.closest("#tw-popover")) close(false);
    if (!target.closest("#tw-complete")) hush();
  });
  window.addEventListener("resize", () => { if (wanted) place(); });
  document.addEventListener("scroll", (event) => {
    if (wanted && !(event.target instanceof Element && event.target.closest("#tw-popover"))) place();
  }, { passive: true, capture: true });

  // --- past conversations
  const talks = (shown, kept) => {
    const body = find("#tw-body");
    if (body) body.dataset.talks = shown ? "open" : "shut";
    const toggle = find("#tw-talks-toggle");
    if (toggle) toggle.setAttribute("aria-expanded", String(shown));
    if (kept) try { localStorage.setItem("tellwise-talks", shown ? "open" : "shut"); } catch { /* private window */ }
  };
  const help = () => { const box = find("#tw-keys"); if (box && !box.open) box.showModal(); };

  // --- completion while typing
  let words = null;
  let offered = [];
  let marked = -1;
  const question = () => find("#tw-ask textarea");
  const known = () => {
    const source = find("#tw-words");
    if (!words && source) {
      const data = JSON.parse(source.dataset.words);
      words = { ...data, source, all: Object.entries(data.words).flatMap(([kind, texts]) => texts.map((text) => ({ text, kind, low: text.toLowerCase() }))) };
    }
    return words;
  };
  const hush = () => {
    const list = find("#tw-complete");
    if (list) list.hidden = true;
    const field = question();
    if (field) field.removeAttribute("aria-activedescendant");
    offered = [];
    marked = -1;
  };
  const typed = (field) => {
    const before = field.value.slice(0, field.selectionStart);
    const parts = before.split(/(\s+)/);
    const found = [];
    for (let count = 5; count >= 1; count -= 2) {
      const text = parts.slice(-count).join("");
      if (text.trim().length < 2 || /^\s|\s$/.test(text)) continue;
      const low = text.toLowerCase();
      const fitting = known().all.filter((word) => word.low.startsWith(low) && word.low !== low && !found.some((one) => one.word === word));
      fitting.sort((one, other) => one.low.length - other.low.length); // the plainest name first
      found.push(...fitting.map((word) => ({ word, length: text.length })));
    }
    return found.slice(0, 6);
  };
  const mark = (place) => {
    marked = place;
    const items = [...document.querySelectorAll("#tw-complete [role=option]")];
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
    const field = question();
    if (items[place]) field.setAttribute("aria-activedescendant", items[place].id);
    else field.removeAttribute("aria-activedescendant");
  };
  const offer = (field) => {
    if (!known()) return;
    offered = document.activeElement === field ? typed(field) : [];
    if (!offered.length) { hush(); return; }
    let list = find("#tw-complete");
    if (!list) {
      list = document.createElement("ul");
      list.id = "tw-complete";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", words.label);
      find("#tw-ask").appendChild(list);
      for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", "tw-complete"]]) field.setAttribute(name, value);
    }
    list.replaceChildren(...offered.map(({ word }, index) => {
      const item = document.createElement("li");
      item.id = `tw-complete-${index}`;
      item.setAttribute("role", "option");
      const kind = document.createElement("span");
      kind.className = "tw-small";
      kind.textContent = words.names[word.kind];
      item.append(word.text, kind);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(index); });
      return item;
    }));
    list.hidden = false;
    mark(-1);
  };
  const take = (index) => {
    const field = question();
    const { word, length } = offered[index];
    const at = field.selectionStart;
    const text = `${field.value.slice(0, at - length)}${word.kind === "value" ? word.text : word.text.toLowerCase()} `;
    const rest = field.value.slice(at).trimStart();
    write(field, text + rest);
    field.setSelectionRange(text.length, text.length);
    hush();
  };
  let searching = 0;
  document.addEventListener("input", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("#tw-ask")) offer(target);
    else if (target.id === "tw-find") { clearTimeout(searching); searching = setTimeout(() => send({ do: "find", text: target.value.slice(0, 200) }), 200); }
    else if (target.classList.contains("tw-menu-filter")) {
      const low = target.value.trim().toLowerCase();
      for (const item of target.closest(".tw-menu").querySelectorAll(".tw-item")) item.hidden = !item.textContent.toLowerCase().includes(low);
    }
  });

  // --- keys
  const asked = () => [...document.querySelectorAll("#tw-chat .tw-question")].pop();
  const inMenu = (event) => {
    const items = [...document.querySelectorAll("#tw-popover :is(.tw-menu-filter, .tw-item)")].filter((item) => !item.hidden);
    const now = items.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? now + 1 : now - 1;
    if (items[next]) items[next].focus();
    event.preventDefault();
  };
  const inQuestion = (event) => {
    if (offered.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      mark((marked + (event.key === "ArrowDown" ? 1 : offered.length)) % offered.length);
      event.preventDefault();
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && marked >= 0)) && !event.shiftKey) {
      take(Math.max(marked, 0));
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "ArrowUp" && !event.target.value && asked()) {
      write(event.target, asked().textContent);
      event.preventDefault();
    } else if (event.key === "Enter") {
      hush();
    }
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Escape") { if (offered.length) hush(); else close(true); return; }
    if (target.closest("#tw-popover") && (event.key === "ArrowDown" || event.key === "ArrowUp")) { inMenu(event); return; }
    if (target.matches("#tw-ask textarea")) { inQuestion(event); if (!event.altKey && !event.ctrlKey && !event.metaKey) return; }
    if (!find("#tw-ask")) return;
    if (event.altKey && event.key.toLowerCase() === "n") { send({ do: "new" }); event.preventDefault(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      talks(true);
      setTimeout(() => find("#tw-find") && find("#tw-find").focus(), 50);
      event.preventDefault();
      return;
    }
    if (target.closest("input, textarea, select, [contenteditable=true], .cm-editor, dialog")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { question().focus(); event.preventDefault(); }
    if (event.key === "?") { help(); event.preventDefault(); }
  }, true);

  // --- what the page changes by itself
  const begin = () => {
    let stored = null;
    try { stored = localStorage.getItem("tellwise-talks"); } catch { /* private window */ }
    return stored ? stored === "open" && window.innerWidth >= 1100 : window.innerWidth >= 1600;
  };
  const start = () => {
    new MutationObserver(() => {
      if (find("#tw-talks-toggle") && find("#tw-body") && !find("#tw-body").dataset.talks) talks(begin());
      const source = find("#tw-words");
      if (source && words && words.source !== source) words = null;
      arrived();
      fetched();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
