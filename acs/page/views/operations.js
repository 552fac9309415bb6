// Bulk operations: the list, and one with how far it is, its devices, and what can be done about it.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, post, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, setQuery, to, useRoute } from '../router.js';
import { Button, Card, Confirm, Empty, Facts, Field, Head, Loaded, Parts, State, Time, duration, fullTime, number, tell, words }
  from '../parts/ui.js';
import { PagedTable, Table } from '../parts/table.js';

const STEPS = ['done', 'queued', 'pending', 'failed', 'expired', 'cancelled', 'skipped'];
const KINDS = { done: 'good', queued: 'main', pending: 'rest', failed: 'bad', expired: 'warn', cancelled: '', skipped: '' };
const stepKind = step => ({ done: 'good', failed: 'bad', expired: 'warn' }[step] || 'calm');
const KINDS_OF_EVENTS = ['operation.*', 'task.*'];

export default function Operations({ operation }) {
  return operation ? html`<${Operation} key=${operation} id=${operation} />` : html`<${List} />`;
}

// What is done with each device, in words.
function actionText(action) {
  const texts = t.operations.actions;
  const what = texts[action.kind] || words(action.kind);
  if (action.tags) return `${what}: ${action.tags.join(', ')}`;
  if (action.values) {
    const names = action.values.map(row => row.name);
    return `${what}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
  }
  if (action.task_kind) return `${what}: ${words(action.task_kind)}`;
  if (action.path) return `${what}: ${action.path}`;
  return what;
}
const title = operation => operation.name || actionText(operation.action);

function Progress({ counts }) {
  const texts = t.operations;
  const bad = counts.failed + counts.expired;
  return html`<div class="parts small"><div class="bar" aria-hidden="true">${STEPS.map(step => counts[step]
      ? html`<i key=${step} class=${KINDS[step]} style=${{ width: `${100 * counts[step] / counts.total}%` }}></i>` : null)}</div>
    <span>${say(texts.progress, { done: number(counts.done), of: number(counts.total) })}${bad ? html`, <b
        class="badtext">${say(texts.badN, { n: number(bad) })}</b>` : ''}</span></div>`;
}

function List() {
  const texts = t.operations;
  const [turn, setTurn] = useState(0);
  useReloadOn(['operation.*'], null, () => setTurn(n => n + 1), 3000);
  const columns = [
    { key: 'name', title: texts.name, wide: true, cell: row => html`<${Link} href=${`/operations/${row.id}`}>${title(row)}<//>
      ${row.name && html`<div class="faint small">${actionText(row.action)}</div>`}` },
    { key: 'state', title: texts.state, cell: row => html`<${State} of=${row.state}>${texts.states[row.state]}<//>` },
    { key: 'progress', title: texts.devices, wide: true, cell: row => html`<${Progress} counts=${row.counts} />` },
    { key: 'by', title: texts.by, cell: row => row.created_by.replace(/^user:/, '') },
    { key: 'created', title: texts.begun, cell: row => html`<span class="nowrap"><${Time} at=${row.created} /></span>` },
  ];
  return html`<${Head} title=${texts.title} sub=${texts.sub}><${Link} class="button" href="/devices">${texts.toDevices}<//><//>
    <div class="card flush"><${PagedTable} caption=${texts.title} columns=${columns} href=${row => `/operations/${row.id}`}
        version=${turn} load=${page => get('/operations', page)}
      empty=${html`<${Empty} title=${texts.none} text=${texts.noneText}><${Link} class="button primary"
          href="/devices">${texts.toDevices}<//><//>`} /></div>`;
}

function Operation({ id }) {
  const texts = t.operations;
  const path = `/operations/${encode(id)}`;
  const operation = useGet(path);
  const [turn, setTurn] = useState(0);
  useReloadOn(KINDS_OF_EVENTS, null, () => { operation.reload(); setTurn(n => n + 1); }, 2000);
  const open = operation.data && !operation.data.ended;
  // Not everything that is done with a device is an event.
  useEffect(() => {
    if (!open) return undefined;
    const timer = setInterval(() => { operation.reload(); setTurn(n => n + 1); }, 5000);
    return () => clearInterval(timer);
  }, [open]);
  return html`<p class="crumb"><${Link} href="/operations">${texts.title}<//></p>
    <${Loaded} from=${operation}>${it => html`<${Top} it=${it} path=${path} reload=${operation.reload} />
      <${Card} title=${texts.how}><${Parts} of=${STEPS.map(step => [texts.steps[step], it.counts[step], KINDS[step]])} /><//>
      ${it.reasons.length > 0 && html`<${Reasons} it=${it} />`}
      <${Devices} it=${it} path=${path} turn=${turn} />
      <${Card} title=${texts.told}><${Facts} of=${[
        [texts.does, actionText(it.action)], [texts.for, it.query === null || it.query === undefined ? texts.named : it.query
            ? html`<code>${it.query}</code>` : texts.all],
        [texts.atOnce, it.concurrency ? number(it.concurrency) : texts.noLimit],
            [texts.expires, duration(it.expires_secs * 1000)],
        [texts.by, it.created_by], [texts.begun, fullTime(it.created)], [texts.ended, it.ended ? fullTime(it.ended) : null]]} />
        <details><summary>${texts.exactly}</summary><pre>${JSON.stringify(it.action, null, 2)}</pre></details><//>`}<//>`;
}

function Top({ it, path, reload }) {
  const texts = t.operations;
  const [asking, ask] = useState(null);
  const open = it.state === 'running' || it.state === 'paused';
  const act = verb => async () => { await post(`${path}/${verb}`); tell(texts.did[verb]); reload(); };
  const numbers = { pending: number(it.counts.pending), queued: number(it.counts.queued) };
  return html`<${Head} title=${title(it)} sub=${html`<${State}
      of=${it.state}>${texts.states[it.state]}<//> ${it.name ? actionText(it.action) : ''}`}>
      ${session.can('operate') && html`${it.state === 'running' && html`<${Button}
          onClick=${() => ask('pause')}>${texts.pause}<//>`}
        ${it.state === 'paused' && html`<${Button} kind="primary" onClick=${() => ask('resume')}>${texts.resume}<//>`}
        ${open && html`<${Button} kind="danger" onClick=${() => ask('cancel')}>${texts.cancel}<//>`}`}<//>
    ${it.reason && html`<p class="note warn"><b>${texts.pausedItself}</b> ${it.reason}</p>`}
    ${asking && html`<${Confirm} title=${texts.ask[asking]} yes=${texts[asking]}
        kind=${asking === 'cancel' ? 'danger' : 'primary'} onClose=${() => ask(null)} onYes=${act(asking)}>
      <p>${say(texts.askText[asking], numbers)}</p><//>`}`;
}

function Reasons({ it }) {
  const texts = t.operations;
  const columns = [
    { key: 'step', title: texts.state, cell: row => html`<${State} kind=${stepKind(row.step)}>${texts.steps[row.step]}<//>` },
    { key: 'why', title: texts.why, wide: true, cell: row => html`${row.why}${row.code ? html` <span
        class="tag">${row.code}</span>` : ''}` },
    { key: 'n', title: texts.devices, number: true, cell: row => html`<${Link} href=${to(`/operations/${it.id}`,
        { step: row.step })}>${number(row.devices)}<//>` },
  ];
  return html`<${Card} title=${texts.reasons}><${Table} caption=${texts.reasons} columns=${columns} rows=${it.reasons}
      rowKey=${row => `${row.step} ${row.code} ${row.why}`} /><//>`;
}

function Devices({ it, path, turn }) {
  const texts = t.operations;
  const { query } = useRoute();
  const [shown, setShown] = useState(turn);
  const step = STEPS.includes(query.step) ? query.step : '';
  // A long list is read anew when one asks for it, not under the eyes of who reads it.
  const many = (step ? it.counts[step] : it.counts.total) > 100;
  const columns = [
    { key: 'device', title: texts.device, cell: row => html`<${Link} class="capped"
        href=${`/devices/${encode(row.device)}`}>${row.identity || row.device}<//>` },
    { key: 'step', title: texts.state, cell: row => html`<${State} kind=${stepKind(row.step)}>${texts.steps[row.step]}<//>` },
    { key: 'why', title: texts.why, wide: true, cell: row => html`${row.why || ''}${row.code ? html` <span
        class="tag">${row.code}</span>` : ''}` },
    { key: 'task', title: texts.task, cell: row => (row.task ? html`<${Link}
        href=${`/devices/${encode(row.device)}/tasks/${encode(row.task)}`}>${texts.look}<//>` : '') },
    { key: 'updated', title: texts.updated, cell: row => html`<span class="nowrap"><${Time} at=${row.updated} /></span>` },
  ];
  return html`<${Card} title=${texts.devices} kind="inline-field" actions=${html`<${Field} as="select" label=${texts.show}
      value=${step} onInput=${value => setQuery({ step: value })}>
      <option value="">${say(texts.showAll, { n: number(it.counts.total) })}</option>
      ${STEPS.filter(name => it.counts[name] || name === step).map(name => html`<option key=${name}
          value=${name}>${texts.steps[name]} (${number(it.counts[name])})</option>`)}<//>`}>
    ${turn !== shown && many && html`<p class="stale"><${Button} kind="quiet"
        onClick=${() => setShown(turn)}>${texts.moved}<//></p>`}
    <${PagedTable} caption=${texts.devices} columns=${columns} rowKey=${row => row.device}
        version=${`${step} ${many ? shown : turn}`} load=${page => get(`${path}/devices`, { ...page, step })}
      empty=${html`<${Empty} title=${texts.noneThere} />`} /><//>`;
}
