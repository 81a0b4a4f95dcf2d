// What all pages do: times of the reader's own zone, copying, and short addresses of filters.

const pad = (number) => String(number).padStart(2, "0");
const DAY = 86_400_000;
const LONG_STEP = 2 * 3600 * 1_000_000; // microseconds; beyond, an axis reaches over days

const day = (time) => `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
const clock = (time) => `${pad(time.getHours())}:${pad(time.getMinutes())}`;

function local(time) {
  const seconds = `${clock(time)}:${pad(time.getSeconds())}`;
  return day(time) === day(new Date()) ? seconds : `${day(time)} ${seconds}`;
}

/** Writes the times below `root` in the reader's zone; their titles keep UTC. */
export function localise(root) {
  for (const element of root.querySelectorAll("time")) {
    element.textContent = local(new Date(element.dateTime));
  }
  for (const element of root.querySelectorAll("[data-moment]")) {
    const time = new Date(element.dataset.moment);
    element.textContent = element.dataset.step >= LONG_STEP
      ? time.toLocaleDateString("en-GB", { day: "2-digit", month: "short" })
      : clock(time);
  }
}

/** Tells something to those who do not see it happen. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

async function copy(button) {
  const source = button.parentElement.querySelector("pre");
  const text = button.dataset.text ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS there is no clipboard: select it, so that a key press copies.
    if (source) getSelection().selectAllChildren(source);
    say(source ? "Selected: press Ctrl+C to copy" : text);
    return;
  }
  const before = button.textContent;
  button.textContent = "Copied";
  say("Copied");
  setTimeout(() => { button.textContent = before; }, 1500);
}

function filters(form) {
  for (const input of form.querySelectorAll("input[data-utc]")) {
    if (!input.dataset.utc) continue;
    const time = new Date(input.dataset.utc);
    input.value = `${day(time)}T${clock(time)}:${pad(time.getSeconds())}`;
  }
  for (const zone of form.querySelectorAll(".zone")) zone.hidden = true;
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (value === "") formData.delete(name);
      else if (name === "since" || name === "until") {
        formData.set(name, new Date(value).toISOString());
      }
    }
  });
  for (const select of form.querySelectorAll("select, [type=checkbox]")) {
    select.addEventListener("change", () => form.requestSubmit());
  }
  // A time of one's own and "the last hour" at once would mean neither.
  const last = form.elements.last;
  for (const name of ["since", "until"]) {
    form.elements[name]?.addEventListener("input", () => { last.value = ""; });
  }
  // Coming back to a page that was kept, what was chosen last is still there; the address counts.
  addEventListener("pageshow", (event) => { if (event.persisted) form.reset(); });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copy(button);
});
localise(document);
for (const form of document.querySelectorAll("form.filters")) filters(form);
