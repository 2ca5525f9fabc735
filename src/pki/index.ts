// Certificates of our own authority. The door of this folder.
export { serverIdentity, type ServerIdentity } from './authority.ts'
export { authorityCertificate, serverCertificate } from './certificate.ts'
