// Starting a measurement on many devices: what, on which, how many at one time, and with how many devices one does it.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, once, post, useAction } from '../api.js';
import { go } from '../router.js';
import { Button, Dialog, Field, ProblemBox, number, tell } from './ui.js';

const words = t.diagnostics;
const MANY = 1000;
// As the API has them: [name, default, must]. A text without a default is a text; everything else is a number.
const HOST = ['host', '', true];
const FIELDS = {
  ip_ping: [HOST, ['repetitions', 4], ['timeout_ms', 5000], ['block_bytes', 56], ['dscp', 0]],
  trace_route: [HOST, ['tries', 3], ['timeout_ms', 1000], ['block_bytes', 38], ['max_hops', 30], ['dscp', 0]],
  ns_lookup: [['name', '', true], ['server', ''], ['timeout_ms', 5000], ['repetitions', 1]],
  download: [['url', '', true], ['dscp', 0]],
  upload: [['url', '', true], ['bytes', 1000000, true], ['dscp', 0]],
  udp_echo: [HOST, ['port', 7], ['repetitions', 10], ['timeout_ms', 1000], ['block_bytes', 24], ['pause_ms', 100], ['dscp', 0]],
  line_test: [['port', 1], ['test', '']],
};

// What was left as it is by default is not sent: a device that does not know it need not.
function argumentsOf(kind, form) {
  const given = {};
  for (const [name, normal, must] of FIELDS[kind]) {
    const value = form[name] === undefined ? normal : form[name];
    if (value === '' || (!must && String(value) === String(normal))) continue;
    given[name] = typeof normal === 'number' ? Number(value) : value.trim();
  }
  return given;
}

// How many devices a query finds, as it is typed.
function useCount(query) {
  const [state, set] = useState({ count: null, problem: null });
  useEffect(() => {
    const stop = new AbortController();
    set(before => ({ ...before, count: null }));
    const timer = setTimeout(() => {
      get('/devices/count', { q: query }, { signal: stop.signal }).then(
        found => set({ count: found.devices, problem: null }),
        problem => problem.name !== 'AbortError' && set({ count: null, problem }));
    }, 300);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [query]);
  return state;
}

export function StartRun({ query: begun, onClose }) {
  const [kind, setKind] = useState('ip_ping');
  const [form, set] = useState({});
  const [query, setQuery] = useState(begun);
  const [limits, setLimits] = useState({ concurrency: 50, limit_secs: 180, expires_secs: 3600 });
  const [typed, setTyped] = useState('');
  const [key] = useState(once);
  const found = useCount(query.trim());
  const action = useAction(async () => {
    const run = await post('/diagnostics', {
      kind, arguments: argumentsOf(kind, form), selector: query.trim() ? { query: query.trim() } : {},
      ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, Number(value)])),
    }, key);
    tell(words.begun);
    go(`/diagnostics/${encode(run.id)}`);
  });
  const field = ([name, normal, must]) => html`<${Field} key=${`${kind} ${name}`} label=${words.fields[name]}
      type=${typeof normal === 'number' ? 'number' : 'text'}
    hint=${words.hints[name]} value=${form[name] === undefined ? normal : form[name]} required=${must} spellcheck=${false}
        onInput=${value => set(before => ({ ...before, [name]: value }))} />`;
  const limit = name => html`<${Field} label=${words.fields[name]} type="number" min="1" value=${limits[name]}
      onInput=${value => setLimits(before => ({ ...before, [name]: value }))} />`;
  const many = found.count !== null && found.count > MANY;
  const [first, ...rest] = FIELDS[kind];
  return html`<${Dialog} wide title=${words.start} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <div class="fields"><${Field} as="select" label=${words.what} value=${kind} onInput=${value => { setKind(value); set({}); }}
        hint=${words.means[kind]}>
        ${Object.keys(FIELDS).map(one => html`<option key=${one}
            value=${one}>${words.kinds[one]}</option>`)}<//>${field(first)}</div>
    <${Field} label=${words.which} hint=${words.whichHint} value=${query} onInput=${setQuery} class="mono" spellcheck=${false}
        placeholder='tag = "north"' />
    <div role="status">${found.problem ? html`<${ProblemBox} problem=${found.problem} />`
      : html`<p class="note">${found.count === null ? t.ui.loading : found.count ? say(words.willMeasure,
          { n: number(found.count), at: number(limits.concurrency) }) : words.nobody}</p>`}</div>
    <details><summary>${words.more}</summary><div class="fields">${rest.map(field)}${['concurrency', 'limit_secs',
        'expires_secs'].map(limit)}</div></details>
    ${many && html`<${Field} label=${say(words.typeCount, { n: found.count })} value=${typed} onInput=${setTyped}
        inputmode="numeric" />`}
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button class="primary" disabled=${action.busy || !found.count || (many &&
          typed.trim() !== String(found.count))}>${found.count ? say(words.startOn, { n: number(found.count) })
          : words.start}</button></footer></form><//>`;
}
