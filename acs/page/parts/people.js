// What the views of users and of one's own profile share: roles and what they may do, scopes, tokens, secrets shown once.
import { html, useState } from '../html.js';
import { t, say } from '../texts.js';
import { del, encode, post, session, useAction, useGet } from '../api.js';
import { Table } from './table.js';
import { Button, Confirm, Copy, Dialog, Empty, Field, Loaded, ProblemBox, State, Time, fullTime, tell } from './ui.js';

const words = t.users;

// As the server has them: what each role may do.
const PERMISSIONS = ['see', 'help', 'operate', 'administer', 'audit', 'reveal'];
const MAY = {
  viewer: ['see'],
  help_desk: ['see', 'help'],
  operator: ['see', 'help', 'operate'],
  auditor: ['see', 'audit'],
  admin: PERMISSIONS,
};
export const ROLES = Object.keys(MAY);
export const isAtMost = (role, other) => MAY[role].every(permission => MAY[other].includes(permission));

export function RoleField({ value, onInput, roles = ROLES, label = words.role }) {
  return html`<${Field} as="select" label=${label} value=${value} onInput=${onInput}
      hint=${words.roles[value] && words.roles[value].does}>
    ${roles.map(role => html`<option key=${role} value=${role}>${words.roles[role].name}</option>`)}<//>`;
}

export function RoleTable() {
  const columns = [
    { key: 'role', title: words.role, cell: role => html`<b class="nowrap">${words.roles[role].name}</b>` },
    { key: 'does', title: words.does, cell: role => words.roles[role].does, wide: true },
    ...PERMISSIONS.map(permission => ({
      key: permission,
      title: words.permissions[permission].name,
      cell: role => (MAY[role].includes(permission) ? html`<span class="yes" role="img" aria-label=${words.yes}>✓</span>`
        : html`<span class="unseen">${words.no}</span>`),
    })),
  ];
  return html`<${Table} caption=${words.whatRoles} columns=${columns} rows=${ROLES} rowKey=${role => role} />`;
}

// Tags as they are typed: apart by commas or spaces. None is the whole fleet.
export const tagsOf = text => text.split(/[\s,]+/).filter(Boolean);

export function ScopeField({ whole, onWhole, tags, onTags, wholeText = words.wholeFleet, partText = words.partFleet }) {
  const id = useState(() => `scope-${Math.random().toString(36).slice(2)}`)[0];
  return html`<fieldset class="option-box"><legend>${words.scope}</legend>
    <label><input type="radio" name=${id} checked=${whole} onChange=${() => onWhole(true)} /> ${wholeText}</label>
    <label><input type="radio" name=${id} checked=${!whole} onChange=${() => onWhole(false)} /> ${partText}</label>
    ${!whole && html`<${Field} label=${words.tags} hint=${words.tagsHint} value=${tags} onInput=${onTags}
        required />`}</fieldset>`;
}

// Scopes of tokens are lists of lists: a device carries one tag of each.
export function ScopeShown({ lists }) {
  if (!lists.length) return html`<span class="faint">${words.wholeFleet}</span>`;
  return lists.map((tags, index) => html`${index ? html` <span class="faint">${words.andOneOf}</span> ` : ''}
    ${tags.map(tag => html`<span key=${tag} class="tag">${tag}</span>`)}`);
}

// A password nobody has to think of, without letters that look alike.
export function madePassword() {
  const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  return Array.from(bytes).filter(byte => byte < letters.length * 4).slice(0, 16).map(byte =>
      letters[byte % letters.length]).join('');
}

// What is shown once and never again.
export function Secret({ label, value }) {
  return html`<p class="once-shown"><span class="faint">${label}</span><code>${value}</code><${Copy} text=${value} /></p>`;
}

const DAY = 86400;
const ENDS = [[DAY, 'day'], [7 * DAY, 'week'], [30 * DAY, 'month'], [90 * DAY, 'quarter'], [366 * DAY, 'year']];

// Tokens of somebody; one's own can be made too.
export function Tokens({ user, own }) {
  const tokens = useGet('/tokens', own ? {} : { user });
  const [asked, ask] = useState(null);
  const [making, setMaking] = useState(false);
  const columns = [
    { key: 'name', title: words.token, cell: token => html`<b>${token.name}</b>` },
    { key: 'role', title: words.role, cell: token => words.roles[token.role].name },
    { key: 'scope', title: words.scope, cell: token => html`<${ScopeShown} lists=${token.scope} />` },
    { key: 'created', title: words.made, cell: token => html`<${Time} at=${token.created} />` },
    { key: 'expires', title: words.ends, cell: token => html`<span title=${fullTime(token.expires)}>
        <${Time} at=${token.expires} /></span>` },
    { key: 'end', title: html`<span class="unseen">${words.actions}</span>`, number: true,
      cell: token => html`<${Button} onClick=${() => ask(token)} aria-label=${say(words.endToken,
          { name: token.name })}>${words.end}<//>` },
  ];
  return html`${own && html`<p class="actions"><${Button} kind="primary" onClick=${() => setMaking(true)}>${words.makeToken}<//>
      </p>`}
    <${Loaded} from=${tokens}>${list => html`<${Table} caption=${words.tokens} columns=${columns} rows=${list}
      empty=${html`<${Empty} title=${words.noTokens} text=${own ? words.noTokensText : ''} />`} />`}<//>
    ${making && html`<${MakeToken} onClose=${() => setMaking(false)} onMade=${tokens.reload} />`}
    ${asked && html`<${Confirm} title=${say(words.endToken, { name: asked.name })} yes=${words.end} kind="danger"
      onClose=${() => ask(null)} onYes=${async () => {
        await del(`/tokens/${encode(asked.id)}`);
        tell(say(words.tokenEnded, { name: asked.name }));
        tokens.reload();
      }}><p>${words.endTokenText}</p><//>`}`;
}

function MakeToken({ onClose, onMade }) {
  const who = session.who;
  const [form, set] = useState({ name: '', role: who.role === 'admin' ? 'viewer' : who.role, whole: true, tags: '',
      secs: 30 * DAY });
  const [made, setMade] = useState(null);
  const put = change => set(before => ({ ...before, ...change }));
  const action = useAction(async () => {
    const token = await post('/tokens', {
      name: form.name.trim(), role: form.role, expires_secs: Number(form.secs), ...(form.whole ? {}
          : { scope: tagsOf(form.tags) }),
    });
    setMade(token);
    onMade();
  });
  if (made) {
    return html`<${Dialog} title=${words.tokenMade} onClose=${onClose}><p>${words.shownOnce}</p>
      <${Secret} label=${made.name} value=${made.token} /><p class="faint">${words.tokenUse}</p>
          <pre>Authorization: Bearer ${made.token}</pre>
      <form onSubmit=${event => { event.preventDefault(); onClose(); }}><footer><button class="primary">${words.haveIt}</button>
          </footer></form><//>`;
  }
  const roles = ROLES.filter(role => isAtMost(role, who.role));
  return html`<${Dialog} title=${words.makeToken} onClose=${onClose}><form
      onSubmit=${event => { event.preventDefault(); action.run(); }}>
    <${Field} label=${words.tokenName} hint=${words.tokenNameHint} value=${form.name} onInput=${name => put({ name })} required
        autofocus />
    <${RoleField} value=${form.role} roles=${roles} onInput=${role => put({ role })} />
    <${Field} as="select" label=${words.ends} value=${form.secs} onInput=${secs => put({ secs })}>
      ${ENDS.map(([secs, key]) => html`<option key=${key} value=${secs}>${words.after[key]}</option>`)}<//>
    <${ScopeField} whole=${form.whole} onWhole=${whole => put({ whole })} tags=${form.tags} onTags=${tags => put({ tags })}
      wholeText=${words.allOfMine} partText=${words.partOfMine} />
    <${ProblemBox} problem=${action.problem} />
    <footer><${Button} onClick=${onClose}>${t.ui.cancel}<//><button class="primary"
        disabled=${action.busy}>${words.makeToken}</button></footer></form><//>`;
}

export function UserState({ user }) {
  return user.must_change_password ? html`<${State} kind="warn">${words.oneTime}<//>`
      : html`<${State} kind="good">${words.active}<//>`;
}
