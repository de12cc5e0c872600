package import ControllerAPI
package import NestingModel

/// What the unscheduled drift report compares with: the findings that were open or exempted when the last one was made.
package protocol DriftMarking {
    /// What became of findings since the last mark. Where there is none, all that is open is new.
    /// - Parameter limit: so many of each list, the worst first; they are counted all the same.
    func driftSinceMark(limit: Int) throws(StoreFailure) -> DriftSinceMark
    /// From here on.
    func markDrift() throws(StoreFailure)
}

package struct DriftSinceMark: Sendable, Hashable {
    /// Open or stale, and it was not open then.
    package var new: [Finding]
    /// Open or stale, as it was then.
    package var persisting: [Finding]
    /// It ended: it was open then, or an exemption held it.
    package var resolved: [Finding]
    /// Of all, listed or not; hosts are none of this one's.
    package var counts: DriftCounts

    package init(new: [Finding], persisting: [Finding], resolved: [Finding], counts: DriftCounts) {
        self.new = new
        self.persisting = persisting
        self.resolved = resolved
        self.counts = counts
    }
}
