// Small parts every view is made of: problems, empty states, times, states, buttons, fields, dialogs, messages.
import { html, useState, useEffect, useRef, useLayoutEffect } from '../html.js';
import { t, say } from '../texts.js';
import { go } from '../router.js';
import { useAction } from '../api.js';

export function Busy({ what }) {
  return html`<p class="busy" role="status"><span class="spinner" aria-hidden="true"></span>${what || t.ui.loading}</p>`;
}

// What the server refused, in its words: what, why, what to do.
export function ProblemBox({ problem, onRetry }) {
  if (!problem) return null;
  return html`<div class="problem" role="alert">
    <strong>${problem.message}</strong>
    ${problem.why && html`<p>${problem.why}</p>`}
    ${problem.fix && html`<p class="fix">${t.ui.toDo} ${problem.fix}</p>`}
    ${onRetry && html`<button onClick=${onRetry}>${t.ui.tryAgain}</button>`}
  </div>`;
}

// Nothing there: what that means, and what to do next (children).
export function Empty({ title, text, children }) {
  return html`<div class="empty"><h3>${title}</h3>${text && html`<p>${text}</p>`}<div class="actions">${children}</div></div>`;
}

// Shows what `useGet` gave: waiting, a problem, or what `children(data)` makes of it.
export function Loaded({ from, children }) {
  if (from.problem) return html`<${ProblemBox} problem=${from.problem} onRetry=${from.reload} />`;
  if (from.data === null) return html`<${Busy} />`;
  return children(from.data);
}

// The head of a view: its title, what it is of, and its actions.
export function Head({ title, sub, children }) {
  useEffect(() => { document.title = `${title} · ${t.name}`; }, [title]);
  return html`<header class="head"><div><h1 tabindex="-1">${title}</h1>${sub && html`<p class="sub">${sub}</p>`}</div>
    <div class="actions">${children}</div></header>`;
}

export function Card({ title, actions, children, kind }) {
  return html`<section class=${`card ${kind || ''}`}>
    ${(title || actions) && html`<header><h2>${title}</h2><div class="actions">${actions}</div></header>`}
    ${children}</section>`;
}

// A state as a word with a colour; the word is enough without the colour.
const KIND = {
  ok: 'good', done: 'good', online: 'good', registered: 'good', live: 'good', succeeded: 'good', complete: 'good', good: 'good',
  warning: 'warn', overdue: 'warn', paused: 'warn', waiting: 'warn', expired: 'warn', queued: 'calm', running: 'calm',
  waiting_for_transfer: 'calm', waiting_for_device: 'calm', measuring: 'calm', draft: 'calm',
  critical: 'bad', failed: 'bad', error: 'bad', aborted: 'bad', bad: 'bad',
};
export function State({ of, kind, children }) {
  const word = String(of ?? '');
  return html`<span class=${`state ${kind || KIND[word.toLowerCase()] || 'calm'}`}>${children || words(word)}</span>`;
}

// snake_case of the API as words.
export const words = text => String(text).replaceAll('_', ' ');

const UNITS = [['day', 86400000], ['hour', 3600000], ['minute', 60000], ['second', 1000]];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const narrow = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });
export function ago(ms, short) {
  const distance = ms - Date.now();
  for (const [unit, size] of UNITS) {
    if (Math.abs(distance) >= size || unit === 'second') return (short ? narrow : relative).format(Math.round(distance / size), unit);
  }
  return '';
}
export const fullTime = ms => (ms ? new Date(ms).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }) : '');

// A time as people say it; in full when one points at it. `null` and 0 do not apply.
export function Time({ at, none, short }) {
  if (!at) return html`<span class="faint">${none || t.ui.never}</span>`;
  return html`<time datetime=${new Date(at).toISOString()} title=${fullTime(at)}>${ago(at, short)}</time>`;
}

export const number = n => (n === null || n === undefined ? '' : Number(n).toLocaleString('en-GB'));
export function bytes(n) {
  if (n === null || n === undefined) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = n;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) { size /= 1000; unit += 1; }
  return `${unit ? size.toFixed(size < 10 ? 1 : 0) : size} ${units[unit]}`;
}
export function duration(ms) {
  if (ms === null || ms === undefined) return '';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  for (const [unit, size] of UNITS) {
    const n = Math.round(ms / size);
    if (ms >= size * 2 || unit === 'second') return `${n} ${unit}${n === 1 ? '' : 's'}`;
  }
  return '';
}

// Names and what they are: [[name, content], ...]; contents that are null are left out.
export function Facts({ of }) {
  return html`<dl class="facts">${of.filter(([, content]) => content !== null && content !== undefined).map(([name, content]) =>
    html`<div key=${name}><dt>${name}</dt><dd>${content === '' ? html`<span class="faint">${t.ui.none}</span>` : content}</dd></div>`)}</dl>`;
}

// kind: primary, danger, quiet. `busy` shows that it works and takes no second click.
export function Button({ kind, busy, children, onClick, disabled, ...rest }) {
  return html`<button type="button" class=${kind || ''} disabled=${disabled || busy} aria-busy=${busy ? 'true' : undefined}
    onClick=${onClick} ...${rest}>${busy && html`<span class="spinner" aria-hidden="true"></span>`}${children}</button>`;
}

let fieldNumber = 0;
// A field with its label and its hint. `as`: input (default), textarea, select (children are its options), check.
// onInput gets the text, or true and false of a check.
export function Field({ label, hint, problem, as = 'input', value, onInput, children, wide, ...rest }) {
  const id = useRef(null);
  if (!id.current) id.current = `field-${++fieldNumber}`;
  const described = hint || problem ? `${id.current}-hint` : undefined;
  const common = { id: id.current, 'aria-describedby': described, 'aria-invalid': problem ? 'true' : undefined, ...rest };
  const take = event => onInput && onInput(as === 'check' ? event.target.checked : event.target.value);
  const control = as === 'textarea' ? html`<textarea value=${value} onInput=${take} ...${common}></textarea>`
    : as === 'select' ? html`<select value=${value} onChange=${take} ...${common}>${children}</select>`
      : as === 'check' ? html`<input type="checkbox" checked=${value} onChange=${take} ...${common} />`
        : html`<input value=${value} onInput=${take} autocomplete="off" ...${common} />`;
  return html`<div class=${`field ${as} ${wide ? 'wide' : ''}`}>
    <label for=${id.current}>${label}</label>${control}
    ${described && html`<small id=${described} class=${problem ? 'wrong' : ''}>${problem || hint}</small>`}
  </div>`;
}

// A window in front of the page. Escape and the cross call onClose; the focus stays in it and goes back afterwards.
export function Dialog({ title, onClose, children, wide }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog && dialog.open && dialog.close();
  }, []);
  return html`<dialog ref=${box} class=${wide ? 'wide' : ''} aria-label=${title}
      onCancel=${event => { event.preventDefault(); onClose(); }}>
    <header><h2>${title}</h2><button type="button" class="quiet close" aria-label=${t.ui.close} onClick=${onClose}>×</button></header>
    <div class="content">${children}</div>
  </dialog>`;
}

// Asks before something happens that is not easily taken back: says what will happen. `typed` must be typed, if it is given.
// `onYes` may be async; what it is refused stays in the window.
export function Confirm({ title, children, yes, kind = 'primary', typed, onYes, onClose }) {
  const [text, setText] = useState('');
  const action = useAction(async () => {
    await onYes();
    onClose();
  });
  const act = event => { event.preventDefault(); action.run(); };
  return html`<${Dialog} title=${title} onClose=${onClose}><form onSubmit=${act}>
    ${children}
    ${typed && html`<${Field} label=${say(t.ui.typeToConfirm, { text: typed })} value=${text} onInput=${setText} />`}
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button type="submit" class=${kind} disabled=${action.busy || (typed && text !== typed)}>${yes}</button></footer>
  </form><//>`;
}

// Short messages about what has happened, read out by screen readers.
const messages = { list: [], watchers: new Set(), last: 0 };
export function tell(text, kind = 'good', link) {
  const message = { id: ++messages.last, text, kind, link };
  messages.list = [...messages.list.slice(-3), message];
  messages.watchers.forEach(set => set(messages.list));
  setTimeout(() => dismiss(message.id), kind === 'bad' ? 15000 : 6000);
}
function dismiss(id) {
  messages.list = messages.list.filter(message => message.id !== id);
  messages.watchers.forEach(set => set(messages.list));
}
export function Messages() {
  const [list, set] = useState(messages.list);
  useEffect(() => { messages.watchers.add(set); return () => messages.watchers.delete(set); }, []);
  return html`<div class="messages" role="status" aria-live="polite">${list.map(message =>
    html`<div key=${message.id} class=${`message ${message.kind}`}>${message.text}
      ${message.link && html` <a href=${message.link.href} onClick=${event => { event.preventDefault(); go(message.link.href); }}>${message.link.text}</a>`}
      <button type="button" class="quiet close" aria-label=${t.ui.close} onClick=${() => dismiss(message.id)}>×</button></div>`)}</div>`;
}

// Tabs whose choice stands in the address. tabs: [[key, title], ...]; `href(key)` is where each leads.
export function Tabs({ tabs, current, href }) {
  return html`<nav class="tabs" aria-label=${t.ui.sections}>${tabs.map(([key, title]) =>
    html`<a key=${key} href=${href(key)} aria-current=${key === current ? 'page' : undefined}
      onClick=${event => { if (!event.metaKey && !event.ctrlKey) { event.preventDefault(); go(href(key)); } }}>${title}</a>`)}</nav>`;
}

// A share of a whole as a bar with parts: [[name, count, kind], ...].
export function Parts({ of, total }) {
  const sum = total || of.reduce((all, [, count]) => all + count, 0);
  if (!sum) return null;
  const text = of.filter(([, count]) => count).map(([name, count]) => `${name} ${number(count)}`).join(', ');
  return html`<div class="parts"><div class="bar" role="img" aria-label=${text}>${of.map(([name, count, kind]) => count
    ? html`<i key=${name} class=${kind} style=${{ width: `${100 * count / sum}%` }} title=${`${name}: ${number(count)}`}></i>` : null)}</div>
    <ul>${of.filter(([, count]) => count).map(([name, count, kind]) =>
      html`<li key=${name}><i class=${kind}></i>${name} <b>${number(count)}</b></li>`)}</ul></div>`;
}

// Text that can be copied by one click.
export function Copy({ text }) {
  const [done, set] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      set(true);
      setTimeout(() => set(false), 1500);
    } catch {
      tell(t.ui.cannotCopy, 'bad');
    }
  };
  return html`<button type="button" class="quiet copy" onClick=${copy} title=${t.ui.copy} aria-label=${t.ui.copy}>${done ? '✓' : html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 3.5v-1h-8v8h1" /></svg>`}</button>`;
}
