// The explorers of a page without a kernel. This follows explore.js in one script, and gives it a model
// that answers from sheets of pictures, made when the page was. They are loaded when a reader first
// touches a control. A picture is an image of its whole sheet, of which the style shows one part.

const SLOW = 4000; // milliseconds: before explore.js would say that a kernel is busy
const ON_ITS_WAY = "This picture is still being loaded.";
const MISSING = "This picture could not be loaded. The last one that could is still shown.";

function script(src) {
  return new Promise((done, failed) => {
    const node = element("script", { src });
    node.onload = () => done(node);
    node.onerror = () => (node.remove(), failed());
    document.head.append(node);
  });
}

function picturesOf(folder, { controls, order, count, sheet, size: [width, height] }) {
  const sheets = new Map();
  let sentences;

  function at(positions) {
    const place = order.reduce((k, i) => k * controls[i].texts.length + positions[i], 0);
    const number = Math.floor(place / sheet);
    const last = Math.min(sheet, count - number * sheet) - 1;
    const share = last && (place % sheet) / last;
    const style = `object-fit: cover; object-position: 0 ${100 * share}%; ` +
      `aspect-ratio: ${width} / ${height}`;
    return { place, url: `${folder}/${number}.webp`, style };
  }

  function load(url) {
    if (!sheets.has(url)) {
      const image = new Image();
      image.src = url;
      sheets.set(url, image.decode().catch((error) => (sheets.delete(url), Promise.reject(error))));
    }
    return sheets.get(url);
  }

  const said = () => (sentences ??= script(`${folder}/said.js`).catch((error) => {
    sentences = undefined; // the next move tries again
    throw error;
  }));

  return {
    async get(positions) {
      const { place, url, style } = at(positions);
      const [{ sentences }] = await Promise.all([said(), load(url)]);
      return { positions, sentence: sentences[place], url: `${url}#${place}`, style, sharp: true };
    },
    beside(positions, i) { // what the next move of control i may need
      said().catch(() => {});
      for (const k of [positions[i], positions[i] - 1, positions[i] + 1])
        if (controls[i].texts[k] !== undefined) load(at(positions.with(i, k)).url).catch(() => {});
    },
  };
}

function modelOf(folder, spec, still) {
  const pictures = picturesOf(folder, spec);
  const start = spec.controls.map((control) => control.start);
  const callbacks = {};
  const state = {
    ...spec, still: "none", asked: { n: 0, positions: start },
    held0: { positions: null, sentence: `${still.caption}\n${still.alt}`, url: still.src, sharp: true },
    held1: {}, held2: {}, held3: {},
  };
  const reply = (n, positions, problem, place = state.reply?.place ?? 0) =>
    set("reply", { n, positions, done: 1, place, problem });

  function set(name, value) {
    state[name] = value;
    for (const callback of callbacks[`change:${name}`] ?? []) callback();
  }

  async function answer({ n, positions }) {
    const slow = setTimeout(reply, SLOW, n, positions, ON_ITS_WAY);
    try {
      const held = await pictures.get(positions);
      const place = (state.reply.place + 1) % 4;
      set(`held${place}`, held);
      reply(n, positions, "", place);
    } catch {
      reply(n, positions, MISSING);
    }
    clearTimeout(slow);
  }

  reply(0, start, "");
  return {
    get: (name) => state[name],
    set,
    save_changes: () => answer(state.asked),
    send: ({ focus }) => focus === undefined || pictures.beside(state.reply.positions, focus),
    on: (name, callback) => (callbacks[name] ??= []).push(callback),
    off: (name, callback) => (callbacks[name] = callbacks[name].filter((c) => c !== callback)),
  };
}

for (const root of document.querySelectorAll(".explorer")) {
  const spec = JSON.parse(root.querySelector("script").textContent);
  const still = root.querySelector(".still");
  const el = element("div");
  const { alt, src } = still.querySelector("img");
  const caption = still.querySelector("figcaption").textContent;
  render({ model: modelOf(root.dataset.folder, spec, { alt, src, caption }), el });
  if (spec.fewer) el.append(element("p", { class: "fewer" }, spec.fewer));
  still.replaceWith(el);
}
