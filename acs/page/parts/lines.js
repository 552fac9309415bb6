// Telephone lines: how they are registered, and the form they are written with.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, put, useAction } from '../api.js';
import { Button, Dialog, Field, ProblemBox, State, ago, fullTime, tell, words as spaced } from './ui.js';
import { VariableRows, rowsOf, variablesOf } from './variables.js';

const words = t.subscribers;
const KIND = { registered: 'good', registering: 'calm', not_registered: 'warn', error: 'bad', disabled: 'calm' };
export const STATES = ['registered', 'registering', 'not_registered', 'error', 'disabled', 'unknown'];

export function Registration({ of, enabled = true }) {
  if (!of) return html`<span class="faint">${enabled ? words.notReported : words.outOfService}</span>`;
  return html`<span title=${say(words.saidAt, { said: of.said, at: fullTime(of.at) })}>
      <${State} kind=${KIND[of.state]}>${spaced(of.state)}<//>
    <div class="faint small nowrap">${say(words.sinceAgo, { ago: ago(of.since) })}</div></span>`;
}

const EMPTY = { port: 1, number: '', user: '', password: '', display_name: '', proxy: '', options: {}, enabled: true };
// The fields of a line; `form` and `change` are of whoever shows them.
export function LineFields({ form, change, isNew }) {
  return html`<div class="fields">
    ${isNew && html`<${Field} label=${words.port} type="number" min="1" max="24" value=${form.port}
        onInput=${port => change({ port })} required />`}
    <${Field} label=${words.number} value=${form.number} onInput=${number => change({ number })} placeholder="+15550100" />
    <${Field} label=${words.user} value=${form.user} onInput=${user => change({ user })} spellcheck=${false} />
    <${Field} label=${words.password} type="password" hint=${isNew ? '' : words.passwordStays} value=${form.password}
        onInput=${password => change({ password })}
      autocomplete="new-password" />
    <${Field} label=${words.displayName} value=${form.display_name} onInput=${display_name => change({ display_name })} />
    <${Field} label=${words.proxy} value=${form.proxy} onInput=${proxy => change({ proxy })} spellcheck=${false} />
    <${Field} as="check" label=${words.inService} value=${form.enabled} onInput=${enabled => change({ enabled })} /></div>`;
}
export const lineForm = line => ({ ...EMPTY, ...line, password: '', options: rowsOf(line && line.options) });
// As the API takes it; an empty password leaves the one there is.
export function lineBody(form) {
  const { number, user, display_name, proxy, enabled, password } = form;
  return { number, user, display_name, proxy, enabled, options: variablesOf(form.options), ...(password ? { password } : {}) };
}

export function LineDialog({ account, line, taken, onClose, onDone }) {
  const free = [...Array(24).keys()].map(at => at + 1).find(port => !taken.includes(port)) || 1;
  const [form, set] = useState(() => lineForm(line || { port: free }));
  const change = more => set(before => ({ ...before, ...more }));
  const clash = !line && taken.includes(Number(form.port));
  const action = useAction(async () => {
    await put(`/accounts/${encode(account)}/lines/${encode(form.port)}`, lineBody(form));
    tell(words.lineWritten);
    onDone();
    onClose();
  });
  const title = line ? say(words.lineAt, line) : words.addLine;
  return html`<${Dialog} wide title=${title} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <${LineFields} form=${form} change=${change} isNew=${!line} />${clash && html`<p class="note">${words.portTaken}</p>`}
    <${VariableRows} legend=${words.options} hint=${words.optionsHint} rows=${form.options}
        onChange=${options => change({ options })} keeps />
    <p class="note">${words.deviceGetsIt}</p><${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy || clash}>${t.ui.save}</button></footer></form><//>`;
}
