// The very first visit: the one-time password opens the choice of another one, and nothing else.
import { walk, told, assert } from '../harness.mjs';

const OWN = 'chosen on the first day';
const PAULAS = 'the password of paula';

await walk('first_time', async (visitor, another) => {
  const { page } = visitor;
  visitor.expected(/^401 POST \/api\/v1\/session$/);
  await page.goto('/');
  await page.getByText('The first time here?').click();
  await page.getByText('admin-password').waitFor();
  await visitor.isAccessible('the door');
  await visitor.fillsDoor(told.user, told.password);
  await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
  await visitor.isAccessible('the choice of a password');
  assert.equal(await visitor.menu().count(), 0, 'there is no way past it');
  const choose = page.getByRole('button', { name: 'Choose and go on' });
  await page.getByLabel('Password of your own').fill(OWN);
  await page.getByLabel('Once more').fill('something else');
  await page.getByText('The two are not the same.').waitFor();
  assert.ok(await choose.isDisabled());
  // Somebody who loads the page again in between is asked the same.
  await page.reload();
  if (await page.getByLabel('User', { exact: true }).count()) await visitor.fillsDoor(told.user, told.password);
  await page.getByLabel('Password of your own').waitFor();
  const old = page.getByLabel('The one-time password');
  if (await old.count()) await old.fill(told.password);
  await page.getByLabel('Password of your own').fill(OWN);
  await page.getByLabel('Once more').fill(OWN);
  await choose.click();
  // Everybody's user is nobody's: one of one's own is offered, and taken.
  await page.getByRole('heading', { name: 'A user of your own' }).waitFor();
  await visitor.isAccessible('a user of one’s own');
  await page.getByLabel('Your user name').fill('paula');
  await page.getByLabel('Password', { exact: true }).fill(PAULAS);
  await page.getByLabel('Once more').fill(PAULAS);
  await page.getByRole('button', { name: 'Make it and go on' }).click();
  await visitor.menu().waitFor();
  await page.getByRole('button', { name: /^paula/ }).waitFor();
  await visitor.settles();
  // Nothing has happened here yet: the page says what to do next.
  await visitor.isAccessible('the dashboard of an empty server');
  // The one-time password is good for nothing more, and the chosen one is good elsewhere.
  const later = await another();
  later.expected(/^401 POST \/api\/v1\/session$/);
  await later.page.goto('/');
  await later.fillsDoor(told.user, told.password);
  await later.page.getByRole('alert').waitFor();
  await later.fillsDoor(told.user, OWN);
  await later.menu().waitFor();
});
