// What every walk stands on: a browser, somebody who signs in through the door, and eyes for what must not happen.
//
// A walk fails by throwing; it also fails if the page wrote an error to the console, threw, asked for what failed, or was
// answered 400 or more, unless the walk has said with `expected` that it would be.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';

const require = createRequire(join(process.env.DIALTONE_NODE, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// What the one who started the walk says of the stage: `address`, `user`, `password`, and more.
export const told = JSON.parse(process.env.DIALTONE_WALK);
// How long one thing may take; a walk as a whole is ended from outside.
const PATIENCE_MS = 20000;
// How long a view may take to follow the size of its window.
const SETTLES_MS = 3000;
export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 800 };

export async function open() {
  // As root, as tests often are, Chromium has no sandbox; shared memory may be small in containers.
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath: program(), args });
}

function program() {
  for (const folder of (process.env.PATH || '').split(':')) {
    const path = join(folder, 'chromium');
    try {
      readFileSync(path, { flag: 'r' }).subarray(0, 1);
      return path;
    } catch {
      // The next one.
    }
  }
  throw new Error('`chromium` is not on the PATH (Debian: apt-get install chromium)');
}

// One person at one browser.
export class Visitor {
  static async arrives(browser, options = {}) {
    const context = await browser.newContext({ viewport: DESK, baseURL: told.address, acceptDownloads: true, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const visitor = new Visitor(context);
    await visitor.addPage();
    return visitor;
  }

  constructor(context) {
    this.context = context;
    this.wrong = [];
    this.allowed = [];
    // Whether questions about leaving are expected, how they are answered, and how many there were.
    this.stays = false;
    this.leaves = false;
    this.asked = 0;
  }

  async addPage() {
    this.page = await this.context.newPage();
    this.page.on('console', message => {
      // Of a refused request the browser says so here as well; it is judged below.
      const counts = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (counts) this.complain(`console: ${message.text()}`);
    });
    this.page.on('dialog', dialog => {
      // A walk that is about being asked says what it answers.
      if (dialog.type() === 'confirm' && this.stays) {
        this.asked += 1;
        (this.leaves ? dialog.accept() : dialog.dismiss()).catch(() => {});
        return;
      }
      // A question of the browser's own about leaving; a walk that goes by addresses means it.
      if (dialog.type() !== 'beforeunload') this.complain(`the browser asks: ${dialog.message()}`);
      dialog.accept().catch(() => {});
    });
    this.page.on('pageerror', error => this.complain(`error of the page: ${error.stack || error}`));
    this.page.on('requestfailed', request => {
      // Given up by the page itself: whoever leaves a view waits for nothing.
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') this.complain(`${request.method()} ${request.url()}: ${why}`);
    });
    this.page.on('response', response => {
      if (response.status() < 400) return;
      const what = `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`;
      if (!this.allowed.some(pattern => pattern.test(what))) this.complain(what);
    });
  }

  complain(what) {
    this.wrong.push(`${what}\n    at ${this.page.url()}`);
  }

  // Answers like `401 POST /api/v1/session` are what this walk is about.
  expected(...patterns) {
    this.allowed.push(...patterns);
  }

  async signsIn(user = told.user, password = user === told.user ? told.password : told.others.password, path = '/') {
    await this.page.goto(path);
    await this.fillsDoor(user, password);
    await this.menu().waitFor();
  }

  async fillsDoor(user, password) {
    await this.page.getByLabel('User', { exact: true }).fill(user);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  // The way between views; it is there whatever the width, if only behind its button.
  menu() {
    return this.page.locator('nav#menu');
  }

  // To a view, as whoever has its address, and until there is something to see.
  async goes(path) {
    await this.page.goto(path);
    await this.settles();
  }

  async settles() {
    await this.page.locator('main h1, main .empty, main .problem').first().waitFor();
    await this.page.waitForFunction(() => !document.querySelector('main .busy'), null, { timeout: PATIENCE_MS });
  }

  // Another tab of what is shown.
  async tab(name) {
    await this.page.locator('nav.tabs').getByRole('link', { name }).click();
    await this.settles();
  }

  // Ends the session behind the back of the page, as an administrator would, or time.
  async endsSession() {
    await this.page.evaluate(async () => {
      const { csrf } = await (await fetch('/api/v1/session')).json();
      await fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } });
    });
  }

  // What is true of every view: nothing wider than the window, one main heading, and nothing serious found by axe.
  async isAccessible(what, options = {}) {
    // Through the driver: the page itself lets no further script in.
    if (!await this.page.evaluate(() => 'axe' in window)) await this.page.evaluate(axe);
    const found = await this.page.evaluate(more => window.axe.run(document, { resultTypes: ['violations'], ...more }),
      options);
    const serious = found.violations.filter(one => ['serious', 'critical'].includes(one.impact));
    const lines = serious.map(one => `${one.id} (${one.impact}): ${one.help}\n${one.nodes.slice(0, 4).map(node =>
      `      ${node.html.slice(0, 200)}\n      ${node.failureSummary.split('\n').slice(1, 3).join(' ')}`).join('\n')}`);
    assert.equal(serious.length, 0, `${what}: axe finds\n    ${lines.join('\n    ')}`);
  }

  // Nothing is wider than the window. Charts follow a window that became smaller one frame later, so this waits for it.
  async fits(what) {
    const fits = () => document.documentElement.scrollWidth <= window.innerWidth;
    await this.page.waitForFunction(fits, null, { timeout: SETTLES_MS }).catch(async problem => {
      if (problem.name !== 'TimeoutError') throw problem;
      const [wanted, there] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      assert.fail(`${what}: it is ${wanted} wide in a window of ${there}`);
    });
  }

  // What a person sees in the view; waits until it is there.
  async sees(text) {
    await this.page.locator('main, dialog[open]').getByText(text).first().waitFor();
  }

  async picture(name) {
    const folder = process.env.DIALTONE_PICTURES;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  // Asks the API as the page does, with its session; gives the answer's JSON.
  async asks(method, path, body) {
    return this.page.evaluate(async ([method, path, body]) => {
      const session = await (await fetch('/api/v1/session')).json();
      const headers = { Accept: 'application/json', 'X-CSRF-Token': session.csrf };
      if (body !== undefined) headers['Content-Type'] = 'application/json';
      const response = await fetch(`/api/v1${path}`, { method, headers,
        body: body === undefined ? undefined : JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${method} ${path}: ${text}`);
      return text ? JSON.parse(text) : null;
    }, [method, path, body]);
  }

  // Asks again and again until there is an answer.
  async eventually(what, ask) {
    const end = Date.now() + 3 * PATIENCE_MS;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      assert.ok(Date.now() < end, `it did not happen that ${what}`);
      await this.page.waitForTimeout(100);
    }
  }
}

// A walk of one visitor, or of more that it lets in by `another`.
export async function walk(name, steps, options) {
  const browser = await open();
  const visitors = [];
  const another = async more => {
    const visitor = await Visitor.arrives(browser, more);
    visitors.push(visitor);
    return visitor;
  };
  let failed = false;
  try {
    const visitor = await another(options);
    await steps(visitor, another);
    assert.ok(visitors.every(one => !one.wrong.length), 'the page did what it must not');
  } catch (error) {
    failed = true;
    console.error(error.stack || error);
    for (const visitor of visitors) {
      if (visitor.wrong.length) console.error(`the page did what it must not:\n  ${visitor.wrong.join('\n  ')}`);
      console.error(`at ${visitor.page.url()}; what is shown begins:\n${await shown(visitor)}`);
      await visitor.picture(`failed-${name}`).catch(() => {});
    }
  } finally {
    await browser.close();
  }
  process.exitCode = failed ? 1 : 0;
}

async function shown(visitor) {
  try {
    return (await visitor.page.locator('body').innerText({ timeout: 2000 })).slice(0, 2500);
  } catch {
    return '(nothing)';
  }
}

export { assert };
