// Names of IEC 60870-5-101/104 type identifications and causes of transmission, and what each type
// does.
import type { Operation } from './operation.ts'

export type Iec104Type = readonly [name: string, operation: Operation]

const rows = (operation: Operation, first: number, names: string): [number, Iec104Type][] =>
  names.split(' ').map((name, index) => [first + index, [name, operation]])

const TYPES = new Map<number, Iec104Type>([
  ...rows(
    'monitor',
    1,
    'M_SP_NA_1 M_SP_TA_1 M_DP_NA_1 M_DP_TA_1 M_ST_NA_1 M_ST_TA_1 M_BO_NA_1 M_BO_TA_1 M_ME_NA_1 ' +
      'M_ME_TA_1 M_ME_NB_1 M_ME_TB_1 M_ME_NC_1 M_ME_TC_1 M_IT_NA_1 M_IT_TA_1 M_EP_TA_1 M_EP_TB_1 ' +
      'M_EP_TC_1 M_PS_NA_1 M_ME_ND_1',
  ),
  ...rows(
    'monitor',
    30,
    'M_SP_TB_1 M_DP_TB_1 M_ST_TB_1 M_BO_TB_1 M_ME_TD_1 M_ME_TE_1 M_ME_TF_1 M_IT_TB_1 M_EP_TD_1 ' +
      'M_EP_TE_1 M_EP_TF_1',
  ),
  ...rows('control', 45, 'C_SC_NA_1 C_DC_NA_1 C_RC_NA_1 C_SE_NA_1 C_SE_NB_1 C_SE_NC_1 C_BO_NA_1'),
  ...rows('control', 58, 'C_SC_TA_1 C_DC_TA_1 C_RC_TA_1 C_SE_TA_1 C_SE_TB_1 C_SE_TC_1 C_BO_TA_1'),
  ...rows('monitor', 70, 'M_EI_NA_1'),
  ...rows('read', 100, 'C_IC_NA_1 C_CI_NA_1 C_RD_NA_1'),
  ...rows('control', 103, 'C_CS_NA_1'),
  ...rows('diagnostic', 104, 'C_TS_NA_1'),
  ...rows('control', 105, 'C_RP_NA_1'),
  ...rows('diagnostic', 106, 'C_CD_NA_1 C_TS_TA_1'),
  ...rows('write', 110, 'P_ME_NA_1 P_ME_NB_1 P_ME_NC_1 P_AC_NA_1'),
  ...rows('other', 120, 'F_FR_NA_1 F_SR_NA_1 F_SC_NA_1 F_LS_NA_1 F_AF_NA_1 F_SG_NA_1 F_DR_TA_1'),
])

/** Undefined for types that the standard does not define. */
export const iec104Type = (type: number): Iec104Type | undefined => TYPES.get(type)

const CAUSES = new Map([
  [1, 'periodic'],
  [2, 'background scan'],
  [3, 'spontaneous'],
  [4, 'initialised'],
  [5, 'request'],
  [6, 'activation'],
  [7, 'activation confirmation'],
  [8, 'deactivation'],
  [9, 'deactivation confirmation'],
  [10, 'activation termination'],
  [11, 'return information remote'],
  [12, 'return information local'],
  [13, 'file transfer'],
  [20, 'interrogated by station'],
  [37, 'counters requested'],
  [44, 'unknown type'],
  [45, 'unknown cause'],
  [46, 'unknown common address'],
  [47, 'unknown information object address'],
])

export const iec104Cause = (cause: number): string =>
  CAUSES.get(cause) ?? (cause > 20 && cause <= 36 ? 'interrogated by group' : `cause ${cause}`)
