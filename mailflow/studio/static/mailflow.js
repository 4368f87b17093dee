// Behaviour of the studio's pages: theme, menu, dialogs, live parts, charts. Pages work without it, only less comfortably.
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/* Theme: chosen here, kept in a cookie, so that the server writes it into the next page. */
const themeSwitch = document.querySelector("[data-theme-switch]");
if (themeSwitch) {
  themeSwitch.hidden = false;
  themeSwitch.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    document.cookie = `mf_theme=${root.dataset.bsTheme}; path=/; max-age=31536000; samesite=lax`;
  });
}

/* Menu on small screens. */
const menu = document.querySelector("[data-menu]");
const openMenu = (open) => {
  document.querySelector(".mf-nav").classList.toggle("open", open);
  menu.setAttribute("aria-expanded", String(open));
};
menu?.addEventListener("click", () => openMenu(menu.getAttribute("aria-expanded") !== "true"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.getAttribute("aria-expanded") === "true") { openMenu(false); menu.focus(); }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const search = document.querySelector("input[type=search]");
    const finder = document.querySelector("[data-find]");
    if (search || finder) event.preventDefault();
    if (search) search.focus();
    else if (finder) location.assign(finder.href);
  }
});

/* Browsers copy for pages of this computer and of https only; elsewhere the text is marked, ready for the reader's own hand. */
const copy = (from, done) => {
  if (navigator.clipboard) navigator.clipboard.writeText(from.textContent.trim()).then(done);
  else getSelection().selectAllChildren(from);
};

/* Dialogs that ask before something dangerous; filters that apply as soon as they are chosen; prefilled copies. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(document.getElementById(copier.dataset.copies), () => { copier.textContent = copier.dataset.done; });
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

/* A form is sent once, however often its button is pressed. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-sent]").forEach((form) => delete form.dataset.sent); });

/* Live parts: the same page is asked again, and the parts marked data-live are replaced where they differ. */
const renew = async () => {
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of all("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
    if (!next || !next.hasAttribute("data-live")) part.removeAttribute("data-live");
  }
};
const live = all("[data-live][id]");
if (live.length) {
  const seconds = Math.min(...live.map((part) => Number(part.dataset.live) || 4));
  const timer = setInterval(() => {
    if (!document.querySelector("[data-live][id]")) clearInterval(timer);
    else if (!document.hidden) renew().catch(() => {});
  }, seconds * 1000);
}

/* Parts that follow a form: posted as it changes, the answer put where data-follow points. */
for (const form of all("form[data-follow]")) {
  let timer, asked = 0;
  const follow = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.followUrl, { method: "POST", body: new FormData(form) });
    if (mine !== asked || answer.redirected) return;
    const target = document.querySelector(form.dataset.follow);
    if (answer.ok || answer.status === 422) target.innerHTML = await answer.text();
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => follow().catch(() => {}), 350); });
}

/* Charts: described by a JSON block beside them; the drawing code is fetched only by pages that have one. */
const boxes = all("[data-chart]");
if (boxes.length) {
  const address = document.querySelector("script[data-charts]").dataset.charts;
  const [{ draw }, { init }] = await Promise.all([import("./charts.js"), import(address)]);
  draw(boxes, init);
}

/* A search that answers as one types: the form's own page is asked, and its part put in place; arrows go through what was found. */
for (const form of all("form[data-search]")) {
  const box = form.querySelector("input[type=search]"), part = () => document.querySelector(form.dataset.search);
  let asked = 0, timer;
  const ask = async () => {
    const mine = ++asked, url = new URL(form.action || location.href);
    url.search = new URLSearchParams(new FormData(form));
    const answer = await fetch(url);
    if (mine !== asked || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    part().replaceWith(page.querySelector(form.dataset.search));
    history.replaceState(null, "", url);
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => ask().catch(() => {}), 120); });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = all("th a[href], li a[href]", part()), at = found.indexOf(document.activeElement);
    if (!step || (document.activeElement !== box && at < 0)) return;
    event.preventDefault();
    (at + step < 0 ? box : found[Math.min(at + step, found.length - 1)])?.focus();
  });
}
