// The message trace of a device: kept for a time, its sessions, and one of them as who said what, with the XML on demand.
import { html, useMemo, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { download, get, put, session as person, useAction, useGet } from '../../api.js';
import { Link } from '../../router.js';
import { Button, Card, Copy, Empty, Field, Loaded, ProblemBox, State, Time, bytes, duration, fullTime, tell } from '../../parts/ui.js';
import { PagedTable } from '../../parts/table.js';
import { useDeviceEvents } from './common.js';
import { gist, pretty } from './soap.js';

const text = t.device.sessions;

export default function Sessions({ device, base, item }) {
  return item ? html`<${One} device=${device} base=${base} id=${item} />` : html`<${List} device=${device} base=${base} />`;
}

const outcomeKind = outcome => (outcome === 'completed' ? 'good' : outcome === 'superseded' ? 'warn' : 'bad');

function List({ device, base }) {
  const [turn, setTurn] = useState(0);
  const trace = useGet(`/devices/${device.id}/trace`);
  useDeviceEvents(device.id, ['device.*', 'task.*', 'trace.*', 'line.registration'], () => { setTurn(n => n + 1); trace.reload(); }, 2000);
  const columns = [
    { key: 'begin', title: text.begin, cell: one => (person.can('operate') ? html`<${Link} href=${`${base}/sessions/${one.id}`}><${Time} at=${one.begin} /><//>` : html`<${Time} at=${one.begin} />`) },
    { key: 'events', title: text.events, wide: true, cell: one => one.events.map(event => html`<span key=${event} class="tag">${event}</span>`) },
    { key: 'rpcs', title: text.rpcs, number: true, cell: one => one.rpcs },
    { key: 'took', title: text.took, number: true, cell: one => duration(one.end - one.begin) },
    { key: 'outcome', title: text.outcome, wide: true, cell: one => html`<${State} of=${one.outcome} kind=${outcomeKind(one.outcome)} />` },
  ];
  const on = trace.data && (trace.data.all || trace.data.until > Date.now());
  return html`<${Card} title=${text.trace}><${Loaded} from=${trace}>${state => html`<${Switch} device=${device} state=${state} reload=${trace.reload} />`}<//><//>
    <${Card} title=${text.title} actions=${html`<${Button} onClick=${() => setTurn(n => n + 1)}>${text.look}<//>`}>
      <${PagedTable} load=${page => get(`/devices/${device.id}/sessions`, page)} version=${turn} limit=${50} columns=${columns} caption=${text.title}
        href=${person.can('operate') ? one => `${base}/sessions/${one.id}` : undefined}
        empty=${html`<${Empty} title=${text.none} text=${on ? text.noneYet : text.noneText} />`} /><//>`;
}

const TIMES = [['15', '15 minutes'], ['60', '1 hour'], ['480', '8 hours'], ['1440', '1 day'], ['10080', '1 week']];

function Switch({ device, state, reload }) {
  const [minutes, setMinutes] = useState('60');
  const turn = useAction(async value => {
    await put(`/devices/${device.id}/trace`, { minutes: value });
    tell(value ? text.isOn : text.isOff);
    reload();
  });
  const on = state.all || state.until > Date.now();
  return html`<div class="filters"><p class="grow"><${State} of=${on ? text.on : text.off} kind=${on ? 'good' : 'calm'} /> ${' '}
      ${state.all ? text.all : on ? html`${text.until} <${Time} at=${state.until} /> <span class="faint">(${fullTime(state.until)})</span>` : text.offText}</p>
    ${person.can('operate') && !state.all && html`
      <${Field} as="select" label=${text.keepFor} value=${minutes} onInput=${setMinutes}>${TIMES.map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}<//>
      <${Button} kind=${on ? '' : 'primary'} busy=${turn.busy} onClick=${() => turn.run(Number(minutes))}>${on ? text.extend : text.turnOn}<//>
      ${on && html`<${Button} busy=${turn.busy} onClick=${() => turn.run(0)}>${text.turnOff}<//>`}`}</div>
    <p class="faint">${text.masked}</p><${ProblemBox} problem=${turn.problem} />`;
}

function One({ device, base, id }) {
  const from = useGet(`/devices/${device.id}/sessions/${id}`);
  const [open, setOpen] = useState(new Set());
  const toggle = index => setOpen(before => {
    const next = new Set(before);
    if (!next.delete(index)) next.add(index);
    return next;
  });
  const save = useAction(() => download(`/devices/${device.id}/sessions/${id}/export`, {}, `session-${id}.tar`));
  return html`<p><${Link} href=${`${base}/sessions`}>← ${text.back}<//></p><${Loaded} from=${from}>${one => html`
    <${Card} title=${say(text.oneTitle, { time: fullTime(one.begin) })} actions=${html`
        <${Button} onClick=${() => setOpen(open.size ? new Set() : new Set(one.messages.keys()))}>${open.size ? text.hideAll : text.showAll}<//>
        <${Button} busy=${save.busy} onClick=${() => save.run()}>${text.export}<//>`}>
      <p><${State} of=${one.outcome} kind=${outcomeKind(one.outcome)} /> ${one.events.map(event => html`<span key=${event} class="tag">${event}</span>`)}
        <span class="faint">${say(text.summary, { rpcs: one.rpcs, messages: one.messages.length })}, ${duration(one.end - one.begin)}</span></p>
      ${one.complete === false && html`<p class="note">${text.incomplete}</p>`}<${ProblemBox} problem=${save.problem} />
      <div class="talk-head" aria-hidden="true"><span>${text.cpe}</span><span>${text.acs}</span></div>
      <ol class="talk">${one.messages.map((message, index) => html`<${Message} key=${index} index=${index} message=${message}
        before=${index ? one.messages[index - 1].after_ms : 0} open=${open.has(index)} onToggle=${() => toggle(index)} />`)}</ol><//>`}<//>`;
}

function Message({ message, before, open, onToggle, index }) {
  const said = useMemo(() => gist(message), [message]);
  const shown = useMemo(() => (open ? pretty(message.body) : ''), [open, message]);
  const empty = !message.body;
  return html`<li class=${`said ${message.from}`}><div class="bubble">
    <p class="line-up"><span class="unseen">${message.from === 'cpe' ? text.cpe : text.acs}</span>
      <b>${empty ? text.nothing : message.name}</b><span class="faint grow">${said}</span>
      <span class="faint nowrap" title=${say(text.afterBefore, { ms: message.after_ms - before })}>+${message.after_ms} ms</span></p>
    ${!empty && html`<button type="button" class="quiet xml" aria-expanded=${open} aria-controls=${`xml-${index}`} onClick=${onToggle}>${open ? text.hideXml : text.xml} <span class="faint">${bytes(message.body.length)}</span></button>`}
    ${open && html`<div id=${`xml-${index}`}><${Copy} text=${message.body} /><pre tabindex="0" class="mono">${shown}</pre></div>`}</div></li>`;
}
