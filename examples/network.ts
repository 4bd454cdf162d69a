/** After the Xous book's chapter "Forwarding Messages": the network server's two apis, and how much of the private one everybody may use. */
import {
  blockingScalar,
  face,
  fixed,
  here,
  lend,
  record,
  scalar,
  service,
  text,
  u32,
} from "@doorbell-js/doorbell/kernel";

/** The words of an id: of a server that Wi-Fi figures are sent to. */
const subscriber = fixed(u32, 4);

/** Private: it can do everything with the machine's connections. */
export const ConnectionManager = service({
  subscribeWifiStats: lend(10, { value: subscriber, doc: "Sends the figures to that server from now on." }),
  unsubWifiStats: blockingScalar(11, "Ends it for the server with these words; 1 if it was subscribed, else 0."),
  join: lend(12, { value: record({ ssid: text(32), password: text(63) }), doc: "Joins a network." }),
  forgetAll: blockingScalar(13, "Forgets every network, and says how many they were."),
  powerOff: scalar(14, "Switches the radio off."),
});

/** Public: what whoever knows the name may ask for. */
export const Network = service({
  subscribeWifiStats: lend(0, { value: subscriber }),
  unsubWifiStats: blockingScalar(1),
  links: blockingScalar(2, "How many links are up."),
});

/** Names the calls that others may make; every other one stays private, whatever the connection manager learns to do. */
export const NetworkFace = face(Network, ConnectionManager, {
  subscribeWifiStats: "subscribeWifiStats",
  unsubWifiStats: "unsubWifiStats",
  links: here,
});

/** The service of a subscriber. */
export const WifiListener = service({
  stats: scalar(0, "Signal strength, in dBm."),
});
