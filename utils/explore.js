// One explorer: native controls, the picture they ask for, and the sentence that goes with it.
// At most one request is under way. Whatever moves meanwhile is asked for when the reply comes,
// so a held key never queues up and always ends on its last value. What the kernel has drawn ahead
// is shown at once; the kernel is asked all the same, and its reply decides. Another view, in this
// window or in a second one, may have asked: then the controls here go where the reply says.

const PATIENCE = 5000; // milliseconds before the reader is told why nothing happens
const BUSY =
  "The kernel has not answered yet. It may be busy with other work; if not, run this cell again, " +
  "or load this page anew.";
const GONE = "The kernel has stopped or was restarted. Run the lesson again: menu Run, Run All Cells.";
const PLACES = [0, 1, 2, 3]; // where pictures are held, the one that is shown among them
// What stands in for the widget where it can't live, and JupyterLab's frame around it.
const STILL = ":is(.NAME, .jp-OutputArea-child:has(.NAME)) {display: none}";

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Each of these returns the node to show, the input in it, and how to read and to set its position.
const KINDS = {
  slider({ label, texts }, id) {
    const last = texts.length - 1;
    const input = element("input", { type: "range", id, min: 0, max: last, step: 1 });
    // Room for the longest value from the start: a label that wraps later would move the page.
    const style = `min-width: ${Math.max(...texts.map((text) => text.length))}ch`;
    const output = element("output", { for: id, "aria-live": "off", style }); // aria-valuetext speaks
    const set = (k) => {
      input.value = k;
      input.setAttribute("aria-valuetext", (output.value = texts[k]));
    };
    input.addEventListener("input", () => set(Number(input.value)));
    return { node: [element("label", { for: id }, label), output, input], input, set,
             get: () => Number(input.value) };
  },
  choice({ label, texts }, id) {
    const input = element("select", { id }, ...texts.map((text) => element("option", {}, text)));
    return { node: [element("label", { for: id }, label), input], input,
             set: (k) => (input.selectedIndex = k), get: () => input.selectedIndex };
  },
  switch({ label }, id) {
    const input = element("input", { type: "checkbox", id });
    return { node: [input, element("label", { for: id }, label)], input,
             set: (k) => (input.checked = k === 1), get: () => Number(input.checked) };
  },
};

// As a data URL a picture is there at once. A blob's comes from another process, a frame later.
function load(image, png) {
  const bytes = new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return new Promise((done) => {
    image.onload = image.onerror = done;
    image.src = `data:image/png;base64,${btoa(text)}`;
  });
}

function render({ model, el }) {
  const [width, height] = model.get("size");
  const id = `explorer-${Math.random().toString(36).slice(2)}`; // a page may hold several views
  const controls = model.get("controls").map((spec, i) => {
    const control = KINDS[spec.kind](spec, `${id}-${i}`);
    control.start = spec.start;
    control.node = element("div", { class: `course-${spec.kind}` }, ...control.node);
    return control;
  });
  const again = element("button", { type: "button" }, "Start again");
  const newImage = () => element("img", { width, height, alt: "", decoding: "sync" });
  let image = newImage();
  const caption = element("p", { role: "status" });
  const problem = element("p", { role: "alert" });
  const progress = element("progress", { max: 1, "aria-label": "training" });
  const figure = element("figure", {}, image, progress, problem, element("figcaption", {}, caption));
  for (const input of [...controls.map((c) => c.input), again])
    input.dataset.lmSuppressShortcuts = "true"; // or the notebook takes the arrow keys
  const panel = element("div", { class: "course-controls" }, ...controls.map((c) => c.node), again);
  const hideStill = element("style", {}, STILL.replaceAll("NAME", model.get("still")));
  const root = element("div", { class: "course-explorer", style: `--width:${width}px` }, panel, figure);
  el.append(hideStill, root);

  let waiting = null; // number of the request under way
  let moved = false; // since it was sent
  let newer = false; // what is shown is for such a move
  let gone = false; // the kernel is
  let session; // of the kernel that has drawn this
  let unspoken = false; // the sentence was changed while the caption was busy
  let timer, newest;
  const loaded = []; // the image of each place, and when it can be painted

  const positions = () => controls.map((control) => control.get());
  const put = (positions) => controls.forEach((control, i) => control.set(positions[i]));
  const busy = () => !gone && (waiting !== null || model.get("reply").done < 1);

  function ask() {
    moved = newer = false;
    waiting = Math.random(); // a number that no other window has used
    caption.setAttribute("aria-busy", busy());
    clearTimeout(timer);
    timer = setTimeout(onSilence, PATIENCE);
    model.set("asked", { n: waiting, positions: positions() });
    model.save_changes();
  }

  function onMove() {
    moved = true;
    showExpected();
    if (!waiting || gone) ask();
  }

  function onReply() {
    const { n, place, ...reply } = model.get("reply");
    const later = newer;
    gone = false;
    if (waiting && n !== waiting) return; // to an older request or another window's: ours comes
    waiting = null;
    clearTimeout(timer);
    if (moved) ask();
    else if (String(positions()) !== String(reply.positions)) put(reply.positions);
    problem.textContent = reply.problem;
    progress.value = reply.done;
    progress.hidden = reply.done >= 1;
    if (!waiting || !(showExpected() || later)) show(place);
  }

  function onFocus(focus) { // it is about to be moved
    try {
      model.send({ focus });
    } catch {} // the kernel is gone, as a move will tell
  }

  // Show what the controls say, if it is held. -> whether it is
  function showExpected() {
    const wanted = String(positions());
    const place = PLACES.find((place) => String(held(place).positions) === wanted);
    if (place === undefined) return false;
    show(place);
    newer = moved;
    return true;
  }

  const held = (place) => model.get(`held${place}`);

  function loadFrom(place) {
    const { png } = held(place);
    if (png && loaded[place]?.png !== png) {
      const image = newImage();
      loaded[place] = { png, image, ready: load(image, png) };
    }
    return loaded[place];
  }

  async function show(place) {
    const { sentence } = held(place);
    const next = (newest = loadFrom(place));
    await next.ready; // swapped only when it can be painted: no blank frame
    if (next !== newest) return; // a newer one came first
    if (image !== next.image) image.replaceWith(next.image);
    image = next.image;
    image.alt = sentence;
    if (caption.textContent !== sentence || (unspoken && !busy())) {
      caption.replaceChildren(sentence); // anew, or what came while it was busy is never spoken
      unspoken = busy();
    }
    caption.setAttribute("aria-busy", busy()); // spoken when it is final
  }

  function onHeld(place) {
    loadFrom(place);
    if (waiting) showExpected(); // it may have been moved to on the way
  }

  function onAsked() { // here or in another view in this window: an older request may never be sent
    if (waiting) waiting = model.get("asked").n;
  }

  function onSilence() {
    if (!gone) problem.textContent = BUSY;
  }

  function onMessage(_, { header }) { // of another kernel: some window has restarted it
    session ??= header.session;
    if (header.session !== session) onGone();
  }

  function onGone() {
    gone = true;
    clearTimeout(timer);
    caption.setAttribute("aria-busy", busy());
    progress.hidden = true;
    problem.textContent = GONE;
  }

  controls.forEach(({ input }, focus) => {
    input.addEventListener("input", onMove);
    input.addEventListener("focus", () => onFocus(focus));
  });
  again.addEventListener("click", () => {
    put(controls.map((control) => control.start));
    onMove();
  });
  put(model.get("reply").positions);
  onReply();
  const events = {
    "change:reply": onReply, "change:asked": onAsked,
    comm_live_update: onGone, "comm:close": onGone,
  };
  for (const place of PLACES) events[`change:held${place}`] = () => onHeld(place);
  for (const [name, callback] of Object.entries(events)) model.on(name, callback);
  const kernelMessage = model.widget_manager?.kernel?.iopubMessage; // where JupyterLab has it
  kernelMessage?.connect(onMessage);
  if (el.matches(".jupyter-widgets-disconnected")) onGone(); // stored in a notebook opened again
  return () => {
    for (const [name, callback] of Object.entries(events)) model.off(name, callback);
    kernelMessage?.disconnect(onMessage);
    clearTimeout(timer);
  };
}

export default { render };
