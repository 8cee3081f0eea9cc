// The review desk by keyboard. Every page works without this: it only presses what stands on the page.
"use strict";

(() => {
  const writing = (node) => node.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=hidden])");
  const forms = [...document.querySelectorAll("[data-judge]")];
  const dialog = document.getElementById("keys");
  const groupsOf = (form) => [...form.querySelectorAll("fieldset[data-group]")];
  const isOpen = (group) => !group.querySelector("input:checked");

  for (const button of document.querySelectorAll("[data-copy], [data-keys]")) button.hidden = false;

  // -- going through the questions ---------------------------------------------------------------------------------

  function enter(group) {
    const radio = group.querySelector("input:checked") || group.querySelector("input");
    radio.focus({ preventScroll: true });
    group.scrollIntoView({ block: "nearest" });
  }

  function step(form, group, by) {
    const groups = groupsOf(form);
    const next = groups[groups.indexOf(group) + by];
    if (next) enter(next);
    else if (by > 0) form.querySelector("[data-save]").focus();
  }

  function here() {
    const at = document.activeElement;
    const form = at.closest("[data-judge]") || forms[0];
    if (!form) return [null, null];
    const groups = groupsOf(form);
    return [form, at.closest("fieldset[data-group]") || groups.find(isOpen) || groups[0]];
  }

  function choose(key) {
    const [form, group] = here();
    if (!form || !group) return false;
    const radio = [...group.querySelectorAll("input")].find((each) => each.dataset.key === key);
    if (!radio) return false;
    radio.checked = true;
    group.classList.remove("open");
    step(form, group, 1);
    return true;
  }

  // -- other keys ------------------------------------------------------------------------------------------------

  function save() {
    const [form] = here();
    if (form) form.requestSubmit(form.querySelector("[data-save]"));
    return Boolean(form);
  }

  function copy(form) {
    const text = form.querySelector("[data-shown]");
    const around = text.closest("details");
    if (around) around.open = true;
    if (!text.value.trim()) text.value = text.dataset.shown;
    text.focus();
    return true;
  }

  function note(form) {
    const text = form.querySelector("[data-note]");
    const around = text.closest("details");
    if (around) around.open = true;
    text.focus();
    return true;
  }

  const undo = document.querySelector("form[data-undo]");
  const keys = {
    s: save,
    z: () => Boolean(undo) && (undo.requestSubmit(), true),
    c: () => Boolean(here()[0]) && copy(here()[0]),
    m: () => Boolean(here()[0]) && note(here()[0]),
    j: () => Boolean(here()[1]) && (step(...here(), 1), true),
    k: () => Boolean(here()[1]) && (step(...here(), -1), true),
    "?": () => Boolean(dialog) && (dialog.showModal(), true),
  };

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.isComposing || dialog?.open) return;
    if (writing(at)) {
      if (event.key === "Escape") at.closest("[data-judge]")?.querySelector("[data-save]").focus();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at.closest("[data-judge]")) save();
      else return;
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let done = false;
    if (event.key === "Enter") done = !event.repeat && !at.matches("a, button, summary") && save();
    else if (choose(event.key)) done = true;
    else if (Object.hasOwn(keys, event.key)) done = !event.repeat && keys[event.key]();
    else {
      const link = [...document.querySelectorAll("a[data-key]")].find((each) => each.dataset.key === event.key);
      if (link) done = (link.click(), true);
    }
    if (done) event.preventDefault();
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(button.closest("form")));
  }
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.addEventListener("click", () => dialog.showModal());
  }

  // -- the facts a sentence rests on -----------------------------------------------------------------------------

  const beside = window.matchMedia("(min-width: 861px)");  // below, the facts stand above the questions

  function light(sentence, on, follow) {
    const rows = sentence.dataset.facts.split(" ").filter(Boolean).map((place) => document.getElementById(`fact-${place}`));
    for (const row of rows) row?.classList.toggle("rests", on);
    if (follow && beside.matches) rows[0]?.scrollIntoView({ block: "nearest" });
  }
  for (const sentence of document.querySelectorAll(".judging .sentence")) {
    for (const [begin, end] of [["mouseenter", "mouseleave"], ["focusin", "focusout"]]) {
      sentence.addEventListener(begin, () => light(sentence, true, begin === "focusin"));
      sentence.addEventListener(end, () => light(sentence, false, false));
    }
  }

  // -- a form is sent once, and a page that opens is ready for the first key -----------------------------------------

  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent && !form.action.endsWith("/export")) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 3000);  // nothing came of it: it may be sent again
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  if (document.querySelector(".judging")) {
    const groups = groupsOf(forms[0]);
    enter(groups.find(isOpen) || groups[0]);
    window.scrollTo(0, 0);
  }
})();
