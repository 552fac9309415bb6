// An import of subscribers: a file is looked at first, says row by row what would happen, and is carried out whole or not.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { ask, useAction } from '../api.js';
import { Table } from './table.js';
import { Button, Dialog, Field, ProblemBox, State, number, tell } from './ui.js';

const words = t.subscribers;
const KIND = { create: 'good', update: 'calm', unchanged: 'calm', error: 'bad' };
const SHOWN = 200;
const EXAMPLE = 'account,name,port,number,user,password,proxy,serial\n4711,Ann Example,1,+15550100,u100,its-password,sip.example.net,FCH1234ABCD\n';

// A file in JSON is a list; everything else is CSV.
const formatOf = text => (/^\s*[[{]/.test(text) ? 'json' : 'csv');
const send = (text, dry) => {
  const format = formatOf(text);
  return ask('POST', '/subscribers/import', { params: { format, dry_run: dry }, raw: text, type: format === 'json'
      ? 'application/json' : 'text/csv' });
};

export function Import({ onClose, onDone }) {
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [report, setReport] = useState(null);
  const look = useAction(async () => setReport(await send(text, true)));
  const apply = useAction(async () => {
    try {
      const done = await send(text, false);
      tell(say(words.imported, { create: number(done.create), update: number(done.update) }));
      onDone();
      onClose();
    } catch (problem) {
      // Somebody has changed something since the look: what is wrong by now is shown row by row.
      if (problem.status !== 422) throw problem;
      setReport(await send(text, true));
    }
  });
  const take = async event => {
    const file = event.target.files[0];
    if (!file) return;
    setName(file.name);
    setReport(null);
    setText(await file.text());
  };
  const changes = report ? report.create + report.update : 0;
  return html`<${Dialog} wide title=${words.import} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); (report ? apply : look).run(); }}>
    ${report ? html`<${Report} of=${report} name=${name} />` : html`<p>${words.importText}</p>
      <div class="field"><label for="import-file">${words.file}</label><input id="import-file" type="file"
          accept=".csv,.json,text/csv,application/json" onChange=${take} /></div>
      <${Field} as="textarea" label=${words.orPaste} value=${text} onInput=${value => { setText(value); setName(''); }}
          placeholder=${EXAMPLE} spellcheck=${false} rows="8" />
      <details><summary>${words.columns}</summary><ul class="csv-columns">${Object.entries(words.columnsMean).map(([column,
          means]) =>
        html`<li key=${column}><code>${column}</code> ${means}</li>`)}</ul></details>`}
    <${ProblemBox} problem=${look.problem || apply.problem} />
    <footer>${report ? html`<${Button} onClick=${() => setReport(null)}>${words.otherFile}<//>`
        : html`<${Button} onClick=${onClose}>${t.ui.cancel}<//>`}
      ${report ? html`<button class="primary" disabled=${apply.busy || report.error > 0 || !changes}>${say(words.importThem,
          { n: number(changes) })}</button>`
        : html`<button class="primary" disabled=${look.busy || !text.trim()}>${look.busy ? words.looking
            : words.look}</button>`}</footer></form><//>`;
}

function Report({ of, name }) {
  const [only, setOnly] = useState(of.error ? 'error' : '');
  const rows = of.rows.filter(row => !only || row.outcome === only);
  const columns = [
    { key: 'row', title: words.row, number: true, cell: row => number(row.row) },
    { key: 'subject', title: words.account, cell: row => row.subject },
    { key: 'outcome', title: words.outcome, cell: row => html`<${State}
        kind=${KIND[row.outcome]}>${words.outcomes[row.outcome]}<//>` },
    { key: 'why', title: words.why, wide: true, cell: row => row.why || '' },
  ];
  return html`<p>${name && html`<b>${name}</b> `}${of.error ? words.cannotImport : words.wouldImport}</p>
    <div class="tiles">${Object.keys(KIND).map(key => html`<button key=${key} type="button"
        class=${`tile ${key === 'error' && of.error ? 'bad' : ''}`}
      aria-pressed=${only === key} onClick=${() => setOnly(only === key ? '' : key)}>
          <b>${number(of[key])}</b>${words.outcomes[key]}</button>`)}</div>
    <${Table} caption=${words.rows} columns=${columns} rows=${rows.slice(0, SHOWN)} rowKey=${row => row.row} />
    ${rows.length > SHOWN && html`<p class="faint">${say(words.moreRows, { n: number(rows.length - SHOWN) })}</p>`}`;
}
