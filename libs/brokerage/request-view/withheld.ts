import type { RequestView } from './request-view.js';

/** A restricted record before somebody says why: how far the search has come, and nothing written about the person. */
export const withheld = (view: RequestView): RequestView => ({
  ...view,
  personId: null,
  needs: null,
  preferences: null,
  approval: view.approval && { ...view.approval, approver: '' },
  offers: view.offers.map((offer) => ({ ...offer, notes: null, approval: null })),
  receipts: view.receipts.map((receipt) => ({ ...receipt, acknowledgedBy: '' })),
  failures: view.failures.map((failure) => ({ ...failure, reason: '' })),
  withdrawal: view.withdrawal && { ...view.withdrawal, reason: null },
  history: view.history.map((entry) => ({ ...entry, data: {} })),
});
