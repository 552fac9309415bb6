// The tasks of a device: as they stand, what came of each, what was refused, and another one of any kind.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, get, post, useAction, useGet } from '../../api.js';
import { go, setQuery, to, useRoute } from '../../router.js';
import { Button, Confirm, Copy, Empty, Facts, Field, Loaded, ProblemBox, State, Time, fullTime, tell, words } from '../../parts/ui.js';
import { PagedTable, Table } from '../../parts/table.js';
import { Fault, OPEN_STATES, Plain, gist, kindName, mayTask, queue, useTaskTurns } from './common.js';
import { NewTask } from './new_task.js';
import { KINDS } from './task_kinds.js';

const text = t.device.tasks;
const STATES = [...OPEN_STATES, 'done', 'failed', 'expired', 'cancelled'];

export default function Tasks({ device, base, item }) {
  const { query } = useRoute();
  const [making, setMaking] = useState(null);
  const { turn, listTurn } = useTaskTurns(device.id);
  const filters = { device: device.id, state: query.state, kind: query.kind };
  const may = Object.keys(KINDS).some(mayTask);
  const open = id => to(id ? `${base}/tasks/${id}` : `${base}/tasks`, query);
  const columns = [
    { key: 'state', title: text.state, cell: task => html`<${State} of=${task.state} />` },
    { key: 'kind', title: text.kind, wide: true, cell: task => html`<a href=${open(task.id)} onClick=${event => { event.preventDefault(); go(`${base}/tasks/${task.id}`, query); }}
      aria-current=${task.id === item ? 'true' : undefined}>${kindName(task.kind)}</a> <span class="faint">${gist(task)}</span>` },
    { key: 'fault', title: text.outcome, wide: true, cell: task => (task.fault ? html`<span class="d-wrong">${task.fault.code || ''} ${task.fault.text}</span>`
      : task.waits_for ? html`<span class="faint">${say(text.waitsFor, { what: words(task.waits_for) })}</span>` : '') },
    { key: 'by', title: text.by, cell: task => html`<span class="faint">${task.created_by}</span>` },
    { key: 'created', title: text.created, cell: task => html`<${Time} at=${task.created} />` },
  ];
  // Beside the panel there is room for less.
  const fitting = item ? columns.filter(column => column.key !== 'by') : columns;
  return html`<div class="filters">
      <${Field} as="select" label=${text.state} value=${query.state || ''} onInput=${state => setQuery({ state })}><option value="">${t.ui.all}</option>
        ${STATES.map(state => html`<option key=${state} value=${state}>${words(state)}</option>`)}<//>
      <${Field} as="select" label=${text.kind} value=${query.kind || ''} onInput=${kind => setQuery({ kind })}><option value="">${t.ui.all}</option>
        ${[...Object.keys(KINDS), 'run_diagnostic'].map(kind => html`<option key=${kind} value=${kind}>${kindName(kind)}</option>`)}<//>
      <span class="grow"></span>
      ${may && html`<${Button} kind="primary" onClick=${() => setMaking({})}>${text.make}<//>`}</div>
    <div class=${`tree-and-panel ${item ? 'with-panel' : ''}`}>
      <div class="list card"><${PagedTable} load=${page => get('/tasks', { ...filters, ...page })} version=${`${listTurn} ${query.state} ${query.kind}`} limit=${50}
        columns=${fitting} caption=${text.title} href=${task => open(task.id)}
        empty=${html`<${Empty} title=${query.state || query.kind ? text.noneSuch : text.none} text=${text.noneText}>
          ${may && html`<${Button} onClick=${() => setMaking({})}>${text.make}<//>`}<//>`} /></div>
      ${item && html`<${One} key=${item} id=${item} turn=${turn} device=${device} base=${base} onCopy=${setMaking} onClose=${() => go(`${base}/tasks`, query)} />`}</div>
    ${making && html`<${NewTask} device=${device} base=${base} like=${making} onClose=${() => setMaking(null)} />`}`;
}

function One({ id, turn, device, base, onClose, onCopy }) {
  const from = useGet(`/tasks/${id}`, { });
  const [seen, setSeen] = useState(turn);
  if (seen !== turn) { setSeen(turn); from.reload(); }
  return html`<aside class="panel" aria-label=${text.one}><${Loaded} from=${from}>${task => html`
    <header><h2>${kindName(task.kind)}</h2><button type="button" class="quiet close" aria-label=${t.ui.close} onClick=${onClose}>×</button></header>
    <${Detail} ...${{ task, device, base, reload: from.reload, onCopy }} />`}<//></aside>`;
}

// The fields every task has; what remains of it belongs to its kind.
const COMMON = ['id', 'device', 'kind', 'state', 'created_by', 'created', 'updated', 'expires', 'not_before', 'priority', 'attempts', 'result', 'fault',
  'campaign', 'waits_for', 'values'];

function Detail({ task, device, base, reload, onCopy }) {
  const [asking, setAsking] = useState(false);
  const retry = useAction(async () => { await post(`/tasks/${task.id}/retry`); tell(text.retried); reload(); });
  const own = Object.fromEntries(Object.entries(task).filter(([name]) => !COMMON.includes(name)));
  const may = mayTask(task.kind);
  const ended = ['failed', 'expired', 'cancelled'].includes(task.state);
  return html`<p><${State} of=${task.state} /> ${task.waits_for && html`<span class="faint">${say(text.waitsFor, { what: words(task.waits_for) })}</span>`}</p>
    ${task.fault && html`<div class="problem"><${Fault} fault=${{ ...task.fault, parameters: task.values ? undefined : task.fault.parameters }} /></div>`}
    ${may && html`<div class="actions">
      ${['queued', 'waiting_for_reboot', 'running'].includes(task.state) && html`<${Button} onClick=${() => setAsking(true)}>${text.cancel}<//>`}
      ${task.state === 'waiting_for_transfer' && mayTask('cancel_transfer') && html`<${Button} onClick=${() => queue(device, base, { kind: 'cancel_transfer', task: task.id })}>${text.cancelTransfer}<//>`}
      ${ended && !task.campaign && html`<${Button} kind="primary" busy=${retry.busy} onClick=${() => retry.run()}>${text.retry}<//>`}
      ${KINDS[task.kind] && html`<${Button} onClick=${() => onCopy(again(task))}>${text.again}<//>`}</div>`}
    <${ProblemBox} problem=${retry.problem} />
    ${task.values && task.values.length > 0 && html`<${Values} task=${task} />`}
    <${Plain} of=${own} />
    <h3 class="later">${text.course}</h3>
    <${Facts} of=${[[text.created, html`<span title=${fullTime(task.created)}><${Time} at=${task.created} /></span>`], [text.by, task.created_by], [text.updated, html`<${Time} at=${task.updated} />`],
      [text.attempts, task.attempts], [text.notBefore, task.not_before && html`<${Time} at=${task.not_before} />`], [text.expires, task.expires && html`<${Time} at=${task.expires} />`],
      [text.priority, task.priority || null], [text.campaign, task.campaign], [text.commandKey, html`<span class="mono">${task.id}</span><${Copy} text=${task.id} />`]]} />
    ${task.result && Object.keys(task.result).length > 0 && html`<h3 class="later">${text.result}</h3><${Result} result=${task.result} />`}
    ${asking && html`<${Confirm} title=${text.cancel} yes=${text.cancelYes} kind="danger" onClose=${() => setAsking(false)}
      onYes=${async () => { await del(`/tasks/${task.id}`); tell(text.cancelled); reload(); }}><p>${text.cancelText}</p><//>`}`;
}

// What a task asks for, to begin another like it; secrets are masked and must be typed again.
function again(task) {
  const body = Object.fromEntries(Object.entries(task).filter(([name]) => !COMMON.includes(name) || name === 'values'));
  if (body.values) body.values = body.values.map(one => ({ ...one, value: one.value === '***' ? '' : one.value }));
  return { ...body, kind: task.kind };
}

// Each value with what the device said of it.
function Values({ task }) {
  const refused = new Map(((task.fault && task.fault.parameters) || []).map(one => [one.ParameterName, one]));
  const said = one => {
    const fault = refused.get(one.name);
    if (fault) return html`<${State} of=${text.refused} kind="bad" /> <span>${fault.FaultCode} ${fault.FaultString}</span>`;
    return task.state === 'done' ? html`<${State} of=${text.taken} kind="good" />` : task.fault ? html`<span class="faint">${text.notTaken}</span>` : null;
  };
  return html`<ul class="d-plain later" aria-label=${text.valuesOf}>${task.values.map(one => html`<li key=${one.name}><span class="mono">${one.name}</span>
    <p class="line-up"><code>${one.value === '' ? text.empty : one.value}</code>${said(one)}</p></li>`)}</ul>`;
}

function Result({ result }) {
  const list = result.parameters || result.attributes;
  if (!Array.isArray(list) || !list.length) return html`<${Plain} of=${result} />`;
  const keys = Object.keys(list[0]);
  return html`<${Table} caption=${text.result} rows=${list} rowKey=${one => one.name} columns=${keys.map(key => ({ key, title: words(key), wide: true,
    cell: one => (typeof one[key] === 'object' ? JSON.stringify(one[key]) : String(one[key] ?? '')) }))} />`;
}
