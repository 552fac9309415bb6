// The last step of making a campaign: what it would do, and beginning it.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { post, session } from '../api.js';
import { Busy, Button, Confirm, ProblemBox, number } from './ui.js';
import { EstimateShown } from './estimate.js';
import { Settings } from './campaign.js';
import { devices } from './selector.js';

export function ReviewStep({ request, file, begins }) {
  const texts = t.campaigns.wizard;
  const key = JSON.stringify(request);
  const [state, set] = useState({ key: null });
  const [turn, again] = useState(0);
  const [asking, ask] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    set({ key, busy: true });
    post('/campaigns/estimate', request, { signal: stop.signal }).then(estimate => set({ key, estimate }),
      problem => problem.name !== 'AbortError' && set({ key, problem }));
    return () => stop.abort();
  }, [key, turn]);
  const estimate = state.estimate;
  // The server adds the product class of the image where none is chosen.
  const adds = file && file.product_class && !request.selector.product_class;
  const named = adds ? { product_class: [file.product_class], ...request.selector } : request.selector;
  const first = estimate && estimate.stages.length > 1 ? estimate.stages[0] : null;
  return html`${state.problem ? html`<${ProblemBox} problem=${state.problem} onRetry=${() => again(n => n + 1)} />`
    : !estimate ? html`<${Busy} what=${t.campaigns.start.looking} />` : html`<${EstimateShown} estimate=${estimate}
        campaign=${request} />
      <div class="actions"><${Button} kind="primary" disabled=${!estimate.devices} onClick=${() => ask(true)}>
          ${say(texts.begin, { n: number(estimate.devices) })}<//>
        <${Button} onClick=${() => again(n => n + 1)}>${texts.again}<//></div>`}
    <h3>${t.campaigns.facts.title}</h3>
    <${Settings} file=${file} campaign=${{ time_zone: 'UTC0', target_version: file ? file.version : '', scope: session.who ? session.who.scope : [], ...request, selector: named }} />
    ${asking && html`<${Confirm} title=${say(t.campaigns.start.title, request)} yes=${t.campaigns.start.yes}
        onClose=${() => ask(false)}
        typed=${estimate.confirm ? String(estimate.devices) : undefined}
        onYes=${() => begins(estimate.confirm ? { confirm_devices: estimate.devices } : {})}>
      <p>${say(request.windows ? t.campaigns.start.textWindows : t.campaigns.start.text, { n: number(estimate.devices),
          version: file ? file.version : '', windows: request.windows })}</p>
      ${first !== null && html`<p>${say(texts.firstStage, { n: devices(first) })}</p>`}
<//>`}`;
}
