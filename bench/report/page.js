// SPDX-License-Identifier: MIT
// Makes the table of all rows sort by a heading, filter by words, and show a page of rows at a time.
"use strict";
(() => {
  const PAGE = 100;
  const UNITS = { ns: 1e-9, "\u00b5s": 1e-6, ms: 1e-3, s: 1 };
  const table = document.getElementById("rows");
  const body = table.tBodies[0];
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const more = document.getElementById("more");
  const rows = Array.from(body.rows, (element) => ({ element, text: null }));
  let order = rows;
  let limit = PAGE;

  // Reads "12.3 ms" in seconds and "3.1%" and "8.7x" as they are. An empty text and the dash come last.
  const number = (text) => {
    const value = parseFloat(text);
    const unit = text.slice(text.indexOf(" ") + 1);
    return Number.isNaN(value) ? Infinity : value * (UNITS[unit] || 1);
  };

  const textOf = (row) => {
    row.text = row.text || row.element.textContent.toLowerCase();
    return row.text;
  };

  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = order.filter((row) => wanted.every((word) => textOf(row).includes(word)));
    body.replaceChildren(...found.slice(0, limit).map((row) => row.element));
    const count = Math.min(limit, found.length);
    shown.textContent = count + " of " + found.length + (wanted.length ? " that match" : " rows");
    more.hidden = found.length <= limit;
  };

  const sort = (heading, column) => {
    const numeric = heading.className === "n";
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    const sign = ascending ? 1 : -1;
    const keyed = rows.map((row) => {
      const text = row.element.cells[column].textContent;
      return { row, key: numeric ? number(text) : text };
    });
    const compare = (a, b) => {
      if (numeric) {
        const last = (a.key === Infinity) - (b.key === Infinity);
        return last || sign * (a.key - b.key) || 0;
      }
      return sign * a.key.localeCompare(b.key, "en", { numeric: true });
    };
    order = keyed.sort(compare).map((entry) => entry.row);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    show();
  };

  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading, column));
    heading.append(button);
  });
  words.addEventListener("input", () => { limit = PAGE; show(); });
  more.addEventListener("click", () => { limit = Infinity; show(); });
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  document.documentElement.classList.add("scripted");
  document.getElementById("all").classList.toggle("long", rows.length > 300);
  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("main details:not(#machine details)")) part.open = true;
  });
  show();
})();
