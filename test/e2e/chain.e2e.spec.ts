import { startTestApp } from '../support/app.js';
import { describeOneStay } from './one-stay.js';

describe('one stay, end to end', () => {
  describeOneStay(() => startTestApp());
});
