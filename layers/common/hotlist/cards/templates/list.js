"use strict";
(function () {
  var table = document.querySelector("table"), tools = document.querySelector(".tools");
  if (!table || !tools) return;
  var body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells);
  var rows = Array.from(body.rows), told = tools.querySelector("output");
  var language = document.documentElement.lang;
  var compare = new Intl.Collator(language, { numeric: true }).compare;
  var number = new Intl.NumberFormat(language);
  function text(row, place) { return row.cells[place].textContent.trim(); }
  function value(row, place) {
    var said = row.cells[place].dataset.v;
    return said === undefined ? text(row, place) : Number(said);
  }
  // A table that looks like cards is a table nevertheless.
  table.setAttribute("role", "table");
  [table.tHead, body].forEach(function (one) { one.setAttribute("role", "rowgroup"); });
  Array.from(table.rows).forEach(function (row) {
    row.setAttribute("role", "row");
    Array.from(row.cells).forEach(function (cell) {
      var kind = cell.tagName === "TD" ? "cell" : row.parentNode === body ? "rowheader" : "columnheader";
      cell.setAttribute("role", kind);
    });
  });
  var fields = { find: tools.elements.find, sort: tools.elements.sort };
  var selects = Array.from(tools.querySelectorAll("select[data-column]"));
  selects.forEach(function (select) {
    var place = Number(select.dataset.column), known = new Map();
    rows.forEach(function (row) { if (text(row, place)) known.set(text(row, place), value(row, place)); });
    Array.from(known.keys()).sort(function (a, b) { return order(known.get(a), known.get(b)); })
      .forEach(function (one) { select.add(new Option(one, one)); });
    select.parentNode.hidden = known.size < 2;
  });
  var searched = rows.map(function (row) { return row.textContent.toLocaleLowerCase(language); });
  function order(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b));
  }
  function filter() {
    var words = fields.find.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row, at) {
      var fits = words.every(function (word) { return searched[at].includes(word); }) &&
        selects.every(function (one) { return !one.value || text(row, Number(one.dataset.column)) === one.value; });
      row.hidden = !fits;
      shown += fits;
    });
    told.textContent = number.format(shown) + " / " + number.format(rows.length) + " " + told.dataset.shown;
  }
  function sort(place, down) {
    var sign = down ? -1 : 1;
    rows.map(function (row, at) { return { row: row, at: at, value: value(row, place) }; })
      .sort(function (a, b) {
        var emptyA = a.value === "", emptyB = b.value === "";
        if (emptyA !== emptyB) return emptyA ? 1 : -1;
        return sign * order(a.value, b.value) || a.at - b.at;
      })
      .forEach(function (one) { body.appendChild(one.row); });
    heads.forEach(function (head, at) {
      if (at === place) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    fields.sort.value = place + (down ? "-" : "+");
  }
  heads.forEach(function (head, place) {
    var button = document.createElement("button"), isNumber = head.hasAttribute("data-down");
    var label = head.textContent.trim();
    button.type = "button";
    button.textContent = label;
    var plain = document.createElement("span");
    plain.textContent = label;
    head.replaceChildren(button, plain);
    button.addEventListener("click", function () {
      var was = head.getAttribute("aria-sort");
      sort(place, was ? was === "ascending" : isNumber);
    });
    [["+", " ↑"], ["-", " ↓"]].forEach(function (one) {
      fields.sort.add(new Option(label + one[1], place + one[0]));
    });
  });
  fields.sort.addEventListener("change", function () {
    if (fields.sort.value) sort(parseInt(fields.sort.value, 10), fields.sort.value.endsWith("-"));
  });
  tools.addEventListener("input", filter);
  tools.addEventListener("submit", function (event) { event.preventDefault(); });
  tools.hidden = false;
  filter();
})();
