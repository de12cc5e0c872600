import FleetStore
import NestingModel

extension SQLiteWork {
    func policies() throws(StoreFailure) -> PolicySet {
        try document(PolicySet.self, "SELECT document FROM policy_revision ORDER BY revision DESC LIMIT 1")
            ?? PolicySet()
    }

    func policies(revision: Int) throws(StoreFailure) -> PolicySet? {
        try document(
            PolicySet.self, "SELECT document FROM policy_revision WHERE revision = ?", [.integer(Int64(revision))])
    }

    func policyRevisions(limit: Int) throws(StoreFailure) -> [PolicySet] {
        try documents(
            "SELECT document FROM policy_revision ORDER BY revision DESC LIMIT ?", [.integer(Int64(limit))])
    }

    func exemptedFindings() throws(StoreFailure) -> [Finding] {
        try seen("finding.state = 'exempted'")
    }
}
