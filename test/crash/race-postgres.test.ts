import { raceTests } from './race.js';

raceTests('postgres');
