// Images and other files of the library: what each is, what vouches for it, who uses it; taking in and removing.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, setQuery, to, useRoute } from '../router.js';
import { Button, Confirm, Copy, Dialog, Empty, Facts, Field, Head, Loaded, State, Time, bytes, fullTime, number, tell }
  from '../parts/ui.js';
import { Table } from '../parts/table.js';
import { UploadForm } from '../parts/upload.js';

const VERIFIED = { signed: 'good', container: 'calm', stated: 'calm', unverified: 'warn' };

export default function Files() {
  const texts = t.files;
  const files = useGet('/files');
  const campaigns = useGet('/campaigns');
  const versions = useGet('/devices/groups', { by: 'software_version', limit: 1000 });
  const { query } = useRoute();
  const reload = () => { files.reload(); campaigns.reload(); versions.reload(); };
  useReloadOn(['file.*', 'campaign.*', 'device.version'], null, reload, 5000);
  const [uploading, setUploading] = useState(false);
  const [removing, setRemoving] = useState(null);
  const may = session.can('operate') && session.whole();
  const open = (files.data || []).find(file => file.id === query.file);
  const using = file => (campaigns.data || []).filter(campaign => campaign.file === file.id);
  const running = file => {
    const found = file.version && versions.data && versions.data.groups.find(group => group.value === file.version);
    return found ? found.devices : 0;
  };
  const add = may && html`<${Button} kind="primary" onClick=${() => setUploading(true)}>${texts.upload}<//>`;
  return html`<${Head} title=${texts.title} sub=${texts.sub}>${add}<//>
    <${Loaded} from=${files}>${all => {
      if (!all.length) return html`<div class="card"><${Empty} title=${texts.none} text=${texts.noneText}>${add}<//></div>`;
      const words = (query.contains || '').toLowerCase();
      const rows = all.filter(file => (!query.type || (file.file_type.startsWith('1 ') === (query.type === 'images'))) &&
        (!words || `${file.name} ${file.version} ${file.product_class}`.toLowerCase().includes(words)));
      return html`<div class="filters"><${Field} label=${texts.find} type="search" value=${query.contains || ''}
          onInput=${contains => setQuery({ contains })} />
          <${Field} as="select" label=${texts.type} value=${query.type || ''} onInput=${type => setQuery({ type })}>
            <option value="">${t.ui.all}</option><option value="images">${texts.images}</option><option
                value="others">${texts.others}</option><//></div>
        <div class="card flush"><${Table} caption=${texts.title} rows=${rows} columns=${columns({ texts, using, running })}
          href=${row => to('/files', { ...query, file: row.id })} empty=${html`<${Empty} title=${texts.noneSuch} />`} /></div>`;
    }}<//>
    ${open && html`<${Details} file=${open} using=${using(open)} running=${running(open)} may=${may}
        onClose=${() => setQuery({ file: '' })}
      onRemove=${() => { setQuery({ file: '' }); setRemoving(open); }} />`}
    ${uploading && html`<${Dialog} title=${texts.upload} wide onClose=${() => setUploading(false)}>
      <${UploadForm} onDone=${record => { setUploading(false); files.reload(); setQuery({ file: record.id }); }} /><//>`}
    ${removing && html`<${Confirm} title=${say(texts.removeTitle, removing)} yes=${t.ui.remove} kind="danger"
        onClose=${() => setRemoving(null)}
      onYes=${async () => { await del(`/files/${removing.id}`); tell(say(texts.removed, removing)); files.reload(); }}>
      <p>${texts.removeText}</p><p>${usedText(texts, using(removing))}</p><//>`}`;
}

const ended = campaign => ['done', 'aborted'].includes(campaign.state);
function usedText(texts, campaigns) {
  const busy = campaigns.filter(campaign => !ended(campaign));
  return busy.length ? say(texts.removeBusy, { names: busy.map(campaign => `“${campaign.name}”`).join(', ') }) : texts.removeFree;
}

const columns = ({ texts, using, running }) => [
  { key: 'name', title: texts.name, wide: true, cell: row => html`<${Link} href=${to('/files', { file: row.id })}>${row.name}<//>
    ${!row.file_type.startsWith('1 ') && html`<div class="faint small">${row.file_type}</div>`}` },
  { key: 'version', title: texts.version, cell: row => (row.version ? html`<span class="capped">${row.version}</span>` : html`<span class="faint">${t.ui.none}</span>`) },
  { key: 'product', title: texts.product, cell: row => (row.product_class ? html`<span class="capped">${row.product_class}</span>` : html`<span class="faint">${texts.any}</span>`) },
  { key: 'verification', title: texts.verification, cell: row => html`<${State}
      kind=${VERIFIED[row.verification]}>${texts.verified[row.verification]}<//>` },
  { key: 'bytes', title: texts.size, number: true, cell: row => html`<span class="nowrap">${bytes(row.bytes)}</span>` },
  { key: 'used', title: texts.used, cell: row => {
    const busy = using(row).filter(campaign => !ended(campaign));
    const n = running(row);
    return html`${busy.map(campaign => html`<div key=${campaign.id}><${Link}
        href=${`/campaigns/${campaign.id}`}>${campaign.name}<//></div>`)}
      ${n > 0 && html`<${Link} href=${to('/devices',
          { q: `software_version = ${JSON.stringify(row.version)}` })}>${say(texts.runningN, { n: number(n) })}<//>`}`;
  } },
  { key: 'created', title: texts.created, cell: row => html`<span class="nowrap"><${Time} at=${row.created} /></span>` },
];

function Details({ file, using, running, may, onClose, onRemove }) {
  const texts = t.files;
  return html`<${Dialog} title=${file.name} wide onClose=${onClose}>
    <p><${State} kind=${VERIFIED[file.verification]}>${texts.verified[file.verification]}<//> ${texts.means[file.verification]}</p>
    <${Facts} of=${[
      [texts.type, file.file_type], [texts.version, file.version], [texts.product, file.product_class || texts.any],
      [texts.minimum, file.minimum_version || texts.any], [texts.size, `${bytes(file.bytes)} (${number(file.bytes)} B)`],
      [texts.created, fullTime(file.created)], [texts.running, say(texts.runningN, { n: number(running) })],
      [texts.id, html`<code>${file.id}</code> <${Copy} text=${file.id} />`],
    ]} />
    <dl class="facts one"><div><dt>${texts.sha256}</dt><dd><code>${file.sha256}</code> <${Copy}
        text=${file.sha256} /></dd></div></dl>
    <h3>${texts.campaigns}</h3>
    ${using.length ? html`<ul class="plain">${using.map(campaign => html`<li key=${campaign.id}><${Link}
        href=${`/campaigns/${campaign.id}`}>${campaign.name}<//>
      ${' '}<${State} of=${campaign.state}>${t.campaigns.states[campaign.state]}<//></li>`)}</ul>` : html`<p
          class="faint">${texts.noCampaigns}</p>`}
    <div class="actions">${session.can('operate') && file.version && html`<${Link} class="button primary"
        href=${to('/campaigns/new', { file: file.id })}>${texts.campaign}<//>`}
      ${may && html`<${Button} kind="danger" onClick=${onRemove}>${t.ui.remove}<//>`}</div><//>`;
}
