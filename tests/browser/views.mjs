// Every view at its addresses, with a name for its picture. What an address names is looked up on the server.
//
// `ask(method, path)` asks the API; `device` is the identity of a device with something to show. With `share` and `shares`
// only a part, always the same one, whatever there is.
export async function addresses(ask, device, share = 0, shares = 1) {
  const first = async (path, pick = item => item.id) => {
    const answer = await ask('GET', path);
    const items = Array.isArray(answer) ? answer : answer.items;
    return items.length ? pick(items[0]) : null;
  };
  const of = encodeURIComponent;
  const at = `/devices/${of(device)}`;
  const account = await first('/accounts?limit=1', item => item.account);
  const group = await first('/groups', item => item.name || item.tag);
  const profile = (await ask('GET', '/profiles')).map(item => item.name).pop();
  const campaigns = await ask('GET', '/campaigns');
  const campaign = campaigns.find(one => one.counts.failed > 0) || campaigns[0];
  const operation = await first('/operations?limit=1');
  const run = await first('/diagnostics?limit=1');
  const webhook = await first('/webhooks');
  // The one with most to read.
  const { items: sessions } = await ask('GET', `${at}/sessions?limit=100`);
  const session = sessions.sort((a, b) => b.rpcs - a.rpcs)[0]?.id;
  const list = [
    ['dashboard', '/'],
    ['devices', '/devices'],
    ['devices-query', `/devices?q=${of('product_class = "ATA192" and last_inform > ago("1d")')}`],
    ['device', at],
    ...['parameters', 'tasks', 'profile', 'diagnostics', 'firmware', 'sessions', 'files', 'contact', 'audit'].map(tab =>
      [`device-${tab}`, `${at}/${tab}`]),
    ['device-session', session && `${at}/sessions/${session}`],
    ['lines', '/lines'],
    ['subscribers', '/subscribers'],
    ['subscriber', account && `/subscribers/${of(account)}`],
    ['groups', '/groups'],
    ['group', group && `/groups/${of(group)}`],
    ['profiles', '/profiles'],
    ['profile', profile && `/profiles/${of(profile)}`],
    ...['edit', 'preview', 'revisions'].map(tab => [`profile-${tab}`, profile && `/profiles/${of(profile)}/${tab}`]),
    ['campaigns', '/campaigns'],
    ['campaign-new', '/campaigns/new'],
    ['campaign', campaign && `/campaigns/${campaign.id}`],
    ['operations', '/operations'],
    ['operation', operation && `/operations/${operation}`],
    ['files', '/files'],
    ['tasks', '/tasks'],
    ['diagnostics', '/diagnostics'],
    ['diagnostics-run', run && `/diagnostics/${run}`],
    ['provisioning', '/provisioning'],
    ['quarantine', '/quarantine'],
    ['users', '/users'],
    ['audit', '/audit'],
    ['webhooks', '/webhooks'],
    ['webhook', webhook && `/webhooks/${webhook}`],
    ['system', '/system'],
    ['me', '/me'],
  ];
  return list.filter(([, path], index) => path && index % shares === share);
}
