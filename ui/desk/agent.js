/* The support desk's keys, and what saves a reload. Every page works without it.

   An element with data-key="r" is what that key is for: fields get the focus, all else is clicked. Elements with
   data-item are what j and k move between. No key does anything while somebody is typing. */

"use strict";

const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const keys = byId("keys");
const pins = byId("pins");
const reply = byId("reply");
const KEPT_FOCUS = "agent-focus";

const isTyping = (at) =>
  at.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");

/* ---- keys ---- */

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
  const at = document.activeElement || document.body;
  if (event.key === "Escape" && isTyping(at)) {
    at.blur();
    return;
  }
  if (isTyping(at)) return;
  if (event.repeat && !/^(j|k|Arrow)/.test(event.key)) return; // a key held down is meant once
  if (event.key === "?") {
    keys.showModal();
  } else if (event.key === "j" || event.key === "ArrowDown") {
    if (!move(1)) return;
  } else if (event.key === "k" || event.key === "ArrowUp") {
    if (!move(-1)) return;
  } else if (event.key === "c") {
    const box = at.closest("[data-item]")?.querySelector("[data-choose]");
    if (!box) return;
    box.click();
  } else {
    const meant = all("[data-key]").find((each) => each.dataset.key === event.key && !each.hidden);
    if (!meant) return;
    meant.matches("input, textarea, h2") ? meant.focus() : meant.click();
    if (event.key === "/") meant.select();
  }
  event.preventDefault();
});

/* To the next item, or the one before; from a heading, to the first one below it. */
function move(by) {
  const items = all("[data-item]");
  const at = document.activeElement;
  const current = items.indexOf(at.closest?.("[data-item]"));
  let next = current + by;
  if (current < 0) {
    const below = items.findIndex((each) => at.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    const first = at === document.body || below < 0 ? 0 : below;
    next = by > 0 ? first : first - 1;
  }
  if (!items[next]) return items.length > 0;
  items[next].focus();
  items[next].scrollIntoView({ block: "nearest" });
  return true;
}

/* ---- what only a script can do is shown, what it makes needless is not ---- */

all("[data-noscript]").forEach((each) => (each.hidden = true));
all("[data-open]").forEach((each) => {
  each.hidden = false;
  each.addEventListener("click", () => keys.showModal());
});

const focusKept = sessionStorage.getItem(KEPT_FOCUS);
sessionStorage.removeItem(KEPT_FOCUS);
if (focusKept && byId(focusKept)) byId(focusKept).focus();

/* ---- pins and filters apply at once ---- */

if (pins) {
  pins.addEventListener("change", (event) => {
    if (!mayReplace()) {
      const field = event.target;
      if (field.type === "checkbox") field.checked = !field.checked;
      return;
    }
    sessionStorage.setItem(KEPT_FOCUS, event.target.id);
    location.assign(`/agent?${asked()}`);
  });
}

/* The address of what is on the page now, chosen alternatives included. The customer's name is in no address. */
function asked() {
  const fields = new URLSearchParams(new FormData(pins));
  for (const name of ["choose", "tone", "reason", "worded"]) fields.delete(name);
  const form = new FormData(reply);
  new Set(form.getAll("choose")).forEach((id) => fields.append("choose", id));
  for (const name of ["tone", "reason", "worded"]) if (form.get(name)) fields.set(name, form.get(name));
  if (form.get("own").trim()) fields.set("reason", form.get("own").trim());
  return fields;
}

/* ---- the reply ---- */

if (reply) {
  const chosen = byId("chosen");
  const most = Number(chosen.dataset.most);
  const nothing = `Choose up to ${most} alternatives.`;
  const text = byId("sent");
  const suggested = byId("suggested");
  const copy = byId("copy");
  let lastKept = null;
  copy.hidden = false;

  const say = (line) => {
    byId("reply-line").textContent = line;
    byId("reply-line").hidden = !line;
  };

  all("[data-choose]").forEach((box) => {
    box.addEventListener("change", () => {
      // One product may stand in several groups: it is chosen in all of them or in none.
      all("[data-choose]").forEach((each) => {
        if (each.value === box.value) each.checked = box.checked;
      });
      const ids = new Map(all("[data-choose]:checked").map((each) => [each.value, each.dataset.title]));
      if (ids.size > most) {
        all("[data-choose]").forEach((each) => {
          if (each.value === box.value) each.checked = false;
        });
        say(`A reply names at most ${most} alternatives: take one off first.`);
        return;
      }
      say("");
      chosen.replaceChildren(
        ...[...ids.values()].map((title) => Object.assign(document.createElement("span"), { textContent: title })),
      );
      if (!ids.size) chosen.textContent = nothing;
      history.replaceState(null, "", `/agent?${asked()}`);
    });
  });

  reply.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button && button.hasAttribute("formaction")) return;
    event.preventDefault();
    if (!mayReplace()) return;
    const make = reply.querySelector("[data-key=r]");
    make.disabled = true;
    try {
      const made = await post("/agent/reply");
      text.value = suggested.value = made.text;
      lastKept = null;
      byId("kept").textContent = "";
      say("");
      history.replaceState(null, "", made.address);
      text.focus();
      text.setSelectionRange(0, 0);
      text.scrollTop = 0;
    } catch (error) {
      say(error.message);
    } finally {
      make.disabled = false;
    }
  });

  copy.addEventListener("click", async () => {
    if (!text.value.trim()) {
      say("There is no reply to copy yet: choose an alternative and make one.");
      return;
    }
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      // Without https a page may not write to the clipboard by itself; a selection it may copy.
      text.select();
      document.execCommand("copy");
    }
    if (text.value !== lastKept) {
      try {
        await post("/agent/sent");
        lastKept = text.value;
      } catch (error) {
        say(`Copied, but not kept: ${error.message}`);
        return;
      }
    }
    say("");
    byId("kept").textContent = "Copied, and kept beside what was suggested.";
  });

  reply.isEdited = () => text.value.trim() !== suggested.value.trim() && text.value !== lastKept;
}

/* Whether a reply may be made anew: one that was edited and not yet copied is asked for. */
function mayReplace() {
  return !reply.isEdited() || confirm("The reply you changed will be made anew. Go on?");
}

async function post(address) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "x-form-token": document.querySelector("meta[name=form-token]").content },
    body: new URLSearchParams(new FormData(reply)),
  }).catch(() => {
    throw new Error("The shop does not answer; please try again in a moment.");
  });
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(said.error || "That did not work; please try again.");
  return said;
}
