// Which view is shown at which address; each is loaded when it is first shown. `needs` is the permission it takes, `whole`
// that it concerns the whole fleet, `group` where it stands in the menu.
import { match } from '../router.js';
import { lazy } from '../parts/lazy.js';

const view = (name, pattern, file, more = {}) => ({ name, pattern, show: lazy(() => import(`./${file}.js`)), ...more });

export const views = [
  view('dashboard', '/', 'dashboard', { group: 'fleet' }),
  view('devices', '/devices', 'devices', { group: 'fleet' }),
  view('devices', '/devices/:device/:tab?/:item?', 'device'),
  view('lines', '/lines', 'lines', { group: 'fleet' }),
  view('subscribers', '/subscribers', 'subscribers', { group: 'fleet' }),
  view('subscribers', '/subscribers/:account', 'subscriber'),
  view('groups', '/groups/:name?', 'groups', { group: 'fleet' }),
  view('profiles', '/profiles', 'profiles', { group: 'change', whole: true }),
  view('profiles', '/profiles/:name/:tab?', 'profile', { whole: true }),
  view('campaigns', '/campaigns', 'campaigns', { group: 'change' }),
  view('campaigns', '/campaigns/new', 'campaign_wizard', { needs: 'operate' }),
  view('campaigns', '/campaigns/:campaign/:device?', 'campaign'),
  view('operations', '/operations/:operation?', 'operations', { group: 'change', needs: 'see' }),
  view('files', '/files', 'files', { group: 'change' }),
  view('tasks', '/tasks', 'tasks', { group: 'watch', whole: true }),
  view('diagnostics', '/diagnostics/:run?', 'diagnostics', { group: 'watch' }),
  view('provisioning', '/provisioning', 'provisioning', { group: 'watch', whole: true }),
  view('quarantine', '/quarantine', 'quarantine', { group: 'watch', whole: true }),
  view('users', '/users', 'users', { group: 'server', needs: 'administer', whole: true }),
  view('audit', '/audit', 'audit', { group: 'server', needs: 'audit', whole: true }),
  view('webhooks', '/webhooks/:webhook?', 'webhooks', { group: 'server', needs: 'administer', whole: true }),
  view('system', '/system', 'system', { group: 'server', whole: true }),
  view('me', '/me', 'me'),
];

// The view of an address with the arguments that stand in it, or null.
export function viewAt(path) {
  for (const view of views) {
    const args = match(view.pattern, path);
    if (args) return { view, args };
  }
  return null;
}
