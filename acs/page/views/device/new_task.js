// Another task: a form for its kind, or the body as the API takes it, and when it is to be done.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { get, once, useAction, useGet } from '../../api.js';
import { useGuard } from '../../router.js';
import { Button, Dialog, Field, ProblemBox, bytes, words } from '../../parts/ui.js';
import { mayTask, queue } from './common.js';
import { ALWAYS, KINDS } from './task_kinds.js';
import { TYPES, shortType, wrongValue } from './values.js';

const text = t.device.newTask;
const DANGEROUS = ['factory_reset', 'delete_object'];

const starting = (kind, like) => Object.fromEntries((KINDS[kind] || []).map(([name, what, more = {}]) => {
  const given = like && like[name] !== undefined && like[name] !== null ? like[name] : more.start;
  if (what === 'lines') return [name, (given || []).join('\n')];
  if (what === 'json') return [name, JSON.stringify(given, null, 2)];
  if (what === 'values') return [name, given && given.length ? given.map(one => ({ type: 'xsd:string', ...one })) : [{ name: '', type: 'xsd:string', value: '' }]];
  if (what === 'windows') return [name, given || [{ start_secs: 0, end_secs: 3600, mode: '1 At Any Time' }]];
  return [name, given ?? (what === 'check' ? false : '')];
}));

// The body of the request, or an Error with what is wrong.
function bodyOf(kind, form, when) {
  const body = { kind };
  for (const [name, what] of KINDS[kind]) {
    const value = form[name];
    if (what === 'lines') body[name] = value.split('\n').map(line => line.trim()).filter(Boolean);
    else if (what === 'json') {
      try { body[name] = JSON.parse(value); } catch (error) { throw Object.assign(new Error(say(text.noJson, { name: words(name) })), { why: error.message }); }
    } else if (what === 'values') {
      const values = value.filter(one => one.name.trim()).map(one => ({ name: one.name.trim(), type: one.type, value: one.value }));
      if (values.length || name !== 'values' || kind === 'set_parameter_values') body[name] = values;
    } else if (what === 'number') {
      if (String(value).trim() !== '') body[name] = Number(value);
    } else if (what === 'windows') body[name] = value.map(one => ({ ...one, start_secs: Number(one.start_secs), end_secs: Number(one.end_secs) }));
    else if (value !== '' || (ALWAYS[kind] || []).includes(name)) body[name] = typeof value === 'string' ? value.trim() : value;
  }
  if (when.expires) body.expires_secs = Number(when.expires);
  if (when.notBefore) body.not_before = new Date(when.notBefore).getTime();
  if (when.priority && when.priority !== '0') body.priority = Number(when.priority);
  return body;
}

export function NewTask({ device, base, like, onClose }) {
  const kinds = Object.keys(KINDS).filter(mayTask);
  const [kind, setKind] = useState(like.kind || kinds[0]);
  const [form, setForm] = useState(starting(kind, like));
  const [when, setWhen] = useState({ expires: '86400', notBefore: '', priority: '0' });
  const [json, setJson] = useState(null);
  const [key] = useState(once);
  const [touched, setTouched] = useState(false);
  useGuard(touched ? text.guard : null);
  const send = useAction(async () => {
    let body;
    if (json === null) body = bodyOf(kind, form, when);
    else {
      try { body = JSON.parse(json); } catch (error) { throw Object.assign(new Error(say(text.noJson, { name: text.body })), { why: error.message }); }
    }
    await queue(device, base, body, key);
    onClose();
  });
  const change = changes => { setTouched(true); setForm({ ...form, ...changes }); };
  const asJson = () => {
    try { setJson(JSON.stringify(bodyOf(kind, form, when), null, 2)); } catch { setJson(JSON.stringify({ kind }, null, 2)); }
  };
  return html`<${Dialog} wide title=${text.title} onClose=${onClose}><form onSubmit=${event => { event.preventDefault(); send.run(); }}>
    ${json === null ? html`
      <${Field} as="select" label=${text.kind} value=${kind} onInput=${next => { setKind(next); setForm(starting(next)); }} hint=${t.device.kindHints[kind]}>
        ${kinds.map(one => html`<option key=${one} value=${one}>${t.device.kinds[one] || words(one)}</option>`)}<//>
      ${KINDS[kind].map(([name, what, more = {}]) => html`<${Part} key=${`${kind} ${name}`} ...${{ name, what, more, device, kind }} value=${form[name]} onInput=${value => change({ [name]: value })} />`)}
      <details><summary>${text.when}</summary><div class="fields">
        <${Field} as="select" label=${text.expires} value=${when.expires} onInput=${expires => setWhen({ ...when, expires })}>
          ${[['3600', text.hour], ['86400', text.day], ['604800', text.week], ['', text.never]].map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}<//>
        <${Field} label=${text.notBefore} type="datetime-local" value=${when.notBefore} onInput=${notBefore => setWhen({ ...when, notBefore })} />
        <${Field} label=${text.priority} type="number" min="-100" max="100" value=${when.priority} onInput=${priority => setWhen({ ...when, priority })} hint=${text.priorityHint} /></div></details>`
      : html`<${Field} as="textarea" label=${text.body} value=${json} onInput=${setJson} spellcheck=${false} rows="12" hint=${text.bodyHint} />`}
    ${DANGEROUS.includes(kind) && json === null && html`<p class="note">${t.device.danger[kind]}</p>`}
    <${ProblemBox} problem=${send.problem} />
    <footer><${Button} kind="quiet" onClick=${() => (json === null ? asJson() : setJson(null))}>${json === null ? text.asJson : text.asForm}<//><span class="grow"></span>
      <${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button type="submit" class=${DANGEROUS.includes(kind) ? 'danger' : 'primary'} disabled=${send.busy}>${text.send}</button></footer></form><//>`;
}

function Part({ name, what, more, value, onInput, device, kind }) {
  const label = t.device.fields[name] || words(name);
  const common = { label, value, onInput, required: more.required, hint: t.device.fieldHints[`${kind}.${name}`] || t.device.fieldHints[name] };
  if (what === 'lines') return html`<${Field} as="textarea" ...${common} spellcheck=${false} />`;
  if (what === 'json') return html`<${Field} as="textarea" ...${common} spellcheck=${false} rows="8" />`;
  if (what === 'check') return html`<${Field} as="check" ...${common} />`;
  if (what === 'number') return html`<${Field} type="number" min="0" ...${common} />`;
  if (what === 'file') return html`<${Files} ...${common} device=${device} />`;
  if (what === 'device_file') return html`<${DeviceFiles} ...${common} device=${device} />`;
  if (what === 'values') return html`<${Values} ...${common} device=${device} />`;
  if (what === 'windows') return html`<${Windows} ...${common} />`;
  return html`<${Field} ...${common} spellcheck=${false} />`;
}

// Files of the server; those made for this product stand first.
export function Files({ device, ...field }) {
  const files = useGet('/files');
  const fit = file => !file.product_class || file.product_class === device.product_class;
  const list = [...(files.data || [])].sort((a, b) => fit(b) - fit(a));
  const none = files.data && !list.length;
  return html`<${Field} as="select" ...${field} hint=${none ? text.noFiles : field.hint} problem=${files.problem && files.problem.message}>
    <option value="">${text.choose}</option>${list.map(file => html`<option key=${file.id} value=${file.id}>${file.name} · ${file.version || file.file_type} · ${bytes(file.bytes)}${fit(file) ? '' : ` · ${say(text.forOther, { model: file.product_class })}`}</option>`)}<//>`;
}

function DeviceFiles({ device, ...field }) {
  const files = useGet(`/devices/${device.id}/files`, { purpose: 'backup' });
  const list = files.data || [];
  return html`<${Field} as="select" ...${field} hint=${files.data && !list.length ? text.noBackups : field.hint}>
    <option value="">${text.choose}</option>${list.map(file => html`<option key=${file.id} value=${file.id}>${new Date(file.created).toLocaleString('en-GB')} · ${bytes(file.bytes)}</option>`)}<//>`;
}

function Values({ value, onInput, label, device }) {
  const [known, setKnown] = useState([]);
  const change = (index, changes) => onInput(value.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  // Names are offered as one types, and bring their type.
  const name = async (index, typed) => {
    const found = known.find(one => one.name === typed);
    change(index, found ? { name: typed, type: found.type } : { name: typed });
    if (typed.length < 8 || found) return;
    try {
      const answer = await get(`/devices/${device.id}/parameters`, { prefix: typed, writable: true, constraints: true });
      setKnown(answer.parameters.slice(0, 50));
    } catch { setKnown([]); }
  };
  const rules = one => (known.find(other => other.name === one.name) || {}).constraints;
  return html`<fieldset><legend>${label}</legend>
    <datalist id="known-names">${known.map(one => html`<option key=${one.name} value=${one.name}></option>`)}</datalist>
    ${value.map((one, index) => html`<div class="triple" key=${index}>
      <${Field} label=${text.name} value=${one.name} onInput=${typed => name(index, typed)} list="known-names" spellcheck=${false} />
      <${Field} as="select" label=${text.type} value=${one.type} onInput=${type => change(index, { type })}>${TYPES.map(type => html`<option key=${type} value=${type}>${shortType(type)}</option>`)}<//>
      <${Field} label=${text.value} value=${one.value} onInput=${typed => change(index, { value: typed })} problem=${one.name && one.value ? wrongValue(one.type, one.value, rules(one)) : undefined} spellcheck=${false} />
      <${Button} kind="quiet" aria-label=${say(text.drop, { name: one.name })} onClick=${() => onInput(value.filter((other, at) => at !== index))} disabled=${value.length === 1}>×<//></div>`)}
    <${Button} onClick=${() => onInput([...value, { name: '', type: 'xsd:string', value: '' }])}>${text.addValue}<//></fieldset>`;
}

const MODES = ['1 At Any Time', '2 Immediately', '3 When Idle', '4 Confirmation Needed'];
function Windows({ value, onInput, label }) {
  const change = (index, changes) => onInput(value.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  return html`<fieldset><legend>${label}</legend>${value.map((one, index) => html`<div class="triple" key=${index}>
      <${Field} label=${text.startSecs} type="number" min="0" value=${one.start_secs} onInput=${start => change(index, { start_secs: start })} />
      <${Field} label=${text.endSecs} type="number" min="1" value=${one.end_secs} onInput=${end => change(index, { end_secs: end })} />
      <${Field} as="select" label=${text.mode} value=${one.mode} onInput=${mode => change(index, { mode })}>${MODES.map(mode => html`<option key=${mode} value=${mode}>${mode}</option>`)}<//></div>`)}
    ${value.length < 2 && html`<${Button} onClick=${() => onInput([...value, { start_secs: 86400, end_secs: 90000, mode: MODES[0] }])}>${text.addWindow}<//>`}</fieldset>`;
}
