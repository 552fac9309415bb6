// The firmware of a device: what it runs, its slots if it has such, the versions it has had, and campaigns it is in.
import { html, useState } from '../../html.js';
import { t, say } from '../../texts.js';
import { encode, get, useGet } from '../../api.js';
import { Link } from '../../router.js';
import { Button, Card, Empty, Facts, Loaded, State, Time, fullTime, words } from '../../parts/ui.js';
import { Table } from '../../parts/table.js';
import { Fault, TASK_EVENTS, kindName, mayTask, useDeviceEvents } from './common.js';
import { NewTask } from './new_task.js';

const text = t.device.firmware;
const TRANSFERS = ['download', 'schedule_download'];

export default function Firmware({ device, base }) {
  const [making, setMaking] = useState(null);
  const info = useGet(device.root ? `/devices/${device.id}/parameters` : null, { prefix: `${device.root}DeviceInfo.` });
  const actions = mayTask('download') && html`<${Button} kind="primary" onClick=${() => setMaking({ kind: 'download' })}>${text.download}<//>
    <${Button} onClick=${() => setMaking({ kind: 'schedule_download' })}>${text.schedule}<//>`;
  return html`<div class="grid wider"><div class="column">
      <${Card} title=${text.title} actions=${actions}><p class="big mono">${device.software_version || text.unknown}</p>
        <${Facts} of=${[[text.model, `${device.manufacturer} ${device.product_class}`], [text.hardware, device.hardware_version], [text.lastBoot, html`<${Time} at=${device.last_boot} />`],
          ...further(info.data)]} /><//>
      <${Slots} info=${info.data} /><${Transfers} device=${device} base=${base} /></div>
    <div class="column"><${Timeline} device=${device} /><${Campaigns} device=${device} /></div></div>
    ${making && html`<${NewTask} device=${device} base=${base} like=${making} onClose=${() => setMaking(null)} />`}`;
}

const last = name => name.split('.').pop();
// What else the device says of its software.
function further(info) {
  const wanted = ['AdditionalSoftwareVersion', 'ModemFirmwareVersion', 'ActiveFirmwareImage', 'BootFirmwareImage', 'FirstUseDate'];
  return ((info && info.parameters) || []).filter(one => wanted.includes(last(one.name)) && one.value).map(one => [last(one.name), html`<span class="mono">${one.value}</span>`]);
}

// Device.DeviceInfo.FirmwareImage.{i}. of TR-181.
function Slots({ info }) {
  const slots = new Map();
  for (const one of (info && info.parameters) || []) {
    const found = one.name.match(/\.FirmwareImage\.(\d+)\.(\w+)$/);
    if (found) slots.set(found[1], { ...slots.get(found[1]), slot: found[1], [found[2]]: one.value });
  }
  if (!slots.size) return null;
  const value = name => ((info.parameters.find(one => one.name.endsWith(`.DeviceInfo.${name}`)) || {}).value || '');
  const is = (slot, name) => value(name).replace(/\.$/, '').endsWith(`.FirmwareImage.${slot.slot}`);
  const columns = [
    { key: 'slot', title: text.slot, cell: one => html`${one.Name || one.slot} ${is(one, 'ActiveFirmwareImage') && html`<${State} of=${text.active} kind="good" />`}
      ${is(one, 'BootFirmwareImage') && html`<${State} of=${text.boots} kind="calm" />`}` },
    { key: 'version', title: text.version, cell: one => html`<span class="mono">${one.Version || ''}</span>` },
    { key: 'status', title: text.status, cell: one => one.Status || '' },
    { key: 'failure', title: text.failure, wide: true, cell: one => one.BootFailureLog || '' },
  ];
  return html`<${Card} title=${text.slots}><${Table} caption=${text.slots} columns=${columns} rows=${[...slots.values()]} rowKey=${one => one.slot} /><//>`;
}

function Timeline({ device }) {
  const name = `${device.root}DeviceInfo.SoftwareVersion`;
  const from = useGet(device.root ? `/devices/${device.id}/history` : null, { name, limit: 100 });
  useDeviceEvents(device.id, ['device.version', 'missed'], from.reload);
  if (!device.root) return null;
  return html`<${Card} title=${text.timeline}><${Loaded} from=${from}>${history => (history.items.length
    ? html`<ol class="d-timeline">${history.items.map((one, index) => html`<li key=${one.number} class=${index ? '' : 'current'}><b class="mono">${one.value}</b>
        <span class="faint" title=${fullTime(one.at)}>${index ? text.since : text.runs} <${Time} at=${one.at} /></span></li>`)}</ol>`
    : html`<${Empty} title=${text.noTimeline} text=${text.noTimelineText} />`)}<//><//>`;
}

function Transfers({ device, base }) {
  const from = useTransfers(device);
  const columns = [
    { key: 'state', title: text.state, cell: task => html`<${State} of=${task.state} />` },
    { key: 'what', title: text.what, wide: true, cell: task => html`<${Link} href=${`${base}/tasks/${task.id}`}>${kindName(task.kind)}<//>
      ${task.fault && html`<${Fault} fault=${task.fault} />`}` },
    { key: 'at', title: text.at, cell: task => html`<${Time} at=${task.created} />` },
  ];
  return html`<${Card} title=${text.transfers}><${Table} caption=${text.transfers} columns=${columns} rows=${from.slice(0, 20)}
    empty=${html`<p class="faint">${text.noTransfers}</p>`} /><//>`;
}

function useTransfers(device) {
  const lists = TRANSFERS.map(kind => useGet('/tasks', { device: device.id, kind, limit: 100 }));
  useDeviceEvents(device.id, TASK_EVENTS, () => lists.forEach(list => list.reload()), 2000);
  return lists.flatMap(list => (list.data ? list.data.items : [])).sort((a, b) => b.created - a.created);
}

// The campaigns that have given it a task; what happened in each is read when somebody asks.
function Campaigns({ device }) {
  const ids = [...new Set(useTransfers(device).map(task => task.campaign).filter(Boolean))];
  return html`<${Card} title=${text.campaigns}>${ids.length ? html`<ul class="d-plain">${ids.slice(0, 20).map(id => html`<${Campaign} key=${id} id=${id} device=${device} />`)}</ul>`
    : html`<p class="faint">${text.noCampaigns}</p>`}<//>`;
}

function Campaign({ id, device }) {
  const campaign = useGet(`/campaigns/${encode(id)}`);
  const [steps, setSteps] = useState(null);
  const look = async () => {
    try {
      setSteps(await get(`/campaigns/${encode(id)}/devices/${device.id}`));
    } catch (problem) {
      setSteps({ problem });
    }
  };
  const record = campaign.data;
  return html`<li><p class="line-up"><${Link} href=${`/campaigns/${encode(id)}/${device.id}`}>${record ? record.name : id}<//>
      ${record && html`<${State} of=${record.state} />`}<span class="grow"></span><${Button} kind="quiet" onClick=${look}>${text.look}<//></p>
    ${steps && steps.problem && html`<p class="d-wrong">${steps.problem.message}</p>`}
    ${steps && !steps.problem && html`<p><${State} of=${steps.step} />${steps.from_version && html` <span class="faint">${say(text.from, { version: steps.from_version })}</span>`}</p>
      <${Fault} fault=${steps.fault} />
      <ol class="d-timeline">${(steps.events || []).map((one, index) => html`<li key=${index}>${one.text || words(one.step)} <span class="faint" title=${fullTime(one.at)}><${Time} at=${one.at} /></span></li>`)}</ol>`}</li>`;
}
