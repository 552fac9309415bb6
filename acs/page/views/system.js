// The server itself: what runs, its jobs, its store, where it listens, the settings in force; reloading them, and a backup.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { download, post, session, useGet } from '../api.js';
import { Table } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Empty, Facts, Field, Head, Loaded, State, Time, bytes, duration, fullTime, number, tell,
    words as spaced } from '../parts/ui.js';

const words = t.system;
const EVERY_MS = 5000;
const DAY = 86400000;

export default function System() {
  const system = useGet('/system');
  const [open, setOpen] = useState(null);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || system.reload(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const administers = session.can('administer') && session.whole();
  return html`<${Head} title=${words.title} sub=${words.sub}>
      ${administers && html`<${Button} onClick=${() => setOpen('reload')}>${words.reload}<//>
          <${Button} kind="primary" onClick=${() => setOpen('backup')}>${words.backup}<//>`}<//>
    <${Loaded} from=${system.data ? { data: system.data } : system}>${data => html`<${Shown} of=${data} />`}<//>
    ${open === 'reload' && html`<${Reload} onClose=${() => setOpen(null)} onDone=${system.reload} />`}
    ${open === 'backup' && html`<${Backup} of=${system.data} onClose=${() => setOpen(null)} onDone=${system.reload} />`}`;
}

function Shown({ of }) {
  const { counts, store } = of;
  const tile = (name, value, kind = '') => html`<div class=${`tile ${kind}`}><b>${value}</b>${name}</div>`;
  return html`<div class="tiles">
      ${tile(words.uptime, duration(of.uptime_ms))}${tile(words.sessions, number(counts.sessions))}${tile(words.openTasks,
          number(counts.open_tasks))}
      ${tile(words.calls, number(counts.calls))}${tile(words.followers, number(counts.followers))}
      ${tile(words.deliveries, number(counts.deliveries_waiting), counts.deliveries_given_up ? 'warn' : '')}</div>
    ${counts.panics > 0 && html`<p class="problem"><strong>${say(words.panics, { n: number(counts.panics) })}</strong></p>`}
    <div class="grid">
      <${Card} title=${words.server}><${Facts} of=${[[words.version, of.version], [words.started,
          html`<${Time} at=${of.started} />`], [words.devices, number(counts.devices)],
        [words.oldest, counts.oldest_task ? html`<${Time} at=${counts.oldest_task} />` : null], [words.memory,
            bytes(of.process.resident_bytes)],
        [words.cpu, duration(of.process.cpu_seconds * 1000)],
        [words.files, of.process.open_files_limit ? say(words.of, { n: number(of.process.open_files),
            all: number(of.process.open_files_limit) }) : number(of.process.open_files)]]} /><//>
      <${Store} of=${store} />
    </div>
    <${Card} title=${words.jobs}><${Jobs} of=${of.jobs} /><//>
    <${Listeners} listeners=${of.listeners} certificates=${of.certificates} />
    ${of.settings && html`<${Settings} of=${of.settings} />`}`;
}

function Store({ of }) {
  const used = of.disk_bytes ? of.disk_bytes - of.disk_free_bytes : 0;
  const low = of.disk_bytes && of.disk_free_bytes < of.disk_bytes / 10;
  const old = !of.last_backup || Date.now() - of.last_backup > 7 * DAY;
  return html`<${Card} title=${words.store} actions=${html`<${State} kind=${of.problem ? 'bad' : 'good'}>${of.problem
      ? words.noWrites : words.takesWrites}<//>`}>
    ${of.problem && html`<p class="problem"><strong>${of.problem}</strong></p>`}
    <${Facts} of=${[[words.size, bytes(of.bytes)], [words.wal, bytes(of.wal_bytes)], [words.schema, of.schema],
      [words.lastBackup, html`<span class=${old ? 'late' : ''}><${Time} at=${of.last_backup} /></span>`]]} />
    ${of.disk_bytes && html`<h3 class="gap">${words.disk}</h3><${DiskParts} store=${of} low=${low} used=${used} />`}
    ${low && html`<p class="note">${words.diskLow}</p>`}${old && html`<p class="note">${words.backupOld}</p>`}<//>`;
}

function DiskParts({ store, used, low }) {
  const ours = store.bytes + store.wal_bytes;
  const part = (name, size, kind) => [`${name} ${bytes(size)}`, size, kind];
  return html`<${Share} of=${[part(words.ours, ours, 'main'), part(words.others, Math.max(0, used - ours), low ? 'bad' : ''),
      part(words.free, store.disk_free_bytes, 'good')]} />`;
}

// A bar whose parts say their own size.
function Share({ of }) {
  const sum = of.reduce((all, [, size]) => all + size, 0);
  return html`<div class="parts"><div class="bar" role="img" aria-label=${of.map(([name]) => name).join(', ')}>${of.map(([name,
      size, kind]) =>
    html`<i key=${kind} class=${kind} style=${{ width: `${100 * size / sum}%` }} title=${name}></i>`)}</div>
    <ul>${of.map(([name, , kind]) => html`<li key=${kind}><i class=${kind}></i>${name}</li>`)}</ul></div>`;
}

function Jobs({ of }) {
  const rows = Object.entries(of).map(([name, runs]) => ({ name, ...runs }));
  const columns = [
    { key: 'name', title: words.job, wide: true, cell: job => html`<b>${spaced(job.name)}</b>
        <div class="faint small">${words.does[job.name] || ''}</div>
      ${job.problem && html`<div class="why-failed">${job.problem}</div>`}` },
    { key: 'state', title: words.state, cell: job => html`<${State} kind=${job.problem ? 'bad' : 'good'}>${job.problem
        ? words.failed : words.ok}<//>` },
    { key: 'last', title: words.lastRun, cell: job => html`<span class="nowrap"><${Time} at=${job.last} /></span>` },
    { key: 'took', title: words.took, number: true, cell: job => html`<span class="nowrap">${duration(job.took_ms)}</span>` },
    { key: 'runs', title: words.runs, number: true, cell: job => number(job.runs) },
    { key: 'failures', title: words.failures, number: true, cell: job => (job.failures
        ? html`<span class="why-failed" title=${fullTime(job.last_failure)}>${number(job.failures)}</span>` : '0') },
  ];
  return html`<${Table} caption=${words.jobs} columns=${columns} rows=${rows} rowKey=${job => job.name}
      empty=${html`<${Empty} title=${words.noJobs} />`} />`;
}

function Listeners({ listeners, certificates }) {
  const of = { 'cwmp.listen': 'cwmp', 'cwmp.tls_listen': 'cwmp', 'api.listen': 'api', 'files.listen': 'files',
      'provisioning.https': 'provisioning' };
  const end = listener => listener.speaks === 'https' && certificates.find(one => one.listener === of[listener.name]);
  const columns = [
    { key: 'what', title: words.forWhom, wide: true, cell: one => html`<b>${words.listeners[one.name] || one.name}</b> <span
        class="faint mono small">${one.name}</span>` },
    { key: 'address', title: words.address, cell: one => html`<span class="mono nowrap">${one.address}</span>` },
    { key: 'speaks', title: words.speaks, cell: one => html`<${State} kind=${one.speaks === 'https' ? 'good'
        : 'calm'}>${one.speaks.toUpperCase()}<//>` },
    { key: 'ends', title: words.certificate, cell: one => {
      const certificate = end(one);
      if (!certificate) return html`<span class="faint">${words.noCertificate}</span>`;
      const soon = certificate.ends && certificate.ends - Date.now() < 21 * DAY;
      return html`<span class=${soon ? 'late' : ''} title=${fullTime(certificate.ends)}>${words.ends} <${Time}
          at=${certificate.ends} none="?" /></span>`;
    } },
  ];
  return html`<${Card} title=${words.listen}><${Table} caption=${words.listen} columns=${columns} rows=${listeners}
      rowKey=${one => one.name} /><//>`;
}

function Settings({ of }) {
  const [wanted, setWanted] = useState('');
  const rows = Object.entries(of).filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(wanted.toLowerCase()));
  const columns = [
    { key: 'name', title: words.setting, cell: ([name]) => html`<span class="mono">${name}</span>` },
    { key: 'value', title: words.value, wide: true, cell: ([, value]) => (value === '***'
        ? html`<span class="faint">*** ${words.masked}</span>` : html`<span class="mono">${value}</span>`) },
  ];
  return html`<${Card} title=${words.settings}><p class="faint">${words.settingsText}</p>
    <div class="filters"><${Field} label=${t.ui.search} type="search" value=${wanted} onInput=${setWanted}
        placeholder="provisioning" /></div>
    <${Table} caption=${words.settings} columns=${columns} rows=${rows} rowKey=${([name]) => name}
        empty=${html`<${Empty} title=${words.noSetting} />`} /><//>`;
}

function Reload({ onClose, onDone }) {
  const [done, setDone] = useState(null);
  const list = names => (names.length ? html`<ul>${names.map(name => html`<li key=${name} class="mono">${name}</li>`)}</ul>`
      : html`<p class="faint">${words.nothing}</p>`);
  if (done) {
    return html`<${Dialog} title=${words.reloaded} onClose=${onClose}><h3>${words.applied}</h3>${list(done.applied)}<h3
        class="gap">${words.needsRestart}</h3>${list(done.needs_restart)}
      <form onSubmit=${event => { event.preventDefault(); onClose(); }}><footer>
          <button class="primary" autofocus>${t.ui.close}</button></footer></form><//>`;
  }
  return html`<${Confirm} title=${words.reload} yes=${words.reload} onClose=${() =>
      setDone(now => { if (!now) onClose(); return now; })} onYes=${async () => {
    setDone(await post('/reload'));
    onDone();
  }}><p>${words.reloadText}</p><//>`;
}

function Backup({ of, onClose, onDone }) {
  return html`<${Confirm} title=${words.backup} yes=${words.makeBackup} onClose=${onClose} onYes=${async () => {
    const now = new Date();
    const name = `dialtone-${new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16).replace(/[-:]/g,
        '').replace('T', '-')}.tar`;
    await download('/backup', {}, name, 'POST');
    tell(say(words.backupMade, { name }));
    onDone();
  }}><p>${say(words.backupText, { size: of ? bytes(of.store.bytes) : '?' })}</p><p class="note">${words.backupSecrets}</p><//>`;
}
