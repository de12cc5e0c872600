package import ControllerAPI
package import FoundationEssentials
package import NestingModel

/// What is known of hosts, as much as somebody needs: the reports of a large fleet are hundreds of megabytes.
package protocol HostReading {
    /// All that are enrolled, by path, without what was read of them.
    /// - Parameter root: only this physical host and those that are inside it; nil for all.
    func enrolledHosts(inTreeOf root: NodePath?) throws(StoreFailure) -> [FleetHost]
    /// The physical hosts, by path, without reading anything of them.
    func nestingRoots() throws(StoreFailure) -> [NodePath]
    /// All hosts, by path, with the number of guests in place of the reports.
    func hostRows() throws(StoreFailure) -> [HostRow]
    /// When the last report of each host was received: that the same was read again is no change, so that who keeps a
    /// tree asks for this besides.
    func receivedReports() throws(StoreFailure) -> [NodePath: Date]
    /// How many hosts stand how, without reading any of them.
    func hostCounts() throws(StoreFailure) -> [HostState: Int]
}
