// The steps of making a campaign: the image, the devices, the stages, and the care that is taken.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { Button, Dialog, Empty, Field, Loaded, bytes, number } from './ui.js';
import { SelectorCount, SelectorFields } from './selector.js';
import { WindowsField } from './windows.js';
import { UploadForm } from './upload.js';
import { stageText } from './campaign.js';

const whole = (text, otherwise = 0) => (text === '' ? otherwise : Math.max(0, Math.round(Number(text)) || 0));

export function ImageStep({ draft, change, library, name }) {
  const texts = t.campaigns.wizard;
  const [uploading, setUploading] = useState(false);
  const taken = record => { setUploading(false); library.reload(); change({ file: record.id }); };
  return html`<${Field} label=${t.campaigns.name} value=${draft.name} placeholder=${name}
      onInput=${text => change({ name: text })} />
    <${Loaded} from=${library}>${all => {
      const images = all.filter(file => file.file_type.startsWith('1 '));
      return images.length ? html`<fieldset class="option-cards"><legend>${texts.image}</legend>${images.map(file => html`<label
          key=${file.id} class="option-card">
        <input type="radio" name="image" checked=${draft.file === file.id} onChange=${() => change({ file: file.id })} />
        <span><b>${file.version || texts.noVersionShort}</b> ${file.name}<small>${[file.product_class || texts.anyProduct, bytes(file.bytes),
          t.files.verified[file.verification], file.minimum_version && say(texts.needs,
              { version: file.minimum_version })].filter(Boolean).join(' · ')}</small></span></label>`)}</fieldset>`
        : html`<${Empty} title=${texts.noImages} text=${texts.noImagesText}><//>`;
    }}<//>
    <${Button} onClick=${() => setUploading(true)}>${t.files.upload}<//>
    ${uploading && html`<${Dialog} title=${t.files.upload} wide onClose=${() => setUploading(false)}><${UploadForm} image
        onDone=${taken} /><//>`}`;
}

export function DevicesStep({ draft, change, file }) {
  const texts = t.campaigns.wizard;
  const selector = draft.selector;
  const without = !(selector.product_class || []).length && file && file.product_class;
  const counted = without ? { ...selector, product_class: [file.product_class] } : selector;
  return html`<p class="faint">${texts.devicesText}</p>
    <${SelectorFields} value=${selector} onChange=${next => change({ selector: next })}
      hints=${without ? { product_class: say(texts.classOfFile, { what: file.product_class }) } : {}} />
    <${SelectorCount} selector=${counted} />
    <div class="fields"><${Field} label=${texts.overdue} hint=${texts.overdueHint} type="number" min="0"
        value=${draft.overdue_hours ?? ''}
        onInput=${text => change({ overdue_hours: text === '' ? null : whole(text) })} />
      <${Field} as="check" label=${texts.downgrade} hint=${texts.downgradeHint} value=${draft.downgrade}
          onInput=${downgrade => change({ downgrade })} /></div>`;
}

const PLANS = { canary: [{ count: 5 }, { percent: 10 }, { percent: 100 }], careful: [{ count: 1 }, { count: 10 }, { percent: 5 },
    { percent: 25 }, { percent: 100 }], once: [] };

export function StagesStep({ draft, change }) {
  const texts = t.campaigns.wizard;
  const stages = draft.stages;
  const set = (index, stage) => change({ stages: stages.map((other, at) => (at === index ? stage : other)) });
  const add = () => change({ stages: [...stages.slice(0, -1),
      { percent: 50 }, ...(stages.length ? stages.slice(-1) : [{ percent: 100 }])] });
  return html`<p class="faint">${texts.stagesText}</p>
    <div class="actions plan-choice">${Object.entries(PLANS).map(([name, plan]) => html`<${Button} key=${name}
        aria-pressed=${JSON.stringify(plan) === JSON.stringify(stages)}
      onClick=${() => change({ stages: plan })}>${texts.plans[name]}<//>`)}</div>
    ${stages.length ? html`<ol class="stage-edit">${stages.map((stage, index) => {
      const kind = stage.count !== undefined ? 'count' : 'percent';
      const last = index === stages.length - 1;
      return html`<li key=${index}><div class="filters">
        <${Field} label=${say(texts.stageSize, { n: index + 1 })} type="number" min="1"
            max=${kind === 'percent' ? 100 : undefined} disabled=${last}
          value=${stage[kind]} onInput=${text => set(index, { [kind]: whole(text, 1) })} />
        <${Field} label=${texts.unit} as="select" value=${kind} disabled=${last} onInput=${wanted => set(index,
            { [wanted]: wanted === 'percent' ? Math.min(100, stage[kind]) : stage[kind] })}>
          <option value="count">${texts.units.count}</option><option value="percent">${texts.units.percent}</option><//>
        <span class="faint">${stageText(stage, index)}</span>
        ${!last && html`<${Button} kind="quiet" aria-label=${say(texts.removeStage, { n: index + 1 })}
          onClick=${() => change({ stages: stages.filter((_, at) => at !== index) })}>${t.ui.remove}<//>`}</div></li>`;
    })}</ol>` : html`<p class="note">${texts.allAtOnce}</p>`}
    <${Button} onClick=${add}>${texts.addStage}<//>
    <div class="fields">
      ${stages.length > 1 && html`<${Field} label=${texts.success} hint=${texts.successHint} type="number" min="1" max="100"
          value=${draft.success_percent}
        onInput=${text => change({ success_percent: whole(text, 90) })} />`}
      <${Field} label=${t.campaigns.facts.concurrency} hint=${texts.concurrencyHint} type="number" min="1"
          value=${draft.concurrency}
        onInput=${text => change({ concurrency: whole(text, 10) })} />
      <${Field} label=${texts.bandwidth} hint=${texts.bandwidthHint} type="number" min="0"
          value=${draft.bytes_per_sec ? Math.round(draft.bytes_per_sec / 1000) : ''}
        placeholder=${t.campaigns.facts.noLimit} onInput=${text => change({ bytes_per_sec: whole(text) * 1000 })} /></div>`;
}

const ZONES = [['UTC0', 'UTC'], ['GMT0BST,M3.5.0/1,M10.5.0', 'London'], ['CET-1CEST,M3.5.0,M10.5.0/3', 'Berlin, Paris, Zürich'],
  ['EET-2EEST,M3.5.0/3,M10.5.0/4', 'Athens, Helsinki'], ['EST5EDT,M3.2.0,M11.1.0', 'New York'], ['CST6CDT,M3.2.0,M11.1.0', 'Chicago'],
  ['MST7MDT,M3.2.0,M11.1.0', 'Denver'], ['PST8PDT,M3.2.0,M11.1.0', 'Los Angeles'], ['IST-5:30', 'Delhi'], ['JST-9', 'Tokyo'],
  ['AEST-10AEDT,M10.1.0,M4.1.0/3', 'Sydney']];

export function CareStep({ draft, change }) {
  const texts = t.campaigns.wizard;
  const recent = draft.recent_failures;
  return html`<h3>${texts.when}</h3><div class="fields">
      <${WindowsField} label=${t.campaigns.facts.windows} value=${draft.windows || ''}
          onChange=${windows => change({ windows })} />
      <${Field} label=${texts.zone} hint=${texts.zoneHint} value=${draft.time_zone || ''} list="zones" class="mono"
          onInput=${time_zone => change({ time_zone })} />
      <datalist id="zones">${ZONES.map(([value, place]) => html`<option key=${value} value=${value}
          label=${place}></option>`)}</datalist></div>
    <h3>${texts.stop}</h3><p class="faint">${texts.stopText}</p><div class="fields">
      <${Field} label=${texts.failures} hint=${texts.failuresHint} type="number" min="0" placeholder=${texts.neverShort}
          value=${draft.failure_limit || ''}
        onInput=${text => change({ failure_limit: whole(text) })} />
      <${Field} label=${texts.errors} hint=${texts.errorsHint} type="number" min="0" max="100" placeholder=${texts.neverShort}
          value=${draft.error_percent || ''}
        onInput=${text => change({ error_percent: whole(text) })} />
      <${Field} as="check" label=${texts.recent} value=${Boolean(recent)}
          onInput=${yes => change({ recent_failures: yes ? { failures: 3, of: 20 } : null })} />
      ${recent && html`<${Field} label=${texts.recentFailures} type="number" min="1" value=${recent.failures}
          onInput=${text => change({ recent_failures: { ...recent, failures: whole(text, 1) } })} />
        <${Field} label=${texts.recentOf} type="number" min="1" value=${recent.of}
            onInput=${text => change({ recent_failures: { ...recent, of: whole(text, 1) } })} />`}</div>
    <h3>${texts.voiceTitle}</h3><div class="fields">
      <div><${Field} as="check" label=${texts.idle} hint=${texts.idleHint} value=${Boolean(draft.idle)}
          onInput=${yes => change({ idle: yes ? { minutes: 60, then: 'fail' } : null })} />
        ${draft.idle && html`<${Field} label=${texts.idleMinutes} type="number" min="1" value=${draft.idle.minutes}
            onInput=${text => change({ idle: { ...draft.idle, minutes: whole(text, 1) } })} />
          <${Field} label=${texts.idleThen} as="select" value=${draft.idle.then || 'fail'}
              onInput=${then => change({ idle: { ...draft.idle, then } })}>
            <option value="fail">${texts.idleFail}</option><option value="upgrade">${texts.idleUpgrade}</option><//>`}</div>
      <div><${Field} as="check" label=${texts.voice} hint=${texts.voiceHint} value=${Boolean(draft.voice)}
          onInput=${yes => change({ voice: yes ? { minutes: 10 } : null })} />
        ${draft.voice && html`<${Field} label=${texts.voiceMinutes} type="number" min="1" value=${draft.voice.minutes}
            onInput=${text => change({ voice: { minutes: whole(text, 1) } })} />`}</div></div>`;
}
