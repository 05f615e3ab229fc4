/** TensorFlow's `config`: what there is to compute on. */
import { registeredEntries } from "./registry.ts";

export type DeviceType = "CPU" | "GPU";

/** Something that a registered backend can compute on. */
export interface PhysicalDevice {
  /** As TensorFlow names them: `/physical_device:GPU:0`. */
  readonly name: string;
  readonly deviceType: DeviceType;
  /** The backend that computes on it: a name for `setBackend`. */
  readonly backend: string;
}

/**
 * The devices of the registered backends that are available here, best first; of one type only, where that is given. A backend
 * counts as one device. Backends that nobody registered are not looked for.
 * @example
 * if ((await config.listPhysicalDevices("GPU")).length === 0) console.log("this will take longer");
 */
export async function listPhysicalDevices(deviceType?: DeviceType): Promise<PhysicalDevice[]> {
  const devices: PhysicalDevice[] = [];
  for (const entry of registeredEntries()) {
    const type = entry.deviceType ?? "CPU";
    if (deviceType !== undefined && type !== deviceType) continue;
    if (entry.isAvailable && !(await entry.isAvailable())) continue;
    const index = devices.filter((d) => d.deviceType === type).length;
    devices.push({ name: `/physical_device:${type}:${index}`, deviceType: type, backend: entry.name });
  }
  return devices;
}
