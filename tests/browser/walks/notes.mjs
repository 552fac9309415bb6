// The help desk writes down what a caller said: it is kept while one looks elsewhere and when the session ends, others read
// it at once, it is a text whatever it looks like, and its author takes it away again.
import { walk, told, assert } from '../harness.mjs';

const device = `/devices/${encodeURIComponent(told.devices.calm)}`;
const LINES = 'Crackles on line 1.\nCalled back: it was the cable.';
const MARKUP = `<img src=x onerror=${told.canary}=1> & <b>bold</b>`;

const note = (page, text) => page.getByRole('listitem').filter({ hasText: text });
const field = page => page.getByLabel('Write a note', { exact: true });
const add = page => page.getByRole('button', { name: 'Add the note' });

await walk('notes', async (desk, another) => {
  const { page } = desk;
  desk.expected(/^401 /);
  await desk.signsIn('henry');
  await desk.goes(device);
  await desk.sees('No notes yet');
  assert.ok(await add(page).isDisabled(), 'nothing is no note');
  await field(page).fill(LINES);
  // Looked up meanwhile, in another tab of the device.
  await desk.tab('Tasks');
  await desk.tab('Overview');
  assert.equal(await field(page).inputValue(), LINES);
  await desk.endsSession();
  await add(page).click();
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  assert.equal(await field(page).inputValue(), LINES);
  await again.getByLabel('Password', { exact: true }).fill(told.others.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.waitFor({ state: 'detached' });
  await note(page, 'Crackles').waitFor();
  assert.equal(await note(page, 'Crackles').locator('.d-note').innerText(), LINES, 'with its lines');
  assert.match(await note(page, 'Crackles').innerText(), /henry/);
  assert.equal(await field(page).inputValue(), '', 'what is written is not there twice');
  await desk.isAccessible('a note');

  // Somebody else's comes by itself, as a text.
  const operator = await another();
  await operator.signsIn('olga');
  await operator.asks('POST', `${device}/notes`, { text: MARKUP });
  await note(page, MARKUP).waitFor();
  const ran = await page.evaluate(canary => canary in window || Boolean(document.querySelector('main .d-note *')),
    told.canary);
  assert.ok(!ran, 'a note has become markup');
  await desk.fits('a note of markup');

  // Too much is told before it is sent, and by how much.
  await field(page).fill('x'.repeat(2001));
  await desk.sees('2,001 characters, and 2,000 are the most');
  assert.ok(await add(page).isDisabled(), 'it is too long');
  await field(page).fill('');

  // One's own can be deleted, after a question; others' cannot.
  const offered = text => note(page, text).getByRole('button', { name: /^Delete the note/ });
  assert.equal(await offered(MARKUP).count(), 0);
  await offered('Crackles').press('Enter');
  const question = page.getByRole('dialog', { name: 'Delete this note?' });
  await question.waitFor();
  await desk.isAccessible('the question');
  await question.getByRole('button', { name: 'Delete the note' }).click();
  await note(page, 'Crackles').waitFor({ state: 'detached' });

  // An operator may delete anybody's; a viewer reads.
  await operator.goes(device);
  await note(operator.page, MARKUP).getByRole('button', { name: /^Delete the note/ }).waitFor();
  const viewer = await another();
  await viewer.signsIn('vera');
  await viewer.goes(device);
  await note(viewer.page, MARKUP).waitFor();
  assert.equal(await field(viewer.page).count(), 0);
  assert.equal(await viewer.page.getByRole('button', { name: /^Delete/ }).count(), 0);
});
