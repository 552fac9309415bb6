// One device: who it is and how it stands, what can be done with it, and tabs that are loaded when they are first shown.
import { html, useEffect } from '../html.js';
import { t, say } from '../texts.js';
import { encode, once, post, session, useAction, useGet } from '../api.js';
import { Link, useGuard } from '../router.js';
import { Button, Empty, Head, Loaded, ProblemBox, State, Tabs, Time, tell } from '../parts/ui.js';
import { lazy } from '../parts/lazy.js';
import { Actions } from './device/actions.js';
import { useDeviceEvents } from './device/common.js';
import { useBegunNote, useDraft } from './device/draft.js';

const TABS = {
  overview: lazy(() => import('./device/overview.js')),
  parameters: lazy(() => import('./device/parameters.js')),
  tasks: lazy(() => import('./device/tasks.js')),
  profile: lazy(() => import('./device/profile.js')),
  diagnostics: lazy(() => import('./device/diagnostics.js')),
  firmware: lazy(() => import('./device/firmware.js')),
  sessions: lazy(() => import('./device/sessions.js')),
  files: lazy(() => import('./device/files.js')),
  contact: lazy(() => import('./device/contact.js')),
  audit: lazy(() => import('./device/audit.js')),
};
const HEAD_EVENTS = ['device.*', 'account.bind', 'account.unbind', 'line.registration'];

export default function Device({ device, tab = 'overview', item }) {
  const from = useGet(`/devices/${encode(device)}`);
  // Loaded while the device is asked for.
  if (Object.hasOwn(TABS, tab)) TABS[tab].ask().catch(() => {});
  if (from.problem && from.problem.status === 404) {
    return html`<${Head} title=${device} /><${Empty} title=${t.device.gone} text=${t.device.goneText}><${Link} class="button" href="/devices">${t.device.toDevices}<//><//>`;
  }
  return html`<${Loaded} from=${from}>${record =>
    html`<${Whole} key=${record.id} device=${record} reload=${from.reload} given=${device} tab=${tab} item=${item} />`}<//>`;
}

function Whole({ device, reload, given, tab, item }) {
  const health = useGet(`/devices/${device.id}/health`);
  const apart = useGet(`/devices/${device.id}/quarantine`);
  const { draft } = useDraft(device.id);
  const [note] = useBegunNote(device.id);
  const base = `/devices/${encode(given)}`;
  useDeviceEvents(device.id, HEAD_EVENTS, () => { reload(); health.reload(); apart.reload(); });
  useGuard(draft.size ? say(t.device.draft.guard, { count: draft.size }) : null, base);
  useGuard(note.trim() ? t.device.notes.guard : null, base);
  // On a phone not all tabs are in sight: this one is.
  useEffect(() => {
    const link = document.querySelector('.tabs [aria-current]');
    if (link) link.parentNode.scrollLeft = link.offsetLeft - link.parentNode.offsetLeft - (link.parentNode.clientWidth - link.clientWidth) / 2;
  }, [tab]);
  const tabs = Object.keys(TABS).filter(key => key !== 'audit' || (session.can('audit') && session.whole()));
  const title = key => (key === 'parameters' && draft.size ? `${t.device.tabs[key]} (${draft.size})` : t.device.tabs[key]);
  return html`<${Head} title=${device.identity} sub=${html`<${Sub} device=${device} health=${health.data} />`}>
      <${Actions} device=${device} reload=${reload} base=${base} /><//>
    ${apart.data && apart.data.apart && html`<${Apart} device=${device} wall=${apart.data.apart} reload=${apart.reload} />`}
    <${Tabs} current=${tab} href=${key => (key === 'overview' ? base : `${base}/${key}`)} tabs=${tabs.map(key => [key, title(key)])} />
    ${tabs.includes(tab) ? html`<${TABS[tab]} key=${tab} ...${{ device, reload, base, item, health }} />`
      : html`<${Empty} title=${t.device.noTab} text=${t.device.noTabText} />`}`;
}

function Sub({ device, health }) {
  return html`<span class="device-sub">${health && (health.since ? html`<${State} of=${health.state} />` : html`<${State} of=${device.last_inform ? t.device.notLooked : t.device.neverCame} kind="calm" />`)}
    <span>${device.manufacturer} ${device.product_class}${device.software_version && `, ${device.software_version}`}</span>
    <span>${t.device.lastInform} <${Time} at=${device.last_inform} /></span>
    ${device.tags.map(tag => html`<span key=${tag} class="tag">${tag}</span>`)}</span>`;
}

// Why the device gets nothing, and how that ends.
function Apart({ device, wall, reload }) {
  const admit = useAction(async () => {
    await post(`/devices/${device.id}/admit`, undefined, once());
    tell(t.device.apart.admitted);
    reload();
  });
  return html`<div class="note apart" role="status"><p><b>${t.device.apart.title}</b> ${wall.why || t.device.apart.reasons[wall.reason]}
      <span class="faint"> <${Time} at=${wall.since} /></span>
      ${wall.replaced_by && html` <${Link} href=${`/devices/${wall.replaced_by}`}>${t.device.apart.replaced}<//>`}</p>
    ${session.can('operate') && html`<${Button} busy=${admit.busy} onClick=${() => admit.run()}>${t.device.apart.admit}<//>`}
    <${ProblemBox} problem=${admit.problem} /></div>`;
}
