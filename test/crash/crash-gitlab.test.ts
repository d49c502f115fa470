import { crashTests } from './crash.js';

crashTests('gitlab');
