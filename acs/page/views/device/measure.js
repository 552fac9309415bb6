// The form of a measurement: what each kind is asked with.
import { html, useState } from '../../html.js';
import { t } from '../../texts.js';
import { once, post, useAction } from '../../api.js';
import { Button, Dialog, Field, ProblemBox, tell, words } from '../../parts/ui.js';

const text = t.device.diagnostics;

// [name, least and most or null for a text, what it is without, must be given]
const DSCP = ['dscp', [0, 63], 0];
const INTERFACE = ['interface', null, ''];
const ARGUMENTS = {
  ip_ping: [['host', null, '', true], ['repetitions', [1, 1000], 4], ['timeout_ms', [1, 60000], 5000], ['block_bytes', [1, 65535], 56], DSCP, INTERFACE],
  trace_route: [['host', null, '', true], ['tries', [1, 3], 3], ['timeout_ms', [1, 60000], 1000], ['block_bytes', [1, 65535], 38], DSCP, ['max_hops', [1, 64], 30], INTERFACE],
  ns_lookup: [['name', null, '', true], ['server', null, ''], ['timeout_ms', [1, 60000], 5000], ['repetitions', [1, 1000], 1], INTERFACE],
  download: [['url', null, '', true], DSCP, INTERFACE],
  upload: [['url', null, '', true], ['bytes', [1, 1000000000], 1000000, true], DSCP, INTERFACE],
  udp_echo: [['host', null, '', true], ['port', [1, 65535], 7], ['repetitions', [1, 1000], 10], ['timeout_ms', [1, 60000], 1000], ['block_bytes', [1, 65535], 24], ['pause_ms', [0, 60000], 100], DSCP, INTERFACE],
  line_test: [['port', [1, 24], 1], ['test', null, '']],
};
export const KINDS = Object.keys(ARGUMENTS);

export function Measure({ device, like, onClose, onBegun }) {
  const { kind } = like;
  const list = ARGUMENTS[kind];
  const given = like.arguments || {};
  const [form, setForm] = useState(Object.fromEntries(list.map(([name]) => [name, given[name] !== undefined ? String(given[name]) : ''])));
  const [limit, setLimit] = useState('180');
  const [key] = useState(once);
  const send = useAction(async () => {
    const given = list.filter(([name]) => form[name].trim() !== '').map(([name, range]) => [name, range ? Number(form[name]) : form[name].trim()]);
    const one = await post(`/devices/${device.id}/diagnostics`, { kind, arguments: Object.fromEntries(given), limit_secs: Number(limit) }, key);
    tell(text.begun);
    onClose();
    onBegun(one);
  });
  const field = ([name, range, without, must]) => html`<${Field} key=${name} label=${text.fields[name] || words(name)} value=${form[name]} onInput=${value => setForm({ ...form, [name]: value })}
    required=${must} autofocus=${name === list[0][0]} placeholder=${without === '' ? undefined : String(without)} spellcheck=${false}
    hint=${text.fieldHints[`${kind}.${name}`]} ...${range ? { type: 'number', min: range[0] } : {}} />`;
  const must = list.filter(one => one[3]);
  const may = list.filter(one => !one[3]);
  return html`<${Dialog} title=${t.device.measures[kind]} onClose=${onClose}><form onSubmit=${event => { event.preventDefault(); send.run(); }}>
    <p>${text.hints[kind]}</p>${(must.length ? must : may).map(field)}
    <details><summary>${text.more}</summary><div class="fields">${(must.length ? may : []).map(field)}
      <${Field} label=${text.limit} type="number" min="1" max="3600" value=${limit} onInput=${setLimit} /></div></details>
    <${ProblemBox} problem=${send.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button type="submit" class="primary" disabled=${send.busy}>${text.begin}</button></footer></form><//>`;
}
