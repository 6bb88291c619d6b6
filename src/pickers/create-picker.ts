import type { Deployment } from '../deployment/deployment.ts';
import type { PickerSetting } from '../settings/picker-setting.ts';
import { customPicker } from './custom-picker.ts';
import { fastestPicker } from './fastest-picker.ts';
import { leastBusyPicker } from './least-busy-picker.ts';
import { type Picker, statelessPicker } from './picker.ts';
import { Rotation, roundRobinPicker } from './round-robin-picker.ts';

/**
 * Out of so many turns the first is drawn, so that processes that have just started do not all begin with the same deployment: a
 * thousandth is as near to its weight as a share can be told.
 */
const TURNS = 1_000;

/** The picker of a new ring. */
export function createPicker(setting: PickerSetting, random: () => number): Picker {
  const firstTurn = Math.floor(random() * TURNS);
  switch (setting) {
    case 'round-robin':
      return roundRobinPicker(new Rotation(firstTurn), new Rotation(firstTurn));
    case 'least-busy':
      return leastBusyPicker(firstTurn);
    case 'fastest':
      return fastestPicker(random);
    case 'in-order':
      return statelessPicker((available) => available[0] as Deployment);
    default:
      return customPicker(setting);
  }
}
