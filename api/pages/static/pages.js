// What pages do beyond plain HTML. Everything here only fills in forms and follows links that are there without it.
"use strict";

// --- a month painted with mouse or finger: the brush sets the choice of each day it goes over ---------------------------
function paintable(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "yes";
  form.classList.add("painting");
  form.querySelector(".brushes").hidden = false;
  const kinds = ["cannot", "rather_not", "", "would_like"];
  const show = (select) => { select.closest(".day").dataset.said = select.value; };
  const paint = (day) => {
    const select = day && day.querySelector("select");
    if (!select || !form.contains(select)) return;
    select.value = form.querySelector("[name=brush]:checked").value;
    show(select);
  };
  let down = false;
  form.addEventListener("pointerdown", (event) => {
    const day = event.target.closest(".day");
    if (!day || event.button !== 0) return;
    down = true;
    event.preventDefault();
    day.querySelector("select").focus({ preventScroll: true });
    if (event.target.hasPointerCapture && event.target.hasPointerCapture(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
    paint(day);
  });
  form.addEventListener("mousedown", (event) => { if (event.target.closest(".day")) event.preventDefault(); });
  form.addEventListener("pointermove", (event) => { if (down) { const at = document.elementFromPoint(event.clientX, event.clientY); paint(at && at.closest(".day")); } });
  window.addEventListener("pointerup", () => { down = false; });
  window.addEventListener("pointercancel", () => { down = false; });
  form.addEventListener("change", (event) => { if (event.target.closest(".day")) show(event.target); });
  form.addEventListener("keydown", (event) => {
    const day = event.target.closest(".day");
    const kind = kinds["1234".indexOf(event.key)];
    if (day && event.key.length === 1 && "1234".includes(event.key)) { event.target.value = kind; show(event.target); event.preventDefault(); }
  });
}

// --- the board: a duty opens beside it; dragged onto somebody's day, what that would cost is shown --------------------
function board(table) {
  if (table.dataset.ready) return;
  table.dataset.ready = "yes";
  let dragged = null;
  // One stop for the Tab key; from there the arrows go from duty to duty.
  const links = [...table.querySelectorAll("a[data-duty]")];
  let current = links[0];
  for (const link of links) link.tabIndex = link === current ? 0 : -1;
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest("a[data-duty]");
    if (!link) return;
    current.tabIndex = -1;
    current = link;
    current.tabIndex = 0;
  });
  const beside = (link, down) => {
    const cell = link.closest("td");
    for (let row = cell.parentElement; (row = down ? row.nextElementSibling : row.previousElementSibling); ) {
      const found = [...row.querySelectorAll("a[data-duty]")];
      if (found.length) return found.reduce((best, one) => Math.abs(one.closest("td").cellIndex - cell.cellIndex) < Math.abs(best.closest("td").cellIndex - cell.cellIndex) ? one : best);
    }
    return null;
  };
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("a[data-duty]");
    const at = links.indexOf(link);
    const to = { ArrowRight: () => links[at + 1], ArrowLeft: () => links[at - 1], ArrowDown: () => beside(link, true), ArrowUp: () => beside(link, false) }[event.key];
    if (!link || !to) return;
    event.preventDefault();
    const next = to();
    if (next) next.focus();
  });
  const open = (address) => window.htmx.ajax("GET", address, { target: "#duty", swap: "innerHTML" }).then(() => { const panel = document.getElementById("duty"); panel.focus(); });
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-duty]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link.dataset.duty);
  });
  table.addEventListener("dragstart", (event) => { dragged = event.target.closest("a[data-duty]"); if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.duty); });
  table.addEventListener("dragover", (event) => { const cell = event.target.closest("td[data-person]"); if (dragged && cell) { event.preventDefault(); for (const other of table.querySelectorAll(".drop")) other.classList.remove("drop"); cell.classList.add("drop"); } });
  table.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-person]");
    for (const other of table.querySelectorAll(".drop")) other.classList.remove("drop");
    if (!dragged || !cell) return;
    event.preventDefault();
    open(`${dragged.dataset.duty}/move?to=${encodeURIComponent(cell.dataset.person)}&away=${encodeURIComponent(dragged.dataset.holder || "")}`);
    dragged = null;
  });
}

// --- who is on call: what stands there says when it is old -----------------------------------------------------------
function wall(part) {
  if (part.dataset.ready) return;
  part.dataset.ready = "yes";
  let heard = Date.now();
  part.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.xhr.status === 200) heard = Date.now(); });
  window.setInterval(() => { const stale = document.getElementById("stale"); if (stale) stale.hidden = Date.now() - heard < 1000 * Number(part.dataset.stale); }, 1000);
}

function ready() {
  for (const form of document.querySelectorAll("form.paint")) paintable(form);
  for (const table of document.querySelectorAll(".board")) board(table);
  for (const part of document.querySelectorAll("[data-stale]")) wall(part);
}
document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("htmx:load", ready);
