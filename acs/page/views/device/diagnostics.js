// What a device has measured: begin one of each kind, see its results as they come, and how they went over time.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, get, session, useGet } from '../../api.js';
import { go, setQuery, to, useRoute } from '../../router.js';
import { Button, Card, Confirm, Empty, Facts, Field, Loaded, State, Time, duration, tell, words } from '../../parts/ui.js';
import { PagedTable, Table } from '../../parts/table.js';
import { Fault, useTaskTurns } from './common.js';
import { Trend } from './trend.js';
import { Measure, KINDS } from './measure.js';

const text = t.device.diagnostics;
const STATE = { measuring: 'calm', cancelled: 'calm' };

export default function Diagnostics({ device, base, item }) {
  const { query } = useRoute();
  const [making, setMaking] = useState(null);
  const { turn, listTurn, renew } = useTaskTurns(device.id);
  const columns = [
    { key: 'state', title: text.state, cell: one => html`<${State} of=${one.state} kind=${STATE[one.state]} />` },
    { key: 'kind', title: text.kind, cell: one => html`<a href=${to(`${base}/diagnostics/${one.id}`, query)} aria-current=${one.id === item ? 'true' : undefined}
      onClick=${event => { event.preventDefault(); go(`${base}/diagnostics/${one.id}`, query); }}>${t.device.measures[one.kind] || words(one.kind)}</a>` },
    { key: 'of', title: text.target, wide: true, cell: one => html`<span class="mono">${target(one.arguments)}</span>` },
    { key: 'result', title: text.result, wide: true, cell: one => (one.fault ? html`<span class="d-wrong">${one.fault.text}</span>` : one.result ? gist(one.result) : '') },
    { key: 'at', title: text.at, cell: one => html`<${Time} at=${one.created} />` },
  ];
  return html`<${Over} device=${device} turn=${turn} />
    <div class="filters">${session.can('help') && KINDS.map(kind => html`<${Button} key=${kind} onClick=${() => setMaking({ kind })}>${t.device.measures[kind]}…<//>`)}</div>
    <div class=${`tree-and-panel ${item ? 'with-panel' : ''}`}><div class="list card">
      <${PagedTable} load=${page => get(`/devices/${device.id}/diagnostics`, page)} version=${listTurn} limit=${50} columns=${columns} caption=${text.title}
        href=${one => to(`${base}/diagnostics/${one.id}`, query)} empty=${html`<${Empty} title=${text.none} text=${text.noneText} />`} /></div>
      ${item && html`<${One} key=${item} id=${item} turn=${turn} onAgain=${setMaking} onClose=${() => go(`${base}/diagnostics`, query)} />`}</div>
    ${making && html`<${Measure} device=${device} like=${making} onClose=${() => setMaking(null)}
      onBegun=${one => { renew(); go(`${base}/diagnostics/${one.id}`, query); }} />`}`;
}

const target = given => given.host || given.name || given.url || (given.port ? say(text.port, given) : '');

// The numbers in front of a result.
function gist(result) {
  const parts = [];
  if (has(result.loss_percent)) parts.push(say(text.loss, { loss: round(result.loss_percent) }));
  if (has(result.average_ms)) parts.push(`${result.average_ms} ms`);
  if (has(result.bits_per_second)) parts.push(rate(result.bits_per_second));
  if (has(result.hops)) parts.push(say(text.hops, { hops: result.hops }));
  if (has(result.phone_connected)) parts.push(result.phone_connected ? text.phone : text.noPhone);
  return parts.join(', ') || result.state;
}
const has = value => value !== undefined && value !== null;
const round = value => Math.round(value * 10) / 10;
export const rate = bits => (bits >= 1e6 ? `${round(bits / 1e6)} Mbit/s` : `${round(bits / 1e3)} kbit/s`);

// How the results of one kind went: one chart for each number they have.
const NUMBERS = [['average_ms', 'ms'], ['loss_percent', '%'], ['bits_per_second', 'Mbit/s', 1e6]];

function Over({ device, turn }) {
  const { query } = useRoute();
  const from = useGet(`/devices/${device.id}/diagnostics`, { limit: 200 });
  const [seen, setSeen] = useState(turn);
  if (seen !== turn) { setSeen(turn); from.reload(); }
  if (!from.data) return null;
  const done = from.data.items.filter(one => one.result && NUMBERS.some(([name]) => has(one.result[name])));
  const counts = new Map();
  for (const one of done) {
    const key = `${one.kind} ${target(one.arguments)}`;
    counts.set(key, (counts.get(key) || 0) + 1);
  }
  const series = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  if (!series.length) return null;
  const chosen = series.includes(query.over) ? query.over : series[0];
  const points = done.filter(one => `${one.kind} ${target(one.arguments)}` === chosen).reverse();
  const name = one => { const [kind, ...of] = one.split(' '); return `${t.device.measures[kind]} ${of.join(' ')}`; };
  return html`<${Card} title=${text.over} actions=${html`<${Field} as="select" label=${text.series} value=${chosen} onInput=${over => setQuery({ over })}>
      ${series.map(one => html`<option key=${one} value=${one}>${name(one)}</option>`)}<//>`}>
    <div class="trends">${NUMBERS.filter(([key]) => points.some(one => has(one.result[key]))).map(([key, unit, size = 1]) => html`<${Trend} key=${key}
      title=${text.numbers[key]} unit=${unit} points=${points.filter(one => has(one.result[key])).map(one => ({ at: one.ended, value: one.result[key] / size }))} />`)}</div><//>`;
}

function One({ id, turn, onClose, onAgain }) {
  const from = useGet(`/diagnostics/${id}`);
  const [seen, setSeen] = useState(turn);
  const [asking, setAsking] = useState(false);
  if (seen !== turn) { setSeen(turn); from.reload(); }
  const open = one => ['queued', 'measuring'].includes(one.state);
  return html`<aside class="panel" aria-label=${text.one}><${Loaded} from=${from}>${one => html`
    <header><h2>${t.device.measures[one.kind] || words(one.kind)}</h2><button type="button" class="quiet close" aria-label=${t.ui.close} onClick=${onClose}>×</button></header>
    <p><${State} of=${one.state} kind=${STATE[one.state]} /> ${one.result && html`<b>${gist(one.result)}</b>`}</p>
    ${open(one) && html`<p class="busy" role="status"><span class="spinner" aria-hidden="true"></span>${one.state === 'queued' ? text.waits : text.measures}</p>`}
    ${one.fault && html`<div class="problem"><${Fault} fault=${one.fault} /></div>`}
    ${session.can('help') && html`<div class="actions">${open(one) && html`<${Button} onClick=${() => setAsking(true)}>${text.cancel}<//>`}
      ${KINDS.includes(one.kind) && html`<${Button} onClick=${() => onAgain({ kind: one.kind, arguments: one.arguments })}>${text.again}<//>`}</div>`}
    ${one.result && one.result.rows && one.result.rows.length > 0 && html`<h3 class="later">${one.kind === 'trace_route' ? text.hopTable : text.rows}</h3><${Rows} rows=${one.result.rows} />`}
    ${one.result && html`<h3 class="later">${text.values}</h3><${Facts} of=${Object.entries(one.result.values || {}).map(([name, value]) => [name, value])} />`}
    <h3 class="later">${text.asked}</h3><${Facts} of=${[...Object.entries(one.arguments).map(([name, value]) => [words(name), String(value)]),
      [text.by, one.created_by], [text.at, html`<${Time} at=${one.created} />`], [text.took, one.ended && one.asked ? duration(one.ended - one.asked) : null]]} />
    ${asking && html`<${Confirm} title=${text.cancel} yes=${text.cancelYes} kind="danger" onClose=${() => setAsking(false)}
      onYes=${async () => { await del(`/tasks/${id}`); tell(text.cancelled); from.reload(); }}><p>${text.cancelText}</p><//>`}`}<//></aside>`;
}

// Hops, answers or packets: a column for each name any of them has.
function Rows({ rows }) {
  const short = name => name.split('.').pop();
  const keys = [...new Set(rows.flatMap(row => Object.keys(row)))];
  return html`<${Table} caption=${text.rows} rows=${rows.map((row, index) => ({ row, index }))} rowKey=${one => one.index} columns=${[
    { key: '#', title: '#', number: true, cell: one => one.index + 1 },
    ...keys.map(key => ({ key, title: short(key), cell: one => html`<span class="mono">${String(one.row[key] ?? '')}</span>` }))]} />`;
}
