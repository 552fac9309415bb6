// Changes of parameters that were typed and not sent yet, by device; they stay while one looks at something else.
import { useEffect, useState } from '../../html.js';

const drafts = new Map();
const watchers = new Set();
const NONE = new Map();

function become(device, draft) {
  if (draft.size) drafts.set(device, draft);
  else drafts.delete(device);
  watchers.forEach(tell => tell());
}

// { draft: Map of name to { type, value, before, secret }, set, remove, clear }
export function useDraft(device) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const tell = () => redraw(n => n + 1);
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, []);
  const draft = drafts.get(device) || NONE;
  return {
    draft,
    set: (name, change) => become(device, new Map(draft).set(name, change)),
    remove: name => { const next = new Map(draft); next.delete(name); become(device, next); },
    clear: () => become(device, new Map()),
  };
}
