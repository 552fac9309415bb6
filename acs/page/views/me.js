// Who one is, what one may do, one's password and one's tokens.
import { html, useState } from '../html.js';
import { t } from '../texts.js';
import { ask, put, session, useAction } from '../api.js';
import { Card, Facts, Field, Head, ProblemBox, Time, tell } from '../parts/ui.js';
import { ScopeShown, Tokens } from '../parts/people.js';

const words = t.users;

export default function Me() {
  const who = session.who;
  const all = Object.keys(words.permissions);
  return html`<${Head} title=${t.shell.views.me} sub=${words.meSub} />
    <div class="grid">
      <${Card} title=${words.whoAmI}><${Facts} of=${[
        [words.name, who.user], [words.role, words.roles[who.role].name], [words.scope,
            html`<${ScopeShown} lists=${who.scope} />`],
        [words.sessionEnds, html`<${Time} at=${who.expires} />`],
      ]} /><h3 class="gap">${words.mayDo}</h3><ul class="may">${all.map(permission => {
        const can = session.can(permission);
        return html`<li key=${permission} class=${can ? '' : 'faint'}><span class=${can ? 'yes' : ''} aria-hidden="true">${can
            ? '✓' : '–'}</span>
          <span><b>${words.permissions[permission].name}</b> ${can ? ''
              : html`<span>${words.notYou} </span>`}${words.permissions[permission].means}</span></li>`;
      })}</ul><//>
      <${Card} title=${words.changePassword}><${Password} /><//>
    </div>
    <${Card} title=${words.myTokens}><p class="faint">${words.myTokensText}</p><${Tokens} own /><//>`;
}

function Password() {
  const empty = { old: '', next: '', repeat: '' };
  const [form, set] = useState(empty);
  const change = more => set(before => ({ ...before, ...more }));
  const differ = form.repeat && form.next !== form.repeat ? t.signIn.differ : undefined;
  const action = useAction(async () => {
    const user = session.who.user;
    await put('/password', { old: form.old, new: form.next });
    // Every session has ended with the password: this one begins again with the one that was chosen.
    session.set(await ask('POST', '/session', { body: { user, password: form.next } }));
    set(empty);
    tell(words.passwordChanged);
  });
  return html`<form onSubmit=${event => { event.preventDefault(); action.run(); }}><p>${words.changePasswordText}</p>
    <input class="unseen" type="text" autocomplete="username" value=${session.who.user} readonly tabindex="-1"
        aria-label=${words.name} />
    <${Field} label=${words.oldPassword} type="password" value=${form.old} onInput=${old => change({ old })}
        autocomplete="current-password" required />
    <${Field} label=${words.newPassword} hint=${words.passwordHint} type="password" value=${form.next}
        onInput=${next => change({ next })}
      minlength="10" autocomplete="new-password" required />
    <${Field} label=${t.signIn.repeat} type="password" value=${form.repeat} onInput=${repeat => change({ repeat })}
        problem=${differ}
      autocomplete="new-password" required />
    <${ProblemBox} problem=${action.problem} />
    <footer><button class="primary" disabled=${action.busy || Boolean(differ) || !form.repeat}>${words.changePassword}</button>
        </footer></form>`;
}
