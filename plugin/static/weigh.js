// The manager's page where JavaScript runs; every decision works without it.
// - [data-weigh]: slider, number, price and chart go together; what depends on the line is fetched anew when it settles.
// - form[data-swap]: a verdict is posted and its consequences are put in place; focus stays where it was.
// - form[data-rerun]: a changed text is run while it is being written.
// The chart is drawn for the eye alone (aria-hidden); the table of every line's price holds the same numbers.
"use strict";

(() => {
  const page = document.querySelector("[data-weigh]");
  const lang = document.documentElement.lang;
  const later = (wait, act) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); }; };
  const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

  // Put parts of a fetched page in place of ours, by id. What is open stays open; focus comes back by id.
  const swap = (fetched, ids) => {
    const active = document.activeElement, focus = active && active.id;
    for (const id of ids) {
      const mine = document.getElementById(id), theirs = fetched.getElementById(id);
      if (!mine || !theirs) continue;
      const open = [...mine.querySelectorAll("details[open]:not(.no)")].map((one) => one.closest("[id]").id + "|" + one.className);
      theirs.querySelectorAll("details:not(.no)").forEach((one) => { if (open.includes(one.closest("[id]").id + "|" + one.className)) one.open = true; });
      mine.replaceWith(document.adoptNode(theirs));
    }
    const again = focus && document.getElementById(focus);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  };

  // The line and its price.
  const box = document.querySelector(".line-box[data-line]");
  const number = document.getElementById("line");
  const slider = box && box.querySelector("input[type=range]");
  const whole = (text) => Number(String(text).normalize("NFKC").replace(/[^0-9]/g, "") || NaN);
  const chosen = () => { const radio = document.querySelector("input[name=inclusive]:checked"); return radio ? radio.value === "1" : box.dataset.inclusive === "1"; };
  const row = (line) => {
    const shift = chosen() === (box.dataset.inclusive === "1") ? 0 : chosen() ? -1 : 1;
    return document.querySelector('#line-counts tr[data-line="' + (line + shift) + '"]');
  };
  const speak = later(500, (text) => { const said = document.getElementById("price-said"); if (said) said.textContent = text; });
  let line = box ? whole(box.dataset.line) : NaN;
  let chart = null;

  const marks = () => document.querySelectorAll("ol.people").forEach((list) => {
    const mark = list.querySelector(".line-mark");
    let marked = false;
    list.querySelectorAll(".person[data-score]").forEach((person) => {
      const score = Number(person.dataset.score), above = chosen() ? score >= line : score > line;
      person.classList.toggle("below", !above);
      if (!above && !marked && mark) { list.insertBefore(mark, person); marked = true; }
    });
    if (!mark) return;
    if (!marked) list.append(mark);
    mark.querySelector("[data-mark]").textContent = String(line);
  });

  const show = (aloud) => {
    const given = row(line);
    box.querySelectorAll("[data-show]").forEach((place) => {
      const cell = given && given.querySelector('[data-of="' + place.dataset.show + '"]');
      place.textContent = cell ? cell.textContent : "–";
    });
    document.querySelectorAll("#line-counts tr[data-here]").forEach((one) => one.removeAttribute("data-here"));
    if (given) given.setAttribute("data-here", "");
    const shown = box.querySelector("[data-shown]");
    if (shown) shown.textContent = String(line);
    if (slider && given) slider.setAttribute("aria-valuetext", line + ": " + given.dataset.said);
    if (aloud && given) speak(given.dataset.said);
    if (chart) chart.redraw(false);
    marks();
  };
  const move = (to) => {
    if (!(to >= 0 && to <= 100)) { line = NaN; show(false); return; }
    line = to;
    if (slider) slider.value = String(to);
    if (number && number !== slider && whole(number.value) !== to) number.value = String(to);
    show(true);
    settle();
  };

  // What depends on the line beyond its price: cards, table, faults. Asked for when the line has come to rest.
  let asked = 0;
  const refresh = async () => {
    if (!page || !page.dataset.at || Number.isNaN(line)) return;
    const mine = ++asked, values = new URLSearchParams({ line: String(line), inclusive: chosen() ? "1" : "0" });
    for (const name of ["max_people", "minutes", "percent"]) { const field = document.querySelector("[name=" + name + "]"); if (field) values.set(name, field.value); }
    try {
      const answer = await fetch(page.dataset.at + "?" + values, { credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      swap(await parsed(answer), ["faults", "cards", "heat", "line-counts", "assumption"]);
      show(false);
      draw();
    } catch (error) { /* offline for a moment: the numbers stay as they were */ }
  };
  const settle = later(350, refresh);

  const draw = () => {
    const place = document.getElementById("curve");
    if (!place || typeof uPlot === "undefined") return;
    const rows = [...document.querySelectorAll("#line-counts tbody tr")];
    if (rows.length < 2) return;
    const data = [rows.map((one) => Number(one.dataset.line)), ...["people", "reachable"].map((name) => rows.map((one) => Number(one.dataset[name]) || null))];
    if (!data[1].some(Boolean)) return;
    place.hidden = false;
    if (chart) { chart.setData(data); return; }
    const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const steps = uPlot.paths.stepped({ align: 1 }), most = Math.max(...data[1]);
    const font = "11px " + getComputedStyle(document.body).fontFamily;
    chart = new uPlot({
      width: place.clientWidth, height: 112, padding: [6, 12, 0, 0], legend: { show: false }, cursor: { show: false }, select: { show: false },
      scales: { x: { time: false, range: [data[0][0], 100] }, y: { distr: 3, range: [1, Math.max(10, most * 1.2)] } },
      axes: [
        { size: 22, gap: 3, font, stroke: css("--soft"), grid: { show: false }, ticks: { size: 3, width: 1, stroke: css("--line") }, space: 40 },
        { size: 34, gap: 3, font, stroke: css("--soft"), grid: { width: 1, stroke: css("--well") }, ticks: { show: false },
          splits: () => [1, 10, 100, 1e3, 1e4, 1e5, 1e6].filter((one) => one <= Math.max(10, most * 1.2)), values: (_plot, splits) => splits.map((one) => new Intl.NumberFormat(lang, { notation: "compact" }).format(one)) },
      ],
      series: [{}, { stroke: "#7d9fce", fill: "#b9cdea", width: 1, paths: steps, points: { show: false } }, { stroke: css("--accent"), width: 2, paths: steps, points: { show: false } }],
      hooks: { draw: [(plot) => {
        if (Number.isNaN(line)) return;
        const x = Math.round(plot.valToPos(line, "x", true)), ink = plot.ctx;
        ink.save(); ink.strokeStyle = css("--bad"); ink.lineWidth = 2 * devicePixelRatio; ink.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
        ink.beginPath(); ink.moveTo(x, plot.bbox.top); ink.lineTo(x, plot.bbox.top + plot.bbox.height); ink.stroke(); ink.restore();
      }] },
    }, data, place);
    const key = document.createElement("p");
    key.className = "key";
    for (const name of ["people", "reachable"]) { const colour = document.createElement("i"), item = document.createElement("span"); colour.className = name; item.append(colour, place.dataset[name]); key.append(item); }
    key.setAttribute("aria-hidden", "true");
    (slider || place).after(key);
    new ResizeObserver(() => { if (place.clientWidth) chart.setSize({ width: place.clientWidth, height: 112 }); }).observe(place);
  };

  const takes = () => document.querySelectorAll("[data-take]").forEach((button) => { button.hidden = !number; });
  if (box) {
    if (slider) { slider.hidden = false; slider.addEventListener("input", () => move(Number(slider.value))); }
    if (number && number !== slider) number.addEventListener("input", () => move(whole(number.value)));
    document.querySelectorAll("input[name=inclusive]").forEach((radio) => radio.addEventListener("change", () => { show(true); settle(); }));
    document.addEventListener("input", (event) => { if (["max_people", "minutes", "percent"].includes(event.target.name)) settle(); });
    document.addEventListener("click", (event) => {
      const take = event.target.closest("[data-take]");
      if (take) { move(Number(take.dataset.take)); if (number) number.focus(); }
    });
    draw();
    show(false);
    takes();
  }

  // Verdicts: posted in place.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form) return;
    if (event.defaultPrevented) return; // its first press is on its way
    event.preventDefault();
    const body = new FormData(form, event.submitter), label = form.querySelector("[name=label]").value;
    if (form.dataset.then) { form.closest("details").open = false; document.getElementById(form.dataset.then).focus(); }
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), credentials: "same-origin" });
      const fetched = await parsed(answer);
      if (!answer.ok || !fetched.getElementById(label)) { location.reload(); return; }
      swap(fetched, [label, "suggestion"]);
      const told = fetched.querySelector("p.say"), said = document.getElementById("price-said");
      const text = [told, document.querySelector("#suggestion p")].filter(Boolean).map((one) => one.textContent.trim()).join(" ");
      if (said) said.textContent = text;
      takes();
      marks();
    } catch (error) { delete form.dataset.sent; form.submit(); }
  });

  // The live re-run.
  const form = document.querySelector("form[data-rerun]");
  if (form) {
    const live = document.getElementById("rerun-live"), pause = (wait) => new Promise((done) => setTimeout(done, wait));
    const typed = () => form.elements.text.value + "\u0000" + form.elements.guidance.value;
    let turn = 0, before = typed();
    const run = async () => {
      if (!form.elements.text.value.trim()) return;
      const mine = ++turn;
      before = typed();
      live.setAttribute("data-stale", "");
      if (!live.textContent.trim()) live.textContent = form.dataset.waiting;
      try {
        let answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
        const where = answer.url, until = performance.now() + 20000;
        while (mine === turn && answer.status === 202 && performance.now() < until) { await pause(100); answer = await fetch(where, { credentials: "same-origin" }); }
        if (mine !== turn) return;
        const result = answer.status === 202 ? null : (await parsed(answer)).getElementById("rerun-result");
        live.replaceChildren(result ? document.adoptNode(result) : form.dataset.failed);
        document.getElementById("rerun-said").textContent = result ? live.querySelector("h2").textContent : form.dataset.failed;
        live.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
      } catch (error) { live.textContent = form.dataset.failed; }
      live.removeAttribute("data-stale");
    };
    const soon = later(300, () => { if (typed() !== before) run(); });
    form.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
    form.addEventListener("compositionend", soon);
    form.addEventListener("submit", (event) => { event.preventDefault(); delete form.dataset.sent; run(); });
  }
})();
