"use strict";
(function () {
  const root = document.documentElement;
  const choices = document.querySelectorAll('input[name="language"]');
  const drawn = [];
  const PAPER_WIDTH = 630; // CSS pixels that fit between the margins of A4 and of a card

  const language = () => document.querySelector('input[name="language"]:checked').value;

  // A text in two languages is an object with exactly these two keys.
  function worded(value, lang) {
    if (Array.isArray(value)) return value.map((each) => worded(each, lang));
    if (value === null || typeof value !== "object") return value;
    const keys = Object.keys(value);
    if (keys.length === 2 && "zh" in value && "en" in value) return value[lang];
    return Object.fromEntries(keys.map((key) => [key, worded(value[key], lang)]));
  }

  function palette() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue("--" + name).trim();
    const tones = ["plain", "info", "good", "warn", "bad"].map((tone) => [tone, read("bar-" + tone)]);
    return { ink: read("ink"), muted: read("muted"), line: read("line"), card: read("card"), ...Object.fromEntries(tones) };
  }

  // Only what is whole reads 100%, and only what is nothing reads 0%.
  function percent(value) {
    if (value === 0 || value === 100) return value + "%";
    const written = value.toFixed(1);
    return written === "0.0" ? "<0.1%" : written === "100.0" ? ">99.9%" : written + "%";
  }

  function shown(value, unit) {
    if (typeof value !== "number") return value === null || value === undefined ? "—" : String(value);
    return unit === "%" ? percent(value) : value.toLocaleString("en-US") + unit;
  }

  function axis(given, colors, font) {
    const label = { color: colors.muted, fontFamily: font, fontSize: 12, width: 150, overflow: "truncate", hideOverlap: true };
    return {
      ...given,
      axisLabel: { ...label, ...given.axisLabel },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      splitLine: { show: given.type === "value", lineStyle: { color: colors.line } },
    };
  }

  function series(given, colors, font, unit) {
    const color = colors[given.tone] || colors.info;
    const label = { color: colors.ink, fontFamily: font, fontSize: 12, formatter: (p) => shown(p.value, unit) };
    return { ...given, itemStyle: { color, borderRadius: given.stack ? 0 : 2 }, label: { ...label, ...given.label } };
  }

  function dressed(given, lang) {
    const option = worded(given, lang);
    const colors = palette();
    const font = getComputedStyle(document.body).fontFamily;
    const unit = option.unit || "";
    const several = option.series.length > 1;
    const text = { color: colors.ink, fontFamily: font };
    return {
      ...option,
      animation: false,
      textStyle: text,
      aria: { enabled: false },
      // Rich text is drawn, never parsed: a name in the data cannot become markup.
      tooltip: {
        renderMode: "richText",
        trigger: "axis",
        axisPointer: { type: "shadow" },
        confine: true,
        backgroundColor: colors.card,
        borderColor: colors.line,
        textStyle: text,
        valueFormatter: (value) => shown(value, unit),
        ...option.tooltip,
      },
      grid: { left: 4, right: 24, top: several ? 36 : 12, bottom: 4, containLabel: true, ...option.grid },
      legend: { show: several, top: 0, left: 0, textStyle: text, itemWidth: 12, itemHeight: 12, ...option.legend },
      xAxis: option.xAxis && axis(option.xAxis, colors, font),
      yAxis: option.yAxis && axis(option.yAxis, colors, font),
      series: option.series.map((each) => series(each, colors, font, unit)),
    };
  }

  // The table closes only when its chart stands: a chart that cannot be drawn costs the reader nothing.
  function draw(box) {
    const option = JSON.parse(box.parentElement.querySelector('script[type="application/json"]').textContent);
    const height = Number(box.dataset.height);
    box.hidden = false;
    box.style.height = height + "px";
    const chart = echarts.init(box, null, { renderer: "svg", height });
    try {
      chart.setOption(dressed(option, language()));
      box.parentElement.querySelector("details.twin").open = false;
      drawn.push({ chart, option });
    } catch (problem) {
      chart.dispose();
      box.hidden = true;
      console.warn(problem);
    }
  }

  function redraw() {
    const width = root.classList.contains("printing") ? PAPER_WIDTH : "auto";
    for (const { chart, option } of drawn) {
      chart.resize({ width });
      chart.setOption(dressed(option, language()), true);
    }
  }

  function speak() {
    const lang = language();
    root.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = root.dataset[lang];
    redraw();
  }

  if (typeof echarts !== "undefined") document.querySelectorAll(".drawing").forEach(draw);
  choices.forEach((choice) => choice.addEventListener("change", speak));
  speak();

  window.addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // Paper is light and A4 wide, and what lies folded on screen is evidence that a printed page must show.
  const folded = [];
  window.addEventListener("beforeprint", () => {
    root.classList.add("printing");
    document.querySelectorAll("details:not(.twin):not([open])").forEach((each) => {
      each.open = true;
      folded.push(each);
    });
    redraw();
  });
  window.addEventListener("afterprint", () => {
    root.classList.remove("printing");
    folded.splice(0).forEach((each) => (each.open = false));
    redraw();
  });
})();
