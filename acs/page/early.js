// What a view begins with, asked for before the scripts that show it are here.
const begun = new Map();
const BASE = '/api/v1';
// By the first part of the address: what its view asks for first. Somebody with a part of the fleet may ask for these too.
const FIRST = {
  '': () => ['/summary'],
  devices: ([device]) => [device ? `/devices/${device}` : '/devices/count'],
};

// Without a session there are no answers, and before a password is chosen only that of who it is.
const signedIn = localStorage.getItem('signed-in');
if (signedIn) {
  const [view, ...rest] = location.pathname.split('/').slice(1);
  const plain = signedIn === 'yes' && location.search === '';
  const first = plain && Object.hasOwn(FIRST, view) ? FIRST[view](rest) : [];
  for (const path of ['/session', ...first]) {
    const asked = fetch(BASE + path, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
    // Whoever takes it hears of what went wrong.
    asked.catch(() => {});
    begun.set(BASE + path, asked);
  }
}

// The answer that is on its way from an address, for the first who asks for it.
export function early(address) {
  const asked = begun.get(address);
  begun.delete(address);
  return asked;
}
