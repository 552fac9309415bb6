// A campaign: how far it is, stage by stage and device by device, why devices have failed, and what can be done about it.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, post, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, go, setQuery, to, useRoute } from '../router.js';
import { Busy, Button, Card, Confirm, Dialog, Empty, Field, Head, Loaded, Parts, ProblemBox, State, Time, duration, fullTime,
  number, tell } from '../parts/ui.js';
import { PagedTable, Table } from '../parts/table.js';
import { Settings, Stages, STEPS, countParts, stepKind, taking, total, useLibrary } from '../parts/campaign.js';
import { StartCampaign, RollBack } from '../parts/campaign_start.js';

export default function Campaign({ campaign: id, device }) {
  const path = `/campaigns/${encode(id)}`;
  const campaign = useGet(path);
  const report = useGet(`${path}/report`);
  const library = useLibrary();
  const [turn, setTurn] = useState(0);
  const reload = () => { campaign.reload(); report.reload(); setTurn(n => n + 1); };
  const ended = campaign.data && campaign.data.ended;
  useReloadOn(ended ? ['campaign.start', 'campaign.abort'] : ['campaign.*', 'task.*'], null, reload, 2000);
  return html`<p class="crumb"><${Link} href="/campaigns">${t.campaigns.title}<//></p>
    <${Loaded} from=${campaign}>${it => html`<${Top} campaign=${it} reload=${reload} />
      <${Loaded} from=${report}>${found => html`<${Body} campaign=${it} report=${found} turn=${turn}
          library=${library} />`}<//>`}<//>
    ${device && html`<${Timeline} campaign=${id} device=${device} />`}`;
}

function Top({ campaign, reload }) {
  const texts = t.campaigns;
  const [asking, ask] = useState(null);
  const may = session.can('operate');
  const open = ['running', 'paused'].includes(campaign.state);
  const act = (verb, done) => async () => {
    await post(`/campaigns/${campaign.id}/${verb}`);
    tell(done);
    reload();
  };
  const under = campaign.counts.upgrading + campaign.counts.verifying;
  const what = { n: number(campaign.counts.pending), under: number(under), name: campaign.name };
  const actions = !may ? null : html`
    ${campaign.state === 'draft' && html`<${Button} kind="primary" onClick=${() => ask('start')}>${texts.actions.start}<//>
      ${!campaign.rollback_of && html`<${Link} class="button" href=${to('/campaigns/new',
          { draft: campaign.id })}>${texts.actions.edit}<//>`}`}
    ${campaign.state === 'running' && html`<${Button} onClick=${() => ask('pause')}>${texts.actions.pause}<//>`}
    ${campaign.state === 'paused' && html`<${Button} kind="primary" onClick=${() => ask('resume')}>${texts.actions.resume}<//>`}
    ${(open || campaign.state === 'draft') && html`<${Button} kind="danger"
        onClick=${() => ask('abort')}>${texts.actions.abort}<//>`}
    ${campaign.started && !campaign.rollback_of && html`<${Button}
        onClick=${() => ask('rollback')}>${texts.actions.rollback}<//>`}
    ${!campaign.rollback_of && campaign.state !== 'draft' && html`<${Link} class="button" href=${to('/campaigns/new',
        { like: campaign.id })}>${texts.actions.again}<//>`}`;
  const close = () => ask(null);
  return html`<${Head} title=${campaign.name} sub=${html`<${State} of=${campaign.state}>${texts.states[campaign.state]}<//>
      ${' '}${campaign.rollback_of ? texts.takesBack : say(texts.brings, { version: campaign.target_version })}`}>${actions}<//>
    ${campaign.reason && html`<div class="note warn">
        <b>${texts.pausedItself}</b> ${campaign.reason}<p>${texts.pausedFix}</p></div>`}
    ${campaign.state === 'draft' && html`<p class="note">${texts.draftText}</p>`}
    ${asking === 'pause' && html`<${Confirm} title=${texts.ask.pause} yes=${texts.actions.pause} onClose=${close}
      onYes=${act('pause', texts.did.pause)}><p>${say(texts.ask.pauseText, what)}</p><//>`}
    ${asking === 'resume' && html`<${Confirm} title=${texts.ask.resume} yes=${texts.actions.resume} onClose=${close}
      onYes=${act('resume', texts.did.resume)}>
          <p>${say(campaign.reason ? texts.ask.resumeForgives : texts.ask.resumeText, what)}</p><//>`}
    ${asking === 'abort' && html`<${Confirm} title=${texts.ask.abort} yes=${texts.actions.abort} kind="danger" onClose=${close}
      onYes=${act('abort', texts.did.abort)}>
          <p>${say(campaign.state === 'draft' ? texts.ask.abortDraft : texts.ask.abortText, what)}</p><//>`}
    ${asking === 'start' && html`<${StartCampaign} campaign=${campaign} onClose=${close} onStarted=${reload} />`}
    ${asking === 'rollback' && html`<${RollBack} campaign=${campaign} onClose=${close} />`}`;
}

function Body({ campaign, report, turn, library }) {
  const texts = t.campaigns;
  const counts = report.counts;
  const begun = campaign.state !== 'draft';
  const settings = html`<${Settings} campaign=${campaign}
      file=${library.byId.get(campaign.file)} />`;
  if (!begun) return html`<${Card} title=${texts.facts.title}>${settings}<//>`;
  const times = report.durations;
  const share = taking(counts) ? Math.floor(100 * counts.done / taking(counts)) : 0;
  const tile = (title, text, kind, step) => html`<${Link} class=${`tile ${kind || ''}`} href=${to(`/campaigns/${campaign.id}`,
      { step })}>
    <b>${text}</b>${title}<//>`;
  return html`<div class="tiles">
      ${tile(texts.tiles.done, html`${number(counts.done)} <span class="share">${share} %</span>`, '', 'done')}
      ${tile(texts.tiles.under, number(counts.upgrading + counts.verifying), '', 'upgrading')}
      ${tile(texts.tiles.pending, number(counts.pending), '', 'pending')}
      ${tile(texts.tiles.failed, number(counts.failed), counts.failed ? 'bad' : '', 'failed')}
      ${times && html`<div class="tile"><b>${duration(times.median_secs * 1000)}</b>${say(texts.tiles.median,
        { longest: duration(times.longest_secs * 1000) })}</div>`}</div>
    <div class="grid"><${Card} title=${texts.stage.title}>
        ${campaign.stages.length > 1 ? html`<${Stages} campaign=${campaign} report=${report} />` : html`<${Parts}
            of=${countParts(counts)} />`}
        ${!total(counts) && html`<${Empty} title=${texts.nobody} text=${texts.nobodyText} />`}<//>
      <${Reasons} title=${texts.failures} groups=${report.failures} step="failed" campaign=${campaign}
          empty=${texts.noFailures} />
      ${report.excluded.length > 0 && html`<${Reasons} title=${texts.excluded} groups=${report.excluded} step="excluded"
          campaign=${campaign} />`}</div>
    <details class="card"><summary>${texts.facts.title}</summary>${settings}</details>
    <${Devices} campaign=${campaign} turn=${turn} counts=${counts} />`;
}

function Reasons({ title, groups, step, campaign, empty }) {
  const texts = t.campaigns;
  const columns = [
    { key: 'text', title: texts.reason, wide: true, cell: row => html`${row.text}${row.code ? html` <span
        class="tag">${row.code}</span>` : ''}` },
    { key: 'n', title: texts.devices, number: true, cell: row => html`<${Link} href=${to(`/campaigns/${campaign.id}`,
        { step })}>${number(row.devices)}<//>` },
  ];
  return html`<${Card} title=${title}>${groups.length ? html`<${Table} caption=${title} columns=${columns} rows=${groups}
    rowKey=${row => `${row.code} ${row.text}`} />` : html`<p class="faint">${empty}</p>`}<//>`;
}

function Devices({ campaign, turn, counts }) {
  const texts = t.campaigns;
  const { query } = useRoute();
  const step = STEPS.includes(query.step) ? query.step : '';
  const columns = [
    { key: 'device', title: texts.device, cell: row => html`<${Link} class="capped"
        href=${to(`/campaigns/${campaign.id}/${row.device}`, query)}>${row.identity || row.device}<//>` },
    { key: 'step', title: texts.state, cell: row => html`<${State} kind=${stepKind(row.step)}>${texts.steps[row.step]}<//>` },
    { key: 'why', title: texts.reason, wide: true, cell: row => (row.fault ? html`${row.fault.text}${row.fault.code ? html` <span
        class="tag">${row.fault.code}</span>` : ''}` : '') },
    { key: 'from', title: texts.from, cell: row => html`<span class="capped">${row.from_version}</span>` },
    { key: 'stage', title: texts.stageTitle, number: true, cell: row => row.stage + 1 },
    { key: 'updated', title: texts.updated, cell: row => html`<span class="nowrap"><${Time} at=${row.updated} /></span>` },
  ];
  return html`<${Card} title=${texts.devices} actions=${html`<${Field} as="select" label=${texts.show} value=${step}
      onInput=${value => setQuery({ step: value })}>
      <option value="">${say(texts.showAll, { n: number(total(counts)) })}</option>
      ${STEPS.filter(name => counts[name] || name === step).map(name => html`<option key=${name}
          value=${name}>${texts.steps[name]} (${number(counts[name])})</option>`)}<//>`} kind="inline-field">
    <${Fresh} turn=${turn} many=${(step ? counts[step] : total(counts)) > 100}
        version=${`${campaign.id} ${step}`}>${version => html`<${PagedTable} caption=${texts.devices} version=${version}
        columns=${columns}
      rowKey=${row => row.device} href=${row => to(`/campaigns/${campaign.id}/${row.device}`, query)}
      load=${page => get(`/campaigns/${campaign.id}/devices`, { ...page, step })}
      empty=${html`<${Empty} title=${step ? texts.noneThere : texts.nobody} />`} />`}<//><//>`;
}

// A long list is read anew when one asks for it, not under the eyes of who reads it.
function Fresh({ turn, version, many, children }) {
  const [shown, setShown] = useState(turn);
  const stale = many && turn !== shown;
  return html`${stale && html`<p class="faint stale"><${Button} kind="quiet"
      onClick=${() => setShown(turn)}>${t.campaigns.moved}<//></p>`}
    ${children(`${version} ${many ? shown : turn}`)}`;
}

// What happened to one device, the oldest first.
function Timeline({ campaign, device }) {
  const texts = t.campaigns.timeline;
  const { query } = useRoute();
  const found = useGet(`/campaigns/${encode(campaign)}/devices/${encode(device)}`);
  useReloadOn(['campaign.device', 'task.*'], null, found.reload);
  const close = () => go(`/campaigns/${campaign}`, query);
  const it = found.data;
  return html`<${Dialog} title=${it ? it.identity || it.device : texts.title} onClose=${close} wide>
    ${found.problem ? html`<${ProblemBox} problem=${found.problem} onRetry=${found.reload} />` : !it ? html`<${Busy} />` : html`
      <p><${State} kind=${stepKind(it.step)}>${t.campaigns.steps[it.step]}<//> ${say(texts.from,
          { version: it.from_version || '?', stage: it.stage + 1 })}
        ${it.hops ? ` ${say(texts.hops, { n: it.hops })}` : ''}</p>
      ${it.events.length ? html`<ol class="story">${it.events.map((event, index) => html`<li key=${index}
          class=${stepKind(event.step)}>
        <time datetime=${new Date(event.at).toISOString()}>${fullTime(event.at)}</time>
        <div><b>${t.campaigns.steps[event.step]}</b> ${event.text}
          ${event.fault && html`<div class="badtext">${event.fault.text}${event.fault.code ? ` (${event.fault.code})` : ''}</div>`}
          ${index > 0 && html`<span class="faint"> ${say(texts.after,
              { time: duration(event.at - it.events[index - 1].at) })}</span>`}</div></li>`)}</ol>`
        : html`<${Empty} title=${texts.nothing} text=${texts.nothingText} />`}
      <div class="actions"><${Link} class="button" href=${`/devices/${encode(it.device)}`}>${texts.device}<//>
        ${it.task && html`<${Link} class="button"
            href=${`/devices/${encode(it.device)}/tasks/${encode(it.task)}`}>${texts.task}<//>`}</div>`}<//>`;
}
