import { raceTests } from './race.js';

raceTests('local');
