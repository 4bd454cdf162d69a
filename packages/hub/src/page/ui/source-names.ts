import type { IconName } from "./icon.tsx";

const NAMES: Readonly<Record<string, { readonly title: string; readonly icon: IconName; readonly says: string }>> = {
  random: { title: "Random numbers", icon: "dice", says: "A new number now and then, for trying things out." },
  classified: { title: "Classified ads", icon: "board", says: "What anybody who reaches the hub has posted." },
  network: { title: "Network", icon: "network", says: "The interfaces of the hub’s machine, as they change." },
};

export function titleOfSource(name: string): string {
  return NAMES[name]?.title ?? name;
}

export function iconOfSource(name: string): IconName {
  return NAMES[name]?.icon ?? "bell";
}

export function sayingOfSource(name: string): string {
  return NAMES[name]?.says ?? "";
}
