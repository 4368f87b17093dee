// Before anything is painted: light or dark as the system says, unless the person chose (then the server has written it).
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
if (!root.dataset.bsTheme) {
  const follow = () => { if (!document.cookie.includes("mf_theme=")) root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
}
