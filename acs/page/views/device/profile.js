// Desired against observed: every value the profiles want, whether the device has it, and why it is wanted.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { encode, post, session, useAction, useGet } from '../../api.js';
import { Link, setQuery, useRoute } from '../../router.js';
import { Button, Card, Copy, Empty, Field, Loaded, Parts, ProblemBox, State, Time, fullTime, tell, words } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { Fault, Reveal, mayTask, queue, useDeviceEvents } from './common.js';
import { Tags, Variables } from './variables.js';
import { DRIFT, WhyValue } from './why.js';

const text = t.device.profile;
const SHOWN = 300;

export default function Profile({ device, base, reload }) {
  const from = useGet(`/devices/${device.id}/desired`);
  useDeviceEvents(device.id, ['task.done', 'device.*', 'profile.*', 'account.*', 'missed'], from.reload, 1500);
  const retry = useAction(async () => {
    const answer = await post(`/devices/${device.id}/retry-refused`);
    tell(say(text.retried, { count: answer.refusals }));
    from.reload();
  });
  return html`<${Loaded} from=${from}>${desired => html`
    <${Stands} desired=${desired} actions=${session.can('operate') && html`<${Button} busy=${retry.busy} onClick=${() => retry.run()}>${text.retry}<//>`} />
    <${ProblemBox} problem=${retry.problem} />
    <${Values} desired=${desired} device=${device} base=${base} />
    <${Rest} desired=${desired} />`}<//>
    <div class="grid"><${Card} title=${t.device.tags.title}><${Tags} device=${device} reload=${reload} /><//>
      <${Card} title=${t.device.variables.title}><${Variables} device=${device} /><//></div>
    <${Document} device=${device} base=${base} />`;
}

function Stands({ desired, actions }) {
  const count = state => desired.values.filter(one => one.state === state).length;
  const [word, kind] = desired.problems.length || desired.fault ? [text.hindered, 'bad'] : desired.waits_until ? [text.waits, 'warn']
    : desired.agrees ? [text.agrees, 'good'] : [text.pending, 'warn'];
  return html`<${Card} title=${text.title} actions=${actions}><p><${State} of=${word} kind=${kind} />${' '}
      ${desired.waits_until && html`<span>${say(text.waitsUntil, { time: fullTime(desired.waits_until) })}</span>`}
      <span class="faint">${text.observed} <${Time} at=${desired.observed_at} /></span></p>
    ${desired.fault && html`<div class="problem"><${Fault} fault=${desired.fault} /></div>`}
    ${desired.problems.length > 0 && html`<div class="problem" role="alert"><strong>${text.problems}</strong><ul>${desired.problems.map((one, index) =>
      html`<li key=${index}><${Link} href=${`/profiles/${encode(one.profile)}`}>${one.profile}<//> <code>${one.name}</code> ${one.why}</li>`)}</ul><p class="fix">${text.problemsFix}</p></div>`}
    <${Parts} of=${['equal', 'different', 'not_seen', 'refused'].map(state => [t.device.drift[state], count(state), DRIFT[state]])} /><//>`;
}

function Values({ desired, device, base }) {
  const { query } = useRoute();
  const [open, setOpen] = useState(null);
  const search = (query.q || '').toLowerCase();
  const list = desired.values.filter(one => (!query.state || one.state === query.state)
    && (!search || `${one.name} ${one.desired} ${one.observed || ''}`.toLowerCase().includes(search)));
  // What needs somebody first.
  const order = ['refused', 'different', 'not_seen', 'equal'];
  const rows = [...list].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, SHOWN);
  const value = shown => (shown === '***' ? html`<span class="faint">${text.hidden}</span>` : shown === '' ? html`<span class="faint">${text.empty}</span>`
    : shown === null || shown === undefined ? html`<span class="faint">${text.notSeen}</span>` : html`<code>${shown}</code>`);
  const columns = [
    { key: 'state', title: text.state, cell: one => html`<${State} of=${one.state} kind=${DRIFT[one.state]}>${t.device.drift[one.state] || words(one.state)}<//>` },
    { key: 'name', title: text.parameter, wide: true, cell: one => html`<${Link} class="mono" href=${`${base}/parameters`} query=${{ p: one.name }}>${one.name}<//>
      ${one.fault && open !== one.name && html`<${Fault} fault=${one.fault} />`}${open === one.name && html`<${WhyValue} value=${one} device=${device} />`}` },
    { key: 'desired', title: text.desired, wide: true, cell: one => html`${value(one.desired)}
      ${one.desired === '***' && html`<${Reveal} path=${`/devices/${device.id}/reveal`} ask=${{ what: 'desired', name: one.name }} />`}` },
    { key: 'observed', title: text.observedTitle, wide: true, cell: one => html`<span title=${fullTime(one.observed_at)}>${value(one.state === 'not_seen' ? null : one.observed)}</span>` },
    { key: 'why', title: text.why, cell: one => html`<${Button} kind="d-as-link" aria-expanded=${open === one.name} onClick=${() => setOpen(open === one.name ? null : one.name)}>
      ${one.why ? one.why.profile : text.why}<//>` },
  ];
  return html`<${Card} title=${say(text.values, { count: desired.values.length })}>
    ${desired.values.length > 0 && html`<div class="filters"><${Field} label=${t.ui.search} type="search" value=${query.q || ''} onInput=${q => setQuery({ q })} />
      <${Field} as="select" label=${text.state} value=${query.state || ''} onInput=${state => setQuery({ state })}><option value="">${t.ui.all}</option>
        ${order.map(state => html`<option key=${state} value=${state}>${t.device.drift[state]}</option>`)}<//></div>`}
    <${Table} caption=${text.title} columns=${columns} rows=${rows} rowKey=${one => one.name}
      empty=${html`<${Empty} title=${desired.values.length ? text.noneSuch : text.none} text=${desired.values.length ? '' : text.noneText} />`} />
    ${list.length > SHOWN && html`<p class="faint">${say(text.first, { shown: SHOWN, count: list.length })}</p>`}<//>`;
}

function Rest({ desired }) {
  const { rows, superfluous, conflicts } = desired;
  if (!rows.length && !superfluous.length && !conflicts.length) return null;
  return html`<div class="grid">
    ${rows.length + superfluous.length > 0 && html`<${Card} title=${text.rows}><ul class="d-plain">${rows.map(one => html`<li key=${one.row} class="line-up"><code>${one.row}</code>
        <span class="faint grow">${one.profile}</span><${State} of=${one.instance ? say(text.isRow, one) : text.noRow} kind=${one.instance ? 'good' : 'warn'} /></li>`)}
      ${superfluous.map(one => html`<li key=${one} class="line-up"><code class="grow">${one}</code><${State} of=${text.goes} kind="warn" /></li>`)}</ul><//>`}
    ${conflicts.length > 0 && html`<${Card} title=${text.conflicts}><ul class="d-plain">${conflicts.map(one => html`<li key=${`${one.name} ${one.loser}`}>
      <code>${one.name}</code><p>${say(text.conflict, { winner: one.winner, value: one.value, loser: one.loser, lost: one.lost })}</p></li>`)}</ul><//>`}</div>`;
}

// The vendor's own form of the profiles, for devices that have one.
function Document({ device, base }) {
  const [open, setOpen] = useState(false);
  const from = useGet(open ? `/devices/${device.id}/profile` : null);
  return html`<${Card} title=${text.document} actions=${html`
      ${mayTask('download_profile') && html`<${Button} onClick=${() => queue(device, base, { kind: 'download_profile' })}>${text.sendDocument}<//>`}
      <${Button} aria-expanded=${open} onClick=${() => setOpen(!open)}>${open ? text.hide : text.show}<//>`}>
    <p class="faint">${text.documentText}</p>
    ${open && html`<${Loaded} from=${from}>${answer => html`<${Copy} text=${answer.document} /><pre tabindex="0">${answer.document}</pre>
      ${answer.left_out.length > 0 && html`<h3 class="later">${text.leftOut}</h3><ul>${answer.left_out.map(one => html`<li key=${one.name}><code>${one.name}</code> ${one.why}</li>`)}</ul>`}`}<//>`}<//>`;
}
