"use strict";
(() => {
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const matrix = document.getElementById("matrix");
  const scroll = matrix.parentElement;
  const heads = [...matrix.querySelectorAll("thead .name")];
  const said = document.getElementById("said");
  const rows = [...matrix.querySelectorAll("tr.clause")].map((row) => ({
    row,
    detail: row.nextElementSibling,
    button: row.querySelector("button"),
    area: row.parentElement.dataset.area,
    level: row.dataset.level,
    cells: [...row.querySelectorAll("td.mark")],
    text: null,
  }));
  const byName = new Map(rows.map((each) => [each.row.id, each]));
  root.classList.add("js");

  // What is looked for in a clause: all but the reproducers, which have too much in common.
  const textOf = (each) => {
    if (each.text === null) {
      const parts = each.detail.querySelectorAll("h3, h4, .program, dd");
      each.text = [each.row.id, ...[...parts].map((part) => part.textContent)].join("\n").toLowerCase();
    }
    return each.text;
  };
  const value = (name) => (form.elements[name] ? form.elements[name].value : "");

  // Which clauses and implementations are shown.
  const filter = () => {
    const words = value("q").toLowerCase().split(/\s+/).filter(Boolean);
    const [outcome, area, level] = ["outcome", "area", "level"].map(value);
    const change = value("change");
    const kind = outcome.replace(" ", "-");
    const seen = heads.map(
      (head) =>
        (!value("edition") || head.dataset.edition === value("edition")) &&
        (!value("platform") || head.dataset.platform === value("platform")),
    );
    heads.forEach((head, number) => (head.hidden = !seen[number]));
    let count = 0;
    for (const each of rows) {
      each.cells.forEach((cell, number) => (cell.hidden = !seen[number]));
      const like = (cell, number) =>
        seen[number] &&
        (!kind || cell.classList.contains(kind)) &&
        (!change || [...cell.querySelectorAll("b")].some((mark) => mark.textContent === change));
      const shown =
        (!area || each.area === area) &&
        (!level || each.level === level) &&
        (!(kind || change) || each.cells.some(like)) &&
        words.every((word) => textOf(each).includes(word));
      each.row.hidden = !shown;
      each.detail.hidden = !shown;
      count += shown;
    }
    for (const body of matrix.tBodies) {
      body.hidden = !body.querySelector("tr.clause:not([hidden])");
    }
    document.getElementById("shown").textContent =
      count === rows.length ? `${count} clauses` : `${count} of ${rows.length} clauses`;
    document.getElementById("none").hidden = count > 0;
    fit();
  };

  // The heads stay in view while the page is scrolled, unless the table scrolls sideways itself.
  const fit = () => {
    scroll.classList.remove("fits");
    scroll.classList.toggle("fits", matrix.scrollWidth <= scroll.clientWidth);
  };

  const toggle = (each, open) => {
    each.row.classList.toggle("open", open);
    each.detail.classList.toggle("open", open);
    each.button.setAttribute("aria-expanded", String(open));
  };

  // The address: #clause, #?filters or #clause?filters.
  const remember = (name) => {
    const given = [...new FormData(form)].filter(([, content]) => content);
    const query = given.length ? `?${new URLSearchParams(given)}` : "";
    const anchor = encodeURIComponent(name);
    history.replaceState(null, "", anchor || query ? `#${anchor}${query}` : location.pathname);
  };
  const follow = () => {
    const [anchor, query] = location.hash.slice(1).split("?");
    let name = "";
    try {
      name = decodeURIComponent(anchor);
    } catch {
      // not one of ours
    }
    if (query !== undefined || byName.has(name)) {
      const wanted = new URLSearchParams(query || "");
      for (const field of form.elements) {
        if (field.name) field.value = wanted.get(field.name) || "";
      }
      filter();
    }
    const each = byName.get(name);
    if (each) {
      toggle(each, true);
      each.row.scrollIntoView();
      each.button.focus({ preventScroll: true });
    } else if (query !== undefined) {
      form.scrollIntoView();
    }
  };

  const copy = async (button) => {
    const code = button.closest("details").querySelector("pre");
    let done = true;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    said.textContent = done ? "The reproducer is copied." : "The reproducer is selected.";
    setTimeout(() => {
      button.textContent = "Copy";
      said.textContent = "";
    }, 3000);
  };

  matrix.addEventListener("click", (event) => {
    if (event.target.matches(".copy")) {
      copy(event.target);
      return;
    }
    const row = event.target.closest("tr.clause");
    if (!row) return;
    const each = byName.get(row.id);
    const open = !row.classList.contains("open");
    toggle(each, open);
    remember(open ? row.id : "");
  });
  matrix.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr.clause");
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    const shown = rows.filter((each) => !each.row.hidden);
    const here = shown.findIndex((each) => each.row === row);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (event.key === "/") {
      event.preventDefault();
      form.elements.q.focus();
    } else if (event.key === "Escape") {
      toggle(shown[here], false);
      remember("");
    } else if (to !== undefined) {
      event.preventDefault();
      if (shown[to]) shown[to].button.focus();
    }
  });
  form.addEventListener("input", () => {
    filter();
    remember("");
  });
  form.addEventListener("reset", () =>
    setTimeout(() => {
      filter();
      remember("");
    }),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  addEventListener("resize", fit);
  filter();
  follow();
})();
