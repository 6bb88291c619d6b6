import type { Deployment } from '../deployment/deployment.ts';
import type { Picker } from './picker.ts';

/** Always the first: what `loadBalancing: false` means. */
export const inOrderPicker: Picker = {
  pick: (available) => available[0] as Deployment,
};
