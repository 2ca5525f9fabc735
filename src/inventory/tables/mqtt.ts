// MQTT client ids that firmware chooses by default (from the projects' source code and makers'
// manuals), and topic words for what is measured or switched.
import type { Hint } from './hint.ts'

export const CLIENT_IDS: readonly Hint[] = [
  {
    match: /^DVES_[0-9A-F]{6}/i,
    os: 'Tasmota',
    type: 'plug',
    confidence: 0.9,
    typeConfidence: 0.5,
  },
  {
    match: /^shellyplug|^shelly1|^shelly2/i,
    manufacturer: 'Shelly',
    type: 'plug',
    confidence: 0.9,
    typeConfidence: 0.7,
  },
  {
    match: /^shelly(?:ht|dw|flood|motion|smoke)/i,
    manufacturer: 'Shelly',
    type: 'sensor',
    confidence: 0.9,
  },
  { match: /^shelly(?:em|3em|pro3em)/i, manufacturer: 'Shelly', type: 'meter', confidence: 0.9 },
  { match: /^shelly/i, manufacturer: 'Shelly', confidence: 0.9 },
  { match: /^ESP(?:8266|32)?[-_]?(?:Client)?[-_]?[0-9A-F]{4,12}/i, os: 'ESP SDK', confidence: 0.7 },
  { match: /^(?:arduino|pubsub)client/i, os: 'embedded', confidence: 0.6 },
  {
    match: /^zigbee2mqtt|^mqttjs_.*zigbee/i,
    type: 'hub',
    software: ['Zigbee2MQTT', ''],
    confidence: 0.9,
  },
  { match: /^(?:homeassistant|hass)/i, type: 'hub', os: 'Home Assistant', confidence: 0.9 },
  { match: /^meross|^fmware:/i, manufacturer: 'Meross', confidence: 0.75 },
  { match: /^mosq[-/]/i, software: ['libmosquitto', ''], confidence: 0.9 },
  { match: /^paho/i, software: ['Eclipse Paho', ''], confidence: 0.85 },
]

export const TOPICS: readonly Hint[] = [
  {
    match: /\b(?:temperature|humidity|climate|pressure|co2|motion|occupancy|illuminance)\b/i,
    type: 'sensor',
    confidence: 0.45,
  },
  { match: /\b(?:energy|kwh|meter|metering|power[-_]?meter)\b/i, type: 'meter', confidence: 0.5 },
  { match: /\b(?:thermostat|setpoint|heating|hvac)\b/i, type: 'thermostat', confidence: 0.5 },
  { match: /\b(?:lock|door[-_]?lock)\b/i, type: 'lock', confidence: 0.4 },
  { match: /\b(?:doorbell|intercom)\b/i, type: 'doorbell', confidence: 0.5 },
  { match: /\b(?:bulb|lamp|light)\b/i, type: 'light', confidence: 0.4 },
  { match: /\b(?:plug|relay|outlet|socket)\b/i, type: 'plug', confidence: 0.4 },
  {
    match: /^tele\/[^/]+\/(?:STATE|SENSOR|LWT)$|^tasmota\/discovery/i,
    os: 'Tasmota',
    confidence: 0.85,
  },
  { match: /^shellies\//i, manufacturer: 'Shelly', confidence: 0.85 },
  { match: /^zigbee2mqtt\//i, type: 'hub', software: ['Zigbee2MQTT', ''], confidence: 0.7 },
]
