// A session ends while somebody types: they sign in again where they are, and what they typed is still there.
import { walk, told, assert } from '../harness.mjs';

await walk('ended', async visitor => {
  const { page } = visitor;
  visitor.expected(/^401 /);
  await visitor.signsIn('olga');
  await visitor.goes('/subscribers');
  await page.getByRole('button', { name: 'Add a subscriber' }).first().click();
  const dialog = page.getByRole('dialog').first();
  await dialog.getByLabel(/^Account/).first().fill('7777');
  await dialog.getByLabel('Name', { exact: true }).fill('Typed before the end');
  await dialog.getByLabel('Number', { exact: true }).fill('+442079460777');
  // Somebody else ends it, or its time is over.
  await visitor.endsSession();
  await dialog.getByRole('button', { name: 'Add a subscriber' }).click();
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  await visitor.isAccessible('signing in again');
  assert.equal(await dialog.getByLabel('Name', { exact: true }).inputValue(), 'Typed before the end');
  await again.getByLabel('Password', { exact: true }).fill(told.others.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.waitFor({ state: 'detached' });
  // What was asked for goes through by itself.
  await visitor.eventually('the subscriber is made', async () =>
    (await visitor.asks('GET', '/accounts?contains=7777')).items.length === 1);
});
