// Charts over time, drawn by uPlot, which is loaded when the first one is shown; the same as a table for who does not see them.
import { html, useState, useEffect, useRef } from '../html.js';
import { t } from '../texts.js';
import { number } from './ui.js';
import { Table } from './table.js';

const T = t.chart;
// Rows of the table: the newest.
const ROWS = 60;
const COLOURS = { main: '--main', good: '--good', warn: '--warn', bad: '--bad', calm: '--calm' };
// How times stand below a chart, by the distance of two of them.
const CLOCK = [[3600000, '{HH}:{mm}'], [60000, '{HH}:{mm}'], [1000, '{HH}:{mm}:{ss}']]
  .map(([ms, text]) => [ms, text, null, null, null, null, null, null, 1]);
// Steps of an axis of whole numbers.
const WHOLE = [...Array(8).keys()].flatMap(power => [1, 2, 5].map(step => step * 10 ** power));
// So few points are seen one by one.
const SPARSE = 12;
const ORDER = ['main', 'warn', 'calm', 'bad', 'good'];

let library = null;
function load() {
  if (!library) {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = new URL('../vendor/uplot.css', import.meta.url).href;
    document.head.append(sheet);
    library = import('../vendor/uplot.js').then(module => module.default);
    // A failed load is tried again by the next chart.
    library.catch(() => { library = null; });
  }
  return library;
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(COLOURS[name] || name).trim();
const clock = ms => new Date(ms).toLocaleTimeString('en-GB');

function options(lines, { width, height, format, time, whole, least }) {
  const axis = { stroke: () => colour('--faint'), grid: { stroke: () => colour('--line'), width: 1 }, ticks: { show: false },
    size: 26, font: '12px system-ui, sans-serif' };
  // How far a chart of one moment reaches.
  const alone = time ? 60000 : 1;
  return {
    width, height, ms: 1, legend: { show: lines.length > 1 }, cursor: { y: false, drag: { x: false, y: false } },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time, range: (_, low, high) => (low === null ? [0, 1] : [Math.min(low, high - (high > low ? least : least || alone)), high]) },
      y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] },
    },
    axes: [{ ...axis, space: 70, grid: { show: false }, values: time ? CLOCK : undefined },
      { ...axis, size: 52, space: 34, incrs: whole ? WHOLE : undefined, values: (_, all) => all.map(format) }],
    series: [{ value: (_, at) => (at === null ? '' : time ? clock(at) : String(at)) }, ...lines.map((line, index) => {
      const name = line.kind || ORDER[index % ORDER.length];
      return {
        label: line.name, stroke: () => colour(name), width: 2, points: { show: plot => plot.data[0].length <= SPARSE, size: 5 },
        value: (_, value) => (value === null ? '' : format(value)),
        fill: lines.length === 1 ? () => `color-mix(in srgb, ${colour(name)} 14%, transparent)` : undefined,
      };
    })],
  };
}

// `x` are times in milliseconds (or plain numbers, with `time=${false}`), `lines` [{ name, values, kind }] of the same length;
// `label` says what it shows, `unit` stands in the head of the table;
// `whole` that there are no halves of it, `least` how far its times reach at least.
export function Series({ label, x, lines, height = 170, format = number, time = true, whole = false, least = 0, unit = '' }) {
  const box = useRef(null);
  const plot = useRef(null);
  const [failed, setFailed] = useState(false);
  const data = [x, ...lines.map(line => line.values)];
  const current = useRef(data);
  current.current = data;
  const shape = lines.map(line => `${line.name} ${line.kind}`).join('|');
  useEffect(() => {
    let gone = false;
    let watch = null;
    const redraw = () => plot.current && plot.current.redraw(false);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const theme = new MutationObserver(redraw);
    load().then(Plot => {
      if (gone || !box.current) return;
      const shown = options(lines, { width: box.current.clientWidth, height, format, time, whole, least });
      plot.current = new Plot(shown, current.current, box.current);
      watch = new ResizeObserver(() => plot.current && plot.current.setSize({ width: box.current.clientWidth, height }));
      watch.observe(box.current);
      dark.addEventListener('change', redraw);
      theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    }, () => setFailed(true));
    return () => {
      gone = true;
      if (watch) watch.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', redraw);
      if (plot.current) plot.current.destroy();
      plot.current = null;
    };
  }, [shape, height, time]);
  useEffect(() => { if (plot.current) plot.current.setData(data); });
  const rows = x.map((at, index) => ({ at, values: lines.map(line => line.values[index]) })).slice(-ROWS).reverse();
  const columns = [
    { key: 'at', title: T.time, cell: row => (time ? clock(row.at) : row.at) },
    ...lines.map((line, index) => ({ key: line.name, title: unit ? `${line.name} (${unit})` : line.name, number: true,
      cell: row => (row.values[index] === null || row.values[index] === undefined ? '' : format(row.values[index])) })),
  ];
  return html`<figure class="chart"><div ref=${box} role="img" aria-label=${label}
      style=${{ minHeight: failed ? undefined : `${height}px` }}></div>
    <details open=${failed}><summary>${T.table}</summary><div class="rows"><${Table} columns=${columns} rows=${rows}
        rowKey=${row => row.at} caption=${label}
      empty=${html`<p class="faint">${T.none}</p>`} /></div></details></figure>`;
}

// How many of what, the most first: names with bars. rows: [{ name, count, kind }]; `link(row)` makes a name lead somewhere.
export function Bars({ rows, link }) {
  const most = Math.max(1, ...rows.map(row => row.count));
  return html`<ul class="bars">${rows.map(row => html`<li key=${row.name}><span class="what">${link ? link(row) : row.name}</span>
    <b>${number(row.count)}</b><span class="track"><i class=${row.kind || ''}
        style=${{ width: `${100 * row.count / most}%` }}></i></span></li>`)}</ul>`;
}
