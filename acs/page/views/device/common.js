// What the tabs of a device share: its events, queuing a task, a menu, secrets, and values that changed meanwhile.
import { html, useEffect, useRef, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { once, post, session } from '../../api.js';
import { useEvents } from '../../live.js';
import { Button, Copy, Confirm, Dialog, Facts, ProblemBox, tell, words } from '../../parts/ui.js';

// Calls `reload` when one of these happens to the device, at most every `ms`. What people do names it in its subject.
export function useDeviceEvents(id, kinds, reload, ms = 1000) {
  const waiting = useRef(null);
  const current = useRef(reload);
  current.current = reload;
  useEvents(kinds, null, events => {
    const mine = event => event.device === id || event.kind === 'missed' || (event.data && String(event.data.subject || '').includes(id));
    if (!events.some(mine) || waiting.current) return;
    waiting.current = setTimeout(() => { waiting.current = null; current.current(); }, ms);
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
}

export const TASK_EVENTS = ['task.*', 'missed'];

// Turns of a list of tasks and of what is open beside it: both are read again when tasks of the device move on.
export function useTaskTurns(id) {
  const [turn, setTurn] = useState(0);
  const [listTurn, setListTurn] = useState(0);
  const renew = () => setListTurn(n => n + 1);
  useDeviceEvents(id, TASK_EVENTS, () => {
    setTurn(n => n + 1);
    // Whoever has scrolled down is reading: nothing moves under their eyes.
    if (window.scrollY < 300) renew();
  });
  return { turn, listTurn, renew };
}
export const OPEN_STATES = ['queued', 'running', 'waiting_for_transfer', 'waiting_for_reboot'];
export const isOpen = task => OPEN_STATES.includes(task.state);

// Queues a task and says so, with a link to it.
export async function queue(device, base, body, key = once()) {
  const task = await post(`/devices/${device.id}/tasks`, body, key);
  tell(say(t.device.queued, { kind: t.device.kinds[body.kind] || body.kind }), 'good', { href: `${base}/tasks/${task.id}`, text: t.device.seeTask });
  return task;
}

// What a kind of task takes: what reads, measures or restarts is for the help desk too.
const HELP = ['get_parameter_values', 'get_parameter_names', 'get_parameter_attributes', 'get_queued_transfers', 'get_all_queued_transfers',
  'get_rpc_methods', 'get_options', 'discover', 'refresh', 'fetch_log', 'backup_configuration', 'run_diagnostic', 'reboot'];
export const mayTask = kind => session.can(HELP.includes(kind) ? 'help' : 'operate');

export const kindName = kind => t.device.kinds[kind] || words(kind);
// What a task is about, in a few words.
export function gist(task) {
  if (task.values) return task.values.length === 1 ? `${last(task.values[0].name)} = ${task.values[0].value}` : say(t.device.tasks.values, { count: task.values.length });
  if (task.names) return task.names.length === 1 ? task.names[0] : say(t.device.tasks.names, { count: task.names.length });
  if (task.diagnostic) return words(task.diagnostic.kind);
  return task.object || task.path || task.file_type || task.target_file_name || '';
}
const last = name => name.split('.').slice(-1)[0];

// A button with things below it. items: [{ text, act, kind }].
export function Menu({ label, items }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = event => {
      if (event.key === 'Escape') { setOpen(false); box.current.querySelector('button').focus(); }
      if (event.type === 'click' && !box.current.contains(event.target)) setOpen(false);
    };
    document.addEventListener('click', away);
    document.addEventListener('keydown', away);
    return () => { document.removeEventListener('click', away); document.removeEventListener('keydown', away); };
  }, [open]);
  if (!items.length) return null;
  return html`<div class="person" ref=${box}>
    <button type="button" aria-expanded=${open} onClick=${() => setOpen(!open)}>${label} <span aria-hidden="true">▾</span></button>
    ${open && html`<div class="drop choices">${items.map(item =>
      html`<button type="button" key=${item.text} class=${item.kind || 'quiet'} onClick=${() => { setOpen(false); item.act(); }}>${item.text}</button>`)}</div>`}
  </div>`;
}

// Shows a secret to those who may: asks first, as it leaves a line in the audit trail, and forgets it with its window.
export function Reveal({ path, ask, label }) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState(null);
  if (!session.can('reveal')) return null;
  const close = () => { setOpen(false); setValue(null); };
  return html`<${Button} kind="d-as-link" onClick=${() => setOpen(true)}>${label || t.device.reveal.show}<//>
    ${open && value === null && html`<${Confirm} title=${t.device.reveal.title} yes=${t.device.reveal.show} onClose=${() => setOpen(false)}
      onYes=${async () => { const shown = await post(path, ask); setValue(shown.value); }}><p>${t.device.reveal.text}</p><//>`}
    ${value !== null && html`<${Dialog} title=${t.device.reveal.title} onClose=${close}>
      <p class="d-secret"><code>${value}</code><${Copy} text=${value} /></p><p class="faint">${t.device.reveal.noted}</p>
      <footer class="actions"><${Button} onClick=${close}>${t.ui.close}<//></footer><//>`}`;
}

// A refusal of a PUT; where somebody else was faster (412) it offers to go on over what is there, with what was typed.
export function Refusal({ problem, onAgain }) {
  if (problem && problem.status === 412) {
    return html`<div class="problem" role="alert"><strong>${t.device.changed}</strong><p>${t.device.changedText}</p>
      <${Button} onClick=${onAgain}>${t.device.changedAgain}<//></div>`;
  }
  return html`<${ProblemBox} problem=${problem} />`;
}

// A fault of a task: the code and its words, and every parameter that was refused.
export function Fault({ fault }) {
  if (!fault) return null;
  const each = fault.parameters || [];
  return html`<div class="d-fault"><p><b>${fault.code ? `${fault.code} ` : ''}</b>${fault.text}</p>
    ${each.length > 0 && html`<ul>${each.map(one =>
      html`<li key=${one.ParameterName}><code>${one.ParameterName}</code> <span>${one.FaultCode} ${one.FaultString}</span></li>`)}</ul>`}</div>`;
}

const isTexts = value => Array.isArray(value) && value.length > 0 && value.every(one => typeof one === 'string');
// Any answer as facts: texts and numbers as they are, everything else as JSON.
export function Plain({ of }) {
  return html`<${Facts} of=${Object.entries(of).map(([name, value]) =>
    [words(name), value === null || value === '' ? '' : isTexts(value) ? html`<ul class="names">${value.map(one => html`<li key=${one}><code>${one}</code></li>`)}</ul>`
      : typeof value === 'object' ? html`<pre>${JSON.stringify(value, null, 2)}</pre>` : String(value)])} />`;
}
