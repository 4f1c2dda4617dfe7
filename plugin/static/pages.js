// What pages gain where JavaScript runs; everything that decides something works without it.
// - [data-until]: a time; counts down to it, then looks again.
// - [data-poll] [data-stamp]: asks an address every few seconds and reloads when the answer differs.
// - [data-key]: a key that presses a button of the current reply; j and k move.
"use strict";

(() => {
  const reload = () => {
    const active = document.activeElement;
    const typing = active && ["TEXTAREA", "INPUT", "SELECT"].includes(active.tagName) && active.type !== "range";
    const dirty = document.querySelector("form[data-dirty]");
    if (!typing && !dirty) location.reload();
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (form) form.dataset.dirty = "";
  });
  document.addEventListener("submit", (event) => {
    // A second press of the same button sends nothing: the first one is on its way.
    if (event.target.dataset.sent !== undefined) event.preventDefault();
    else event.target.dataset.sent = "";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Countdowns. The page says what time it is here, so that a wrong clock at the reader's does no harm.
  const started = performance.now();
  const serverNow = Date.parse(document.body.dataset.now || "") || Date.now();
  const now = () => serverNow + (performance.now() - started);
  const clocks = [...document.querySelectorAll("[data-until]")];
  const tick = () => {
    for (const clock of clocks) {
      const left = Math.ceil((Date.parse(clock.dataset.until) - now()) / 1000);
      if (left > 0) {
        const h = Math.floor(left / 3600), m = Math.floor((left % 3600) / 60), s = left % 60;
        const days = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day", unitDisplay: "long" });
        clock.textContent = h >= 48 ? days.format(Math.floor(h / 24)) : (h ? h + ":" + String(m).padStart(2, "0") : String(m)) + ":" + String(s).padStart(2, "0");
      } else if (clock.textContent !== "0:00") {
        clock.textContent = "0:00";
        setTimeout(reload, 1500);
      }
    }
  };
  if (clocks.length) { tick(); setInterval(tick, 500); }

  // Polling.
  const polled = document.querySelector("[data-poll]");
  if (polled) {
    setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(polled.dataset.poll, { credentials: "same-origin" });
        if (answer.ok && (await answer.json()).stamp !== polled.dataset.stamp) reload();
      } catch (error) { /* offline for a moment: the next look will tell */ }
    }, 2000);
  }

  // Replies by key.
  const replies = [...document.querySelectorAll(".reply[data-reply]")];
  if (replies.length) {
    let at = Math.max(0, replies.findIndex((one) => "#" + one.id === location.hash));
    const go = (to) => {
      replies[at].removeAttribute("data-current");
      at = Math.min(replies.length - 1, Math.max(0, to));
      replies[at].setAttribute("data-current", "");
      replies[at].scrollIntoView({ block: "nearest" });
    };
    replies[at].setAttribute("data-current", "");
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName)) return;
      if (event.key === "j") go(at + 1);
      else if (event.key === "k") go(at - 1);
      else {
        const button = replies[at].querySelector('[data-key="' + CSS.escape(event.key) + '"]');
        if (button) { event.preventDefault(); button.focus(); if (button.dataset.sure !== undefined && !confirm(button.dataset.sure)) return; button.click(); }
      }
    });
  }

  // Copying works for what comes into the page later, too.
  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = button.dataset.done; }
  });
})();
