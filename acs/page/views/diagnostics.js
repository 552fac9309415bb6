// Measurements on many devices: runs, how far each is, and what they found, the worst first.
import { html, useEffect, useRef, useState } from '../html.js';
import { t, say } from '../texts.js';
import { all, del, encode, get, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, setQuery, useRoute } from '../router.js';
import { PagedTable, Table } from '../parts/table.js';
import { Button, Busy, Card, Confirm, Empty, Facts, Field, Head, Loaded, Parts, ProblemBox, State, Time, number, tell,
    words as spaced } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';
import { StartRun } from '../parts/diagnostic_run.js';

const words = t.diagnostics;
const KINDS = { done: 'good', measuring: 'main', queued: 'main', pending: '', failed: 'bad', expired: 'warn', cancelled: '' };
const total = counts => Object.values(counts).reduce((sum, count) => sum + count, 0);
const parts = counts => Object.keys(KINDS).map(state => [words.states[state], counts[state] || 0, KINDS[state]]);
export const target = run => run.arguments.host || run.arguments.name || run.arguments.url || '';

export default function Diagnostics({ run }) {
  return run ? html`<${Run} key=${run} id=${run} />` : html`<${List} />`;
}

function List() {
  const { query } = useRoute();
  const [turn, again] = useState(0);
  const [starting, setStarting] = useState(query.q !== undefined || Boolean(query.start));
  useReloadOn(['task.*', 'diagnostic_run.*'], null, () => window.scrollY < 200 && again(n => n + 1), 2500);
  const columns = [
    { key: 'kind', title: words.what, wide: true, cell: run => html`<${Link} href=${`/diagnostics/${encode(run.id)}`}>
        <b>${words.kinds[run.kind] || spaced(run.kind)}</b><//> <span class="mono">${target(run)}</span>` },
    { key: 'progress', title: words.progress, wide: true, cell: run => html`<${Parts} of=${parts(run.counts)} />` },
    { key: 'state', title: words.state, cell: run => html`<${State} kind=${run.ended ? 'good' : 'calm'}>${run.ended ? words.ended
        : words.underWay}<//>` },
    { key: 'created', title: words.started, cell: run => html`<span class="nowrap"><${Time} at=${run.created} /></span>
        <div class="faint small">${run.created_by}</div>` },
  ];
  const start = session.can('operate') && html`<${Button} kind="primary" onClick=${() => setStarting(true)}>${words.start}<//>`;
  return html`<${Head} title=${t.shell.views.diagnostics} sub=${words.sub}>${start}<//>
    <${Card}><${PagedTable} load=${page => get('/diagnostics', page)} version=${turn} columns=${columns}
        href=${run => `/diagnostics/${encode(run.id)}`} caption=${words.runs} limit=${50}
      empty=${html`<${Empty} title=${words.none} text=${words.noneText}>${start}<//>`} /><//>
    ${starting && session.can('operate') && html`<${StartRun} query=${query.q || ''}
        onClose=${() => { setStarting(false); setQuery({ q: undefined, start: undefined }); }} />`}`;
}

function Run({ id }) {
  const path = `/diagnostics/runs/${encode(id)}`;
  const run = useGet(path);
  const [asked, ask] = useState(false);
  const open = run.data && !run.data.ended;
  useReloadOn(['task.*', 'diagnostic_run.*'], null, () => open && run.reload(), 1500);
  const sub = html`<${Link} href="/diagnostics">${t.shell.views.diagnostics}<//> / ${id}`;
  if (run.problem && run.problem.status === 404) {
    return html`<${Head} title=${words.noSuch} sub=${sub} /><${Card}><${Empty} title=${words.noSuch} text=${words.noSuchText}>
        <${Link} class="button" href="/diagnostics">${words.toRuns}<//><//><//>`;
  }
  return html`<${Loaded} from=${run}>${one => {
    const left = one.counts.pending;
    return html`<${Head} title=${`${words.kinds[one.kind] || spaced(one.kind)} ${target(one)}`} sub=${sub}>
        ${!one.ended && session.can('operate') && html`<${Button} kind="danger"
            onClick=${() => ask(true)}>${words.withdraw}<//>`}<//>
      <${Card} title=${one.ended ? words.ended : words.underWay}><${Parts} of=${parts(one.counts)} />
        <${Facts} of=${[[words.devices, number(total(one.counts))], [words.started, html`<${Time} at=${one.created} />`],
            [words.by, one.created_by],
          [words.concurrency, number(one.concurrency)], ...Object.entries(one.arguments).map(([name, value]) => [spaced(name),
              String(value)])]} /><//>
      <${Results} id=${id} run=${one} open=${!one.ended} />
      ${asked && html`<${Confirm} title=${words.withdraw} kind="danger" yes=${words.withdraw} onClose=${() => ask(false)}
          onYes=${async () => {
        await del(path);
        tell(words.withdrawn);
        run.reload();
      }}><p>${say(words.withdrawText, { left: number(left) })}</p><//>`}`;
  }}<//>`;
}

// What a measurement says in numbers, by the fields the API puts in front.
const measures = {
  loss_percent: { title: words.loss, text: value => `${value} %`, kind: value => (value >= 5 ? 'bad' : value > 0 ? 'warn' : '') },
  average_ms: { title: words.average, text: value => `${number(value)} ms`, kind: value => (value >= 150 ? 'warn' : '') },
  bits_per_second: { title: words.speed, text: value => `${(value / 1e6).toFixed(1)} Mbit/s` },
  hops: { title: words.hops, text: number },
  phone_connected: { title: words.phone, text: value => (value ? words.connected : words.notConnected), kind: value => (value ? ''
      : 'warn') },
};
const MOST = 2000;
const SHOWN = 100;
const badness = row => {
  const one = row.diagnostic;
  if (!one) return -1;
  if (one.state === 'failed') return 1e9;
  if (one.state === 'expired') return 1e8;
  const result = one.result || {};
  return (result.loss_percent || 0) * 1e5 + (result.average_ms || 0) + (result.phone_connected === false ? 1e6 : 0);
};

function Results({ id, run, open }) {
  const [state, set] = useState({ rows: null, problem: null });
  const [only, setOnly] = useState('');
  const [shown, setShown] = useState(SHOWN);
  const alive = useRef(true);
  const load = async () => {
    try {
      const rows = await all(`/diagnostics/runs/${encode(id)}/devices`, {}, MOST);
      if (alive.current) set({ rows, problem: null });
    } catch (problem) {
      if (alive.current) set(before => ({ ...before, problem }));
    }
  };
  useEffect(() => { alive.current = true; return () => { alive.current = false; }; }, []);
  // Once more when the run has ended, so that the last results are there.
  useEffect(() => { load(); }, [id, open]);
  useReloadOn(['task.*'], null, () => open && load(), 2500);
  if (state.problem && !state.rows) return html`<${ProblemBox} problem=${state.problem} onRetry=${load} />`;
  if (!state.rows) return html`<${Busy} />`;
  const states = [...new Set(state.rows.map(row => (row.diagnostic ? row.diagnostic.state : 'pending')))];
  const rows = state.rows.filter(row => !only || (row.diagnostic ? row.diagnostic.state : 'pending') === only).sort((one,
      other) => badness(other) - badness(one));
  const there = Object.keys(measures).filter(name => state.rows.some(row => row.diagnostic && row.diagnostic.result &&
      name in row.diagnostic.result));
  const columns = [
    { key: 'device', title: words.device, cell: row => html`<${DeviceName} id=${row.device} tab="diagnostics" />` },
    { key: 'state', title: words.state, cell: row => html`<${State} of=${row.diagnostic ? row.diagnostic.state : 'pending'} />` },
    ...there.map(name => ({ key: name, title: measures[name].title, number: true, cell: row => {
      const value = row.diagnostic && row.diagnostic.result ? row.diagnostic.result[name] : undefined;
      if (value === undefined || value === null) return '';
      const kind = measures[name].kind ? measures[name].kind(value) : '';
      return kind ? html`<${State} kind=${kind}>${measures[name].text(value)}<//>`
          : html`<span class="nowrap">${measures[name].text(value)}</span>`;
    } })),
    { key: 'more', title: words.details, wide: true, cell: row => html`<${Details} of=${row.diagnostic} />` },
  ];
  return html`<${Card} title=${words.results} actions=${html`<${Summary} rows=${state.rows} />`}>
    ${states.length > 1 && html`<div class="filters"><${Field} as="select" label=${words.state} value=${only} onInput=${setOnly}>
        <option value="">${t.ui.all}</option>
      ${states.map(one => html`<option key=${one} value=${one}>${words.states[one]}</option>`)}<//></div>`}
    <${Table} caption=${words.results} columns=${columns} rows=${rows.slice(0, shown)} rowKey=${row => row.device}
        empty=${html`<${Empty} title=${words.noResults} />`} />
    ${rows.length > shown && html`<p class="end"><${Button} onClick=${() => setShown(shown + SHOWN)}>${t.ui.more}<//></p>`}
    ${total(run.counts) > MOST && html`<p class="faint">${say(words.onlyMost, { n: number(MOST) })}</p>`}<//>`;
}

function Details({ of }) {
  if (!of) return html`<span class="faint">${words.notYet}</span>`;
  if (of.fault) return html`<span class="why-failed">${of.fault.code ? `${of.fault.code} ` : ''}${of.fault.text}</span>`;
  if (!of.result) return html`<span class="faint">${words.notYet}</span>`;
  const { MinimumResponseTime: least, MaximumResponseTime: most } = of.result.values || {};
  const text = least && most ? say(words.between, { least, most }) : of.result.state;
  return html`<span class="faint">${text}</span>`;
}

// The middle of what was measured, which one slow device does not move.
function Summary({ rows }) {
  const of = name => rows.map(row => row.diagnostic && row.diagnostic.result && row.diagnostic.result[name]).filter(value =>
      typeof value === 'number').sort((one, other) => one - other);
  const [average, loss] = [of('average_ms'), of('loss_percent')];
  if (!average.length) return null;
  return html`<span class="faint">${say(words.summary, { median: number(average[Math.floor(average.length / 2)]),
      worst: number(average[average.length - 1]),
    lossy: number(loss.filter(value => value > 0).length) })}</span>`;
}
