// Turns the studio's chart descriptions into ECharts options: at most two colours and grey, names at the line's end, no legend.
const root = document.documentElement;
const tongue = { es: "es-ES", en: "en-GB" }[root.lang] || "en-GB";
const ink = (name) => getComputedStyle(root).getPropertyValue(`--mf-${name}`).trim();
const write = (n, decimals = 0) => new Intl.NumberFormat(tongue, { useGrouping: "always", minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(n);
const small = () => innerWidth < 600;

function label() {
  return { color: ink("ink-3"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
}

function axes(spec) {
  const every = spec.every ? (i) => i % (small() ? spec.every * 2 : spec.every) === 0 : "auto";
  const unit = (v) => write(v, spec.axisDecimals || 0) + (spec.unit || "");
  return {
    xAxis: {
      type: "category", data: spec.x, boundaryGap: spec.kind === "bar", axisTick: { show: false },
      axisLine: { lineStyle: { color: ink("line-strong") } }, axisLabel: { ...label(), interval: every, hideOverlap: true },
    },
    yAxis: { type: "value", min: 0, max: spec.ymax, interval: spec.ystep, splitNumber: 4, minInterval: spec.whole ? 1 : 0, axisLabel: { ...label(), formatter: unit }, splitLine: { lineStyle: { color: ink("line") } } },
  };
}

const LINE = 16;

/** How far each word at a line's end has to move so that none stands on another: down, or on a phone, where they stand on the lines, up. */
function shifts(ends) {
  const way = small() ? -1 : 1;
  const moved = ends.map(() => 0);
  let free = -Infinity;
  for (const { y, i } of ends.map((y, i) => ({ y: y * way, i })).filter(({ y }) => Number.isFinite(y)).sort((a, b) => a.y - b.y)) {
    moved[i] = (Math.max(y, free) - y) * way;
    free = Math.max(y, free) + LINE;
  }
  return moved;
}

function line(s, shift = 0) {
  const end = small() ? { align: "right", verticalAlign: "bottom", offset: [-4, shift - 6] } : { offset: [0, shift] };
  return {
    type: "line", name: s.name, data: s.data, showSymbol: s.data.length === 1, symbolSize: 7, step: s.step,
    lineStyle: { width: s.dash ? 1.5 : 2.5, type: s.dash ? [4, 4] : "solid", color: ink(s.tone) }, itemStyle: { color: ink(s.tone) },
    endLabel: { show: Boolean(s.end), formatter: s.end, ...end, color: ink(s.dash ? "ink-3" : "ink"), fontWeight: s.dash ? 400 : 600, fontSize: 12.5, lineHeight: LINE, distance: 8, textBorderColor: ink("surface"), textBorderWidth: 3 },
  };
}

const bar = (s) => ({ type: "bar", name: s.name, data: s.data, itemStyle: { color: ink(s.tone), borderRadius: [3, 3, 0, 0] }, barMaxWidth: 36 });

function option(spec, moved = []) {
  const family = label().fontFamily;
  const value = (v) => (v == null ? "–" : write(v, spec.decimals || 0) + (spec.unit || ""));
  const right = spec.kind === "bar" || small() ? 16 : spec.right ?? 120;
  return {
    animation: false, textStyle: { fontFamily: family }, ...axes(spec),
    aria: { enabled: true, label: { description: spec.says } },
    grid: { left: 6, right, top: small() ? 40 : spec.top ?? 20, bottom: 4, containLabel: true },
    tooltip: { trigger: "axis", backgroundColor: ink("surface"), borderColor: ink("line"), textStyle: { color: ink("ink"), fontSize: 13 }, valueFormatter: value },
    series: spec.series.map((s, i) => (spec.kind === "bar" ? bar(s) : line(s, moved[i]))),
  };
}

/** Draw one chart; where its lines end is known only once it is drawn, so the words there find their places in a second go. */
function paint({ chart, spec }) {
  chart.resize();
  chart.setOption(option(spec), true);
  if (spec.kind === "bar") return;
  const ends = spec.series.map((s) => (s.end ? chart.convertToPixel({ yAxisIndex: 0 }, s.data.findLast((v) => v != null)) : NaN));
  const moved = shifts(ends);
  if (moved.some(Boolean)) chart.setOption(option(spec, moved), true);
}

/** Draw every box of a page, and again, from its words of that moment, when the window or the theme changes. */
export function draw(boxes, init) {
  const charts = boxes.map((box) => ({
    chart: init(box, null, { renderer: "svg", locale: root.lang === "es" ? "ES" : "EN" }),
    get spec() { return JSON.parse(box.nextElementSibling.textContent); },
  }));
  const redraw = () => charts.forEach(paint);
  redraw();
  addEventListener("resize", redraw);
  new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
}
