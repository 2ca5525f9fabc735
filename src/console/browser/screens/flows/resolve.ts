// A device named in a query: by its id, or by words that find it.
import { useQuery } from '@tanstack/react-query'
import type { DeviceDetail, DevicesPage } from '../../../../api/contract/index.ts'
import { Refusal, request, search } from '../../client/request.ts'

export interface Named {
  readonly id: string
  readonly waiting: boolean
  readonly wrong: string
}

const isAddress = (text: string) => /^[\d.]+$|:/.test(text)

async function find(text: string): Promise<string | null> {
  const { items } = await request<DevicesPage>(`/devices${search({ q: text, limit: 20 })}`)
  const exact = items.find(({ name }) => name.toLowerCase() === text.toLowerCase())
  const found = exact ?? items[0]
  if (found) return found.id
  try {
    return (await request<DeviceDetail>(`/devices/${encodeURIComponent(text)}`)).id
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) return null
    throw error
  }
}

/** `addresses`: an address stands for itself. */
export function useNamed(text: string, addresses: boolean): Named {
  const direct = text === '' || (addresses && isAddress(text))
  const query = useQuery({
    queryKey: ['named', text],
    queryFn: () => find(text),
    enabled: !direct,
    staleTime: 60_000,
  })
  if (direct) return { id: text, waiting: false, wrong: '' }
  const wrong = query.data === null ? `no device is called '${text}'` : (query.error?.message ?? '')
  // What is not found must not widen the answer to everything.
  return { id: query.data ?? text, waiting: query.isPending, wrong }
}
