import { crashTests } from './crash.js';

crashTests('http');
