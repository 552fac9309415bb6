// The form of a profile: whom it is for, values with completion of names, rows of tables, when changes may be applied.
import { html, useMemo, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, useGet } from '../api.js';
import { Button, Card, Field, number } from './ui.js';
import { SelectorCount, SelectorFields, selectorQuery } from './selector.js';
import { WindowsField } from './windows.js';
import { NameField } from './name_field.js';
import { DeviceField } from './profile_preview.js';

const HIDDEN = '***';
const BUILT_IN = ['serial_number', 'product_class', 'oui', 'identity', 'software_version'];
// Rows that are shown at first of a long profile.
const SHOWN = 200;

// Names of variables in the templates of a profile.
export function variablesOf(draft) {
  const found = new Set();
  const look = text => { for (const match of String(text).matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)) found.add(match[1]); };
  (draft.values || []).forEach(row => look(row.value));
  (draft.objects || []).forEach(object => {
    Object.values(object.key || {}).forEach(look);
    (object.values || []).forEach(row => look(row.value));
  });
  return [...found].sort();
}

// Names the page knows: of an example device of the profile, and of other profiles.
function useNames(query, chosen) {
  const devices = useGet(chosen ? null : '/devices', { q: query, fields: 'identity', limit: 1 });
  const identity = chosen || (devices.data && devices.data.items.length ? devices.data.items[0].identity : '');
  const seen = useGet(identity ? `/devices/${encode(identity)}/parameters` : null);
  const variables = useGet(identity ? `/devices/${encode(identity)}/variables` : null);
  const profiles = useGet('/profiles');
  const names = useMemo(() => {
    const byName = new Map();
    for (const profile of profiles.data || []) {
      for (const row of profile.values || []) byName.set(row.name, { name: row.name, note: say(t.profiles.form.inProfile,
          { name: profile.name }) });
    }
    const parameters = (seen.data && seen.data.parameters) || [];
    for (const row of parameters) {
      if (row.writable === false) continue;
      const name = row.name.replace(/^(Device|InternetGatewayDevice)\./, '~.');
      byName.set(name, { name, note: [row.type && row.type.replace('xsd:', ''),
          row.value].filter(Boolean).join(' · ').slice(0, 80), value: row.value });
    }
    return [...byName.values()];
  }, [profiles.data, seen.data]);
  const tables = useMemo(() => {
    const found = new Set();
    for (const { name } of names) {
      for (const match of name.matchAll(/\.\d+(?=\.)/g)) found.add(name.slice(0, match.index + 1));
    }
    return [...found].map(name => ({ name }));
  }, [names]);
  return { identity, names, tables, variables: variables.data, known: Boolean(seen.data) };
}

// `draft` is what PUT takes; `change` sets fields of it, and leaves the rest as it is.
export function ProfileForm({ draft, change, reveal }) {
  const texts = t.profiles.form;
  const [example, setExample] = useState('');
  const query = selectorQuery(draft.selector);
  const known = useNames(query, example.includes('-') ? example : '');
  return html`<${Card} title=${texts.whom}><p class="faint">${texts.whomText}</p>
      <${SelectorFields} value=${draft.selector || {}} onChange=${selector => change({ selector })} /><${SelectorCount}
          selector=${draft.selector || {}} /><//>
    <${Card} title=${texts.values} actions=${html`<${DeviceField} label=${texts.example} value=${example || known.identity}
        onInput=${setExample} q=${query} />`} kind="inline-field">
      <p class="faint">${known.known ? say(texts.namesFrom,
          { device: known.identity, n: number(known.names.length) }) : texts.namesFromProfiles}</p>
      <${Values} rows=${draft.values || []} onChange=${values => change({ values })} known=${known} reveal=${reveal} />
      <${Variables} draft=${draft} known=${known} /><//>
    <${Card} title=${texts.rows}><${Objects} objects=${draft.objects || []} onChange=${objects => change({ objects })}
        known=${known} reveal=${reveal} /><//>
    <${Card} title=${texts.when}><div class="fields">
      <${WindowsField} label=${texts.windows} hint=${texts.windowsHint} value=${draft.windows || ''}
          onChange=${windows => change({ windows: windows || undefined })} />
      <${Field} as="select" label=${texts.haste} hint=${texts.hasteHint} value=${draft.haste || 'usual'}
          onInput=${haste => change({ haste })}>
        <option value="usual">${texts.usual}</option><option value="urgent">${texts.urgent}</option><//>
      <${Field} label=${texts.precedence} hint=${texts.precedenceHint} type="number" value=${draft.precedence ?? 0}
          onInput=${text => change({ precedence: Math.round(Number(text)) || 0 })} /></div><//>`;
}

function Values({ rows, onChange, known, reveal }) {
  const texts = t.profiles.form;
  const [filter, setFilter] = useState('');
  const [most, setMost] = useState(SHOWN);
  const words = filter.toLowerCase();
  const fits = ({ row }) => !words || `${row.name} ${row.value}`.toLowerCase().includes(words);
  const shown = rows.map((row, index) => ({ row, index })).filter(fits);
  const set = (index, changes) => onChange(rows.map((other, at) => (at === index ? { ...other, ...changes } : other)));
  const twice = name => name && rows.filter(row => row.name === name).length > 1;
  const now = new Map(known.names.map(one => [one.name, one.value]));
  return html`${rows.length > 12 && html`<div class="filters"><${Field} label=${texts.filter} type="search" value=${filter}
      onInput=${setFilter} /></div>`}
    ${shown.length > 0 && html`<div class="value-rows" role="group" aria-label=${texts.values}><div class="value-titles"
        aria-hidden="true"><span>${t.profiles.parameter}</span><span>${texts.value}</span><span></span></div>
      ${shown.slice(0, most).map(({ row, index }) => html`<div key=${index} class="value-row">
        <${NameField} label=${say(texts.nameN, { n: index + 1 })} shown=${false} value=${row.name} names=${known.names}
            placeholder="~.ManagementServer.PeriodicInformInterval"
          onInput=${name => set(index, { name })} problem=${twice(row.name) ? texts.twice : null} />
        <${ValueField} label=${say(texts.valueN, { n: index + 1 })} value=${row.value} seen=${now.get(row.name)}
            onInput=${value => set(index, { value })} reveal=${() => reveal({ name: row.name })} />
        <${Button} kind="quiet" aria-label=${say(texts.removeN, { name: row.name || index + 1 })}
            onClick=${() => onChange(rows.filter((_, at) => at !== index))}>×<//></div>`)}</div>`}
    ${shown.length > most && html`<${Button} onClick=${() => setMost(most + SHOWN)}>${t.ui.more}<//>`}
    <${Button} onClick=${() => { setFilter(''); setMost(Math.max(most, rows.length + 1)); onChange([...rows,
        { name: '', value: '' }]); }}>${texts.addValue}<//>`;
}

// A value or a template. What is a secret and was not shown must be fetched or typed anew.
function ValueField({ label, value, seen, onInput, reveal }) {
  const texts = t.profiles.form;
  const hidden = value === HIDDEN;
  return html`<div><${Field} label=${html`<span class="unseen">${label}</span>`} value=${hidden ? '' : value}
      placeholder=${hidden ? texts.hidden : ''} class="mono" spellcheck=${false}
      hint=${hidden ? texts.hiddenHint : seen !== undefined && seen !== '' && seen !== value ? say(texts.seen,
          { value: String(seen).slice(0, 60) }) : undefined} onInput=${onInput} />
    ${hidden && reveal && html`<${Button} kind="quiet" onClick=${reveal}>${texts.fetch}<//>`}</div>`;
}

// Every variable the templates name, with what it is on the example device.
function Variables({ draft, known }) {
  const texts = t.profiles.form;
  const used = variablesOf(draft);
  const has = name => (known.variables && Object.hasOwn(known.variables, name)) || BUILT_IN.includes(name);
  return html`<h3>${texts.variables}</h3>
    ${used.length ? html`<ul class="var-list">${used.map(name => html`<li key=${name}>
        <code>{{${name}}}</code> ${BUILT_IN.includes(name) && !(known.variables && Object.hasOwn(known.variables, name))
      ? html`<span class="faint">${texts.builtIn}</span>` : has(name) ? html`<span>${String(known.variables[name])}</span>`
        : known.identity ? html`<span class="faint">${say(texts.lacks, { device: known.identity })}</span>` : ''}</li>`)}</ul>`
            : html`<p class="faint">${texts.noVariables}</p>`}
    <p class="faint small">${say(texts.variablesText, { names: BUILT_IN.map(name => `{{${name}}}`).join(', ') })}</p>`;
}

function Objects({ objects, onChange, known, reveal }) {
  const texts = t.profiles.form;
  const set = (index, changes) => onChange(objects.map((other, at) => (at === index ? { ...other, ...changes } : other)));
  return html`<p class="faint">${texts.rowsText}</p>${objects.map((object, index) => html`<fieldset key=${index}
      class="window-box"><legend>${say(texts.rowN, { n: index + 1 })}</legend>
      <${NameField} label=${texts.table} value=${object.path} names=${known.tables} placeholder="~.BulkData.Profile."
          onInput=${path => set(index, { path })} />
      <${Pairs} title=${texts.key} pairs=${Object.entries(object.key || {})} onChange=${pairs => set(index,
          { key: Object.fromEntries(pairs) })} add=${texts.addKey} />
      <${Pairs} title=${texts.rowValues} pairs=${(object.values || []).map(row => [row.name, row.value])} add=${texts.addRowValue}
          reveal=${name => reveal({ name, path: object.path, key: object.key })}
        onChange=${pairs => set(index, { values: pairs.map(([name, value], at) => ({ ...(object.values || [])[at], name, value })) })} />
      <${Field} as="check" label=${texts.exclusive} hint=${texts.exclusiveHint} value=${Boolean(object.exclusive)}
          onInput=${exclusive => set(index, { exclusive })} />
      <${Button} kind="quiet" onClick=${() => onChange(objects.filter((_, at) => at !== index))}>${texts.removeRow}<//></fieldset>`)}
    <${Button} onClick=${() => onChange([...objects, { path: '', key: { Name: '' }, values: [] }])}>${texts.addRow}<//>`;
}

function Pairs({ title, pairs, onChange, add, reveal }) {
  const texts = t.profiles.form;
  const set = (index, pair) => onChange(pairs.map((other, at) => (at === index ? pair : other)));
  return html`<h3>${title}</h3>${pairs.length > 0 && html`<div class="value-rows">${pairs.map(([name, value], index) => html`<div
      key=${index} class="value-row">
      <${Field} label=${html`<span class="unseen">${say(texts.nameN, { n: index + 1 })}</span>`} class="mono" value=${name}
          placeholder="Name" onInput=${text => set(index, [text, value])} />
      <${ValueField} label=${say(texts.valueN, { n: index + 1 })} value=${value} onInput=${text => set(index, [name, text])}
          reveal=${reveal ? () => reveal(name) : null} />
      <${Button} kind="quiet" aria-label=${say(texts.removeN, { name: name || index + 1 })}
          onClick=${() => onChange(pairs.filter((_, at) => at !== index))}>×<//></div>`)}</div>`}
    <${Button} onClick=${() => onChange([...pairs, ['', '']])}>${add}<//>`;
}
