// Variables for templates: shown with their secrets masked, and edited as rows of a name and a value.
import { html, useRef, useState } from '../html.js';
import { t, say } from '../texts.js';
import { Button, Empty, ProblemBox, Copy, Confirm, Dialog } from './ui.js';
import { post, session } from '../api.js';

const words = t.subscribers;
const MASK = '***';

export function rowsOf(variables) {
  return Object.entries(variables || {}).map(([name, value]) => ({ name, value: value === MASK ? '' : value,
      kept: value === MASK }));
}
// `***` stands for the one there is, where the API takes that.
export function variablesOf(rows) {
  return Object.fromEntries(rows.filter(row => row.name.trim()).map(row => [row.name.trim(), row.kept && !row.value ? MASK
      : row.value]));
}

// `keeps`: secrets that are left empty stay as they are; without it each must be put in again.
export function VariableRows({ legend, hint, rows, onChange, keeps }) {
  const last = useRef(null);
  const change = (index, more) => onChange(rows.map((row, at) => (at === index ? { ...row, ...more } : row)));
  const add = () => { onChange([...rows, { name: '', value: '', kept: false }]); setTimeout(() => last.current &&
      last.current.focus(), 0); };
  return html`<fieldset class="option-box"><legend>${legend}</legend>${hint && html`<p class="faint small">${hint}</p>`}
    ${rows.map((row, index) => html`<div key=${index} class="pair">
      <input ref=${index === rows.length - 1 ? last : null} class="mono" aria-label=${words.variableName}
          placeholder=${words.variableName} value=${row.name}
        onInput=${event => change(index, { name: event.target.value })} spellcheck=${false} />
      <input aria-label=${say(words.valueOf, { name: row.name })} placeholder=${row.kept ? (keeps ? words.stays : words.again)
          : words.value} value=${row.value}
        required=${row.kept && !keeps} onInput=${event => change(index, { value: event.target.value })} spellcheck=${false} />
      <${Button} kind="quiet" aria-label=${say(words.without, { name: row.name })}
          onClick=${() => onChange(rows.filter((_, at) => at !== index))}>×<//></div>`)}
    <${Button} onClick=${add}>${words.addVariable}<//></fieldset>`;
}

// `reveal(name)` gives the address and the body a secret is asked for with.
export function Variables({ of, reveal, empty }) {
  const names = Object.keys(of || {});
  if (!names.length) return html`<p class="faint">${empty || words.noVariables}</p>`;
  return html`<dl class="pairs">${names.map(name => html`<div key=${name}><dt class="mono">${name}</dt>
    <dd>${of[name] === MASK ? html`<${Masked} what=${name} ...${reveal(name)} />`
        : html`<span class="mono">${of[name]}</span>`}</dd></div>`)}</dl>`;
}

// A secret that is not shown, and the way to see it: that leaves a line in the audit trail.
export function Masked({ what, path, body }) {
  const [state, set] = useState({ asked: false, value: null });
  if (!session.can('reveal')) return html`<span class="faint" title=${words.secret}>${MASK}</span>`;
  const close = () => set({ asked: false, value: null });
  return html`<span class="nowrap"><span class="faint">${MASK}</span>
    <button type="button" class="quiet copy" aria-label=${say(words.revealWhat, { what })}
        onClick=${() => set({ asked: true, value: null })}>${words.reveal}</button></span>
    ${state.asked && state.value === null && html`<${Confirm} title=${say(words.revealWhat, { what })} yes=${words.reveal}
        onClose=${() => set(now => (now.value === null ? { asked: false, value: null } : now))}
      onYes=${async () => { const shown = await post(path, body); set({ asked: true, value: shown.value }); }}>
          <p>${words.revealText}</p><//>`}
    ${state.asked && state.value !== null && html`<${Dialog} title=${what} onClose=${close}>
      <p class="once-shown"><code>${state.value}</code><${Copy} text=${state.value} /></p>
      <form onSubmit=${event => { event.preventDefault(); close(); }}><footer>
          <button class="primary" autofocus>${t.ui.close}</button></footer></form><//>`}`;
}
