// How the device and the server reach each other: connection requests, the vendor's own provisioning, reports, what was learned.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, get, once, post, put, session, useAction, useGet } from '../../api.js';
import { Button, Card, Confirm, Copy, Empty, Facts, Field, Loaded, ProblemBox, State, Time, duration, fullTime, tell, words } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { Outcome } from './actions.js';
import { Reveal, useDeviceEvents } from './common.js';
import { waysOf } from './overview.js';

const text = t.device.contact;

export default function Contact({ device }) {
  return html`<div class="grid wider"><div class="column"><${Calls} device=${device} /><${Contacts} device=${device} /></div>
    <div class="column"><${Keys} device=${device} /><${Learned} device=${device} /></div></div>`;
}

function Calls({ device }) {
  const from = useGet(`/devices/${device.id}/calls`);
  useDeviceEvents(device.id, ['device.*', 'task.*'], from.reload, 3000);
  const columns = [
    { key: 'at', title: text.at, cell: call => html`<${Time} at=${call.at} />` },
    { key: 'way', title: text.way, cell: call => t.device.ways[call.way] || call.way },
    { key: 'outcome', title: text.outcome, wide: true, cell: call => html`<${Outcome} of=${call.outcome} /> ${call.why || ''}` },
    { key: 'took', title: text.took, number: true, cell: call => duration(call.took_ms) },
  ];
  return html`<${Card} title=${text.calls}><${Loaded} from=${from}>${calls => html`<${Facts} of=${[
      [text.ways, waysOf(calls)], [text.url, calls.connection_request_url && html`<span class="mono">${calls.connection_request_url}</span><${Copy} text=${calls.connection_request_url} />`],
      [text.udp, calls.reach.udp_address ? html`<span class="mono">${calls.reach.udp_address}</span>` : null], [text.jabber, calls.reach.jabber_id || null],
      [text.nat, calls.reach.nat_detected === null || calls.reach.nat_detected === undefined ? null : calls.reach.nat_detected ? text.yes : text.no],
      [text.worked, calls.reach.worked ? t.device.ways[calls.reach.worked] : null]]} />
    <div class="actions later"><${Reveal} path=${`/devices/${device.id}/reveal`} ask=${{ what: 'connection_request_password' }} label=${text.revealCall} />
      <${Reveal} path=${`/devices/${device.id}/reveal`} ask=${{ what: 'device_password' }} label=${text.revealDevice} /></div>
    <${Table} caption=${text.calls} columns=${columns} rows=${calls.items} rowKey=${call => `${call.at} ${call.way}`} empty=${html`<${Empty} title=${text.noCalls} text=${text.noCallsText} />`} />`}<//><//>`;
}

function Keys({ device }) {
  const from = useGet(`/devices/${device.id}/provisioning`);
  const [minutes, setMinutes] = useState('10');
  const [asking, setAsking] = useState(false);
  useDeviceEvents(device.id, ['provisioning.*'], from.reload);
  const open = useAction(async () => { await put(`/devices/${device.id}/provisioning/window`, { minutes: Number(minutes) }); tell(text.opened); from.reload(); });
  const close = useAction(async () => { await del(`/devices/${device.id}/provisioning/window`); tell(text.closed); from.reload(); });
  return html`<${Card} title=${text.keys}><p class="faint">${text.keysText}</p><${Loaded} from=${from}>${state => {
    const isOpen = state.window_until && state.window_until > Date.now();
    return html`<${Facts} of=${[[text.key, state.key_since ? html`${text.since} <${Time} at=${state.key_since} />` : html`<span class="faint">${text.noKey}</span>`],
        [text.used, state.key_since ? (state.key_used ? text.yes : text.no) : null], [text.next, state.next_key_since ? html`${text.since} <${Time} at=${state.next_key_since} />` : null],
        [text.window, isOpen ? html`<${State} of=${text.windowOpen} kind="warn" /> ${text.until} <${Time} at=${state.window_until} />` : html`<${State} of=${text.windowShut} kind="calm" />`]]} />
      ${session.can('operate') && html`<div class="filters later"><${Field} label=${text.minutes} type="number" min="1" max="10080" value=${minutes} onInput=${setMinutes} />
        <${Button} busy=${open.busy} onClick=${() => open.run()}>${text.openWindow}<//>
        ${isOpen && html`<${Button} busy=${close.busy} onClick=${() => close.run()}>${text.closeWindow}<//>`}
        <${Button} disabled=${!state.key_since} onClick=${() => setAsking(true)}>${text.rotate}<//></div>`}
      <${ProblemBox} problem=${open.problem || close.problem} />`;
  }}<//>
    ${asking && html`<${Confirm} title=${text.rotate} yes=${text.rotateYes} onClose=${() => setAsking(false)}
      onYes=${async () => { await post(`/devices/${device.id}/provisioning/rotate`, undefined, once()); tell(text.rotated); from.reload(); }}><p>${text.rotateText}</p><//>`}<//>`;
}

function Contacts({ device }) {
  const from = useGet(`/devices/${device.id}/contacts`);
  const columns = [
    { key: 'at', title: text.at, cell: one => html`<span title=${fullTime(one.at)}><${Time} at=${one.at} /></span>` },
    { key: 'outcome', title: text.outcome, wide: true, cell: one => html`<b>${one.outcome}</b> <span class="mono">${one.path}</span>` },
    { key: 'from', title: text.from, wide: true, cell: one => html`<span class="mono">${one.address}</span> <span class="faint">${one.transport}</span>` },
    { key: 'agent', title: text.agent, wide: true, cell: one => html`<span class="faint">${one.agent ? `${one.agent.product} ${one.agent.version}` : ''}</span>` },
  ];
  return html`<${Card} title=${text.contacts}><${Loaded} from=${from}>${contacts => html`<${Table} caption=${text.contacts} columns=${columns} rows=${contacts} rowKey=${one => `${one.at} ${one.path}`}
      empty=${html`<p class="faint">${text.noContacts}</p>`} />`}<//><//><${Report} device=${device} />`;
}

// What the device has reported in its vendor's own form, and where that differs from its profiles; read when somebody asks.
function Report({ device }) {
  const [shown, setShown] = useState(null);
  const look = useAction(async () => {
    const report = await get(`/devices/${device.id}/report`);
    setShown({ report, diff: await get(`/devices/${device.id}/report/diff`) });
  });
  const columns = [
    { key: 'name', title: text.parameter, wide: true, cell: one => html`<span class="mono">${one.name}</span> <span class="faint">${one.element || ''}</span>` },
    { key: 'desired', title: text.desired, wide: true, cell: one => html`<code>${one.desired}</code>` },
    { key: 'reported', title: text.reported, wide: true, cell: one => html`<code>${one.reported ?? ''}</code>` },
  ];
  const none = look.problem && look.problem.status === 404;
  return html`<${Card} title=${text.report} actions=${html`<${Button} busy=${look.busy} onClick=${() => look.run()}>${text.look}<//>`}>
    <p class="faint">${text.reportText}</p>${none ? html`<p>${text.noReport}</p>` : html`<${ProblemBox} problem=${look.problem} />`}
    ${shown && html`<${Facts} of=${[[text.at, html`<${Time} at=${shown.report.at} />`], [text.source, shown.report.source], [text.encrypted, shown.report.encrypted ? text.yes : text.no],
        [text.equal, shown.diff.equal], [text.secrets, shown.diff.secrets], [text.notReported, shown.diff.not_reported.length], [text.ignored, shown.report.ignored.length]]} />
      <${Table} caption=${text.report} columns=${columns} rows=${shown.diff.different} rowKey=${one => one.name} empty=${html`<p>${text.same}</p>`} />`}<//>`;
}

function Learned({ device }) {
  const from = useGet(`/devices/${device.id}/learned`);
  const [asking, setAsking] = useState(false);
  const list = items => (items.length ? html`<ul class="names">${items.map(item => html`<li key=${item}><code>${item || text.everything}</code></li>`)}</ul>` : null);
  return html`<${Card} title=${text.learned} actions=${session.can('operate') && html`<${Button} onClick=${() => setAsking(true)}>${text.forget}<//>`}>
    <p class="faint">${text.learnedText}</p><${Loaded} from=${from}>${known => html`<${Facts} of=${[
      [text.firmware, known.software_version], [text.branches, words(known.branches)], [text.batch, known.batch], [text.tooMany, known.too_many],
      [text.lacks, list(known.lacks)], [text.tooLarge, list(known.too_large)], [text.alone, list(known.alone)], [text.unreadable, list(known.unreadable)],
      [text.avoided, list(known.avoided.map(one => say(text.avoidedUntil, { path: one.path, time: fullTime(one.until) })))]]} />
    ${known.methods.length > 0 && html`<details><summary>${say(text.methods, { count: known.methods.length })}</summary>${list(known.methods)}</details>`}`}<//>
    ${asking && html`<${Confirm} title=${text.forget} yes=${text.forgetYes} kind="danger" onClose=${() => setAsking(false)}
      onYes=${async () => { await del(`/devices/${device.id}/learned`); tell(text.forgotten); from.reload(); }}><p>${text.forgetText}</p><//>`}<//>`;
}
