"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  // The unit shown, and how much of it one unit of the data is.
  const QUANTITIES = {
    energy: { title: "Energy", unit: "Wh" },
    carbon: { title: "Carbon", unit: "gCO2e" },
    water: { title: "Water", unit: "L", base: 1e-3 },
    cost: { title: "Cost", unit: "US$" },
  };
  const PREFIXES = { "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G" };
  const PAGE = 200;
  const MOST_BARS = 20;

  // ---- figures: two significant digits, in a unit that suits the middle
  const digits = (value) => {
    if (!value) return "0";
    const rounded = Number(value.toPrecision(2));
    const decimals = Math.max(0, Math.min(10, 1 - Math.floor(Math.log10(Math.abs(rounded)))));
    return rounded.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  };
  const scaleOf = (value, quantity) => {
    const { unit, base = 1 } = QUANTITIES[quantity];
    if (quantity === "cost" || !(value > 0)) return [base, unit];
    const power = Math.min(9, Math.max(-9, 3 * Math.floor(Math.log10(Number((value * base).toPrecision(2))) / 3)));
    return [base * 10 ** -power, PREFIXES[power] + unit];
  };
  const inWords = (interval, quantity) => {
    const [factor, name] = scaleOf(interval[1], quantity);
    const [low, mid, high] = interval.map((end) => digits(end * factor));
    const middle = quantity === "cost" ? `${name} ${mid}` : `${mid} ${name}`;
    return [middle, low === high ? "exact" : `${low}–${high}`];
  };
  const plus = (a, b) => (a && b ? a.map((end, i) => end + b[i]) : a || b);
  const place = (site) => `${site.path}${site.cell ? `:cell ${site.cell}` : ""}:${site.line}`;

  // ---- headline
  const cards = (sums) =>
    Object.entries(QUANTITIES)
      .filter(([name]) => sums[name])
      .map(([name, { title }]) => {
        const [middle, span] = inWords(sums[name], name);
        return make("div", { className: "card" },
          make("div", { textContent: title }),
          make("div", { className: "figure", textContent: middle }),
          make("div", { className: "span", textContent: span === "exact" ? span : `${span} (p10–p90)` }));
      });
  const headline = () => {
    document.title = `wattlint: ${data.title}`;
    $("title").textContent = `${data.title} · ${data.coverage}`;
    $("version").textContent = data.version;
    const sums = data.totals;
    $("totals").append(...cards(sums));
    const notes = [];
    if (!sums.energy) notes.push("No call has an estimate.");
    if (sums.without_estimate) notes.push(`${sums.without_estimate} calls without an estimate are not in the sum.`);
    if (sums.without_price && sums.cost) notes.push(`${sums.without_price} calls without a list price are not in the cost.`);
    $("left-out").textContent = notes.join(" ");
    if (data.month) {
      $("month").append(
        make("h2", { textContent: "Per month, where the number of calls is known" }),
        make("div", { className: "cards" }, ...cards(data.month)),
        make("p", { className: "note", textContent: `${digits(data.month.calls)} calls; ${data.month.source}` }));
    }
    if (data.problems.length) {
      $("problems").hidden = false;
      $("problem-list").append(...data.problems.map((text) => make("li", { textContent: text })));
    }
  };

  // ---- comparison with a base
  const comparison = () => {
    const change = data.comparison;
    if (!change) return;
    $("comparison").hidden = false;
    $("base").textContent = change.base;
    $("totals-heading").textContent = "One pass over every call, now";
    const sums = Object.entries(QUANTITIES).filter(([name]) => change.before[name] || data.totals[name]).map(([name, { title }]) => {
      const side = (totals) => (totals[name] ? inWords(totals[name], name).join(" (") + ")" : "none");
      return `${title}: ${side(change.before)} → ${side(data.totals)}`;
    });
    $("comparison-headline").textContent = change.verdict;
    const cell = (interval, known) => {
      if (!interval) return make("td", { className: "number", textContent: known ? "–" : "unknown" });
      const [middle, span] = inWords(interval, "energy");
      return make("td", { className: "number" }, middle, make("span", { className: "span", textContent: span }));
    };
    const rows = change.pairs.map((pair) => make("tr", {},
      make("td", { className: `status-${pair.status}`, textContent: pair.status }),
      make("td", { className: "place", textContent: pair.place }),
      make("td", { textContent: pair.model }),
      make("td", { textContent: pair.reasons }),
      cell(pair.before, pair.status === "added"), cell(pair.after, pair.status === "removed")));
    const heads = ["Change", "Call site", "Model", "What differs", "Energy before", "Energy after"];
    $("changes").append(
      make("caption", { textContent: [...sums, `${change.same} calls unchanged`, `${change.unknown} without an estimate on a side`].join(" · ") }),
      make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", textContent: text })))),
      make("tbody", {}, ...rows));
  };

  // ---- grade
  const letter = (name, large) => make("span", { className: `letter ${name}${large ? " large" : ""}`, textContent: name });
  const bounds = () => {
    let low = 1;
    const parts = data.scale.map(([name, end]) => { const text = `${name} ${low}–${end} ×`; low = end; return text; });
    return [...parts, `${data.letters.at(-1)} from ${low} ×`].join(", ");
  };
  const grade = () => {
    const scale = `Scale: energy over that of the smallest solver known to be adequate for the task (${bounds()}).`;
    if (data.comparison) { $("grade").closest("section").hidden = true; return; }
    if (!data.grade) {
      $("grade").append(make("p", { textContent: "No grade: what the calls are for is not recognised. " + scale }));
      return;
    }
    const { letter: name, ratio, judged, calls } = data.grade;
    $("grade").append(letter(name, true), make("p", {
      textContent: `${digits(ratio)} times the energy of the smallest adequate solvers, over the ${judged} of ${calls} calls whose task is recognised. ${scale}`,
    }));
  };

  // ---- tree of folders, files and sites
  const node = (name, path) => ({ name, path, children: new Map(), sites: [], sums: {} });
  const root = node("all", "");
  const running = data.sites.filter((site) => (site.kind === "call" || site.kind === "embed") && site.energy);
  for (const site of running) {
    let here = root;
    const names = site.path.split("/");
    names.forEach((name, depth) => {
      if (!here.children.has(name)) here.children.set(name, node(name, names.slice(0, depth + 1).join("/")));
      here = here.children.get(name);
    });
    const own = node(`${site.cell ? `cell ${site.cell}, ` : ""}line ${site.line}${site.function ? `, ${site.function}` : ""}`, place(site));
    own.sites.push(site);
    here.children.set(`${place(site)}:${here.children.size}`, own);
  }
  const sum = (part, quantity) => {
    if (!(quantity in part.sums)) {
      let total = null;
      for (const site of part.sites) total = plus(total, site[quantity]);
      for (const child of part.children.values()) total = plus(total, sum(child, quantity));
      part.sums[quantity] = total;
    }
    return part.sums[quantity];
  };
  // A folder with one child says nothing: begin where the tree parts.
  const deepest = (part) => {
    while (part.children.size === 1 && [...part.children.values()][0].children.size) part = [...part.children.values()][0];
    return part;
  };
  let trail = [deepest(root)];
  let chart = null;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const look = (part) => {
    if (!part.children.size) { reveal(part.sites[0]); return; }
    trail = [...trail, deepest(part)];
    drawChart();
  };
  const drawChart = () => {
    const quantity = $("quantity").value;
    const { title } = QUANTITIES[quantity];
    const here = trail.at(-1);
    const parts = [...here.children.values()].filter((part) => sum(part, quantity)?.[2] > 0)
      .sort((a, b) => sum(b, quantity)[1] - sum(a, quantity)[1]);
    const bars = parts.slice(0, MOST_BARS);
    const [factor, name] = scaleOf(bars.length ? sum(bars[0], quantity)[1] : 0, quantity);
    $("crumbs").replaceChildren(...trail.flatMap((part, index) => [
      index ? " / " : "",
      make("button", { type: "button", textContent: part.path || "everything", ariaCurrent: index === trail.length - 1 ? "true" : null,
        onclick: () => { trail = trail.slice(0, index + 1); drawChart(); } }),
    ]));
    $("children").replaceChildren(...parts.map((part) => make("li", {},
      make("button", { type: "button", textContent: part.name, onclick: () => look(part) }),
      ` ${inWords(sum(part, quantity), quantity).join(" (")})`)));
    const hidden = parts.length - bars.length;
    $("chart").setAttribute("aria-label",
      `${title} of the ${bars.length} largest parts of ${here.path || "the project"}${hidden ? `; ${hidden} smaller ones are listed below` : ""}`);
    $("chart-box").style.height = `${Math.max(6, 1.8 * bars.length + 4)}rem`;
    const ends = bars.map((part) => sum(part, quantity).map((end) => end * factor));
    chart?.destroy();
    chart = new Chart($("chart"), {
      data: {
        labels: bars.map((part) => part.name),
        datasets: [
          { type: "scatter", label: "median", data: ends.map((end, i) => ({ x: end[1], y: bars[i].name })), backgroundColor: colour("--mark"), pointRadius: 5 },
          { type: "bar", label: "p10–p90", data: ends.map((end) => [end[0], Math.max(end[2], end[0] * 1.02)]), backgroundColor: colour("--bar") },
        ],
      },
      options: {
        indexAxis: "y", animation: false, maintainAspectRatio: false,
        onClick: (_, hits) => { if (hits.length) look(bars[hits[0].index]); },
        plugins: {
          legend: { labels: { color: colour("--ink") } },
          tooltip: { callbacks: { label: (item) => `${inWords(sum(bars[item.dataIndex], quantity), quantity).join(" (")})` } },
        },
        scales: {
          x: { type: "logarithmic", title: { display: true, text: `${title}, ${name} for one call of each`, color: colour("--ink") }, ticks: { color: colour("--soft"), maxRotation: 0, callback: (value) => (Number.isInteger(Math.log10(value)) ? `${value}` : "") }, grid: { color: colour("--line") } },
          y: { type: "category", labels: bars.map((part) => part.name), ticks: { color: colour("--ink"), autoSkip: false, callback: (_, i) => (bars[i].name.length > 42 ? `…${bars[i].name.slice(-41)}` : bars[i].name) }, grid: { display: false } },
        },
      },
    });
  };

  // ---- table
  const COLUMNS = [
    { key: "place", title: "Call site", text: place },
    { key: "model", title: "Model", text: (site) => site.model ?? "" },
    { key: "kind", title: "Kind", text: (site) => site.kind },
    { key: "task", title: "Task", text: (site) => site.task ?? "" },
    { key: "grade", title: "Grade", text: (site) => site.grade ?? "" },
    ...Object.entries(QUANTITIES).map(([key, { title }]) => ({ key, title, number: (site) => site[key]?.[1] ?? -1 })),
  ];
  let order = { key: "energy", descending: true };
  let limit = PAGE;
  let visible = [];
  const opened = new Set();

  const details = (site) => {
    const parts = [];
    if (site.solver) parts.push(make("p", { textContent: `Smallest adequate solver: ${site.solver}` }));
    if (site.prompt) parts.push(make("p", { textContent: "Prompt" }), make("pre", { textContent: site.prompt }));
    parts.push(make("pre", { textContent: site.derivation.map((index) => data.lines[index]).join("\n") }));
    return make("tr", { className: "detail" }, make("td", { colSpan: COLUMNS.length }, ...parts));
  };
  const toggle = (site) => { opened.has(site) ? opened.delete(site) : opened.add(site); fill(); };
  const row = (site) => {
    const cells = COLUMNS.map((column) => {
      if (column.key === "place") {
        const button = make("button", { type: "button", textContent: place(site), ariaExpanded: String(opened.has(site)), onclick: () => { toggle(site); document.getElementById(button.id)?.focus(); } });
        button.id = `site-${site.index}`;
        return make("td", { className: "place" }, button, make("span", { className: "span", textContent: [site.function, site.callee].filter(Boolean).join(" · ") }));
      }
      if (column.key === "grade") return make("td", {}, site.grade ? letter(site.grade) : "");
      if (!column.number) return make("td", { textContent: column.text(site) });
      if (!site[column.key]) return make("td", { className: "number", textContent: "unknown" });
      const [middle, span] = inWords(site[column.key], column.key);
      return make("td", { className: "number" }, middle, make("span", { className: "span", textContent: span }));
    });
    return make("tr", {}, ...cells);
  };
  const heads = () => {
    $("head").replaceChildren(...COLUMNS.map((column) => {
      const active = order.key === column.key;
      const arrow = active ? (order.descending ? " ▼" : " ▲") : "";
      const cell = make("th", { scope: "col" }, make("button", { type: "button", textContent: column.title + arrow, onclick: () => {
        order = { key: column.key, descending: active ? !order.descending : Boolean(column.number) };
        limit = PAGE;
        heads();
        fill();
        $("head").children[COLUMNS.indexOf(column)].firstChild.focus();
      } }));
      cell.setAttribute("aria-sort", active ? (order.descending ? "descending" : "ascending") : "none");
      return cell;
    }));
  };
  const fill = () => {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = $("kind").value;
    const wanted = $("grades").value;
    const column = COLUMNS.find(({ key }) => key === order.key);
    const compare = column.number
      ? (a, b) => column.number(a) - column.number(b)
      : (a, b) => column.text(a).localeCompare(column.text(b), "en", { numeric: true });
    visible = data.sites
      .filter((site) => (!kind || site.kind === kind) && (!wanted || site.grade === wanted))
      .filter((site) => words.every((word) => site.haystack.includes(word)))
      .sort((a, b) => (order.descending ? -1 : 1) * compare(a, b) || place(a).localeCompare(place(b), "en", { numeric: true }));
    const rows = visible.slice(0, limit).flatMap((site) => (opened.has(site) ? [row(site), details(site)] : [row(site)]));
    $("rows").replaceChildren(...rows);
    $("shown").textContent = `${visible.length} of ${data.sites.length} call sites`;
    $("more").hidden = visible.length <= limit;
    $("more").textContent = `Show ${Math.min(PAGE, visible.length - limit)} more of ${visible.length - limit}`;
  };
  const reveal = (site) => {
    $("filter").value = place(site);
    opened.add(site);
    fill();
    const button = document.getElementById(`site-${site.index}`);
    button?.scrollIntoView({ block: "center" });
    button?.focus();
  };
  const choices = (select, values, all) =>
    select.append(make("option", { value: "", textContent: all }), ...values.map((value) => make("option", { value, textContent: value })));

  data.sites.forEach((site, index) => {
    site.index = index;
    site.haystack = [place(site), site.function, site.callee, site.model, site.task, site.kind].filter(Boolean).join(" ").toLowerCase();
  });
  headline();
  comparison();
  grade();
  $("quantity").append(...Object.entries(QUANTITIES).filter(([name]) => data.totals[name])
    .map(([value, { title }]) => make("option", { value, textContent: title })));
  choices($("kind"), [...new Set(data.sites.map((site) => site.kind))].sort(), "all");
  choices($("grades"), data.letters.filter((name) => data.sites.some((site) => site.grade === name)), "all");
  $("quantity").addEventListener("change", drawChart);
  for (const id of ["filter", "kind", "grades"]) $(id).addEventListener("input", () => { limit = PAGE; fill(); });
  $("more").addEventListener("click", () => { limit += PAGE; fill(); });
  if (running.length) {
    drawChart();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawChart);
  } else $("chart-box").closest("section").hidden = true;
  heads();
  fill();
})();
