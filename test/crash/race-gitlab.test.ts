import { raceTests } from './race.js';

raceTests('gitlab');
