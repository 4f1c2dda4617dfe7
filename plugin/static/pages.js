// What pages gain where JavaScript runs; everything that decides something works without it.
// - [data-until]: a time; counts down to it, then looks again.
// - [data-poll] [data-stamp]: asks an address every few seconds and reloads when the answer differs.
// - [data-line]: the slider, the number beside it and the counts go together, and the shortlist shows where the line falls.
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

  // The line.
  const box = document.querySelector(".line-box[data-line]");
  if (box) {
    const counts = new Map();
    document.querySelectorAll("#line-counts tbody tr").forEach((row) => counts.set(Number(row.dataset.line), row.dataset));
    const number = document.querySelector("input[name=line]");
    const slider = box.querySelector("input[type=range]");
    const inclusive = () => {
      const chosen = document.querySelector("input[name=inclusive]:checked");
      return chosen ? chosen.value === "1" : box.dataset.inclusive === "1";
    };
    const show = (line) => {
      const given = counts.get(line + (inclusive() === (box.dataset.inclusive === "1") ? 0 : inclusive() ? -1 : 1));
      box.querySelector("[data-people]").textContent = given ? Number(given.people).toLocaleString() : "–";
      box.querySelector("[data-reachable]").textContent = given ? Number(given.reachable).toLocaleString() : "–";
      const shown = box.querySelector("[data-shown]");
      if (shown) shown.textContent = String(line);
      let marked = false;
      const mark = document.querySelector(".line-mark");
      document.querySelectorAll(".person[data-score]").forEach((person) => {
        const score = Number(person.dataset.score);
        const above = inclusive() ? score >= line : score > line;
        person.classList.toggle("below", !above);
        if (!above && !marked && mark) { person.parentElement.insertBefore(mark, person); marked = true; }
      });
      if (mark) {
        if (!marked) document.querySelector(".people").append(mark);
        mark.querySelector("[data-mark]").textContent = String(line);
      }
    };
    const whole = (text) => Number(String(text).normalize("NFKC").replace(/[^0-9]/g, ""));
    if (slider) {
      slider.hidden = false;
      slider.addEventListener("input", () => { if (number) number.value = slider.value; show(Number(slider.value)); });
    }
    if (number) number.addEventListener("input", () => { const line = whole(number.value); if (slider && line >= 0 && line <= 100) slider.value = String(line); show(line); });
    document.querySelectorAll("input[name=inclusive]").forEach((radio) => radio.addEventListener("change", () => show(whole(number ? number.value : slider.value))));
    show(whole(number ? number.value : box.dataset.line));
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

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => { await navigator.clipboard.writeText(button.dataset.copy); button.textContent = button.dataset.done; });
  });
})();
