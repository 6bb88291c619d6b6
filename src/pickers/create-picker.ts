import type { Clock } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { PickerSetting } from '../settings/picker-setting.ts';
import { customPicker } from './custom-picker.ts';
import { fastestPicker } from './fastest-picker.ts';
import { leastBusyPicker } from './least-busy-picker.ts';
import { type Picker, statelessPicker } from './picker.ts';
import { roundRobinPicker } from './round-robin-picker.ts';

/** The picker of a new ring. */
export function createPicker(setting: PickerSetting, clock: Clock): Picker {
  switch (setting) {
    case 'round-robin':
      return roundRobinPicker();
    case 'least-busy':
      return leastBusyPicker();
    case 'fastest':
      return fastestPicker(() => clock.random());
    case 'in-order':
      return statelessPicker((available) => available[0] as Deployment);
    default:
      return customPicker(setting);
  }
}
