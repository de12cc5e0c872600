import FleetStore
import NestingModel

extension SQLiteWork: ChangeRequestWriting {
    func changeRequests(limit: Int) throws(StoreFailure) -> [ChangeRequest] {
        try documents("SELECT document FROM change_request ORDER BY number DESC LIMIT ?", [.integer(Int64(limit))])
    }

    func changeRequest(_ id: String) throws(StoreFailure) -> ChangeRequest? {
        try document(ChangeRequest.self, "SELECT document FROM change_request WHERE id = ?", [.text(id)])
    }

    func put(changeRequest: ChangeRequest) throws(StoreFailure) {
        try connection.run(
            """
            INSERT INTO change_request (id, document) VALUES (?, ?)
            ON CONFLICT (id) DO UPDATE SET document = excluded.document
            """,
            [.text(changeRequest.id), .text(try encoded(changeRequest))])
    }
}
