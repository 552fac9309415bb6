// Signing in: at the beginning, with a one-time password, and again when a session has ended in the middle of something.
import { html, useState } from './html.js';
import { t, say } from './texts.js';
import { ask, encode, get, put, session, goOn, useAction } from './api.js';
import { Dialog, Field, ProblemBox } from './parts/ui.js';

const LEAST = 10;

// Whether a session may be there: without one, asking for it would only be refused. Says nothing about whose it is, but
// whether it is good for anything besides choosing a password.
const MARK = 'signed-in';
export const remembered = () => localStorage.getItem(MARK) !== null;
const remember = who => localStorage.setItem(MARK, who.must_change_password ? 'first' : 'yes');
export const forget = () => localStorage.removeItem(MARK);

// A form's submission as an action: the browser sends nothing itself.
const sends = action => event => {
  event.preventDefault();
  action.run();
};

function useSignIn(then) {
  const [user, setUser] = useState(session.who ? session.who.user : '');
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    const who = await ask('POST', '/session', { body: { user, password } });
    remember(who);
    then(who, password);
  });
  const form = html`<form onSubmit=${sends(action)}>
    <${Field} label=${t.signIn.user} value=${user} onInput=${setUser} autocomplete="username" autocapitalize="none" required
        autofocus />
    <${Field} label=${t.signIn.password} type="password" value=${password} onInput=${setPassword} autocomplete="current-password"
        required />
    <${ProblemBox} problem=${action.problem} />
    <footer><button type="submit" class="primary" disabled=${action.busy}>${t.signIn.submit}</button></footer></form>`;
  return form;
}

export function SignIn() {
  const [first, setFirst] = useState(null);
  const form = useSignIn((who, password) => (who.must_change_password ? setFirst({ who, password }) : session.set(who)));
  return html`<main class="door" id="content"><section class="card">
    <h1><span class="logo" aria-hidden="true"></span>${t.name}</h1>
    ${first ? html`<${ChoosePassword} ...${first} />` : html`${form}<details><summary>${t.signIn.firstSummary}</summary>
        <p>${t.signIn.firstAdmin}</p></details>`}
  </section></main>`;
}

// Whoever came with a password that is good for one time.
export function ChoosePassword({ who, password }) {
  const [old, setOld] = useState(password || '');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [alone, setAlone] = useState(null);
  const action = useAction(async () => {
    session.who = who;
    try {
      await put('/password', { old, new: next });
      // The session has ended with the password it was begun with.
      const again = await ask('POST', '/session', { body: { user: who.user, password: next } });
      remember(again);
      session.who = again;
      if (await isAlone(again)) setAlone(again);
      else session.set(again);
    } catch (problem) {
      session.who = null;
      throw problem;
    }
  });
  const differ = repeat && next !== repeat ? t.signIn.differ : undefined;
  if (alone) return html`<${FirstUser} who=${alone} />`;
  return html`<form onSubmit=${sends(action)}><h2>${t.signIn.first}</h2><p>${say(t.signIn.firstText, { least: LEAST })}</p>
    ${!password && html`<${Field} label=${t.signIn.old} type="password" value=${old} onInput=${setOld}
        autocomplete="current-password" required />`}
    <${Field} label=${t.signIn.next} type="password" value=${next} onInput=${setNext} autocomplete="new-password"
        minlength=${LEAST} required autofocus />
    <${Field} label=${t.signIn.repeat} type="password" value=${repeat} onInput=${setRepeat} problem=${differ}
        autocomplete="new-password" required />
    <${ProblemBox} problem=${action.problem} />
    <footer><button type="submit" class="primary" disabled=${action.busy || Boolean(differ) || !repeat}>${t.signIn.choose}</button>
        </footer></form>`;
}

// Whether nobody but this administrator may sign in yet.
async function isAlone(who) {
  if (who.role !== 'admin' || who.scope.length) return false;
  try {
    return (await get('/users')).length === 1;
  } catch {
    return false;
  }
}

// A server that has just been set up: whoever did it gets a user of their own, and goes on as that.
function FirstUser({ who }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [repeat, setRepeat] = useState('');
  const action = useAction(async () => {
    const user = name.trim();
    await put(`/users/${encode(user)}`, { role: 'admin', password });
    // The session of the first administrator ends with it, not only on this side.
    await ask('DELETE', '/session');
    session.set(await ask('POST', '/session', { body: { user, password } }));
  });
  const differ = repeat && password !== repeat ? t.signIn.differ : undefined;
  const taken = name.trim() === who.user ? t.signIn.taken : undefined;
  return html`<form onSubmit=${sends(action)}><h2>${t.signIn.own}</h2><p>${say(t.signIn.ownText, who)}</p>
    <${Field} label=${t.signIn.ownName} hint=${t.signIn.ownNameHint} value=${name} onInput=${setName} problem=${taken}
      autocomplete="username" autocapitalize="none" required autofocus />
    <${Field} label=${t.signIn.password} hint=${say(t.signIn.atLeast, { least: LEAST })} type="password" value=${password}
      onInput=${setPassword} autocomplete="new-password" minlength=${LEAST} required />
    <${Field} label=${t.signIn.repeat} type="password" value=${repeat} onInput=${setRepeat} problem=${differ}
      autocomplete="new-password" required />
    <${ProblemBox} problem=${action.problem} />
    <footer><button type="button" onClick=${() => session.set(who)}>${say(t.signIn.goOnAs, who)}</button>
      <button type="submit" class="primary" disabled=${action.busy || Boolean(differ || taken) ||
          !repeat}>${t.signIn.makeOwn}</button></footer></form>`;
}

// In front of what somebody was doing when the session ended.
export function SignInAgain({ onDone }) {
  const form = useSignIn(who => {
    const same = session.who && session.who.user === who.user;
    session.set(who);
    if (!same) { location.reload(); return; }
    onDone();
    goOn();
  });
  return html`<${Dialog} title=${t.signIn.ended} onClose=${() => {}}><p>${t.signIn.endedText}</p>${form}<//>`;
}
