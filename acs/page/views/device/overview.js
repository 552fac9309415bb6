// A device at a glance: how it stands and why, its notes, who has it, its lines, how it is reached, its profiles, its tasks.
import { html } from '../../html.js';
import { t, say } from '../../texts.js';
import { encode, session, useGet } from '../../api.js';
import { Link } from '../../router.js';
import { Card, Copy, Empty, Facts, Loaded, State, Time, fullTime, number, words } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { Outcome } from './actions.js';
import { Fault, TASK_EVENTS, gist, isOpen, kindName, useDeviceEvents } from './common.js';
import { Notes } from './notes.js';
import { Tags } from './variables.js';

const text = t.device.overview;

export default function Overview({ device, reload, base, health }) {
  return html`<div class="grid wider">
    <div class="column"><${Health} from=${health} /><${Notes} device=${device} /><${Lines} device=${device} />
      <${OpenTasks} device=${device} base=${base} /></div>
    <div class="column"><${Subscriber} device=${device} /><${Identity} device=${device} />
      <${Profiles} device=${device} base=${base} /><${Reach} device=${device} base=${base} />
      <${Card} title=${t.device.tags.title}><${Tags} device=${device} reload=${reload} /><//></div></div>`;
}

function Health({ from }) {
  return html`<${Card} title=${text.health}><${Loaded} from=${from}>${health => html`
    <p>${health.since ? html`<${State} of=${health.state} /> <span class="faint">${text.since} <${Time} at=${health.since} /></span>`
      : html`<span class="faint">${text.notLooked}</span>`}</p>
    ${health.reasons.length === 0 && health.since && html`<p>${text.wellText}</p>`}
    ${health.reasons.length > 0 && html`<ul class="reasons">${health.reasons.map(one => html`<li key=${one.reason} class=${one.severity}>
      <b>${t.device.reasons[one.reason] || words(one.reason)}</b> <${State} of=${one.severity} /><p>${one.detail}</p></li>`)}</ul>`}`}<//><//>`;
}

function Subscriber({ device }) {
  const from = useGet('/accounts', { device: device.id, limit: 1 });
  useDeviceEvents(device.id, ['account.*'], from.reload);
  return html`<${Card} title=${text.subscriber}><${Loaded} from=${from}>${page => {
    const account = page.items[0];
    if (!account) return html`<${Empty} title=${text.noSubscriber} text=${session.can('operate') && session.whole() ? text.noSubscriberText : text.noSubscriberOther} />`;
    return html`<p class="big"><${Link} href=${`/subscribers/${encode(account.account)}`}>${account.name || account.account}<//></p>
      <${Facts} of=${[[text.account, account.account], [text.boundSince, html`<${Time} at=${account.device && account.device.since} />`],
        [text.accountVariables, Object.entries(account.variables).map(([name, value]) => html`<span key=${name} class="tag">${name}: ${value}</span>`)],
        [text.notes, account.notes || null]]} />`;
  }}<//><//>`;
}

const REGISTRATION = { registered: 'good', registering: 'warn', not_registered: 'bad', error: 'bad', disabled: 'calm', unknown: 'calm' };

function Lines({ device }) {
  const from = useGet('/lines', { device: device.id, limit: 50 });
  useDeviceEvents(device.id, ['line.registration', 'account.*'], from.reload);
  const columns = [
    { key: 'port', title: text.port, cell: line => line.port },
    { key: 'number', title: text.number, cell: line => html`<b>${line.number || line.user}</b>${line.display_name && html` <span class="faint">${line.display_name}</span>`}` },
    { key: 'state', title: text.registration, cell: line => {
      const state = !line.enabled ? 'disabled' : line.registration ? line.registration.state : 'unknown';
      return html`<${State} of=${state} kind=${REGISTRATION[state]} />${line.registration && html` <span class="faint">${line.registration.said}</span>`}`;
    } },
    { key: 'since', title: text.sinceTitle, cell: line => (line.registration ? html`<${Time} at=${line.registration.since} />` : '') },
  ];
  return html`<${Card} title=${text.lines}><${Loaded} from=${from}>${page => html`<${Table} caption=${text.lines} columns=${columns} rows=${page.items}
    empty=${html`<p class="faint">${text.noLines}</p>`} />`}<//><//>`;
}

function OpenTasks({ device, base }) {
  const from = useGet(`/devices/${device.id}/tasks`, { limit: 50 });
  useDeviceEvents(device.id, TASK_EVENTS, from.reload);
  return html`<${Card} title=${text.tasks} actions=${html`<${Link} href=${`${base}/tasks`}>${text.allTasks}<//>`}>
    <${Loaded} from=${from}>${page => {
      const open = page.items.filter(isOpen);
      const ended = page.items.filter(task => !isOpen(task)).slice(0, 4);
      return html`${open.length === 0 && html`<p class="faint">${text.noOpen}</p>`}
        ${open.length > 0 && html`<${TaskList} tasks=${open} base=${base} />`}
        ${ended.length > 0 && html`<h3 class="later">${text.lately}</h3><${TaskList} tasks=${ended} base=${base} />`}`;
    }}<//><//>`;
}

function TaskList({ tasks, base }) {
  return html`<ul class="d-plain">${tasks.map(task => html`<li key=${task.id} class="line-up">
    <${State} of=${task.state} /><${Link} href=${`${base}/tasks/${task.id}`}>${kindName(task.kind)}<//>
    <span class="faint grow">${gist(task)} ${task.fault && html`<span class="d-wrong">${task.fault.text}</span>`}</span><span class="faint"><${Time} at=${task.updated} /></span></li>`)}</ul>`;
}

const mono = value => value && html`<span class="mono">${value}</span>`;

function Identity({ device }) {
  return html`<${Card} title=${text.identity}><${Facts} of=${[
    [text.serial, html`<span class="mono">${device.serial_number}</span><${Copy} text=${device.serial_number} />`],
    [text.id, html`<span class="mono">${device.id}</span><${Copy} text=${device.id} />`],
    [text.model, `${device.manufacturer} ${device.product_class}`], [text.oui, html`<span class="mono">${device.oui}</span>`],
    [text.software, device.software_version], [text.hardware, device.hardware_version],
    [text.root, mono(device.root)], [text.cwmp, device.last_inform ? device.cwmp_version : null],
    [text.address, mono(device.address)],
    [text.lastInform, html`<${Time} at=${device.last_inform} />`], [text.lastBoot, html`<${Time} at=${device.last_boot} />`],
    [text.lastBootstrap, html`<${Time} at=${device.last_bootstrap} />`],
    [text.firstSeen, html`<span title=${fullTime(device.first_seen)}><${Time} at=${device.first_seen} /></span>`],
    [text.informs, number(device.informs)],
  ]} /><//>`;
}

function Reach({ device, base }) {
  const from = useGet(`/devices/${device.id}/calls`);
  useDeviceEvents(device.id, ['device.*', 'task.queued'], from.reload, 3000);
  return html`<${Card} title=${text.reach} actions=${html`<${Link} href=${`${base}/contact`}>${text.allCalls}<//>`}>
    <${Loaded} from=${from}>${calls => {
      const last = calls.items[0];
      const { reach } = calls;
      return html`<${Facts} of=${[
        [text.ways, waysOf(calls) || html`<span class="faint">${text.noWay}</span>`],
        [text.lastWay, reach.worked ? t.device.ways[reach.worked] : null],
        [text.nat, reach.nat_detected ? text.behindNat : null],
        [text.lastCall, last ? html`<${Outcome} of=${last.outcome} /> <${Time} at=${last.at} />` : html`<span class="faint">${t.ui.never}</span>`]]} />`;
    }}<//><//>`;
}

export function waysOf({ connection_request_url: url, reach }) {
  const ways = [url && t.device.ways.http, reach.udp_address && t.device.ways.udp, reach.jabber_id && t.device.ways.xmpp];
  return ways.filter(Boolean).join(', ');
}

function Profiles({ device, base }) {
  const stands = device.provisioning;
  const [state, kind, line] = stands.fault ? [text.refused, 'bad', html`<${Fault} fault=${stands.fault} />`]
    : stands.waits ? [text.waits, 'warn', html`<p>${say(text.waitsText, { time: fullTime(stands.opens) })}</p>`]
      : stands.stamp ? [text.agrees, 'good', html`<p class="faint">${text.agreedAt} <${Time} at=${stands.at} /></p>`]
        : [text.notYet, 'calm', html`<p class="faint">${text.notYetText}</p>`];
  return html`<${Card} title=${text.profiles} actions=${html`<${Link} href=${`${base}/profile`}>${text.compare}<//>`}>
    <p><${State} of=${state} kind=${kind} /></p>${line}<//>`;
}
