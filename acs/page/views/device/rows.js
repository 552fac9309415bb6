// Rows of tables: one is added with the values it begins with, or taken away.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { once } from '../../api.js';
import { Confirm, Field } from '../../parts/ui.js';
import { queue } from './common.js';
import { isTable } from './tree.js';
import { ValueField, wrongValue } from './values.js';

const text = t.device.rows;

export function AddRow({ node, device, base, onClose }) {
  const [key] = useState(once);
  const table = isTable(node);
  const [object, setObject] = useState(node.key);
  // What another row of this table can be given is what this one can.
  const like = table ? node.children[node.children.length - 1].children.filter(child => child.leaf && child.leaf.writable).map(child => child.leaf) : [];
  const [values, setValues] = useState({});
  const name = parameter => parameter.name.split('.').pop();
  const typed = like.filter(parameter => values[parameter.name] !== undefined && values[parameter.name] !== '');
  const wrong = parameter => (values[parameter.name] ? wrongValue(parameter.type, values[parameter.name], parameter.constraints) : undefined);
  return html`<${Confirm} title=${text.add} yes=${text.addYes} onClose=${onClose} onYes=${async () => {
    const bad = typed.find(wrong);
    if (bad) throw new Error(`${name(bad)} ${wrong(bad)}`);
    const body = { kind: 'add_object', object: object.trim() };
    if (typed.length) body.values = typed.map(parameter => ({ name: name(parameter), type: parameter.type, value: values[parameter.name] }));
    await queue(device, base, body, key);
  }}><p>${text.addText}</p>
    <${Field} label=${text.table} value=${object} onInput=${setObject} hint=${text.tableHint} readonly=${table} spellcheck=${false} />
    ${like.length > 0 && html`<p class="faint">${text.like}</p><div class="fields">${like.map(parameter => html`<${ValueField} key=${parameter.name} label=${name(parameter)}
      type=${parameter.type} value=${values[parameter.name] || ''} constraints=${parameter.constraints} secret=${parameter.secret} problem=${wrong(parameter)}
      onInput=${value => setValues({ ...values, [parameter.name]: value })} />`)}</div>`}<//>`;
}

export function DeleteRow({ node, device, base, onClose }) {
  const [key] = useState(once);
  return html`<${Confirm} title=${text.remove} yes=${text.removeYes} kind="danger" onClose=${onClose}
    onYes=${() => queue(device, base, { kind: 'delete_object', object: node.key }, key)}>
    <p>${say(text.removeText, { count: node.count })}</p><p><code>${node.key}</code></p><//>`;
}
