"use strict";
// Draws the charts of a page from the JSON that stands beside them. Each has a table with the same figures: a chart that
// cannot be drawn takes nothing away.
(function () {
  const root = getComputedStyle(document.documentElement);
  const color = (name) => root.getPropertyValue("--" + name).trim();
  const font = getComputedStyle(document.body).fontFamily;
  const ink = color("ink"), quiet = color("quiet"), line = color("line"), link = color("link"), paper = color("paper");
  const hues = ["#2a6fbb", "#3a8f6a", "#b0721e", "#8a4fb0", "#b04a5a", "#2a8a93", "#6b7a1e", "#7a5c48"];
  const percent = (value) => (100 * value).toFixed(1) + "%";
  const small = () => window.innerWidth < 600;
  const text = { color: ink, fontFamily: font };
  // Rich text is drawn, never parsed: a name in the data cannot become markup.
  const tip = { renderMode: "richText", confine: true, backgroundColor: paper, borderColor: line, textStyle: text };
  const labels = { color: quiet, fontFamily: font };

  const shapes = {
    line(data, words) {
      const band = data.high.map((high, at) => high - data.low[at]);
      const hidden = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
      const told = (marks) => {
        const at = marks[0].dataIndex;
        return `${data.days[at]}\n${words.value} ${percent(data.value[at])}\n${percent(data.low[at])} – ${percent(data.high[at])}`;
      };
      return {
        tooltip: { ...tip, trigger: "axis", formatter: told },
        grid: { left: 8, right: 44, top: 16, bottom: 8, containLabel: true },
        xAxis: { type: "category", data: data.days, boundaryGap: false, axisLabel: labels, axisLine: { lineStyle: { color: line } } },
        yAxis: { type: "value", min: 0, max: 1, axisLabel: { ...labels, formatter: (value) => 100 * value + "%" }, splitLine: { lineStyle: { color: line } } },
        series: [
          { ...hidden, data: data.low },
          { ...hidden, data: band, areaStyle: { color: link, opacity: 0.16 } },
          { type: "line", data: data.value, symbolSize: 7, lineStyle: { color: link, width: 2.5 }, itemStyle: { color: link } },
        ],
      };
    },
    stream(data, words) {
      const nodes = new Map();
      const node = (side, name) => {
        const key = side + name;
        if (!nodes.has(key)) nodes.set(key, { name: key, itemStyle: { color: hues[nodes.size % hues.length] } });
        return key;
      };
      const links = data.map(([owner, consumer, value]) => ({ source: node("> ", owner), target: node("< ", consumer), value }));
      const bare = (name) => name.slice(2);
      const room = small() ? 84 : 150;
      return {
        tooltip: { ...tip, formatter: (mark) => mark.dataType === "edge"
          ? `${bare(mark.data.source)} → ${bare(mark.data.target)}\n${words.value} ${mark.data.value}` : `${bare(mark.name)}\n${words.value} ${mark.value}` },
        series: [{
          type: "sankey", left: room, right: room, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 8, draggable: false,
          data: [...nodes.values()].map((one) => ({ ...one, label: { position: one.name[0] === ">" ? "left" : "right" } })),
          links, lineStyle: { color: "gradient", opacity: 0.35 },
          label: { ...text, fontSize: small() ? 11 : 13, width: room - 8, overflow: "truncate", formatter: (mark) => bare(mark.name) },
        }],
      };
    },
    heat(data, words) {
      const cells = data.cells.map(([across, down, value]) => ({ value: [across, down, value], label: { color: value > data.most * 0.55 ? "#fff" : "#1b2434" } }));
      return {
        tooltip: { ...tip, formatter: (mark) => `${data.owners[mark.value[1]]} → ${data.consumers[mark.value[0]]}\n${words.value} ${mark.value[2]}` },
        grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
        xAxis: { type: "category", data: data.consumers, axisLabel: { ...labels, rotate: small() ? 90 : 40, interval: 0, width: 110, overflow: "truncate" }, axisTick: { show: false }, axisLine: { show: false } },
        yAxis: { type: "category", data: data.owners, axisLabel: { ...labels, interval: 0, width: small() ? 80 : 150, overflow: "truncate" }, axisTick: { show: false }, axisLine: { show: false } },
        visualMap: { min: 0, max: data.most, text: [`${words.value} ${data.most}`, "0"], orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 12, textStyle: labels, inRange: { color: ["#dbe8f7", "#7fb0e3", "#1c5fa8", "#0b3266"] } },
        series: [{ type: "heatmap", data: cells, label: { show: !small(), fontFamily: font }, itemStyle: { borderColor: paper, borderWidth: 2 } }],
      };
    },
  };

  const drawn = [];
  for (const place of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(place.dataset.from).textContent);
    const chart = echarts.init(place, null, { renderer: "svg" });
    const option = () => ({ animation: false, textStyle: text, aria: { enabled: false }, ...shapes[place.dataset.chart](data, place.dataset) });
    chart.setOption(option());
    drawn.push([chart, option]);
  }
  const fit = (width) => drawn.forEach(([chart, option]) => { chart.resize(width ? { width } : undefined); chart.setOption(option(), true); });
  window.addEventListener("resize", () => fit());
  window.addEventListener("beforeprint", () => fit(640));
  window.addEventListener("afterprint", () => fit());
})();
