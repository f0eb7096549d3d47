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
  var more = tools.querySelector("details"), by = tools.querySelector(".by");
  // An option's value is "=" and the text of its cells: "" stands for all, "=" for empty cells.
  selects.forEach(function (select) {
    var place = Number(select.dataset.column), known = new Map();
    var sign = heads[place].hasAttribute("data-down") ? -1 : 1;
    rows.forEach(function (row) { known.set(text(row, place), value(row, place)); });
    Array.from(known.keys()).filter(Boolean)
      .sort(function (a, b) { return sign * order(known.get(a), known.get(b)); })
      .concat(known.has("") ? [""] : [])
      .forEach(function (one) { select.add(new Option(one || select.dataset.nothing || "–", "=" + one)); });
    select.parentNode.hidden = known.size < 2;
  });
  var letters = { "ł": "l", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h",
    "ı": "i", "ŋ": "n", "ŧ": "t", "ς": "σ", "’": "'", "‘": "'", "ʼ": "'" };
  var odd = new RegExp("[" + Object.keys(letters).join("") + "]", "g");
  function plain(text) {
    return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
      .replace(odd, function (one) { return letters[one]; });
  }
  function digits(text) { return text.replace(/\D/g, ""); }
  function parts(cell) { return cell.children.length ? Array.from(cell.children) : [cell]; }
  function said(one) { return plain(one.textContent); }
  var searched = rows.map(function (row) {
    return Array.from(row.cells).map(function (cell) { return parts(cell).map(said).join("\n"); }).join("\n");
  });
  var numbers = rows.map(function (row) {
    return parts(row.cells[row.cells.length - 1]).map(said)
      .filter(function (one) { return !one.includes("@"); }).map(digits).join("\n");
  });
  // A number is written with blanks, dashes, dots, slashes or brackets, with 00 for +, or with the 0 of its country.
  var written = /\+?\(?\d[\d\s().\/\u2010-\u2015\u2212\u00b7-]*\d/g;
  function seeker(typed) {
    var asked = plain(typed), words = asked.split(/\s+/).filter(Boolean), called = [];
    var others = asked.replace(/\(0\)/g, " ").replace(written, function (one) {
      var number = digits(one).replace(/^0+/, "");
      if (number.length < 3) return one;
      called.push(number);
      return " ";
    }).split(/\s+/).filter(Boolean);
    return function (at) {
      function has(word) { return searched[at].includes(word); }
      return words.every(has) || called.length > 0 && others.every(has) &&
        called.every(function (number) { return numbers[at].includes(number); });
    };
  }
  function order(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b));
  }
  function filter() {
    var fits = seeker(fields.find.value), shown = 0;
    rows.forEach(function (row, at) {
      var isShown = fits(at) && selects.every(function (one) {
        return !one.value || "=" + text(row, Number(one.dataset.column)) === one.value;
      });
      row.hidden = !isShown;
      shown += isShown;
    });
    told.textContent = number.format(shown) + " / " + number.format(rows.length) + " " + told.dataset.shown +
      (shown ? "" : ". " + told.dataset.none);
    by.textContent = [fields.find].concat(selects, fields.sort).filter(function (one) { return one.value; })
      .map(function (one) {
        return one.labels[0].textContent + ": " + (one.options ? one.selectedOptions[0].text : one.value);
      }).join(", ");
  }
  function sort(place, down) {
    var sign = down ? -1 : 1, isListed = place < 0;
    rows.map(function (row, at) { return { row: row, at: at, value: isListed ? at : value(row, place) }; })
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
    fields.sort.value = isListed ? "" : place + (down ? "-" : "+");
  }
  function sortAsChosen() {
    var chosen = fields.sort.value;
    if (chosen) sort(parseInt(chosen, 10), chosen.endsWith("-"));
    else sort(-1, false);
  }
  // What is chosen stays with the page in the history of its window, and in no address.
  var waits = 0, controls = [fields.find, fields.sort].concat(selects);
  function keep() {
    clearTimeout(waits);
    history.replaceState({ list: controls.map(function (one) { return one.value; }) }, "");
  }
  function keepSoon() {
    clearTimeout(waits);
    waits = setTimeout(keep, 300);
  }
  function recall() {
    var kept = history.state && history.state.list;
    controls.forEach(function (one, at) {
      one.value = kept && kept[at] || "";
      if (one.options && one.selectedIndex < 0) one.value = "";
    });
    sortAsChosen();
    filter();
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
      filter();
      keepSoon();
    });
    [["+", " ↑"], ["-", " ↓"]].forEach(function (one) {
      fields.sort.add(new Option(label + one[1], place + one[0]));
    });
  });
  fields.sort.addEventListener("change", sortAsChosen);
  tools.addEventListener("input", function () {
    filter();
    keepSoon();
  });
  tools.addEventListener("change", keepSoon);
  tools.addEventListener("submit", function (event) { event.preventDefault(); });
  body.addEventListener("click", keep);
  addEventListener("pageshow", function (event) { if (!event.persisted) recall(); });
  // In a wide window all controls are there; in a narrow one they open under a heading.
  var summary = more.querySelector("summary"), isWide;
  function fit() {
    var was = isWide;
    isWide = getComputedStyle(summary).display === "none";
    if (isWide !== was) more.open = isWide;
  }
  addEventListener("resize", fit);
  tools.hidden = false;
  fit();
  recall();
})();
