// One device as a row that opens: what it is and why we think so, what it answers, whom it may talk
// to.
import { isoTime } from '../../core/clock.ts'
import { known, type Attribute, type Device } from '../../inventory/index.ts'
import type { Profile } from '../../policy/index.ts'
import type { Reported } from '../document.ts'
import { macsText } from '../device-macs.ts'
import { size } from './charts.ts'
import { html, type Markup } from './markup.ts'
import { permissions } from './permissions.ts'

const shownOr = (device: Device, name: 'type' | 'manufacturer' | 'model') => {
  const value = known(device, name)
  return value === 'unknown' ? '–' : value
}

/** What the filter box looks through. */
function searchText(device: Device): string {
  const attributes = Object.values(device.attributes).map((attribute) => attribute?.value ?? '')
  const addresses = device.addresses.map((use) => use.address)
  const services = device.services.map((service) => service.protocol)
  return [
    device.id,
    device.name,
    device.kind,
    ...attributes,
    ...addresses,
    ...device.macs,
    ...services,
  ]
    .join(' ')
    .toLowerCase()
}

export function deviceCard(device: Device, result: Reported, profile: Profile | undefined): Markup {
  const findings = result.findings.filter((finding) => finding.device === device.id)
  const worst = findings[0]?.severity
  const addresses = device.addresses.map((use) => use.address)
  const first = addresses.findLast((text) => !text.includes(':')) ?? addresses.at(-1) ?? '–'
  return html`<details class="device" id="${device.id}" data-text="${searchText(device)}">
    <summary>
      <b>${device.name}</b
      ><span>${device.kind === 'infrastructure' ? 'infrastructure' : shownOr(device, 'type')}</span>
      <span
        >${shownOr(device, 'manufacturer')}
        ${shownOr(device, 'model') === '–' ? '' : shownOr(device, 'model')}</span
      >
      <span class="mono">${first} ${device.macs[0] ?? ''}</span>
      <span>${worst ? html`<span class="badge ${worst}">${findings.length}</span>` : ''}</span>
    </summary>
    <div>
      ${identity(device)}${services(device)}${permissions(device, result, profile)}
      ${
        device.limits.length > 0 &&
        html`<p class="soft small">Known with limits: ${device.limits.join(', ')}.</p>`
      }
    </div>
  </details>`
}

function identity(device: Device): Markup {
  const rows = Object.entries(device.attributes).map(([name, attribute]) =>
    attribute ? attributeRow(name, attribute) : undefined,
  )
  return html`<h3>What it is, and why we think so</h3>
    <table>
      <tr>
        <th>Attribute</th>
        <th>Value</th>
        <th>Confidence</th>
        <th>Evidence</th>
      </tr>
      ${rows}
    </table>
    <p class="small soft">
      MAC ${macsText(device)} · addresses
      ${device.addresses.map((use) => use.address).join(', ') || 'none'} · seen
      ${isoTime(device.firstSeen).slice(0, 19)}Z to ${isoTime(device.lastSeen).slice(0, 19)}Z · sent
      ${size(device.bytesOut)}, received ${size(device.bytesIn)}
    </p>
    ${device.firmwareChanges?.map(
      ({ before, after, source, time }) =>
        html`<p class="small">
          <b>Firmware changed:</b> ${before} became ${after} by ${isoTime(time).slice(0, 19)}Z
          (${source})
        </p>`,
    )}`
}

function attributeRow(name: string, attribute: Attribute): Markup {
  const percent = Math.round(attribute.confidence * 100)
  const evidence = attribute.observations
    .slice(0, 4)
    .map(
      (one) =>
        html`${one.source}: “${one.text}”
          <span class="soft">(frame ${one.frame}, ${one.count}×)</span><br />`,
    )
  const doubts = attribute.contradictions
    .slice(0, 3)
    .map(
      (one) =>
        html`<span class="soft">but ${one.source}: “${one.text}” says ${one.value}</span><br />`,
    )
  return html`<tr>
    <td>${name}</td>
    <td>${attribute.value}</td>
    <td>
      <span class="bar"><i style="width:${percent}%"></i></span>${percent} %
    </td>
    <td class="small">${evidence}${doubts}</td>
  </tr>`
}

function services(device: Device): Markup | undefined {
  if (device.services.length === 0) return undefined
  return html`<h3>What it answers on</h3>
    <table>
      <tr>
        <th>Port</th>
        <th>Protocol</th>
        <th>Says</th>
        <th>Flows</th>
      </tr>
      ${device.services.map(
        (service) =>
          html`<tr>
            <td class="mono">${service.transport}/${service.port}</td>
            <td>${service.protocol || 'not recognised'}</td>
            <td>${service.banner}</td>
            <td>${service.flows}</td>
          </tr>`,
      )}
    </table>`
}
