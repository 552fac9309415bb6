// Putting a revision of a profile in force: what it would change is counted first; for everybody, or stage by stage.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, post } from '../api.js';
import { Button, Confirm, Field, number, tell } from './ui.js';
import { PreviewCounts } from './profile_preview.js';

export function stageName(stage) {
  return stage.tag !== undefined ? say(t.profiles.stage.tag, { tag: stage.tag }) : say(t.profiles.stage.percent,
      { n: stage.percent });
}

export function Publish({ name, revision, head, onClose, onDone }) {
  const texts = t.profiles.publish;
  const [staged, setStaged] = useState(false);
  const [stages, setStages] = useState([{ percent: 5 }, { percent: 25 }]);
  const [counts, setCounts] = useState(null);
  const back = head && head.published && revision < head.published;
  const publish = async () => {
    await post(`/profiles/${encode(name)}/publish`, staged ? { revision, stages } : { revision });
    tell(say(staged ? texts.didStage : texts.did, { n: revision }));
    onDone();
  };
  const set = (index, stage) => setStages(stages.map((other, at) => (at === index ? stage : other)));
  return html`<${Confirm} title=${say(back ? texts.back : texts.title, { n: revision, name })} onClose=${onClose} onYes=${publish}
      yes=${staged ? texts.yesStage : counts ? say(texts.yesN, { n: number(counts.would_change) }) : texts.yes}>
    ${head && head.published && head.published !== revision && html`<p>${say(texts.replaces, { n: head.published })}</p>`}
    ${head && head.staged && html`<p class="note warn">${say(texts.endsStage, { n: head.staged.revision })}</p>`}
    <${PreviewCounts} name=${name} what=${{ revision }} now onCounts=${setCounts} />
    <fieldset class="option-cards"><legend>${texts.whom}</legend>
      <label class="option-card"><input type="radio" name="whom" checked=${!staged} onChange=${() => setStaged(false)} /><span>
          <b>${texts.everybody}</b><small>${texts.everybodyText}</small></span></label>
      <label class="option-card"><input type="radio" name="whom" checked=${staged} onChange=${() => setStaged(true)} /><span>
          <b>${texts.stages}</b><small>${texts.stagesText}</small></span></label></fieldset>
    ${staged && html`<ol class="stage-edit">${stages.map((stage, index) => {
      const kind = stage.tag !== undefined ? 'tag' : 'percent';
      return html`<li key=${index}><div class="filters">
        <${Field} as="select" label=${say(texts.stage, { n: index + 1 })} value=${kind}
            onInput=${wanted => set(index, wanted === 'tag' ? { tag: '' } : { percent: 10 })}>
          <option value="percent">${texts.percent}</option><option value="tag">${texts.tag}</option><//>
        ${kind === 'tag' ? html`<${Field} label=${texts.tagName} required value=${stage.tag} onInput=${tag => set(index,
            { tag })} />`
          : html`<${Field} label=${texts.percentOf} type="number" min="1" max="100" required value=${stage.percent}
              onInput=${text => set(index, { percent: Number(text) || 0 })} />`}
        <${Button} kind="quiet" aria-label=${say(texts.removeStage, { n: index + 1 })} disabled=${stages.length === 1}
            onClick=${() => setStages(stages.filter((_, at) => at !== index))}>${t.ui.remove}<//></div></li>`;
    })}</ol><${Button} onClick=${() => setStages([...stages, { percent: 50 }])}>${texts.addStage}<//>`}<//>`;
}

// Where a staged revision stands, and taking it further or back.
export function StagedCard({ name, head, may, onDone }) {
  const texts = t.profiles.stage;
  const [asking, ask] = useState(null);
  const staged = head.staged;
  const last = staged.reached >= staged.stages.length;
  const act = (verb, text) => async () => { await post(`/profiles/${encode(name)}/${verb}`); tell(text); onDone(); };
  return html`<section class="card"><header><h2>${say(texts.title, { n: staged.revision })}</h2><div class="actions">${may
      && html`
      <${Button} kind="primary" onClick=${() => ask('next')}>${last ? texts.forAll : texts.next}<//><${Button} kind="danger"
          onClick=${() => ask('abort')}>${texts.abort}<//>`}</div></header>
    <ol class="stage-list">${[...staged.stages.map(stageName), texts.all].map((text, index) => html`<li key=${index}
        class=${index < staged.reached ? 'over' : 'to-come'}>
      <div class="stagename"><b>${text}</b><span
          class="faint">${index < staged.reached ? texts.has : texts.later}</span></div></li>`)}</ol>
    <p class="faint">${say(head.published ? texts.rest : texts.restNothing, { n: head.published })}</p>
    ${asking === 'next' && html`<${Confirm} title=${last ? texts.forAll : texts.next} yes=${last ? texts.forAll : texts.next}
        onClose=${() => ask(null)} onYes=${act('next-stage', texts.went)}>
      <p>${last ? say(texts.askAll, { n: staged.revision }) : say(texts.askNext,
          { n: staged.revision, stage: stageName(staged.stages[staged.reached]) })}</p>
      <${PreviewCounts} name=${name} what=${{ revision: staged.revision }} now /><//>`}
    ${asking === 'abort' && html`<${Confirm} title=${texts.abort} yes=${texts.abort} kind="danger" onClose=${() => ask(null)}
        onYes=${act('abort-stage', texts.taken)}>
      <p>${say(head.published ? texts.askAbort : texts.askAbortNothing, { n: head.published })}</p><//>`}</section>`;
}
