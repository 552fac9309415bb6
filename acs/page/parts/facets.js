// How many devices have which value: a list one can click into a query.
import { html, useState } from '../html.js';
import { useGet } from '../api.js';
import { t, say } from '../texts.js';
import { Busy, Field, ProblemBox, number, words } from './ui.js';
import { titleOf } from './columns.js';
import { quoted } from './query_text.js';

const T = t.devices;
const BY = ['health', 'health.reason', 'product_class', 'software_version', 'hardware_version', 'tag',
  'line.state', 'profile.state',
  'manufacturer', 'cwmp_version', 'account'];
// Of these the values are words of ours.
const WORDS = new Set(['health', 'health.reason', 'line.state', 'profile.state']);
const OTHERS = '(others)';
const KEPT = 'devices.groups';
const MOST = 40;

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
    <${Field} as="select" label=${T.groupsBy} value=${current}
        onInput=${value => { setBy(value); localStorage.setItem(KEPT, value); }}>
      ${choices.map(key => html`<option key=${key} value=${key}>${titleOf(key)}</option>`)}<//>
    <${ProblemBox} problem=${found.problem} onRetry=${found.reload} />
    ${found.loading && !found.data && html`<${Busy} />`}
    ${found.data && !groups.length && html`<p class="faint">${T.noGroups}</p>`}
    <ul>${groups.map(group => html`<li key=${group.value}><button type="button" class="quiet" disabled=${group.value === OTHERS}
      title=${say(T.narrow, { condition: condition(current, group.value) })}
          onClick=${() => onTake(condition(current, group.value))}>
      <span class="value">${group.value === '' ? T.noValue : WORDS.has(current) ? words(group.value) : group.value}</span>
      <b>${number(group.devices)}</b><i style=${{ width: `${100 * group.devices / most}%` }}></i></button></li>`)}</ul></aside>`;
}
