"use strict";
// The report is whole without this. It adds: copying, opening all, and all open in print.
const every = [...document.querySelectorAll("details.endpoint")];
const live = document.querySelector("[role=status]");

for (const block of document.querySelectorAll(".command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const code = block.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = live.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = live.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.append(button);
}

const all = document.querySelector(".all");
if (every.length > 1) {
  const closed = () => every.some((details) => !details.open);
  const name = () => { all.textContent = closed() ? "Open all" : "Close all"; };
  all.hidden = false;
  all.addEventListener("click", () => {
    const open = closed();
    for (const details of every) details.open = open;
  });
  for (const details of every) details.addEventListener("toggle", name);
  name();
}

let shut = [];
addEventListener("beforeprint", () => {
  shut = [...document.querySelectorAll("details:not([open])")];
  for (const details of shut) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of shut) details.open = false;
});
