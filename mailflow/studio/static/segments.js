// The segment builder, more comfortable: the form is sent as it changes and the answer put in place. Without this the buttons do it.
const form = document.getElementById("builder");
const work = () => document.getElementById("work");
const spoken = document.getElementById("spoken");
let asked = 0, timer, speakAt = 0, speakTimer;

const ask = async (button) => {
  const mine = ++asked;
  const body = button ? new FormData(form, button) : new FormData(form);
  const answer = await fetch(form.dataset.preview, { method: "POST", body });
  if (mine !== asked || !answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// At most one announcement in five seconds, and always the newest number.
const speak = () => {
  clearTimeout(speakTimer);
  speakTimer = setTimeout(() => {
    speakAt = Date.now();
    spoken.textContent = document.querySelector("#total [data-says]")?.dataset.says ?? "";
  }, Math.max(0, speakAt + 5000 - Date.now()));
};

// While somebody types, only what is counted is replaced, never what is typed.
const renew = (page) => {
  for (const part of document.querySelectorAll("[data-fresh][id]")) {
    const next = page.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
  }
  for (const row of document.querySelectorAll(".mf-cond")) {
    const fault = row.querySelector(".mf-fault");
    row.classList.toggle("is-faulty", fault.innerHTML.trim() !== "");
  }
  speak();
};

// When rows come, go or change shape, all is replaced; the focus goes where the server says, or stays.
const replace = (page) => {
  const here = document.activeElement?.id, open = [...document.querySelectorAll("details[open] > summary")].map((one) => one.id);
  work().replaceWith(page.getElementById("work"));
  for (const id of open) document.getElementById(id)?.parentElement.setAttribute("open", "");
  (work().querySelector("[autofocus]") ?? (here && document.getElementById(here)))?.focus();
  speak();
};

if (form) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do][formaction]");
    if (button?.form !== form) return;
    event.preventDefault();
    clearTimeout(timer);
    const quiet = button.value === "explain" || button.value === "refresh";
    ask(button).then((page) => page && (quiet ? renew(page) : replace(page))).catch(() => {});
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-reshape], .mf-pick input")) return;
    clearTimeout(timer);
    ask().then((page) => page && replace(page)).catch(() => {});
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-reshape], .mf-pick input, #name, #who")) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask().then((page) => page && renew(page)).catch(() => {}), 400);
  });
  document.addEventListener("click", (event) => {
    for (const one of document.querySelectorAll(".mf-pick[open]")) if (!one.contains(event.target)) one.removeAttribute("open");
  });
}
