// Show what arrived from outside: reload when nothing has been typed, otherwise offer to.
(() => {
  const script = document.currentScript;
  let typed = false;
  document.addEventListener("input", () => { typed = true; });
  const look = async () => {
    try {
      const answer = await fetch(script.dataset.url, { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== script.dataset.version) {
        if (!typed) { location.reload(); return; }
        document.getElementById("changed").hidden = false;
        return;
      }
    } catch { /* The server restarts now and then; the next look finds it again. */ }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
