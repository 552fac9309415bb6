// Columns of the table of devices: what each shows of a device, and the window in which one chooses them.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { Button, Dialog, Field, State, Time, number, words } from './ui.js';
import { Link } from '../router.js';

const T = t.devices;
const TIMES = new Set(['last_inform', 'first_seen', 'last_boot', 'last_bootstrap']);
const WIDTH = {
  identity: 250, product_class: 80, software_version: 166, hardware_version: 100, health: 96, tag: 82, address: 112, informs: 90,
  'line.state': 134, 'health.reason': 190, cwmp_version: 110, oui: 90, root: 160, account: 140, 'profile.state': 120,
};
export const DEFAULT = ['identity', 'product_class', 'software_version', 'health', 'line.state', 'tag', 'last_inform', 'address'];
const LINE_KIND = { registered: 'good', registering: 'warn', not_registered: 'warn', error: 'bad', disabled: 'calm' };
// The worst first: it is what fits the cell.
const LINE_ORDER = ['error', 'not_registered', 'registering', 'registered', 'disabled'];
const PROFILE_KIND = { agreed: 'good', pending: 'calm', failed: 'bad' };

const list = value => (Array.isArray(value) ? value : value === null || value === undefined || value === '' ? [] : [value]);
const isParameter = key => key.startsWith('param:');
export const titleOf = key => (isParameter(key) ? key.slice(6).split('.').filter(Boolean).slice(-2).join('.')
  : T.columns[key] || words(key));

// The parameters a path means, with `*` for any instance and `~.` for either root.
function meant(path, parameters) {
  const special = { '*': '[^.]+', '~': '(Device|InternetGatewayDevice)' };
  const names = path.split('.').map(part => special[part] || part.replace(/[^\w]/g, '\\$&'));
  const wanted = new RegExp(`^${names.join('\\.')}$`);
  return Object.entries(parameters || {}).filter(([name]) => wanted.test(name));
}

const count = values => {
  const found = new Map();
  values.forEach(value => found.set(value, (found.get(value) || 0) + 1));
  return [...found];
};
const states = (values, kinds) => count(values).map(([value, times]) =>
  html`<${State} key=${value} of=${value} kind=${kinds && kinds[value]}>${words(value)}${times > 1 ? ` × ${times}` : ''}<//>`);

function cell(key, row) {
  const value = row[key];
  if (isParameter(key)) {
    const found = meant(key.slice(6), row.parameters);
    return html`<span title=${found.map(([name, text]) => `${name} = ${text}`).join('\n')
      }>${found.map(([, text]) => text).join(', ')}</span>`;
  }
  if (key === 'identity') return html`<${Link} class="mono" href=${`/devices/${encodeURIComponent(row.id)}`}
      title=${value}>${value}<//>`;
  if (TIMES.has(key)) return html`<${Time} at=${value} short=${true} />`;
  if (key === 'informs') return number(value);
  if (key === 'health') return html`<span
      title=${list(row['health.reason']).map(words).join(', ')}>${states(list(value))}</span>`;
  if (key === 'line.state') {
    const [worst, ...rest] = [...list(value)].sort((a, b) => LINE_ORDER.indexOf(a) - LINE_ORDER.indexOf(b));
    if (!worst) return null;
    return html`<span title=${[worst, ...rest].map(words).join(', ')}>${states([worst], LINE_KIND)}${rest.length > 0
        && html`<small class="faint"> +${rest.length}</small>`}</span>`;
  }
  if (key === 'profile.state') return states(list(value), PROFILE_KIND);
  if (key === 'tag') return list(value).map(tag => html`<span key=${tag} class="tag">${tag}</span>`);
  if (key === 'health.reason') return list(value).map(words).join(', ');
  const text = list(value).join(', ');
  return html`<span title=${text}>${text}</span>`;
}

export const columnsOf = keys => keys.map(key => ({
  key, title: titleOf(key), width: WIDTH[key] || (TIMES.has(key) ? 104 : 180), number: key === 'informs',
      cell: row => cell(key, row),
}));

// What the API is asked for.
export function fieldsOf(keys) {
  const reasons = keys.includes('health') ? ['health.reason'] : [];
  return [...new Set(['identity', ...keys, ...reasons])].join(',');
}

const KEPT = 'devices.columns';
export function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    if (Array.isArray(kept) && kept.length && kept.every(key => typeof key === 'string')) return kept;
  } catch {
    // What is kept there is none of ours.
  }
  return DEFAULT;
}
export const remember = keys => localStorage.setItem(KEPT, JSON.stringify(keys));

// Chooses columns and their order; `onChoose(keys)` is told.
export function ChooseColumns({ keys, onChoose, onClose }) {
  const [chosen, setChosen] = useState(keys);
  const [path, setPath] = useState('');
  const rest = Object.keys(T.columns).filter(key => !chosen.includes(key));
  const move = (index, by) => setChosen(now => {
    const next = [...now];
    const [key] = next.splice(index, 1);
    next.splice(index + by, 0, key);
    return next;
  });
  const add = event => {
    event.preventDefault();
    const key = `param:${path.trim()}`;
    if (path.trim() && !chosen.includes(key)) setChosen([...chosen, key]);
    setPath('');
  };
  return html`<${Dialog} title=${T.chooseColumns} onClose=${onClose} wide=${true}><div class="choose-columns">
    <section><h3>${T.shown}</h3><ol>${chosen.map((key, index) => html`<li key=${key}>
      <span class=${isParameter(key) ? 'mono grow' : 'grow'}>${isParameter(key) ? key.slice(6) : titleOf(key)}</span>
      <${Button} kind="quiet" disabled=${index === 0} aria-label=${say(T.earlier, { what: titleOf(key) })}
          onClick=${() => move(index, -1)}>↑<//>
      <${Button} kind="quiet" disabled=${index === chosen.length - 1} aria-label=${say(T.later, { what: titleOf(key) })}
          onClick=${() => move(index, 1)}>↓<//>
      <${Button} kind="quiet" disabled=${chosen.length === 1} aria-label=${say(T.without, { what: titleOf(key) })}
          onClick=${() => setChosen(chosen.filter(other => other !== key))}>×<//>
    </li>`)}</ol></section>
    <section><h3>${T.addColumn}</h3>
      <div class="pool">${rest.map(key => html`<button type="button" key=${key} class="tag"
          onClick=${() => setChosen([...chosen, key])}>+ ${titleOf(key)}</button>`)}</div>
      <form onSubmit=${add}><${Field} label=${T.parameterColumn} hint=${T.parameterColumnHint} value=${path} onInput=${setPath}
          class="mono"
        placeholder="Device.DeviceInfo.UpTime" /><button type="submit" disabled=${!path.trim()}>${T.add}</button></form></section>
    </div><footer class="actions right"><${Button} onClick=${() => setChosen(DEFAULT)}>${T.usual}<//>
      <${Button} kind="primary" onClick=${() => { onChoose(chosen); onClose(); }}>${T.apply}<//></footer><//>`;
}
