// A server with customers for pictures: devices of three models, subscribers with lines, profiles, a campaign that meets
// trouble, and the traces all of that leaves. Everything is done through the API and by real (simulated) devices.
import { spawn, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { people, sites } from './people.mjs';

const SECRET = 'factory-secret';
const PASSWORD = 'a password for pictures';
const OLD = '11-3-2MPP0102-233';
const NEW = '11-3-3MPP0103-001';

const free = () => new Promise(resolve => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

export class Town {
  static async raise(dialtone, folder) {
    const town = new Town(dialtone, folder);
    try {
      await town.starts();
      await town.settles();
    } catch (problem) {
      await town.ends();
      throw problem;
    }
    return town;
  }

  constructor(dialtone, folder) {
    this.dialtone = dialtone;
    this.folder = folder;
    this.children = [];
    this.user = 'admin';
    this.password = PASSWORD;
  }

  run(...args) {
    const child = spawn(this.dialtone, args, { stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DIALTONE_LOG: 'error' } });
    this.children.push(child);
    return child;
  }

  async starts() {
    mkdirSync(this.folder, { recursive: true });
    const [cwmp, api, files] = [await free(), await free(), await free()];
    const keys = ['ours', 'theirs'].map(name => {
      const said = execFileSync(this.dialtone, ['firmware', 'keygen', '--key', join(this.folder, `${name}.key`)],
        { encoding: 'utf8' });
      return said.match(/[0-9a-f]{64}/)[0];
    });
    [this.key, this.foreignKey] = keys;
    const settings = `data = '${this.folder}/data'
[cwmp]
listen = '127.0.0.1:${cwmp}'
[api]
listen = '127.0.0.1:${api}'
[files]
listen = '127.0.0.1:${files}'
[enrolment]
mode = 'shared-secret'
secret = '${SECRET}'
[campaigns]
firmware_keys = ['${this.key}']
[trace]
sessions = 100
all = true
[query]
overdue_minutes = 1
[history]
parameters = ['*.DeviceInfo.SoftwareVersion', '*.X_CISCO_ATA.Line.1.Display_Name']
`;
    writeFileSync(join(this.folder, 'acs.toml'), settings, { mode: 0o600 });
    this.cwmp = `http://127.0.0.1:${cwmp}/`;
    this.address = `http://127.0.0.1:${api}`;
    this.run('acs', '--config', join(this.folder, 'acs.toml'));
    await this.eventually('the server is ready', async () => (await fetch(`${this.address}/readyz`).catch(() => null))?.ok);
    const oneTime = readFileSync(join(this.folder, 'data/admin-password'), 'utf8').trim();
    await this.signsIn(oneTime);
    await this.ask('PUT', '/password', { old: oneTime, new: PASSWORD });
    await this.signsIn(PASSWORD);
  }

  async signsIn(password) {
    this.token = (await this.ask('POST', '/sign-in', { user: 'admin', password })).token;
  }

  async ask(method, path, body, type = 'application/json') {
    const headers = { Authorization: this.token ? `Bearer ${this.token}` : undefined,
      'Content-Type': body === undefined ? undefined : type };
    for (const name of Object.keys(headers)) if (!headers[name]) delete headers[name];
    const json = type === 'application/json' && body !== undefined;
    const response = await fetch(`${this.address}/api/v1${path}`, { method, headers,
      body: json ? JSON.stringify(body) : body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async eventually(what, ask, seconds = 120) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      if (Date.now() > end) throw new Error(`in ${seconds} s it did not happen that ${what}`);
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  fleet(prefix, count, type, { key = this.key, interval = 30 } = {}) {
    return this.run('fleet', '--count', String(count), '--device-type', type, '--serial-prefix', prefix, '--password', SECRET,
      '--acs-url', this.cwmp, '--inform-interval', String(interval), '--firmware-key', key, '--sessions', '16', '--seed',
        String(count));
  }

  async settles() {
    const silent = this.fleet('CBT2231', 2, 'ata191');
    this.fleet('CBT2417', 34, 'ata192');
    this.fleet('CBT2409', 12, 'ata191');
    this.fleet('CCQ2105', 7, 'spa122');
    this.fleet('CBT2398', 3, 'ata192', { key: this.foreignKey });
    await this.eventually('all have enrolled', async () => (await this.ask('GET', '/summary')).online >= 58);
    await this.eventually('all have been read', async () => {
      const { items } = await this.ask('GET', '/tasks?state=done&limit=1000').catch(() => ({ items: [] }));
      return items.filter(task => task.kind === 'discover').length >= 58;
    }).catch(problem => console.error(`pictures go on without it: ${problem.message}`));
    // Those two lost their power.
    silent.kill();
    this.devices = (await this.ask('GET', '/devices?limit=1000')).items.sort((a, b) => a.identity.localeCompare(b.identity));
    for (const step of ['registers', 'tags', 'groups', 'subscribers', 'profiles', 'campaigns', 'works',
      'staff']) await this[step]();
  }

  of(serial) {
    return this.devices.find(device => device.serial_number === serial);
  }

  // Units in their boxes, that have never come.
  async registers() {
    for (const number of [41, 42, 43]) {
      await this.ask('POST', '/devices', { oui: '00562B', product_class: 'ATA192', serial_number: `CBT25020000${number}`,
        password: 'on its label' });
    }
  }

  async tags() {
    for (const [index, device] of this.devices.entries()) {
      const tags = [sites[index % sites.length].tag];
      if (index % 9 === 0 || device.serial_number.startsWith('CBT2398')) tags.push('pilot');
      if (index % 13 === 5) tags.push('alarm-line');
      await this.ask('PUT', `/devices/${device.id}/tags`, tags);
    }
  }

  async groups() {
    for (const [index, site] of sites.entries()) {
      await this.ask('PUT', `/groups/${site.tag}`, { tag: site.tag, precedence: index,
        variables: { ntp: `ntp.${site.tag}.example.net`, site: site.name } });
    }
  }

  async subscribers() {
    for (const [index, name] of people.entries()) {
      const device = this.devices[index];
      const number = `+442079460${String(100 + index)}`;
      const lines = [{ port: 1, number, user: number.slice(1), password: randomBytes(9).toString('base64url'),
        display_name: name, proxy: 'sip.example.net' }];
      if (index % 4 === 1) {
        const fax = `+442079460${String(500 + index)}`;
        lines.push({ port: 2, number: fax, user: fax.slice(1), password: randomBytes(9).toString('base64url'),
          display_name: `${name} (fax)`, proxy: 'sip.example.net' });
      }
      const account = String(70210 + index * 7);
      await this.ask('PUT', `/accounts/${account}`, {
        name, lines, variables: { plan: ['home', 'home plus', 'office'][index % 3] },
        notes: index % 6 === 2 ? 'Moved in March; prefers to be called after five.' : '',
      });
      if (device) await this.ask('PUT', `/accounts/${account}/device`, { device: device.id });
    }
  }

  async profiles() {
    const models = { product_class: ['ATA191', 'ATA192'] };
    await this.ask('PUT', '/profiles/base', {
      selector: models, comment: 'Every adapter: time, hold-off, dial tone',
      values: [
        { name: '~.ManagementServer.PeriodicInformEnable', value: 'true' },
        { name: '~.ManagementServer.PeriodicInformInterval', value: '30' },
        { name: '~.X_CISCO_ATA.Regional.Dial_Tone', value: '350@-19,440@-19;10(*/0/1+2)' },
      ],
    });
    const voice = (comment, more) => ({
      selector: { ...models, query: 'account exists' }, precedence: 10, comment,
      values: [
        { name: '~.X_CISCO_ATA.Line.1.Proxy', value: '{{line1.proxy}}' },
        { name: '~.X_CISCO_ATA.Line.1.User_ID', value: '{{line1.user}}' },
        { name: '~.X_CISCO_ATA.Line.1.Password', value: '{{line1.password}}' },
        { name: '~.X_CISCO_ATA.Line.1.Display_Name', value: '{{line1.display_name}}' },
        ...more,
      ],
    });
    await this.ask('PUT', '/profiles/voice', voice('Lines as the subscriber has them', []));
    await this.ask('PUT', '/profiles/voice?publish=false', voice('Register every ten minutes',
      [{ name: '~.X_CISCO_ATA.Line.1.Register_Expires', value: '600' }]));
    await this.eventually('profiles are applied', async () => {
      const state = await this.ask('GET', '/devices/count?q=' + encodeURIComponent('profile.state = "agreed"')).catch(() =>
        null);
      return state === null || state.devices >= 40;
    }, 60).catch(problem => console.error(`pictures go on without it: ${problem.message}`));
  }

  // One that has ended well, and one that has paused over devices that refuse its image.
  async campaigns() {
    const image = join(this.folder, 'image.bin');
    writeFileSync(image, randomBytes(700000));
    const pack = async (product, version) => {
      const output = join(this.folder, `${product}-${version}.fw`);
      execFileSync(this.dialtone, ['firmware', 'pack', '--key', join(this.folder, 'ours.key'), '--product', product,
        '--image-version', version, '--output', output, image]);
      const query = new URLSearchParams({ name: `${product.toLowerCase()}-${version}.fw`, product_class: product, version });
      return (await this.ask('POST', `/files?${query}`, readFileSync(output), 'application/octet-stream')).id;
    };
    const small = await pack('ATA191', NEW);
    const large = await pack('ATA192', NEW);
    await pack('SPA122', '1.4.1-SR5');
    const well = await this.ask('POST', '/campaigns', {
      name: 'ATA 191: spring release', file: small, selector: { query: 'serial_number like "CBT2409*"' },
        stages: [{ count: 2 }, { percent: 100 }],
    });
    const ended = async id => ['done', 'paused', 'aborted'].includes((await this.ask('GET', `/campaigns/${id}`)).state);
    await this.eventually('the first campaign ends', () => ended(well.id));
    const pilot = await this.ask('POST', '/campaigns', {
      name: 'ATA 192: pilot of the spring release', file: large, selector: { tags: ['pilot'] }, stages: [{ count: 3 },
        { percent: 50 }, { percent: 100 }],
      failure_limit: 3, success_percent: 0, windows: '', idle: undefined,
    }).catch(() => this.ask('POST', '/campaigns', { name: 'ATA 192: pilot of the spring release', file: large,
      selector: { tags: ['pilot'] }, failure_limit: 3 }));
    await this.eventually('the pilot meets trouble', () => ended(pilot.id)).catch(problem => console.error(problem.message));
    await this.ask('POST', '/campaigns', { name: 'ATA 192: everybody', file: large, start: false, stages: [{ count: 5 },
      { percent: 20 }, { percent: 100 }], failure_limit: 10, windows: 'Mon-Fri 01:00-05:00' });
    await this.ask('PUT', '/freezes', { freezes: [{ from: '2036-12-20', until: '2037-01-06', reason: 'holidays' }] });
    this.campaign = pilot.id;
  }

  // What people do in a day.
  async works() {
    this.device = this.of('CBT2417000004') || this.devices[20];
    const path = `/devices/${this.device.id}`;
    for (const [kind, args] of [['ip_ping', { host: 'sip.example.net', repetitions: 20 }], ['trace_route',
      { host: 'sip.example.net' }], ['ns_lookup', { name: 'sip.example.net' }]]) {
      const one = await this.ask('POST', `${path}/diagnostics`, { kind, arguments: args });
      await this.eventually('it is measured', async () => (await this.ask('GET', `/diagnostics/${one.id}`)).ended,
        40).catch(() => {});
    }
    for (const task of [
      { kind: 'set_parameter_values', values: [{ name: 'Device.ManagementServer.PeriodicInformInterval',
        type: 'xsd:unsignedInt', value: '30' }] },
      { kind: 'backup_configuration' },
      { kind: 'set_parameter_values', values: [{ name: 'Device.X_CISCO_ATA.Line.1.No_Such_Setting', value: '1' }] },
      { kind: 'reboot' },
    ]) {
      const { id } = await this.ask('POST', `${path}/tasks`, task);
      await this.eventually('the task ends', async () => (await this.ask('GET', `/tasks/${id}`)).ended, 40).catch(() => {});
    }
    await this.ask('POST', '/diagnostics', { kind: 'ip_ping', arguments: { host: 'sip.example.net' },
      selector: { tags: [sites[0].tag] } });
    await this.ask('POST', '/operations', { name: 'night shift', action: { kind: 'add_tags', tags: ['night'] },
      query: 'product_class = "SPA122"' });
    await this.ask('POST', '/operations', { name: 'read the lines again',
      action: { kind: 'refresh', path: 'Device.X_CISCO_ATA.' }, query: 'tag = "pilot"' });
    await this.ask('PUT', '/queries/silent', { query: 'last_inform < ago("1h")', shared: true });
    await this.ask('PUT', '/queries/old-firmware',
      { query: `product_class = "ATA192" and software_version < version("${NEW}")`, shared: true, fields: ['identity',
      'software_version', 'tag', 'last_inform'] });
    const stolen = this.of('CBT2417000031');
    if (stolen) await this.ask('POST', `/devices/${stolen.id}/quarantine`, { why: 'reported stolen' });
    await this.ask('POST', '/webhooks', { url: 'https://hooks.example.net/dialtone', kinds: ['task.failed', 'campaign.*'] });
  }

  async staff() {
    for (const [name, role] of [['olga', 'operator'], ['henry', 'help_desk'], ['vera', 'viewer'], ['audrey', 'auditor']]) {
      await this.ask('PUT', `/users/${name}`, { role, password: PASSWORD });
    }
    await this.ask('POST', '/tokens', { name: 'billing', role: 'viewer', expires_secs: 2592000 });
  }

  async ends() {
    for (const child of this.children) child.kill();
    await Promise.all(this.children.map(child => child.exitCode !== null || child.signalCode !== null
      ? null : new Promise(resolve => child.on('exit', resolve))));
  }
}
