// Taking a file in: chosen or dropped, described, sent with its progress.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { upload, useAction, useGet } from '../api.js';
import { Field, ProblemBox, bytes, tell } from './ui.js';

export const TYPES = ['1 Firmware Upgrade Image', '2 Web Content', '3 Vendor Configuration File', '4 Tone File', '5 Ringer File',
  '6 Stored Firmware Image'];
// What a name says of a version: `ata192-11-4-0.fw`.
const versionIn = name => ((name.replace(/\.[a-z]+\d?$/i, '').match(/\d+(?:[-.]\d+\w*){1,}/g) || []).pop() || '');

// `image`: only images are wanted. `onDone(record)` is called with what the server made of it.
export function UploadForm({ image, onDone }) {
  const texts = t.files;
  const classes = useGet('/devices/groups', { by: 'product_class', limit: 50 });
  const [file, setFile] = useState(null);
  const [over, setOver] = useState(false);
  const [share, setShare] = useState(0);
  const [form, setForm] = useState({
    name: '', file_type: TYPES[0], product_class: '', version: '', minimum_version: '', sha256: '', unverified: false,
  });
  const set = (name, value) => setForm(now => ({ ...now, [name]: value }));
  const isImage = form.file_type.startsWith('1 ');
  const choose = chosen => {
    if (!chosen) return;
    setFile(chosen);
    setForm(now => ({ ...now, name: chosen.name }));
  };
  const send = useAction(async () => {
    setShare(0);
    const params = { ...form, sha256: form.sha256.trim(), unverified: form.unverified ? 'true' : '' };
    const record = await upload('/files', file, params, setShare);
    tell(say(texts.taken, { name: record.name }));
    onDone(record);
  });
  const submit = event => { event.preventDefault(); send.run(); };
  const drop = event => { event.preventDefault(); setOver(false); choose(event.dataTransfer.files[0]); };
  return html`<form onSubmit=${submit}>
    <label class=${`dropzone ${over ? 'over' : ''}`} onDragOver=${event => { event.preventDefault(); setOver(true); }}
        onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <input type="file" class="unseen" aria-label=${texts.choose} onChange=${event => choose(event.target.files[0])} />
      ${file ? html`<b>${file.name}</b><span class="faint">${bytes(file.size)}</span>` : html`<b>${texts.choose}</b><span
          class="faint">${texts.drop}</span>`}</label>
    <div class="fields">
      <${Field} label=${texts.name} required value=${form.name} onInput=${value => set('name', value)} />
      ${!image && html`<${Field} label=${texts.type} required value=${form.file_type} list="file-types"
          onInput=${value => set('file_type', value)} />
        <datalist id="file-types">${TYPES.map(type => html`<option key=${type} value=${type}></option>`)}</datalist>`}
      <${Field} label=${texts.version} hint=${isImage ? texts.versionHint : undefined} value=${form.version}
        placeholder=${file ? versionIn(file.name) : ''} onInput=${value => set('version', value)} />
      <${Field} label=${texts.product} hint=${texts.productHint} value=${form.product_class} list="product-classes"
          onInput=${value => set('product_class', value)} />
      <datalist id="product-classes">${classes.data && classes.data.groups.map(group => html`<option key=${group.value}
          value=${group.value}></option>`)}</datalist>
      <${Field} label=${texts.minimum} hint=${texts.minimumHint} value=${form.minimum_version}
          onInput=${value => set('minimum_version', value)} />
      <${Field} label=${texts.sha256} hint=${texts.sha256Hint} class="mono" spellcheck=${false} value=${form.sha256}
          onInput=${value => set('sha256', value)} />
      ${isImage && html`<div class="wide"><${Field} as="check" label=${texts.unverified} hint=${texts.unverifiedHint}
          value=${form.unverified} onInput=${value => set('unverified', value)} /></div>`}</div>
    ${send.busy && html`<p class="send-progress"><progress max="1" value=${share} aria-label=${texts.sending}></progress>
      <span>${share < 1 ? say(texts.sent, { n: Math.floor(share * 100) }) : texts.checking}</span></p>`}
    <${ProblemBox} problem=${send.problem} />
    <footer><button type="submit" class="primary" disabled=${!file || send.busy}>${texts.send}</button></footer></form>`;
}
