import { crashTests } from './crash.js';

crashTests('postgres');
