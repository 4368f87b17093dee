// Sends a file and says how far it is; one that is too large is refused before it is sent. Without script the form sends itself.
const form = document.getElementById("upload"), input = document.getElementById("file");
const refused = document.getElementById("file-refused"), sending = document.getElementById("sending");

input.addEventListener("change", () => {
  const large = input.files[0]?.size > Number(input.dataset.most);
  refused.textContent = large ? input.dataset.tooLarge : "";
  refused.hidden = !large;
  if (large) input.value = "";
});

const told = (percent) => {
  document.getElementById("sent").textContent = percent;
  document.getElementById("bar").value = percent;
};

form.addEventListener("submit", (event) => {
  if (!input.files.length) return;
  event.preventDefault();
  const line = new XMLHttpRequest();
  line.open("POST", form.action);
  line.upload.addEventListener("progress", (at) => told(at.lengthComputable ? Math.floor((at.loaded / at.total) * 100) : 0));
  line.addEventListener("load", () => {
    if (line.status < 400) { location.assign(line.responseURL); return; }
    const answer = new DOMParser().parseFromString(line.responseText, "text/html").getElementById("main");
    document.getElementById("main").replaceWith(answer ?? document.createTextNode(line.statusText));
    document.querySelector("form[enctype]")?.removeAttribute("data-sent");
  });
  line.addEventListener("error", () => { delete form.dataset.sent; sending.hidden = true; form.querySelector("button").hidden = false; refused.textContent = input.dataset.lost; refused.hidden = false; });
  sending.hidden = false;
  form.querySelector("button").hidden = true;
  line.send(new FormData(form));
});
