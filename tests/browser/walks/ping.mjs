// The help desk measures the way from a device to the registrar.
import { walk, told, assert } from '../harness.mjs';

await walk('ping', async visitor => {
  const { page } = visitor;
  // What is no host is refused by the server, in the form where it was typed.
  visitor.expected(/^400 POST .*\/diagnostics$/);
  await visitor.signsIn('henry');
  await visitor.goes(`/devices/${encodeURIComponent(told.devices.calm)}/diagnostics`);
  await page.getByRole('button', { name: /^Ping/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Host/).fill('x/;id');
  const begin = dialog.locator('button[type=submit]');
  await begin.click();
  const refusal = dialog.getByRole('alert');
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /host/i);
  await visitor.isAccessible('a form that was refused');
  await dialog.getByLabel(/Host/).fill('sip.example.net');
  await begin.click();
  await dialog.waitFor({ state: 'detached' });
  const result = page.getByRole('complementary');
  await result.getByText('done', { exact: true }).waitFor({ timeout: 60000 });
  await result.getByText(/\d+ ms/).first().waitFor();
  await visitor.isAccessible('a measurement');
});
