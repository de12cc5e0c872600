package import ControllerAPI
package import FoundationEssentials
package import NestingModel

/// What is known of hosts, as much as somebody needs: the reports of a large fleet are hundreds of megabytes.
package protocol HostReading {
    /// All that are enrolled, by path, without what was read of them.
    /// - Parameter root: only this physical host and those that are inside it; nil for all.
    func enrolledHosts(inTreeOf root: NodePath?) throws(StoreFailure) -> [FleetHost]
    /// The physical hosts by path, without reading anything of them. A guest may be enrolled whose physical host is not.
    /// - Parameters:
    ///   - root: only those behind it; nil begins with the first one.
    ///   - limit: so many at most.
    func nestingRoots(after root: NodePath?, limit: Int) throws(StoreFailure) -> [NodePath]
    /// How many there are behind that one.
    func nestingRootCount(after root: NodePath?) throws(StoreFailure) -> Int
    /// One host without its report; nil where there is none.
    func hostHead(_ path: NodePath) throws(StoreFailure) -> HostHead?
    /// All hosts, by path, with the number of guests in place of the reports.
    func hostRows() throws(StoreFailure) -> [HostRow]
    /// Those of these that are enrolled, by path.
    func hostRows(at paths: [NodePath]) throws(StoreFailure) -> [HostRow]
    /// Some of them.
    /// - Parameter path: only those behind it; nil begins with the first one.
    func hostPage(after path: NodePath?, limit: Int) throws(StoreFailure) -> HostPage
    /// Hosts that are not well, by path.
    /// - Parameter limit: so many at most.
    func silentHosts(limit: Int) throws(StoreFailure) -> [HostRowState]
    /// Of all hosts that told of theirs.
    func guestCount() throws(StoreFailure) -> Int
    /// When the last report of each host was received: that the same was read again is no change, so that who keeps a
    /// tree asks for this besides.
    func receivedReports() throws(StoreFailure) -> [NodePath: Date]
    /// How many hosts stand how, without reading any of them.
    func hostCounts() throws(StoreFailure) -> [HostState: Int]
}

/// A host as far as a sweep goes by it that finds it unchanged, as nearly all are.
package struct HostHead: Sendable, Equatable {
    package var host: FleetHost
    package var health: HostHealth
    /// Of its last report; nil where there is none.
    package var digest: String?
    /// As that report has it; nil where it does not know it.
    package var machineUUID: String?

    package init(host: FleetHost, health: HostHealth, digest: String?, machineUUID: String?) {
        self.host = host
        self.health = health
        self.digest = digest
        self.machineUUID = machineUUID
    }

    package init(_ view: HostView) {
        self.init(
            host: view.host, health: view.health, digest: view.report?.digest,
            machineUUID: view.report?.host.smbiosUUID.value)
    }
}
