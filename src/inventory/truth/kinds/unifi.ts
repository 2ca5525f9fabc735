// Clients of a UniFi controller: `stat/sta` and `rest/user` of its own API, `clients` of the
// Network Integration API; also as mca-dump prints them.
import { numberOf, objectOf, objectsOf, textOf, type JsonObject } from '../../documented/json.ts'
import { secondsOf, type ToldFact, type TruthKind } from '../kind.ts'

export const truth: TruthKind = {
  id: 'unifi',
  title: "a UniFi controller's clients",
  obtain: 'GET /proxy/network/api/s/default/stat/sta (or …/integration/v1/sites/ID/clients)',
  names: 'controller',
  nameConfidence: 0.85,

  recognises: (head) =>
    /"(_id|site_id|is_wired|macAddress|ipAddress)"\s*:/.test(head) &&
    /"(essid|is_wired|sw_mac|ap_mac|oui|uplinkDeviceId|connectedAt)"\s*:/.test(head),

  read(text, sink) {
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      sink.odd(0, 'no JSON')
      return
    }
    const list = Array.isArray(answer) ? answer : objectOf(answer)?.['data']
    for (const client of objectsOf(list)) {
      sink.fact('macAddress' in client ? integrated(client) : own(client))
    }
  },
}

function own(client: JsonObject): ToldFact {
  const port = textOf(client['sw_port'])
  const network = textOf(client['essid']) || textOf(client['network'])
  return {
    mac: textOf(client['mac']),
    address: textOf(client['ip']) || textOf(client['fixed_ip']) || textOf(client['last_ip']),
    // What a person wrote is worth more than what the client said.
    name: textOf(client['name']) || textOf(client['hostname']),
    port: port === '' ? network : `port ${port} of ${textOf(client['sw_mac'])}`,
    from: secondsOf(numberOf(client['latest_assoc_time']) || numberOf(client['assoc_time'])),
    to: secondsOf(numberOf(client['last_seen'])),
  }
}

function integrated(client: JsonObject): ToldFact {
  return {
    mac: textOf(client['macAddress']),
    address: textOf(client['ipAddress']),
    name: textOf(client['name']),
    port: textOf(client['type']).toLowerCase(),
    from: secondsOf(Date.parse(textOf(client['connectedAt'])) / 1000),
  }
}
