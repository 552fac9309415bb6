// The line in which one asks for devices: completion, the place of a mistake, and help with examples.
import { html, useState, useEffect, useRef } from '../html.js';
import { get, post } from '../api.js';
import { t, say } from '../texts.js';
import { Button, Dialog, number } from './ui.js';
import { quoted } from './query_text.js';

const T = t.queries;
// After so long without a key the server is asked what it thinks of what was typed.
const PAUSE_MS = 140;
// Attributes whose values are few enough to be offered.
const FEW_VALUES = new Set(['product_class', 'software_version', 'hardware_version', 'tag', 'health.reason', 'manufacturer',
  'oui', 'cwmp_version', 'root']);
// `tag = "be`, `product_class in ("ATA192", "A`: the attribute, and what was begun of its value.
const VALUE = /([a-z_.]+)\s*(?:=|!=|~|like|(?:not\s+)?in\s*\((?:[^()]*,)?)\s*("?)((?:[^"\\]|\\.)*)$/;

const known = new Map();
async function valuesOf(attribute) {
  if (!known.has(attribute)) {
    known.set(attribute, get('/devices/groups', { by: attribute, limit: 50 }).then(found => found.groups));
    setTimeout(() => known.delete(attribute), 60000);
  }
  return known.get(attribute).catch(() => []);
}

// What may stand at the cursor: [{ text, about, from }], `from` being where what it replaces begins.
async function offers(query, cursor, checked) {
  const before = query.slice(0, cursor);
  const match = VALUE.exec(before);
  // Within quotes the number of quotes before is odd; then only values are meant.
  const within = (before.replace(/\\./g, '').split('"').length - 1) % 2 === 1;
  if (match && FEW_VALUES.has(match[1]) && within === (match[2] === '"')) {
    const [, attribute, quote, begun] = match;
    const from = cursor - begun.length - quote.length;
    const groups = await valuesOf(attribute);
    const found = groups
      .filter(group => group.value && group.value.toLowerCase().includes(begun.toLowerCase()))
      .slice(0, 12)
      .map(group => ({ text: quoted(group.value), about: say(T.onDevices, { devices: number(group.devices) }), from }));
    if (found.length || quote) return found;
  }
  if (within) return [];
  const word = /[\p{L}\p{N}_.]*$/u.exec(before)[0];
  return checked.candidates.map(candidate => ({ ...candidate, from: cursor - word.length }));
}

// The query with the mistake marked in it, and what the server says of it.
function Mistake({ query, error, soft }) {
  const letters = Array.from(query);
  const at = Math.min(error.position, letters.length);
  const end = Math.min(at + Math.max(error.length, 1), letters.length);
  const part = (from, until) => letters.slice(from, until).join('');
  return html`<div class=${`mistake ${soft ? 'soft' : ''}`}>
    ${!soft && html`<code aria-hidden="true">${part(0, at)}<mark>${part(at, end) || ' '}</mark>${part(end)}</code>`}
    <p><b>${say(T.at, { position: error.position + 1, why: error.why })}</b>${error.fix && `: ${error.fix}`}</p></div>`;
}

let bars = 0;
// `value` is the query that holds, `onChange(text)` is told what is typed, `onSubmit(text)` when somebody means it. With `field`
// it is a field of a form: its label is seen, and nothing is submitted.
export function QueryBar({ value, onChange, onSubmit, label = T.label, placeholder = T.placeholder, submit = T.submit, field, hint }) {
  const [text, setText] = useState(value || '');
  const [state, set] = useState({ checked: null, list: [], active: -1, open: false, meant: false, help: false });
  const id = useRef(null);
  if (!id.current) id.current = `query-${++bars}`;
  const input = useRef(null);
  const timer = useRef(null);
  const turn = useRef(0);
  // What was told comes back as the value, perhaps when more has been typed.
  const told = useRef([]);
  useEffect(() => {
    if (told.current.includes(value || '')) return;
    told.current = [];
    setText(value || '');
    set(now => ({ ...now, checked: null, open: false, meant: false }));
  }, [value]);
  useEffect(() => () => { clearTimeout(timer.current); turn.current += 1; }, []);

  const check = (query, cursor, open) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      const mine = ++turn.current;
      try {
        const letters = Array.from(query.slice(0, cursor)).length;
        const checked = await post('/queries/check', { query, cursor: letters });
        const list = open ? await offers(query, cursor, checked) : [];
        if (mine === turn.current) set(now => ({ ...now,
          checked: { ...checked, of: query }, list, active: -1, open: open && list.length > 0 }));
      } catch {
        // Completion is a help only: what is wrong is said when the query is asked.
      }
    }, PAUSE_MS);
  };
  const type = (query, cursor) => {
    setText(query);
    set(now => ({ ...now, meant: false }));
    if (onChange) {
      told.current = [...told.current.slice(-40), query];
      onChange(query);
    }
    check(query, cursor, true);
  };
  const take = offer => {
    const cursor = input.current.selectionStart;
    const open = /[("]$/.test(offer.text) && !/^".*"$/.test(offer.text);
    const end = text.slice(cursor).replace(/^"/, offer.text.endsWith('"') ? '' : '"');
    const put = offer.text + (open || end.startsWith(' ') ? '' : ' ');
    const query = text.slice(0, offer.from) + put + end;
    const place = offer.from + put.length;
    type(query, place);
    requestAnimationFrame(() => {
      if (!input.current) return;
      input.current.focus();
      input.current.setSelectionRange(place, place);
    });
  };
  const mean = async event => {
    event.preventDefault();
    clearTimeout(timer.current);
    turn.current += 1;
    set(now => ({ ...now, open: false, meant: true }));
    const query = text.trim();
    if (query) {
      try {
        const checked = await post('/queries/check', { query: text });
        set(now => ({ ...now, checked: { ...checked, of: text }, open: false }));
        if (!checked.valid) { input.current.focus(); return; }
      } catch {
        // The list says what is wrong.
      }
    }
    if (onSubmit) onSubmit(query);
  };
  const keys = event => {
    const { list, active, open } = state;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) check(text, input.current.selectionStart, true);
      else {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        set(now => ({ ...now, active: (active + step + list.length + (active < 0 && step < 0 ? 1 : 0)) % list.length }));
      }
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      set(now => ({ ...now, open: false, active: -1 }));
    } else if ((event.key === 'Enter' || event.key === 'Tab') && open && active >= 0) {
      event.preventDefault();
      take(list[active]);
    } else if (event.key === 'Enter' && field) {
      mean(event);
    }
  };
  const { checked, list, active, open, meant } = state;
  const error = checked && checked.of === text && text.trim() && !checked.valid ? checked.error : null;
  // Somebody who is still typing at the end is not told off.
  const soft = Boolean(error) && !meant && error.position + error.length >= text.trimEnd().length;
  useEffect(() => {
    if (open && active >= 0) document.getElementById(`${id.current}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, open]);
  const around = field ? { class: 'query field' } : { class: 'query', role: 'search', 'aria-label': label, onSubmit: mean };
  return html`<${field ? 'div' : 'form'} ...${around}>
    ${field && html`<label for=${id.current}>${label}</label>`}
    <div class="line">
      ${!field && html`<label class="unseen" for=${id.current}>${label}</label>`}
      <div class="box"><input id=${id.current} ref=${input} class="mono" value=${text} placeholder=${placeholder}
          autocomplete="off" autocapitalize="none"
        spellcheck=${false} role="combobox" aria-autocomplete="list" aria-expanded=${open} aria-controls=${`${id.current}-list`}
        aria-activedescendant=${open && active >= 0 ? `${id.current}-${active}` : undefined}
            aria-invalid=${error && !soft ? 'true' : undefined}
        aria-describedby=${`${id.current}-says`}
        onInput=${event => type(event.target.value, event.target.selectionStart)} onKeyDown=${keys}
        onClick=${() => check(text, input.current.selectionStart, true)}
        onBlur=${() => set(now => ({ ...now, open: false }))} />
        <ul id=${`${id.current}-list`} role="listbox" aria-label=${T.offers} hidden=${!open}>${list.map((offer, index) =>
          html`<li key=${`${offer.text}${index}`} id=${`${id.current}-${index}`} role="option" aria-selected=${index === active}
            onMouseDown=${event => { event.preventDefault(); take(offer); }}>
            <code>${offer.text}</code><span>${offer.about}</span></li>`)}</ul></div>
      ${!field && html`<button type="submit" class="primary">${submit}</button>`}
      ${!field && text && html`<${Button} kind="quiet" onClick=${() => { type('', 0); onSubmit(''); }}>${T.clear}<//>`}
      <${Button} kind="quiet" aria-haspopup="dialog"
          onClick=${() => set(now => ({ ...now, help: true, open: false }))}>${T.help}<//>
    </div>
    ${hint && html`<small>${hint}</small>`}
    <div id=${`${id.current}-says`} aria-live="polite">${error && !(soft && open) ? html`<${Mistake} query=${text}
        error=${error} soft=${soft} />`
      : checked && checked.of === text && text.trim() && checked.valid && !checked.indexed ? html`<p
          class="faint slow">${T.slow}</p>` : null}</div>
    ${state.help && html`<${Help} onClose=${() => set(now => ({ ...now, help: false }))} onTake=${query => {
      set(now => ({ ...now, help: false }));
      type(query, query.length);
    }} />`}
  <//>`;
}

function Help({ onClose, onTake }) {
  const [fields, setFields] = useState([]);
  useEffect(() => { post('/queries/check', { query: '' }).then(checked => setFields(checked.candidates), () => {}); }, []);
  return html`<${Dialog} title=${T.helpTitle} onClose=${onClose} wide=${true}><div class="query-help">
    <p>${T.helpText}</p>
    <h3>${T.examples}</h3>
    <ul class="examples">${T.exampleList.map(([query, about]) => html`<li key=${query}>
      <button type="button" class="quiet" onClick=${() => onTake(query)}><code>${query}</code></button><span
          class="faint">${about}</span></li>`)}</ul>
    <h3>${T.operators}</h3>
    <dl>${T.operatorList.map(([sign, about]) => html`<div key=${sign}><dt><code>${sign}</code></dt><dd>${about}</dd></div>`)}</dl>
    <h3>${T.fields}</h3>
    <dl>${fields.map(field => html`<div
        key=${field.text}><dt><code>${field.text.replace(/\("$/, '("…")')}</code></dt><dd>${field.about}</dd></div>`)}</dl>
  </div><//>`;
}
