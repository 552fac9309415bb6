// The door: a wrong password, what the server says of it, and no way around.
import { walk, told, assert } from '../harness.mjs';

await walk('door', async visitor => {
  const { page } = visitor;
  visitor.expected(/^401 POST \/api\/v1\/session$/);
  await visitor.page.goto('/devices?contains=CALM');
  await visitor.fillsDoor(told.user, 'not the password');
  const refusal = page.getByRole('alert');
  await refusal.waitFor();
  const words = await (await fetch(`${told.address}/api/v1/session`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: told.user, password: 'not it either' }),
  })).json();
  for (const part of [words.error, words.why, words.fix]) {
    if (part) assert.ok((await refusal.innerText()).includes(part), `the refusal says “${part}”`);
  }
  await visitor.isAccessible('the door with a refusal');
  assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), told.user, 'the name need not be typed again');
  // The right one leads where one wanted to go.
  await visitor.fillsDoor(told.user, told.password);
  await visitor.menu().waitFor();
  assert.equal(new URL(page.url()).pathname, '/devices');
  assert.equal(new URL(page.url()).search, '?contains=CALM');
  // Signed out, what was open is not there any more.
  await page.getByRole('button', { name: told.user }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password', { exact: true }).waitFor();
  await page.goBack();
  await page.getByLabel('Password', { exact: true }).waitFor();
});
