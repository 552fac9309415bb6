// What is known of one parameter or object, beside the tree: its value and what may be done, its history, and why it is so.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { encode, session, useGet } from '../../api.js';
import { Link } from '../../router.js';
import { Button, Copy, Facts, Loaded, Time, fullTime, number } from '../../parts/ui.js';
import { Reveal, mayTask, queue } from './common.js';
import { useDraft } from './draft.js';
import { AddRow, DeleteRow } from './rows.js';
import { isRow, isTable } from './tree.js';
import { ValueField, inWords, shortType, wrongValue } from './values.js';
import { WhyValue } from './why.js';

const text = t.device.parameters;

export function Panel({ node, device, base, onClose }) {
  return html`<aside class="panel" aria-label=${node.key}>
    <header><h2 class="mono">${node.key}<${Copy} text=${node.key} /></h2>
      <button type="button" class="quiet close" aria-label=${t.ui.close} onClick=${onClose}>×</button></header>
    ${node.leaf ? html`<${Leaf} parameter=${node.leaf} device=${device} base=${base} />` : html`<${Branch} node=${node} device=${device} base=${base} />`}
  </aside>`;
}

function Leaf({ parameter, device, base }) {
  const rules = inWords(parameter.constraints);
  return html`<${Edit} parameter=${parameter} device=${device} />
    <${Facts} of=${[
      [text.type, shortType(parameter.type)], [text.access, parameter.writable === undefined ? text.notAsked : parameter.writable ? text.mayWrite : text.readOnly],
      [text.seen, html`<span title=${fullTime(parameter.at)}><${Time} at=${parameter.at} /></span>`],
    ]} />
    ${rules.length > 0 && html`<ul class="rules">${rules.map(rule => html`<li key=${rule}>${rule}</li>`)}</ul>`}
    <div class="actions later">
      ${mayTask('get_parameter_values') && html`<${Button} onClick=${() => queue(device, base, { kind: 'get_parameter_values', names: [parameter.name] })}>${text.readAgain}<//>`}
      ${parameter.secret && html`<${Reveal} path=${`/devices/${device.id}/reveal`} ask=${revealOf(parameter.name)} label=${text.reveal} />`}</div>
    <h3 class="later">${text.why}</h3><${Why} name=${parameter.name} device=${device} base=${base} />
    <h3 class="later">${text.history}</h3><${History} name=${parameter.name} device=${device} />`;
}

// What of a secret the server can show: its own credentials, and otherwise what profiles want there.
function revealOf(name) {
  if (name.endsWith('.ManagementServer.ConnectionRequestPassword')) return { what: 'connection_request_password' };
  if (name.endsWith('.ManagementServer.Password')) return { what: 'device_password' };
  return { what: 'desired', name };
}

function Edit({ parameter, device }) {
  const { draft, set, remove } = useDraft(device.id);
  const change = draft.get(parameter.name);
  const shown = parameter.secret ? html`<span class="faint">${text.hiddenText}</span>`
    : parameter.value === '' ? html`<span class="faint">${text.emptyValue}</span>` : html`<code>${parameter.value}</code><${Copy} text=${parameter.value} />`;
  const editable = parameter.writable !== false && session.can('operate');
  if (!editable) return html`<p class="value-now">${shown}</p>`;
  const value = change ? change.value : parameter.value;
  const take = next => {
    if (!parameter.secret && next === parameter.value) remove(parameter.name);
    else set(parameter.name, { type: parameter.type, value: next, before: parameter.value, secret: parameter.secret, wrong: wrongValue(parameter.type, next, parameter.constraints) });
  };
  return html`<p class="value-now">${shown}</p>
    <${ValueField} label=${parameter.secret ? text.newSecret : text.newValue} type=${parameter.type} value=${value} constraints=${parameter.constraints}
      secret=${parameter.secret} onInput=${take} problem=${change && change.wrong} hint=${change ? text.inDraft : undefined} />
    ${change && html`<${Button} kind="quiet" onClick=${() => remove(parameter.name)}>${text.undo}<//>`}`;
}

function Why({ name, device, base }) {
  const from = useGet(`/devices/${device.id}/parameters/${encode(name)}/why`);
  if (from.problem && from.problem.status === 404) return html`<p class="faint">${text.noWhy}</p>`;
  return html`<${Loaded} from=${from}>${why => html`
    ${why.desired ? html`<${WhyValue} value=${why.desired} device=${device} />` : html`<p class="faint">${text.noProfile}</p>`}
    ${why.overridden.length > 0 && html`<p>${text.overridden}</p><ul>${why.overridden.map(one => html`<li key=${one.profile}>
      <${Link} href=${`/profiles/${encode(one.profile)}`}>${one.profile}<//> <span class="faint">${say(text.precedence, one)}</span> <code>${one.template}</code></li>`)}</ul>`}
    ${why.last_task && html`<p>${text.lastTask} <${Link} href=${`${base}/tasks/${why.last_task.id}`}>${say(text.setTo, { value: why.last_task.value })}<//>
      <span class="faint"> ${why.last_task.by}, <${Time} at=${why.last_task.at} /></span></p>`}`}<//>`;
}

function History({ name, device }) {
  const from = useGet(`/devices/${device.id}/history`, { name, limit: 50 });
  return html`<${Loaded} from=${from}>${history => (history.items.length
    ? html`<ol class="history">${history.items.map(one => html`<li key=${one.number}><code>${one.value === '' ? text.emptyValue : one.value}</code>
        <span class="faint"><${Time} at=${one.at} /></span></li>`)}</ol>`
    : html`<p class="faint">${text.noHistory}</p>`)}<//>`;
}

function Branch({ node, device, base }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const table = isTable(node);
  return html`<p>${table ? say(text.tableText, { count: node.children.length }) : say(text.branchText, { count: number(node.count) })}</p>
    <div class="actions">
      ${mayTask('refresh') && html`<${Button} onClick=${() => queue(device, base, { kind: 'refresh', path: node.key })}>${text.refreshBranch}<//>`}
      ${mayTask('add_object') && html`<${Button} onClick=${() => setOpen('add')}>${table ? text.addRow : text.addRowBelow}<//>`}
      ${mayTask('delete_object') && isRow(node) && html`<${Button} kind="danger" onClick=${() => setOpen('delete')}>${text.deleteRow}<//>`}</div>
    ${open === 'add' && html`<${AddRow} node=${node} device=${device} base=${base} onClose=${close} />`}
    ${open === 'delete' && html`<${DeleteRow} node=${node} device=${device} base=${base} onClose=${close} />`}`;
}
