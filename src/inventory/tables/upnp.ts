// UPnP: the SERVER line ('OS/version UPnP/1.x product/version', UPnP Device Architecture 1.1,
// 1.2.2) and the device and service types of NT, ST and USN, from the UPnP Forum's documents and
// the makers' own schemas.
import type { Hint } from './hint.ts'

export const UPNP_SERVERS: readonly Hint[] = [
  { match: /^Linux\/([\d.]+[\w.-]*)/i, os: 'Linux $1', confidence: 0.75 },
  {
    match: /^Windows(?:NT)?\/|^Microsoft-Windows/i,
    os: 'Windows',
    type: 'computer',
    confidence: 0.93,
    typeConfidence: 0.85,
  },
  {
    match: /Darwin\/|Mac OS X/i,
    manufacturer: 'Apple',
    os: 'macOS',
    type: 'computer',
    confidence: 0.85,
    typeConfidence: 0.7,
  },
  {
    match: /IpBridge\/([\d.]+)/i,
    manufacturer: 'Philips',
    model: 'Hue Bridge',
    type: 'hub',
    firmware: '$1',
    confidence: 0.95,
  },
  { match: /FreeRTOS\/([\w.]+)/i, os: 'FreeRTOS $1', confidence: 0.85 },
  { match: /VxWorks/i, os: 'VxWorks', confidence: 0.85 },
  {
    match: /Sonos\/([\d.-]+) \((\w+)\)/i,
    manufacturer: 'Sonos',
    type: 'speaker',
    firmware: '$1',
    model: '$2',
    confidence: 0.97,
  },
  { match: /\bRoku\b/i, manufacturer: 'Roku', type: 'media-player', confidence: 0.93 },
  {
    match: /SEC_HHP_|Samsung AllShare|Samsung.*UPnP SDK/i,
    manufacturer: 'Samsung',
    type: 'tv',
    confidence: 0.85,
    typeConfidence: 0.75,
  },
  { match: /WebOS|LGE_DLNA|LG.*TV/i, manufacturer: 'LG', type: 'tv', confidence: 0.9 },
  { match: /BRAVIA|FedoraCore.*Sony/i, manufacturer: 'Sony', type: 'tv', confidence: 0.9 },
  { match: /KnOS\//i, type: 'tv', confidence: 0.6 },
  {
    match: /MiniUPnPd\/([\d.]+)/i,
    type: 'router',
    software: ['MiniUPnPd', '$1'],
    confidence: 0.85,
  },
  { match: /MiniDLNA\/([\d.]+)/i, type: 'nas', software: ['MiniDLNA', '$1'], confidence: 0.5 },
  {
    match: /Portable SDK for UPnP devices\/([\d.]+)/i,
    software: ['libupnp', '$1'],
    confidence: 0.9,
  },
  { match: /Intel SDK for UPnP devices\/([\d.]+)/i, software: ['libupnp', '$1'], confidence: 0.9 },
  { match: /\bUnspecified\b.*Unspecified/i, os: 'embedded', confidence: 0.3 },
  { match: /FRITZ!Box\D*([\d]{4})?/i, manufacturer: 'AVM', type: 'router', confidence: 0.9 },
  { match: /D-Link/i, manufacturer: 'D-Link', confidence: 0.85 },
  { match: /TP-LINK/i, manufacturer: 'TP-Link', confidence: 0.85 },
  { match: /NETGEAR/i, manufacturer: 'NETGEAR', confidence: 0.85 },
  { match: /Synology/i, manufacturer: 'Synology', type: 'nas', confidence: 0.93 },
  { match: /Twonky/i, type: 'nas', software: ['Twonky', ''], confidence: 0.5 },
  {
    match: /Hikvision/i,
    manufacturer: 'Hikvision',
    type: 'camera',
    confidence: 0.9,
    typeConfidence: 0.7,
  },
  { match: /IP ?Camera|IPCam|NetCam/i, type: 'camera', confidence: 0.9 },
  { match: /AXIS/i, manufacturer: 'Axis', type: 'camera', confidence: 0.9, typeConfidence: 0.7 },
  { match: /Chromecast|Eureka/i, manufacturer: 'Google', type: 'media-player', confidence: 0.8 },
]

/** NT, ST and the type part of USN. */
export const UPNP_TYPES: readonly Hint[] = [
  { match: /device:InternetGatewayDevice/i, type: 'router', confidence: 0.9 },
  {
    match: /device:WAN(?:Connection)?Device|service:WAN(?:IP|PPP)Connection/i,
    type: 'router',
    confidence: 0.85,
  },
  { match: /device:WLANAccessPointDevice/i, type: 'access-point', confidence: 0.8 },
  { match: /device:WFADevice/i, type: 'access-point', confidence: 0.4 },
  { match: /device:MediaRenderer/i, type: 'media-player', confidence: 0.5 },
  { match: /device:MediaServer/i, type: 'nas', confidence: 0.25 },
  {
    match: /device:ZonePlayer|service:ZoneGroupTopology/i,
    manufacturer: 'Sonos',
    type: 'speaker',
    confidence: 0.97,
  },
  { match: /device:Printer/i, type: 'printer', confidence: 0.93 },
  { match: /device:Scanner/i, type: 'printer', confidence: 0.75 },
  { match: /device:DigitalSecurityCamera/i, type: 'camera', confidence: 0.93 },
  { match: /device:(?:BinaryLight|DimmableLight)/i, type: 'light', confidence: 0.85 },
  { match: /device:HVAC/i, type: 'thermostat', confidence: 0.8 },
  { match: /roku:ecp/i, manufacturer: 'Roku', type: 'media-player', confidence: 0.95 },
  {
    match: /dial-multiscreen-org:(?:device|service):dial/i,
    type: 'media-player',
    confidence: 0.55,
  },
  {
    match:
      /samsung\.com:(?:device|service):(?:RemoteControlReceiver|MainTVAgent|MultiScreenService)/i,
    manufacturer: 'Samsung',
    type: 'tv',
    confidence: 0.93,
  },
  {
    match: /lge-com:service:webos|lge:device:tv|udap:/i,
    manufacturer: 'LG',
    type: 'tv',
    confidence: 0.93,
  },
  {
    match: /Belkin:device:controllee/i,
    manufacturer: 'Belkin',
    model: 'WeMo Switch',
    type: 'plug',
    confidence: 0.93,
  },
  {
    match: /Belkin:device:(?:insight|lightswitch|controllee|Maker)/i,
    manufacturer: 'Belkin',
    type: 'plug',
    confidence: 0.9,
  },
  {
    match: /Belkin:device:bridge/i,
    manufacturer: 'Belkin',
    model: 'WeMo Link',
    type: 'hub',
    confidence: 0.95,
  },
  { match: /Belkin:device:sensor/i, manufacturer: 'Belkin', type: 'sensor', confidence: 0.93 },
  { match: /Belkin:device:NetCam/i, manufacturer: 'Belkin', type: 'camera', confidence: 0.95 },
  {
    match: /Belkin:device:CoffeeMaker|Belkin:device:crockpot|Belkin:device:Humidifier/i,
    manufacturer: 'Belkin',
    type: 'appliance',
    confidence: 0.95,
  },
  { match: /Belkin:/i, manufacturer: 'Belkin', confidence: 0.95 },
  { match: /upnp-logitech-com/i, manufacturer: 'Logitech', confidence: 0.85 },
  {
    match: /smartthings-com:device:hub/i,
    manufacturer: 'SmartThings',
    type: 'hub',
    confidence: 0.95,
  },
  {
    match: /microsoft\.com:device:xbox|Xbox/i,
    manufacturer: 'Microsoft',
    type: 'console',
    confidence: 0.85,
  },
]

/**
 * Unique device names that are no UUID but name the product, as in the makers' device descriptions.
 */
export const UPNP_NAMES: readonly Hint[] = [
  {
    match: /^Socket-1_0-(\w+)/i,
    manufacturer: 'Belkin',
    model: 'WeMo Switch',
    serial: '$1',
    type: 'plug',
    confidence: 0.93,
  },
  {
    match: /^Insight-1_0-(\w+)/i,
    manufacturer: 'Belkin',
    model: 'WeMo Insight',
    serial: '$1',
    type: 'plug',
    confidence: 0.93,
  },
  {
    match: /^Lightswitch-\d_0-(\w+)/i,
    manufacturer: 'Belkin',
    model: 'WeMo Light Switch',
    serial: '$1',
    type: 'light',
    confidence: 0.9,
  },
  {
    match: /^Sensor-1_0-(\w+)/i,
    manufacturer: 'Belkin',
    model: 'WeMo Motion',
    serial: '$1',
    type: 'sensor',
    confidence: 0.93,
  },
  {
    match: /^Bridge-1_0-(\w+)/i,
    manufacturer: 'Belkin',
    model: 'WeMo Link',
    serial: '$1',
    type: 'hub',
    confidence: 0.93,
  },
  { match: /^RINCON_([0-9A-F]{12})/i, manufacturer: 'Sonos', type: 'speaker', confidence: 0.97 },
  {
    match: /^roku:ecp:(\w+)/i,
    manufacturer: 'Roku',
    serial: '$1',
    type: 'media-player',
    confidence: 0.97,
  },
  {
    match: /^2f402f80-da50-11e1-9b23-/i,
    manufacturer: 'Philips',
    model: 'Hue Bridge',
    type: 'hub',
    confidence: 0.97,
  },
  { match: /^4d696e69-444c-164e-9d41-/i, software: ['MiniDLNA', ''], confidence: 0.9 },
]

/** Paths of device descriptions (LOCATION): words that programmers put there. */
export const UPNP_LOCATIONS: readonly Hint[] = [
  { match: /ip_?cam|netcam|camera/i, type: 'camera', confidence: 0.85 },
  { match: /\bigd|rootDesc\.xml|gatedesc|wanip/i, type: 'router', confidence: 0.7 },
  { match: /\bnvr|\bdvr/i, type: 'recorder', confidence: 0.8 },
  { match: /printer/i, type: 'printer', confidence: 0.8 },
  {
    match: /ssdp\/device-desc\.xml/i,
    manufacturer: 'Google',
    type: 'media-player',
    confidence: 0.5,
  },
]
