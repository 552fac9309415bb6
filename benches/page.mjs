// Drives the browser of benches/page.rs, and prints its figures.
import { createInterface } from 'node:readline';
import { open, Visitor, told } from '../tests/browser/harness.mjs';

const ROUNDS = 20;
const TYPING_MS = 8000;
const PASSWORD = 'chosen for a benchmark';

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what, ...figures) =>
  console.log(`  ${what.padEnd(52)}${figures.map(figure => String(figure).padStart(11)).join('')}`);
const sorted = list => [...list].sort((a, b) => a - b);
const median = list => sorted(list)[Math.floor(list.length / 2)];
const ms = number => `${Math.round(number)} ms`;
const kB = number => `${(number / 1000).toFixed(1)} kB`;

// When a view can be used: what one came for is there, and nothing of it is still to come.
const USABLE = {
  devices: '.endless tbody tr[aria-rowindex]',
  device: 'main h1',
  dashboard: 'main .dashboard h2',
};
const VIEWS = [['devices', '/devices'], ['device', `/devices/${encodeURIComponent(told.device)}`], ['dashboard', '/']];

// Notes in the document itself when it was usable, so that the driver's own time is no part of it.
function watch(selectors) {
  const look = () => {
    const found = selectors.find(selector => document.querySelector(selector));
    if (found && !document.querySelector('main .busy')) {
      window.usableAt = performance.now();
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function post(path, body, token) {
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  return fetch(`${told.address}/api/v1${path}`, { method: path === '/password' ? 'PUT' : 'POST', headers,
    body: JSON.stringify(body) });
}

async function opens(page, path, selector) {
  await page.goto(path, { waitUntil: 'commit' });
  await page.waitForFunction(wanted => window.usableAt && document.querySelector(wanted), selector, { polling: 50,
    timeout: 60000 });
  return page.evaluate(() => window.usableAt);
}

// Bytes that came over the wire, by what asked for them.
const transferred = page => page.evaluate(() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const sum = list => list.reduce((bytes, one) => bytes + one.transferSize, 0);
  return { page: sum(all.filter(one => !one.name.includes('/api/'))), api: sum(all
    .filter(one => one.name.includes('/api/'))), requests: all.length };
});

async function shown(browser) {
  console.log(`\n${told.devices} devices; from navigation to usable, ${ROUNDS} times             median        most`);
  const visitor = await Visitor.arrives(browser);
  await visitor.page.addInitScript(watch, Object.values(USABLE));
  await visitor.signsIn('admin', PASSWORD);
  for (const [name, path] of VIEWS) {
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await opens(visitor.page, path, USABLE[name]));
    say(`${name} (floor 300)`, ms(median(times)), ms(Math.max(...times)));
  }
  return visitor;
}

async function sizes(browser) {
  console.log('\ntransferred, nothing kept from before                    page      answers');
  for (const [name, path] of [['sign in', '/'], ...VIEWS]) {
    const visitor = await Visitor.arrives(browser);
    if (name === 'sign in') {
      await visitor.page.goto(path);
      await visitor.page.getByLabel('User', { exact: true }).waitFor();
    } else {
      // Signed in elsewhere, so that only this view is counted.
      await visitor.context.request.post('/api/v1/session', { data: { user: 'admin', password: PASSWORD } });
      await visitor.page.addInitScript(() => localStorage.setItem('signed-in', 'yes'));
      await visitor.page.addInitScript(watch, Object.values(USABLE));
      await opens(visitor.page, path, USABLE[name]);
    }
    const { page, api } = await transferred(visitor.page);
    say(name === 'sign in' ? 'sign in: first paint (floor 100 kB)' : name, kB(page), kB(api));
    await visitor.context.close();
  }
}

async function scrolls(page) {
  await opens(page, '/devices', USABLE.devices);
  const most = await page.evaluate(async () => {
    const box = document.querySelector('.endless');
    let rows = 0;
    for (let step = 0; step <= 200; step += 1) {
      box.scrollTop = (box.scrollHeight * step) / 200;
      await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      rows = Math.max(rows, box.querySelectorAll('tr').length);
    }
    return rows;
  });
  console.log('\nscrolling through the whole table');
  say('most rows in the document (floor 200)', most);
}

// Somebody types while devices boot: how long a key waits at most, and how long the page does anything in one piece.
async function types(page) {
  console.log('\ntyping while devices boot                          events a s    key waits   one piece');
  for (const [name, path] of VIEWS) {
    await opens(page, path, USABLE[name]);
    await page.evaluate(() => {
      window.worst = { key: 0, task: 0 };
      new PerformanceObserver(list => list.getEntries().forEach(one =>
        { window.worst.task = Math.max(window.worst.task, one.duration); }))
        .observe({ type: 'longtask' });
      new PerformanceObserver(list => list.getEntries().forEach(one => {
        // Until its listeners have run: what comes after is the paint of the frame.
        if (one.name.startsWith('key')) window.worst.key = Math.max(window.worst.key, one.processingEnd - one.startTime);
      })).observe({ type: 'event', durationThreshold: 16 });
    });
    console.log('events!');
    const field = page.getByRole('searchbox').first();
    await field.click();
    const end = Date.now() + TYPING_MS;
    for (let at = 0; Date.now() < end; at += 1) {
      await page.keyboard.press('abcdefgh'[at % 8]);
      await page.waitForTimeout(40);
    }
    console.log('no events!');
    const rate = (await answers.next()).value;
    const { key, task } = await page.evaluate(() => window.worst);
    say(`${name} (floor 1000, 100 ms)`, rate, ms(key), ms(task));
  }
}

const signedIn = await (await post('/sign-in', { user: 'admin', password: told.password })).json();
const changed = await post('/password', { old: told.password, new: PASSWORD }, signedIn.token);
if (!changed.ok) throw new Error(`the password: ${changed.status}`);
const browser = await open();
try {
  const visitor = await shown(browser);
  await scrolls(visitor.page);
  await types(visitor.page);
  await sizes(browser);
  for (const wrong of visitor.wrong) console.error(wrong);
} finally {
  await browser.close();
}
process.exit(0);
