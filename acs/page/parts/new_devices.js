// Devices that have not come yet: one by a form, many from a list that is tried first.
import { html, useState } from '../html.js';
import { ask, post, once } from '../api.js';
import { t, say } from '../texts.js';
import { Button, Dialog, Field, ProblemBox, State, number, tell } from './ui.js';
import { Table } from './table.js';
import { go } from '../router.js';

const T = t.newDevices;
// More rows of a report than this nobody reads.
const ROWS = 200;

export function Register({ onClose, onDone }) {
  const [given, setGiven] = useState({ oui: '', serial_number: '', product_class: '', manufacturer: '',
    password: '', user: '', call: '' });
  const [state, set] = useState({ busy: false, problem: null });
  const field = (name, more) => html`<${Field} label=${T[name]} value=${given[name]}
      onInput=${text => setGiven({ ...given, [name]: text })} ...${more} />`;
  const save = async event => {
    event.preventDefault();
    set({ busy: true, problem: null });
    const { user, call, password, ...rest } = given;
    try {
      const device = await post('/devices', {
        ...rest, oui: rest.oui.trim(), serial_number: rest.serial_number.trim(),
        ...(password ? { password } : {}), ...(user ? { connection_request: { username: user, password: call } } : {}),
      }, once());
      tell(say(T.registered, { identity: device.identity }));
      onDone();
      onClose();
      go(`/devices/${encodeURIComponent(device.id)}`);
    } catch (problem) {
      set({ busy: false, problem });
    }
  };
  return html`<${Dialog} title=${T.register} onClose=${onClose}><form onSubmit=${save}>
    <p>${T.registerText}</p>
    <div class="fields two">${field('oui', { hint: T.ouiHint, required: true, maxlength: 6, autofocus: true, class: 'mono' })}
      ${field('serial_number', { required: true, class: 'mono' })}
        ${field('product_class', { class: 'mono', hint: T.asTold })}
          ${field('manufacturer', { hint: T.asTold })}</div>
    ${field('password', { type: 'password', hint: T.passwordHint, autocomplete: 'new-password' })}
    <details><summary>${T.calls}</summary><p class="faint">${T.callsText}</p><div
        class="fields">${field('user')}${field('call', { type: 'password', autocomplete: 'new-password' })}</div></details>
    <${ProblemBox} problem=${state.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button type="submit" class="primary"
        disabled=${state.busy}>${T.register}</button></footer>
  </form><//>`;
}

export function Import({ onClose, onDone }) {
  const [file, setFile] = useState(null);
  const [state, set] = useState({ busy: false, problem: null, report: null });
  const send = async dry => {
    set({ ...state, busy: true, problem: null });
    try {
      const type = /\.json$/i.test(file.name) ? 'application/json' : 'text/csv';
      const report = await ask('POST', '/devices/import', { params: dry ? { dry_run: true } : {}, raw: file, type });
      if (!dry) {
        tell(say(T.imported, { create: number(report.create), update: number(report.update) }));
        onDone();
        onClose();
        return;
      }
      set({ busy: false, problem: null, report });
    } catch (problem) {
      set({ busy: false, problem, report: null });
    }
  };
  const { report, busy, problem } = state;
  const choose = event => { setFile(event.target.files[0] || null); set({ busy: false, problem: null, report: null }); };
  return html`<${Dialog} title=${T.import} onClose=${onClose} wide=${true}>
    <p>${T.importText}</p><pre>${T.example}</pre>
    <div class="field"><label for="import-file">${T.file}</label><input id="import-file" type="file"
        accept=".csv,.json,text/csv,application/json" onChange=${choose} /></div>
    <${ProblemBox} problem=${problem} />
    ${report && html`<${Report} report=${report} />`}
    <footer class="actions right"><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <${Button} kind=${report ? '' : 'primary'} busy=${busy && !report} disabled=${!file}
          onClick=${() => send(true)}>${T.dryRun}<//>
      ${report && html`<${Button} kind="primary" busy=${busy}
          disabled=${report.error > 0 || report.create + report.update === 0}
          onClick=${() => send(false)}>${say(T.apply, { rows: number(report.create + report.update) })}<//>`}
    </footer><//>`;
}

const OUTCOME = { create: 'good', update: 'calm', unchanged: 'calm', error: 'bad' };
function Report({ report }) {
  // What is wrong first.
  const rows = [...report.rows].sort((a, b) => (b.outcome === 'error') - (a.outcome === 'error')).slice(0, ROWS);
  const columns = [
    { key: 'row', title: T.row, number: true, cell: row => number(row.row) },
    { key: 'subject', title: T.subject, cell: row => html`<span class="mono">${row.subject}</span>` },
    { key: 'outcome', title: T.outcome, cell: row => html`<${State} of=${T.outcomes[row.outcome] || row.outcome}
        kind=${OUTCOME[row.outcome]} />` },
    { key: 'why', title: T.why, wide: true, cell: row => row.why || '' },
  ];
  return html`<div class=${report.error ? 'problem' : 'note'} role="status">${say(report.error ? T.reportBad : T.report, {
    create: number(report.create), update: number(report.update), unchanged: number(report.unchanged),
      error: number(report.error) })}</div>
    <div class="report"><${Table} columns=${columns} rows=${rows} rowKey=${row => row.row} caption=${T.reportCaption} /></div>
    ${report.rows.length > ROWS && html`<p class="faint">${say(T.further, { rows: number(report.rows.length - ROWS) })}</p>`}`;
}
