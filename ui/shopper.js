// Runs once in each of the page's HTML parts (gr.HTML js_on_load): element, trigger and watch come from Gradio.
// Buttons carry what they mean in data-event; the server checks every value, so nothing here is trusted.
const opened = new Set();
const broken = new Set();
const picked = new Set();
let byKeyboard = false;

element.addEventListener("click", (click) => {
  const summary = click.target.closest("summary");
  if (summary) {
    // The click comes before the panel changes, from the keyboard as well.
    const { panel } = summary.parentElement.dataset;
    if (summary.parentElement.open) opened.delete(panel);
    else opened.add(panel);
    return;
  }
  const button = click.target.closest("button[data-event]");
  if (!button) return;
  byKeyboard = click.detail === 0;
  const { act, event, index, key, language, product, up } = button.dataset;
  if (event === "say") whenFree(() => trigger("select", { index: Number(index) }));
  if (event === "remove") whenFree(() => trigger("select", { key }));
  if (event === "act") whenFree(() => trigger("select", { act, product }));
  if (event === "pick") pick(product);
  if (event === "language") trigger("select", { language });
  if (event === "thumb") trigger("like", { product, up: up === "true" });
});

// Two cards picked are compared; until then the first is only marked.
function pick(product) {
  if (!picked.delete(product)) picked.add(product);
  if (picked.size > 1) {
    const compare = [...picked];
    picked.clear();
    whenFree(() => trigger("select", { compare }));
  }
  markPicked();
}
function markPicked() {
  const there = [...element.querySelectorAll("button[data-event=pick]")];
  for (const id of picked) if (!there.some((button) => button.dataset.product === id)) picked.delete(id);
  for (const button of there) button.setAttribute("aria-pressed", picked.has(button.dataset.product));
}

const waits = (yes) => document.querySelector("#shop")?.classList.toggle("waits", yes);

// One answer at a time: what is sent meanwhile, by any part of the page, waits for its end, and only the last of it.
// Looked at twice: the button is free a moment before the page takes the next request.
function whenFree(act, looks = 0) {
  clearTimeout(window.clerkNext);
  const busy = document.querySelector("#send")?.disabled;
  if (busy || looks === 1) {
    waits(true);
    window.clerkNext = setTimeout(() => whenFree(act, busy ? 1 : 2), 100);
    return;
  }
  waits(false);
  act();
}
if (!window.clerkListens) {
  window.clerkListens = true;
  document.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" || key.shiftKey || key.isComposing || !key.target.matches?.("#box textarea")) return;
    if (!document.querySelector("#send")?.disabled) return;
    key.preventDefault();
    key.stopPropagation();
    if (key.target.value.trim()) whenFree(() => document.querySelector("#send").click());
  }, true);
  // Starting over leaves nothing waiting.
  document.addEventListener("click", (click) => {
    if (!click.target.closest?.("#again")) return;
    clearTimeout(window.clerkNext);
    waits(false);
  }, true);
}

// A slider is asked once it rests: each arrow key is a change of its own, and the page answers one at a time.
let resting = 0;
function askOnceResting(variety, wait) {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (document.querySelector("#send")?.disabled) return askOnceResting(variety, 100);
    resting = 0;
    trigger("select", { variety });
  }, wait);
}
element.addEventListener("input", (input) => {
  if (input.target.dataset.event !== "vary") return;
  const { value } = input.target;
  input.target.setAttribute("aria-valuetext", input.target.dataset.said.replace("%n", Math.round(value * 10)));
  askOnceResting(Number(value), 400);
});

// An error does not bubble, hence the capture.
element.addEventListener("error", (error) => {
  if (error.target.tagName !== "IMG") return;
  broken.add(error.target.src);
  error.target.hidden = true;
}, true);

// Gradio patches the page to match the server's HTML, which knows neither which panels the shopper opened
// nor which pictures failed: put both back after each patch.
watch("value", () => {
  for (const panel of element.querySelectorAll("details")) panel.open = opened.has(panel.dataset.panel);
  for (const image of element.querySelectorAll("img")) image.hidden = broken.has(image.src);
  markPicked();
  // A slider that was moved no longer follows its attribute, which says where the server has it.
  const slider = element.querySelector("input[data-event=vary]");
  if (slider && !resting) slider.value = slider.getAttribute("value");
  // The button pressed may be gone: whoever uses the keyboard goes on where the next request is typed.
  if (byKeyboard && document.activeElement === document.body) document.querySelector("#box textarea")?.focus();
  speak();
  toTheEnd();
});

// The document is in the language of the masthead, which a screen reader speaks it in.
function speak() {
  const head = element.querySelector("[data-lang]");
  if (head) document.documentElement.lang = head.dataset.lang;
}
speak();

// The newest turn in view, without moving the page itself.
function toTheEnd() {
  const log = element.querySelector(".talk");
  if (log) log.scrollTop = log.scrollHeight;
}
toTheEnd();
