// Making a campaign in steps, or changing a draft: image, devices, stages, care, and a look at what it would do before it begins.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, ifMatch, once, post, put, tagged, useAction } from '../api.js';
import { Link, go, setQuery, useGuard, useRoute } from '../router.js';
import { Busy, Button, Card, Head, ProblemBox, tell } from '../parts/ui.js';
import { ChangedMeanwhile } from '../parts/changed.js';
import { useLibrary } from '../parts/campaign.js';
import { requestOf } from '../parts/campaign_start.js';
import { CareStep, DevicesStep, ImageStep, StagesStep } from '../parts/campaign_steps.js';
import { ReviewStep } from '../parts/campaign_review.js';
import { tidySelector } from '../parts/selector.js';

const STEPS = ['image', 'devices', 'stages', 'care', 'review'];
const FRESH = {
  name: '', file: '', selector: {}, concurrency: 10, bytes_per_sec: 0, stages: [{ count: 5 }, { percent: 10 }, { percent: 100 }],
  success_percent: 90, error_percent: 0, failure_limit: 3, windows: '', time_zone: 'UTC0', downgrade: false,
};

// As the server takes it: without what is not said.
export function toRequest(draft) {
  const request = { ...draft, selector: tidySelector(draft.selector) };
  for (const name of ['windows', 'time_zone', 'idle', 'voice', 'recent_failures', 'overdue_hours']) {
    if (request[name] === '' || request[name] === null || request[name] === undefined) delete request[name];
  }
  return request;
}

export default function Wizard() {
  const { query } = useRoute();
  const from = query.draft || query.like;
  const [start, setStart] = useState(from ? null : { draft: { ...FRESH, file: query.file || '' } });
  const [turn, again] = useState(0);
  useEffect(() => {
    if (!from) return;
    tagged(`/campaigns/${encode(from)}`).then(({ data, tag }) => {
      const draft = { ...FRESH, failure_limit: 0, ...requestOf(data) };
      if (query.like) draft.name = '';
      setStart({ draft, tag: query.draft ? tag : null, turn });
    }, problem => setStart({ problem }));
  }, [from, turn]);
  if (!start) return html`<${Busy} />`;
  if (start.problem) return html`<${ProblemBox} problem=${start.problem} />`;
  return html`<${Steps} key=${`${from} ${start.turn}`} begin=${start.draft} id=${query.draft} tag=${start.tag}
      onTheirs=${() => again(n => n + 1)} />`;
}

function Steps({ begin, id, tag, onTheirs }) {
  const texts = t.campaigns.wizard;
  const { query } = useRoute();
  const library = useLibrary();
  const [draft, setDraft] = useState(begin);
  const [left, setLeft] = useState(null);
  const step = STEPS.includes(query.step) ? query.step : 'image';
  const at = STEPS.indexOf(step);
  const file = library.byId.get(draft.file);
  const name = draft.name || (file && file.version ? say(texts.nameOf, { version: file.version }) : '');
  const request = toRequest({ ...draft, name });
  const dirty = !left && JSON.stringify(draft) !== JSON.stringify(begin);
  useGuard(dirty ? texts.unsaved : null);
  const change = changes => setDraft(now => ({ ...now, ...changes }));
  const show = wanted => { setQuery({ step: wanted }); document.querySelector('main').scrollTo(0, 0); window.scrollTo(0, 0); };
  const leave = (where, text) => { setLeft(where); tell(text); };
  // Behind the guard, which holds nobody by then.
  useEffect(() => { if (left) go(left); }, [left]);
  const save = useAction(async over => {
    if (id) await put(`/campaigns/${encode(id)}`, request, ifMatch(over === undefined ? tag : over));
    const made = id ? { id } : await post('/campaigns', { ...request, start: false }, once());
    leave(`/campaigns/${made.id}`, texts.savedDraft);
  });
  const begins = async confirm => {
    let made = { id };
    if (id) {
      await put(`/campaigns/${encode(id)}`, request, ifMatch(tag));
      await post(`/campaigns/${encode(id)}/start`, confirm);
    } else {
      made = await post('/campaigns', { ...request, ...confirm }, once());
    }
    leave(`/campaigns/${made.id}`, t.campaigns.start.started);
  };
  const missing = !draft.file ? texts.noImage : file && !file.version ? texts.noVersion : null;
  const stepProps = { draft, change, file, library };
  const changed = save.problem && save.problem.status === 412;
  return html`<p class="crumb"><${Link} href="/campaigns">${t.campaigns.title}<//></p>
    <${Head} title=${id ? say(texts.editTitle, { name: begin.name }) : texts.title} sub=${texts.sub} />
    <nav aria-label=${texts.steps}><ol class="wizard-steps">${STEPS.map((one, index) => html`<li key=${one}>
      <button type="button" class="quiet" aria-current=${one === step ? 'step' : undefined} onClick=${() => show(one)}>
        <span class="step-n" aria-hidden="true">${index + 1}</span>${texts.step[one]}</button></li>`)}</ol></nav>
    <${Card} title=${texts.step[step]}>
      ${step === 'image' && html`<${ImageStep} ...${stepProps} name=${name} />`}
      ${step === 'devices' && html`<${DevicesStep} ...${stepProps} />`}
      ${step === 'stages' && html`<${StagesStep} ...${stepProps} />`}
      ${step === 'care' && html`<${CareStep} ...${stepProps} />`}
      ${step === 'review' && (missing ? html`<p class="note warn">${missing} <${Button}
          onClick=${() => show('image')}>${texts.toImage}<//></p>`
        : html`<${ReviewStep} request=${request} file=${file} begins=${begins} />`)}
      ${changed ? html`<${ChangedMeanwhile} busy=${save.busy} onMine=${() => save.run(null)} onTheirs=${onTheirs} />`
          : html`<${ProblemBox} problem=${save.problem} />`}
      <div class="actions wizard-foot">
        ${at > 0 && html`<${Button} onClick=${() => show(STEPS[at - 1])}>${texts.back}<//>`}
        ${at < STEPS.length - 1 && html`<${Button} kind="primary" disabled=${step === 'image' && Boolean(missing)}
            onClick=${() => show(STEPS[at + 1])}>${texts.next}<//>`}
        <span class="grow"></span>
        <${Button} busy=${save.busy} disabled=${Boolean(missing)} onClick=${() => save.run()}>${texts.save}<//></div><//>`;
}
