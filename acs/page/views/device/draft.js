// What was typed of a device and not sent yet, changes of parameters and a note; it stays while one looks at something else.
import { useEffect, useState } from '../../html.js';

const drafts = new Map();
const notes = new Map();
const watchers = new Set();
const NONE = new Map();

function become(device, draft) {
  if (draft.size) drafts.set(device, draft);
  else drafts.delete(device);
  watchers.forEach(tell => tell());
}

// Draws again whatever calls this when something was typed.
function useTyped() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const tell = () => redraw(n => n + 1);
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, []);
}

// { draft: Map of name to { type, value, before, secret }, set, remove, clear }
export function useDraft(device) {
  useTyped();
  const draft = drafts.get(device) || NONE;
  return {
    draft,
    set: (name, change) => become(device, new Map(draft).set(name, change)),
    remove: name => { const next = new Map(draft); next.delete(name); become(device, next); },
    clear: () => become(device, new Map()),
  };
}

// [text, set] of a note that was begun.
export function useBegunNote(device) {
  useTyped();
  return [notes.get(device) || '', text => {
    if (text) notes.set(device, text);
    else notes.delete(device);
    watchers.forEach(tell => tell());
  }];
}
