// Small comforts that the page can do without: the theme switch, copying SQL, and values shown on pointing at a chart.
(() => {
  const stored = (() => { try { return localStorage.getItem("tellwise-theme"); } catch { return null; } })();
  const apply = (dark) => document.body && document.body.classList.toggle("dark", dark);
  let themed = false; // the theme that was chosen earlier is put on once, after the page has put on its own

  // A new question goes to the top of the conversation and stays there while its answer arrives, until the reader
  // scrolls: so an answer is read from its beginning.
  let questions = 0;
  let shown = null;
  let held = false;
  const release = (event) => { if (event.target instanceof Element && event.target.closest("#tw-chat")) held = false; };
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(kind, release, { passive: true, capture: true });
  }
  const settle = () => {
    lay();
    const header = document.querySelector("#tw-header");
    if (header && document.title !== header.dataset.title) document.title = header.dataset.title;
    const here = document.querySelector("#tw-nav a[aria-current]");
    if (here && here !== shown) { // on a phone the page's own name may lie beyond the edge
      shown = here;
      const nav = here.closest("#tw-nav");
      nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
    }
    if (!themed && header) {
      themed = true;
      if (stored) apply(stored === "dark");
    }
    const send = document.querySelector("#tw-ask .submit-button:not([aria-label])");
    if (send) send.setAttribute("aria-label", document.querySelector("#tw-header")?.dataset.send || "Send");
    const search = document.querySelector("#tw-grid .search-input:not([aria-label])");
    if (search) search.setAttribute("aria-label", search.title || search.placeholder);
    const asked = document.querySelectorAll("#tw-chat .tw-question");
    if (asked.length !== questions) held = asked.length > questions;
    questions = asked.length;
    const last = asked[questions - 1];
    const room = held && last && last.closest(".panel-wrap");
    if (!room) return;
    const row = last.closest(".message-row") || last;
    room.scrollTop += row.getBoundingClientRect().top - room.getBoundingClientRect().top;
  };
  const watch = () => new MutationObserver(settle).observe(document.body, { childList: true, subtree: true });
  if (document.body) watch(); else document.addEventListener("DOMContentLoaded", watch);

  // Tiles of a board close up: each goes where the board is least full, at a multiple of its own width, on rows so low
  // that it takes up no more than its height. A number or a note that would have nothing beside it is twice as wide.
  const COLUMNS = 12;
  const ROW = 2;
  const GAP = 14;
  const packed = (tiles) => {
    const filled = new Array(COLUMNS).fill(0);
    return tiles.map((tile) => {
      const width = parseInt(getComputedStyle(tile).gridColumnStart.replace("span", ""), 10) || COLUMNS;
      const rows = Math.ceil((tile.getBoundingClientRect().height + GAP) / ROW);
      let start = 0;
      let top = Infinity;
      for (let from = 0; from + width <= COLUMNS; from += width) {
        const reach = Math.max(...filled.slice(from, from + width));
        if (reach < top) [start, top] = [from, reach];
      }
      filled.fill(top + rows, start, start + width);
      return { tile, start, width, top, rows };
    });
  };
  const isAlone = (one, places) => {
    const both = 2 * one.width;
    const from = one.start - (one.start % both);
    return both <= COLUMNS && one.tile.matches(".tw-is-number, .tw-is-note") && !places.some((two) => two !== one
      && two.start < from + both && from < two.start + two.width
      && two.top < one.top + one.rows && one.top < two.top + two.rows);
  };
  const place = (board) => {
    const tiles = [...board.children].filter((tile) => tile.matches(".tw-pinned"));
    for (const tile of tiles) tile.style.gridColumn = "";
    const places = packed(tiles);
    for (const one of places) if (isAlone(one, places)) one.tile.style.gridColumn = `span ${2 * one.width}`;
    for (const { tile, start, width, top, rows } of packed(tiles)) {
      tile.style.gridColumn = `${start + 1} / span ${width}`;
      tile.style.gridRow = `${top + 1} / span ${rows}`;
    }
  };
  const heights = new ResizeObserver((changed) => {
    const boards = new Set(changed.map((one) => one.target.parentElement));
    requestAnimationFrame(() => { for (const board of boards) if (board) place(board); });  // a place may change a size
  });
  const lay = () => {
    for (const board of document.querySelectorAll(".tw-board:not(.tw-laid)")) {
      board.classList.add("tw-laid");
      for (const tile of board.children) if (tile.matches(".tw-pinned")) heights.observe(tile);
    }
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("#tw-theme")) {
      const dark = !document.body.classList.contains("dark");
      apply(dark);
      try { localStorage.setItem("tellwise-theme", dark ? "dark" : "light"); } catch { /* private window */ }
    }
    const copy = target.closest(".tw-copy");
    if (copy && navigator.clipboard) {
      const block = copy.parentElement.querySelector("pre");
      navigator.clipboard.writeText(block.textContent).then(() => {
        const label = copy.textContent;
        copy.textContent = copy.dataset.copied;
        setTimeout(() => { copy.textContent = label; }, 1500);
      }, () => {});
    }
  });

  const REACH = 36;
  let bubble = null;
  const hide = () => { if (bubble) bubble.hidden = true; };
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const nearest = (chart, x, y) => {
    let best = null;
    for (const mark of chart.querySelectorAll('path[role="graphics-symbol"][aria-label]')) {
      const at = middle(mark);
      const far = Math.hypot(at.x - x, at.y - y);
      if (far < REACH && (!best || far < best.far)) best = { mark, far };
    }
    return best && best.mark;
  };
  const point = (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const chart = target && target.closest(".tw-chart");
    if (!chart) return hide();
    const hit = target.closest('[role="graphics-symbol"][aria-label]');
    const mark = hit && hit.tagName === "path" ? hit : nearest(chart, event.clientX, event.clientY);
    if (!mark) return hide();
    if (!bubble) {
      bubble = document.createElement("div");
      bubble.className = "tw-tip";
      bubble.setAttribute("aria-hidden", "true");
      document.body.appendChild(bubble);
    }
    bubble.textContent = mark.getAttribute("aria-label");
    bubble.hidden = false;
    const box = bubble.getBoundingClientRect();
    bubble.style.left = `${Math.max(4, Math.min(event.clientX + 12, window.innerWidth - box.width - 4))}px`;
    bubble.style.top = `${Math.max(4, event.clientY - box.height - 12)}px`;
  };
  document.addEventListener("pointermove", point, { passive: true });
  document.addEventListener("pointerdown", point, { passive: true });
  document.addEventListener("scroll", hide, { passive: true, capture: true });
})();
