// Components, hooks and markup: what every file of the page imports from the libraries.
import { h, render, Fragment, createContext } from './vendor/preact.js';
import htm from './vendor/htm.js';
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useReducer, useErrorBoundary }
  from './vendor/preact-hooks.js';
export { h, render, Fragment, createContext };
// Texts in the markup become text of the document, whatever is in them; nothing here makes markup of a text.
export const html = htm.bind(h);
