// What a reader does with the page: language, theme, zoom, legend, values under the pointer, tables as CSV.
// Only textContent is ever written: names come from strangers' files.
(() => {
"use strict";
const one = (query, of = document) => of.querySelector(query);
const all = (query, of = document) => [...of.querySelectorAll(query)];
const root = document.documentElement, tip = one("#tip");
const data = JSON.parse(one("#data").textContent);
const pick = (en, ko) => root.dataset.lang === "ko" ? ko : en;

function setLanguage(language) {
  root.dataset.lang = root.lang = language;
  one("#lang").textContent = language === "ko" ? "English" : "한국어";
}
one("#lang").onclick = () => setLanguage(root.dataset.lang === "ko" ? "en" : "ko");
setLanguage((navigator.language || "").startsWith("ko") ? "ko" : "en");
one("#theme").onclick = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
};

// Time: seconds since the run's start, shown on its local clock.
const day = 86400;
const offset = s => data.clock.reduce((found, [from, of]) => from <= s ? of : found, data.clock[0][1]);
const two = n => String(n).padStart(2, "0");
function clock(s) {
  const d = new Date((data.start + s + offset(s)) * 1000);
  return { date: `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`, time: `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}` };
}
const stamp = s => { const c = clock(s); return `${c.date} ${c.time}`; };

function timeTicks(from, to) {
  const span = to - from, ticks = [];
  const months = span > 100 * day;
  const step = months ? day : [300, 900, 3600, 10800, 21600, day, 2 * day, 7 * day, 14 * day, 28 * day].find(s => span / s <= 8) || 28 * day;
  const every = Math.min(12, Math.floor(span / (365 * day)) + 1);
  const next = s => { const l = data.start + s + offset(s), behind = ((l % step) + step) % step; return behind ? s + step - behind : s; };
  for (let s = next(from); s <= to; s = next(s + step / 2 + 1)) {
    const c = clock(s);
    if (!months) ticks.push([s, step >= day || c.time === "00:00" ? c.date.slice(5) : c.time]);
    else if (c.date.endsWith("-01") && (Number(c.date.slice(5, 7)) - 1) % every === 0) ticks.push([s, c.date.slice(0, 7)]);
  }
  return ticks;
}

// One window of time for all plots.
let from = 0, to = data.span;
const plots = all(".plot").map(plot => ({ plot, area: one(".area", plot), svg: one(".area svg", plot), xs: one(".xs", plot),
  box: one(".area svg", plot).getAttribute("viewBox").split(" ").map(Number), heat: plot.classList.contains("heat") }));
function show(a, b) {
  const least = Math.min(data.span, 600), span = Math.min(data.span, Math.max(least, b - a));
  from = Math.max(0, Math.min(data.span - span, a)), to = from + span;
  for (const p of plots) {
    const scale = p.box[2] / data.span;
    p.svg.setAttribute("viewBox", `${from * scale} 0 ${span * scale} ${p.box[3]}`);
    p.xs.replaceChildren(...timeTicks(from, to).map(([s, text]) => {
      const i = document.createElement("i");
      i.style.left = `${100 * (s - from) / span}%`, i.textContent = text;
      i.className = s - from < 0.02 * span ? "a" : to - s < 0.02 * span ? "z" : "";
      return i;
    }));
  }
  hide();
}
const zoom = (at, factor) => show(at - (at - from) * factor, at + (to - at) * factor);

// Values are read back from what is drawn: hover shows what the eye sees, to a ten-thousandth of the axis.
function parse(path) {
  const spans = [];
  let x = 0, y = 0;
  for (const [, kind, rest] of path.matchAll(/([MhvlHz])([^MhvlHz]*)/g)) {
    const n = rest.trim() ? rest.trim().split(/[ ,]+/).map(Number) : [];
    if (kind === "M") [x, y] = n;
    else if (kind === "v") y += n[0];
    else if (kind === "h") { spans.push([Math.min(x, x + n[0]), Math.max(x, x + n[0]), y, y, n[0] > 0]); x += n[0]; }
    else if (kind === "l") { spans.push([x, x + n[0], y, y + n[1], true]); x += n[0], y += n[1]; }
  }
  return spans;
}
const parsed = new WeakMap();
function spansOf(path) {
  if (!path) return [];
  if (!parsed.has(path)) parsed.set(path, parse(path.getAttribute("d")));
  return parsed.get(path);
}
const at = (spans, s, up = true) => spans.find(v => v[0] <= s && s < v[1] && v[4] === up);

function cells(plot, layer) {
  const holder = one(`script.cells[data-layer=${layer}]`, plot);
  if (!holder.words) {
    const bytes = atob(holder.textContent);
    holder.words = Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.charCodeAt(2 * i) | bytes.charCodeAt(2 * i + 1) << 8);
  }
  return holder.words;
}
const number = (value, decimals) => value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

function linesAt(p, s) {
  const low = Number(p.plot.dataset.low), high = Number(p.plot.dataset.high), decimals = Number(p.plot.dataset.dec);
  const value = y => number(high - y / p.box[3] * (high - low), decimals);
  const lines = [];
  for (const g of all("g.s:not([hidden])", p.svg)) {
    const key = one(`.k[data-s="${g.dataset.s}"]`, p.plot.parentNode);
    const found = key && at(spansOf(one(".line", g)), s);
    if (!found) continue;
    const y = found[2] + (found[3] - found[2]) * (s - found[0]) / (found[1] - found[0]);
    const spans = spansOf(one(".band", g)), top = at(spans, s), bottom = at(spans, s, false);
    const range = top && bottom ? ` (${value(bottom[2])} – ${value(top[2])})` : "";
    lines.push(`${key.innerText.trim()}: ${value(y)} ${p.plot.dataset.unit}${range}`);
  }
  return lines;
}
function heatAt(p, s, share) {
  const run = data.runs[p.plot.dataset.run], rows = run.evses.length;
  const row = Math.min(rows - 1, Math.floor(share * rows)), bucket = Number(p.plot.dataset.bucket), columns = Number(p.plot.dataset.columns);
  const [name, most] = run.evses[row], column = Math.min(columns - 1, Math.floor(s / bucket));
  const layer = p.layer || "power";
  const kw = (cells(p.plot, layer)[row * columns + column] - 32768) / 32767 * most;
  const begin = column * bucket, end = Math.min(data.span, begin + bucket);
  const there = run.sessions.filter(v => v[0] === row && v[1] < end && v[2] > begin).map(v => v[3]);
  const who = run.all ? there.join(", ") || pick("nobody plugged in", "접속 차량 없음") : pick("(vehicles are left out: too many)", "(차량이 많아 생략)");
  return [`${name}: ${number(kw, 1)} kW ${layer === "plan" ? pick("planned", "계획") : ""}`, who, `${stamp(begin)} – ${clock(end).time}`];
}
function hide() {
  tip.hidden = true;
  all(".cross").forEach(line => line.remove());
}
function tell(p, event) {
  const box = p.area.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  if (share < 0 || share > 1) return hide();
  const s = from + share * (to - from);
  const lines = p.heat ? heatAt(p, s, (event.clientY - box.top) / box.height) : linesAt(p, s);
  tip.textContent = (p.heat ? [] : [stamp(s)]).concat(lines).join("\n");
  tip.hidden = false;
  const size = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, event.clientX + 16 + size.width > innerWidth ? event.clientX - size.width - 12 : event.clientX + 16)}px`;
  tip.style.top = `${Math.max(4, Math.min(innerHeight - size.height - 4, event.clientY + 14))}px`;
  for (const other of plots) {
    let line = one(".cross", other.area);
    if (!line) other.area.append(line = Object.assign(document.createElement("div"), { className: "cross" }));
    line.style.left = `${100 * share}%`;
  }
}

for (const p of plots) {
  const second = event => { const box = p.area.getBoundingClientRect(); return from + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * (to - from); };
  let begun = null, mark = null;
  const end = () => { if (mark) mark.remove(); begun = mark = null; };
  p.area.addEventListener("pointermove", event => {
    if (begun !== null && event.pointerType === "mouse") {
      const a = Math.min(begun, second(event)), b = Math.max(begun, second(event));
      if (!mark) p.area.append(mark = Object.assign(document.createElement("div"), { className: "pick" }));
      mark.style.left = `${100 * (a - from) / (to - from)}%`, mark.style.width = `${100 * (b - a) / (to - from)}%`;
    }
    tell(p, event);
  });
  p.area.addEventListener("pointerleave", hide);
  p.area.addEventListener("pointerdown", event => {
    if (event.pointerType !== "mouse") return tell(p, event);
    if (event.button === 0) begun = second(event), p.area.setPointerCapture(event.pointerId);
  });
  p.area.addEventListener("pointerup", event => {
    if (begun !== null && mark && Math.abs(second(event) - begun) / (to - from) > 0.01) show(Math.min(begun, second(event)), Math.max(begun, second(event)));
    end();
  });
  p.area.addEventListener("pointercancel", end);
  p.area.addEventListener("dblclick", () => show(0, data.span));
  // The wheel alone scrolls the page; with Ctrl, or by two fingers, it zooms.
  p.area.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(second(event), event.deltaY > 0 ? 1.25 : 0.8);
  }, { passive: false });
  p.plot.addEventListener("keydown", event => {
    const step = (to - from) / 5, middle = (from + to) / 2;
    const act = { "+": () => zoom(middle, 0.7), "=": () => zoom(middle, 0.7), "-": () => zoom(middle, 1.4), "0": () => show(0, data.span),
      ArrowLeft: () => show(from - step, to - step), ArrowRight: () => show(from + step, to + step) }[event.key];
    if (act) event.preventDefault(), act();
  });
  const figure = p.plot.closest("figure"), middle = () => (from + to) / 2;
  one("[data-do=in]", figure).onclick = () => zoom(middle(), 0.5);
  one("[data-do=out]", figure).onclick = () => zoom(middle(), 2);
  one("[data-do=all]", figure).onclick = () => show(0, data.span);
  for (const key of all(".k", figure)) key.onclick = () => {
    const shown = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", shown);
    one(`g.s[data-s="${key.dataset.s}"]`, figure).toggleAttribute("hidden", !shown);
  };
  for (const key of all("button[data-layer]", figure)) key.onclick = () => {
    p.layer = key.dataset.layer;
    for (const other of all("button[data-layer]", figure)) other.setAttribute("aria-pressed", other === key);
    for (const layer of all("g.layer", figure)) layer.toggleAttribute("hidden", layer.dataset.layer !== p.layer);
  };
}

// The key figures that are asked for first; the rest on demand.
for (const button of all("button.rest")) button.onclick = () => {
  button.closest("section").classList.toggle("all");
};

// Any two key figures against each other.
for (const box of all(".quadrant")) {
  const rows = all("#kpis tbody tr").filter(row => row.id && one("td[data-v]", row));
  const values = id => all("td", one("#" + id)).map(cell => cell.dataset.v === undefined ? NaN : Number(cell.dataset.v));
  // Words of points that lie close go above or below each other.
  const spread = () => {
    const taken = [], plane = one(".plane", box).getBoundingClientRect();
    for (const words of all(".dot:not([hidden]) b", box)) {
      words.style.marginTop = "0";
      const own = words.getBoundingClientRect();
      const isFree = by => own.top + by >= plane.top && own.bottom + by <= plane.bottom && taken.every(other =>
        own.left >= other.right || own.right <= other.left || own.top + by >= other.bottom || own.bottom + by <= other.top);
      const by = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5].map(lines => lines * own.height).find(isFree) || 0;
      words.style.marginTop = `${by}px`;
      taken.push(words.getBoundingClientRect());
    }
  };
  const place = axis => {
    const v = values("kpi-" + box.dataset[axis]), known = v.filter(Number.isFinite);
    const low = Math.min(...known), high = Math.max(...known);
    one(axis === "x" ? ".xl" : ".yl", box).textContent = box.dataset[axis];
    for (const dot of all(".dot", box)) {
      const value = v[dot.dataset.run], percent = high > low ? 8 + 84 * (value - low) / (high - low) : 50;
      dot.style[axis === "x" ? "left" : "bottom"] = `${percent}%`;
      // Words stand on the side of their point that has more room.
      if (axis === "x") dot.classList.toggle("r", percent > 50);
      dot[axis] = value;
      dot.hidden = !Number.isFinite(dot.x) || !Number.isFinite(dot.y);
      dot.title = `${box.dataset.x} ${number(dot.x || 0, 2)}, ${box.dataset.y} ${number(dot.y || 0, 2)}`;
      one("small", dot).textContent = [dot.x, dot.y].map(n => number(n || 0, Math.abs(n) < 1000 ? 2 : 0)).join(", ");
    }
  };
  for (const select of all("select", box)) {
    const axis = select.dataset.axis;
    for (const row of rows) select.append(new Option(row.id.slice(4), row.id.slice(4), false, row.id.slice(4) === box.dataset[axis]));
    select.onchange = () => { box.dataset[axis] = select.value; place(axis); spread(); };
    place(axis);
  }
  spread();
  addEventListener("resize", spread);
}

// A table as CSV: figures with all their digits, words that a spreadsheet would take for a formula behind a '.
for (const button of all("button.csv")) button.onclick = () => {
  const cell = td => {
    if (td.dataset.v !== undefined) return td.dataset.v;
    const copy = td.cloneNode(true);
    all("small, [lang=ko]", copy).forEach(part => part.remove());
    const text = copy.textContent.trim().replace(/^(?=[=+@]|-.)/, "'");
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const text = all("tr", button.parentNode).map(row => all("th, td", row).map(cell).join(",")).join("\n") + "\n";
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${button.dataset.csv}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
})();
