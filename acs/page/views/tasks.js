// Tasks of the whole fleet, live, and what goes wrong grouped by its reason.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, get, post, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, go, setQuery, to, useRoute } from '../router.js';
import { PagedTable, Table } from '../parts/table.js';
import { Button, Card, Confirm, Empty, Field, Head, Loaded, State, Tabs, Time, number, tell,
    words as spaced } from '../parts/ui.js';
import { DeviceName } from '../parts/device_name.js';

const words = t.tasks;
const STATES = ['queued', 'running', 'waiting_for_transfer', 'waiting_for_reboot', 'done', 'failed', 'expired', 'cancelled'];
const OPEN = ['queued', 'running', 'waiting_for_reboot'];
const CAME_TO_NOTHING = ['failed', 'expired', 'cancelled'];
const KINDS = ['add_object', 'backup_configuration', 'cancel_transfer', 'change_du_state', 'delete_object', 'discover',
    'download',
  'download_profile', 'factory_reset', 'fetch_log', 'get_all_queued_transfers', 'get_options', 'get_parameter_attributes',
  'get_parameter_names', 'get_parameter_values', 'get_queued_transfers', 'get_rpc_methods', 'reboot', 'refresh',
  'restore_configuration', 'run_diagnostic', 'schedule_download', 'schedule_inform', 'set_parameter_attributes',
  'set_parameter_values', 'set_vouchers', 'upload'];
// Kinds whoever may help may queue and withdraw; all others take `operate`.
const HELPED = ['get_parameter_values', 'get_parameter_names', 'get_parameter_attributes', 'get_queued_transfers',
  'get_all_queued_transfers', 'get_rpc_methods', 'get_options', 'discover', 'refresh', 'fetch_log', 'backup_configuration',
  'run_diagnostic', 'reboot'];
const mayTouch = task => session.can(HELPED.includes(task.kind) ? 'help' : 'operate');
const SINCE = [['day', 86400000], ['week', 604800000], ['month', 2592000000]];

// What a task is about, in one line.
export function aboutTask(task) {
  const few = list => (list.length === 1 ? list[0] : say(words.andMore, { first: list[0], more: list.length - 1 }));
  if (task.values && task.values.length) return few(task.values.map(value => value.name));
  if (task.names && task.names.length) return few(task.names);
  if (task.diagnostic) return `${spaced(task.diagnostic.kind)} ${task.diagnostic.arguments.host ||
      task.diagnostic.arguments.url || task.diagnostic.arguments.name || ''}`;
  return task.object || task.path || task.file_type || '';
}

export default function Tasks() {
  const { query } = useRoute();
  const tab = query.tab === 'faults' ? 'faults' : 'tasks';
  return html`<${Head} title=${t.shell.views.tasks} sub=${words.sub} />
    <${Tabs} tabs=${[['tasks', words.tasks], ['faults', words.faults]]} current=${tab}
        href=${key => to('/tasks', { tab: key === 'faults' ? key : '' })} />
    ${tab === 'faults' ? html`<${Faults} since=${query.since || 'week'} />` : html`<${List} query=${query} />`}`;
}

function List({ query }) {
  const [turn, again] = useState(0);
  const [behind, setBehind] = useState(false);
  const [asked, ask] = useState(null);
  const { state = '', kind = '', device = '' } = query;
  const reload = () => { setBehind(false); again(n => n + 1); };
  // Whoever has scrolled down is reading: nothing moves under their eyes.
  useReloadOn(['task.*'], null, () => (window.scrollY < 200 ? reload() : setBehind(true)), 2000);
  const load = page => get('/tasks', { ...page, state, kind, device });
  const chosen = state || kind || device;
  const columns = [
    { key: 'state', title: words.state, cell: task => html`<${State} of=${task.state} />
      <div class="faint small nowrap"><${Time} at=${task.updated} /></div>` },
    { key: 'kind', title: words.what, wide: true, cell: task => html`<b>${spaced(task.kind)}</b>
      ${aboutTask(task) && html`<div class="faint mono">${aboutTask(task)}</div>`}${task.fault &&
          html`<${Fault} of=${task.fault} />`}` },
    { key: 'device', title: words.device, cell: task => html`<${DeviceName} id=${task.device} tab="tasks" item=${task.id} />` },
    { key: 'created', title: words.queued, cell: task => html`<span class="nowrap"><${Time} at=${task.created} /></span>
      <div class="faint small nowrap">${task.campaign ? html`<${Link}
          href=${`/campaigns/${encode(task.campaign)}`}>${words.aCampaign}<//>` : say(words.by,
          { who: task.created_by })}</div>` },
    { key: 'actions', title: html`<span class="unseen">${words.actions}</span>`, cell: task =>
        html`<${Actions} task=${task} ask=${ask} />` },
  ];
  return html`<form class="filters" onSubmit=${event => event.preventDefault()}>
      <${Field} as="select" label=${words.state} value=${state} onInput=${value => setQuery({ state: value })}>
        <option value="">${t.ui.all}</option>${STATES.map(one => html`<option key=${one}
            value=${one}>${spaced(one)}</option>`)}<//>
      <${Field} as="select" label=${words.kind} value=${kind} onInput=${value => setQuery({ kind: value })}>
        <option value="">${t.ui.all}</option>${KINDS.map(one => html`<option key=${one}
            value=${one}>${spaced(one)}</option>`)}<//>
      <${DeviceFilter} value=${device} />
      ${chosen && html`<${Button} kind="quiet" onClick=${() => setQuery({ state: '', kind: '',
          device: '' })}>${words.clear}<//>`}</form>
    ${behind && html`<p class="note" role="status">${words.behind} <${Button}
        onClick=${() => { window.scrollTo({ top: 0 }); reload(); }}>${words.showThem}<//></p>`}
    <${Card}><${PagedTable} load=${load} version=${`${state} ${kind} ${device} ${turn}`} columns=${columns} caption=${words.tasks}
        limit=${50}
      empty=${html`<${Empty} title=${chosen ? words.noneLike : words.none} text=${chosen ? words.noneLikeText : words.noneText}>
        ${chosen ? html`<button onClick=${() => setQuery({ state: '', kind: '', device: '' })}>${words.clear}</button>`
          : html`<${Link} class="button" href="/devices">${words.toDevices}<//>`}<//>`} /><//>
    ${asked && html`<${Sure} ...${asked} onClose=${() => ask(null)} onDone=${reload} />`}`;
}

function DeviceFilter({ value }) {
  const [text, setText] = useState(value);
  return html`<${Field} label=${words.device} value=${text} onInput=${setText} placeholder=${words.deviceHint} spellcheck="false"
    onChange=${() => setQuery({ device: text.trim() })} onKeyDown=${event => event.key === 'Enter' &&
        setQuery({ device: text.trim() })} />`;
}

export function Fault({ of }) {
  return html`<div class="why-failed">${of.code ? html`<b>${of.code}</b> ` : ''}${of.text || of.message}
    ${(of.parameters || []).slice(0, 3).map(one => html`<div key=${one.name}
        class="mono">${one.name}: ${one.code} ${one.text}</div>`)}</div>`;
}

function Actions({ task, ask }) {
  if (!mayTouch(task)) return null;
  if (OPEN.includes(task.state)) return html`<${Button} onClick=${() => ask({ task, what: 'withdraw' })}>${words.withdraw}<//>`;
  if (CAME_TO_NOTHING.includes(task.state) && !task.campaign) {
    return html`<${Button} onClick=${() => ask({ task, what: 'retry' })}>${t.ui.tryAgain}<//>`;
  }
  return null;
}

function Sure({ task, what, onClose, onDone }) {
  const kind = spaced(task.kind);
  const withdraws = what === 'withdraw';
  return html`<${Confirm} title=${say(withdraws ? words.withdrawKind : words.retryKind, { kind })}
      yes=${withdraws ? words.withdraw : t.ui.tryAgain}
      kind=${withdraws ? 'danger' : 'primary'} onClose=${onClose} onYes=${async () => {
        await (withdraws ? del(`/tasks/${encode(task.id)}`) : post(`/tasks/${encode(task.id)}/retry`));
        tell(withdraws ? words.withdrawn : words.queuedAgain);
        onDone();
      }}><p>${withdraws ? words.withdrawText : words.retryText}</p><p><${DeviceName} id=${task.device} /> <span
          class="faint mono">${aboutTask(task)}</span></p><//>`;
}

function Faults({ since }) {
  const [from] = useState(() => Object.fromEntries(SINCE.map(([key, ms]) => [key,
      Math.floor((Date.now() - ms) / 60000) * 60000])));
  const faults = useGet('/faults', { since: from[since] || from.week });
  useReloadOn(['task.failed', 'task.expired', 'device.profile_failed'], null, faults.reload, 3000);
  const profiles = group => group.kind === 'profiles';
  const columns = [
    { key: 'count', title: words.times, number: true, cell: group => html`<b>${number(group.count)}</b>` },
    { key: 'text', title: words.reason, wide: true, cell: group => html`${group.text}${group.code
        ? html` <span class="faint nowrap">${say(words.code, group)}</span>` : ''}` },
    { key: 'kind', title: words.of, cell: group => (profiles(group) ? words.profiles : spaced(group.kind)) },
    { key: 'devices', title: words.devices, number: true, cell: group => number(group.devices) },
    { key: 'last', title: words.last, cell: group => html`<span class="nowrap"><${Time} at=${group.last} /></span>` },
    { key: 'example', title: words.example, cell: group => html`<${DeviceName} id=${group.example}
        tab=${profiles(group) ? 'profile' : 'tasks'} />` },
    { key: 'go', title: html`<span class="unseen">${words.actions}</span>`, cell: group => html`<${Link} class="button"
      href=${profiles(group) ? to('/devices', { q: 'profile.state = "failed"' }) : to('/tasks', { kind: group.kind,
          state: 'failed' })}>
      ${profiles(group) ? words.showDevices : words.showTasks}<//>` },
  ];
  return html`<div class="filters"><${Field} as="select" label=${words.since} value=${since}
      onInput=${value => setQuery({ since: value })}>
      ${SINCE.map(([key]) => html`<option key=${key} value=${key}>${words.sinceThe[key]}</option>`)}<//></div>
    <${Card}><${Loaded} from=${faults}>${list => html`<${Table} caption=${words.faults} columns=${columns} rows=${list}
      rowKey=${group => `${group.kind} ${group.code} ${group.text}`}
      empty=${html`<${Empty} title=${words.noFaults} text=${words.noFaultsText}>
          <button onClick=${() => go('/tasks')}>${words.allTasks}</button><//>`} />`}<//><//>`;
}
