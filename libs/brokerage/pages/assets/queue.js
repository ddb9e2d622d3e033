// Keeps the queue as it stands: told that a row changed, it reads the page again and takes the table over.
const queue = document.getElementById('queue');

if (queue?.dataset.live) {
  let asked = false;
  let busy = false;

  const refresh = async () => {
    if (busy) {
      asked = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(window.location.href, { headers: { accept: 'text/html' } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('queue');
        // Whoever walks the list by keyboard stays where they were.
        const at = document.activeElement?.closest('[data-request]')?.getAttribute('data-request');
        if (fresh) queue.replaceChildren(...fresh.childNodes);
        if (at) queue.querySelector(`[data-request="${CSS.escape(at)}"] a`)?.focus();
      }
    } finally {
      busy = false;
      if (asked) {
        asked = false;
        setTimeout(refresh, 250);
      }
    }
  };

  const source = new EventSource(queue.dataset.live);
  source.addEventListener('message', refresh);
  source.addEventListener('reset', refresh);
  window.addEventListener('pagehide', () => source.close());
}
