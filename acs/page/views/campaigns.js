// Campaigns of the whole server: which run, which wait for somebody, what became of those before; and the freeze calendar.
import { html } from '../html.js';
import { t, say } from '../texts.js';
import { session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, setQuery, to, useRoute } from '../router.js';
import { Empty, Field, Head, Loaded, State, Tabs, Time, number } from '../parts/ui.js';
import { Table } from '../parts/table.js';
import { Progress } from '../parts/campaign.js';
import { Freezes } from '../parts/freezes.js';

const STATES = ['running', 'paused', 'draft', 'done', 'aborted'];

export default function Campaigns() {
  const { query } = useRoute();
  const tab = query.tab === 'freezes' ? 'freezes' : 'all';
  const texts = t.campaigns;
  return html`<${Head} title=${texts.title} sub=${texts.sub}>
      ${session.can('operate') && html`<${Link} class="button primary" href="/campaigns/new">${texts.make}<//>`}<//>
    <${Tabs} current=${tab} tabs=${[['all', texts.tabs.all], ['freezes', texts.tabs.freezes]]}
      href=${key => to('/campaigns', key === 'all' ? {} : { tab: key })} />
    ${tab === 'freezes' ? html`<${Freezes} />` : html`<${List} query=${query} />`}`;
}

function List({ query }) {
  const texts = t.campaigns;
  const campaigns = useGet('/campaigns');
  useReloadOn(['campaign.*'], null, campaigns.reload);
  return html`<${Loaded} from=${campaigns}>${all => {
    if (!all.length) {
      return html`<div class="card"><${Empty} title=${texts.none} text=${texts.noneText}>
        ${session.can('operate') && html`<${Link} class="button primary" href="/campaigns/new">${texts.make}<//>`}
        <${Link} class="button" href="/files">${texts.toFiles}<//><//></div>`;
    }
    const words = (query.contains || '').toLowerCase();
    const rows = all.filter(campaign => (!query.state || campaign.state === query.state) &&
      (!words || `${campaign.name} ${campaign.target_version}`.toLowerCase().includes(words)));
    const count = state => all.filter(campaign => campaign.state === state).length;
    return html`<div class="filters">
        <${Field} label=${texts.find} type="search" value=${query.contains || ''} onInput=${contains => setQuery({ contains })} />
        <${Field} label=${texts.state} as="select" value=${query.state || ''} onInput=${state => setQuery({ state })}>
          <option value="">${say(texts.anyState, { n: number(all.length) })}</option>
          ${STATES.map(state => html`<option key=${state}
              value=${state}>${texts.states[state]} (${count(state)})</option>`)}<//></div>
      <div class="card flush"><${Table} caption=${texts.title} rows=${rows} columns=${columns(texts)}
          href=${row => `/campaigns/${row.id}`}
        empty=${html`<${Empty} title=${texts.noneSuch} />`} /></div>`;
  }}<//>`;
}

const columns = texts => [
  { key: 'name', title: texts.name, cell: row => html`<${Link} class="capped" href=${`/campaigns/${row.id}`}>${row.name}<//>
    ${row.rollback_of && html` <span class="tag">${texts.back}</span>`}` },
  { key: 'version', title: texts.version, cell: row => (row.rollback_of ? html`<span
      class="faint">${texts.before}</span>` : html`<span class="capped">${row.target_version}</span>`) },
  { key: 'state', title: texts.state, cell: row => html`<${State} of=${row.state}>${texts.states[row.state]}<//>
    ${row.reason && html`<div class="faint small">${row.reason}</div>`}` },
  { key: 'progress', title: texts.devices, wide: true, cell: row => html`<${Progress} counts=${row.counts} />` },
  { key: 'stage', title: texts.stageTitle, cell: row => (row.stages.length > 1 && row.started
    ? html`<span class="nowrap">${say(texts.stageOf, { n: row.stage + 1, of: row.stages.length })}</span>` : '') },
  { key: 'when', title: texts.when, cell: row => html`<span class="nowrap"><${Time}
      at=${row.ended || row.started || row.created} /></span>` },
];
