// One thing done with many devices: what, what that would do, agreed to with the number of devices.
import { html, useState } from '../html.js';
import { post, once, useGet } from '../api.js';
import { t, say } from '../texts.js';
import { Button, Dialog, Field, ProblemBox, number, tell } from './ui.js';
import { go } from '../router.js';

const T = t.bulk;
const DANGEROUS = new Set(['factory_reset']);
const KINDS = [
  ['common', ['connection_request', 'reboot', 'refresh', 'add_tags', 'remove_tags']],
  ['change', ['set_parameter_values', 'download', 'cancel_tasks']],
  ['files', ['backup_configuration', 'fetch_log']],
  ['danger', ['factory_reset']],
];
const TYPES = ['xsd:string', 'xsd:boolean', 'xsd:int', 'xsd:unsignedInt', 'xsd:long',
  'xsd:unsignedLong', 'xsd:dateTime', 'xsd:base64', 'xsd:hexBinary'];
const NO_VALUE = { name: '', type: 'xsd:string', value: '' };
const wordsOf = text => text.split(/[\s,;]+/).filter(Boolean);

// What the API is asked for; null while something is missing.
function actionOf(kind, given) {
  if (kind === 'add_tags' || kind === 'remove_tags') {
    const tags = wordsOf(given.tags);
    return tags.length ? { kind, tags } : null;
  }
  if (kind === 'refresh') return { kind, path: given.path.trim() };
  if (kind === 'set_parameter_values') {
    const values = given.values.filter(value => value.name.trim()).map(value => ({ ...value, name: value.name.trim() }));
    return values.length ? { kind, values } : null;
  }
  if (kind === 'download') return given.file ? { kind, file: given.file } : null;
  return { kind };
}

// `target` is { query } or { devices: [ids] }, `about` says it in words.
export function BulkDialog({ target, about, onClose, onBegun }) {
  const [kind, setKind] = useState('connection_request');
  const [given, setGiven] = useState({ tags: '', path: '', values: [NO_VALUE],
    file: '', name: '', hours: '24', concurrency: '0' });
  const [state, set] = useState({ estimate: null, busy: false, problem: null, typed: '' });
  const change = changes => { setGiven(now => ({ ...now, ...changes }));
    set(now => ({ ...now, estimate: null, problem: null })); };
  const action = actionOf(kind, given);
  const body = () => ({
    action, ...target, name: given.name, expires_secs: Math.round(Number(given.hours) * 3600),
      concurrency: Number(given.concurrency),
  });
  const look = async event => {
    event.preventDefault();
    set({ estimate: null, busy: true, problem: null, typed: '' });
    try {
      const estimate = await post('/operations/estimate', body());
      set({ estimate, busy: false, problem: null, typed: '' });
    } catch (problem) {
      set({ estimate: null, busy: false, problem, typed: '' });
    }
  };
  const begin = async event => {
    event.preventDefault();
    const { estimate } = state;
    set({ ...state, busy: true, problem: null });
    try {
      const confirmed = estimate.confirm ? { confirm_devices: estimate.devices } : {};
      const operation = await post('/operations', { ...body(), ...confirmed }, once());
      tell(say(T.begun, { devices: number(estimate.devices) }));
      onBegun();
      go(`/operations/${encodeURIComponent(operation.id)}`);
    } catch (problem) {
      set({ ...state, busy: false, problem });
    }
  };
  const { estimate, busy, problem, typed } = state;
  const dangerous = DANGEROUS.has(kind);
  if (estimate) {
    const counted = { devices: number(estimate.devices), s: estimate.devices === 1 ? '' : 's' };
    const must = estimate.confirm || dangerous ? String(estimate.devices) : null;
    return html`<${Dialog} title=${T.kinds[kind]} onClose=${onClose}><form onSubmit=${begin}>
      <div class=${dangerous ? 'problem' : 'note'}><p><b>
        ${say(T.touches, counted)}</b></p>
        <p>${say(T.does, { does: estimate.does })}</p></div>
      <p class="faint">${about}. ${say(T.fixed, { hours: given.hours })}</p>
      ${must && html`<${Field} label=${say(T.typeNumber, { number: must })} inputmode="numeric" value=${typed}
          onInput=${text => set({ ...state, typed: text })} autofocus />`}
      <${ProblemBox} problem=${problem} />
      <footer><${Button} onClick=${() => set({ ...state, estimate: null, problem: null })}>${T.back}<//>
        <button type="submit" class=${dangerous ? 'danger' : 'primary'}
            disabled=${busy || !estimate.devices || (must && typed.trim() !== must)}>
          ${say(T.yes, { what: T.kinds[kind], ...counted })}</button></footer></form><//>`;
  }
  return html`<${Dialog} title=${T.title} onClose=${onClose}><form onSubmit=${look}>
    <p>${about}.</p>
    <${Field} as="select" label=${T.what} hint=${T.about[kind]} value=${kind} onInput=${value => { setKind(value); change({}); }}>
      ${KINDS.map(([group, kinds]) => html`<optgroup key=${group} label=${T.kindGroups[group]}>${kinds.map(name =>
        html`<option key=${name} value=${name}>${T.kinds[name]}</option>`)}</optgroup>`)}<//>
    <${Further} kind=${kind} given=${given} change=${change} />
    <details><summary>${T.more}</summary><div class="fields">
      <${Field} label=${T.name} hint=${T.nameHint} value=${given.name} onInput=${name => change({ name })} maxlength="128" />
      <${Field} label=${T.hours} hint=${T.hoursHint} type="number" min="1" max="720" value=${given.hours}
          onInput=${hours => change({ hours })} />
      <${Field} label=${T.concurrency} hint=${T.concurrencyHint} type="number" min="0" max="10000" value=${given.concurrency}
          onInput=${concurrency => change({ concurrency })} />
    </div></details>
    <${ProblemBox} problem=${problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button type="submit" class="primary"
        disabled=${busy || !action}>${T.look}</button></footer>
  </form><//>`;
}

function Further({ kind, given, change }) {
  const files = useGet(kind === 'download' ? '/files' : null);
  if (kind === 'add_tags' || kind === 'remove_tags') {
    return html`<${Field} label=${T.tags} hint=${T.tagsHint} value=${given.tags} onInput=${tags => change({ tags })} required />`;
  }
  if (kind === 'refresh') {
    return html`<${Field} label=${T.path} hint=${T.pathHint} value=${given.path} onInput=${path => change({ path })}
        class="mono" placeholder="Device." />`;
  }
  if (kind === 'download') {
    const list = files.data ? files.data.items || files.data : [];
    return html`<${ProblemBox} problem=${files.problem} onRetry=${files.reload} />
      <${Field} as="select" label=${T.file} hint=${files.data && !list.length ? T.noFiles : T.fileHint} value=${given.file}
          onInput=${file => change({ file })}>
        <option value="">${T.chooseFile}</option>${list.map(file => html`<option key=${file.id}
            value=${file.id}>${file.name}${file.version ? ` (${file.version})` : ''}</option>`)}<//>`;
  }
  if (kind === 'set_parameter_values') {
    const changed = (index, changes) => given.values.map((value, at) => (at === index ? { ...value, ...changes } : value));
    const set = (index, changes) => change({ values: changed(index, changes) });
    return html`<fieldset class="values"><legend>${T.values}</legend>${given.values.map((value, index) => html`<div key=${index}
        class="fields">
        <${Field} wide=${true} label=${T.parameter} value=${value.name} onInput=${name => set(index, { name })} class="mono"
            placeholder="Device.ManagementServer.PeriodicInformInterval" />
        <${Field} as="select" label=${T.type} value=${value.type}
            onInput=${type => set(index, { type })}>${TYPES.map(type => html`<option key=${type}>${type}</option>`)}<//>
        <${Field} label=${T.value} value=${value.value} onInput=${text => set(index, { value: text })} /></div>`)}
      <${Button} onClick=${() => change({ values: [...given.values, NO_VALUE] })}>${T.anotherValue}<//></fieldset>`;
  }
  return null;
}
