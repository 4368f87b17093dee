// Keeps the delivery page fresh: asks for it again every five seconds while somebody looks, and replaces the parts that differ.
const EVERY = 5000;
const parts = () => [...document.querySelectorAll("[data-part][id]")];
const lost = document.getElementById("lost");

/** A chart is not replaced: its figures are, and it is drawn again, as after a change of the window's size. */
function redrawn(part, next) {
  const [mine, theirs] = [part, next].map((one) => one.querySelector("script[type='application/json']"));
  if (!mine && theirs) location.reload(); // the hour's first mail: a chart is drawn as a page begins
  if (!mine || !theirs) return false;
  if (mine.textContent !== theirs.textContent) {
    mine.textContent = theirs.textContent;
    part.querySelector("[data-chart]").setAttribute("aria-label", next.querySelector("[data-chart]").getAttribute("aria-label"));
    part.querySelector("tbody").innerHTML = next.querySelector("tbody").innerHTML;
    dispatchEvent(new Event("resize"));
  }
  return true;
}

/** Whoever is on a button or link of the part stays there. */
function replace(part, next) {
  const here = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.innerHTML = next.innerHTML;
  if (here) document.getElementById(here)?.focus();
}

/** The sentence's two halves each for itself: the first is read out when it changes, the second is not. */
function take(fresh) {
  for (const part of parts()) {
    const next = fresh.getElementById(part.id);
    if (!next || redrawn(part, next)) continue;
    if (part.className !== next.className) part.className = next.className;
    if (part.innerHTML !== next.innerHTML) replace(part, next);
  }
}

async function renew() {
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok || answer.redirected) throw new Error("not answered");
  take(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

let asking = false;
setInterval(async () => {
  if (document.hidden || asking) return;
  asking = true;
  try { await renew(); lost.hidden = true; } catch { lost.hidden = false; }
  asking = false;
}, EVERY);
