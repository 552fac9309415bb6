// The fleet at one look: who is there, what needs attention, what is under way; it goes on by itself.
import { html, useRef } from '../html.js';
import { useGet, session } from '../api.js';
import { Link } from '../router.js';
import { useEvery, useReloadOn } from '../live.js';
import { t, say } from '../texts.js';
import { Card, Empty, Head, Loaded, Parts, ProblemBox, State, Time, number, words } from '../parts/ui.js';
import { Table } from '../parts/table.js';
import { Bars, Series } from '../parts/chart.js';
import { HowToConnect } from '../parts/connect.js';
import { listOf as devices, quoted } from '../parts/query_text.js';

const T = t.dashboard;
const EVERY_MS = 5000;
const SLOW_MS = 20000;
// Half an hour of measurements.
const MOST_POINTS = 360;
const LEAST_MS = 120000;
const MOST_BARS = 7;
const MOST_FAULTS = 6;
const REST_EVENTS = ['campaign.*', 'operation.*', 'task.failed', 'device.health', 'device.profile_failed',
  'device.quarantine', 'device.admit'];
const CRITICAL = new Set(['registration_lost', 'reboot_loop', 'overdue']);

const many = n => say(n === 1 ? T.device : T.manyDevices, { n: number(n) });

// Kept while the page is open, so that coming back shows what there was.
const measured = { at: [], informs: [] };
function useMeasured(summary) {
  const seen = useRef(null);
  if (summary && seen.current !== summary) {
    seen.current = summary;
    measured.at = [...measured.at.slice(1 - MOST_POINTS), Date.now()];
    measured.informs = [...measured.informs.slice(1 - MOST_POINTS), summary.informs_per_minute];
  }
  return measured;
}

export default function Dashboard() {
  const summary = useGet('/summary');
  useEvery(EVERY_MS, summary.reload);
  useReloadOn(['device.first_contact', 'device.register', 'device.delete', 'task.failed'], null, summary.reload, 1500);
  const points = useMeasured(summary.data);
  const rest = useRest();
  return html`<div class="dashboard"><${Head} title=${T.title} sub=${T.sub} />
    ${summary.problem && summary.data === null ? html`<${ProblemBox} problem=${summary.problem} onRetry=${summary.reload} />`
      : html`<${Loaded} from=${summary}>${data => (data.devices === 0
        ? html`<div class="card"><${HowToConnect} onDone=${summary.reload} /></div>`
        : html`<${Fleet} summary=${data} points=${points} rest=${rest} />`)}<//>`}</div>`;
}

// How the devices stand. Who has a part of the fleet counts them by a query: the summary is of the whole.
function useHealth() {
  const whole = session.whole();
  const summary = useGet(whole ? '/health/summary' : null);
  const states = useGet(whole ? null : '/devices/groups', { by: 'health' });
  const reasons = useGet(whole ? null : '/devices/groups', { by: 'health.reason' });
  if (whole) return summary;
  const named = from => Object.fromEntries(from.data.groups.map(group => [group.value, group.devices]));
  const data = states.data && reasons.data ? { states: named(states), reasons: named(reasons) } : null;
  if (data) delete data.reasons[''];
  return { data, problem: states.problem || reasons.problem, reload: () => { states.reload(); reasons.reload(); } };
}

// What else stands here: asked for at once, and again more seldom than the summary.
function useRest() {
  const rest = {
    health: useHealth(), faults: useGet(session.whole() ? '/faults' : null), campaigns: useGet('/campaigns'),
      operations: useGet('/operations', { limit: 50 }),
    quarantine: useGet(session.whole() ? '/quarantine' : null, { limit: 100 }),
  };
  const reload = () => Object.values(rest).forEach(one => one.reload());
  useEvery(SLOW_MS, reload);
  useReloadOn(REST_EVENTS, null, reload, 4000);
  return rest;
}

function Fleet({ summary, points, rest }) {
  const { health, faults, campaigns, operations, quarantine } = rest;
  const running = (campaigns.data || []).filter(campaign => campaign.state === 'running' || campaign.state === 'paused');
  const going = ((operations.data && operations.data.items) || []).filter(operation => !operation.ended);
  return html`<${Tiles} summary=${summary} />
    <div class="board"><div>
      <${Attention} summary=${summary} health=${health} running=${running} going=${going} quarantine=${quarantine} />
      <${Standing} summary=${summary} health=${health} />
      <${Campaigns} from=${campaigns} running=${running} />
      <${Operations} from=${operations} going=${going} />
    </div><div>
      <${Card} title=${T.informs}><${Series} label=${T.informs} x=${points.at}
          lines=${[{ name: T.thisMinute, values: points.informs }]} height=${150} whole=${true} least=${LEAST_MS} />
        <p class="faint small">${say(T.informsText, { secs: EVERY_MS / 1000 })}</p><//>
      <${Versions} title=${T.versions} groups=${summary.versions} attribute="software_version" />
      <${Versions} title=${T.models} groups=${summary.models} attribute="product_class" />
      ${session.whole() && html`<${Faults} from=${faults} />`}
    </div></div>`;
}

function span(minutes) {
  if (minutes % 1440 === 0) return say(T.days, { n: minutes / 1440 });
  return minutes % 60 === 0 ? say(T.hours, { n: minutes / 60 }) : say(T.minutes, { n: minutes });
}

function asked(minutes) {
  return {
    online: `last_inform >= ago("${minutes}m")`, overdue: `last_inform < ago("${minutes}m") and informs > 0`,
      never: 'informs = 0',
  };
}

function Tiles({ summary }) {
  const ask = asked(summary.overdue_minutes);
  const tile = (label, value, href, kind, below) => html`<${Link} class=${`tile ${value ? kind || '' : ''}`} href=${href}><span
      class="faint">${label}</span>
    <b>${number(value)}</b><span class="faint small">${below || ' '}</span><//>`;
  const share = n => say(T.share, { share: (100 * n / summary.devices).toFixed(n === summary.devices || n === 0 ? 0 : 1) });
  return html`<div class="tiles">${tile(T.devices, summary.devices, '/devices')}
    ${tile(T.online, summary.online, devices(ask.online), '', share(summary.online))}
    ${tile(T.overdue, summary.overdue, devices(ask.overdue), 'warn', share(summary.overdue))}
    ${tile(T.never, summary.never, devices(ask.never), '', share(summary.never))}
    ${tile(T.perMinute, summary.informs_per_minute, devices('last_inform >= ago("1m")'),
      '', `${T.sessions}: ${number(summary.sessions)}`)}
    ${tile(T.failedTasks, summary.tasks_failed, '/tasks?state=failed', 'bad', T.today)}</div>`;
}

// What somebody should look at, the worst first, each with why and the way to it.
function wanting({ summary, health, running, going, quarantine }) {
  const list = [];
  for (const [reason, count] of Object.entries((health.data && health.data.reasons) || {})) {
    if (count) list.push({ key: reason, kind: CRITICAL.has(reason) ? 'bad' : 'warn', count: many(count),
        text: T.reasons[reason] || words(reason),
        href: devices(`health.reason = "${reason}"`, {
          fields: 'identity,product_class,health,health.reason,line.state,last_inform,address' }) });
  }
  const refused = (health.data && health.data.reasons && health.data.reasons.profile_refused) || 0;
  if (summary.profile_failed && !refused) {
    list.push({ key: 'profiles', kind: 'warn', count: many(summary.profile_failed), text: T.profileFailed,
        href: devices('profile.state = "failed"') });
  }
  for (const campaign of running.filter(one => one.state === 'paused')) {
    list.push({ key: campaign.id, kind: 'bad', text: say(T.pausedCampaign, { name: campaign.name }), why: campaign.reason,
        href: `/campaigns/${encodeURIComponent(campaign.id)}` });
  }
  for (const operation of going.filter(one => one.state === 'paused')) {
    list.push({ key: operation.id, kind: 'warn',
        text: say(T.pausedOperation, { name: operation.name || words(operation.action.kind) }), why: operation.reason,
        href: `/operations/${encodeURIComponent(operation.id)}` });
  }
  if (summary.tasks_failed) list.push({ key: 'tasks', kind: 'warn', count: number(summary.tasks_failed), text: T.failedTask,
      href: '/tasks?state=failed' });
  const waiting = (quarantine.data && quarantine.data.items) || [];
  if (waiting.length) {
    list.push({ key: 'quarantine', kind: 'warn', count: `${many(waiting.length)}${quarantine.data.next ? ' +' : ''}`,
        text: T.quarantine, href: '/quarantine' });
  }
  return list.sort((a, b) => (b.kind === 'bad') - (a.kind === 'bad'));
}

function Attention(props) {
  const list = wanting(props);
  return html`<${Card} title=${T.attention} kind="attention"><${Loaded} from=${props.health}>${() => (list.length
      ? html`<ul>${list.map(one =>
    html`<li key=${one.key} class=${one.kind}><${Link} href=${one.href}><span>${one.count
        && html`<b>${one.count}</b> `}${one.text}
      ${one.why && html`<small class="faint">${one.why}</small>`}</span><span class="to"
          aria-hidden="true"></span><//></li>`)}</ul>`
    : html`<${Empty} title=${T.calm} text=${T.calmText} />`)}<//><//>`;
}

function Standing({ summary, health }) {
  const ask = asked(summary.overdue_minutes);
  const link = (name, q) => html`<${Link} href=${devices(q)}>${name}<//>`;
  return html`<${Card} title=${T.health}><${Loaded} from=${health}>${data => {
    const { ok = 0, warning = 0, critical = 0 } = data.states;
    const unknown = Math.max(0, summary.devices - ok - warning - critical);
    return html`<${Parts} of=${[[T.states.ok, ok, 'good'], [T.states.warning, warning, 'warn'],
      [T.states.critical, critical, 'bad'], [T.states.unknown, unknown, 'off']]} />
      <p class="small">${['critical', 'warning'].filter(state => data.states[state]).map(state => html`<span
          key=${state}>${link(`${T.see}: ${T.states[state]}`, `health = "${state}"`)} </span>`)}</p>`;
  }}<//>
    <h2>${T.contact}</h2>
    <${Parts} of=${[[T.online, summary.online, 'good'], [T.overdue, summary.overdue, 'warn'], [T.never, summary.never, '']]} />
    <p class="faint small">${say(T.contactText, { time: span(summary.overdue_minutes) })}${' '}
      ${summary.overdue > 0 && link(T.see, ask.overdue)}</p><//>`;
}

function Versions({ title, groups, attribute }) {
  const shown = groups.slice(0, MOST_BARS).map(group => ({ name: group.value || T.noVersion, value: group.value,
      count: group.devices }));
  const link = row => html`<${Link}
      href=${devices(row.value ? `${attribute} = ${quoted(row.value)}` : `not ${attribute} exists`)}>${row.name}<//>`;
  return html`<${Card} title=${title}><${Bars} rows=${shown} link=${link} />
    ${groups.length > MOST_BARS && html`<p class="faint small">${say(T.further, { n: groups.length - MOST_BARS })}</p>`}<//>`;
}

function Campaigns({ from, running }) {
  const actions = html`<${Link} href="/campaigns">${T.allCampaigns}<//>`;
  return html`<${Card} title=${T.campaigns} actions=${actions}><${Loaded} from=${from}>${() => (running.length ? html`<ul
      class="under-way">${running.map(campaign => {
    const { pending, upgrading, verifying, done, failed, skipped, excluded } = campaign.counts;
    const stages = (campaign.stages || []).length;
    return html`<li key=${campaign.id}><p><${Link}
        href=${`/campaigns/${encodeURIComponent(campaign.id)}`}>${campaign.name}<//> <span
        class="faint">${say(T.toVersion, { version: campaign.target_version })}
      ${stages > 1 && `, ${say(T.stage, { now: campaign.stage + 1, all: stages })}`}</span> <${State} of=${campaign.state} /></p>
      ${campaign.reason && html`<p class="small">${campaign.reason}</p>`}
      <${Parts} of=${[[T.parts.done, done, 'good'], [T.parts.failed, failed, 'bad'],
        [T.parts.under_way, upgrading + verifying, 'main'], [T.parts.pending, pending, ''], [T.parts.other, skipped + excluded, 'off']]} /></li>`;
  })}</ul>` : html`<${Empty} title=${T.noCampaigns} text=${T.noCampaignsText}>${session.can('operate') && html`<${Link}
      class="button" href="/campaigns/new">${T.newCampaign}<//>`}<//>`)}<//><//>`;
}

function Operations({ from, going }) {
  const actions = html`<${Link} href="/operations">${T.allOperations}<//>`;
  return html`<${Card} title=${T.operations} actions=${actions}><${Loaded} from=${from}>${() => (going.length ? html`<ul
      class="under-way">${going.map(operation => {
    const { pending, queued, done, failed, expired, cancelled, skipped } = operation.counts;
    return html`<li key=${operation.id}><p><${Link}
        href=${`/operations/${encodeURIComponent(operation.id)}`}>${operation.name || words(operation.action.kind)}<//>
      <span class="faint"> <${Time} at=${operation.created} /></span> <${State} of=${operation.state} /></p>
      <${Parts} of=${[[T.parts.done, done, 'good'], [T.parts.failed, failed, 'bad'], [T.parts.expired, expired, 'warn'],
        [T.parts.under_way, queued, 'main'], [T.parts.pending, pending, ''], [T.parts.other, cancelled + skipped, 'off']]} /></li>`;
  })}</ul>` : html`<${Empty} title=${T.noOperations} text=${T.noOperationsText} />`)}<//><//>`;
}

function Faults({ from }) {
  const columns = [
    { key: 'kind', title: T.kind, cell: fault => words(fault.kind) },
    { key: 'fault', title: T.fault, cell: fault => html`${fault.code ? html`<b>${fault.code}</b> ` : ''}${fault.text}` },
    { key: 'devices', title: T.onDevices, number: true, cell: fault => number(fault.devices) },
    { key: 'last', title: T.last, cell: fault => html`<span class="nowrap"><${Time} at=${fault.last} /></span>` },
  ];
  return html`<${Card} title=${T.faults} actions=${html`<${Link} href="/tasks">${T.allFaults}<//>`}><${Loaded}
      from=${from}>${list =>
    html`<${Table} columns=${columns} rows=${list.slice(0, MOST_FAULTS)}
        rowKey=${fault => `${fault.kind} ${fault.code} ${fault.text}`} caption=${T.faults}
      empty=${html`<${Empty} title=${T.noFaults} text=${T.noFaultsText} />`} />`}<//><//>`;
}
