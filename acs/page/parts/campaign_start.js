// Beginning a campaign that stands already, and taking one back: what will happen is said first, with the numbers.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { once, post } from '../api.js';
import { go } from '../router.js';
import { Busy, Confirm, Dialog, Field, ProblemBox, number, tell } from './ui.js';
import { EstimateShown } from './estimate.js';

// What a draft says, as the estimate and PUT take it.
export function requestOf(campaign) {
  const kept = ['name', 'file', 'selector', 'concurrency', 'bytes_per_sec', 'stages', 'success_percent', 'error_percent',
    'failure_limit',
    'recent_failures', 'windows', 'time_zone', 'idle', 'voice', 'overdue_hours', 'downgrade'];
  const said = kept.filter(name => campaign[name] !== undefined && campaign[name] !== null);
  return Object.fromEntries(said.map(name => [name, campaign[name]]));
}

export function StartCampaign({ campaign, onClose, onStarted }) {
  const texts = t.campaigns.start;
  const [state, set] = useState({});
  useEffect(() => {
    // What takes another one back has devices of its own, and no estimate.
    if (campaign.rollback_of) { set({ estimate: null }); return; }
    post('/campaigns/estimate', requestOf(campaign)).then(estimate => set({ estimate }), problem => set({ problem }));
  }, []);
  const [typed, setTyped] = useState('');
  if (state.estimate === undefined && !state.problem) {
    return html`<${Dialog} title=${say(texts.title, campaign)} onClose=${onClose}><${Busy} what=${texts.looking} /><//>`;
  }
  const estimate = state.estimate;
  const confirm = estimate && estimate.confirm;
  const start = async () => {
    const devices = confirm ? estimate.devices : typed ? Number(typed) : undefined;
    await post(`/campaigns/${campaign.id}/start`, devices === undefined ? {} : { confirm_devices: devices });
    tell(texts.started);
    onStarted();
  };
  return html`<${Confirm} title=${say(texts.title, campaign)} yes=${texts.yes} onClose=${onClose} onYes=${start}
      typed=${confirm ? String(estimate.devices) : undefined}>
    <${ProblemBox} problem=${state.problem} />
    ${estimate ? html`<${EstimateShown} estimate=${estimate} campaign=${campaign} />
        <p>${say(campaign.windows ? texts.textWindows : texts.text, { n: number(estimate.devices),
        version: campaign.target_version, windows: campaign.windows })}</p>`
      : html`<p>${texts.textPlain}</p><${Field} label=${texts.confirm} hint=${texts.confirmHint} type="number" min="0"
          value=${typed} onInput=${setTyped} />`}<//>`;
}

// Brings the devices of a campaign back to what each ran before.
export function RollBack({ campaign, onClose }) {
  const texts = t.campaigns.rollback;
  const [name, setName] = useState(say(texts.name, campaign));
  const [concurrency, setConcurrency] = useState(String(campaign.concurrency));
  const [start, setStart] = useState(false);
  const [typed, setTyped] = useState('');
  const make = async () => {
    const body = { name, start, concurrency: concurrency === '' ? undefined : Number(concurrency),
        confirm_devices: typed === '' ? undefined : Number(typed) };
    const made = await post(`/campaigns/${campaign.id}/rollback`, body, once());
    tell(start ? texts.started : texts.drafted);
    go(`/campaigns/${made.id}`);
  };
  return html`<${Confirm} title=${say(texts.title, campaign)} yes=${start ? texts.yesStart : texts.yesDraft}
      kind=${start ? 'danger' : 'primary'} onClose=${onClose} onYes=${make}>
    <p>${say(texts.text, { n: number(campaign.counts.done), version: campaign.target_version })}</p>
    <p>${texts.text2}</p>
    ${campaign.state !== 'done' && campaign.state !== 'aborted' && html`<p class="note warn">${texts.stillRuns}</p>`}
    <${Field} label=${t.campaigns.name} required value=${name} onInput=${setName} />
    <${Field} label=${t.campaigns.facts.concurrency} type="number" min="1" value=${concurrency} onInput=${setConcurrency} />
    <${Field} as="check" label=${texts.atOnce} value=${start} onInput=${setStart} />
    ${start && html`<${Field} label=${t.campaigns.start.confirm} hint=${t.campaigns.start.confirmHint} type="number" min="0"
        value=${typed} onInput=${setTyped} />`}<//>`;
}
