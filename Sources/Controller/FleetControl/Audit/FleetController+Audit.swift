package import ControllerAPI
import FleetStore
import FoundationEssentials

extension FleetController {
    /// Newest first, at most 1,000.
    package func audit(_ query: AuditQuery) async throws(APIError) -> [AuditRecord] {
        var query = query
        query.limit = min(max(query.limit, 1), 1_000)
        let bounded = query
        return try await read { (work) throws(StoreFailure) in try work.audit(bounded) }
    }

    /// - Parameter limit: at most 1,000.
    package func audit(limit: Int) async throws(APIError) -> [AuditRecord] {
        try await audit(AuditQuery(limit: limit))
    }

    /// Recomputes the chain from the first record, some at a time, so that a long log holds nobody up.
    /// - Parameter expected: a head that was anchored outside: some record must have that hash.
    package func verifyAudit(expecting expected: String? = nil) async throws(APIError) -> AuditVerification {
        var chain = AuditChain()
        var found: Int?
        while chain.fault == nil {
            let last = chain.head.number
            let records = try await read { (work) throws(StoreFailure) in
                try work.auditChain(after: last, limit: 2_000)
            }
            if records.isEmpty { break }
            for record in records {
                chain.take(record)
                if chain.fault == nil, record.hash == expected { found = record.number }
            }
        }
        return AuditVerification(head: chain.head, fault: chain.fault, expected: expected, expectedAt: found)
    }
}
