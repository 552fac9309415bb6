// What a campaign would do, as the server estimates it.
import { html } from '../html.js';
import { t, say } from '../texts.js';
import { Facts, Parts, bytes, duration, fullTime, number } from './ui.js';
import { stageText } from './campaign.js';
import { devices as devicesText } from './selector.js';

export function EstimateShown({ estimate, campaign }) {
  const texts = t.campaigns.estimate;
  const left = estimate.excluded.reduce((sum, group) => sum + group.devices, 0);
  const stages = campaign.stages || [];
  return html`<div class="estimated">
    <${Parts} of=${[[texts.upgraded, estimate.devices, 'main'], [texts.already, estimate.already, 'good'],
        [texts.excluded, left, 'warn']]} />
    ${!estimate.matched && html`<p class="note warn">${texts.nobody}</p>`}
    ${estimate.devices > 0 && html`<${Facts} of=${[
      [texts.downloads, say(texts.downloadsOf, { n: number(estimate.downloads), bytes: bytes(estimate.bytes) })],
      [texts.work, duration(estimate.work_secs * 1000)],
      [texts.ends, estimate.ends ? fullTime(estimate.ends) : texts.neverEnds],
    ]} />`}
    ${estimate.devices > 0 && stages.length > 1 && html`<h3>${t.campaigns.stage.title}</h3>
        <ol>${estimate.stages.map((devices, index) => html`<li key=${index}>
      ${stageText(stages[index] || { percent: 100 }, index)}: <b>${devicesText(devices)}</b></li>`)}</ol>`}
    ${estimate.paths.length > 0 && html`<h3>${texts.paths}</h3><ul>${estimate.paths.slice(0, 12).map(path => html`<li
        key=${`${path.from} ${path.versions}`}>
      <span class="mono">${[path.from || '?', ...path.versions].join(' → ')}</span>: ${devicesText(path.devices)}</li>`)}</ul>`}
    ${estimate.excluded.length > 0 && html`<h3>${texts.why}</h3><ul>${estimate.excluded.map(group => html`<li key=${group.reason}>
      ${group.reason}: ${devicesText(group.devices)}</li>`)}</ul>`}</div>`;
}
