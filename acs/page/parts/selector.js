// Which devices: the lists and the query of a selector, as campaigns and profiles take it, with a live count.
import { html, useState, useEffect } from '../html.js';
import { t, say } from '../texts.js';
import { get, post, useGet } from '../api.js';
import { Link, to } from '../router.js';
import { number } from './ui.js';
import { Chips } from './chips.js';
import { QueryBar } from './query_bar.js';

const LISTS = ['product_class', 'tags', 'software_version', 'serial_number'];
// One, or many of something.
export const many = (n, one, more) => (n === 1 ? one : say(more, { n: number(n) }));
export const devices = n => many(n, t.campaigns.selector.one, t.campaigns.selector.devices);

const quoted = text => `"${String(text).replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;

// A selector as a query that finds the same devices.
export function selectorQuery(selector) {
  const parts = [];
  for (const name of ['product_class', 'software_version', 'serial_number']) {
    const values = (selector && selector[name]) || [];
    if (values.length === 1) parts.push(`${name} = ${quoted(values[0])}`);
    else if (values.length) parts.push(`${name} in (${values.map(quoted).join(', ')})`);
  }
  for (const tag of (selector && selector.tags) || []) parts.push(`tag = ${quoted(tag)}`);
  const query = ((selector && selector.query) || '').trim();
  if (query) parts.push(parts.length ? `(${query})` : query);
  return parts.join(' and ');
}

// Without what is no condition, so that it is as short as it was written.
export function tidySelector(selector) {
  const kept = {};
  for (const [name, value] of Object.entries(selector || {})) {
    if (Array.isArray(value) ? value.length : value !== null && value !== '' && value !== undefined) kept[name] = value;
  }
  return kept;
}

export function SelectorText({ of, all }) {
  const query = selectorQuery(of);
  return query ? html`<code>${query}</code>` : html`<span>${all || t.campaigns.selector.all}</span>`;
}

const known = from => (from.data ? from.data.groups.filter(group => group.value).map(group =>
  [group.value, devices(group.devices)]) : []);

export function SelectorFields({ value, onChange, hints = {} }) {
  const groups = {
    product_class: useGet('/devices/groups', { by: 'product_class', limit: 50 }),
    tags: useGet('/devices/groups', { by: 'tag', limit: 200 }),
    software_version: useGet('/devices/groups', { by: 'software_version', limit: 200 }),
  };
  const set = (name, to) => onChange({ ...value, [name]: to });
  const texts = t.campaigns.selector;
  return html`<div class="fields">
    ${LISTS.map(name => html`<${Chips} key=${name} label=${texts[name]} hint=${hints[name] || texts.hints[name]}
        value=${value[name] || []}
      placeholder=${texts.any} onChange=${list => set(name, list)} suggestions=${groups[name] ? known(groups[name]) : []} />`)}
    <div class="wide"><${QueryBar} field label=${texts.query} hint=${texts.queryHint} value=${value.query || ''}
        onChange=${text => set('query', text)} /></div></div>`;
}

// How many devices it finds at this moment, as one types; `onCount` is told.
export function SelectorCount({ selector, onCount }) {
  const query = selectorQuery(selector);
  const [state, set] = useState({ query: null, devices: null, problem: null });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const counted = async () => {
        // A query that is still being typed is no refusal.
        const checked = query ? await post('/queries/check', { query }, { signal: stop.signal }) : { valid: true };
        if (!checked.valid) throw checked.error;
        return get('/devices/count', { q: query }, { signal: stop.signal });
      };
      counted().then(found => { set({ query, devices: found.devices, problem: null }); if (onCount) onCount(found.devices); })
        .catch(problem => { if (problem.name !== 'AbortError') set({ query, devices: null, problem }); });
    }, 350);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [query]);
  const texts = t.campaigns.selector;
  if (state.problem) {
    return html`<p class="problem" role="status">
        <strong>${state.problem.why || state.problem.message}</strong> ${state.problem.fix}</p>`;
  }
  return html`<p class="note found-count" role="status">${state.devices === null || state.query !== query ? texts.counting
    : html`<b>${devices(state.devices)}</b> ${state.devices === 0 ? texts.findsNone
      : html`<${Link} href=${to('/devices', { q: query })}>${texts.look}<//>`}`}</p>`;
}
