// The form of a binding: which account a device gets that is recognised by its serial number, MAC address or customer number.
import { html, useState } from '../html.js';
import { t } from '../texts.js';
import { encode, put, useAction } from '../api.js';
import { Button, Field, ProblemBox, tell } from './ui.js';
import { VariableRows, rowsOf, variablesOf } from './variables.js';

const words = t.provisioning;

// `account` is given where it is that of one account; `binding` where one is changed.
export function BindingForm({ account, binding, onClose, onDone }) {
  const [form, set] = useState(() => ({
    by: 'serial', value: '', account: account || '', window_minutes: 0, rule: '', ...binding, variables: rowsOf(binding &&
        binding.variables),
  }));
  const change = more => set(before => ({ ...before, ...more }));
  const action = useAction(async () => {
    await put(`/bindings/${encode(form.by)}/${encode(form.value.trim())}`, {
      account: form.account.trim(), window_minutes: Number(form.window_minutes), variables: variablesOf(form.variables),
      ...(form.rule && form.rule.trim() ? { rule: form.rule.trim() } : {}),
    });
    tell(words.bindingWritten);
    onDone();
    onClose();
  });
  return html`<form onSubmit=${event => { event.preventDefault(); action.run(); }}><p>${words.bindingText}</p><div class="fields">
    ${!binding && html`<${Field} as="select" label=${words.by} value=${form.by} onInput=${by => change({ by })}>
        ${['serial', 'mac', 'customer'].map(by => html`<option key=${by} value=${by}>${words.bys[by]}</option>`)}<//>
      <${Field} label=${words.bys[form.by]} hint=${words.byHints[form.by]} value=${form.value}
          onInput=${value => change({ value })} required spellcheck=${false} />`}
    ${!account && html`<${Field} label=${words.account} hint=${words.accountHint} value=${form.account}
        onInput=${value => change({ account: value })} required />`}
    <${Field} label=${words.window} hint=${words.windowHint} type="number" min="0" max="10080" value=${form.window_minutes}
        onInput=${value => change({ window_minutes: value })} /></div>
    <details open=${Boolean(form.rule || form.variables.length)}><summary>${words.more}</summary>
      <${Field} label=${words.rule} hint=${words.ruleHint} value=${form.rule || ''} onInput=${rule => change({ rule })}
          spellcheck=${false} />
      <${VariableRows} legend=${words.variables} rows=${form.variables} onChange=${variables => change({ variables })} />
          </details>
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy}>${words.bindIt}</button></footer></form>`;
}
