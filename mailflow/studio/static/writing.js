// The newsletter editor: tags put where the cursor was, bold and links by button, counters, and the cursor back in its row.
const form = document.getElementById("writing");
const fields = () => [...form.querySelectorAll("input[type=text], input:not([type]), textarea")];
let last = null;

form.addEventListener("focusin", (event) => { if (fields().includes(event.target)) last = event.target; });

/* Replaces what is selected and lets the page know, as if it had been typed (undo included). */
const type = (field, text, from, to) => {
  field.focus();
  field.setSelectionRange(from, from + (to - from));
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

for (const button of document.querySelectorAll("[data-inserts]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = last || form.querySelector("[data-takes-tags]") || document.getElementById("subject");
    type(field, button.dataset.inserts, field.selectionStart, field.selectionEnd);
  });
}

for (const bar of document.querySelectorAll("[data-tools]")) {
  const field = document.getElementById(bar.dataset.tools);
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { selectionStart: from, selectionEnd: to } = field;
    const chosen = field.value.slice(from, to) || button.textContent.trim().toLowerCase();
    type(field, "links" in button.dataset ? `[${chosen}](https://)` : `**${chosen}**`, from, to);
  });
}

/* Counters: the number in the hint follows what is typed. */
for (const name of ["subject", "preheader"]) {
  const field = document.getElementById(name), hint = document.getElementById(`${name}-hint`);
  field?.addEventListener("input", () => { hint.textContent = hint.textContent.replace(/\d+/, String(field.value.length)); });
}

/* After a row was moved the page comes back at that row: the cursor too. A fault's line is selected in the source. */
const there = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (there) there.focus();
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    const source = document.getElementById("mjml"), lines = source.value.split("\n"), number = Number(link.dataset.line) - 1;
    if (number >= lines.length) return;
    event.preventDefault();
    const from = lines.slice(0, number).reduce((sum, line) => sum + line.length + 1, 0);
    source.focus();
    source.setSelectionRange(from, from + lines[number].length);
    source.scrollTop = Math.max(0, number - 6) * parseFloat(getComputedStyle(source).lineHeight);
  });
}
