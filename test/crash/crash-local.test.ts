import { crashTests } from './crash.js';

crashTests('local');
