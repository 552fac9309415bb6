// The browser's Back asks before it leaves what was typed, as every link does; whoever stays loses nothing.
import { walk, assert } from '../harness.mjs';

await walk('back', async visitor => {
  const { page } = visitor;
  await visitor.signsIn('olga');
  await visitor.menu().getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'New campaign' }).first().click();
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Typed before going back');
  visitor.stays = true;
  await page.goBack();
  await visitor.eventually('one is asked', async () => visitor.asked === 1);
  assert.equal(new URL(page.url()).pathname, '/campaigns/new');
  assert.equal(await name.inputValue(), 'Typed before going back');
  // Whoever means it leaves.
  visitor.leaves = true;
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor();
  assert.equal(visitor.asked, 2);
});
