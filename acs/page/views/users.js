// Who may sign in, as what, and for which devices.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, ifMatch, put, session, useAction, useGet } from '../api.js';
import { setQuery, useRoute } from '../router.js';
import { Table } from '../parts/table.js';
import { Button, Card, Confirm, Dialog, Field, Head, Loaded, tell } from '../parts/ui.js';
import { ChangeProblem, useTagged } from '../parts/seen.js';
import { RoleField, RoleTable, ScopeField, ScopeShown, Secret, Tokens, UserState, madePassword,
    tagsOf } from '../parts/people.js';

const words = t.users;

export default function Users() {
  const users = useGet('/users');
  const { query } = useRoute();
  const [open, setOpen] = useState(query.add ? { what: 'add' } : null);
  const close = () => { setOpen(null); if (query.add) setQuery({ add: undefined }); };
  const columns = [
    { key: 'name', title: words.name, cell: user => html`<b>${user.name}</b>${user.name === session.who.user
      && html` <span class="faint">${words.you}</span>`}` },
    { key: 'role', title: words.role, cell: user => words.roles[user.role].name },
    { key: 'scope', title: words.scope, cell: user => html`<${ScopeShown} lists=${user.scope ? [user.scope] : []} />` },
    { key: 'password', title: words.password, cell: user => html`<${UserState} user=${user} />` },
    { key: 'actions', title: html`<span class="unseen">${words.actions}</span>`, cell: user =>
        html`<span class="actions row-actions">
      <${Button} onClick=${() => setOpen({ what: 'change', user })} aria-label=${say(words.changeUser, user)}>${words.change}<//>
      <${Button} onClick=${() => setOpen({ what: 'tokens', user })} aria-label=${say(words.tokensOf, user)}>${words.tokens}<//>
      <${Button} onClick=${() => setOpen({ what: 'remove', user })} aria-label=${say(words.removeUser, user)}>${t.ui.remove}<//>
          </span>` },
  ];
  return html`<${Head} title=${words.title} sub=${words.sub}>
      <${Button} kind="primary" onClick=${() => setOpen({ what: 'add' })}>${words.add}<//><//>
    <${Card}><${Loaded} from=${users}>${list => html`<${Table} caption=${words.title} columns=${columns} rows=${list}
        rowKey=${user => user.name} />
      ${list.length === 1 && html`<p class="note">${words.onlyOne}</p>`}`}<//><//>
    <${Card} title=${words.whatRoles}><${RoleTable} /><dl class="means">${Object.values(words.permissions).map(({ name,
        means }) =>
      html`<div key=${name}><dt>${name}</dt><dd>${means}</dd></div>`)}</dl><//>
    ${open && open.what === 'add' && html`<${Edit} known=${users.data || []} onClose=${close} onDone=${users.reload} />`}
    ${open && open.what === 'change' && html`<${Edit} name=${open.user.name} onClose=${close} onDone=${users.reload} />`}
    ${open && open.what === 'tokens' && html`<${Dialog} wide title=${say(words.tokensOf, open.user)} onClose=${close}>
      <${Tokens} user=${open.user.name} own=${open.user.name === session.who.user} /><//>`}
    ${open && open.what === 'remove' && html`<${Remove} user=${open.user} onClose=${close} onDone=${users.reload} />`}`;
}

function Remove({ user, onClose, onDone }) {
  return html`<${Confirm} title=${say(words.removeUser, user)} yes=${t.ui.remove} kind="danger" onClose=${onClose}
      onYes=${async () => {
    await del(`/users/${encode(user.name)}`);
    tell(say(words.removed, user));
    onDone();
  }}><p>${say(words.removeText, user)}</p>${user.name === session.who.user && html`<p class="note">${words.removeSelf}</p>`}<//>`;
}

// One user, as read or as none: what is typed stays when it is read again.
function Edit({ name, known = [], onClose, onDone }) {
  const seen = useTagged(name && `/users/${encode(name)}`);
  if (name && !seen.data) return html`<${Dialog} title=${say(words.changeUser, { name })} onClose=${onClose}>
      <${Loaded} from=${seen} /><//>`;
  return html`<${Form} name=${name} known=${known} seen=${seen} onClose=${onClose} onDone=${onDone} />`;
}

const asForm = user => ({
  name: user ? user.name : '', role: user ? user.role : 'viewer', whole: !user || !user.scope, tags: user && user.scope
      ? user.scope.join(', ') : '',
  // A password is made for somebody who is added; of others it stays unless another is asked for.
  password: user ? '' : madePassword(), setPassword: !user, oneTime: true,
});

function Form({ name, known, seen, onClose, onDone }) {
  const [form, set] = useState(() => asForm(seen.data));
  const [done, setDone] = useState(null);
  const change = more => set(before => ({ ...before, ...more }));
  const taken = !name && known.some(user => user.name === form.name.trim());
  const self = name === session.who.user;
  const action = useAction(async () => {
    const body = { role: form.role, scope: form.whole ? null : tagsOf(form.tags) };
    if (form.setPassword) Object.assign(body, { password: form.password, must_change_password: form.oneTime });
    const user = await put(`/users/${encode(form.name.trim())}`, body, name ? ifMatch(seen.tag) : {});
    onDone();
    if (form.setPassword && form.oneTime) setDone(user);
    else { tell(say(name ? words.changed : words.added, user)); onClose(); }
  });
  if (done) return html`<${PasswordOnce} user=${done} password=${form.password} onClose=${onClose} />`;
  const title = name ? say(words.changeUser, { name }) : words.add;
  return html`<${Dialog} title=${title} onClose=${onClose}><form onSubmit=${event => { event.preventDefault(); action.run(); }}>
    ${!name && html`<${Field} label=${words.name} hint=${words.nameHint} value=${form.name}
        onInput=${value => change({ name: value })}
      problem=${taken ? words.taken : undefined} required autofocus autocapitalize="none" />`}
    <${RoleField} value=${form.role} onInput=${role => change({ role })} />
    <${ScopeField} whole=${form.whole} onWhole=${whole => change({ whole })} tags=${form.tags}
        onTags=${tags => change({ tags })} />
    ${name && html`<${Field} as="check" label=${words.otherPassword} value=${form.setPassword}
      onInput=${setPassword => change({ setPassword, password: form.password || madePassword() })} />`}
    ${form.setPassword && html`<div class="with-button"><${Field} label=${form.oneTime ? words.oneTimePassword : words.password}
        value=${form.password}
        onInput=${password => change({ password })} hint=${words.passwordHint} minlength="10" required spellcheck="false"
            class="mono" />
      <${Button} onClick=${() => change({ password: madePassword() })}>${words.makeOne}<//></div>
      <${Field} as="check" label=${words.mustChoose} hint=${words.mustChooseHint} value=${form.oneTime}
          onInput=${oneTime => change({ oneTime })} />`}
    ${name && html`<p class="note">${self ? words.endsYours : say(words.endsTheirs, { name })}</p>`}
    <${ChangeProblem} action=${action} seen=${seen} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//>
      <button class="primary" disabled=${action.busy || taken}>${name ? t.ui.save : words.add}</button></footer></form><//>`;
}

function PasswordOnce({ user, password, onClose }) {
  return html`<${Dialog} title=${say(words.ready, user)} onClose=${onClose}><p>${say(words.readyText, user)}</p>
    <${Secret} label=${user.name} value=${password} /><p class="faint">${words.shownOnce}</p>
    <form onSubmit=${event => { event.preventDefault(); onClose(); }}><footer>
        <button class="primary" autofocus>${words.haveIt}</button></footer></form><//>`;
}
