// Profiles: what groups of devices are to have, how the devices stand to each, and which profiles contradict each other.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { encode, session, useGet } from '../api.js';
import { useReloadOn } from '../live.js';
import { Link, go, setQuery, to, useRoute } from '../router.js';
import { Button, Card, Dialog, Empty, Field, Head, Loaded, State, Tabs, number } from '../parts/ui.js';
import { Table } from '../parts/table.js';
import { SelectorText, many } from '../parts/selector.js';
import { Conflicts, StandBar } from '../parts/profile_state.js';

export default function Profiles() {
  const { query } = useRoute();
  const texts = t.profiles;
  const tab = query.tab === 'conflicts' ? 'conflicts' : 'all';
  const profiles = useGet('/profiles');
  const conflicts = useGet('/profiles/conflicts');
  const [making, setMaking] = useState(false);
  useReloadOn(['profile.*'], null, () => { profiles.reload(); conflicts.reload(); });
  const found = conflicts.data ? conflicts.data.length : 0;
  const make = session.can('operate') && html`<${Button} kind="primary" onClick=${() => setMaking(true)}>${texts.make}<//>`;
  return html`<${Head} title=${texts.title} sub=${texts.sub}>${make}<//>
    <${Tabs} current=${tab} tabs=${[['all', texts.tabs.all], ['conflicts', found ? say(texts.tabs.conflictsN,
        { n: number(found) }) : texts.tabs.conflicts]]}
      href=${key => to('/profiles', key === 'all' ? {} : { tab: key })} />
    ${tab === 'conflicts' ? html`<${Loaded} from=${conflicts}>${list => html`<${Card} title=${texts.conflicts.title}><${Conflicts}
        list=${list} /><//>`}<//>`
      : html`${found > 0 && html`<p class="note warn">${say(texts.contradict, { n: number(found) })} <${Link}
          href=${to('/profiles', { tab: 'conflicts' })}>${texts.look}<//></p>`}
        <${Loaded} from=${profiles}>${all => html`<${List} all=${all} query=${query} make=${make} />`}<//>`}
    ${making && html`<${Make} onClose=${() => setMaking(false)} names=${(profiles.data || []).map(profile => profile.name)} />`}`;
}

function List({ all, query, make }) {
  const texts = t.profiles;
  if (!all.length) return html`<div class="card"><${Empty} title=${texts.none} text=${texts.noneText}>${make}<//></div>`;
  const words = (query.contains || '').toLowerCase();
  const textOf = profile => JSON.stringify([profile.name, profile.values, profile.selector]).toLowerCase();
  const rows = all.filter(profile => !words || textOf(profile).includes(words));
  const columns = [
    { key: 'name', title: texts.name, cell: row => html`<${Link} class="capped"
        href=${`/profiles/${encode(row.name)}`}>${row.name}<//>` },
    { key: 'for', title: texts.for, wide: true, cell: row => html`<${SelectorText} of=${row.selector} />` },
    { key: 'says', title: texts.says, cell: row => [row.values && row.values.length ? many(row.values.length, texts.valuesOne, texts.valuesN) : '',
      row.objects && row.objects.length ? many(row.objects.length, texts.rowsOne, texts.rowsN) : ''].filter(Boolean).join(', ') },
    { key: 'precedence', title: texts.precedence, number: true, cell: row => row.precedence },
    { key: 'revision', title: texts.revision, cell: row => html`<${RevisionState} of=${row} />` },
    { key: 'stand', title: texts.devices, wide: true, cell: row => html`<${StandBar} name=${row.name} />` },
  ];
  return html`<div class="filters"><${Field} label=${texts.find} hint=${texts.findHint} type="search"
      value=${query.contains || ''} onInput=${contains => setQuery({ contains })} /></div>
    <div class="card flush"><${Table} caption=${texts.title} rows=${rows} rowKey=${row => row.name}
        href=${row => `/profiles/${encode(row.name)}`} columns=${columns}
      empty=${html`<${Empty} title=${texts.noneSuch} />`} /></div>`;
}

function RevisionState({ of }) {
  const texts = t.profiles;
  const head = of.in_force;
  if (head.staged) return html`<${State} kind="warn">${say(texts.stagedAt,
      { n: head.staged.revision, at: head.staged.reached, of: head.staged.stages.length })}<//>`;
  if (head.published === null) return html`<${State} of="draft">${texts.draft}<//>`;
  return html`<span class="nowrap">${say(texts.inForce, { n: head.published })}</span> ${head.latest > head.published
      && html`<${State} of="draft">${say(texts.newer, { n: head.latest })}<//>`}`;
}

function Make({ onClose, names }) {
  const texts = t.profiles;
  const [name, setName] = useState('');
  const taken = names.includes(name.trim());
  const make = event => {
    event.preventDefault();
    if (name.trim() && !taken) go(`/profiles/${encode(name.trim())}/edit`, { new: 1 });
  };
  return html`<${Dialog} title=${texts.make} onClose=${onClose}><form onSubmit=${make}>
    <${Field} label=${texts.name} hint=${texts.nameHint} required value=${name} onInput=${setName}
        problem=${taken ? texts.taken : null} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button type="submit" class="primary"
        disabled=${!name.trim() || taken}>${texts.goOn}</button></footer></form><//>`;
}
