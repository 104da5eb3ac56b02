// What a page can do beyond being read: search, be light or dark, copy code, and mark the place. Without
// a script it is whole all the same, so all that needs one is made or shown here.

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Light or dark ------------------------------------------------------------------------------------

const colours = one("#colours");
colours.value = document.documentElement.dataset.colours || "";
colours.addEventListener("change", () => {
  document.documentElement.dataset.colours = colours.value;
  try {
    localStorage.colours = colours.value;
  } catch {} // a browser that keeps nothing: for this page alone
});
one("#tools").hidden = false;

// Search -------------------------------------------------------------------------------------------

const MOST = 12; // sections that are listed
const AROUND = 70; // letters before and after what is found
const query = one("#query"), results = one("#results"), status = one("#found");
let index;

function loadIndex() {
  index ??= new Promise((done) => {
    const script = element("script", { src: "search.js" });
    script.onload = () => done(script.sections.map((section) => ({ ...section, plain: plain(section.text),
                                                                   named: plain(section.heading) })));
    script.onerror = () => (index = undefined, status.textContent = "The index could not be loaded.");
    document.head.append(script);
  });
  return index;
}

// Small letters without accents, as many as there were.
const plain = (text) => Array.from(text.toLowerCase(), (c) => c.length === 1 ? c.normalize("NFKD")[0] : " ").join("");

function find(sections, words) {
  const points = ({ named, plain }) => {
    const each = words.map((word) => 20 * named.includes(word) + Math.min(plain.split(word).length - 1, 9));
    return Math.min(...each) && each.reduce((a, b) => a + b);
  };
  const found = sections.map((section) => ({ section, points: points(section) }));
  return found.filter((f) => f.points).sort((a, b) => b.points - a.points).map((f) => f.section);
}

// The text around the first word, with the words marked.
function excerpt({ text, plain }, words) {
  const at = Math.max(0, Math.min(...words.map((w) => plain.indexOf(w)).filter((k) => k >= 0)) || 0);
  const from = at < AROUND ? 0 : text.indexOf(" ", at - AROUND) + 1, to = at + AROUND;
  const parts = [from ? "… " : ""];
  for (let k = from; k < Math.min(to, text.length);) {
    const word = words.find((w) => plain.startsWith(w, k));
    const part = text.slice(k, k + (word?.length ?? 1));
    parts.push(word ? element("mark", {}, part) : part);
    k += part.length;
  }
  return [...parts, to < text.length ? " …" : ""];
}

async function search() {
  const words = plain(query.value).split(/\s+/).filter(Boolean);
  const asked = query.value;
  const found = words.length ? find(await loadIndex(), words) : [];
  if (asked !== query.value) return; // typed on meanwhile
  const items = found.slice(0, MOST).map((section) =>
    element("li", {},
      element("a", { href: section.page + (section.id && `#${encodeURIComponent(section.id)}`) },
        section.heading),
      element("span", { class: "of" }, section.lesson), element("p", {}, ...excerpt(section, words))));
  results.replaceChildren(...items);
  one("#answers").hidden = !words.length;
  const count = found.length === 1 ? "1 section" : `${found.length} sections`;
  const shown = found.length > MOST ? `, the best ${MOST} of them below` : "";
  status.textContent = !words.length ? "" : found.length ? `${count} found${shown}` : "Nothing found";
}

function close() {
  query.value = "";
  return search();
}

query.addEventListener("focus", loadIndex);
query.addEventListener("input", search);
query.form.addEventListener("submit", (event) => {
  event.preventDefault();
  results.querySelector("a")?.focus();
});
query.form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close().then(() => query.focus());
});
results.addEventListener("click", (event) => event.target.closest("a") && close());

// Copy ---------------------------------------------------------------------------------------------

const copied = one("#copied");

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that may not: by what is selected
    const area = element("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

for (const pre of all("main pre:not(.output)")) {
  const button = element("button", { type: "button", class: "copy" }, "Copy");
  button.setAttribute("aria-label", "Copy this code");
  button.addEventListener("click", async () => {
    await copy(pre.textContent);
    button.textContent = copied.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy", copied.textContent = ""), 2000);
    button.focus();
  });
  const box = element("div", { class: "code" });
  pre.replaceWith(box);
  box.append(pre, button);
}

// What goes on beside what is shown ----------------------------------------------------------------

function fade(box) {
  const left = box.scrollLeft > 1;
  const right = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
  box.dataset.more = [left && "left", right && "right"].filter(Boolean).join(" ");
}

const resized = new ResizeObserver((boxes) => boxes.forEach(({ target }) => fade(target)));
for (const box of all("main :is(pre, .wide, .course-picture)")) {
  resized.observe(box);
  box.addEventListener("scroll", () => fade(box), { passive: true });
}

// Where one is -------------------------------------------------------------------------------------

const links = new Map(all(".lessons a[href^='#']").map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
const headings = [...links.keys()].map((id) => document.getElementById(id));

function mark() { // the last section that has begun above the middle of the window
  const begun = headings.filter((h) => h.getBoundingClientRect().top < innerHeight / 3);
  const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const here = end ? headings.at(-1) : begun.at(-1);
  for (const [id, link] of links) {
    if (id !== here?.id) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "location");
      const side = one(".lessons");
      if (side.scrollHeight > side.clientHeight) { // so that the mark is seen
        const { top, bottom } = link.getBoundingClientRect();
        const box = side.getBoundingClientRect();
        if (top < box.top || bottom > box.bottom) side.scrollTop += top - box.top - box.height / 2;
      }
    }
  }
}

let marking = 0;
addEventListener("scroll", () => (marking ||= requestAnimationFrame(() => (marking = 0, mark()))), { passive: true });
addEventListener("resize", mark);
mark();
