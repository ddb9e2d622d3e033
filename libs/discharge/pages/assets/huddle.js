// The board, live: rows come as markup, made by the same template as the page. Without this file the page works by its links.
const table = document.querySelector('#board');
const rows = document.querySelector('#rows');
const live = document.querySelector('#live');

const fragment = (html) => {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
};

const told = (asOf) => {
  const place = document.querySelector('#as-of');
  if (place && asOf) place.textContent = `As of ${asOf}`;
};

const emptied = () => {
  document.querySelector('#empty')?.toggleAttribute('hidden', rows.children.length > 0);
};

const put = ({ caseId, html, asOf }) => {
  const row = fragment(html);
  const old = document.getElementById(`case-${caseId}`);
  const focused = old?.contains(document.activeElement);
  if (old?.dataset.sort === row.dataset.sort) old.replaceWith(row);
  else {
    old?.remove();
    const next = [...rows.children].find((other) => other.dataset.sort > row.dataset.sort);
    rows.insertBefore(row, next ?? null);
  }
  if (focused) row.querySelector('a')?.focus();
  told(asOf);
  emptied();
};

const gone = ({ caseId, asOf }) => {
  const old = document.getElementById(`case-${caseId}`);
  if (old?.contains(document.activeElement))
    (old.nextElementSibling ?? old.previousElementSibling)?.querySelector('a')?.focus();
  old?.remove();
  told(asOf);
  emptied();
};

const follow = () => {
  const source = new EventSource(table.dataset.stream);
  source.addEventListener('row', (event) => put(JSON.parse(event.data)));
  source.addEventListener('gone', (event) => gone(JSON.parse(event.data)));
  source.addEventListener('figures', (event) => {
    document.querySelector('#figures')?.replaceWith(fragment(JSON.parse(event.data).html));
  });
  // The server does not know our place any more: begin anew.
  source.addEventListener('reset', () => location.reload());
  source.addEventListener('open', () => {
    live.textContent = 'Live';
  });
  source.addEventListener('error', () => {
    live.textContent =
      source.readyState === EventSource.CLOSED
        ? 'No longer live: load the page again'
        : 'Connection lost, trying again: what you see may be old';
  });
};

const links = () => [...rows.querySelectorAll('th a')];
const forms = { p: 'pathway', d: 'delay', a: 'action', o: 'assign', e: 'escalate', n: 'choice' };

const go = (step) => {
  const all = links();
  const at = all.findIndex((link) => link.closest('tr').contains(document.activeElement));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, select, textarea, summary, [contenteditable]')) return;
  const row = document.activeElement?.closest('#rows tr');
  if (event.key === 'j' || (row && event.key === 'ArrowDown')) go(1);
  else if (event.key === 'k' || (row && event.key === 'ArrowUp')) go(-1);
  else if (row && forms[event.key])
    location.assign(`/cases/${encodeURIComponent(row.dataset.case)}/do/${forms[event.key]}?back=huddle`);
  else return;
  event.preventDefault();
});

if (table?.dataset.stream && live) follow();
