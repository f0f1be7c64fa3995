// Small comforts on top of pages that work without them.
"use strict";

document.documentElement.classList.add("live");
document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest" });

// Lists: search and filters replace the region of results while one types.
const finder = document.querySelector("form[data-live]");
let asked = 0;

async function show(address) {
  const turn = ++asked;
  const region = document.querySelector("#results");
  region.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.assign(address);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    for (const id of ["count", "results"]) {
      document.getElementById(id).replaceChildren(...found.getElementById(id).childNodes);
    }
    history.replaceState(null, "", address);
  } catch {
    location.assign(address);
  } finally {
    region.removeAttribute("aria-busy");
  }
}

function sought() {
  const filled = [...new FormData(finder)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return finder.getAttribute("action") + (query ? `?${query}` : "");
}

if (finder) {
  let pause;
  finder.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => show(sought()), 200);
  });
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    show(sought());
  });
  document.querySelector("#results").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-live]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link.getAttribute("href"));
  });
}

// Deleting: ask on the spot instead of on a page of its own.
function confirmed(link) {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  question.textContent = link.dataset.confirm;
  const form = document.createElement("form");
  form.method = "post";
  form.action = link.getAttribute("href");
  form.className = "actions";
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "button";
  cancel.textContent = document.body.dataset.cancel;
  const go = document.createElement("button");
  go.className = "button main danger";
  go.textContent = link.textContent.trim();
  form.append(cancel, go);
  dialog.append(question, form);
  const leave = () => {
    dialog.remove();
    link.focus();
  };
  cancel.addEventListener("click", leave);
  dialog.addEventListener("close", leave);
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  confirmed(link);
});

// Boards and lists: a change of state shows without leaving the place.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-move]:not([data-plain])");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form, event.submitter)),
  }).catch(() => null);
  if (!answer || !answer.ok) {
    form.dataset.plain = "yes"; // let the browser show what the server says
    return form.requestSubmit(event.submitter);
  }
  const page = await fetch(location.href).then((reply) => reply.text());
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  document.querySelector("main").replaceChildren(...fresh.childNodes);
  document.querySelector("main").focus();
});
