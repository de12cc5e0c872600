package import ControllerAPI

/// The audit log, to look through and to check.
package protocol AuditReading {
    /// Newest first.
    func audit(_ query: AuditQuery) throws(StoreFailure) -> [AuditRecord]
    /// The end of the log.
    func auditHead() throws(StoreFailure) -> AuditHead
    /// The records as they are stored, oldest first, for `AuditChain` to take.
    /// - Parameter number: the last one that was taken before; 0 for none.
    func auditChain(after number: Int, limit: Int) throws(StoreFailure) -> [ChainedRecord]
}

extension AuditReading {
    /// Newest first.
    package func audit(limit: Int) throws(StoreFailure) -> [AuditRecord] { try audit(AuditQuery(limit: limit)) }
}
