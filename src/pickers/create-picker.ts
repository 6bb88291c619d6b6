import type { Clock } from '../clock.ts';
import type { PickerSetting } from '../settings/picker-setting.ts';
import { CustomPicker } from './custom-picker.ts';
import { FastestPicker } from './fastest-picker.ts';
import { inOrderPicker } from './in-order-picker.ts';
import { LeastBusyPicker } from './least-busy-picker.ts';
import type { Picker } from './picker.ts';
import { RoundRobinPicker } from './round-robin-picker.ts';

/** The picker of a new ring. */
export function createPicker(setting: PickerSetting, clock: Clock): Picker {
  switch (setting) {
    case 'round-robin':
      return new RoundRobinPicker();
    case 'least-busy':
      return new LeastBusyPicker();
    case 'fastest':
      return new FastestPicker(() => clock.random());
    case 'in-order':
      return inOrderPicker;
    default:
      return new CustomPicker(setting);
  }
}
