package import NestingModel

package protocol ChangeRequestReading {
    /// Newest first.
    func changeRequests(limit: Int) throws(StoreFailure) -> [ChangeRequest]
    func changeRequest(_ id: String) throws(StoreFailure) -> ChangeRequest?
}

package protocol ChangeRequestWriting: ChangeRequestReading {
    func put(changeRequest: ChangeRequest) throws(StoreFailure)
}
