// The DuckDB process: runs the statements it is sent, in memory, with nothing of the machine within
// reach but the folder of flow history. Asked over Node's IPC; ends when its parent is gone.
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'

/** Asked to run statements one after another on a connection of their own; the last one answers. */
export interface EngineRequest {
  readonly id: number
  readonly statements: readonly {
    readonly sql: string
    readonly values?: readonly (string | number)[]
  }[]
}

export type EngineAnswer =
  | { readonly id: number; readonly rows: readonly (readonly unknown[])[] }
  | { readonly id: number; readonly error: string }

const [, , folder, memory, threads] = process.argv

/** An SQL text. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

async function start(): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memory}MB`,
    threads,
    temp_directory: `${folder}/spill`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'").catch(() => undefined)
  // A part's files never change, so what their ends say is read once.
  await connection.run('SET parquet_metadata_cache = true')
  await connection.run(`SET allowed_directories = [${quoted(`${folder}/`)}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
  connection.disconnectSync()
  return instance
}

const instance = await start()
const running = new Map<number, DuckDBConnection>()

async function run({ id, statements }: EngineRequest): Promise<void> {
  const connection = await instance.connect()
  running.set(id, connection)
  try {
    let rows: unknown[][] = []
    for (const { sql, values = [] } of statements) {
      const parameters = values as readonly DuckDBValue[]
      const reader = await connection.runAndReadAll(sql, [...parameters])
      rows = reader.getRows()
    }
    process.send!({ id, rows } satisfies EngineAnswer)
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause)
    process.send!({ id, error } satisfies EngineAnswer)
  } finally {
    running.delete(id)
    connection.disconnectSync()
  }
}

process.on('message', (message: EngineRequest | { readonly cancel: number }) => {
  if ('cancel' in message) running.get(message.cancel)?.interrupt()
  else void run(message)
})
process.once('disconnect', () => process.exit(0))
// Ctrl-C goes to the whole group of processes; the parent says when to end.
process.on('SIGINT', () => undefined)
process.send!({ id: 0, rows: [] } satisfies EngineAnswer)
