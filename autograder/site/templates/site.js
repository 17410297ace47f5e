// Search, and the choice of light or dark. Every page is whole without.
"use strict";
(() => {
  const root = document.currentScript.dataset.root;
  const page = document.documentElement;
  const kept = (() => { try { return localStorage.getItem("stagewise-theme"); } catch { return null; } })();
  if (kept) page.style.colorScheme = kept;

  const themes = (button) => {
    const dark = () => page.style.colorScheme
      ? page.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
    button.hidden = false;
    button.onclick = () => {
      page.style.colorScheme = dark() ? "light" : "dark";
      try { localStorage.setItem("stagewise-theme", page.style.colorScheme); } catch { /* not kept */ }
      name();
    };
    name();
  };

  const searching = (form, list) => {
    const input = form.querySelector("input");
    let index;
    const load = () => index ??= fetch(root + "assets/search.json").then((answer) => answer.json());
    const score = (entry, words) => {
      const [, title, heading, text] = entry.map((part) => part.toLowerCase());
      let points = 0;
      for (const word of words) {
        if (heading.includes(word)) points += 4;
        else if (title.includes(word)) points += 2;
        else if (text.includes(word)) points += 1;
        else return 0;
      }
      return points;
    };
    const shown = ([address, title, heading, text], words) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = root + address;
      link.textContent = heading === title ? title : `${title} › ${heading}`;
      const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - 40);
      const some = document.createElement("span");
      some.textContent = text.slice(at, at + 140);
      item.append(link, some);
      return item;
    };
    const search = async () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      list.hidden = !words.length;
      if (!words.length) return;
      const found = (await load()).map((entry) => [score(entry, words), entry]).filter(([points]) => points);
      found.sort(([one], [other]) => other - one);
      list.replaceChildren(...found.slice(0, 12).map(([, entry]) => shown(entry, words)));
      if (!found.length) list.textContent = "Nothing was found.";
    };
    form.hidden = false;
    form.onsubmit = (event) => { event.preventDefault(); list.querySelector("a")?.click(); };
    input.oninput = search;
    input.onkeydown = (event) => { if (event.key === "Escape") { input.value = ""; search(); } };
  };

  addEventListener("DOMContentLoaded", () => {
    themes(document.getElementById("site-theme"));
    searching(document.getElementById("site-search"), document.getElementById("site-found"));
  });
})();
