// Where the page begins: finds out who has signed in, and shows the page or the door.
import { html, render, useState, useEffect } from './html.js';
import { ask, session } from './api.js';
import { Shell, applyTheme } from './shell.js';
import { SignIn, SignInAgain, ChoosePassword, remembered, forget } from './sign_in.js';
import { viewAt } from './views/index.js';
import { ProblemBox } from './parts/ui.js';

function Page({ problem }) {
  const [who, setWho] = useState(session.who);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const tell = (now, what) => (what === 'ended' ? setEnded(true) : setWho(now));
    session.watchers.add(tell);
    return () => session.watchers.delete(tell);
  }, []);
  if (problem) return html`<main class="door" id="content"><${ProblemBox} problem=${problem} onRetry=${() => location.reload()} /></main>`;
  if (!who) return html`<${SignIn} />`;
  if (who.must_change_password) {
    return html`<main class="door" id="content"><section class="card"><${ChoosePassword} who=${who} /></section></main>`;
  }
  return html`<${Shell} key=${who.user} who=${who} />${ended && html`<${SignInAgain} onDone=${() => setEnded(false)} />`}`;
}

applyTheme();
let problem = null;
if (remembered()) {
  const first = viewAt(location.pathname);
  // Loaded while the session is asked for; what fails is said where it is shown.
  if (first) first.view.show.ask().catch(() => {});
  try {
    session.who = await ask('GET', '/session');
  } catch (error) {
    if (error.status === 401) forget();
    else problem = error;
  }
}
render(html`<${Page} problem=${problem} />`, document.getElementById('page'));
