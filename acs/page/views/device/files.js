// Files the device has sent: backups to keep and give back, logs, and others.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { del, download, session, useAction, useGet } from '../../api.js';
import { Link, setQuery, useRoute } from '../../router.js';
import { Button, Card, Confirm, Copy, Empty, Field, Loaded, ProblemBox, Time, bytes, fullTime, tell } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { TASK_EVENTS, mayTask, queue, useDeviceEvents } from './common.js';
import { NewTask } from './new_task.js';

const text = t.device.files;

export default function Files({ device, base }) {
  const { query } = useRoute();
  const from = useGet(`/devices/${device.id}/files`, { purpose: query.purpose });
  const [making, setMaking] = useState(null);
  const [gone, setGone] = useState(null);
  useDeviceEvents(device.id, [...TASK_EVENTS, 'device_file.*'], from.reload);
  const save = useAction(file => download(`/devices/${device.id}/files/${file.id}/content`, {}, `${device.serial_number || device.id}-${file.purpose}-${file.id}`));
  const columns = [
    { key: 'purpose', title: text.purpose, cell: file => text.purposes[file.purpose] || file.purpose },
    { key: 'type', title: text.type, wide: true, cell: file => file.file_type },
    { key: 'bytes', title: text.size, number: true, cell: file => bytes(file.bytes) },
    { key: 'created', title: text.created, cell: file => html`<${Link} href=${`${base}/tasks/${file.task}`} title=${fullTime(file.created)}><${Time} at=${file.created} /><//>` },
    { key: 'sha', title: 'SHA-256', cell: file => html`<span class="mono" title=${file.sha256}>${file.sha256.slice(0, 12)}…</span><${Copy} text=${file.sha256} />` },
    { key: 'acts', title: html`<span class="unseen">${text.acts}</span>`, cell: file => session.can('operate') && html`<span class="actions">
      <${Button} busy=${save.busy} onClick=${() => save.run(file)}>${text.save}<//>
      ${file.purpose === 'backup' && html`<${Button} onClick=${() => setMaking({ kind: 'restore_configuration', file: file.id })}>${text.restore}<//>`}
      <${Button} kind="quiet" onClick=${() => setGone(file)}>${t.ui.remove}<//></span>` },
  ];
  return html`<${Card} title=${text.title} actions=${html`
      ${mayTask('backup_configuration') && html`<${Button} kind="primary" onClick=${() => queue(device, base, { kind: 'backup_configuration' })}>${text.backup}<//>
        <${Button} onClick=${() => queue(device, base, { kind: 'fetch_log' })}>${text.log}<//>`}
      ${mayTask('upload') && html`<${Button} onClick=${() => setMaking({ kind: 'upload' })}>${text.upload}<//>`}`}>
    <div class="filters"><${Field} as="select" label=${text.purpose} value=${query.purpose || ''} onInput=${purpose => setQuery({ purpose })}><option value="">${t.ui.all}</option>
      ${Object.entries(text.purposes).map(([key, name]) => html`<option key=${key} value=${key}>${name}</option>`)}<//></div>
    <${ProblemBox} problem=${save.problem} />
    <${Loaded} from=${from}>${files => html`<${Table} caption=${text.title} columns=${columns} rows=${files} empty=${html`<${Empty} title=${text.none} text=${text.noneText} />`} />`}<//>
    <p class="faint">${text.noted}</p><//>
    ${making && html`<${NewTask} device=${device} base=${base} like=${making} onClose=${() => setMaking(null)} />`}
    ${gone && html`<${Confirm} title=${text.remove} yes=${text.removeYes} kind="danger" onClose=${() => setGone(null)}
      onYes=${async () => { await del(`/devices/${device.id}/files/${gone.id}`); tell(text.removed); from.reload(); }}>
      <p>${say(text.removeText, { type: gone.file_type, time: fullTime(gone.created) })}</p><//>`}`;
}
