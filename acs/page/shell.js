// What is around every view: the menu, the search for a device, who one is, and the view of the address.
import { html, useState, useEffect, useRef, useErrorBoundary } from './html.js';
import { t, say } from './texts.js';
import { get, del, session } from './api.js';
import { useRoute, go, Link } from './router.js';
import { useLiveState } from './live.js';
import { forget } from './sign_in.js';
import { views, viewAt } from './views/index.js';
import { Empty, Field, Messages, ProblemBox, Button, tell } from './parts/ui.js';

const GROUPS = ['fleet', 'change', 'watch', 'server'];
const allowed = view => (!view.needs || session.can(view.needs)) && (!view.whole || session.whole());

export function Shell({ who }) {
  const { path } = useRoute();
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const chosen = viewAt(path);
  const shown = useRef(path);
  useEffect(() => {
    setOpen(false);
    // What a screen reader goes on with, once there is another view.
    if (shown.current !== path && main.current) main.current.focus();
    shown.current = path;
  }, [path]);
  return html`<a class="skip" href="#content" onClick=${event => { event.preventDefault(); main.current.focus(); }}>${t.shell.skip}</a>
    <header class="top">
      <button type="button" class="quiet menu" aria-expanded=${open} aria-controls="menu" onClick=${() => setOpen(!open)}>☰<span class="unseen">${t.shell.menu}</span></button>
      <${Link} href="/" class="name"><span class="logo" aria-hidden="true"></span>${t.name}<//>
      <${Find} />
      <${Live} />
      <${Person} who=${who} />
    </header>
    <nav id="menu" class=${`side ${open ? 'open' : ''}`} aria-label=${t.shell.main}>${GROUPS.map(group => {
      const entries = views.filter(view => view.group === group && allowed(view));
      return entries.length ? html`<section key=${group}><h2>${t.shell.groups[group]}</h2><ul>${entries.map(view => {
        const target = view.pattern.replace(/\/:.*$/, '') || '/';
        return html`<li key=${view.name}><${Link} href=${target} aria-current=${chosen && chosen.view.name === view.name ? 'page' : undefined}>${t.shell.views[view.name]}<//></li>`;
      })}</ul></section>` : null;
    })}</nav>
    <main id="content" ref=${main} tabindex="-1"><${Current} chosen=${chosen} /></main>
    <${Messages} />`;
}

function Current({ chosen }) {
  if (!chosen) {
    return html`<${Empty} title=${t.shell.noView} text=${t.shell.noViewText}><${Link} class="button" href="/">${t.shell.toDashboard}<//><//>`;
  }
  if (!allowed(chosen.view)) {
    const permission = chosen.view.needs || 'the whole fleet';
    return html`<${Empty} title=${t.shell.notAllowed} text=${say(t.shell.notAllowedText, { permission })} />`;
  }
  return html`<${View} key=${chosen.view.pattern} view=${chosen.view} args=${chosen.args} />`;
}

function View({ view, args }) {
  const [broken] = useErrorBoundary(error => console.error(error));
  if (broken) {
    return html`<${Empty} title=${t.shell.broken} text=${t.shell.brokenFix}><pre>${String(broken)}</pre>
      <button onClick=${() => location.reload()}>${t.shell.reload}</button><//>`;
  }
  return html`<${view.show} ...${args} />`;
}

// Finds a device by what is printed on it: a whole serial number opens it, anything else is a list.
function Find() {
  const [text, setText] = useState('');
  const find = async event => {
    event.preventDefault();
    const wanted = text.trim();
    if (!wanted) return;
    try {
      const page = await get('/devices', { contains: wanted, limit: 2 });
      if (page.items.length === 1) go(`/devices/${page.items[0].id}`);
      else go('/devices', { contains: wanted });
      setText('');
    } catch (problem) {
      tell(problem.message, 'bad');
    }
  };
  return html`<form class="find" role="search" onSubmit=${find}>
    <input type="search" aria-label=${t.shell.find} placeholder=${t.shell.findHint} value=${text} onInput=${event => setText(event.target.value)} /></form>`;
}

function Live() {
  const state = useLiveState();
  const text = { live: t.shell.live, connecting: t.shell.connecting, off: '' }[state];
  return html`<span class=${`live is-${state}`} role="status">${text}</span>`;
}

function Person({ who }) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState(null);
  const [theme, setTheme] = useState(localStorage.getItem('theme') || 'auto');
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = event => {
      if (event.key === 'Escape' || (event.type === 'click' && !box.current.contains(event.target))) setOpen(false);
    };
    document.addEventListener('click', away);
    document.addEventListener('keydown', away);
    return () => { document.removeEventListener('click', away); document.removeEventListener('keydown', away); };
  }, [open]);
  const signOut = async () => {
    try {
      await del('/session');
    } catch (error) {
      if (error.status !== 401) { setProblem(error); return; }
    }
    forget();
    location.assign('/');
  };
  const choose = value => { setTheme(value); localStorage.setItem('theme', value); applyTheme(); };
  return html`<div class="person" ref=${box}>
    <button type="button" class="quiet" aria-expanded=${open} onClick=${() => setOpen(!open)}>${who.user} <span class="faint">${who.role.replace('_', ' ')}</span> ▾</button>
    ${open && html`<div class="drop">
      <${Link} href="/me" onClick=${() => setOpen(false)}>${t.shell.views.me}<//>
      <${Field} as="select" label=${t.shell.theme.label} value=${theme} onInput=${choose}>
        ${['auto', 'light', 'dark'].map(value => html`<option key=${value} value=${value}>${t.shell.theme[value]}</option>`)}<//>
      <${ProblemBox} problem=${problem} /><${Button} onClick=${signOut}>${t.shell.signOut}<//></div>`}
  </div>`;
}

export function applyTheme() {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
