// A profile: how its devices stand, what it says, what it would change, its revisions; editing, publishing, rolling back.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, get, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, go, setQuery, to, useRoute } from '../router.js';
import { Button, Card, Confirm, Empty, Field, Head, Loaded, State, Tabs, Time, number, tell } from '../parts/ui.js';
import { PagedTable, Table } from '../parts/table.js';
import { selectorQuery } from '../parts/selector.js';
import { Conflicts, Standing } from '../parts/profile_state.js';
import { PreviewCounts, PreviewOnDevice } from '../parts/profile_preview.js';
import { Publish, StagedCard } from '../parts/profile_publish.js';
import { ProfileEditor } from '../parts/profile_editor.js';
import { ProfileText } from '../parts/profile_text.js';

const TABS = ['state', 'edit', 'preview', 'revisions'];

export default function Profile({ name, tab }) {
  const { query } = useRoute();
  const profile = useGet(query.new ? null : `/profiles/${encode(name)}`);
  const texts = t.profiles;
  const may = session.can('operate');
  const now = TABS.includes(tab) ? tab : 'state';
  useReloadOn(['profile.*'], null, profile.reload);
  const fresh = query.new || (profile.problem && profile.problem.status === 404);
  const crumb = html`<p class="crumb"><${Link} href="/profiles">${texts.title}<//></p>`;
  if (now === 'edit' && !may) {
    return html`${crumb}<${Head} title=${name} /><${Empty} title=${t.shell.notAllowed} text=${say(t.shell.notAllowedText, { permission: 'operate' })} />`;
  }
  if (fresh && now === 'edit') return html`${crumb}<${Head} title=${name} sub=${texts.fresh} /><${ProfileEditor}
      name=${name} fresh />`;
  if (fresh) {
    return html`${crumb}<${Head} title=${name} /><${Empty} title=${say(texts.gone, { name })} text=${texts.goneText}>
      ${may && html`<${Link} class="button primary" href=${`/profiles/${encode(name)}/edit`}>${texts.make}<//>`}<${Link}
          class="button" href="/profiles">${texts.title}<//><//>`;
  }
  return html`${crumb}<${Loaded} from=${profile}>${it => html`<${Top} profile=${it} may=${may} reload=${profile.reload}
      query=${query} />
    <${Tabs} current=${now} tabs=${TABS.filter(key => key !== 'edit' || may).map(key => [key, texts.tab[key]])}
      href=${key => to(`/profiles/${encode(name)}${key === 'state' ? '' : `/${key}`}`)} />
    ${now === 'state' && html`<${StateTab} profile=${it} may=${may} reload=${profile.reload} />`}
    ${now === 'edit' && html`<${ProfileEditor} name=${name} revision=${Number(query.revision) || undefined}
        onSaved=${profile.reload} />`}
    ${now === 'preview' && html`<${PreviewTab} profile=${it} query=${query} />`}
    ${now === 'revisions' && html`<${Revisions} profile=${it} may=${may} query=${query} />`}`}<//>`;
}

function Top({ profile, may, reload, query }) {
  const texts = t.profiles;
  const head = profile.in_force;
  const [removing, setRemoving] = useState(false);
  const publish = Number(query.publish) || 0;
  const draft = head.latest > (head.published || 0) && !(head.staged && head.staged.revision === head.latest);
  return html`<${Head} title=${profile.name} sub=${html`${head.published ? html`<${State} kind="good">${say(texts.inForce,
      { n: head.published })}<//> <${Time} at=${head.published_at} /> ${say(texts.by, { who: head.published_by })}`
      : html`<${State} of="draft">${texts.neverPublished}<//>`} ${head.staged && html`<${State} kind="warn">${say(texts.stagedAt,
          { n: head.staged.revision, at: head.staged.reached, of: head.staged.stages.length })}<//>`}`}>
      ${may && draft && html`<${Button} kind="primary" onClick=${() => setQuery({ publish: head.latest })}>${say(texts.publishN,
          { n: head.latest })}<//>`}
      ${may && html`<${Button} kind="danger" onClick=${() => setRemoving(true)}>${t.ui.remove}<//>`}<//>
    ${publish > 0 && may && html`<${Publish} name=${profile.name} revision=${publish} head=${head}
        onClose=${() => setQuery({ publish: '' })} onDone=${reload} />`}
    ${removing && html`<${Confirm} title=${say(texts.remove, profile)} yes=${t.ui.remove} kind="danger" typed=${profile.name}
        onClose=${() => setRemoving(false)}
      onYes=${async () => { await del(`/profiles/${encode(profile.name)}`); tell(say(texts.removed, profile));
          setTimeout(() => go('/profiles'), 0); }}>
      <p>${texts.removeText}</p><//>`}`;
}

function StateTab({ profile, may, reload }) {
  const texts = t.profiles;
  const path = `/profiles/${encode(profile.name)}`;
  const head = profile.in_force;
  const state = useGet(`${path}/state`);
  const conflicts = useGet('/profiles/conflicts');
  useReloadOn(['profile.*', 'device.profile_failed', 'task.done'], null, state.reload, 3000);
  const mine = (conflicts.data || []).filter(pair => pair.winner === profile.name || pair.loser === profile.name);
  const newer = head.latest > (head.published || 0) && !head.staged;
  return html`${newer && html`<p class="note">${say(head.published ? texts.newerText : texts.draftText, { n: head.latest })}
      ${' '}<${Link} href=${to(`${path}/preview`, { revision: head.latest })}>${texts.toPreview}<//></p>`}
    <div class="grid"><${Standing} state=${state} />${head.staged && html`<${StagedCard} name=${profile.name} head=${head}
        may=${may} onDone=${reload} />`}</div>
    ${mine.length > 0 && html`<${Card} title=${texts.conflicts.title}><${Conflicts} list=${mine} /><//>`}
    <${ProfileText} profile=${profile} title=${say(head.published ? texts.saysInForce : texts.saysDraft,
        { n: profile.revision })} />`;
}

function RevisionChoice({ label, value, latest, onInput }) {
  const numbers = Array.from({ length: Math.min(latest, 200) }, (_, index) => latest - index);
  return html`<${Field} as="select" label=${label} value=${String(value)} onInput=${text => onInput(Number(text))}>
    ${numbers.map(n => html`<option key=${n} value=${String(n)}>${say(t.profiles.revisionN, { n })}</option>`)}<//>`;
}

function PreviewTab({ profile, query }) {
  const texts = t.profiles;
  const revision = Number(query.revision) || profile.latest;
  const shown = useGet(`/profiles/${encode(profile.name)}/revisions/${revision}`);
  return html`<div class="filters"><${RevisionChoice} label=${texts.revision} value=${revision} latest=${profile.latest}
      onInput=${n => setQuery({ revision: n })} /></div>
    <p class="faint">${texts.preview.text}</p>
    <${Card} title=${texts.preview.one}><${PreviewOnDevice} key=${revision} name=${profile.name} what=${{ revision }}
        q=${shown.data ? selectorQuery(shown.data.profile.selector) : ''} /><//>
      <${Card} title=${texts.preview.all}><${PreviewCounts} key=${revision} name=${profile.name} what=${{ revision }} /><//>`;
}

function Revisions({ profile, may, query }) {
  const texts = t.profiles;
  const head = profile.in_force;
  const path = `/profiles/${encode(profile.name)}`;
  const to2 = Number(query.to) || profile.latest;
  const from = Number(query.from) || Math.max(1, (head.published && head.published !== to2 ? head.published : to2 - 1));
  const columns = [
    { key: 'n', title: texts.revision, cell: row => html`<${Link} href=${to(`${path}/revisions`,
        { show: row.revision })}>${row.revision}<//>
      ${row.revision === head.published && html` <${State}
          kind="good">${texts.forAll}<//>`}${head.staged && row.revision === head.staged.revision && html` <${State}
          kind="warn">${texts.staged}<//>`}` },
    { key: 'comment', title: texts.comment, wide: true, cell: row => row.comment || html`<span
        class="faint">${texts.noComment}</span>` },
    { key: 'by', title: texts.who, cell: row => row.by },
    { key: 'at', title: texts.at, cell: row => html`<span class="nowrap"><${Time} at=${row.at} /></span>` },
    { key: 'do', title: html`<span class="unseen">${texts.actions}</span>`, cell: row => html`<div class="actions row-actions">
      <${Button} kind="quiet" onClick=${() => setQuery({ from: row.revision - 1 || 1, to: row.revision, show: '' })}>${texts.diff}<//>
      ${may && row.revision !== head.published && html`<${Button} kind="quiet"
          onClick=${() => setQuery({ publish: row.revision })}>${head.published && row.revision < head.published ? texts.rollBack : texts.publish.short}<//>`}
      ${may && html`<${Link} class="button quiet" href=${to(`${path}/edit`,
          { revision: row.revision })}>${texts.editFrom}<//>`}</div>` },
  ];
  return html`<${Card} title=${texts.tab.revisions}><${PagedTable} caption=${texts.tab.revisions} columns=${columns}
      rowKey=${row => row.revision}
      version=${`${profile.name} ${profile.latest} ${head.published} ${head.staged && head.staged.revision}`}
          load=${page => get(`${path}/revisions`, page)} /><//>
    ${query.show && html`<${Shown} name=${profile.name} revision=${Number(query.show)} />`}
    <${Card} title=${texts.compare}><div class="filters"><${RevisionChoice} label=${texts.compareFrom} value=${from}
        latest=${profile.latest} onInput=${n => setQuery({ from: n })} />
        <${RevisionChoice} label=${texts.compareTo} value=${to2} latest=${profile.latest}
            onInput=${n => setQuery({ to: n })} /></div>
      <${Difference} name=${profile.name} from=${from} to2=${to2} /><//>`;
}

function Shown({ name, revision }) {
  const shown = useGet(`/profiles/${encode(name)}/revisions/${revision}`);
  return html`<${Loaded} from=${shown}>${found => html`<${ProfileText} profile=${found.profile} title=${say(t.profiles.revisionN,
      { n: number(revision) })} />`}<//>`;
}

function Difference({ name, from, to2 }) {
  const texts = t.profiles;
  const diff = useGet(`/profiles/${encode(name)}/diff`, { from, to: to2 });
  return html`<${Loaded} from=${diff}>${found => (found.changes.length ? html`<${Table} caption=${texts.compare}
      rows=${found.changes} rowKey=${row => row.name} columns=${[
    { key: 'name', title: texts.what, wide: true, cell: row => html`<code>${row.name}</code>` },
    { key: 'from', title: say(texts.revisionN, { n: from }), cell: row => (row.from === undefined || row.from === null
        ? html`<span class="faint">${texts.notThere}</span>` : html`<del class="mono">${row.from}</del>`) },
    { key: 'to', title: say(texts.revisionN, { n: to2 }), cell: row => (row.to === undefined || row.to === null ? html`<span
        class="faint">${texts.notThere}</span>` : html`<ins class="mono">${row.to}</ins>`) },
  ]} />` : html`<p class="note">${texts.same}</p>`)}<//>`;
}
