// One explorer: native controls, the picture they ask for, and the words that go with it.
// At most one request is under way. Whatever moves meanwhile is asked for when the reply comes,
// so a held key never queues up and always ends on its last value. What the kernel has drawn ahead
// is shown at once; the kernel is asked all the same, and its reply decides. Another view, in this
// window or in a second one, or a cell may have moved: then the controls here go where the reply says.
//
// The controls' states are those of ipywidgets. The kernel sets them when it is asked; here they are
// listened to, where the page has them. Nothing else is needed of the page than its model's get, set,
// save_changes, send, on and off.

const PATIENCE = 5000; // milliseconds before the reader is told why nothing happens
const REST = 400; // milliseconds without a move before a picture of more pixels is asked for
const FINE = 1.25; // pixels of the screen for one of the page from which that is worth it
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

// Each of these returns the nodes to show, the input among them, the node of its label, and how to
// read and to set its position.
const KINDS = {
  slider({ texts }, id) {
    const last = texts.length - 1;
    const input = element("input", { type: "range", id, min: 0, max: last, step: 1 });
    // Room for the longest value from the start: a label that wraps later would move the page.
    const style = `min-width: ${Math.max(...texts.map((text) => text.length))}ch`;
    const output = element("output", { for: id, "aria-live": "off", style }); // aria-valuetext speaks
    const label = element("label", { for: id });
    const set = (k) => {
      input.value = k;
      input.setAttribute("aria-valuetext", (output.value = texts[k]));
    };
    input.addEventListener("input", () => set(Number(input.value)));
    return { nodes: [label, output, input], input, label, set, get: () => Number(input.value) };
  },
  choice({ texts }, id) {
    const input = element("select", { id }, ...texts.map((text) => element("option", {}, text)));
    const label = element("label", { for: id });
    return { nodes: [label, input], input, label,
             set: (k) => (input.selectedIndex = k), get: () => input.selectedIndex };
  },
  radios({ texts }, id) {
    const buttons = texts.map(() => element("input", { type: "radio", name: id }));
    const label = element("legend");
    const choices = texts.map((text, k) => element("label", {}, buttons[k], text));
    const input = element("fieldset", {}, label, ...choices);
    return { nodes: [input], input, label, set: (k) => (buttons[k].checked = true),
             get: () => buttons.findIndex((button) => button.checked) };
  },
  switch(_, id) {
    const input = element("input", { type: "checkbox", id });
    const label = element("label", { for: id });
    return { nodes: [input, label], input, label,
             set: (k) => (input.checked = k === 1), get: () => Number(input.checked) };
  },
};

// As a data URL a picture is there at once. A blob's comes from another process, a frame later.
function load(image, { url, png, type = "image/png", style = "" }) {
  image.style = style;
  if (!url) {
    const bytes = new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    url = `data:${type};base64,${btoa(text)}`;
  }
  return new Promise((done) => {
    image.onload = image.onerror = done;
    image.src = url;
  });
}

// The position of a widget's state, or the nearest: what it is set to in a cell may lie between two.
function positionOf(state, states) {
  const away = states.map((other) => Math.abs(other - state));
  return away.indexOf(Math.min(...away));
}

function render({ model, el }) {
  const [width, height] = model.get("size");
  const id = `explorer-${Math.random().toString(36).slice(2)}`; // a page may hold several views
  let controls = [];
  const again = element("button", { type: "button" }, "Start again");
  const newImage = () => element("img", { width, height, alt: "", decoding: "sync" });
  let image = newImage();
  const caption = element("p", { role: "status" });
  const problem = element("p", { role: "alert" });
  const progress = element("progress", { max: 1, "aria-label": "training" });
  const scroller = element("div", { class: "course-picture" }, image);
  const figcaption = element("figcaption", {}, caption);
  const figure = element("figure", {}, scroller, progress, problem, figcaption);
  const panel = element("div", { class: "course-controls" });
  const hideStill = element("style", {}, STILL.replaceAll("NAME", model.get("still")));
  const name = { role: "group", "aria-label": `Explorer: ${model.get("name")}` };
  const style = `--width: ${width}px`;
  const root = element("div", { class: "course-explorer", style, ...name }, panel, figure);
  el.append(hideStill, root);

  let waiting = null; // number of the request under way
  let moved = false; // since it was sent
  let newer = false; // what is shown is for such a move
  let gone = false; // the kernel is
  let session; // of the kernel that has drawn this
  let unspoken = false; // the point was changed while the caption was busy
  let timer, rest, newest;
  const loaded = []; // the image of each place, and when it can be painted
  const leave = []; // what ends listening to the widgets

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
    clearTimeout(rest);
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

  function hint(message) { // what would help: no reply is waited for
    try {
      model.send(message);
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
    const { png, url } = held(place);
    const source = url ?? png;
    if (source && loaded[place]?.source !== source) {
      const image = newImage();
      loaded[place] = { source, image, ready: load(image, held(place)) };
    }
    return loaded[place];
  }

  async function show(place) {
    const [point, numbers = point] = held(place).sentence.split("\n");
    const next = (newest = loadFrom(place));
    await next.ready; // swapped only when it can be painted: no blank frame
    if (next !== newest) return; // a newer one came first
    if (image !== next.image) image.replaceWith(next.image);
    image = next.image;
    image.alt = numbers;
    if (caption.textContent !== point || (unspoken && !busy())) {
      caption.replaceChildren(point); // anew, or what came while it was busy is never spoken
      unspoken = busy();
    }
    caption.setAttribute("aria-busy", busy()); // spoken when it is final
    clearTimeout(rest);
    if (!busy()) rest = setTimeout(onRest, REST);
  }

  function onRest() {
    const fine = devicePixelRatio > FINE && image.naturalWidth < devicePixelRatio * width;
    if (fine && !busy() && !gone && !held(model.get("reply").place).sharp) hint({ sharp: true });
  }

  function onHeld(place) {
    const before = loaded[place];
    const now = loadFrom(place);
    if (waiting) showExpected(); // it may have been moved to on the way
    else if (before === newest && now !== before && place === model.get("reply").place) show(place);
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

  function release() {
    controls = [];
    for (const undo of leave.splice(0)) undo();
  }

  function build() { // anew when a widget is given other values
    release();
    controls = model.get("controls").map((spec, i) => {
      const control = KINDS[spec.kind](spec, `${id}-${i}`);
      control.start = spec.start;
      control.label.textContent = spec.label;
      control.input.addEventListener("input", () => control.late || onMove());
      control.input.addEventListener("change", () => control.late && onMove());
      control.input.addEventListener("focusin", () => hint({ focus: i })); // it is about to be moved
      attend(control, spec).catch(() => {}); // a page that has no models of the widgets
      return control;
    });
    panel.replaceChildren(
      ...controls.map(({ nodes, input }, i) => {
        const { kind } = model.get("controls")[i];
        return element("div", { class: `course-${kind}` }, ...nodes);
      }),
      again,
    );
    for (const input of [scroller, ...panel.querySelectorAll("input, select, button")])
      input.dataset.lmSuppressShortcuts = "true"; // or the notebook takes the arrow keys
  }

  // Listen to the widget that holds a control's state.
  async function attend(control, { widget: reference, trait, states, label }) {
    const widget = await model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
    const look = () => {
      control.label.textContent = widget.get("description") || label;
      control.input.disabled = widget.get("disabled") === true;
      control.late = widget.get("continuous_update") === false; // asks when it is let go
    };
    const follow = () => { // its picture comes with a reply
      if (!waiting && !moved) control.set(positionOf(widget.get(trait), states));
    };
    if (!controls.includes(control)) return; // it has gone meanwhile
    look();
    const changes = { description: look, disabled: look, continuous_update: look, [trait]: follow };
    for (const [name, callback] of Object.entries(changes)) {
      widget.on(`change:${name}`, callback);
      leave.push(() => widget.off(`change:${name}`, callback));
    }
  }

  again.addEventListener("click", () => {
    put(controls.map(({ input, start, get }) => (input.disabled ? get() : start)));
    onMove();
  });
  build();
  put(model.get("reply").positions);
  onReply();
  const events = {
    "change:reply": onReply, "change:asked": onAsked,
    "change:controls": () => (build(), put(model.get("reply").positions)),
    comm_live_update: onGone, "comm:close": onGone,
  };
  for (const place of PLACES) events[`change:held${place}`] = () => onHeld(place);
  for (const [name, callback] of Object.entries(events)) model.on(name, callback);
  // Where it is wider than the page it moves sideways, by keyboard as well.
  const fit = () => scroller.scrollWidth > scroller.clientWidth
    ? scroller.setAttribute("tabindex", 0) : scroller.removeAttribute("tabindex");
  const sizes = new ResizeObserver(fit);
  sizes.observe(scroller);
  const kernelMessage = model.widget_manager?.kernel?.iopubMessage; // where JupyterLab has it
  kernelMessage?.connect(onMessage);
  if (el.matches(".jupyter-widgets-disconnected")) onGone(); // stored in a notebook opened again
  return () => {
    for (const [name, callback] of Object.entries(events)) model.off(name, callback);
    release();
    sizes.disconnect();
    kernelMessage?.disconnect(onMessage);
    clearTimeout(timer);
    clearTimeout(rest);
  };
}

export default { render };
