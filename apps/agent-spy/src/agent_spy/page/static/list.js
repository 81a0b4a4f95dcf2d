// The list of traces, kept as the server has it.

import { localise, say } from "./page.js";

const RETRY_MS = 3000;
const button = document.getElementById("live");
const rows = document.getElementById("rows");
const older = document.getElementById("older");
let source = null;
let retry = 0;
let wanted = true;

function show(state, text) {
  button.dataset.state = state;
  button.querySelector("span").textContent = text;
  button.setAttribute("aria-pressed", String(wanted));
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // the server's own template: what traces hold is escaped in it
  localise(template.content);
  return template.content.firstElementChild;
}

function settle(change) {
  const known = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  const first = rows.childElementCount === 0;
  let fresh = 0;
  let place = rows.firstElementChild;
  for (const id of change.order) {
    let row = known.get(id);
    if (change.rows[id]) {
      const next = made(change.rows[id]);
      if (!row) {
        fresh += 1;
        next.classList.add("fresh");
      }
      if (row && row.outerHTML !== next.outerHTML) {
        const focused = row.contains(document.activeElement);
        if (row === place) place = next;
        row.replaceWith(next);
        row = next;
        if (focused) row.querySelector("a").focus();
      }
      row ??= next;
    }
    known.delete(id);
    if (row === place) place = place.nextElementSibling;
    else rows.insertBefore(row, place);
  }
  for (const row of known.values()) row.remove();
  older.hidden = !change.older;
  if (change.older) older.search = change.older;
  document.getElementById("list").hidden = change.order.length === 0;
  document.getElementById("empty").hidden = change.order.length > 0;
  if (fresh && !first) say(fresh === 1 ? "1 new trace" : `${fresh} new traces`);
}

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function open() {
  close();
  show("waiting", "Connecting");
  source = new EventSource(button.dataset.address);
  source.onopen = () => show("on", "Live");
  source.addEventListener("traces", (event) => {
    show("on", "Live");
    settle(JSON.parse(event.data));
  });
  source.addEventListener("trouble", () => show("waiting", "No database"));
  source.onerror = () => {
    show("waiting", "Reconnecting");
    // A browser tries again by itself where the connection broke, but not after a refusal.
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
  };
}

function settleState() {
  if (wanted && !document.hidden) open();
  else {
    close();
    show("off", wanted ? "Live" : "Paused");
  }
}

if (button) {
  button.disabled = false;
  button.addEventListener("click", () => {
    wanted = !wanted;
    settleState();
    say(wanted ? "New traces are shown as they come" : "Paused");
  });
  // A browser keeps few connections to a server: what nobody looks at needs none.
  document.addEventListener("visibilitychange", settleState);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) settleState(); });
  settleState();
}
