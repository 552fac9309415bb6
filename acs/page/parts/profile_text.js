// What a revision of a profile says, to be read.
import { html } from '../html.js';
import { t, say } from '../texts.js';
import { Card, Copy, Facts } from './ui.js';
import { Table } from './table.js';
import { SelectorText } from './selector.js';

// A template with its variables to be seen.
export function Template({ text }) {
  const pieces = String(text).split(/(\{\{[^{}]*\}\})/);
  return html`<span class="mono">${pieces.map((piece, index) => (index % 2 ? html`<mark class="var"
      key=${index}>${piece}</mark>` : piece))}</span>`;
}

export function ProfileText({ profile, title }) {
  const texts = t.profiles;
  const columns = [
    { key: 'name', title: texts.parameter, wide: true, cell: row => html`<code>${row.name}</code>` },
    { key: 'value', title: texts.form.value, wide: true, cell: row => (row.value === '***' ? html`<span
        class="faint">${texts.secret}</span>` : row.value === '' ? html`<span class="faint">${texts.preview.blank}</span>`
        : html`<${Template} text=${row.value} />`) },
  ];
  const values = profile.values || [];
  const objects = profile.objects || [];
  return html`<${Card} title=${title} actions=${html`<span class="faint small">JSON</span><${Copy}
      text=${JSON.stringify(profile, null, 2)} />`}>
    <${Facts} of=${[[texts.for, html`<${SelectorText} of=${profile.selector} />`], [texts.precedence, profile.precedence ?? 0],
      [texts.form.windows, profile.windows ? html`<code>${profile.windows}</code>` : texts.asServer],
          [texts.form.haste, profile.haste === 'urgent' ? texts.form.urgent : texts.form.usual]]} />
    ${values.length > 0 && html`<h3>${texts.form.values}</h3><${Table} caption=${texts.form.values} rows=${values}
        rowKey=${row => row.name} columns=${columns} />`}
    ${objects.map((object, index) => html`<section key=${index}><h3>${say(texts.rowOf,
        { path: object.path })} ${Object.entries(object.key || {}).map(([name, value]) => html`<span key=${name}
        class="tag mono">${name} = ${value}</span>`)}
        ${object.exclusive && html`<span class="tag">${texts.form.exclusive}</span>`}</h3>
      ${(object.values || []).length > 0 && html`<${Table} caption=${object.path} rows=${object.values} rowKey=${row => row.name}
          columns=${columns} />`}</section>`)}
    ${!values.length && !objects.length && html`<p class="faint">${texts.saysNothing}</p>`}<//>`;
}
