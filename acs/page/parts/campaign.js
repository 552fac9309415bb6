// What several views show of a campaign: its progress, its stages, what it is made of.
import { html, useMemo } from '../html.js';
import { t, say } from '../texts.js';
import { useGet } from '../api.js';
import { Link } from '../router.js';
import { Facts, Parts, Time, bytes, number } from './ui.js';
import { SelectorText } from './selector.js';

export const STEPS = ['done', 'verifying', 'upgrading', 'failed', 'pending', 'skipped', 'excluded'];
const KINDS = { done: 'good', verifying: 'next', upgrading: 'main', failed: 'bad', pending: 'rest', skipped: '',
  excluded: 'warn' };
export const stepKind = step => ({ done: 'good', failed: 'bad', excluded: 'warn' }[step] || 'calm');

export const countParts = counts => STEPS.map(step => [t.campaigns.steps[step], counts[step] || 0, KINDS[step]]);
export const total = counts => STEPS.reduce((sum, step) => sum + (counts[step] || 0), 0);
// Devices it does something with.
export const taking = counts => total(counts) - (counts.skipped || 0) - (counts.excluded || 0);

// A bar of one line, with what it says in words beside it.
export function Progress({ counts }) {
  const of = taking(counts);
  if (!of) return html`<span class="faint">${t.campaigns.noDevices}</span>`;
  const sum = total(counts);
  const text = say(t.campaigns.progress, { done: number(counts.done), of: number(of) });
  return html`<div class="parts small"><div class="bar" aria-hidden="true">${STEPS.map(step => counts[step]
    ? html`<i key=${step} class=${KINDS[step]} style=${{ width: `${100 * counts[step] / sum}%` }}></i>` : null)}</div>
    <span>${text}${counts.failed ? html`, <b class="badtext">${say(t.campaigns.failedN,
        { n: number(counts.failed) })}</b>` : ''}</span></div>`;
}

export function stageText(stage, index) {
  const texts = t.campaigns.stage;
  if (stage.count === 1) return texts.one;
  if (stage.count !== undefined) return say(index ? texts.countMore : texts.count, { n: number(stage.count) });
  return stage.percent >= 100 ? (index ? texts.rest : texts.everybody) : say(texts.percent, { n: stage.percent });
}

// The stages one below the other: how each stands, and its share.
export function Stages({ campaign, report }) {
  const texts = t.campaigns.stage;
  const stages = campaign.stages.length ? campaign.stages : [{ percent: 100 }];
  return html`<ol class="stage-list">${stages.map((stage, index) => {
    const counts = report.stages[index] || (campaign.stages.length ? {} : report.counts);
    const ended = taking(counts) > 0 && taking(counts) === (counts.done || 0) + (counts.failed || 0);
    const over = campaign.state === 'done' || (index < campaign.stage) || (index === campaign.stage && ended);
    const opened = index <= campaign.stage && campaign.state !== 'draft';
    const word = !opened ? texts.later : over ? texts.over : campaign.state === 'aborted' ? texts.ended : texts.open;
    const kind = !opened ? 'to-come' : !over ? 'open' : counts.failed > counts.done ? 'fell' : 'over';
    return html`<li key=${index} class=${kind}>
      <div class="stagename"><b>${stageText(stage, index)}</b> <span class="faint">${word}</span></div>
      ${total(counts) ? html`<${Parts} of=${countParts(counts)} />` : html`<p class="faint">${texts.nobody}</p>`}</li>`;
  })}</ol>`;
}

// The names of images by their ids, from the library.
export function useLibrary() {
  const files = useGet('/files');
  const byId = useMemo(() => new Map((files.data || []).map(file => [file.id, file])), [files.data]);
  return { ...files, byId };
}

// Everything a campaign was told, in words.
export function Settings({ campaign, file }) {
  const texts = t.campaigns.facts;
  const c = campaign;
  const recent = c.recent_failures;
  return html`<${Facts} of=${[
    [texts.image, c.rollback_of ? null : file ? html`${file.name} <span
        class="faint">${file.version}, ${bytes(file.bytes)}</span>` : html`<code>${c.file}</code>`],
    [texts.target, c.rollback_of ? texts.before : c.target_version],
    [texts.devices, c.rollback_of ? texts.those : html`<${SelectorText} of=${c.selector} />`],
    [texts.scope, c.scope && c.scope.length ? c.scope.flat().join(', ') : null],
    [texts.concurrency, say(texts.atOnce, { n: number(c.concurrency) })],
    [texts.bandwidth, c.bytes_per_sec ? say(texts.perSecond, { n: bytes(c.bytes_per_sec) }) : texts.noLimit],
    [texts.success, c.stages.length > 1 ? say(texts.percentDone, { n: c.success_percent }) : null],
    [texts.stops, [
      c.failure_limit ? say(texts.atFailures, { n: number(c.failure_limit) }) : null,
      c.error_percent ? say(texts.atPercent, { n: c.error_percent }) : null,
      recent ? say(texts.atRecent, { n: recent.failures, of: recent.of }) : null,
    ].filter(Boolean).join('; ') || texts.neverStops],
    [texts.windows, c.windows ? html`<code>${c.windows}</code>` : texts.anyTime],
    [texts.zone, c.windows ? html`<code>${c.time_zone}</code>` : null],
    [texts.idle, c.idle ? say(c.idle.then === 'upgrade' ? texts.idleUpgrade : texts.idleFail,
        { n: c.idle.minutes }) : texts.notAsked],
    [texts.voice, c.voice ? say(texts.voiceMinutes, { n: c.voice.minutes }) : texts.notAsked],
    [texts.overdue, c.overdue_hours === undefined ? texts.overdueServer : c.overdue_hours ? say(texts.overdueHours,
        { n: number(c.overdue_hours) }) : texts.overdueAll],
    [texts.downgrade, c.downgrade ? texts.downgradeYes : texts.downgradeNo],
    [texts.takesBack, c.rollback_of ? html`<${Link} href=${`/campaigns/${c.rollback_of}`}>${texts.other}<//>` : null],
    [texts.created, c.created ? html`<${Time} at=${c.created} />` : null],
    [texts.started, c.started ? html`<${Time} at=${c.started} />` : null],
    [texts.ended, c.ended ? html`<${Time} at=${c.ended} />` : null],
  ]} />`;
}
