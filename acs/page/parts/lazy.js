// Parts of the page that are loaded when they are first shown, or are asked for a little before.
import { html, useState, useLayoutEffect } from '../html.js';
import { t } from '../texts.js';
import { Busy, Empty } from './ui.js';

// A component out of a module that `load` imports, its default export. `ask()` of it begins to load it.
export function lazy(load) {
  let component = null;
  let loading = null;
  function Lazy(props) {
    const [failed, setFailed] = useState(false);
    const [, look] = useState(false);
    useLayoutEffect(() => {
      let gone = false;
      if (component) return undefined;
      Lazy.ask().then(() => gone || look(true), error => {
        console.error(error);
        if (!gone) setFailed(true);
      });
      return () => { gone = true; };
    }, []);
    if (failed) {
      return html`<${Empty} title=${t.shell.noLoad} text=${t.shell.noLoadFix}>
        <button onClick=${() => location.reload()}>${t.shell.reload}</button><//>`;
    }
    return component ? html`<${component} ...${props} />` : html`<${Busy} />`;
  }
  Lazy.ask = () => {
    loading = loading || load().then(module => { component = module.default; });
    // What has failed is tried again by the next who asks.
    loading.catch(() => { loading = null; });
    return loading;
  };
  return Lazy;
}
