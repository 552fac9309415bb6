// How many devices have which value: a list one can click into a query.
import { html, useState } from '../html.js';
import { useGet } from '../api.js';
import { t, say } from '../texts.js';
import { Busy, Field, ProblemBox, number, words } from './ui.js';
import { titleOf } from './columns.js';

const T = t.devices;
const BY = ['health', 'health.reason', 'product_class', 'software_version', 'hardware_version', 'tag', 'line.state', 'profile.state',
  'manufacturer', 'cwmp_version', 'account'];
const OTHERS = '(others)';
const KEPT = 'devices.groups';
const MOST = 40;

// A text as a query writes it.
export const quoted = text => `"${text.replace(/["\\]/g, '\\$&')}"`;
// A condition beside those there are; brackets keep an `or` among them together.
export const also = (query, condition) => {
  const text = (query || '').trim();
  if (!text) return condition;
  return /\bor\b/i.test(text) ? `(${text}) and ${condition}` : `${text} and ${condition}`;
};
const asField = by => (by.startsWith('param:') ? `param(${quoted(by.slice(6))})` : by);
const condition = (by, value) => (value === '' ? `not ${asField(by)} exists` : `${asField(by)} = ${quoted(value)}`);

// `conditions` are those of the list, `keys` its columns; `onTake(condition)` narrows the list.
export function Facets({ conditions, keys, onTake }) {
  const [by, setBy] = useState(() => localStorage.getItem(KEPT) || 'software_version');
  const choices = [...BY, ...keys.filter(key => key.startsWith('param:'))];
  const current = choices.includes(by) ? by : BY[0];
  const found = useGet('/devices/groups', { ...conditions, by: current, limit: MOST });
  const groups = found.data ? found.data.groups : [];
  const most = Math.max(1, ...groups.map(group => group.devices));
  return html`<aside class="facets" aria-label=${T.groups}>
    <${Field} as="select" label=${T.groupsBy} value=${current} onInput=${value => { setBy(value); localStorage.setItem(KEPT, value); }}>
      ${choices.map(key => html`<option key=${key} value=${key}>${titleOf(key)}</option>`)}<//>
    <${ProblemBox} problem=${found.problem} onRetry=${found.reload} />
    ${found.loading && !found.data && html`<${Busy} />`}
    ${found.data && !groups.length && html`<p class="faint">${T.noGroups}</p>`}
    <ul>${groups.map(group => html`<li key=${group.value}><button type="button" class="quiet" disabled=${group.value === OTHERS}
      title=${say(T.narrow, { condition: condition(current, group.value) })} onClick=${() => onTake(condition(current, group.value))}>
      <span class="value">${group.value === '' ? T.noValue : current === 'software_version' || current.startsWith('param:') ? group.value : words(group.value)}</span>
      <b>${number(group.devices)}</b><i style=${{ width: `${100 * group.devices / most}%` }}></i></button></li>`)}</ul></aside>`;
}
