// A trace's tree: only the lines that are on the screen are in the page, the rest comes as needed.
//
// Lines have places, counted from 0 in the order of the whole tree; a line's descendants are the
// `below` places after it. So what is folded away is a set of spans of places, and a line on the
// screen is found without knowing those above it.

import { localise, say } from "./page.js";

const MOST = 100; // lines that the server sends at once
const MARGIN = 20; // lines kept above and below the screen
const AHEAD = 30; // lines asked for beyond those, once any is missing
const TYPING_MS = 800;
const tree = document.getElementById("tree");
const scroll = document.getElementById("scroll");
const panel = document.getElementById("details");
const { trace } = tree.dataset;
const lines = new Map(); // place -> element
const asked = new Map(); // place -> promise, while its line is on the way
const folded = new Map(); // place -> how many lines are below it
let spans = []; // of folded places: [first, after the last], in order, none within another
let total = Number(tree.dataset.lines);
let active = Number(tree.dataset.selected);
let selected = active;
let version = 0;
const above = document.createElement("div"); // as high as the lines that are not in the page
above.setAttribute("role", "none");

function adopt(root) {
  localise(root);
  for (const line of root.querySelectorAll("[role=treeitem]")) {
    const place = Number(line.dataset.place);
    lines.set(place, line);
    line.setAttribute("aria-selected", String(place === selected));
    if (folded.has(place)) line.setAttribute("aria-expanded", "false");
  }
}

async function html(address) {
  const answer = await fetch(address);
  const template = document.createElement("template");
  template.innerHTML = await answer.text(); // the server's own templates, escaped
  if (!answer.ok) {
    throw new Error(template.content.querySelector("main .empty p")?.textContent ?? answer.status);
  }
  return template.content;
}

function ask(places) {
  const now = version;
  const coming = html(`/traces/${trace}/lines?at=${places.join(",")}`)
    .then((content) => { if (now === version) adopt(content); })
    .catch((error) => say(`The runs could not be read: ${error.message}`))
    .finally(() => { if (now === version) places.forEach((place) => asked.delete(place)); });
  for (const place of places) asked.set(place, coming);
  return coming;
}

/** Asks for those of the places that are neither here nor on the way; waits for all. */
function load(places) {
  const fresh = places.filter((place) => !lines.has(place) && !asked.has(place));
  for (let n = 0; n < fresh.length; n += MOST) ask(fresh.slice(n, n + MOST));
  return Promise.all(places.map((place) => asked.get(place)));
}

async function line(place) {
  if (!lines.has(place)) await load([place]);
  return lines.get(place);
}

// Places and rows: a row is a place that is not folded away.
function setSpans() {
  spans = [];
  for (const [place, below] of [...folded].sort((a, b) => a[0] - b[0])) {
    const last = spans.at(-1);
    if (!last || place + 1 >= last[1]) spans.push([place + 1, place + 1 + below]);
  }
}
const hidden = () => spans.reduce((sum, [first, after]) => sum + after - first, 0);
const count = () => total - hidden();

function placeAt(row) {
  let place = row;
  for (const [first, after] of spans) {
    if (place < first) break;
    place += after - first;
  }
  return place;
}

function rowOf(place) {
  let row = place;
  for (const [first, after] of spans) {
    if (place < first) break;
    if (place < after) return null;
    row -= after - first;
  }
  return row;
}

const height = () => parseFloat(getComputedStyle(tree).getPropertyValue("--line"));

let drawing = 0;
function draw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(drawNow);
}

function drawNow() {
  const each = height();
  const all = count();
  const seen = Math.ceil(scroll.clientHeight / each);
  const from = Math.max(0, Math.min(Math.floor(scroll.scrollTop / each), all - seen) - MARGIN);
  const to = Math.min(all, from + seen + 2 * MARGIN);
  const wanted = [];
  let missing = false;
  for (let row = from; row < to; row += 1) {
    const place = placeAt(row);
    const found = lines.get(place);
    if (found) wanted.push(found);
    else {
      missing = true;
      const empty = document.createElement("div");
      empty.className = "line coming";
      empty.setAttribute("role", "none");
      wanted.push(empty);
    }
  }
  tree.style.height = `${all * each}px`;
  above.style.height = `${from * each}px`;
  tree.replaceChildren(above, ...wanted);
  mark();
  if (!missing) return;
  const places = [];
  for (let row = Math.max(0, from - AHEAD); row < Math.min(all, to + AHEAD); row += 1) {
    places.push(placeAt(row));
  }
  load(places).then(draw);
}

function mark() {
  for (const element of tree.querySelectorAll(".active")) element.classList.remove("active");
  const element = lines.get(active);
  if (element?.isConnected) {
    element.classList.add("active");
    tree.setAttribute("aria-activedescendant", element.id);
  } else tree.removeAttribute("aria-activedescendant");
}

async function go(place) {
  active = place;
  await line(place);
  const each = height();
  const y = rowOf(place) * each;
  tree.style.height = `${count() * each}px`;
  if (y < scroll.scrollTop) scroll.scrollTop = y;
  else if (y + each > scroll.scrollTop + scroll.clientHeight) {
    scroll.scrollTop = y + each - scroll.clientHeight;
  }
  drawNow();
}

function fold(place, below, closed) {
  if (!below) return;
  if (closed) folded.set(place, below);
  else folded.delete(place);
  lines.get(place)?.setAttribute("aria-expanded", String(!closed));
  setSpans();
  draw();
}

/** Unfolds everything above a place. */
function reveal(place) {
  for (const [over, below] of folded) {
    if (over < place && place <= over + below) fold(over, below, false);
  }
}

async function select(place, { remember = true } = {}) {
  const element = await line(place);
  if (!element) return;
  lines.get(selected)?.setAttribute("aria-selected", "false");
  selected = place;
  element.setAttribute("aria-selected", "true");
  await go(place);
  const run = element.dataset.id;
  if (remember) history.pushState({ place }, "", `/traces/${trace}?run=${run}`);
  panel.setAttribute("aria-busy", "true");
  try {
    const content = await html(`/runs/${run}/details`);
    if (selected !== place) return;
    localise(content);
    panel.replaceChildren(content);
    panel.scrollTop = 0;
    say(`${panel.querySelector("h2").textContent} is shown`);
  } catch (error) {
    const note = document.createElement("p");
    note.className = "note wrong";
    note.textContent = `The run could not be read: ${error.message}`;
    panel.replaceChildren(note);
  }
  panel.removeAttribute("aria-busy");
}

// Keys, as the ARIA practices have them for trees.
let typed = "";
let typing = 0;
async function type(letter) {
  clearTimeout(typing);
  typing = setTimeout(() => { typed = ""; }, TYPING_MS);
  typed += letter;
  const wanted = typed;
  const from = wanted.length > 1 ? active - 1 : active;
  const places = await found(wanted, false);
  if (wanted !== typed && typed !== "") return;
  const seen = places.filter((place) => rowOf(place) !== null);
  const next = seen.find((place) => place > from) ?? seen[0];
  if (next !== undefined) await go(next);
}

async function found(text, anywhere) {
  const query = new URLSearchParams({ text, anywhere });
  const answer = await fetch(`/traces/${trace}/find?${query}`);
  return answer.ok ? answer.json() : [];
}

async function key(event) {
  const here = lines.get(active) ?? await line(active);
  const row = rowOf(active);
  const page = Math.max(1, Math.floor(scroll.clientHeight / height()) - 1);
  const at = (wanted) => go(placeAt(Math.max(0, Math.min(count() - 1, wanted))));
  const below = Number(here.dataset.below);
  const open = below > 0 && !folded.has(active);
  switch (event.key) {
    case "ArrowDown": return at(row + 1);
    case "ArrowUp": return at(row - 1);
    case "PageDown": return at(row + page);
    case "PageUp": return at(row - page);
    case "Home": return at(0);
    case "End": return at(count() - 1);
    case "ArrowRight":
      if (open) return go(active + 1);
      return fold(active, below, false);
    case "ArrowLeft":
      if (open) return fold(active, below, true);
      return here.dataset.parent === undefined ? undefined : go(Number(here.dataset.parent));
    case "Enter":
    case " ": return select(active);
    default: return type(event.key);
  }
}

const KEYS = new Set(["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageDown", "PageUp",
  "Home", "End", "Enter", " "]);
let queue = Promise.resolve(); // one after the other: a key may have to wait for lines
tree.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (!KEYS.has(event.key) && event.key.length !== 1) return;
  event.preventDefault();
  queue = queue.then(() => key(event));
});

tree.addEventListener("click", (event) => {
  const element = event.target.closest("[role=treeitem]");
  if (!element || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  tree.focus({ preventScroll: true });
  const place = Number(element.dataset.place);
  if (event.target.closest(".twist")) {
    active = place;
    fold(place, Number(element.dataset.below), !folded.has(place));
  } else select(place);
});

addEventListener("popstate", async () => {
  const run = new URL(location).searchParams.get("run");
  const known = [...lines].find(([, element]) => element.dataset.id === run);
  const place = history.state?.place ?? known?.[0] ?? 0;
  reveal(place);
  await select(place, { remember: false });
});

const find = document.getElementById("find");
let matches = [];
let match = -1;
function tell() {
  find.querySelector("output").textContent = matches.length
    ? `${match + 1} of ${matches.length}`
    : "none";
}
async function next(step) {
  if (!matches.length) return;
  match = (match + step + matches.length) % matches.length;
  reveal(matches[match]);
  tell();
  await go(matches[match]);
}
let searching = 0;
find.querySelector("input").addEventListener("input", (event) => {
  clearTimeout(searching);
  searching = setTimeout(async () => {
    const text = event.target.value;
    matches = text ? await found(text, true) : [];
    match = -1;
    if (text) {
      tell();
      await next(1);
    } else find.querySelector("output").textContent = "";
  }, 200);
});
find.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!matches.length) return;
  await select(matches[match]);
});
find.querySelector("input").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  next(event.key === "ArrowDown" ? 1 : -1);
});

document.getElementById("expand").addEventListener("click", () => {
  for (const place of folded.keys()) lines.get(place)?.setAttribute("aria-expanded", "true");
  folded.clear();
  setSpans();
  draw();
});
document.getElementById("collapse").addEventListener("click", async () => {
  const answer = await fetch(`/traces/${trace}/branches`);
  if (!answer.ok) return;
  folded.clear();
  for (const [place, below] of await answer.json()) {
    folded.set(place, below);
    lines.get(place)?.setAttribute("aria-expanded", "false");
  }
  setSpans();
  while (rowOf(active) === null) active = Number((await line(active)).dataset.parent);
  await go(active);
});

function follow() {
  const source = new EventSource(`/traces/${trace}/live`);
  let first = true;
  source.addEventListener("trace", (event) => {
    const told = JSON.parse(event.data);
    const summary = document.getElementById("summary");
    summary.innerHTML = told.summary; // the server's own template, escaped
    localise(summary);
    if (!told.running) source.close();
    if (first && told.running) {
      first = false;
      if (told.lines === total) return;
    }
    // Runs may have come between others: places have changed.
    version += 1;
    const before = lines.get(selected);
    const run = before?.dataset.id;
    const ran = before?.classList.contains("running");
    lines.clear();
    asked.clear();
    folded.clear();
    setSpans();
    total = told.lines;
    load(Array.from({ length: Math.min(total, MOST) }, (_, place) => place)).then(() => {
      const moved = [...lines].find(([, element]) => element.dataset.id === run);
      selected = moved ? moved[0] : -1; // else it is far below: nothing is marked for now
      active = moved ? moved[0] : Math.min(active, total - 1);
      for (const [place, element] of lines) {
        element.setAttribute("aria-selected", String(place === selected));
      }
      drawNow();
      if (moved && ran) select(selected, { remember: false });
    });
  });
  addEventListener("pagehide", () => source.close());
}

adopt(tree);
find.hidden = false;
tree.classList.add("windowed");
scroll.addEventListener("scroll", draw, { passive: true });
new ResizeObserver(draw).observe(scroll);
tree.style.height = `${total * height()}px`;
if (selected) scroll.scrollTop = selected * height() - scroll.clientHeight / 2;
go(selected);
if (tree.dataset.running === "true") follow();
