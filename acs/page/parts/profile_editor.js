// Editing a profile, by a form or as JSON: a draft first, looked at on a device, then published.
import { html, useEffect, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, get, ifMatch, post, put, session, tagged, useAction } from '../api.js';
import { go, useGuard } from '../router.js';
import { Busy, Button, Card, Field, ProblemBox, tell } from './ui.js';
import { ChangedMeanwhile } from './changed.js';
import { ProfileForm } from './profile_form.js';
import { PreviewCounts, PreviewOnDevice } from './profile_preview.js';
import { selectorQuery, tidySelector } from './selector.js';

const HIDDEN = '***';
// What the server says of a profile and does not take.
const SAID = ['name', 'revision', 'latest', 'in_force'];
const without = profile => Object.fromEntries(Object.entries(profile).filter(([key]) => !SAID.includes(key)));

// Reads what is edited: the last revision, be it a draft, with the tag of the profile. A name nobody has used begins empty.
const EMPTY = { draft: { selector: {}, values: [{ name: '', value: '' }] }, tag: null, from: null, head: null };

async function begin(name, revision, fresh) {
  if (fresh) return EMPTY;
  try {
    const { data, tag } = await tagged(`/profiles/${encode(name)}`);
    const from = revision || data.latest;
    const shown = from === data.revision ? data : (await get(`/profiles/${encode(name)}/revisions/${from}`)).profile;
    return { draft: without(shown), tag, from, head: data.in_force };
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    return EMPTY;
  }
}

// `onSaved` is called when there is another revision.
export function ProfileEditor({ name, revision, fresh, onSaved }) {
  const [state, set] = useState(null);
  const [turn, again] = useState(0);
  useEffect(() => {
    set(null);
    begin(name, revision, fresh).then(set, problem => set({ problem }));
  }, [name, revision, turn]);
  if (!state) return html`<${Busy} />`;
  if (state.problem) return html`<${ProblemBox} problem=${state.problem} onRetry=${() => again(n => n + 1)} />`;
  return html`<${Editor} key=${turn} name=${name} start=${state} onSaved=${onSaved} onTheirs=${() => again(n => n + 1)} />`;
}

// As the server takes it: without empty conditions and rows nobody has filled in.
function toRequest(draft, comment) {
  const request = { ...draft, selector: tidySelector(draft.selector),
      values: (draft.values || []).filter(row => row.name || row.value) };
  if (draft.objects) request.objects = draft.objects;
  if (comment) request.comment = comment;
  return request;
}

const rowsOf = draft => [...(draft.values || []), ...(draft.objects || []).flatMap(object => object.values || [])];
const hiddenIn = draft => rowsOf(draft).filter(row => row.value === HIDDEN).map(row => row.name);

function Editor({ name, start, onSaved, onTheirs }) {
  const texts = t.profiles.editor;
  const [draft, setDraft] = useState(start.draft);
  const [comment, setComment] = useState('');
  const [json, setJson] = useState(null);
  const [left, setLeft] = useState(null);
  const typed = json !== null && json !== JSON.stringify(toRequest(draft), null, 2);
  const dirty = !left && (typed || JSON.stringify(draft) !== JSON.stringify(start.draft));
  useGuard(dirty ? texts.unsaved : null);
  // Behind the guard, which holds nobody by then.
  useEffect(() => { if (left) go(`/profiles/${encode(name)}`, left.query); }, [left]);
  const change = changes => setDraft(now => ({ ...now, ...changes }));
  const parsed = json === null ? { draft } : parse(json);
  const current = parsed.draft || draft;
  const hidden = hiddenIn(current);
  const request = toRequest(current, comment);
  const reveal = useAction(async what => {
    const found = await post(`/profiles/${encode(name)}/reveal`, { ...what, revision: start.from });
    setDraft(now => putIn(now, what, found.value));
  });
  const save = useAction(async (publish, tag) => {
    if (parsed.problem) throw parsed.problem;
    const over = tag === undefined ? start.tag : tag;
    const options = { params: { publish: 'false' }, ...(over ? ifMatch(over) : {}) };
    const made = await put(`/profiles/${encode(name)}`, request, options);
    setLeft({ query: publish ? { publish: made.revision } : {} });
    if (onSaved) onSaved();
    tell(say(texts.saved, { n: made.revision }));
  });
  const theirs = async publish => save.run(publish, (await tagged(`/profiles/${encode(name)}`)).tag);
  const show = as => {
    if (as === 'json') { setJson(JSON.stringify(toRequest(draft), null, 2)); return; }
    if (parsed.draft) { setDraft(parsed.draft); setJson(null); }
  };
  const changed = save.problem && save.problem.status === 412;
  const mayReveal = session.can('reveal') && start.from;
  return html`
    <p class="faint">${start.from ? say(texts.from, { n: start.from }) : texts.fresh}</p>
    <div class="actions as-choice" role="group" aria-label=${texts.as}><${Button} aria-pressed=${json === null}
        disabled=${json !== null && !parsed.draft} onClick=${() => show('form')}>${texts.form}<//>
      <${Button} aria-pressed=${json !== null} onClick=${() => json === null && show('json')}>${texts.json}<//></div>
    ${hidden.length > 0 && html`<div class="note warn"><b>${say(texts.hidden, { n: hidden.length })}</b> ${texts.hiddenText}
      ${mayReveal && json === null && html`<p><${Button} busy=${reveal.busy}
          onClick=${() => revealAll(draft, reveal)}>${texts.fetchAll}<//></p>`}</div>`}
    <${ProblemBox} problem=${reveal.problem} />
    ${json === null ? html`<${ProfileForm} draft=${draft} change=${change}
        reveal=${mayReveal ? what => reveal.run(what) : null} />`
      : html`<${Card} title=${texts.json}><${Field} as="textarea" rows="24" label=${texts.jsonLabel} hint=${texts.jsonHint}
          value=${json} onInput=${setJson} spellcheck=${false}
          problem=${parsed.problem ? parsed.problem.why : null} /><//>`}
    <${Card} title=${texts.look}><p class="faint">${texts.lookText}</p>
      ${parsed.problem ? html`<${ProblemBox} problem=${parsed.problem} />` : html`<${PreviewOnDevice} name=${name}
          what=${{ draft: request }} q=${selectorQuery(current.selector)} />
        <${PreviewCounts} name=${name} what=${{ draft: request }} />`}<//>
    <section class="card save-bar" aria-label=${t.ui.save}>
      ${changed ? html`<${ChangedMeanwhile} busy=${save.busy} onMine=${() => theirs(false)} onTheirs=${onTheirs} />`
          : html`<${ProblemBox} problem=${save.problem} />`}
      <div class="value-row"><${Field} label=${texts.comment} placeholder=${texts.commentHint} value=${comment}
          onInput=${setComment} maxlength="1000" />
        <${Button} kind="primary" busy=${save.busy} disabled=${hidden.length > 0}
            onClick=${() => save.run(true)}>${texts.publish}<//>
        <${Button} busy=${save.busy} disabled=${hidden.length > 0} onClick=${() => save.run(false)}>${texts.save}<//>
        <${Button} kind="quiet" onClick=${() => go(start.from ? `/profiles/${encode(name)}` : '/profiles')}>${t.ui.cancel}<//></div></section>`;
}

function parse(json) {
  try {
    const draft = JSON.parse(json);
    if (!draft || typeof draft !== 'object' || Array.isArray(draft)) throw new Error(t.profiles.editor.noObject);
    return { draft };
  } catch (error) {
    return { problem: { message: t.profiles.editor.noJson, why: error.message } };
  }
}

// Puts a secret where it belongs.
function putIn(draft, what, value) {
  const fill = rows => rows.map(row => (row.name === what.name && row.value === HIDDEN ? { ...row, value } : row));
  if (!what.path) return { ...draft, values: fill(draft.values || []) };
  const same = object => object.path === what.path && JSON.stringify(object.key) === JSON.stringify(what.key);
  return { ...draft, objects: draft.objects.map(object => (same(object) ? { ...object, values: fill(object.values || []) } : object)) };
}

async function revealAll(draft, reveal) {
  for (const row of draft.values || []) if (row.value === HIDDEN) await reveal.run({ name: row.name });
  for (const object of draft.objects || []) {
    for (const row of object.values || []) if (row.value === HIDDEN) await reveal.run({ name: row.name, path: object.path, key: object.key });
  }
}
