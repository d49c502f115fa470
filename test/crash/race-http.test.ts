import { raceTests } from './race.js';

raceTests('http');
